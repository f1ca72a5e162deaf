"""What the intake says of a folder handed in: to its student, why it was refused or what was left out of it."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text

_OPEN_IT = Text(
    "Ouvrez-le dans JupyterLab (ou Colab : Fichier → Télécharger → .ipynb), enregistrez-le, rendez ce fichier.",
    "Open it in JupyterLab (or Colab: File → Download → .ipynb), save it and hand in that file.",
)
EMPTY = Text("Le fichier est vide.", "The file is empty.").followed_by(_OPEN_IT)
NO_JSON = Text(
    "Le fichier n'est pas un notebook : son JSON est invalide ou coupé.",
    "The file is no notebook: its JSON is invalid or cut.",
).followed_by(_OPEN_IT)
NO_NOTEBOOK = Text(
    "Le fichier n'a pas la structure d'un notebook Jupyter.",
    "The file has not the structure of a Jupyter notebook.",
).followed_by(_OPEN_IT)

# Kinds of things that are left out.
KINDS = {
    "link": Text("un lien", "link"),
    "hard link to a file of the course": Text(
        "un autre nom d'un fichier du cours", "hard link to a file of the course"
    ),
    "named pipe": Text("un tube nommé", "named pipe"),
    "socket": Text("une prise réseau", "socket"),
    "device": Text("un périphérique", "device"),
    "cannot be read": Text("illisible", "cannot be read"),
    "changed while it was read": Text("modifié pendant la lecture", "changed while it was read"),
    "too large": Text("trop volumineux", "too large"),
    "name of characters that cannot be printed": Text(
        "un nom aux caractères illisibles", "name of characters that cannot be printed"
    ),
    "folder with a notebook's name": Text("un dossier qui porte un nom de notebook", "folder with a notebook's name"),
    "no time": Text("pas une date", "no time"),
    "in the place of a file of the course": Text(
        "à la place d'un fichier du cours", "in the place of a file of the course"
    ),
}


def surprise(kind: str) -> Text:
    """Something that nobody thought of; ``kind`` of exception."""
    return Text(
        "Le dossier rendu n'a pas pu être lu : prévenez votre enseignant, et rendez-le de nouveau.",
        f"The folder could not be read ({kind}): tell your teacher, and hand it in again.",
    )


def no_such_notebook(name: str) -> Text:
    """Notebooks were handed in, but none of that name."""
    return Text(
        f"Aucun fichier rendu ne s'appelle {name}.ipynb : rendez votre notebook sous ce nom.",
        f"No file handed in is called {name}.ipynb: hand in your notebook under that name.",
    )


def too_heavy(mebibytes: int) -> Text:
    """The folder's size."""
    return Text(
        f"Le dossier pèse plus de {mebibytes} Mio : rendez vos notebooks, sans données ni modèles.",
        f"The folder holds more than {mebibytes} MiB: hand in your notebooks, without data or models.",
    )


def too_deep(folders: int) -> Text:
    """Folders inside folders."""
    return Text(
        f"Plus de {folders} dossiers sont imbriqués : rendez vos notebooks, sans eux.",
        f"There are more than {folders} folders inside each other: hand in your notebooks, without them.",
    )


def too_many(files: int) -> Text:
    """The number of files."""
    return Text(
        f"Le dossier contient plus de {files} fichiers : rendez vos notebooks et ce que vous avez écrit, rien de plus.",
        f"The folder holds more than {files} files: hand in your notebooks and what you have written, no more.",
    )


def path_too_long(size: int, path: str) -> Text:
    """A path longer than ``size`` bytes."""
    return Text(
        f"Le chemin d'un fichier dépasse {size} octets : {path}",
        f"The path of a file is longer than {size} bytes: {path}",
    )


def folder_is_a_link(name: str) -> Text:
    """What was handed in is a link."""
    return Text(
        f"Le dossier rendu, {name}, est un lien : rendez le dossier lui-même.",
        f"The folder handed in, {name}, is a link: hand in the folder itself.",
    )


def no_folder(name: str) -> Text:
    """What was handed in is something else than a folder."""
    return Text(f"Ce qui a été rendu, {name}, n'est pas un dossier.", f"What was handed in, {name}, is no folder.")


def closed_folder(name: str, reason: str) -> Text:
    """The folder cannot be opened."""
    return Text(
        f"Le dossier rendu, {name}, ne peut pas être ouvert.",
        f"The folder handed in, {name}, cannot be opened ({reason}).",
    )


def notebook_too_large(megabytes: int) -> Text:
    """The notebook's size."""
    return Text(
        f"Le fichier dépasse {megabytes} Mo : videz ses sorties, enregistrez-le et rendez-le de nouveau.",
        f"The file has more than {megabytes} MB: clear its outputs, save it and hand it in again.",
    )


def no_file(kind: Text) -> Text:
    """What bears a notebook's name is a link, a folder…"""
    return Text(
        f"Le fichier ne peut pas être ouvert ({kind.fr}) : rendez le fichier .ipynb lui-même.",
        f"The file cannot be opened ({kind.en}): hand in the .ipynb file itself.",
    )


def stand_in(reason: Text) -> Text:
    """The only cell of what is graded in the place of a notebook that cannot be read. Markdown."""
    return Text(
        f"**Ce notebook n'a pas pu être lu.** {reason.fr}\n\nIl a été noté comme une copie sans réponse.",
        f"**This notebook could not be read.** {reason.en}\n\nIt was graded as one without an answer.",
    )


def left_out(things: Text) -> Text:
    """What of the folder was not taken. Markdown."""
    return Text(
        f"**Laissé de côté à la réception de votre dossier :** {things.fr}.",
        f"**Left out when your folder was received:** {things.en}.",
    )


def listed(things: Sequence[tuple[str, Text]], more: int) -> Text:
    """(name, kind) of things, and how many more there are."""
    fr, en = ([f"{name} ({getattr(kind, lang)})" for name, kind in things] for lang in ("fr", "en"))
    if more:
        fr.append(f"et {more} de plus")
        en.append(f"and {more} more")
    return Text(", ".join(fr), ", ".join(en))
