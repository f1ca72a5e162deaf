"""What the intake says: what it left out of a folder, and why it refused one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attentif.words import intake as words
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


@dataclass(frozen=True)
class LeftOut:
    """One thing of a folder that was not taken: its kind (a key of ``words.KINDS``) and its name, printable."""

    kind: str
    name: str


class Refused(Exception):
    """A hand-in, or one notebook of it, cannot be taken in; ``reason`` says why, and what to do."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class IntakeFailed(Exception):
    """The grader's own machine failed (no space, no memory, no descriptors): nothing is known of the hand-in."""


def listed(left_out: Sequence[LeftOut]) -> Text:
    """One line that names what was left out, the first few by name."""
    shown = [(each.name, words.KINDS[each.kind]) for each in left_out[:_NAMED]]
    return words.listed(shown, len(left_out) - len(shown))
