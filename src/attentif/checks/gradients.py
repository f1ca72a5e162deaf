"""Gradients that autograd finds through the student's code: compared with the reference's, and confirmed by values.

What the student's process calls a gradient is a claim about a function that only that process sees. So the function is
also called a small step away on both sides, in a direction drawn here: a gradient counts only for a function that
really has that slope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
import torch

from attentif.checks.probing import resolved
from attentif.diagnosis.gradients import explain_gradient
from attentif.diagnosis.student_errors import explain_error
from attentif.exercises.exercise import Case, Function
from attentif.references.compare import compare, to_numpy, tolerance
from attentif.references.outcome import run_student
from attentif.references.precision import computed_in_single, to_single
from attentif.remote.outside.student import probing
from attentif.remote.wire.errors import StudentError
from attentif.reports.explanation import CheckFailure

STEP = 1e-2  # length of the step: values at its ends differ by far more than any tolerance, where there is a slope


class KnowsGradients(Protocol):
    """A reference that differentiates."""

    @property
    def hidden(self) -> bool:
        """Whether nothing of it may be shown."""

    def expected(self, case: Case) -> Any:
        """The right answer to a case."""

    def expected_gradients(self, case: Case, cotangent: Any) -> list[Any]:
        """The right gradients of ⟨first output, cotangent⟩ by the case's differentiable inputs."""


def check_gradients_of(
    functions: Mapping[str, Function], cases: Sequence[Case], student: Any, reference: KnowsGradients
) -> None:
    """Raises CheckFailure if the gradients of ⟨first output, cotangent⟩ of a case through the student's code are not
    the right ones."""
    cotangents = [_cotangent(case, reference) for case in cases]
    questions = [
        probing("gradients", resolved(case.call, student), wrt=list(case.differentiable), cotangent=cotangent)
        for case, cotangent in zip(cases, cotangents, strict=True)
    ]
    for case, cotangent, answer in zip(cases, cotangents, student.ahead(questions), strict=True):
        wanted = reference.expected_gradients(case, cotangent)
        _check(functions[case.call.target], case, answer, wanted, student, hidden=reference.hidden)


def _cotangent(case: Case, reference: KnowsGradients) -> torch.Tensor:
    output = reference.expected(case)
    output = output[0] if isinstance(output, (tuple, list)) else output
    noise = np.random.default_rng(len(case.name)).normal(size=tuple(output.shape))
    return torch.from_numpy(noise).to(output.dtype)


def _check(
    function: Function,
    case: Case,
    answer: Callable[[], Any],
    wanted: list[Any],
    student: Any,
    *,
    hidden: bool,
) -> None:
    try:
        got = answer()
    except StudentError as error:
        raise CheckFailure(explain_error(function, error, hidden=hidden)) from None
    got = got if isinstance(got, (list, tuple)) and len(got) == len(wanted) else [None] * len(wanted)
    held = replace(function, outputs=function.outputs[:1])
    if any(compare(mine, theirs, held) for mine, theirs in zip(got, wanted, strict=True)):
        held = _as_precise_as_output(held, case, student)
    if any(compare(mine, theirs, held) for mine, theirs in zip(got, wanted, strict=True)):
        held = to_single(held) if computed_in_single([case], lambda c: run_student(c, student).value) else held
    for name, mine, theirs in zip(case.differentiable, got, wanted, strict=True):
        if compare(mine, theirs, held):
            raise CheckFailure(explain_gradient(function, name, mine, theirs))


def ends_of_a_step(case: Case) -> tuple[Case, Case]:
    """The case with what it is differentiated by moved a step of length STEP, in a direction of its own, and back."""
    rng = np.random.default_rng([len(case.name), len(case.differentiable)])
    given: Mapping[str, Any] = {**(case.call.state or {}), **case.call.inputs}
    directions = {name: _random_like(given[name], rng) for name in case.differentiable}
    length = np.sqrt(sum(_square(direction) for direction in directions.values()))
    return tuple(  # type: ignore[return-value]
        _moved(case, label, {name: _step(given[name], v, sign * STEP / length) for name, v in directions.items()})
        for label, sign in (("forth", 1.0), ("back", -1.0))
    )


def _moved(case: Case, label: str, values: Mapping[str, Any]) -> Case:
    call = case.call
    inputs = {name: values.get(name, value) for name, value in call.inputs.items()}
    state = None if call.state is None else {name: values.get(name, value) for name, value in call.state.items()}
    return replace(case, name=f"{case.name}, a step {label}", call=replace(call, inputs=inputs, state=state))


def _random_like(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, (list, tuple)):
        return [_random_like(item, rng) for item in value]
    return torch.from_numpy(rng.normal(size=tuple(value.shape))).to(value.dtype)


def _square(direction: Any) -> float:
    if isinstance(direction, list):
        return sum(_square(item) for item in direction)
    return float(direction.square().sum())


def _step(value: Any, direction: Any, length: float) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_step(a, b, length) for a, b in zip(value, direction, strict=True))
    return value.detach() + length * direction


def _as_precise_as_output(function: Function, case: Case, student: Any) -> Function:
    """The function with the tolerances that its first output is held to: through a float32 answer, which is accepted,
    gradients are only known to that precision, whatever their own dtype."""
    value = run_student(case, student).value
    value = value[0] if isinstance(value, (tuple, list)) and value else value
    array = to_numpy(value)
    if array is None:
        return function
    rtol, atol = tolerance(value, array, function)
    return replace(function, rtol=rtol, atol=atol)
