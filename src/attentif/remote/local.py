"""Reaching an agent in this very process: a student's own machine. Grading never comes here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attentif.remote.inside.service import Agent


class LocalConnection:
    """A namespace of this very process, spoken to through the same agent and codec as a remote one."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._agent = Agent(namespace, forward=True)

    def ask(self, request: bytes) -> bytes:
        """The agent's reply."""
        return self._agent.handle(request)

    def limit_memory(self, more: int) -> None:
        """Nothing: a process that checks its own code has nothing to gain."""
