"""What is said of the source that was judged: which execution it comes from, and why it may not be what is written."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text


def judged(parts: Sequence[tuple[str, int]]) -> Text:
    """The functions that were judged, each with the number beside the cell when it was run."""
    listed = ", ".join(f"`{name}` [{number}]" for name, number in parts)
    return Text(f"Code vérifié, tel qu'exécuté : {listed}.", f"Code checked, as it was run: {listed}.")


def failed_since(name: str, number: int, error: str, judged_number: int) -> Text:
    """The cell was run again, and failed before it defined the function anew."""
    return Text(
        f"La cellule ci-dessus a échoué à sa dernière exécution [{number}] ({error}). `{name}` est encore celle de "
        f"l'exécution [{judged_number}], et c'est elle qui vient d'être vérifiée : corrigez la cellule, exécutez-la, "
        "puis vérifiez de nouveau.",
        f"The cell above failed when it was last run [{number}] ({error}). `{name}` is still the one of run "
        f"[{judged_number}], and that is what has just been checked: mend the cell, run it, then check again.",
    )


def never_defined(name: str, number: int, error: str) -> Text:
    """The cell that was to define the function failed, and no earlier one defined it."""
    return Text(
        f"La cellule ci-dessus a échoué à sa dernière exécution [{number}] ({error}) : `{name}` n'est pas définie.",
        f"The cell above failed when it was last run [{number}] ({error}): `{name}` is not defined.",
    )


def stopped_after(name: str, number: int, error: str) -> Text:
    """The cell defined the function, then stopped on an error."""
    return Text(
        f"La cellule ci-dessus a défini `{name}`, puis a échoué [{number}] ({error}) : ce qui suit l'erreur n'a pas "
        "été exécuté.",
        f"The cell above defined `{name}`, then failed [{number}] ({error}): what follows the error was not run.",
    )


def no_longer_defined(name: str, number: int, judged_number: int) -> Text:
    """The cell was run again without defining the function."""
    return Text(
        f"La cellule ci-dessus a changé depuis : exécutée en [{number}], elle ne définit plus `{name}`. C'est "
        f"l'ancienne version, exécutée en [{judged_number}], qui vient d'être vérifiée.",
        f"The cell above has changed since: run as [{number}], it no longer defines `{name}`. The old version, run as "
        f"[{judged_number}], is what has just been checked.",
    )


def defined_elsewhere(name: str, number: int, answer_number: int) -> Text:
    """Another cell than the answer's defined the function anew."""
    return Text(
        f"`{name}` a été redéfinie depuis dans une autre cellule [{number}] : c'est cette version qui vient d'être "
        f"vérifiée, et non celle de la cellule de réponse [{answer_number}]. Exécutez la cellule de réponse, puis "
        "vérifiez de nouveau.",
        f"`{name}` has since been defined anew in another cell [{number}]: that version has just been checked, and not "
        f"the one of the answer cell [{answer_number}]. Run the answer cell, then check again.",
    )


def edited_since(name: str, judged_number: int, saved_at: str) -> Text:
    """The notebook's file, saved after the run, holds another source of the cell."""
    return Text(
        f"La cellule ci-dessus a changé depuis son exécution [{judged_number}] : le fichier enregistré à {saved_at} en "
        f"contient une autre version. Exécutez-la pour que ce soit elle que l'on vérifie (`{name}` est l'ancienne).",
        f"The cell above has changed since it was run [{judged_number}]: the file saved at {saved_at} holds another "
        f"version of it. Run it so that this is what is checked (`{name}` is the old one).",
    )
