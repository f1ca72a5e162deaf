"""In which precision was an answer computed? What its own rounding says, whatever the dtype of what it returns.

A computation in single precision answers tiny nudges of its inputs by jumps of about 1e-7; one in double precision
follows them smoothly. So an answer that is right to single precision is told from one that makes a small mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from attentif.exercises.exercise import Case, Function
from attentif.references.compare import FLOAT32_ATOL, FLOAT32_RTOL, compare, to_numpy
from attentif.remote.wire.call import Call

_NUDGE = 3e-7  # relative: a few steps of float32
_FINER = 8  # nudges are made in this proportion, too: smooth functions answer its square, rounding does not
_LEAST, _MOST = 1e-9, 5e-2  # relative to the answer: jumps that rounding to float32 makes
_ERRORS = 32  # an error may be so many times the largest jump that was seen
_MOST_CASES = 6
_DIRECTIONS = 6  # what rounds away one nudge may not round away the next

Run = Callable[[Case], Any]


def to_single(function: Function) -> Function:
    """The function with the tolerances of answers that are known to single precision."""
    rtol, atol = max(function.rtol, FLOAT32_RTOL), max(function.atol, FLOAT32_ATOL)
    return replace(function, rtol=rtol, atol=atol)


def right_to_single(
    function: Function, cases: Sequence[Case], answers: Sequence[Any], expected: Sequence[Any], run: Run
) -> bool:
    """Whether answers that are wrong to double precision are right, as far as they can be: computed in single precision
    somewhere on the way, and no farther from ``expected`` than that explains."""
    single, pairs = to_single(function), list(zip(cases, answers, expected, strict=True))
    if not all(compare(got, wanted, _within(single, _MOST * _scale(wanted))) is None for _, got, wanted in pairs):
        return False
    return computed_in_single(cases, run) and all(
        compare(got, wanted, single) is None or _explained_by_noise(single, case, got, wanted, run)
        for case, got, wanted in pairs
    )


def computed_in_single(cases: Sequence[Case], run: Run) -> bool:
    """Whether ``run`` (a case → its answer; None if there is none) rounds to single precision somewhere on its way."""
    return any(
        noise(case, run, direction) > 0 for direction in range(_DIRECTIONS) for case in list(cases)[:_MOST_CASES]
    )


def _explained_by_noise(function: Function, case: Case, got: Any, wanted: Any, run: Run) -> bool:
    found = max(noise(case, run, direction) for direction in range(_DIRECTIONS))
    return compare(got, wanted, _within(function, min(_ERRORS * found, _MOST * _scale(wanted)))) is None


def _within(function: Function, atol: float) -> Function:
    return replace(function, atol=max(function.atol, atol))


def _scale(value: Any) -> float:
    entries = _entries(value)
    return 0.0 if entries is None else float(np.abs(entries[np.isfinite(entries)]).max(initial=0.0))


def noise(case: Case, run: Run, direction: int) -> float:
    """The largest jump between answers to inputs that differ by a few roundings to float32; 0 if there is none, or if
    it is no jump of rounding's size. What cannot be nudged (inputs that describe a model, say) is not asked for."""
    still = _entries(run(case)) if _kinds_nudged(case.call) else None
    if still is None:
        return 0.0
    bends = []
    for step in (_NUDGE, _NUDGE / _FINER):
        once, twice = (_entries(run(_nudged(case, k * step, direction))) for k in (1, 2))
        if once is None or twice is None or not still.shape == once.shape == twice.shape:
            return 0.0
        finite = np.isfinite(still) & np.isfinite(once) & np.isfinite(twice)
        bends.append(float(np.abs(twice - 2 * once + still)[finite].max(initial=0.0)))
    scale = float(np.abs(still[np.isfinite(still)]).max(initial=0.0))
    rounding = all(_LEAST * scale < bend < _MOST * scale for bend in bends) and bends[0] < _FINER * bends[1]
    return max(bends) if rounding else 0.0


def _entries(value: Any) -> np.ndarray | None:
    """All numbers of an answer in one row; None if it holds something else."""
    parts = [to_numpy(part) for part in _leaves(value)]
    if not parts or any(part is None or part.dtype.kind not in "fiub" for part in parts):
        return None
    return np.concatenate([np.ravel(part).astype(np.float64) for part in parts if part is not None])


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _nudged(case: Case, size: float, direction: int) -> Case:
    """The case with each float64 entry of its arrays moved by about ``size`` of itself; where there is none, its
    integers become floats and are moved."""
    kinds = _kinds_nudged(case.call)
    draw = np.random.default_rng(direction)

    def nudge(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return type(value)(nudge(part) for part in value)
        array = to_numpy(value) if isinstance(value, (torch.Tensor, np.ndarray)) else None
        if array is None or array.dtype.kind not in kinds or not (_is_double(value) or array.dtype.kind == "i"):
            return value
        moved = array * (1 + size * draw.uniform(0.5, 1.5, size=array.shape))
        return torch.from_numpy(moved) if isinstance(value, torch.Tensor) else np.asarray(moved)

    call = case.call
    inputs = {name: nudge(value) for name, value in call.inputs.items()}
    state = None if call.state is None else {name: nudge(value) for name, value in call.state.items()}
    return replace(case, call=replace(call, inputs=inputs, state=state))


def _kinds_nudged(call: Call) -> str:
    """The kinds of the arrays that nudges move; empty if there are none to be moved."""
    kinds = "f" if any(_is_double(leaf) for leaf in _leaves(_given(call))) else "fi"
    within_reach = [leaf for leaf in _listed(_given(call)) if isinstance(leaf, (torch.Tensor, np.ndarray))]
    return kinds if any(_is_double(leaf) or ("i" in kinds and _is_whole(leaf)) for leaf in within_reach) else ""


def _listed(value: Any) -> Iterator[Any]:
    """What lists and tuples hold, mappings as they are: where nudges reach."""
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _listed(part)
    else:
        yield value


def _is_whole(value: Any) -> bool:
    array = to_numpy(value)
    return array is not None and array.dtype.kind == "i"


def _given(call: Call) -> list[Any]:
    return [*call.inputs.values(), *(call.state or {}).values()]


def _is_double(value: Any) -> bool:
    return isinstance(value, (torch.Tensor, np.ndarray)) and value.dtype in (torch.float64, np.float64)
