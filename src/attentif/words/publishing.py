"""What the page of links to an institution's ateliers says."""

from __future__ import annotations

from attentif.words.reports import number
from attentif.words.text import Text

TITLE = Text("Transformers : les ateliers", "Transformers: the ateliers")
HOW = Text(
    "Sur votre ordinateur : téléchargez le dossier de l'atelier, décompressez-le, et suivez le guide. Dans Colab : un "
    "notebook suffit, sa première cellule va chercher le reste ici.",
    "On your computer: download the atelier's folder, unpack it, and follow the guide. In Colab: a notebook is enough, "
    "its first cell fetches the rest from here.",
)


def whole(name: str, size: float) -> Text:
    """The link to an atelier's folder; ``size`` in MB."""
    return Text(
        f"Le dossier complet, {name} ({number(round(size, 1), 'fr')} Mo)",
        f"The whole folder, {name} ({number(round(size, 1), 'en')} MB)",
    )


def in_colab(name: str) -> Text:
    """The link to a notebook in Colab, for who hears it."""
    return Text(f"Ouvrir {name} dans Colab", f"Open {name} in Colab")
