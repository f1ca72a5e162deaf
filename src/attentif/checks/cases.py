"""``cases``: what a check file asks of the student's functions, case by case, with the diagnosis attached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import torch

from attentif.diagnosis.chain import Knowledge, WrongAnswer, name_mistake
from attentif.diagnosis.student_errors import definition_problem, explain_error, not_written
from attentif.exercises.exercise import Case, Function
from attentif.references.compare import FLOAT32_ATOL, FLOAT32_RTOL, Mismatch, compare, to_numpy, tolerance
from attentif.references.outcome import Outcome, run_student
from attentif.remote.wire.call import Call, Ref
from attentif.remote.wire.errors import StudentError
from attentif.reports.explanation import CheckFailure, Explanation, Picture, fail
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
        """Gradients that autograd finds through the student's code, against those through the reference."""
        for case in self.cases:
            if case.differentiable:
                self._check_case_gradients(case, student)

    def check_inputs_unchanged(self, student: Any) -> None:
        """That the student's function leaves its inputs as they were."""
        for case in self.cases:
            changed = student.probe("unchanged", **_probe_arguments(case.call, student))
            if changed:
                names = ", ".join(f"« {name} »" for name in changed)
                fail(
                    Text(
                        f"`{case.call.target}` modifie sur place ce qu'on lui donne : {names}.",
                        f"`{case.call.target}` changes its inputs in place: {', '.join(changed)}.",
                    ),
                    consequence=Text(
                        "Qui appelle votre fonction retrouve ses données changées, et le calcul suivant est faux.",
                        "Whoever calls your function finds their data changed, and the next computation is wrong.",
                    ),
                    hints=(
                        Text("Cherchez une affectation sur place.", "Look for an in-place assignment."),
                        Text(
                            "`x -= …`, `x[...] = …`, `x.add_(…)`, `masked_fill_` écrivent dans le tableau reçu.",
                            "`x -= …`, `x[...] = …`, `x.add_(…)`, `masked_fill_` write into the array received.",
                        ),
                        Text("Écrivez `x = x - …` : un nouveau tableau.", "Write `x = x - …`: a new array."),
                    ),
                    function=case.call.target,
                )

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
        return run_student(case, _LaidOut(student, case.call, self.layout))

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

    def _check_case_gradients(self, case: Case, student: Any) -> None:
        function = {f.name: f for f in self.reference.functions}[case.call.target]
        output = self.reference.expected(case)
        output = output[0] if isinstance(output, (tuple, list)) else output
        noise = np.random.default_rng(len(case.name)).normal(size=tuple(output.shape))
        cotangent = torch.from_numpy(noise).to(output.dtype)
        wanted = self.reference.expected_gradients(case, cotangent)
        try:
            got = student.probe(
                "gradients", **_probe_arguments(case.call, student), wrt=list(case.differentiable), cotangent=cotangent
            )
        except StudentError as error:
            raise CheckFailure(explain_error(function, error, hidden=self.reference.hidden)) from None
        held = replace(function, outputs=function.outputs[:1])
        if any(compare(mine, theirs, held) for mine, theirs in zip(got, wanted, strict=True)):
            held = _as_precise_as_output(held, case, student)
        for name, mine, theirs in zip(case.differentiable, got, wanted, strict=True):
            if compare(mine, theirs, held):
                fail(
                    Text(
                        f"Le gradient par rapport à « {name} » à travers `{function.name}` n'est pas le bon.",
                        f"The gradient with respect to `{name}` through `{function.name}` is not the right one.",
                    ),
                    consequence=Text(
                        "Les valeurs sont bonnes mais l'apprentissage partirait dans une mauvaise direction : "
                        "`.detach()`, `.item()`, `.data` ou un passage par NumPy coupent le graphe.",
                        "The values are right but training would go the wrong way: "
                        "`.detach()`, `.item()`, `.data` or a detour through NumPy cut the graph.",
                    ),
                    function=function.name,
                )


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


class _LaidOut:
    """Stands for the student in ``Call.run`` and makes the call through a probe that changes memory layout."""

    def __init__(self, student: Any, call: Call, layout: str) -> None:
        self._student, self._call, self._layout = student, call, layout

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name != self._call.target:
            return getattr(self._student, name)
        if self._call.init is None:
            return self._probe
        return lambda *_: self

    def load_state_dict(self, state: Any) -> None:
        """The probe loads the state itself."""

    def __call__(self, *_: Any) -> Any:
        return self._probe()

    def _probe(self, *_: Any) -> Any:
        return self._student.probe("call_laid_out", layout=self._layout, **_probe_arguments(self._call, self._student))


def _probe_arguments(call: Call, student: Any) -> dict[str, Any]:
    return {
        "name": call.target,
        "inputs": {key: getattr(student, v.name) if isinstance(v, Ref) else v for key, v in call.inputs.items()},
        "init": None if call.init is None else dict(call.init),
        "state": None if call.state is None else dict(call.state),
        "method": call.method,
    }


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
