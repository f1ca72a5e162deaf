"""Putting what went wrong in student code into words that help."""

from __future__ import annotations

import builtins
import re
from typing import Any

from attentif.exercises.exercise import Function
from attentif.remote.wire import errors
from attentif.remote.wire.call import Call, Ref
from attentif.reports.explanation import Explanation
from attentif.words import errors as words
from attentif.words.text import Text

_MISSING_NAME = re.compile(r"name '(\w+)' is not defined")


def builtin_kind(error: errors.StudentError) -> str:
    """The builtin exception that an error is, or derives from; "Exception" where its process names none."""
    return next((name for name in (error.type, *error.bases) if _is_builtin(name)), "Exception")


def _is_builtin(name: str) -> bool:
    kind = getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, BaseException) and name not in ("Exception", "BaseException")


def help_for(kind: str, message: str) -> tuple[Text, ...]:
    """A hint about an exception: from its message where that says more than its type."""
    missing = _MISSING_NAME.search(message)
    if missing is not None and missing.group(1) in words.IMPORTS:
        return (words.missing_import(missing.group(1)),)
    for signs, text in words.CLUES:
        if any(sign in message for sign in signs):
            return (text,)
    meaning = meaning_of(kind)
    return (meaning.hint,) if meaning else ()


def meaning_of(kind: str) -> words.Meaning | None:
    """What a builtin exception means, or else the nearest one that it derives from."""
    parents = getattr(builtins, kind).__mro__ if _is_builtin(kind) else ()
    return next((words.KINDS[parent.__name__] for parent in parents if parent.__name__ in words.KINDS), None)


def not_written(function: str, call: Call) -> Explanation:
    """The stub is still there: of the function called or, where a helper of the course calls it, of what this is
    handed."""
    handed = [f"`{value.name}`" for value in call.inputs.values() if isinstance(value, Ref)] or [f"`{function}`"]
    return Explanation(
        Text(f"{' ou '.join(handed)} n'est pas encore écrite.", f"{' or '.join(handed)} is not written yet."),
        hints=(
            Text(
                "Remplacez `raise NotImplementedError(…)` par votre code, puis exécutez la cellule.",
                "Replace `raise NotImplementedError(…)` by your code, then run the cell.",
            ),
        ),
        function=function,
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
    """An exception in student code. For hidden checks neither its message nor a foreign type name is shown or used:
    both are chosen by the student's code and could carry the inputs away. The builtin that it derives from is told."""
    if isinstance(error, errors.StateMisfit):
        return _explain_misfit(function, error)
    builtin = builtin_kind(error)
    kind = builtin if hidden else error.type
    name = function.name if function else ""
    subject = f"`{name}`" if name else "Votre code"
    subject_en = f"`{name}`" if name else "Your code"
    where = f", ligne {error.line} de la cellule" if error.line and not hidden else ""
    where_en = f", line {error.line} of the cell" if error.line and not hidden else ""
    meaning = meaning_of(builtin)
    what, what_en = (f" : {meaning.what.fr}", f": {meaning.what.en}") if meaning else ("", "")
    evidence = None
    if not hidden:
        code = f"\n{error.cell}" if error.cell else ""
        evidence = Text(f"{error.type} : {error.message}{code}", f"{error.type}: {error.message}{code}")
    return Explanation(
        Text(
            f"{subject} s'arrête sur une erreur {kind}{where}{what}.",
            f"{subject_en} stops with {kind}{where_en}{what_en}.",
        ),
        evidence,
        hints=help_for(builtin, "" if hidden else error.message),
        function=name,
    )


def _explain_misfit(function: Function | None, error: errors.StateMisfit) -> Explanation:
    """A module that does not take the fixed parameters; hidden checks know its own ones without their names."""
    name = f"`{function.name}`" if function else "Votre module"
    name_en = f"`{function.name}`" if function else "Your module"
    told = [
        (error.missing, Text(f"il manque à {name}", f"missing from {name_en}")),
        (error.misshapen, Text(f"n'ont pas la bonne forme dans {name}", f"of another shape in {name_en}")),
        (error.extra, Text(f"l'énoncé ne les prévoit pas dans {name}", f"not provided for in {name_en}")),
    ]
    french = " ; ".join(f"{text.fr} : {', '.join(f'« {n} »' for n in names)}" for names, text in told if names)
    english = "; ".join(f"{text.en}: {', '.join(f'`{n}`' for n in names)}" for names, text in told if names)
    return Explanation(
        Text(
            f"Les paramètres ne sont pas ceux de l'énoncé ; {french}.",
            f"The parameters are not those of the statement; {english}.",
        ),
        consequence=Text(
            "Les vérifications donnent des poids à ces paramètres : sans eux, il n'y a rien à comparer.",
            "The checks give these parameters their weights: without them there is nothing to compare.",
        ),
        hints=(
            Text(
                "Comparez les noms lettre à lettre : affichez [n for n, _ in model.named_parameters()].",
                "Compare the names letter by letter: print [n for n, _ in model.named_parameters()].",
            ),
            Text(
                "Un tenseur qui ne s'apprend pas (un masque) se garde par self.register_buffer, pas par nn.Parameter.",
                "A tensor that is not learned (a mask) is kept by self.register_buffer, not by nn.Parameter.",
            ),
        ),
        function=function.name if function else "",
    )


def _explain_slowness(error: errors.TimeLimit) -> Explanation:
    return Explanation(
        Text(
            f"Le calcul n'était pas fini après {error.seconds:g} s de processeur : il a été arrêté.",
            f"The computation had not finished after {error.seconds:g} s of CPU: it was stopped.",
        ),
        hints=(
            Text("Cherchez une boucle qui ne s'arrête jamais.", "Look for a loop that never ends."),
            Text(
                "Une opération sur tout le tenseur remplace les boucles Python, cent fois plus vite.",
                "One operation on the whole tensor replaces Python loops, a hundred times faster.",
            ),
        ),
    )


def _explain_waiting(error: errors.TimeLimit) -> Explanation:
    return Explanation(
        Text(
            f"L'appel n'était pas fini après {error.seconds:g} s d'horloge, sans avoir usé son temps de processeur : "
            "il a été arrêté.",
            f"The call had not finished after {error.seconds:g} s by the clock, without having used its CPU time: "
            "it was stopped.",
        ),
        hints=(
            Text(
                "Votre fonction attend quelque chose : `time.sleep`, `input`, un verrou, un autre processus ou fil ?",
                "Your function waits for something: `time.sleep`, `input`, a lock, another process or thread?",
            ),
            Text(
                "Une fonction d'exercice calcule et rend : elle n'a rien à attendre, ni à lancer en parallèle.",
                "An exercise's function computes and returns: it has nothing to wait for, nothing to run in parallel.",
            ),
        ),
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
        return _explain_waiting(error) if error.wall else _explain_slowness(error)
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
