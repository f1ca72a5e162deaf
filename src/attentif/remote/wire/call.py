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
            return namespace.probe(self.probe, self.target, dict(self.inputs))
        inputs = [getattr(namespace, v.name) if isinstance(v, Ref) else v for v in self.inputs.values()]
        return self.made(namespace)(*inputs)

    def made(self, namespace: Any) -> Any:
        """What the call calls: the function, or an instance made with ``init`` and given ``state`` (or its method).
        Raises StateMisfit if the instance does not take that state."""
        target = getattr(namespace, self.target)
        if self.init is not None:
            target = target(*self.init.values())
            if self.state is not None:
                _give_state(namespace, target, self.state)
        return getattr(target, self.method) if self.method else target

    def with_inputs(self, **changes: Any) -> Call:
        """The same call with some inputs replaced."""
        return replace(self, inputs={**self.inputs, **changes})


def _give_state(namespace: Any, module: Any, state: Mapping[str, Any]) -> None:
    probe = getattr(namespace, "probe", None)  # a student's; our own namespaces have none
    found = fit_state(module, state) if probe is None else probe("give_state", module, dict(state))
    if not isinstance(found, dict):
        raise ProtocolError("a probe answered with something else than what it looks for")
    misfits = [[str(name)[:200] for name in found.get(kind) or ()] for kind in ("missing", "misshapen", "extra")]
    if any(misfits):
        raise StateMisfit(*misfits)
