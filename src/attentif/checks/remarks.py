"""What checks say beside their verdicts: a line for the student, a flag for the instructor, a digest to compare."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from attentif.words.text import Text


@dataclass
class Remarks:
    """The remarks of one exercise's checks, each once, in order. ``fingerprint`` is that of an answer which no two
    students should share; empty where there is none."""

    notes: dict[Text, None] = field(default_factory=dict)
    flags: dict[tuple[str, str], None] = field(default_factory=dict)
    fingerprint: str = ""

    def tell_student(self, text: Text) -> None:
        """A line below the checks of the student's report. It must not say what is hidden."""
        self.notes[text] = None

    def tell_instructor(self, kind: str, detail: str = "") -> None:
        """A reason why a person should look; on a student's own machine nobody reads it."""
        self.flags[kind, detail] = None

    def compare(self, answer: bytes) -> None:
        """Has the instructor told which students of the class gave this very answer."""
        self.fingerprint = hashlib.sha256(answer).hexdigest()
