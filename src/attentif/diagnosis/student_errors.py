"""Putting what went wrong in student code into words that help."""

from __future__ import annotations

import builtins
from typing import Any

from attentif.exercises.exercise import Function
from attentif.remote.wire import errors
from attentif.remote.wire.call import Call
from attentif.reports.explanation import Explanation
from attentif.words.text import Text

_HELP = {
    "TypeError": Text(
        "Un argument n'a pas le type ou le nombre attendu : comparez les appels et les signatures.",
        "An argument has the wrong type or number: compare the calls with the signatures.",
    ),
    "NameError": Text(
        "Un nom n'est défini nulle part : faute de frappe, ou cellule précédente non exécutée ?",
        "A name is defined nowhere: a typing mistake, or an earlier cell that was not run?",
    ),
    "RuntimeError": Text(
        "Le plus souvent, deux formes ne vont pas ensemble : affichez `.shape` avant la ligne en cause.",
        "Most often two shapes do not fit: print `.shape` before the line.",
    ),
    "ValueError": Text(
        "Le plus souvent, deux formes ne vont pas ensemble : affichez `.shape` avant la ligne en cause.",
        "Most often two shapes do not fit: print `.shape` before the line.",
    ),
    "IndexError": Text("Un indice sort du tableau.", "An index is out of range."),
    "AttributeError": Text(
        "L'objet n'a pas cet attribut : tableau NumPy au lieu d'un tenseur, ou `None` ?",
        "The object has no such attribute: a NumPy array instead of a tensor, or `None`?",
    ),
}


_CLUES = (
    (
        ("same dtype", "Double", "Float and", "scalar type"),
        Text(
            "Deux tenseurs n'ont pas le même dtype : créez les vôtres avec `dtype=x.dtype` ou `torch.zeros_like(x)`.",
            "Two tensors differ in dtype: make yours with `dtype=x.dtype`, or with `torch.zeros_like(x)`.",
        ),
    ),
    (
        ("state_dict",),
        Text(
            "Les sous-modules ou leurs formes ne sont pas ceux de l'énoncé : comparez les noms lettre à lettre.",
            "The submodules or their shapes are not those of the statement: compare their names letter by letter.",
        ),
    ),
)


def help_for(kind: str, message: str) -> tuple[Text, ...]:
    """A hint about an exception: from its message where that says more than its type."""
    for words, text in _CLUES:
        if any(word in message for word in words):
            return (text,)
    return (_HELP[kind],) if kind in _HELP else ()


def not_written(function: Function) -> Explanation:
    """The stub is still there."""
    return Explanation(
        Text(f"`{function.name}` n'est pas encore écrite.", f"`{function.name}` is not written yet."),
        hints=(
            Text(
                "Remplacez `raise NotImplementedError(…)` par votre code, puis exécutez la cellule.",
                "Replace `raise NotImplementedError(…)` by your code, then run the cell.",
            ),
        ),
        function=function.name,
    )


def definition_problem(function: Function, call: Call, student: Any) -> Explanation | None:
    """What is wrong with the definition itself: no such name, not callable, or not callable with these arguments."""
    try:
        accepted = student.probe("accepts", function.name, len(call.inputs), len(call.init or {}), call.method)
    except (errors.NameMissing, errors.NotCallable) as error:
        return explain_remote(error)
    if accepted is None:
        return None
    return Explanation(
        Text(
            f"La signature ne convient pas : attendu `{function.name}{function.signature}`, "
            f"trouvé `{function.name}{accepted}`.",
            f"The signature does not fit: expected `{function.name}{function.signature}`, "
            f"found `{function.name}{accepted}`.",
        ),
        function=function.name,
    )


def explain_error(function: Function | None, error: errors.StudentError, *, hidden: bool) -> Explanation:
    """An exception in student code. For hidden checks neither its message nor a foreign type name is shown: both
    are chosen by the student's code and could carry the inputs away."""
    known = isinstance(getattr(builtins, error.type, None), type)
    kind = error.type if known or not hidden else "Exception"
    name = function.name if function else ""
    subject = f"`{name}`" if name else "Votre code"
    subject_en = f"`{name}`" if name else "Your code"
    where = f", ligne {error.line} de la cellule" if error.line and not hidden else ""
    where_en = f", line {error.line} of the cell" if error.line and not hidden else ""
    evidence = None
    if not hidden:
        code = f"\n{error.cell}" if error.cell else ""
        evidence = Text(f"{error.type} : {error.message}{code}", f"{error.type}: {error.message}{code}")
    return Explanation(
        Text(f"{subject} s'arrête sur une erreur {kind}{where}.", f"{subject_en} stops with {kind}{where_en}."),
        evidence,
        hints=help_for(kind, "" if hidden else error.message),
        function=name,
    )


def explain_remote(error: errors.RemoteError) -> Explanation:
    """Anything else that can end a conversation with the student's process."""
    if isinstance(error, errors.NameMissing):
        return Explanation(
            Text(
                f"`{error.name}` n'existe pas : définissez `{error.name}` dans la cellule ci-dessus, et exécutez-la.",
                f"`{error.name}` does not exist: define `{error.name}` in the cell above, and run it.",
            ),
            function=error.name,
        )
    if isinstance(error, errors.NotCallable):
        return Explanation(
            Text(
                f"`{error.name}` n'est pas une fonction : définissez `{error.name}` avec `def` dans la cellule "
                "ci-dessus, et exécutez-la.",
                f"`{error.name}` is not a function: define `{error.name}` with `def` in the cell above, and run it.",
            ),
            function=error.name,
        )
    if isinstance(error, errors.TimeLimit):
        return Explanation(
            Text(
                f"Le calcul n'était pas fini après {error.seconds:g} s : il a été arrêté.",
                f"The computation had not finished after {error.seconds:g} s: it was stopped.",
            ),
            hints=(
                Text("Cherchez une boucle qui ne s'arrête jamais.", "Look for a loop that never ends."),
                Text(
                    "Une opération sur tout le tenseur remplace les boucles Python, cent fois plus vite.",
                    "One operation on the whole tensor replaces Python loops, a hundred times faster.",
                ),
            ),
        )
    if isinstance(error, errors.MemoryLimit):
        return Explanation(
            Text("Votre code demande plus de mémoire que la limite.", "Your code asks for more memory than the limit."),
            hints=(
                Text(
                    "Un tenseur intermédiaire a-t-il un axe de trop ?",
                    "Does some intermediate tensor have one axis too many?",
                ),
            ),
        )
    if isinstance(error, errors.ProcessDied):
        return Explanation(
            Text(
                "Votre code a arrêté le processus Python (`os._exit`, `sys.exit` ou plantage).",
                "Your code ended the Python process (`os._exit`, `sys.exit` or a crash).",
            )
        )
    return Explanation(
        Text(
            "La valeur renvoyée n'a pas pu être lue : ni nombre, ni tableau, ni tenseur, ou bien trop grande.",
            "The value returned could not be read: neither number, array nor tensor, or too large.",
        )
    )
