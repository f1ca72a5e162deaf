"""Wrong answers that an exercise does not list, kept to see that none of them gets a false name.

@unlisted("padding_mask", "generic:shifted")
def padding_mask_from_one(lengths, T):  # positions counted from 1
    return torch.arange(1, T + 1) < lengths[:, None]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unlisted:
    """A wrong ``implementation`` of the student's ``answer``; ``names`` are all that its report may call it."""

    answer: str
    names: frozenset[str]
    implementation: Any

    @property
    def label(self) -> str:
        """What tells it from the others of its exercise."""
        return str(self.implementation.__name__)


def unlisted(answer: str, *names: str) -> Callable[[Any], Unlisted]:
    """Makes the function or class that follows an unlisted mistake of ``answer``."""
    return lambda implementation: Unlisted(answer, frozenset(names), implementation)
