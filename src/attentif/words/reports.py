"""What reports say around the checks themselves."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.language import Language
from attentif.words.text import Text

VERDICTS = {
    "passed": Text("réussi", "passed"),
    "failed": Text("échoué", "failed"),
    "error": Text("erreur", "error"),
    "time_limit": Text("temps dépassé", "time limit"),
    "memory_limit": Text("mémoire dépassée", "memory limit"),
    "not_run": Text("non exécuté", "not run"),
}
UNWRITTEN = Text("pas encore écrite", "not written yet")
PRINTED = Text("Affiché par votre code pendant cette vérification :", "Printed by your code during this check:")
HIDDEN = Text("vérification cachée", "hidden check")
MATRICES = Text("Votre matrice, puis la matrice attendue", "Your matrix, then the expected one")
YOUR_MATRIX = Text("Votre matrice", "Your matrix")
EXPECTED_MATRIX = Text("Matrice attendue", "Expected matrix")
DIFFERENCE = Text("Différence (la vôtre − attendue)", "Difference (yours − expected)")
ASK = Text("Poser une question sur cet exercice", "Ask about this exercise")
NO_TITLE = Text("Vérifications de l'exercice", "Checks of the exercise")
NO_CHECK = Text("Aucune vérification n'existe pour cet exercice.", "No check exists for this exercise.")


def headline(title: Text, passed: int, checks: int) -> Text:
    """How many checks passed."""
    return Text(f"{title.fr} : {counted(passed, checks).fr}", f"{title.en}: {counted(passed, checks).en}")


def headline_with_points(title: Text, score: float, points: float, passed: int, checks: int) -> Text:
    """What was earned, and how many checks passed."""
    count = counted(passed, checks)
    return Text(
        f"{title.fr} : {number(score, 'fr')} / {number(points, 'fr')} points ({count.fr})",
        f"{title.en}: {number(score, 'en')} / {number(points, 'en')} points ({count.en})",
    )


def counted(passed: int, checks: int) -> Text:
    """So many checks out of so many."""
    return Text(
        f"{passed} vérification{'s' if passed > 1 else ''} sur {checks}",
        f"{passed} check{'' if passed == 1 else 's'} out of {checks}",
    )


def number(value: float, lang: Language) -> str:
    """At most two decimals, as the language writes them."""
    short = f"{value:.2f}".rstrip("0").rstrip(".")
    return short.replace(".", ",") if lang == "fr" else short


def picture_legend(name: str, rows: str, columns: str, place: str, *, wide: bool) -> Text:
    """What the matrices show: name and axes, where they lie in a larger answer, what is marked, a compressed scale."""
    named = f"`{name}`. " if name else ""
    axes_fr = f"{named}Lignes : {rows} ; colonnes : {columns}. " if rows and columns else named
    axes_en = f"{named}Rows: {rows}; columns: {columns}. " if rows and columns else named
    part_fr, part_en = (f"Tranche {place}. ", f"Slice {place}. ") if place else ("", "")
    scale_fr, scale_en = (
        (" Couleurs en échelle logarithmique.", " Colours on a logarithmic scale.") if wide else ("", "")
    )
    return Text(
        f"{axes_fr}{part_fr}≠ marque ce qui diffère, = ce qui est juste ; orange : hors de l'étendue.{scale_fr}",
        f"{axes_en}{part_en}≠ marks what differs, = what is right; orange: out of range.{scale_en}",
    )


def hint(place: int, count: int) -> Text:
    """Which of the hints this is."""
    return Text(f"Indice {place}/{count}", f"Hint {place}/{count}")


def hint_line(place: int, count: int, said: Text) -> Text:
    """A hint on a line of text."""
    return Text(f"Indice {place}/{count} : {said.fr}", f"Hint {place}/{count}: {said.en}")


def seed(drawn_from: int) -> Text:
    """What hidden inputs were drawn from."""
    return Text(f"graine des tirages : {drawn_from}", f"seed of the draws: {drawn_from}")


def another_convention(finding: Text) -> Text:
    """The finding, where the answer is right by another convention."""
    return Text(f"Autre convention : {finding.fr}", f"Another convention: {finding.en}")


def also_below(others: Sequence[Text], *, named: bool) -> Text:
    """The checks further down that an explanation is about, too; ``named``: its mistake has a name."""
    fr = ", ".join(f"« {title.fr.rstrip('.')} »" for title in others)
    en = ", ".join(f"“{title.en.rstrip('.')}”" for title in others)
    if named:
        return Text(f"Ce qui échoue plus bas vient de là aussi : {fr}.", f"What fails below comes from it too: {en}.")
    return Text(f"On voit la même chose plus bas : {fr}.", f"The same is seen below: {en}.")


def same_as_above(first: Text, *, named: bool) -> Text:
    """The explanation stands further up, at the check with that title."""
    fr, en = first.fr.rstrip("."), first.en.rstrip(".")
    if named:
        return Text(f"Même erreur que plus haut (« {fr} »).", f"The same mistake as above (“{en}”).")
    return Text(f"Même constat que plus haut (« {fr} »).", f"The same as above (“{en}”).")
