"""Small functions of ours that run beside the student's code, for what a returned value cannot show.

Each takes the namespace first. They carry no expected value: a process that answers falsely gains nothing that it
could not have by computing. They run the same way in the student's own notebook and on trusted code.
"""

from __future__ import annotations

import copy
import inspect
import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from attentif.remote.errors import NameMissing, NotCallable

Namespace = Mapping[str, Any]


def find(namespace: Namespace, name: str) -> Any:
    """The callable of that name; raises NameMissing or NotCallable."""
    if name not in namespace:
        raise NameMissing(name)
    if not callable(namespace[name]):
        raise NotCallable(name)
    return namespace[name]


def accepts(namespace: Namespace, name: str, inputs: int, init: int = 0, method: str = "") -> str | None:
    """None if the function can be called with that many arguments by position (a class: ``init`` to construct),
    else its signature as written. What cannot be inspected is given the benefit of the doubt."""
    target = find(namespace, name)
    count = init if inspect.isclass(target) else inputs
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*range(count))
    except TypeError:
        return str(signature)[:300]
    return None


def bound_call(
    namespace: Namespace,
    name: str,
    init: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    method: str = "",
) -> Callable[..., Any]:
    """What a call calls: the function, or an instance made with ``init`` and given ``state`` (or its method)."""
    target = find(namespace, name)
    if init is not None:
        target = target(*init.values())
        if state is not None:
            target.load_state_dict(dict(state))
    return getattr(target, method) if method else target


def call_laid_out(
    namespace: Namespace,
    name: str,
    inputs: Mapping[str, Any],
    init: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    method: str = "",
    layout: str = "non_contiguous",
) -> Any:
    """The call with its arrays laid out in memory as after a transpose (same values, other strides)."""
    target = bound_call(namespace, name, init, state, method)
    return target(*(_non_contiguous(value) for value in inputs.values()))


def _non_contiguous(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.ndim >= 2:
        return value.transpose(-1, -2).contiguous().transpose(-1, -2)
    if isinstance(value, np.ndarray) and value.ndim >= 2:
        return np.swapaxes(np.ascontiguousarray(np.swapaxes(value, -1, -2)), -1, -2)
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return np.repeat(value, 2)[::2]
    return value


def gradients(
    namespace: Namespace,
    name: str,
    inputs: Mapping[str, Any],
    wrt: list[str],
    cotangent: torch.Tensor,
    init: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    method: str = "",
) -> list[torch.Tensor]:
    """Gradients of ⟨first output, cotangent⟩ by the inputs named in ``wrt``; zeros where the graph is cut."""
    target = bound_call(namespace, name, init, state, method)
    leaves = {key: inputs[key].detach().clone().requires_grad_(True) for key in wrt}
    output = target(*{**inputs, **leaves}.values())
    output = output[0] if isinstance(output, (tuple, list)) else output
    if not output.requires_grad:
        return [torch.zeros_like(leaf) for leaf in leaves.values()]
    found = torch.autograd.grad(output, list(leaves.values()), cotangent.to(output.dtype), allow_unused=True)
    return [torch.zeros_like(leaf) if g is None else g for g, leaf in zip(found, leaves.values(), strict=True)]


def unchanged(
    namespace: Namespace,
    name: str,
    inputs: Mapping[str, Any],
    init: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    method: str = "",
) -> list[str]:
    """Names of the inputs that the call changed in place. An exception in the call does not hide a change."""
    target = bound_call(namespace, name, init, state, method)
    given = {key: copy.deepcopy(value) for key, value in inputs.items()}
    try:
        target(*given.values())
    except Exception:
        changed = [key for key in inputs if not _same(inputs[key], given[key])]
        if not changed:
            raise
        return changed
    return [key for key in inputs if not _same(inputs[key], given[key])]


def _same(one: Any, other: Any) -> bool:
    """Whether a value is as it was, but for rounding: who adds ε and takes it away again has changed nothing."""
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and one.shape == other.shape and _close(one.numpy(), other.detach().numpy())
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and _close(one, other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    return one is other or not isinstance(one, (int, float, str, bool)) or bool(one == other)


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    if one.dtype.kind not in "fc":
        return bool(np.array_equal(one, other))
    # a few roundings of the largest entry, no more
    finite = np.abs(one[np.isfinite(one)])
    slack = 8 * float(np.finfo(one.dtype).eps) * float(finite.max(initial=0.0))
    return bool(np.allclose(one, other, rtol=0.0, atol=slack, equal_nan=True))


def rng_used(namespace: Namespace, name: str, inputs: Mapping[str, Any]) -> list[str]:
    """Which global generators (``random``, ``numpy``, ``torch``) the call drew from."""
    target = find(namespace, name)
    before = (random.getstate(), np.random.get_state()[1].tobytes(), torch.get_rng_state())  # type: ignore[index]
    target(*inputs.values())
    after = (random.getstate(), np.random.get_state()[1].tobytes(), torch.get_rng_state())  # type: ignore[index]
    same = (before[0] == after[0], before[1] == after[1], bool(torch.equal(before[2], after[2])))
    return [label for label, is_same in zip(("random", "numpy", "torch"), same, strict=True) if not is_same]


def hook_outputs(
    namespace: Namespace,
    name: str,
    inputs: Mapping[str, Any],
    init: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
) -> list[tuple[str, torch.Tensor]]:
    """(submodule's name, its first output) in the order of the forward pass of an instance."""
    model = bound_call(namespace, name, init, state)
    found: list[tuple[str, torch.Tensor]] = []

    def hook(label: str) -> Callable[..., None]:
        def keep(_module: Any, _inputs: Any, output: Any) -> None:
            first = output[0] if isinstance(output, (tuple, list)) else output
            if isinstance(first, torch.Tensor):
                found.append((label, first.detach().clone()))

        return keep

    for label, module in model.named_modules():  # type: ignore[attr-defined]
        if label:
            module.register_forward_hook(hook(label))
    model(*inputs.values())
    return found


def peak_memory(namespace: Namespace, name: str, inputs: Mapping[str, Any]) -> int:
    """Bytes that the call allocated at its peak, as Python and numpy count them (tracemalloc)."""
    import tracemalloc

    target = find(namespace, name)
    tracemalloc.start()
    try:
        target(*inputs.values())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


PROBES: dict[str, Callable[..., Any]] = {
    probe.__name__: probe
    for probe in (accepts, call_laid_out, gradients, unchanged, rng_used, hook_outputs, peak_memory)
}
