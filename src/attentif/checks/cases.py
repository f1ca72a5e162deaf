"""``cases``: what a check file asks of the student's functions, case by case, with the diagnosis attached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import torch

from attentif.checks.gradients import check_case_gradients, ends_of_a_step
from attentif.checks.probing import LaidOut
from attentif.checks.side_effects import call_keeping_inputs
from attentif.diagnosis.chain import Knowledge, WrongAnswer, name_mistake
from attentif.diagnosis.student_errors import definition_problem, explain_error, not_written
from attentif.exercises.exercise import Case, Function
from attentif.references.compare import FLOAT32_ATOL, FLOAT32_RTOL, compare
from attentif.references.mismatch import Mismatch
from attentif.references.outcome import Outcome, run_student
from attentif.remote.wire.call import Call
from attentif.reports.explanation import CheckFailure, Explanation, Picture
from attentif.words.text import Text

PICTURE_LIMIT = 12


class Reference(Knowledge, Protocol):
    """Where cases and right answers come from: a file of tensors, or the oracle itself."""

    @property
    def exercise(self) -> str:
        """Name of the exercise."""

    @property
    def title(self) -> Text:
        """The exercise's title."""

    def expected_gradients(self, case: Case, cotangent: Any) -> list[Any]:
        """The right gradients of ⟨first output, cotangent⟩ by the case's differentiable inputs."""


@dataclass(frozen=True)
class CaseSet:
    """Some cases of an exercise. Every ``check_…`` method raises CheckFailure with words for the student."""

    reference: Reference
    cases: tuple[Case, ...]
    layout: str = "contiguous"
    float32: bool = False

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

    def in_float32(self) -> CaseSet:
        """The same cases, float64 inputs given as float32; answers are held to float32 precision."""
        changed = tuple(replace(c, call=_map_call(c.call, _to_float32)) for c in self.cases)
        return replace(self, cases=changed, float32=True)

    def non_contiguous(self) -> CaseSet:
        """The same cases, their arrays laid out in memory otherwise (as after a transpose)."""
        return replace(self, layout="non_contiguous")

    def check_values(self, student: Any) -> None:
        """Type, shape (axes named), dtype and values of every case; the mistake is named if it is a known one."""
        explanations = [e for f in self._functions() if (e := self._explain_function(f, student))]
        if explanations:
            raise CheckFailure(*explanations)

    def check_gradients(self, student: Any) -> None:
        """Gradients that autograd finds through the student's code, against those through the reference; and values
        around each case, which confirm them."""
        functions = {f.name: f for f in self._functions()}
        differentiable = [case for case in self.cases if case.differentiable]
        for case in differentiable:
            check_case_gradients(functions[case.call.target], case, student, self.reference)
        ends = tuple(end for case in differentiable for end in ends_of_a_step(case))
        replace(self, cases=ends).check_values(student)

    def check_inputs_unchanged(self, student: Any) -> None:
        """That the student's function leaves its inputs as they were, in a call whose answer is right."""
        functions = {f.name: f for f in self._functions()}
        for case in self.cases:
            function = functions[case.call.target]
            outcome = call_keeping_inputs(case, student)
            mismatch = None if outcome.raised else compare(outcome.value, self.reference.expected(case), function)
            if outcome.raised or mismatch:
                raise CheckFailure(self._explain(function, case, outcome, mismatch, None))

    def _functions(self) -> list[Function]:
        targets = {case.call.target for case in self.cases}
        return [self._held_to(f) for f in self.reference.functions if f.name in targets]

    def _held_to(self, function: Function) -> Function:
        """The function with the tolerances of these cases: what came in as float32 is only known to that precision,
        whatever the dtype of the answer."""
        if not self.float32:
            return function
        return replace(function, rtol=max(function.rtol, FLOAT32_RTOL), atol=max(function.atol, FLOAT32_ATOL))

    def _run(self, case: Case, student: Any) -> Outcome:
        if self.layout == "contiguous":
            return run_student(case, student)
        return run_student(case, LaidOut(student, case.call, self.layout))

    def _explain_function(self, function: Function, student: Any) -> Explanation | None:
        cases = [case for case in self.cases if case.call.target == function.name]
        problem = definition_problem(function, cases[0].call, student)
        if problem is not None:
            return problem
        outcomes = []
        for case in cases:
            outcome = self._run(case, student)
            if outcome.error is not None and outcome.error.type == "NotImplementedError":
                return not_written(function)
            outcomes.append(outcome)
        for case, outcome in zip(cases, outcomes, strict=True):
            mismatch = None if outcome.raised else compare(outcome.value, self.reference.expected(case), function)
            if outcome.raised or mismatch:
                return self._explain(function, case, outcome, mismatch, self._named(function, cases, outcomes, student))
        return None

    def _named(
        self, function: Function, cases: list[Case], outcomes: list[Outcome], student: Any
    ) -> Explanation | None:
        plain = self.layout == "contiguous" and not self.float32
        return name_mistake(WrongAnswer(function, cases, outcomes, self.reference, student, plain))

    def _explain(
        self,
        function: Function,
        case: Case,
        outcome: Outcome,
        mismatch: Mismatch | None,
        named: Explanation | None,
    ) -> Explanation:
        evidence = _evidence(case, mismatch) if mismatch else None
        picture = None if self.reference.hidden or mismatch is None else _picture(mismatch)
        if named is not None:
            explanation = replace(named, evidence=_joined(named.evidence, evidence), picture=picture)
        elif outcome.error is not None:
            explanation = explain_error(function, outcome.error, hidden=self.reference.hidden)
        else:
            assert mismatch is not None
            explanation = Explanation(mismatch.general, evidence, function=function.name, picture=picture)
        return explanation.without_values() if self.reference.hidden else explanation


def _evidence(case: Case, mismatch: Mismatch) -> Text:
    dims = ", ".join(f"{name}={size}" for name, size in case.dims.items())
    where = f"« {case.name.split('#')[0]} »" + (f" ({dims})" if dims else "")
    return Text(f"Sur le cas {where} : {mismatch.detail.fr}", f"On case {where}: {mismatch.detail.en}")


def _joined(one: Text | None, other: Text | None) -> Text | None:
    if one is None or other is None:
        return one or other
    return Text(f"{one.fr} {other.fr}", f"{one.en} {other.en}")


def _picture(mismatch: Mismatch) -> Picture | None:
    if mismatch.student is None or mismatch.expected is None or mismatch.expected.ndim < 2:
        return None
    mine, theirs = (a.reshape(-1, *a.shape[-2:])[_worst_slice(mismatch)] for a in (mismatch.student, mismatch.expected))
    if max(theirs.shape) > PICTURE_LIMIT:
        return None
    title = Text("Votre matrice, puis la matrice attendue", "Your matrix, then the expected one")
    return Picture(title, mine.astype(float).tolist(), theirs.astype(float).tolist())


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
