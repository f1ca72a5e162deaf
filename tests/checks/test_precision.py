"""Which precision an answer was computed in is told by its rounding, and numbers that differ are shown to differ."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attentif.exercises.exercise import Case, Function, Output
from attentif.references.compare import compare, two_numbers
from attentif.references.precision import computed_in_single
from attentif.remote.wire.call import Call

SCALAR = Function("loss", "(x)", (Output("loss"),))
NUMBERS = st.floats(allow_nan=False) | st.integers(-(10**6), 10**6)


def attend(x, softmax):
    scores = 30 * x @ x.T
    return softmax(scores) @ x


WAYS = {
    "double": (lambda x: attend(x, lambda s: s.softmax(-1)), False),
    "softmax in single": (lambda x: attend(x, lambda s: s.softmax(-1, dtype=torch.float32).to(s.dtype)), True),
    "all in single": (lambda x: attend(x.float(), lambda s: s.softmax(-1)).double(), True),
    "a small term too much": (lambda x: attend(x, lambda s: s.exp() / (s.exp().sum(-1, keepdim=True) + 1e-6)), False),
    "large logits": (lambda x: attend(50 * x, lambda s: s.softmax(-1)), False),
}


@pytest.mark.parametrize(("way", "single"), WAYS.values(), ids=WAYS)
def test_rounding_tells_the_precision(way, single):
    rng = np.random.default_rng(3)
    cases = [Case(f"case{i}", Call("f", {"x": torch.from_numpy(rng.normal(size=(4, 3)))})) for i in range(3)]
    assert computed_in_single(cases, lambda case: way(*case.call.inputs.values())) is single


@given(NUMBERS, NUMBERS, st.sampled_from([0.0, 1e-8, 1e-3]))
def test_numbers_that_differ_are_shown_to_differ(one, other, atol):
    shown = two_numbers(one, other, atol)
    assert (shown[0] == shown[1]) == (one == other)


def test_the_evidence_shows_the_difference_in_both_languages():
    mismatch = compare(
        np.float64(0.044150001), np.float64(0.04415), Function("f", "(x)", (Output("y"),), rtol=0, atol=1e-12)
    )
    for words in (mismatch.detail.fr, mismatch.detail.en):
        assert "0.044150001" in words
        assert "0.04415" in words.replace("0.044150001", "")


ONE_HALF = {
    "0-d array": np.array(0.5),
    "0-d tensor": torch.tensor(0.5),
    "bfloat16": torch.tensor(0.5, dtype=torch.bfloat16),
    "float16": np.float16(0.5),
    "long double": np.float64(np.longdouble(0.5)),
}


@pytest.mark.parametrize("value", ONE_HALF.values(), ids=ONE_HALF)
def test_a_number_is_a_number(value):
    assert compare(value, 0.5, SCALAR) is None
    both = Function("pair", "(x)", (Output("a"), Output("b")))
    assert compare((value, value), (0.5, 0.5), both) is None


@pytest.mark.parametrize("value", [np.True_, True, 1, np.int8(1)])
def test_a_truth_value_counts_as_the_number_it_is(value):
    assert compare(value, 1.0, SCALAR) is None
    assert compare(value, 0.0, SCALAR) is not None
    assert (
        compare([torch.tensor(1.0, dtype=torch.bfloat16), 1], np.ones(2), Function("f", "", (Output("y", "n"),)))
        is None
    )
    assert not math.isnan(float(value))


def test_what_no_nudge_reaches_is_not_asked_for():
    """Inputs that describe a model: nothing of them is moved, and the student's code need not run again."""
    described = {"model": {"make": "model", "head": torch.ones(3, dtype=torch.float64)}, "ids": torch.arange(4)}
    asked = []
    assert not computed_in_single([Case("described", Call("f", described))], asked.append)
    assert not asked
    assert not computed_in_single([Case("whole", Call("f", {"ids": torch.arange(4)}))], asked.append)
    assert asked
