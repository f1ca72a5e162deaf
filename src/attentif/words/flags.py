"""Why a person should look at a submission, for the instructor's page: what grading keeps is in English."""

from __future__ import annotations

import re

from attentif.words import intake
from attentif.words.text import Text

_KINDS = {
    "unreadable file": "fichier illisible",
    "kernel died": "noyau arrêté",
    "kernel did not start": "noyau qui n’a pas démarré",
    "time limit": "temps dépassé",
    "memory limit": "mémoire dépassée",
    "cpu limit": "temps de calcul dépassé",
    "wall limit": "durée dépassée",
    "process limit": "trop de processus",
    "output limit": "trop de sortie",
    "time budget spent": "temps total épuisé",
    "messages that make no sense": "messages incompréhensibles",
    "folder too large": "dossier trop gros",
    "a score that makes no sense": "note qui n’en est pas une",
    "a check stumbled": "une vérification a trébuché",
    "notebook missing": "notebook manquant",
    "left out of the folder": "laissé hors du dossier",
    "the same answer as another student": "même réponse qu’une autre personne",
    "manual grading needed": "à noter à la main",
    "not graded": "non noté",
    "predictions of a single label": "prédictions d’une seule étiquette",
    "predictions too good for this model": "prédictions trop bonnes pour ce modèle",
}
_DETAILS = {text.en: text for text in (intake.EMPTY, intake.NO_JSON, intake.NO_NOTEBOOK)}
_CELL = re.compile(r"cell (\d+)")


def kind(kept: str) -> Text:
    """The kind of a flag; one that is not known here is shown as it was kept."""
    return Text(_KINDS.get(kept, kept), kept)


def detail(kept: str) -> Text:
    """What stands beside it: a cell's place and the intake's sentences have French words, names need none."""
    cell = _CELL.fullmatch(kept)
    return Text(f"cellule {cell[1]}", kept) if cell else _DETAILS.get(kept, Text(kept, kept))
