"""Jupyter kernels forked from a warm template, each in a sandbox of its own.

Names are imported at the first use: the template and the kernels import this package too, and need none of them.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Ended": "shared.limits",
    "FolderTooLarge": "outside.folder",
    "ForkedKernelManager": "outside.manager",
    "ForkedProvisioner": "outside.provisioner",
    "KernelFailed": "outside.forked",
    "Kill": "shared.limits",
    "Limits": "shared.limits",
    "SandboxUnavailable": "outside.sandbox",
    "Usage": "shared.limits",
    "discover_imports": "outside.discover",
    "inspect_machine": "outside.doctor",
    "kernel_manager": "outside.manager",
    "kernel_manager_class": "outside.manager",
    "kernelspec": "outside.manager",
    "shared_template": "outside.templates",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
