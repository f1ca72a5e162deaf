"""``checks/course.json``: what students see of the course's settings — where and until when to hand in, whom to ask."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

NAME = "course.json"
_PLACE = "{exercise}"  # in the forum's link


@dataclass(frozen=True)
class Handout:
    """Empty texts, and None, where the course says nothing. ``due`` has its time zone. Extensions are each student's
    own business, and stay out of it."""

    title: str = ""
    language: str = ""
    hand_in: str = ""
    forum: str = ""
    contact: str = ""
    due: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return self == Handout()

    def question(self, exercise: str) -> str:
        """The link to ask about an exercise, called by its number and title; "" where there is no forum."""
        return self.forum.replace(_PLACE, quote(exercise, safe=""))

    def text(self) -> str:
        """The file's content; ``read_handout`` reads it."""
        content = {**asdict(self), "due": self.due.isoformat() if self.due else ""}
        kept = {name: value for name, value in content.items() if value}
        return json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_handout(checks: Path) -> Handout:
    """What the folder of checks says of the course. A file that cannot be read says nothing: nobody's check fails
    for it."""
    try:
        content = json.loads((checks / NAME).read_text(encoding="utf-8"))
        texts = {name: str(content.get(name, "")) for name in ("title", "language", "hand_in", "forum", "contact")}
        due = datetime.fromisoformat(content["due"]) if content.get("due") else None
    except (OSError, ValueError, TypeError, AttributeError):
        return Handout()
    return Handout(**texts, due=due)
