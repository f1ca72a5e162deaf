"""Small functions of ours that run beside the student's code, for what a returned value cannot show.

Each is registered under its name, and takes the namespace and a Call: that is all that travels, besides a few options.
They carry no expected value, and their process may answer what it likes: a check gives points for a reply only where
values that the other side knows confirm it. They run the same way in the student's own notebook and on trusted code.
"""

from __future__ import annotations

import copy
import inspect
import itertools
import operator
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from attentif.remote.wire.call import Call, Ref
from attentif.remote.wire.errors import NameMissing, NotCallable
from attentif.remote.wire.state import fit_state

if TYPE_CHECKING:
    import torch

_Probe = TypeVar("_Probe", bound=Callable[..., Any])
Namespace = Mapping[str, Any]

PROBES: dict[str, Callable[..., Any]] = {}


def probe(function: _Probe) -> _Probe:
    """Registers a probe under its name: a function of a namespace, a Call and options."""
    PROBES[function.__name__] = function
    return function


def find(namespace: Namespace, name: str, *, only_callable: bool = True) -> Any:
    """The object of that name; raises NameMissing or NotCallable."""
    if name not in namespace:
        raise NameMissing(name)
    if only_callable and not callable(namespace[name]):
        raise NotCallable(name)
    return namespace[name]


def resolve(namespace: Namespace, value: Any) -> Any:
    """The value with every Ref replaced by the object it names, the very value if it holds none; raises
    NameMissing."""
    if type(value) is Ref:
        return find(namespace, value.name, only_callable=False)
    if type(value) in (list, tuple):
        items = [resolve(namespace, item) for item in value]
        return value if all(map(operator.is_, items, value)) else type(value)(items)
    if type(value) is dict:
        named = {key: resolve(namespace, item) for key, item in value.items()}
        return value if all(named[key] is value[key] for key in value) else named
    return value


def made(namespace: Namespace, call: Call) -> Callable[..., Any]:
    """What a call calls: the function, or an instance made with ``init`` and given ``state`` (or its method)."""
    target = find(namespace, call.target)
    if call.init is not None:
        target = target(*resolve(namespace, list(call.init.values())))
        if call.state is not None:
            misfits = fit_state(target, call.state)
            if any(misfits.values()):
                raise RuntimeError(f"state_dict: {misfits}")
    return getattr(target, call.method) if call.method else target


def inputs_of(namespace: Namespace, call: Call) -> list[Any]:
    """The inputs, in order, every Ref replaced by the object it names."""
    return [resolve(namespace, value) for value in call.inputs.values()]


@probe
def make(namespace: Namespace, call: Call) -> dict[str, Any]:
    """{"made": an instance with its state, and what did not fit: "missing", "misshapen", "extra"}."""
    instance = made(namespace, replace(call, state=None, method=""))
    return {"made": instance, **fit_state(instance, call.state or {})}


# ---------------------------------------------------------------------------------------------------------------
# Signatures


@probe
def signature(namespace: Namespace, call: Call) -> list[Any] | None:
    """[text, [parameter, …]] of a function or class, ``self`` left out; None where there is nothing to inspect."""
    found = _signature(find(namespace, call.target))
    return None if found is None else [_shown(found), [str(parameter) for parameter in found.parameters]]


@probe
def accepts(namespace: Namespace, call: Call) -> str | None:
    """None if the function can be called with as many arguments as the call has, else its signature as written.

    For a class: whether it can be constructed with ``init`` arguments, and an instance (its ``method``) called with
    ``inputs``. What cannot be inspected has the benefit of the doubt. Raises NameMissing or NotCallable.
    """
    target, method = find(namespace, call.target), call.method
    inputs, init = len(call.inputs), len(call.init or {})
    found = _signature(target)
    if not inspect.isclass(target):
        count = init or (0 if method else inputs)
        return None if found is None or _binds(found, count) else _shown(found)
    if found is not None and not _binds(found, init):
        return None if not init and not method and _binds(found, inputs) else _shown(found)
    called = method or ("forward" if callable(getattr(target, "forward", None)) else "__call__")
    function = inspect.getattr_static(target, called, None)
    if function is None and method:
        raise NameMissing(f"{call.target}.{method}")
    inner = _signature(function) if inspect.isfunction(function) else None
    if inner is None or _binds(inner, inputs + 1):
        return None
    without_self = inner.replace(parameters=list(inner.parameters.values())[1:])
    return f"{_shown(found) if found else ''}.{called}{_shown(without_self)}"


def _signature(target: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(target)
    except (TypeError, ValueError):
        return None


def _binds(found: inspect.Signature, count: int) -> bool:
    try:
        found.bind(*range(count))
    except TypeError:
        return False
    return True


def _shown(found: inspect.Signature) -> str:
    """The signature without annotations, and without defaults that are no plain scalars."""
    parameters = []
    for parameter in found.parameters.values():
        default = parameter.default
        if default is not inspect.Parameter.empty and type(default) not in (type(None), bool, int, float, str):
            default = _Dots()
        parameters.append(parameter.replace(annotation=inspect.Parameter.empty, default=default))
    text = str(found.replace(parameters=parameters, return_annotation=inspect.Signature.empty))
    return text[:300]


class _Dots:
    def __repr__(self) -> str:
        return "…"


# ---------------------------------------------------------------------------------------------------------------
# Calls made otherwise than plainly


@probe
def call_laid_out(namespace: Namespace, call: Call, layout: str = "non_contiguous") -> Any:
    """The call with its arrays laid out in memory last axis first (same values, other strides): no two axes can be seen
    as one without a copy."""
    target = made(namespace, call)
    return target(*(_non_contiguous(value) for value in inputs_of(namespace, call)))


@probe
def call_seeded(namespace: Namespace, call: Call, seed: int) -> Any:
    """The call after seeding the global generators of ``random``, numpy and torch."""
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    return _returned(namespace, call)


def _non_contiguous(value: Any) -> Any:
    if _is_tensor(value) and value.ndim >= 2:
        return value.permute(*reversed(range(value.ndim))).contiguous().permute(*reversed(range(value.ndim)))
    if isinstance(value, np.ndarray) and value.ndim >= 2:
        return np.asfortranarray(value)
    if _is_tensor(value) and value.ndim == 1:
        return value.repeat_interleave(2)[::2]
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return np.repeat(value, 2)[::2]
    if type(value) in (list, tuple):
        return type(value)(_non_contiguous(item) for item in value)
    return value


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


# ---------------------------------------------------------------------------------------------------------------
# Gradients


@probe
def gradients(
    namespace: Namespace, call: Call, wrt: Sequence[str], cotangent: torch.Tensor, output: int = 0
) -> list[Any]:
    """Gradients of ⟨output, cotangent⟩ by what ``wrt`` names: inputs (tensors, or lists of tensors), or parameters of
    the instance. Zeros where the graph is cut. ``output`` says which one, if the call returns several."""
    import torch

    target = made(namespace, call)
    given = {key: resolve(namespace, value) for key, value in call.inputs.items()}
    given |= {key: _as_leaves(given[key]) for key in wrt if key in given}
    owner = getattr(target, "__self__", target)
    parameters = dict(owner.named_parameters()) if isinstance(owner, torch.nn.Module) else {}
    wanted = [given[key] if key in given else parameters[key] for key in wrt]
    leaves = list(_tensors(wanted))
    with torch.enable_grad():
        result = target(*given.values())
        result = result[output] if isinstance(result, (tuple, list)) else result
        found: Sequence[torch.Tensor | None] = [None] * len(leaves)
        if result.requires_grad:
            weights = cotangent.to(result.dtype)
            found = torch.autograd.grad(result, leaves, weights, allow_unused=True, materialize_grads=False)
    zeros_or_found = iter([torch.zeros_like(x) if g is None else g for x, g in zip(leaves, found, strict=True)])
    return [_like(value, zeros_or_found) for value in wanted]


def _as_leaves(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_as_leaves(item) for item in value)
    return value.detach().clone().requires_grad_(True)


def _tensors(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)
    else:
        yield value


def _like(value: Any, found: Iterator[Any]) -> Any:
    """The next gradients in the structure of the value they belong to."""
    if isinstance(value, (list, tuple)):
        return type(value)(_like(item, found) for item in value)
    return next(found)


# ---------------------------------------------------------------------------------------------------------------
# Side effects


@probe
def call_and_inputs(namespace: Namespace, call: Call, by: str = "") -> dict[str, Any]:
    """{"inputs": the inputs as they are after the call, "output": what it returned}; no "output" if it raised. Whoever
    asks compares both: with what was sent, and with what is right. ``by``: the probe that makes the call."""
    target = None if by else made(namespace, call)
    given = {key: _own(namespace, value) for key, value in call.inputs.items()}
    try:
        if target is None:
            return {"inputs": given, "output": PROBES[by](namespace, replace(call, inputs=given))}
        return {"inputs": given, "output": target(*given.values())}
    except Exception:
        return {"inputs": given}


def _own(namespace: Namespace, value: Any) -> Any:
    """An input that nobody else has: what came by value is ours already, and need not be copied."""
    found = resolve(namespace, value)
    return found if found is value and _came_by_value(value) else copy.deepcopy(found)


def _came_by_value(value: Any) -> bool:
    torch = sys.modules.get("torch")
    if type(value) in (list, tuple):
        return all(map(_came_by_value, value))
    return type(value) is np.ndarray or (torch is not None and type(value) is torch.Tensor)


@probe
def call_and_overwrite(namespace: Namespace, call: Call) -> dict[str, Any]:
    """{"inputs", "outputs"} of a call that returns several tensors, as they are once every x of the first has become
    −1 − x in place. Whoever asks compares them: memory that another output or an input shares is not what it was."""
    target = made(namespace, call)
    given = {key: _own(namespace, value) for key, value in call.inputs.items()}
    outputs = tuple(target(*given.values()))
    outputs[0].neg_().sub_(1)
    return {"inputs": given, "outputs": outputs}


@probe
def rng_used(namespace: Namespace, call: Call) -> list[str]:
    """Which global generators ("random", "numpy", "torch") the call drew from or seeded, once it is warm."""
    target = made(namespace, call)
    given = inputs_of(namespace, call)
    _warm_up(target, given)
    before = _generators()
    target(*given)
    after = _generators()
    return [key for key in after if before.get(key) != after[key]]


def _generators() -> dict[str, Any]:
    legacy = np.random.get_state(legacy=False)
    states: dict[str, Any] = {"random": random.getstate(), "numpy": repr({**legacy, "state": _state_bytes(legacy)})}
    if "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].get_rng_state().numpy().tobytes()
    return states


def _state_bytes(state: Any) -> Any:
    return {key: value.tobytes() if isinstance(value, np.ndarray) else value for key, value in state["state"].items()}


@probe
def peak_memory(namespace: Namespace, call: Call) -> int:
    """Bytes that the call, once it is warm, allocated at its peak, as Python and numpy count them (tracemalloc; torch
    does not)."""
    import tracemalloc

    target = made(namespace, call)
    given = inputs_of(namespace, call)
    _warm_up(target, given)
    tracemalloc.start()
    try:
        target(*given)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _warm_up(target: Callable[..., Any], given: Sequence[Any]) -> None:
    """One call that counts for nothing, on copies: what is imported or compiled on the way is not the call's own."""
    target(*copy.deepcopy(given))


# ---------------------------------------------------------------------------------------------------------------
# Training


@probe
def call_made(namespace: Namespace, call: Call) -> dict[str, Any]:
    """A call on a model, an optimizer, a schedule, a generator made here as ``inputs`` say: as data, what
    it returned and what became of them. See ``attentif.remote.inside.little_training``."""
    from attentif.remote.inside import little_training

    return little_training.call_made(find(namespace, call.target), resolve(namespace, dict(call.inputs)))


@probe
def training_record(namespace: Namespace, call: Call) -> list[str]:
    """What happened to the made model and optimizer in such a call, in order."""
    from attentif.remote.inside import little_training

    return little_training.record_of(find(namespace, call.target), resolve(namespace, dict(call.inputs)))


@probe
def resumed(namespace: Namespace, call: Call) -> dict[str, Any]:
    """What ``load_checkpoint`` makes of other objects, from the file that ``save_checkpoint`` wrote of those that
    ``inputs`` describe; and what some more steps of training make of them. The target is what is asked about."""
    from attentif.remote.inside import little_training

    save, load = (find(namespace, each) for each in ("save_checkpoint", "load_checkpoint"))
    return little_training.resumed(save, load, resolve(namespace, dict(call.inputs)))


# ---------------------------------------------------------------------------------------------------------------
# Inside modules and objects


@probe
def module_tree(namespace: Namespace, call: Call) -> dict[str, dict[str, Any]]:
    """What an instance of a ``torch.nn.Module`` consists of: shapes of "parameters" and "buffers", types of "modules",
    each by its dotted name."""
    module: Any = made(namespace, _of_an_instance(call))
    return {
        "parameters": {key: tuple(value.shape) for key, value in module.named_parameters()},
        "buffers": {key: tuple(value.shape) for key, value in module.named_buffers()},
        "modules": {key: type(value).__name__ for key, value in module.named_modules() if key},
    }


@probe
def hook_outputs(namespace: Namespace, call: Call) -> list[tuple[str, torch.Tensor]]:
    """(submodule's dotted name, its first output) in the order in which the submodules of an instance finish."""
    target: Any = made(namespace, _of_an_instance(call, call.method))
    found: list[tuple[str, torch.Tensor]] = []

    def watched(label: str, forward: Callable[..., Any]) -> Callable[..., Any]:
        def keep(*args: Any, **kwargs: Any) -> Any:
            output = forward(*args, **kwargs)
            first = output[0] if isinstance(output, (tuple, list)) and output else output
            if _is_tensor(first):
                found.append((label, first.detach().clone()))
            return output

        return keep

    modules = [(label, m) for label, m in getattr(target, "__self__", target).named_modules() if label]
    before = [vars(module).get("forward") for _, module in modules]
    try:
        for label, module in modules:  # in the place of forward and not as a hook: some call ``module.forward(x)``
            vars(module)["forward"] = watched(label, module.forward)
        target(*inputs_of(namespace, call))
    finally:
        for (_, module), kept in zip(modules, before, strict=True):
            vars(module).pop("forward", None)
            if kept is not None:
                vars(module)["forward"] = kept
    return found


def _of_an_instance(call: Call, method: str = "") -> Call:
    return replace(call, init={} if call.init is None else call.init, method=method)


@probe
def items(namespace: Namespace, call: Call, limit: int = 1000) -> list[Any]:
    """The first ``limit`` items of what the call returns: a generator, a data loader…"""
    return list(itertools.islice(iter(_returned(namespace, call)), limit))


@probe
def item(namespace: Namespace, call: Call, key: Any) -> Any:
    """``returned[key]`` of what the call returns."""
    return _returned(namespace, call)[key]


@probe
def length(namespace: Namespace, call: Call) -> int:
    """``len(returned)`` of what the call returns."""
    return len(_returned(namespace, call))


def _returned(namespace: Namespace, call: Call) -> Any:
    return made(namespace, call)(*inputs_of(namespace, call))
