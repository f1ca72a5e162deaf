"""Mistakes that have no name in the exercise: the right answer, but transposed, negated, scaled, shifted…

Each hypothesis says what a wrong answer would be, given the right one. Like a misconception it is named only if it
explains every case of the function and no other hypothesis does; a case on which it predicts the right answer itself
(symmetrical, of size 1) tells nothing and does not count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np
import torch

from attentif.exercises.exercise import Function, Output
from attentif.references.compare import right_output, to_numpy, wrong_entries
from attentif.words import detectors as words
from attentif.words.text import Text, Words

ENOUGH_CASES, ENOUGH_VALUES = 2, 6
_MAX_AXES = 5


@dataclass(frozen=True)
class Sample:
    """One output of one case: what the student returned, what was expected, the sizes of the case's axes."""

    function: Function
    output: Output
    value: Any
    expected: Any
    dims: Mapping[str, int]

    @property
    def got(self) -> np.ndarray:
        """The student's output as an array."""
        array = to_numpy(self.value)
        assert array is not None
        return array

    @property
    def wanted(self) -> np.ndarray:
        """The expected output as an array."""
        array = to_numpy(self.expected)
        assert array is not None
        return array

    @property
    def right(self) -> bool:
        """Whether there is nothing to explain."""
        return right_output(self.output, self.value, self.expected, self.function)

    def wrong(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Boolean array: where two arrays of the same shape differ, at the precision that the student is held to."""
        return wrong_entries(self.output, one, other, self.value, self.function)

    def same(self, one: np.ndarray, other: np.ndarray) -> bool:
        """Whether two arrays are the same at that precision, shape included."""
        return one.shape == other.shape and not self.wrong(one, other).any()

    def reads(self, prediction: np.ndarray) -> bool | None:
        """What a prediction of the whole answer says: True explains, None says no more than the right answer."""
        if self.same(prediction, self.wanted):
            return None if self.right else False
        return self.same(self.got, prediction)

    def axis_name(self, axis: int) -> str:
        """Name of an axis counted from the end (−1 is the last); its number where it has none."""
        names = [name for name in self.output.axes.split() if name != "…"]
        return names[axis] if -axis <= len(names) else str(axis)


@dataclass(frozen=True)
class Hypothesis:
    """``read`` gives True where the hypothesis explains the sample, None where it explains it but would also explain
    a right answer, False where it does not. ``evidence`` may quote sizes and values."""

    name: str
    words: Words
    read: Callable[[Sample], bool | None]
    evidence: Callable[[Sequence[Sample]], Text | None] = lambda _: None


def recognise(samples: Sequence[Sample], *, hidden: bool) -> Hypothesis | None:
    """The only hypothesis that explains every wrong output on every case, or None.

    Exact statements about the whole output come first; looser ones (some order of an axis, all but one place) are
    tried only if none of them holds.
    """
    concerned = concerned_by(samples)
    if not concerned:
        return None
    for family in (_exact, _loose):
        holding = [h for h in family(concerned) if holds(h, concerned, hidden=hidden)]
        if holding:
            return holding[0] if len(holding) == 1 else None
    return None


def concerned_by(samples: Sequence[Sample]) -> list[Sample]:
    """The samples of the outputs that are wrong in some case."""
    wrong = {s.output.name for s in samples if not s.right}
    return [s for s in samples if s.output.name in wrong]


def holds(hypothesis: Hypothesis, samples: Sequence[Sample], *, hidden: bool) -> bool:
    """Whether it explains all samples, with enough cases of each output that only it explains: two, or in a public
    file one with at least six distinct values."""
    telling: dict[str, list[Sample]] = {s.output.name: [] for s in samples}
    for sample in samples:
        reading = hypothesis.read(sample)
        if reading is False:
            return False
        if reading:
            telling[sample.output.name].append(sample)
    return all(
        len(found) >= ENOUGH_CASES
        or (not hidden and len(found) == 1 and len(np.unique(found[0].wanted)) >= ENOUGH_VALUES)
        for found in telling.values()
    )


def _exact(samples: Sequence[Sample]) -> Iterator[Hypothesis]:
    yield from _transposed(samples)
    yield Hypothesis("generic:shape", words.shape(), _read_shape, _shapes)
    yield Hypothesis("generic:sign", words.sign(), _read_sign)
    yield Hypothesis("generic:inverted", words.inverted(), _read_inverted)
    yield from _factor(samples)
    yield from _offset(samples)
    for axis, name in _axes(samples):
        yield Hypothesis("generic:reversed", words.reversed_axis(name), _reversed_reader(axis))
        for step in (1, -1):
            yield Hypothesis("generic:shifted", words.shifted(name, step), _shift_reader(axis, step))
    for kind in ("int", "bool", "half", "float32", "number"):
        yield Hypothesis("generic:dtype", words.dtype(kind), _dtype_reader(kind))


def _loose(samples: Sequence[Sample]) -> Iterator[Hypothesis]:
    for axis, name in _axes(samples):
        yield Hypothesis("generic:permuted", words.permuted(name), _permutation_reader(axis))
        for place in (0, -1):
            yield Hypothesis(f"generic:except_{'last' if place else 'first'}", *_except(axis, place, name))


def _axes(samples: Sequence[Sample]) -> list[tuple[int, str]]:
    """Every axis that some sample has, from the last one back, with its name."""
    widest = max(samples, key=lambda s: s.wanted.ndim)
    return [(-i, widest.axis_name(-i)) for i in range(1, min(widest.wanted.ndim, _MAX_AXES) + 1)]


def _transposed(samples: Sequence[Sample]) -> Iterator[Hypothesis]:
    axes = _axes(samples)
    for (i, one), (j, other) in combinations(axes, 2):
        yield Hypothesis("generic:transposed", words.transposed(other, one), _order_reader({i: j, j: i}), _shapes)
    names = dict(axes)
    last = sorted(names)  # −ndim … −1
    if 3 <= len(last) <= 4 and len({s.wanted.ndim for s in samples}) == 1:
        for order in permutations(last):
            moved = {to: source for to, source in zip(last, order, strict=True) if to != source}
            if len(moved) > 2:
                found = [names[source] for source in order]
                text = words.axes_order(found, [names[axis] for axis in last])
                yield Hypothesis("generic:transposed", text, _order_reader(moved), _shapes)


def _order_reader(moved: Mapping[int, int]) -> Callable[[Sample], bool | None]:
    """Axis ``to`` of the answer is axis ``moved[to]`` of the right one; all counted from the end."""

    def read(sample: Sample) -> bool | None:
        ndim = sample.wanted.ndim
        if -min(moved) > ndim:
            return None if sample.right else False
        return sample.reads(sample.wanted.transpose([moved.get(axis, axis) for axis in range(-ndim, 0)]))

    return read


def _shapes(samples: Sequence[Sample]) -> Text | None:
    for sample in samples:
        if sample.got.shape != sample.wanted.shape:
            return words.two_shapes(sample.output.name, sample.got.shape, sample.wanted.shape)
    return None


def _read_shape(sample: Sample) -> bool | None:
    if sample.got.shape == sample.wanted.shape:
        return None if sample.right else False
    if sample.got.size != sample.wanted.size:
        return False
    return sample.same(sample.got.reshape(sample.wanted.shape), sample.wanted)


def _read_sign(sample: Sample) -> bool | None:
    return sample.reads(-sample.wanted) if sample.wanted.dtype.kind in "fic" else False


def _read_inverted(sample: Sample) -> bool | None:
    if sample.wanted.dtype.kind != "b" or sample.wanted.ndim == 0 or sample.got.dtype.kind != "b":
        return False
    return sample.reads(~sample.wanted)


def _factor(samples: Sequence[Sample]) -> Iterator[Hypothesis]:
    """The answer times k: what k is in terms of the sizes that all cases name, else one number for all cases."""
    if any(s.wanted.dtype.kind not in "fi" or s.got.dtype.kind not in "fi" for s in samples):
        return
    common = sorted(set.intersection(*(set(s.dims) for s in samples)))
    meanings = [m for m in words.meanings(common) if all(_times(s, m.value(s.dims)) is not False for s in samples)]
    telling = [m for m in meanings if any(_times(s, m.value(s.dims)) for s in samples)]
    axes = {name for s in samples for name in s.output.axes.split()}
    if telling:
        attributed = [m for m in telling if _is_varied(m, samples, common)]
        only = attributed[0] if len(attributed) == 1 else None
        summed = only is not None and only.symbol not in axes
        name = {"1/N": "mean_for_sum", "N": "sum_for_mean"}.get(only.kind if only and summed else "", "factor")
        spoken = words.mean_for_sum(only) if name == "mean_for_sum" and only else None
        spoken = words.sum_for_mean(only) if name == "sum_for_mean" and only else spoken
        reader = (attributed or telling)[0]
        yield Hypothesis(
            f"generic:{name}",
            spoken or words.factor([m.text for m in attributed]),
            lambda s: _times(s, reader.value(s.dims)),
            lambda found: words.ratio(_ratio(found)),
        )
        return
    k = _ratio(samples)
    if math.isfinite(k) and k != 0 and abs(abs(k) - 1) > 1e-9:
        yield Hypothesis("generic:factor", words.factor([]), lambda s: _times(s, k), lambda _: words.ratio(k))


def _is_varied(meaning: words.NamedFactor, samples: Sequence[Sample], sizes: Sequence[str]) -> bool:
    """Whether the samples could tell a factor with this meaning from one with another: a size must vary for the factor
    to be attributed to it, and all of them for it to be attributed to none."""
    telling = [s for s in samples if _times(s, meaning.value(s.dims))]
    if meaning.symbol:
        return len({s.dims[meaning.symbol] for s in telling}) > 1
    if not sizes:
        return len({s.wanted.shape for s in telling}) > 1
    return all(len({s.dims[name] for s in telling}) > 1 for name in sizes)


def _times(sample: Sample, k: float) -> bool | None:
    return sample.reads(sample.wanted * k) if math.isfinite(k) else False


def _ratio(samples: Sequence[Sample]) -> float:
    """Student's value over the right one, where the right one is largest."""
    best, largest = math.nan, 0.0
    for sample in samples:
        if sample.right or sample.got.shape != sample.wanted.shape or not sample.wanted.size:
            continue
        size = np.where(np.isfinite(sample.wanted), np.abs(sample.wanted.astype(float)), 0.0)
        index = np.unravel_index(int(np.argmax(size)), size.shape)
        if size[index] > largest:
            best, largest = float(sample.got[index]) / float(sample.wanted[index]), float(size[index])
    return best


def _offset(samples: Sequence[Sample]) -> Iterator[Hypothesis]:
    wrong = [s for s in samples if not s.right]
    first = wrong[0]
    if any(s.wanted.dtype.kind not in "fi" or s.got.dtype.kind not in "fi" for s in samples):
        return
    if first.got.shape != first.wanted.shape or not first.got.size:
        return
    with np.errstate(all="ignore"):
        c = float(np.median(first.got.astype(float) - first.wanted.astype(float)))
    if math.isfinite(c) and c != 0:
        yield Hypothesis(
            "generic:offset", words.offset(), lambda s: s.reads(s.wanted + c), lambda _: words.difference(c)
        )


def _reversed_reader(axis: int) -> Callable[[Sample], bool | None]:
    def read(sample: Sample) -> bool | None:
        if -axis > sample.wanted.ndim:
            return None if sample.right else False
        return sample.reads(np.flip(sample.wanted, axis))

    return read


def _shift_reader(axis: int, step: int) -> Callable[[Sample], bool | None]:
    """Place i of the answer is place i − step of the right one, whatever stands at the end that is left empty."""

    def read(sample: Sample) -> bool | None:
        got, wanted = sample.got, sample.wanted
        if -axis > wanted.ndim or got.shape != wanted.shape:
            return None if sample.right else False
        late, early = slice(1, None), slice(None, -1)
        mine, theirs = (late, early) if step > 0 else (early, late)
        seen, here, there = _cut(got, axis, mine), _cut(wanted, axis, mine), _cut(wanted, axis, theirs)
        if not sample.same(seen, there):
            return False
        return None if sample.right or wanted.shape[axis] < 3 or sample.same(here, there) else True

    return read


def _cut(array: np.ndarray, axis: int, part: slice) -> np.ndarray:
    index: list[slice] = [slice(None)] * array.ndim
    index[axis] = part
    return array[tuple(index)]


def _dtype_reader(kind: str) -> Callable[[Sample], bool | None]:
    def read(sample: Sample) -> bool | None:
        got, wanted = sample.got, sample.wanted
        if sample.right:
            return None
        if got.shape != wanted.shape:
            return False
        if kind == "number":
            return wanted.dtype.kind == "b" and got.dtype.kind in "iuf" and bool((got == wanted).all())
        if kind == "bool":
            return wanted.dtype.kind in "iuf" and got.dtype.kind == "b" and bool((got == wanted).all())
        if wanted.dtype.kind != "f" or not np.isfinite(wanted).all() or got.dtype.kind not in "iuf":
            return False
        if kind == "int":
            whole = (np.trunc(wanted), np.floor(wanted), np.round(wanted))
            if not any(np.array_equal(got, rounded) for rounded in whole):
                return False
            return True if len(np.unique(got)) > 3 else None  # a constant, a yes or no, a sign look the same
        return got.dtype.kind == "f" and _rounded_to(got, wanted, kind)

    return read


def _rounded_to(got: np.ndarray, wanted: np.ndarray, kind: str) -> bool:
    """Whether ``got`` holds numbers of that precision only, and close to the right ones at that precision."""
    mine = torch.as_tensor(np.ascontiguousarray(got, dtype=np.float64))
    if not np.isfinite(got).all():
        return False
    gap, largest = np.abs(got - wanted), float(np.abs(wanted).max(initial=0.0))
    return any(
        torch.equal(mine.to(dtype).to(torch.float64), mine)
        and bool((gap <= 16 * torch.finfo(dtype).eps * largest).all())
        for dtype in ((torch.float16, torch.bfloat16) if kind == "half" else (torch.float32,))
    )


def _permutation_reader(axis: int) -> Callable[[Sample], bool | None]:
    """The right slices along an axis, each once, in another order."""

    def read(sample: Sample) -> bool | None:
        got, wanted = sample.got, sample.wanted
        if sample.right:
            return None
        if -axis > wanted.ndim or got.shape != wanted.shape or wanted.dtype.kind != "f" or wanted.shape[axis] < 3:
            return False
        mine, theirs = np.moveaxis(got, axis, 0), np.moveaxis(wanted, axis, 0)
        if any(sample.same(a, b) for a, b in combinations(theirs, 2)):
            return False
        found = [[j for j, b in enumerate(theirs) if sample.same(a, b)] for a in mine]
        return all(len(f) == 1 for f in found) and len({f[0] for f in found}) == len(found)

    return read


def _except(axis: int, place: int, name: str) -> tuple[Words, Callable[[Sample], bool | None]]:
    def read(sample: Sample) -> bool | None:
        got, wanted = sample.got, sample.wanted
        if sample.right:
            return None
        if -axis > wanted.ndim or got.shape != wanted.shape:
            return False
        rest = slice(1, None) if place == 0 else slice(None, -1)
        if not sample.same(_cut(got, axis, rest), _cut(wanted, axis, rest)):
            return False
        return None if wanted.shape[axis] < 3 else True

    return words.all_but(name, place), read
