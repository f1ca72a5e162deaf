"""What is said of a student's progress through an atelier, and before it is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attentif.words.reports import ASK, number
from attentif.words.text import Text

TITLE = Text("Où vous en êtes", "Where you are")
EXERCISE = Text("Exercice", "Exercise")
POINTS = Text("Points en jeu", "Points at stake")
PUBLIC = Text("Vérifications publiques", "Public checks")
NEXT = Text("À faire", "To do")
NOT_CHECKED = Text("pas encore vérifié ici", "not checked here yet")
WRITE = Text("écrire la réponse", "write the answer")
CHECK = Text("exécuter la cellule check(…)", "run the check(…) cell")
MEND = Text("corriger, puis vérifier de nouveau", "mend it, then check again")
DONE = Text("rien : toutes passent", "nothing: all pass")
HIDDEN_TOO = Text(
    "La note compte aussi des vérifications cachées, sur d'autres nombres et d'autres formes.",
    "The grade counts hidden checks too, on other numbers and other shapes.",
)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
READY = Text("Prêt à rendre.", "Ready to hand in.")
NOT_READY = Text("Avant de rendre :", "Before you hand in:")
ALL_DONE = Text("Toutes les vérifications publiques passent.", "All public checks pass.")


def hand_in(names: Sequence[str]) -> Text:
    """The files to be handed in."""
    listed = ", ".join(names)
    return Text(f"À rendre, sous leur nom d'origine : {listed}.", f"To hand in, under their own names: {listed}.")


def titled(course: str) -> Text:
    """The title, with the course's."""
    return Text(f"{course} — {TITLE.fr[0].lower()}{TITLE.fr[1:]}", f"{course} — {TITLE.en[0].lower()}{TITLE.en[1:]}")


def where(place: str) -> Text:
    """Where to hand in, as the course says it; a link stands apart."""
    return Text(f"Où rendre : {place}.", f"Where to hand in: {place}.")


def until(due: datetime) -> Text:
    """When hand-ins are due, in the course's time zone."""
    offset = f"{due:%z}"
    zone = f"UTC{offset[:3]}:{offset[3:5]}" if offset.strip("+-0") else "UTC"
    day = "1er" if due.day == 1 else str(due.day)
    return Text(
        f"À rendre au plus tard le {_DAYS[due.weekday()]} {day} {_MONTHS[due.month - 1]} {due.year} à "
        f"{due.hour} h {due.minute:02} ({zone}), sauf délai que l'on vous a accordé.",
        f"Due at the latest on {due:%Y-%m-%d} at {due:%H:%M} ({zone}), unless you were granted more time.",
    )


def contact(address: str) -> Text:
    """Whom to write to, where something cannot be asked in public."""
    return Text(f"Pour écrire à votre enseignant : {address}.", f"To write to your teacher: {address}.")


def ask(link: str) -> Text:
    """Where to ask about the exercise that comes next."""
    return Text(f"{ASK.fr} : {link}", f"{ASK.en}: {link}")


def next_exercise(number: str, title: Text) -> Text:
    """Where to go on."""
    return Text(f"Ensuite : exercice {number} — {title.fr}.", f"Next: exercise {number} — {title.en}.")


def points(value: float) -> Text:
    """So many points: French has the singular below two."""
    fr, en = "s" if value >= 2 else "", "" if value == 1 else "s"
    return Text(f"{number(value, 'fr')} point{fr}", f"{number(value, 'en')} point{en}")


def total(value: float) -> Text:
    """The points of all exercises."""
    return Text(f"{points(value).fr} en tout.", f"{points(value).en} in all.")


def not_run(name: str, count: int) -> Text:
    """Cells that have never been run."""
    s = "s" if count > 1 else ""
    return Text(
        f"{name} : {count} cellule{s} jamais exécutée{s} (menu Exécuter, « Tout exécuter »).",
        f"{name}: {count} cell{s} never run (menu Run, “Run All Cells”).",
    )


def failing(name: str, count: int) -> Text:
    """Cells that end with an error."""
    s = "s" if count > 1 else ""
    return Text(f"{name} : {count} cellule{s} en erreur.", f"{name}: {count} cell{s} with an error.")


def not_saved(name: str) -> Text:
    """The file is older than what was run last."""
    return Text(
        f"{name} : enregistrez (Ctrl+S), le fichier est plus ancien que votre dernière exécution.",
        f"{name}: save it (Ctrl+S), the file is older than what you ran last.",
    )


def not_written(name: str, notebook: str) -> Text:
    """A file to be handed in that is not there yet."""
    return Text(
        f"{name} : ce fichier manque encore, exécutez la cellule de {notebook} qui l'écrit.",
        f"{name}: this file is still missing, run the cell of {notebook} that writes it.",
    )


def unreadable(name: str) -> Text:
    """A file that no notebook program could open."""
    return Text(f"{name} : ce fichier ne s'ouvre pas comme un notebook.", f"{name}: this file is no notebook.")


def twice(exercise: str, names: Sequence[str]) -> Text:
    """Several files have the same exercise."""
    listed, listed_en = " et ".join(names), " and ".join(names)
    return Text(
        f"{listed} contiennent le même exercice ({exercise}) : n'en gardez qu'un, sous son nom d'origine.",
        f"{listed_en} have the same exercise ({exercise}): keep one of them, under its own name.",
    )


def not_established(reason: str) -> Text:
    """The summary could not be made."""
    return Text(f"Le bilan n'a pas pu être établi : {reason}", f"The summary could not be made: {reason}")
