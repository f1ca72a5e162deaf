"""``cases``: what a check file asks of the student's functions, case by case, with the diagnosis attached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import torch

from attentif.checks.gradients import check_gradients_of, ends_of_a_step
from attentif.checks.many import run_cases
from attentif.checks.probing import LaidOut
from attentif.checks.side_effects import calls_keeping_inputs
from attentif.diagnosis.answers import Asked, Knowledge, WrongAnswer
from attentif.diagnosis.chain import name_mistake
from attentif.diagnosis.not_finite import explain_not_finite
from attentif.diagnosis.properties import explain_property
from attentif.diagnosis.student_errors import definition_problem, explain_error, explain_remote, is_stub, not_written
from attentif.diagnosis.two_answers import explain_two_answers
from attentif.exercises.exercise import Case, Function
from attentif.references.compare import compare, compare_shape, compare_weights
from attentif.references.mismatch import Mismatch
from attentif.references.outcome import Outcome, run_student
from attentif.references.precision import right_to_single, to_single
from attentif.remote.wire.call import Call
from attentif.remote.wire.errors import TooLarge
from attentif.reports.explanation import CheckFailure, Explanation, Picture
from attentif.words import checks as words
from attentif.words.properties import next_steps, shape_steps
from attentif.words.reports import MATRICES
from attentif.words.text import Text

PICTURE_LIMIT = 12
_ORDER = {"type": 1, "shape": 2, "dtype": 3, "values": 4}


class Reference(Knowledge, Protocol):
    """Where cases and right answers come from: a file of tensors, or the oracle itself."""

    @property
    def exercise(self) -> str:
        """Name of the exercise."""

    @property
    def title(self) -> Text:
        """The exercise's title."""

    def of_others(self, *cases: Case) -> Reference:
        """The right answers to other cases of the exercise."""

    def expected_gradients(self, case: Case, cotangent: Any) -> list[Any]:
        """The right gradients of ⟨first output, cotangent⟩ by the case's differentiable inputs."""


@dataclass(frozen=True)
class CaseSet:
    """Some cases of an exercise. Every ``check_…`` method raises CheckFailure with words for the student. ``asked``:
    what the student's functions gave, and what was found in it, kept from one check of a run to the next in order to
    name mistakes."""

    reference: Reference
    cases: tuple[Case, ...]
    layout: str = "contiguous"
    float32: bool = False
    asked: Asked = field(default_factory=Asked)

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)

    def __len__(self) -> int:
        return len(self.cases)

    def __getitem__(self, name: str) -> CaseSet:
        """The cases whose name starts with ``name``; KeyError if there is none."""
        chosen = tuple(c for c in self.cases if c.name.startswith(name))
        if not chosen:
            raise KeyError(f"no case named {name!r}; there are {', '.join(c.name for c in self.cases)}")
        return replace(self, cases=chosen)

    def only(self, *functions: str) -> CaseSet:
        """The cases that call one of these functions; KeyError if there is none."""
        chosen = tuple(c for c in self.cases if c.call.target in functions)
        if not chosen:
            raise KeyError(f"no case calls {', '.join(functions)}")
        return replace(self, cases=chosen)

    def others(self, *cases: Case) -> CaseSet:
        """Cases that a hidden check makes itself, in the place of these."""
        return replace(self, cases=cases, reference=self.reference.of_others(*cases), asked=Asked())

    def in_float32(self) -> CaseSet:
        """The same cases, float64 inputs given as float32; answers are held to float32 precision."""
        changed = tuple(replace(c, call=_map_call(c.call, _to_float32)) for c in self.cases)
        return replace(self, cases=changed, float32=True)

    def non_contiguous(self) -> CaseSet:
        """The same cases, their arrays laid out in memory otherwise (as after a transpose)."""
        return replace(self, layout="non_contiguous")

    def check_values(self, student: Any) -> None:
        """Type, shape (axes named), dtype and values of every case; the mistake is named if it is a known one."""
        functions = self._functions()
        # All of them answer before anything is named: to name a mistake takes more calls, which may end the session.
        answers = [self._answers(function, student) for function in functions]
        explained = [self._judge(f, answer, student) for f, answer in zip(functions, answers, strict=True)]
        explanations = [explanation for explanation in explained if explanation is not None]
        if explanations:
            raise CheckFailure(*explanations)

    def check_finite(self, student: Any) -> None:
        """That answers are numbers where the right ones are: no NaN, no infinity. For check files that go on to judge
        properties of values by themselves."""
        for function in self._functions():
            cases, outcomes = self._cases_of(function), self._answers(function, student)
            if isinstance(outcomes, Explanation):
                raise CheckFailure(outcomes)
            answer = WrongAnswer(function, cases, outcomes, self.reference, student)
            explanation = explain_not_finite(answer.some_samples, function.name)
            if explanation is not None:
                raise CheckFailure(explanation.without_values() if self.reference.hidden else explanation)

    def check_gradients(self, student: Any) -> None:
        """Gradients that autograd finds through the student's code, against those through the reference; and values
        around each case, which confirm them."""
        functions = {f.name: f for f in self._functions()}
        differentiable = [case for case in self.cases if case.differentiable]
        check_gradients_of(functions, differentiable, student, self.reference)
        ends = tuple(end for case in differentiable for end in ends_of_a_step(case))
        replace(self, cases=ends).check_values(student)

    def check_inputs_unchanged(self, student: Any) -> None:
        """That the student's function leaves its inputs as they were, in a call whose answer is right."""
        for function in self._functions():
            cases = self._cases_of(function)
            outcomes = calls_keeping_inputs(cases, student)
            wrong = self._first_wrong(function, cases, outcomes, student)
            if wrong is not None:
                answer = WrongAnswer(function, [wrong[0]], [wrong[1]], self.reference, student)
                raise CheckFailure(self._explain(answer, *wrong, None))

    def _functions(self) -> list[Function]:
        targets = {case.call.target for case in self.cases}
        return [self._held_to(f) for f in self.reference.functions if f.name in targets]

    def _held_to(self, function: Function) -> Function:
        """The function with the tolerances of these cases: what came in as float32 is only known to that precision,
        whatever the dtype of the answer."""
        return to_single(function) if self.float32 else function

    def _run(self, case: Case, student: Any) -> Outcome:
        if self.layout == "contiguous":
            return run_student(case, student)
        return run_student(case, LaidOut(student, case.call, self.layout))

    def _cases_of(self, function: Function) -> list[Case]:
        return [case for case in self.cases if case.call.target == function.name]

    def _answers(self, function: Function, student: Any) -> list[Outcome] | Explanation:
        """What the student's function gives for its cases; or why it cannot be asked."""
        cases = self._cases_of(function)
        problem = definition_problem(function, cases[0].call, student)
        if problem is not None:
            return problem
        outcomes: list[Outcome] = []
        running = run_cases(cases, student, self.layout)
        for case in cases:
            try:
                outcome = next(running)
            except TooLarge as error:
                return self._too_large(function, case, error)
            if outcome.error is not None and is_stub(outcome.error):
                return not_written(function.name, case.call)
            outcomes.append(outcome)
        return outcomes

    def _too_large(self, function: Function, case: Case, error: TooLarge) -> Explanation:
        """An answer that is too large to be read is judged by its shape."""
        mismatch = compare_shape(error.shape, self.reference.expected(case), function)
        if mismatch is None:
            return explain_remote(error)
        return Explanation(mismatch.general, _evidence(case, mismatch), hints=shape_steps(), function=function.name)

    def _judge(self, function: Function, answers: list[Outcome] | Explanation, student: Any) -> Explanation | None:
        if isinstance(answers, Explanation):
            return answers
        cases = self._cases_of(function)
        wrong = self._first_wrong(function, cases, answers, student)
        if wrong is None:
            return None
        plain = self.layout == "contiguous" and not self.float32
        answer = WrongAnswer(function, cases, answers, self.reference, student, plain, self.asked)
        return self._explain(answer, *wrong, name_mistake(answer) or explain_two_answers(answer, *wrong[:2]))

    def _first_wrong(
        self, function: Function, cases: list[Case], outcomes: list[Outcome], student: Any
    ) -> tuple[Case, Outcome, Mismatch | None] | None:
        """The first case that is wrong; one that fails before values could be compared goes before one that differs.
        None where all are right, to the precision of their computation."""
        found, expected = [], [self.reference.expected(case) for case in cases]
        for case, outcome, wanted in zip(cases, outcomes, expected, strict=True):
            mismatch = None if outcome.raised else compare(outcome.value, wanted, function)
            if outcome.raised or mismatch:
                found.append((case, outcome, mismatch))
        if found and not self.float32 and all(mismatch and mismatch.kind == "values" for _, _, mismatch in found):
            answers = [outcome.value for outcome in outcomes]
            if right_to_single(function, cases, answers, expected, lambda case: self._run(case, student).value):
                return None
        return min(found, key=lambda wrong: _ORDER[wrong[2].kind] if wrong[2] else 0, default=None)

    def _explain(
        self,
        answer: WrongAnswer,
        case: Case,
        outcome: Outcome,
        mismatch: Mismatch | None,
        named: Explanation | None,
    ) -> Explanation:
        hidden, function = self.reference.hidden, answer.function
        evidence = _evidence(case, mismatch) if mismatch else None
        picture = None if hidden or mismatch is None else self._telling_picture(function, case, outcome, mismatch)
        if named is None and outcome.error is not None:
            explanation = explain_error(function, outcome.error, hidden=hidden)
        else:
            found = named or _unnamed(answer, mismatch)
            explanation = replace(found, evidence=_joined(found.evidence, evidence), picture=picture)
        return explanation.without_values() if hidden else explanation

    def _telling_picture(self, function: Function, case: Case, outcome: Outcome, mismatch: Mismatch) -> Picture | None:
        """The weights where they are wrong too: a mistake is seen there before anything is multiplied by them."""
        weights = compare_weights(outcome.value, self.reference.expected(case), function)
        return (_picture(weights) if weights is not None else None) or _picture(mismatch)


def _unnamed(answer: WrongAnswer, mismatch: Mismatch | None) -> Explanation:
    """What is said where no mistake is named: the first thing that is wrong, and a next step."""
    assert mismatch is not None
    if mismatch.kind == "values":
        found = explain_property(answer.some_samples, answer.function, hidden=answer.knowledge.hidden)
        return found or Explanation(mismatch.general, hints=next_steps(), function=answer.function.name)
    hints = shape_steps() if mismatch.kind == "shape" else ()
    return Explanation(mismatch.general, hints=hints, function=answer.function.name)


def _evidence(case: Case, mismatch: Mismatch) -> Text:
    dims = ", ".join(f"{name}={size}" for name, size in case.dims.items())
    return words.on_case(case.name.split("#")[0], dims, mismatch.detail)


def _joined(one: Text | None, other: Text | None) -> Text | None:
    if one is None or other is None:
        return one or other
    return one.followed_by(other)


def _picture(mismatch: Mismatch) -> Picture | None:
    if mismatch.student is None or mismatch.expected is None or mismatch.expected.ndim < 2:
        return None
    shape, worst = mismatch.expected.shape, _worst_slice(mismatch)
    if max(shape[-2:]) > PICTURE_LIMIT:
        return None
    wrong = np.zeros(shape, bool) if mismatch.wrong is None else np.broadcast_to(mismatch.wrong, shape)
    mine, theirs, differs = (a.reshape(-1, *shape[-2:])[worst] for a in (mismatch.student, mismatch.expected, wrong))
    axes = mismatch.axes or ("",) * len(shape)
    place = zip(axes[:-2], np.unravel_index(worst, shape[:-2] or (1,)), strict=False)
    return Picture(
        MATRICES,
        mine.astype(float).tolist(),
        theirs.astype(float).tolist(),
        rows=axes[-2],
        columns=axes[-1],
        place=", ".join(f"{name}={index}" if name not in ("", "…") else str(index) for name, index in place),
        name=mismatch.name,
        differs=differs.tolist(),
    )


def _worst_slice(mismatch: Mismatch) -> int:
    assert mismatch.student is not None
    assert mismatch.expected is not None
    with np.errstate(all="ignore"):
        gap = np.abs(mismatch.student.astype(float) - mismatch.expected.astype(float))
    gap = np.nan_to_num(gap, nan=np.inf).reshape(-1, *mismatch.expected.shape[-2:])
    return int(np.argmax(gap.max(axis=(1, 2)))) if gap.size else 0


def _map_call(call: Call, change: Callable[[Any], Any]) -> Call:
    def mapped(values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return None if values is None else {name: change(value) for name, value in values.items()}

    return replace(call, inputs=mapped(call.inputs) or {}, state=mapped(call.state))


def _to_float32(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.dtype == torch.float64:
        return value.to(torch.float32)
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value.astype(np.float32)
    if isinstance(value, (list, tuple)):
        return type(value)(_to_float32(v) for v in value)
    return value
