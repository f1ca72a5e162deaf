"""The global generators of random numbers: of Python, of numpy, of torch where it is imported.

A student may have put anything in the place of a library's functions: what fails is left as it is.
"""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Callable, Mapping
from typing import Any

_getstate, _setstate = random.getstate, random.setstate


def states() -> dict[str, Any]:
    """Their states, by name: "random", "numpy", "torch"."""
    found = {}
    for name, (get, _) in _found().items():
        with contextlib.suppress(Exception):
            found[name] = get()
    return found


def restore(kept: Mapping[str, Any]) -> None:
    """Puts the generators back into states that were kept."""
    for name, (_, put) in _found().items():
        if name in kept:
            with contextlib.suppress(Exception):
                put(kept[name])


def _found() -> dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]]:
    found: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {"random": (_getstate, _setstate)}
    numpy, torch = sys.modules.get("numpy.random"), sys.modules.get("torch")
    if numpy is not None:
        found["numpy"] = numpy.get_state, numpy.set_state
    if torch is not None:
        found["torch"] = torch.get_rng_state, torch.set_rng_state
    return found
