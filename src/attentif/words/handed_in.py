"""What is said of files that are handed in beside a notebook: why one cannot be read, what is wrong with a line."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text

WRITE_IT = Text(
    "Exécutez la cellule qui écrit ce fichier, puis rendez-le avec le notebook, dans le même dossier.",
    "Run the cell that writes this file, then hand it in with the notebook, in the same folder.",
)


def missing(name: str) -> Text:
    """There is no such file."""
    return Text(
        f"Le fichier {name} n'est pas à côté du notebook. (Un lien ou un fichier énorme n'est pas pris dans un dossier "
        "rendu.)",
        f"The file {name} is not beside the notebook. (A link or a huge file is not taken from a folder handed in.)",
    )


def no_file(name: str) -> Text:
    """There is something else of that name, or it cannot be read."""
    return Text(
        f"{name} n'est pas un fichier ordinaire que l'on puisse lire (un lien, un dossier, un tube ?).",
        f"{name} is no ordinary file that can be read (a link, a folder, a pipe?).",
    )


def too_large(name: str, limit: int) -> Text:
    """It has more bytes than such a file can have."""
    return Text(
        f"{name} est trop gros : plus de {limit // 1000} ko, pour des numéros et des étiquettes.",
        f"{name} is too large: more than {limit // 1000} kB, for ids and labels.",
    )


def no_text(name: str) -> Text:
    """It is no text in UTF-8 of ordinary lines."""
    return Text(
        f"{name} n'est pas un texte en UTF-8 : il contient des octets qui n'en sont pas, ou des caractères nuls.",
        f"{name} is no text in UTF-8: it holds bytes that are none, or null characters.",
    )


def no_titles(name: str, titles: Sequence[str]) -> Text:
    """The first line does not name the columns."""
    shown = "<tabulation>".join(titles), "<tab>".join(titles)
    return Text(
        f"La première ligne de {name} doit être « {shown[0]} ».", f"The first line of {name} must be “{shown[1]}”."
    )


def no_pair(name: str, line: int) -> Text:
    """A line has not two columns."""
    return Text(
        f"{name}, ligne {line} : il faut un numéro, une tabulation, une étiquette, et rien d'autre.",
        f"{name}, line {line}: an id, a tab, a label, and nothing else.",
    )


def unknown_id(name: str, line: int) -> Text:
    """An id is none of those that were asked for."""
    return Text(
        f"{name}, ligne {line} : ce numéro n'est pas celui d'une phrase à prédire.",
        f"{name}, line {line}: this id is not that of a sentence to predict.",
    )


def repeated_id(name: str, line: int) -> Text:
    """An id comes twice."""
    return Text(
        f"{name}, ligne {line} : ce numéro a déjà une étiquette plus haut.",
        f"{name}, line {line}: this id has a label already, further up.",
    )


def unknown_label(name: str, line: int, labels: Sequence[str]) -> Text:
    """A label is none of those that exist."""
    return Text(
        f"{name}, ligne {line} : l'étiquette doit être {' ou '.join(labels)}.",
        f"{name}, line {line}: the label must be {' or '.join(labels)}.",
    )


def too_few(name: str, found: int, wanted: int) -> Text:
    """Not every id has a label."""
    return Text(
        f"{name} donne {found} étiquettes, alors qu'il y a {wanted} phrases à prédire.",
        f"{name} gives {found} labels, though there are {wanted} sentences to predict.",
    )
