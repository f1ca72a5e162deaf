"""What the first cell of a released notebook says where the notebook came alone. ``{}``: what went wrong."""

from __future__ import annotations

from attentif.words.text import Text

HEADING = Text(
    "Préparation, à exécuter en premier (ne fait rien si tout est déjà là)",
    "Preparation, to be run first (does nothing where all is there)",
)
BADGE = Text("Ouvrir dans Colab", "Open in Colab")
NO_ADDRESS = Text(
    "Ce notebook ne suffit pas à lui seul : il lui faut le dossier « checks » de l'atelier (et « data », s'il y en a "
    "un) à côté de lui, et la bibliothèque du cours. Sur votre ordinateur, ouvrez-le dans le dossier que vous avez "
    "reçu, après « pip install -r requirements.txt ». Dans Colab, déposez le dossier « checks » à côté du notebook, "
    "puis exécutez de nouveau cette cellule.",
    "This notebook alone is not enough: it needs the atelier's folder “checks” (and “data”, where there is one) beside "
    "it, and the course's library. On your computer, open it in the folder that you were given, after “pip install -r "
    "requirements.txt”. In Colab, put the folder “checks” beside the notebook, then run this cell again.",
)
SUMMARY = Text(
    "Où vous en êtes, et ce qui manque avant de rendre : à exécuter quand vous voulez.",
    "Where you are, and what is missing before you hand in: run it whenever you like.",
)
DONE = Text("Tout est prêt : vérifications, données et bibliothèque.", "All is ready: checks, data and library.")
OTHER_ARCHIVE = Text(
    "l'archive reçue n'est pas celle de ce notebook (sa somme SHA-256 diffère) : elle n'a pas été ouverte",
    "the archive received is not this notebook's (its SHA-256 differs): it was not opened",
)
NO_LIBRARY = Text(
    "le dossier « checks » ne contient pas la bibliothèque du cours (attentif-….whl)",
    "the folder “checks” does not hold the course's library (attentif-….whl)",
)


def failed(address: str) -> Text:
    """Fetching or installing did not work, and how to go on without. ``{}`` is left for the reason."""
    name = address.rpartition("/")[2]
    fr_end = en_end = ""
    if address:
        fr_end = (
            f" Si cela ne suffit pas, téléchargez vous-même {address}, déposez {name} à côté de ce notebook et "
            "exécutez de nouveau cette cellule ; ou demandez à votre enseignant le dossier de l'atelier."
        )
        en_end = (
            f" If that does not help, download {address} yourself, put {name} beside this notebook and run this cell "
            "again; or ask your teacher for the atelier's folder."
        )
    return Text(
        f"La préparation n'a pas abouti : {{}}. Vérifiez la connexion, puis exécutez de nouveau cette cellule.{fr_end}",
        f"The preparation did not succeed: {{}}. Check the connection, then run this cell again.{en_end}",
    )
