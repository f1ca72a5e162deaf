"""What the intake says: what it left out of a folder, and why it refused one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attentif.words.text import Text

_NAMED = 3  # things left out that a message names

LINK = "link"
HARD_LINK = "hard link to a file of the course"
PIPE = "named pipe"
SOCKET = "socket"
DEVICE = "device"
UNREADABLE = "cannot be read"
CHANGED = "changed while it was read"
TOO_LARGE = "too large"
ODD_NAME = "name of characters that cannot be printed"
NOTEBOOK_FOLDER = "folder with a notebook's name"
FALSE_TIME = "no time"
IN_THE_WAY = "in the place of a file of the course"

FRENCH = {
    LINK: "un lien",
    HARD_LINK: "un autre nom d'un fichier du cours",
    PIPE: "un tube nommé",
    SOCKET: "une prise réseau",
    DEVICE: "un périphérique",
    UNREADABLE: "illisible",
    CHANGED: "modifié pendant la lecture",
    TOO_LARGE: "trop volumineux",
    ODD_NAME: "un nom aux caractères illisibles",
    NOTEBOOK_FOLDER: "un dossier qui porte un nom de notebook",
    FALSE_TIME: "pas une date",
    IN_THE_WAY: "à la place d'un fichier du cours",
}


@dataclass(frozen=True)
class LeftOut:
    """One thing of a folder that was not taken: its kind (a key of ``FRENCH``) and its name, printable."""

    kind: str
    name: str


class Refused(Exception):
    """A hand-in, or one notebook of it, cannot be taken in; ``reason`` says why, and what to do."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class IntakeFailed(Exception):
    """The grader's own machine failed (no space, no memory, no descriptors): nothing is known of the hand-in."""


def listed(left_out: Sequence[LeftOut], *, french: bool = False) -> str:
    """One line that names what was left out, the first few by name."""
    shown = [f"{each.name} ({FRENCH[each.kind] if french else each.kind})" for each in left_out[:_NAMED]]
    more = len(left_out) - len(shown)
    if more:
        shown.append(f"et {more} de plus" if french else f"and {more} more")
    return ", ".join(shown)
