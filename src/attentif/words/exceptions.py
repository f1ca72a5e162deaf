"""What is said of code that does not come to an end, or cannot be called. See ``attentif.words.errors`` for what each
kind of exception means."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text

WRITE_IT = (
    Text(
        "Remplacez `raise NotImplementedError(…)` par votre code, puis exécutez la cellule.",
        "Replace `raise NotImplementedError(…)` by your code, then run the cell.",
    ),
)
SOMETHING_NOT_WRITTEN = Text(
    "Une fonction de l'exercice n'est pas encore écrite.", "A function of the exercise is not written yet."
)
YOUR_CODE = Text("Votre code", "Your code")
YOUR_MODULE = Text("Votre module", "Your module")
MISFIT_CONSEQUENCE = Text(
    "Les vérifications donnent des poids à ces paramètres : sans eux, il n'y a rien à comparer.",
    "The checks give these parameters their weights: without them there is nothing to compare.",
)
MISFIT_HINTS = (
    Text(
        "Comparez les noms lettre à lettre : affichez [n for n, _ in model.named_parameters()].",
        "Compare the names letter by letter: print [n for n, _ in model.named_parameters()].",
    ),
    Text(
        "Un tenseur qui ne s'apprend pas (un masque) se garde par self.register_buffer, pas par nn.Parameter.",
        "A tensor that is not learned (a mask) is kept by self.register_buffer, not by nn.Parameter.",
    ),
)
SLOW_HINTS = (
    Text("Cherchez une boucle qui ne s'arrête jamais.", "Look for a loop that never ends."),
    Text(
        "Une opération sur tout le tenseur remplace les boucles Python, cent fois plus vite.",
        "One operation on the whole tensor replaces Python loops, a hundred times faster.",
    ),
)
WAITING_HINTS = (
    Text(
        "Votre fonction attend quelque chose : `time.sleep`, `input`, un verrou, un autre processus ou fil ?",
        "Your function waits for something: `time.sleep`, `input`, a lock, another process or thread?",
    ),
    Text(
        "Une fonction d'exercice calcule et renvoie : elle n'a rien à attendre, ni à lancer en parallèle.",
        "An exercise's function computes and returns: it has nothing to wait for, nothing to run in parallel.",
    ),
)
TOO_MUCH_MEMORY = Text(
    "Votre code demande plus de mémoire que la limite.", "Your code asks for more memory than the limit."
)
MEMORY_HINTS = (
    Text("Un tenseur intermédiaire a-t-il un axe de trop ?", "Does some intermediate tensor have one axis too many?"),
)
PROCESS_ENDED = Text(
    "Votre code a arrêté le processus Python (`os._exit`, `sys.exit` ou plantage).",
    "Your code ended the Python process (`os._exit`, `sys.exit` or a crash).",
)
TOO_LARGE = Text("La valeur renvoyée est trop grande pour être lue.", "The value returned is too large to be read.")
UNREADABLE = Text(
    "La valeur renvoyée n'a pas pu être lue : ni nombre, ni tableau, ni tenseur, ou bien trop grande.",
    "The value returned could not be read: neither number, array nor tensor, or too large.",
)


def of_shape(shape: Sequence[int]) -> Text:
    """The shape of a value that was not read."""
    return Text(f"Sa forme : {tuple(shape)}.", f"Its shape: {tuple(shape)}.")


def named(function: str, otherwise: Text) -> Text:
    """A function by its name, or what stands for it where it has none."""
    return Text(f"`{function}`", f"`{function}`") if function else otherwise


def not_written(names: list[str]) -> Text:
    """The stub is still there, of one of these."""
    quoted = [f"`{name}`" for name in names]
    return Text(f"{' ou '.join(quoted)} n'est pas encore écrite.", f"{' or '.join(quoted)} is not written yet.")


def another_error(function: str, wanted: list[str]) -> Text:
    """Bad input is refused, by another error than one of those ``wanted``."""
    names = [f"`{name}`" for name in wanted]
    return Text(
        f"`{function}` doit refuser cette entrée par {' ou '.join(names)} ; elle s'arrête sur une autre erreur.",
        f"`{function}` must refuse this input with {' or '.join(names)}; it stops with another error.",
    )


def wrong_signature(expected: str, found: str) -> Text:
    """A function cannot be called as it must be; both signatures with the function's name."""
    return Text(
        f"La signature ne convient pas : attendu `{expected}`, trouvé `{found}`.",
        f"The signature does not fit: expected `{expected}`, found `{found}`.",
    )


def stops(subject: Text, kind: str, line: int, meaning: Text | None) -> Text:
    """An exception of that kind, on that line of the cell (0: not to be told), and what its kind means."""
    where, where_en = (f", ligne {line} de la cellule", f", line {line} of the cell") if line else ("", "")
    what, what_en = (f" : {meaning.fr}", f": {meaning.en}") if meaning else ("", "")
    return Text(
        f"{subject.fr} s'arrête sur une erreur {kind}{where}{what}.",
        f"{subject.en} stops with {kind}{where_en}{what_en}.",
    )


def quoted(kind: str, message: str, code: str) -> Text:
    """An exception's own words, and the lines around it."""
    shown = f"\n{code}" if code else ""
    return Text(f"{kind} : {message}{shown}", f"{kind}: {message}{shown}")


def misfit(subject: Text, missing: Sequence[str], misshapen: Sequence[str], extra: Sequence[str]) -> Text:
    """A module that does not take the fixed parameters."""
    told = [
        (missing, Text(f"il manque à {subject.fr}", f"missing from {subject.en}")),
        (misshapen, Text(f"n'ont pas la bonne forme dans {subject.fr}", f"of another shape in {subject.en}")),
        (extra, Text(f"l'énoncé ne les prévoit pas dans {subject.fr}", f"not provided for in {subject.en}")),
    ]
    french = " ; ".join(f"{text.fr} : {', '.join(f'« {n} »' for n in names)}" for names, text in told if names)
    english = "; ".join(f"{text.en}: {', '.join(f'`{n}`' for n in names)}" for names, text in told if names)
    return Text(
        f"Les paramètres ne sont pas ceux de l'énoncé ; {french}.",
        f"The parameters are not those of the statement; {english}.",
    )


def too_slow(seconds: float) -> Text:
    """The limit of CPU time."""
    return Text(
        f"Le calcul n'était pas fini après {seconds:g} s de processeur : il a été arrêté.",
        f"The computation had not finished after {seconds:g} s of CPU: it was stopped.",
    )


def waiting(seconds: float) -> Text:
    """The limit of wall time."""
    return Text(
        f"L'appel n'était pas fini après {seconds:g} s d'horloge, sans avoir usé son temps de processeur : "
        "il a été arrêté.",
        f"The call had not finished after {seconds:g} s by the clock, without having used its CPU time: "
        "it was stopped.",
    )


def missing(name: str) -> Text:
    """A name does not exist."""
    return Text(
        f"`{name}` n'existe pas : définissez `{name}` dans la cellule ci-dessus, et exécutez-la.",
        f"`{name}` does not exist: define `{name}` in the cell above, and run it.",
    )


def no_function(name: str) -> Text:
    """What bears the name cannot be called."""
    return Text(
        f"`{name}` n'est pas une fonction : définissez `{name}` avec `def` dans la cellule ci-dessus, et exécutez-la.",
        f"`{name}` is not a function: define `{name}` with `def` in the cell above, and run it.",
    )
