"""Jupyter kernels forked from a warm template, each in a sandbox of its own.

Names are imported at the first use: the template and the kernels import this package too, and need none of them.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Ended": "limits",
    "FolderTooLarge": "folder",
    "ForkedKernelManager": "manager",
    "ForkedProvisioner": "provisioner",
    "KernelFailed": "forked",
    "Kill": "limits",
    "Limits": "limits",
    "SandboxUnavailable": "sandbox",
    "Usage": "limits",
    "discover_imports": "discover",
    "inspect_machine": "doctor",
    "kernel_manager": "manager",
    "kernel_manager_class": "manager",
    "kernelspec": "manager",
    "shared_template": "templates",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
