"""3.8 MultiHeadAttention with several mistakes at once: each is a step of AttentionParts done otherwise."""

from __future__ import annotations

from ._multi_head_attention_variants import MISCONCEPTIONS, AttentionParts

MODULES = {m.name: m.defines["MultiHeadAttention"] for m in MISCONCEPTIONS}


def steps(module):
    """Names of the steps that a module does otherwise."""
    return {name for name in vars(module) if callable(getattr(AttentionParts, name)) and not name.startswith("__")}


def combined(names):
    """A module that inherits every mistake, or None if two of them change the same step or one changes them all."""
    modules = [module for name, module in MODULES.items() if name in names]
    changed = [step for module in modules for step in steps(module)]
    if len(set(changed)) < len(changed) or "forward" in changed:
        return None
    return {"MultiHeadAttention": type("Combined", (*modules, AttentionParts), {})}
