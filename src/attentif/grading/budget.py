"""The time that a submission may take altogether, beside the limits of its single cells and calls."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic

from attentif.checks.run import NotRun
from attentif.remote.outside.connections import Connection, Pipelined
from attentif.remote.wire.errors import RemoteError
from attentif.words import grading as words
from attentif.words.text import Text


class BudgetSpent(NotRun, RemoteError):
    """A call of student code came after the time for it was spent. What is known by then stands: a check that had
    found its mistake has failed, all others were not run."""


@dataclass
class Budget:
    """Seconds of wall time that the checks of one exercise, the cells of a notebook, and all its checks may take.

    ``cut`` holds the exercises that were cut short, with what their reports say.
    """

    exercise: float
    notebook: float
    cells: float = 0.0  # seconds that cells have taken
    checks: dict[str, float] = field(default_factory=lambda: defaultdict(float))  # seconds, by exercise
    cut: dict[str, Text] = field(default_factory=dict)

    @property
    def cells_spent(self) -> bool:
        """Whether no further cell may run."""
        return self.cells >= self.notebook

    def require(self, exercise: str) -> None:
        """BudgetSpent if no time is left for a call in this exercise."""
        if exercise not in self.cut:
            if self.checks[exercise] >= self.exercise:
                self.cut[exercise] = words.time_spent(words.THIS_EXERCISE, self.exercise)
            elif sum(self.checks.values()) >= self.notebook:
                self.cut[exercise] = words.time_spent(words.THIS_NOTEBOOK, self.notebook)
        if exercise in self.cut:
            raise BudgetSpent(self.cut[exercise])


class Metered:
    """A connection whose calls are charged to an exercise, and refused once its time is spent."""

    def __init__(self, connection: Connection, budget: Budget, exercise: str) -> None:
        self._connection, self._budget, self._exercise = connection, budget, exercise

    @property
    def ended(self) -> RemoteError | None:
        """What ended the session; None while it goes on."""
        return getattr(self._connection, "ended", None)

    def ask(self, request: bytes) -> bytes:
        """As the connection's; BudgetSpent once no time is left. A call under way has its own limit, and ends."""
        self._budget.require(self._exercise)
        started = monotonic()
        try:
            return self._connection.ask(request)
        finally:
            self._budget.checks[self._exercise] += monotonic() - started

    def ask_all(self, requests: Sequence[bytes]) -> Iterator[bytes]:
        """As the connection's; BudgetSpent, which ends the session, once no time is left for the next."""
        assert isinstance(self._connection, Pipelined)
        self._budget.require(self._exercise)
        started = monotonic()
        with contextlib.closing(self._connection.ask_all(requests)) as replies:  # type: ignore[type-var]
            try:
                for number, reply in enumerate(replies):
                    now = monotonic()
                    self._budget.checks[self._exercise] += now - started
                    started = now
                    yield reply
                    if number + 1 < len(requests):
                        self._budget.require(self._exercise)
            finally:
                self._budget.checks[self._exercise] += monotonic() - started

    def limit_memory(self, more: int) -> None:
        """As the connection's."""
        self._connection.limit_memory(more)
