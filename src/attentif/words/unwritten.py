"""What stands in the place of a traceback where a cell needs an answer that is not written yet."""

from __future__ import annotations

from attentif.words.text import Text


def after(name: str, number: str) -> Text:
    """The cell calls an answer that is not written; ``number`` of its exercise, empty if it is not known."""
    which_fr, which_en = (f"l'exercice {number}", f"exercise {number}") if number else ("cet exercice", "that exercise")
    what_fr = f"`{name}` n'est pas encore écrite" if name else "une réponse n'est pas encore écrite"
    what_en = f"`{name}` is not written yet" if name else "an answer is not written yet"
    return Text(
        f"○ Après {which_fr} : {what_fr}. Exécutez de nouveau cette cellule ensuite.",
        f"○ After {which_en}: {what_en}. Run this cell again then.",
    )


def waits_for(name: str) -> Text:
    """The cell needs a name that another cell, which was left aside, would have defined."""
    return Text(
        f"○ Plus tard : `{name}` vient d'une cellule ci-dessus qui attend une réponse.",
        f"○ Later: `{name}` comes from a cell above that waits for an answer.",
    )
