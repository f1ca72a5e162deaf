"""Inputs changed in place and gradients: what a process says of itself counts with the values that confirm it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from attentif.checks.cases import CaseSet
from attentif.checks.side_effects import is_same
from attentif.exercises.exercise import Case, Exercise, Function, Output
from attentif.references.oracles import OracleReference
from attentif.remote.inside import probes
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Student
from attentif.remote.wire.call import Call
from attentif.remote.wire.errors import ProtocolError
from attentif.reports.explanation import CheckFailure
from attentif.words.text import Text


def mean_square(x, w):
    return (x**2 * w).mean(-1)


def draw(rng):
    inputs = {"x": torch.from_numpy(rng.normal(size=(4, 3))), "w": torch.from_numpy(rng.normal(size=3))}
    return [Case("plain", Call("f", inputs), {"n": 4, "d": 3}, differentiable=("x", "w"))]


EXERCISE = Exercise(
    name="sample",
    atelier="mini",
    number="0",
    title=Text("Essai", "Trial"),
    points=1,
    functions=(Function("f", "(x, w)", (Output("y", "n"),)),),
    reference={"f": mean_square},
    independent={"f": mean_square},
    public=lambda: draw(np.random.default_rng(5)),
    draw=draw,
)


def cases(inputs=None):
    reference = OracleReference.drawn(EXERCISE, 7)
    found = CaseSet(reference, tuple(reference.cases))
    if inputs is None:
        return found
    call = found.cases[0].call.with_inputs(**inputs)
    return replace(found, cases=(replace(found.cases[0], name="other", call=call),))


def student(function):
    return Student(LocalConnection({"f": function}))


def finding(check, function):
    with pytest.raises(CheckFailure) as caught:
        check(student(function))
    (explanation,) = caught.value.explanations
    return explanation.finding.fr


def in_place(x, w):
    x *= x
    return (x * w).mean(-1)


def in_place_and_raises(x, w):
    x *= x
    raise ValueError


def epsilon_and_back(x, w):
    x += 1e-3
    x -= 1e-3
    return mean_square(x, w)


def wrong(x, w):
    return (x**2 * w).sum(-1)


def raises(x, w):
    raise ValueError


@pytest.mark.parametrize("function", [mean_square, epsilon_and_back])
def test_inputs_left_alone(function):
    cases().check_inputs_unchanged(student(function))


@pytest.mark.parametrize("function", [in_place, in_place_and_raises])
def test_inputs_changed_in_place(function):
    assert "« x »" in finding(cases().check_inputs_unchanged, function)


def test_inputs_of_a_call_that_a_probe_makes():
    found = cases()
    case = Case("made", replace(found.cases[0].call, probe="call_made"))
    made = replace(found, cases=(case,), reference=OracleReference(EXERCISE, [case]))
    made.check_inputs_unchanged(student(mean_square))
    assert "« x »" in finding(made.check_inputs_unchanged, in_place)


@pytest.mark.parametrize(("function", "words"), [(wrong, "valeurs"), (raises, "ValueError")])
def test_leaving_inputs_alone_is_worth_nothing_without_the_answer(function, words):
    assert words in finding(cases().check_inputs_unchanged, function)


def test_a_probe_that_only_says_so_is_not_believed(monkeypatch):
    for reply in ([], None, {"inputs": {}}, {"inputs": [1]}, {"output": torch.ones(4)}):
        monkeypatch.setitem(probes.PROBES, "call_and_inputs", lambda *_, _reply=reply, **__: _reply)
        with pytest.raises(ProtocolError):
            cases().check_inputs_unchanged(student(mean_square))


def test_a_probe_that_hides_the_answer_is_not_believed(monkeypatch):
    monkeypatch.setitem(probes.PROBES, "call_and_inputs", lambda _, call: {"inputs": call.inputs})
    assert "Deux appels identiques" in finding(cases().check_inputs_unchanged, mean_square)


def test_a_probe_that_hands_inputs_back_without_the_answer_is_not_believed(monkeypatch):
    echo = lambda _, call: {"inputs": call.inputs, "output": torch.ones(4)}  # noqa: E731
    monkeypatch.setitem(probes.PROBES, "call_and_inputs", echo)
    assert "valeurs" in finding(cases().check_inputs_unchanged, mean_square)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (torch.full((2,), torch.nan), torch.full((2,), torch.nan), True),
        (torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16), True),
        (torch.ones(2), torch.ones(2).double(), False),
        (np.ones(2), np.ones((2, 1)), False),
        (np.array([1, 2]), np.array([1, 3]), False),
        ([np.ones(2), {"a": 1}], [np.ones(2), {"a": 1}], True),
        ([np.ones(2), {"a": 1}], [np.ones(2), {"a": 2}], False),
        ([1, 2], [1, 2, 3], False),
        ([1], (1,), False),
        ({1, 2}, {1}, False),
    ],
)
def test_what_is_the_same(one, other, same):
    assert is_same(one, other) is same


def cut(x, w):
    return mean_square(x.detach(), w)


def another_slope(x, w):
    """Right at every case, and flat around it."""
    return mean_square(x.detach().mul(20).round().div(20) + x - x.detach(), w)


@pytest.mark.parametrize("scale", [1.0, 1e-3])
def test_right_gradients(scale):
    inputs = {"x": scale * torch.linspace(-1, 1, 6, dtype=torch.float64).reshape(2, 3), "w": torch.ones(3).double()}
    cases(inputs).check_gradients(student(mean_square))
    cases().check_gradients(student(lambda x, w: torch.einsum("nd,nd,d->n", x, x, w) / 3))
    cases().check_gradients(student(lambda x, w: mean_square(x.float(), w.float())))


def test_a_cut_graph():
    assert "gradient" in finding(cases().check_gradients, cut)


def test_gradients_of_another_function_are_worth_nothing(monkeypatch):
    right = probes.gradients
    monkeypatch.setitem(probes.PROBES, "gradients", lambda _, call, **o: right({"f": mean_square}, call, **o))
    cases().check_gradients(student(mean_square))
    for forward in (wrong, raises, lambda x, w: torch.zeros(4)):
        with pytest.raises(CheckFailure):
            cases().check_gradients(student(forward))


def test_a_function_that_is_right_at_the_cases_only_has_no_gradient():
    x = torch.tensor([[0.5, -1.0, 2.0]], dtype=torch.float64)  # whole multiples of the steps of another_slope
    inputs = {"x": x, "w": torch.ones(3).double()}
    cases(inputs).check_values(student(another_slope))
    with pytest.raises(CheckFailure):
        cases(inputs).check_gradients(student(another_slope))


@pytest.mark.parametrize("reply", [[], None, "no", [torch.ones(4, 3)], [torch.ones(4, 3), torch.ones(3), 1]])
def test_gradients_that_are_none(monkeypatch, reply):
    monkeypatch.setitem(probes.PROBES, "gradients", lambda *_, **__: reply)
    assert "gradient" in finding(cases().check_gradients, mean_square)


def test_gradients_by_lists_and_parameters():
    def layers(xs):
        return xs[0] * xs[1].sum()

    class Scale(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = torch.nn.Parameter(torch.ones(2).double())

        def forward(self, x):
            return x * self.factor**2

    one, two = torch.ones(2).double(), torch.full((2,), 3.0).double()
    listed = Case("listed", Call("layers", {"xs": [one, two]}), differentiable=("xs",))
    module = Case("module", Call("Scale", {"x": two}, init={}, state={"factor": two}), differentiable=("x", "factor"))
    functions = (Function("layers", "(xs)", (Output("y", "n"),)), Function("Scale", "()", (Output("y", "n"),), "class"))
    names = {"layers": layers, "Scale": Scale}
    both = replace(EXERCISE, functions=functions, reference=names, draw=lambda _: [listed, module])
    reference = OracleReference.drawn(both, 7)
    found = CaseSet(reference, tuple(reference.cases))
    found.check_gradients(Student(LocalConnection(names)))
    with pytest.raises(CheckFailure):
        found.check_gradients(Student(LocalConnection({**names, "layers": lambda xs: xs[0] * xs[1].detach().sum()})))


class Doubling(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.ones(2).double())

    def forward(self, x):
        return x * self.factor

    def twice(self, x):
        return 2 * self(x)


class Halving(Doubling):
    def forward(self, x):
        return x * self.factor / 2


X = torch.arange(6.0, dtype=torch.float64).reshape(3, 2)
THREES = {"factor": torch.full((2,), 3.0).double()}


@pytest.mark.parametrize(
    "call",
    [
        Call("double", {"x": X}),
        Call("Doubling", {"x": X}, init={}),
        Call("Doubling", {"x": X}, init={}, state=THREES),
        Call("Doubling", {"x": X}, init={}, method="twice"),
        Call("Doubling", {"x": X}, init={}, state=THREES, method="twice"),
    ],
    ids=["function", "instance", "instance with parameters", "method", "method of an instance with parameters"],
)
def test_another_layout_changes_nothing(call):
    kind = "function" if call.init is None else "class"
    function = Function(call.target, "(x)", (Output("y", "n d"),), kind)
    names = {"Doubling": Doubling, "double": lambda x: 2 * x}
    exercise = replace(EXERCISE, functions=(function,), reference=names, draw=lambda _: [Case("one", call)])
    reference = OracleReference.drawn(exercise, 7)
    found = CaseSet(reference, tuple(reference.cases)).non_contiguous()
    found.check_values(Student(LocalConnection(names)))
    with pytest.raises(CheckFailure):
        found.check_values(Student(LocalConnection({"Doubling": Halving, "double": lambda x: x / 2})))
