"""Who does the work of a run: what the scheduler asks of processes of this machine today, and of a cluster tomorrow."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Protocol


class WorkerDied(Exception):
    """A worker ended without an answer. ``lost`` names what was under way then, ``refused`` what was not begun."""

    def __init__(self, reason: str, lost: Sequence[Any], refused: Sequence[Any] = ()) -> None:
        super().__init__(reason)
        self.lost = tuple(lost)
        self.refused = tuple(refused)


class Workers(Protocol):
    """Processes that run functions of ``attentif.scheduler.worker`` on plain data, wherever they are, as long as they
    see the course's folder."""

    @property
    def count(self) -> int:
        """How many calls are made at a time."""

    def submit(self, name: Hashable, function: Callable[..., Any], *arguments: Any) -> None:
        """Hands out ``function(*arguments)``; ``name`` tells it from all that is under way."""

    def finished(self) -> Iterator[tuple[Any, Any]]:
        """(name, result) of what was handed out, in the order in which it is done, until nothing is under way; more may
        be handed out meanwhile. Raises what a call has raised; and WorkerDied, once all that is done has been told."""

    def replace(self) -> None:
        """Live workers in the place of those that died; what was under way is forgotten."""

    def close(self, *, at_once: bool = False) -> None:
        """Ends them: when they have done what they do, or at once. Twice does no harm."""
