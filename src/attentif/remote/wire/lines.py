"""The lines of code that the grader has a kernel run."""

from __future__ import annotations


def bootstrap_code() -> str:
    """The line that a fresh kernel runs before any student code. The working folder goes to the end of the import
    path first: a ``numpy.py`` or ``torch.py`` beside the notebook must shadow nothing, for us neither."""
    return (
        "exec(\"import os, sys; here = os.path.realpath('.'); "
        "sys.path.sort(key=lambda entry: os.path.realpath(entry or '.') == here); "
        'import attentif.remote.inside.agent as agent; agent.bootstrap()", {})'
    )


def snapshot_code(path: str, exercise: str, token: str) -> str:
    """The line that freezes a copy of the kernel for ``exercise``."""
    return f"__import__('attentif.remote.inside.agent', fromlist=['x']).snapshot({path!r}, {exercise!r}, {token!r})"


def run_cell_code(path: str, nonce: str, source: str, *, awaits: bool = False) -> str:
    """The line that runs a hand-written grade cell and reports how it went. awaits: at its top level the cell awaits
    something; the kernel's loop then runs it."""
    run = "await {0}.run_awaiting_cell" if awaits else "{0}.run_cell"
    agent = "__import__('attentif.remote.inside.agent', fromlist=['x'])"
    return f"{run.format(agent)}({path!r}, {nonce!r}, {source!r})"
