"""What both sides of a conversation agree on."""

from __future__ import annotations

import re
from typing import Any

MAX_TEXT = 4000  # characters of a message or a traceback
MAX_BASES = 8  # builtin classes that an exception is said to derive from
OUT_OF_MEMORY = 77  # a session's exit code when there was not even memory to say so
_PUBLIC = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")

# Taken now: a student's helper that shadows or replaces one of these later must not break the agent.
_type, _len = type, len


def is_public(name: Any) -> bool:
    """Whether the protocol lets a name be asked for: an ASCII identifier that does not begin with an underscore."""
    return _type(name) is str and _len(name) <= 200 and _PUBLIC.match(name) is not None
