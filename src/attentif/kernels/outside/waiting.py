"""Kernels that nobody waits for: one that is made ready before it is needed, and those that are still dying."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import uuid

from attentif.kernels.outside.forked import KernelFailed, Sandbox
from attentif.kernels.outside.host import Template, TemplateFailed
from attentif.kernels.outside.sandbox import Environment, SandboxUnavailable
from attentif.kernels.shared.limits import Limits

log = logging.getLogger(__name__)

_lock = threading.Lock()
_waiting: dict[tuple[Environment, Limits], tuple[Template, Sandbox]] = {}  # for their submission
_dying: list[Sandbox] = []  # killed, perhaps not gone yet


def take(environment: Environment, limits: Limits, workdir: str | os.PathLike[str] | None) -> Sandbox | None:
    """The kernel that waits, with its files, and another one asked for; None when there is none that is fit.

    Raises FolderTooLarge.
    """
    with _lock:
        template, sandbox = _waiting.pop((environment, limits), (None, None))
    if template is None or sandbox is None:
        return None
    try:
        template.finish(sandbox, limits, os.path.abspath(workdir) if workdir is not None else None)
    except (TemplateFailed, KernelFailed, SandboxUnavailable) as error:
        log.warning("a kernel that was waiting is of no use: %s", error)
        return None
    ask(template, limits)
    return sandbox


def ask(template: Template, limits: Limits) -> None:
    """Asks for the next kernel and does not wait; nothing happens where the template is not fit."""
    if not template.healthy():
        return
    with contextlib.suppress(TemplateFailed):
        sandbox = template.begin(limits, key=uuid.uuid4().hex)
        with _lock:
            others = list(_waiting.values())
            _waiting.clear()  # one is enough: it takes memory
            _waiting[template.environment, limits] = template, sandbox
        for _, other in others:
            other.close()


def close_later(sandbox: Sandbox) -> None:
    """Closes a sandbox that has been killed when the next one is closed so, or at the end: its processes take a while
    to vanish, and nothing waits for that."""
    with _lock:
        earlier = _dying[:]
        _dying[:] = [sandbox]
    for other in earlier:
        other.close()


def close() -> None:
    """Ends the kernel that waits, and sees to it that killed ones are gone."""
    for sandbox in _all_let_go():
        sandbox.close()


def _all_let_go() -> list[Sandbox]:
    with _lock:
        sandboxes = [*_dying, *(sandbox for _, sandbox in _waiting.values())]
        _dying.clear()
        _waiting.clear()
    return sandboxes


def _start_anew() -> None:
    """A fork has neither a lock that a thread of its parent holds, nor its parent's kernels."""
    global _lock
    _lock = threading.Lock()
    for sandbox in _all_let_go():
        sandbox.forget()


os.register_at_fork(after_in_child=_start_anew)
