"""Giving a module the parameters that a statement fixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def fit_state(module: Any, state: Mapping[str, Any]) -> dict[str, list[str]]:
    """Gives a ``torch.nn.Module`` the parameters that ``state`` fixes, and names those that do not fit: "missing"
    (fixed, but not in the module), "misshapen", "extra" (learned by the module, but not fixed). If there is one,
    nothing is loaded. Buffers and frozen parameters beyond what is fixed are the module's own affair, and so is how it
    loads, where it defines that itself."""
    import torch

    if type(module).load_state_dict is not torch.nn.Module.load_state_dict:
        module.load_state_dict(dict(state))
        return {}
    own = module.state_dict(keep_vars=True)
    fixed = {id(own[key]) for key in state if key in own}  # by identity: a parameter may have a second name
    misfits = {
        "missing": [key for key in state if key not in own],
        "misshapen": [key for key in state if key in own and own[key].shape != state[key].shape],
        "extra": [key for key, value in module.named_parameters() if value.requires_grad and id(value) not in fixed],
    }
    if not any(misfits.values()):
        module.load_state_dict(dict(state), strict=False)
    return misfits
