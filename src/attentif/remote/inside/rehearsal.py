"""Import this last in a template: the agent is used there, so that what forks find is warm.

A first use makes caches and rewrites byte code (Python specialises what runs often); in a template that is done once
for all kernels, and no fork copies pages for it.
"""

from __future__ import annotations

import sys
from typing import Any

from attentif.remote.inside.service import Agent
from attentif.remote.wire.call import Call
from attentif.remote.wire.codec import decode, encode

_TIMES = 20  # more than Python waits before it specialises a function


def rehearse() -> None:
    """Asks an agent what graders ask, about nothing of anybody's."""
    functions = [_echo, _fails]
    values = (None, True, 3, 0.5, float("inf"), "text", (1, 2), [1.0], {"rows": 2}, _arrays())
    asked: list[dict[str, Any]] = [
        {"do": "get", "name": "echo"},
        {"do": "get", "name": "fails"},
        {"do": "get", "name": "missing"},
        {"do": "call", "target": _echo, "args": values, "kwargs": {"mask": None}},
        {"do": "call", "target": _fails, "args": (), "kwargs": {}},
        {"do": "probe", "name": "accepts", "call": Call("echo", {"mask": None}).as_tree(), "options": {}},
        {"do": "probe", "name": "call_and_inputs", "call": Call("echo", {"x": _arrays()}).as_tree(), "options": {}},
    ]
    for _ in range(_TIMES):
        agent = Agent({"echo": _echo, "fails": _fails})
        for request in asked:
            message = encode(request, lambda function: (functions.index(function), True, "function"))
            decode(agent.handle(message), lambda *_: None)


def _echo(*values: Any, **named: Any) -> tuple[Any, Any]:
    return values, named


def _fails(*_: Any, **__: Any) -> None:
    raise ValueError("as a student's code may")


def _arrays() -> list[Any]:
    import numpy as np

    found: list[Any] = [np.ones((2, 3)), np.float64(1.0), np.arange(3)]
    torch = sys.modules.get("torch")
    if torch is not None:
        found += [torch.ones(2, 3), torch.ones(2, dtype=torch.float64), torch.ones(2, dtype=torch.bool)]
    return found


rehearse()
