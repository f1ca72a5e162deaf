"""Reaching an agent in this very process: a student's own machine. Grading never comes here."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from typing import Any

from attentif.remote.inside.service import Agent
from attentif.remote.overtime import limited
from attentif.remote.wire.errors import TimeLimit

_MOST_HEARD = 2000  # characters of what a check's calls print


class LocalConnection:
    """A namespace of this very process, spoken to through the same agent and codec as a remote one.

    time_limit: CPU seconds for each call, None for no limit; ``ended`` is what the limit said, once it has been passed.
    hear: what the code prints is kept, its beginning in ``printed``, instead of going where all output goes.
    """

    def __init__(self, namespace: Mapping[str, Any], *, time_limit: float | None = None, hear: bool = False) -> None:
        self._agent = Agent(namespace, forward=True)
        self._time_limit = time_limit
        self._heard = _Heard() if hear else None
        self.ended: TimeLimit | None = None

    @property
    def printed(self) -> str:
        """The beginning of what the code has printed so far."""
        return self._heard.text if self._heard is not None else ""

    def ask(self, request: bytes) -> bytes:
        """The agent's reply. Raises TimeLimit."""
        if self.ended is not None:
            raise self.ended
        try:
            with limited(self._time_limit), self._hearing():
                return self._agent.handle(request)
        except TimeLimit as error:
            self.ended = error
            raise

    def limit_memory(self, more: int) -> None:
        """Nothing: a process that checks its own code has nothing to gain."""

    def _hearing(self) -> contextlib.AbstractContextManager[Any]:
        return contextlib.nullcontext() if self._heard is None else contextlib.redirect_stdout(self._heard)


class _Heard(io.TextIOBase):
    """Takes whatever is printed and keeps its beginning."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = _MOST_HEARD - len(self.text)
        if room > 0:
            self.text += text[:room] + (" […]" if len(text) > room else "")
        return len(text)
