"""A call of code that lives elsewhere, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Ref:
    """An input that cannot travel by value: the object that the notebook itself calls ``name``."""

    name: str


@dataclass(frozen=True)
class Call:
    """One call of code that may live elsewhere, as data.

    ``inputs`` are passed by position in the order of the mapping. For a class, ``init`` holds the constructor's
    arguments (by position too), ``state`` the tensors given to ``load_state_dict`` and ``method`` the method to
    call (the instance itself when empty).
    """

    target: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    init: Mapping[str, Any] | None = None
    state: Mapping[str, Any] | None = None
    method: str = ""

    def run(self, namespace: Any) -> Any:
        """Runs the call on anything that has the target as an attribute and returns what it returns."""
        target = getattr(namespace, self.target)
        inputs = [getattr(namespace, v.name) if isinstance(v, Ref) else v for v in self.inputs.values()]
        if self.init is not None:
            target = target(*self.init.values())
            if self.state is not None:
                target.load_state_dict(dict(self.state))
        if self.method:
            target = getattr(target, self.method)
        return target(*inputs)

    def with_inputs(self, **changes: Any) -> Call:
        """The same call with some inputs replaced."""
        return replace(self, inputs={**self.inputs, **changes})
