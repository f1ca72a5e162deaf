"""The templates of this process: one per environment, checked before each use and replaced when it has gone bad."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Iterable, Mapping

from attentif.kernels.outside import waiting as kernels_ahead
from attentif.kernels.outside.forked import KernelFailed, Sandbox
from attentif.kernels.outside.host import Template, TemplateFailed
from attentif.kernels.outside.sandbox import Environment
from attentif.kernels.shared.limits import Limits

log = logging.getLogger(__name__)

_lock = threading.Lock()
_templates: dict[Environment, Template] = {}
_begun: dict[Environment, Template] = {}  # not yet ready
_unusable: set[Environment] = set()


def get_template(environment: Environment) -> Template:
    """The template for this environment, started if need be. Raises SandboxUnavailable or TemplateFailed."""
    with _lock:
        template = _templates.get(environment)
        if template is not None and template.healthy():
            return template
        if template is not None:
            log.warning("the template of %s has died or grown: replacing it", environment.sandbox)
            del _templates[environment]
            template.close()
        if environment in _unusable:
            raise TemplateFailed("this environment could not be preloaded before")
        try:
            template = _begun.pop(environment, None) or Template.launch(environment)
            template.await_ready()
        except TemplateFailed:
            _unusable.add(environment)
            raise
        _templates[environment] = template
        return template


def begin_template(environment: Environment) -> None:
    """Starts the template of this environment and does not wait; `get_template` does. SandboxUnavailable."""
    with _lock:
        if environment not in _templates and environment not in _begun:
            _begun[environment] = Template.launch(environment)


def shared_template(
    preload: Iterable[str] = (),
    sandbox: str = "bubblewrap",
    readable: Iterable[str | os.PathLike[str]] = (),
    variables: Mapping[str, str] | None = None,
) -> str:
    """The address of a template that other processes of this user may use while this process lives.

    The options must be those of the workers' kernel managers. Raises SandboxUnavailable or TemplateFailed.
    """
    return get_template(Environment.of(preload, sandbox, readable, variables)).address


def adopt_template(address: str) -> bool:
    """Uses a template that another process started (its `Template.address`) in this process; False when it is gone.

    A template of this process for the same environment stays in use while it is healthy.
    """
    with _lock:
        if any(template.address == address and template.healthy() for template in _templates.values()):
            return True
        try:
            template = Template.attach(address)
        except TemplateFailed:
            return False
        if not template.healthy():
            return False
        known = _templates.get(template.environment)
        if known is None or not known.healthy():
            _templates[template.environment] = template
    return True


def start_sandbox(
    environment: Environment,
    limits: Limits,
    workdir: str | os.PathLike[str] | None,
    *,
    key: str,
    arguments: list[str] | None = None,
    ahead: bool = False,
) -> Sandbox:
    """A kernel from the environment's template; from a fresh template, then from a cold start, when that fails.

    ahead: take the one that an earlier call has asked for, and ask for the next; it has a key of its own.
    Raises SandboxUnavailable, FolderTooLarge, or what the cold start raises.
    """
    ahead = ahead and environment.sandbox != "none" and not arguments  # without a sandbox it starts in its folder
    if ahead and (waited := kernels_ahead.take(environment, limits, workdir)) is not None:
        return waited
    for attempt in range(2):
        try:
            template = get_template(environment)
            sandbox = template.fork(limits, workdir, key=key, arguments=arguments)
            if ahead:
                kernels_ahead.ask(template, limits)
            return sandbox
        except (TemplateFailed, KernelFailed) as error:
            log.warning("attempt %d at a kernel from the template failed: %s", attempt + 1, error)
            discard(environment)
    return cold_start(environment, limits, workdir, key=key, arguments=arguments)


def cold_start(
    environment: Environment,
    limits: Limits,
    workdir: str | os.PathLike[str] | None,
    *,
    key: str,
    arguments: list[str] | None = None,
) -> Sandbox:
    """The same kernel, from a template of its own that has imported nothing and ends at once."""
    bare = Environment((), environment.sandbox, environment.readable, environment.variables, environment.python)
    template = Template.start(bare, warm=False)
    try:
        return template.fork(limits, workdir, key=key, arguments=arguments)
    finally:
        template.close()


def discard(environment: Environment) -> None:
    """Ends the template of this environment; the next kernel starts a new one."""
    with _lock:
        for known in (_templates, _begun):
            template = known.pop(environment, None)
            if template is not None:
                template.close()


def close_templates() -> None:
    """Ends all templates that this process started, and kernels that still wait. Running kernels live on."""
    kernels_ahead.close()
    with _lock:
        for template in (*_templates.values(), *_begun.values()):
            template.close()
        _templates.clear()
        _begun.clear()
        _unusable.clear()


def _start_anew() -> None:
    """A forked worker must not inherit a lock that a thread of its parent holds, nor what its parent has begun."""
    global _lock
    _lock = threading.Lock()
    _begun.clear()


os.register_at_fork(after_in_child=_start_anew)
atexit.register(close_templates)
