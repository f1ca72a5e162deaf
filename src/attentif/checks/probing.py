"""Calls of an exercise made through a probe of the agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attentif.remote.wire.call import Call, Ref


def probe_arguments(call: Call, student: Any) -> dict[str, Any]:
    """The keyword arguments of a probe that makes the call."""
    return {
        "name": call.target,
        "inputs": {key: getattr(student, v.name) if isinstance(v, Ref) else v for key, v in call.inputs.items()},
        "init": None if call.init is None else dict(call.init),
        "state": None if call.state is None else dict(call.state),
        "method": call.method,
    }


class LaidOut:
    """Stands for the student in ``Call.run`` and makes the call through a probe that changes memory layout."""

    def __init__(self, student: Any, call: Call, layout: str) -> None:
        self._student, self._call, self._layout = student, call, layout

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name != self._call.target:
            return getattr(self._student, name)
        if self._call.init is None:
            return self._probe
        return lambda *_: self

    def probe(self, *_: Any) -> dict[str, Any]:
        """For ``give_state``: the probe that makes the call gives the state itself."""
        return {}

    def __call__(self, *_: Any) -> Any:
        return self._probe()

    def _probe(self, *_: Any) -> Any:
        return self._student.probe("call_laid_out", layout=self._layout, **probe_arguments(self._call, self._student))
