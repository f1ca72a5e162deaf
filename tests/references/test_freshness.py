"""Whether a public reference file is still what its oracle gives: inputs to the last bit, answers within rounding."""

from dataclasses import replace

import pytest
import torch

from attentif.exercises.exercise import Case, Exercise, Function, Output
from attentif.references.freshness import stale_reasons
from attentif.references.stored import build, reference_paths
from attentif.remote.wire.call import Call
from attentif.words.text import Text

X = torch.linspace(0.5, 1.5, 6, dtype=torch.float64).reshape(2, 3)


def double(x):
    """Any right answer: the same for inputs that differ by less than the tolerance."""
    return 2 * x


class Scaled(torch.nn.Module):
    """A class that is made with a number, and given a parameter."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor
        self.weight = torch.nn.Parameter(torch.ones(3, dtype=torch.float64))

    def forward(self, x):
        return self.factor * self.weight * x


FUNCTION = Call("double", {"x": X})
CLASS = Call("Scaled", {"x": X}, init={"factor": 2.0}, state={"weight": torch.ones(3, dtype=torch.float64)})


def exercise(call):
    definition = {"double": double, "Scaled": Scaled}[call.target]
    return Exercise(
        name="scaling",
        atelier="atelier1",
        number="0.0",
        title=Text("Échelle", "Scale"),
        points=1,
        functions=(
            Function(call.target, "(x)", (Output("y", "n d"),), kind="class" if call.init is not None else "function"),
        ),
        reference={call.target: definition},
        independent={call.target: definition},
        public=lambda: [Case("small", call)],
        draw=lambda rng: [],
    )


def kept(folder, call):
    """The folder, with the public file of an exercise whose only case is ``call``."""
    for path, content in zip(reference_paths(folder, "scaling"), build(exercise(call)), strict=True):
        path.write_bytes(content)
    return folder


@pytest.mark.parametrize("call", [FUNCTION, CLASS], ids=["function", "class"])
def test_a_file_just_built_is_fresh(tmp_path, call):
    assert stale_reasons(kept(tmp_path, call), exercise(call)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FUNCTION, FUNCTION.with_inputs(x=X + 1e-12)),
        (FUNCTION, FUNCTION.with_inputs(x=torch.where(X[0, 0] == X, torch.nextafter(X, 2 * X), X))),
        (CLASS, replace(CLASS, init={"factor": 2.0 + 1e-12})),
        (CLASS, replace(CLASS, state={"weight": CLASS.state["weight"] + 1e-12})),
    ],
    ids=["all values", "the last bit of one", "constructor", "parameters"],
)
def test_what_a_call_is_given_is_compared_to_the_last_bit(tmp_path, before, after):
    assert repr(before.inputs) == repr(after.inputs)
    assert stale_reasons(kept(tmp_path, before), exercise(after)) == ["the inputs of its cases have changed"]


def test_answers_are_compared_within_rounding(tmp_path):
    other = replace(exercise(FUNCTION), reference={"double": lambda x: double(x) + 1e-12})
    assert stale_reasons(kept(tmp_path, FUNCTION), other) == []
