"""What grading says beside the reports of checks: why something did not run, what a cell's last line was worth."""

from __future__ import annotations

from attentif.words.text import Text

# Names of the errors that the grader itself writes under a cell.
KERNEL_STOPPED = Text("NoyauArrêté", "KernelStopped")
CELL_NOT_RUN = Text("NonExécutée", "NotRun")
CELL_NOT_PROVEN = Text("NonProuvée", "NotProven")

# Why a notebook did not run to its end: parts of a sentence.
FOLDER_TOO_LARGE = Text("le dossier de la copie est trop gros", "the folder handed in is too large")
SANDBOX_STOPPED = Text("le bac à sable s'est arrêté", "the sandbox has stopped")
KERNEL_NOT_STARTED = Text("le noyau n'a pas démarré", "the kernel did not start")
KERNEL_SILENT = Text(
    "le noyau n'a pas répondu à cet endroit du notebook", "the kernel did not answer at this place of the notebook"
)
_ENDINGS = {
    "memory limit": Text("a demandé plus de mémoire que la limite", "asked for more memory than the limit"),
    "cpu limit": Text("a calculé plus longtemps que la limite", "computed for longer than the limit"),
    "wall limit": Text("a duré plus longtemps que la limite", "lasted longer than the limit"),
    "process limit": Text("a lancé plus de processus que la limite", "started more processes than the limit"),
    "output limit": Text("a imprimé plus que la limite", "printed more than the limit"),
}
_STOPPED = Text("a arrêté le noyau Python", "stopped the Python kernel")

# Lines of the grader's own under a cell.
ODD_MESSAGE = Text(
    "Le noyau a envoyé pour cette cellule un message qu'aucun notebook ne peut contenir : il est écarté.",
    "For this cell the kernel sent a message that no notebook can hold: it is left out.",
)
TOO_MUCH = Text(
    "Cette cellule a trop affiché : la suite est écartée.", "This cell has printed too much: the rest is left out."
)
END_MISSING = Text(
    "La fin de l'affichage de cette cellule n'est pas arrivée jusqu'au correcteur.",
    "The end of what this cell shows did not reach the grader.",
)
CUT = Text("\n[… sortie coupée par le correcteur]", "\n[… output cut by the grader]")
UNPROTECTED = Text("Noté sans bac à sable (sandbox = « none »).", 'Graded without a sandbox (sandbox = "none").')
UNPROVEN = Text(
    "Cette cellule ne s'est pas exécutée jusqu'au bout : elle vaut zéro.",
    "This cell did not run to its end: it is worth zero.",
)

# Why checks did not run.
TOO_SLOW = Text(
    "Non exécuté : cet exercice a déjà dépassé sa limite de temps.",
    "Not run: this exercise has already exceeded its time limit.",
)
NO_ANSWER = Text(
    "Non exécuté : la copie du noyau pour cet exercice ne répond plus.",
    "Not run: the frozen kernel of this exercise no longer answers.",
)
THIS_EXERCISE = Text("cet exercice", "this exercise")
THIS_NOTEBOOK = Text("ce notebook", "this notebook")

# What the last line of a hand-written grade cell was worth.
NOT_A_NUMBER = Text(
    "La dernière ligne n'est pas un nombre : la cellule s'est exécutée jusqu'au bout, elle vaut ses points.",
    "The last line is no number: the cell has run to its end and is worth its points.",
)
NUMERIC = Text(
    "La dernière ligne vaut plusieurs nombres, aucun, ou un nombre complexe : ce n'est pas une note, c'est zéro.",
    "The last line is several numbers, none, or a complex one: that is no grade, it is zero.",
)
NOT_FINITE = Text(
    "La dernière ligne n'est pas un nombre fini : ce n'est pas une note, c'est zéro.",
    "The last line is no finite number: that is no grade, it is zero.",
)
NEGATIVE = Text("La dernière ligne est négative : c'est zéro.", "The last line is negative: it is zero.")
TOO_LARGE = Text(
    "La dernière ligne dépasse les points de la cellule : elle vaut ses points, pas davantage.",
    "The last line is more than the cell's points: it is worth its points, no more.",
)


def cell_ended(cell: int, kind: str) -> Text:
    """How a cell ended the kernel: by a limit of that kind, or otherwise."""
    how = _ENDINGS.get(kind, _STOPPED)
    return Text(f"la cellule {cell} {how.fr}", f"cell {cell} {how.en}")


def is_limit(kind: str) -> bool:
    """Whether an ending of that kind has words of its own."""
    return kind in _ENDINGS


def cell_endless(cell: int, seconds: float | None) -> Text:
    """A cell met its time limit, and no interrupt ended it."""
    return Text(
        f"la cellule {cell} ne s'arrêtait pas (limite : {seconds} s)", f"cell {cell} did not end (limit: {seconds} s)"
    )


def cell_forged(cell: int) -> Text:
    """A cell sent what no kernel sends."""
    return Text(
        f"la cellule {cell} a envoyé des messages incompréhensibles",
        f"cell {cell} sent messages that nobody can understand",
    )


def cells_too_slow(seconds: float) -> Text:
    """The cells of a notebook have used their time."""
    return Text(
        f"le temps total accordé aux cellules de ce notebook ({seconds:g} s) est épuisé",
        f"the total time allowed for this notebook's cells ({seconds:g} s) is spent",
    )


def unreadable(reason: Text) -> Text:
    """The notebook cannot be read."""
    return Text(
        f"le notebook n'a pas pu être lu. {reason.fr}",
        f"the notebook could not be read. {reason.en}",
    )


def cell_not_run(reason: Text) -> Text:
    """Under a cell that never ran."""
    return Text(f"Cellule non exécutée : {reason.fr}.", f"Cell not run: {reason.en}.")


def checks_not_run(reason: Text) -> Text:
    """In the place of an exercise's checks."""
    return Text(f"Non exécuté : {reason.fr}.", f"Not run: {reason.en}.")


def time_spent(what: Text, seconds: float) -> Text:
    """The time for all checks of something is over."""
    return Text(
        f"Le temps total accordé à {what.fr} ({seconds:g} s) est épuisé : les vérifications restantes n'ont pas été "
        "exécutées.",
        f"The total time allowed for {what.en} ({seconds:g} s) is spent: the remaining checks were not run.",
    )


def truth(value: bool) -> Text:
    """The last line is True or False."""
    fr, en = ("tous les points", "all points") if value else ("aucun point", "no points")
    return Text(f"La dernière ligne vaut {value} : {fr}.", f"The last line is {value}: {en}.")


def note(line: Text) -> Text:
    """A line under a cell, said to be the grader's."""
    return Text(f"[Correcteur] {line.fr}\n", f"[Grader] {line.en}\n")
