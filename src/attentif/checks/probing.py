"""Calls of an exercise made through a probe of the agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attentif.remote.wire.call import Call, Ref


def resolved(call: Call, student: Any) -> Call:
    """The call with what its Refs name, as it comes from the student, in their place."""
    return call.with_inputs(**{key: getattr(student, v.name) for key, v in call.inputs.items() if isinstance(v, Ref)})


class LaidOut:
    """Stands for the student in ``Call.run`` and makes the call through a probe that changes memory layout."""

    def __init__(self, student: Any, call: Call, layout: str) -> None:
        self._student, self._call, self._layout = student, call, layout

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in (self._call.target, self._call.method):
            return getattr(self._student, name)
        made_first = self._call.init is not None and name == self._call.target
        return (lambda *_: self) if made_first else self._probe

    def probe(self, *_: Any) -> dict[str, Any]:
        """For ``make``: the probe that makes the call makes the instance itself."""
        return {"made": self}

    def __call__(self, *_: Any) -> Any:
        return self._probe()

    def _probe(self, *_: Any) -> Any:
        return self._student.probe("call_laid_out", resolved(self._call, self._student), layout=self._layout)
