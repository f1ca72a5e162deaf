"""A call of code that lives elsewhere, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from attentif.remote.wire.errors import ProtocolError, StateMisfit
from attentif.remote.wire.state import fit_state


@dataclass(frozen=True)
class Ref:
    """An input that cannot travel by value: the object that the notebook itself calls ``name``."""

    name: str


@dataclass(frozen=True)
class Call:
    """One call of code that may live elsewhere, as data.

    ``inputs`` are passed by position in the order of the mapping. For a class, ``init`` holds the constructor's
    arguments (by position too), ``state`` its parameters by name, all that are learned, and ``method`` the method to
    call (the instance itself when empty). Where ``probe`` names one of ``attentif.remote.inside.probes``, that
    makes the call: ``inputs`` describe what the target gets (a model, an optimizer), and data say what came of it.
    """

    target: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    init: Mapping[str, Any] | None = None
    state: Mapping[str, Any] | None = None
    method: str = ""
    probe: str = ""

    def run(self, namespace: Any) -> Any:
        """Runs the call on anything that has the target as an attribute (and ``probe``, where the call names one)
        and returns what it returns."""
        if self.probe:
            return namespace.probe(self.probe, self.without_probe())
        inputs = [getattr(namespace, v.name) if isinstance(v, Ref) else v for v in self.inputs.values()]
        return self.made(namespace)(*inputs)

    def made(self, namespace: Any) -> Any:
        """What the call calls: the function, or an instance made with ``init`` and given ``state`` (or its method).
        Raises StateMisfit if the instance does not take that state."""
        probe = getattr(namespace, "probe", None)  # a student's; our own namespaces have none
        if self.init is not None and self.state is not None and probe is not None:
            target = made_there(probe("make", self.without_inputs()))
            return getattr(target, self.method) if self.method else target
        target = getattr(namespace, self.target)
        if self.init is not None:
            target = target(*self.init.values())
            if self.state is not None:
                _check_fit(fit_state(target, self.state))
        return getattr(target, self.method) if self.method else target

    def with_inputs(self, **changes: Any) -> Call:
        """The same call with some inputs replaced."""
        return replace(self, inputs={**self.inputs, **changes})

    def without_probe(self) -> Call:
        """The same call, made plainly."""
        return replace(self, probe="")

    def without_inputs(self) -> Call:
        """What makes the instance that is called."""
        return replace(self, inputs={}, method="")

    def outline(self) -> Call:
        """The same call without its values: names and numbers of arguments only."""
        init = None if self.init is None else dict.fromkeys(self.init)
        return Call(self.target, dict.fromkeys(self.inputs), init, method=self.method)

    def as_tree(self) -> dict[str, Any]:
        """The call as values that the codec carries."""
        init, state = (None if part is None else dict(part) for part in (self.init, self.state))
        return {"target": self.target, "inputs": dict(self.inputs), "init": init, "state": state, "method": self.method}


def made_there(reply: Any) -> Any:
    """The instance that the probe ``make`` tells of: only what stays in the student's process can be called. Raises
    StateMisfit if it does not take its state."""
    if not isinstance(reply, dict) or not callable(reply.get("made")):
        raise ProtocolError("a probe answered with something else than what it looks for")
    _check_fit(reply)
    return reply["made"]


def _check_fit(found: Mapping[str, Any]) -> None:
    misfits = [[str(name)[:200] for name in found.get(kind) or ()] for kind in ("missing", "misshapen", "extra")]
    if any(misfits):
        raise StateMisfit(*misfits)
