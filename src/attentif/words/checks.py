"""What is said of checks themselves: where they are, why one was not run, on which case it failed."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text

NOT_YET = Text(
    "Pas encore : une vérification qui précède doit d'abord réussir.", "Not yet: an earlier check must pass first."
)
AFTER_TIME_LIMIT = Text(
    "Non exécutée : un appel d'une vérification précédente n'était pas fini dans le temps donné.",
    "Not run: a call of an earlier check had not finished in the time given.",
)
INTERRUPTED = Text(
    "Vous avez interrompu les vérifications : celles qui manquent ici n'ont pas été jugées.",
    "You interrupted the checks: those that are missing here have not been judged.",
)
UNUSABLE = Text(
    "Cette vérification a échoué : la valeur renvoyée ne se laisse pas utiliser comme l'énoncé le demande.",
    "This check failed: the value returned cannot be used as the statement asks.",
)


def on_case(name: str, dims: str, detail: Text) -> Text:
    """What differs, and on which case; ``dims`` are its sizes, empty if it has none."""
    sizes = f" ({dims})" if dims else ""
    return Text(f"Sur le cas « {name} »{sizes} : {detail.fr}", f"On case “{name}”{sizes}: {detail.en}")


def no_notebook(folder: str, exercise: str) -> Text:
    """No notebook of the folder has the exercise's check cell."""
    call = f'check("{exercise}")'
    return Text(f"Aucun notebook de {folder}/ ne contient {call}.", f"No notebook of {folder}/ has {call}.")


def checks_not_found(folder: str) -> Text:
    """There is no folder of checks near the notebook."""
    return Text(
        f"Le dossier « checks » de l'atelier est introuvable près de {folder}/ : placez-le à côté du notebook "
        "(il est dans l'archive de l'atelier), ou donnez son chemin dans la variable ATTENTIF_CHECKS.",
        f"The atelier's folder “checks” was not found near {folder}/: put it beside the notebook (it is in the "
        "atelier's archive), or give its path in the variable ATTENTIF_CHECKS.",
    )


def hidden_checks_not_found(exercise: str) -> Text:
    """Hidden checks are asked for where there are none."""
    return Text(
        f"Les vérifications cachées de « {exercise} » ne quittent pas le dépôt du cours.",
        f"The hidden checks of “{exercise}” exist only in the course's repository.",
    )


def unknown_exercise(exercise: str, near: Sequence[str]) -> Text:
    """There is no such exercise; ``near`` are those that exist, the nearest first."""
    return Text(
        f"Aucun exercice ne s'appelle « {exercise} ». Les exercices de cet atelier, du plus proche au plus lointain : "
        f"{', '.join(near)}.",
        f"No exercise is called “{exercise}”. The exercises of this atelier, from the nearest to the farthest: "
        f"{', '.join(near)}.",
    )
