"""Many cases asked at once: a check that makes twenty calls of the student's function sends twenty questions together.

What comes of each is what would have come of it alone, and is told in its place: an exception is that case's, and what
ends the session is raised where the case is reached that it came in the place of.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from attentif.checks.probing import LaidOut, resolved
from attentif.exercises.exercise import Case
from attentif.references.outcome import Outcome, outcome_of, run_student
from attentif.remote.outside.student import Handle, Student, calling, probing
from attentif.remote.wire.call import Call, Ref, made_there
from attentif.remote.wire.errors import RemoteError, StudentError

Answer = Callable[[], Any]


def run_cases(cases: Sequence[Case], student: Any, layout: str = "contiguous") -> Iterator[Outcome]:
    """What the student's code gives for each case, in order. Time and memory limits and dead processes are raised, not
    returned, in the place of the case that met them."""
    answers = _answers(cases, student, layout)
    if answers is None:
        for case in cases:
            yield run_student(case, student if layout == "contiguous" else LaidOut(student, case.call, layout))
    else:
        for case, answer in zip(cases, answers, strict=True):
            yield outcome_of(case, answer)


def _answers(cases: Sequence[Case], student: Any, layout: str) -> list[Answer] | None:
    """What gives each case's answer; None where some of them cannot be asked ahead."""
    if not isinstance(student, Student) or len(cases) < 2:
        return None
    try:
        if layout != "contiguous":
            return _laid_out(cases, student, layout)
        calls = [case.call for case in cases]
        if all(call.probe for call in calls):
            return student.ahead([probing(call.probe, call.without_probe()) for call in calls])
        if any(call.probe or call.method for call in calls):
            return None
        if all(call.init is None for call in calls):
            targets = [getattr(student, call.target) for call in calls]
            return _called(student, calls, targets)
        if all(call.init is not None and call.state is not None for call in calls):
            return _called_when_made(student, calls)
    except RemoteError:  # one by one, it is met in its place
        return None
    return None


def _laid_out(cases: Sequence[Case], student: Student, layout: str) -> list[Answer] | None:
    if any(case.call.probe for case in cases):
        return None
    calls = [resolved(case.call, student) for case in cases]
    return student.ahead([probing("call_laid_out", call, layout=layout) for call in calls])


def _called(student: Student, calls: Sequence[Call], targets: Sequence[Any]) -> list[Answer] | None:
    if not all(type(target) is Handle and target._callable for target in targets):
        return None
    return student.ahead([calling(target, _inputs(student, call)) for target, call in zip(targets, calls, strict=True)])


def _called_when_made(student: Student, calls: Sequence[Call]) -> list[Answer]:
    """Instances are made first, all of them; then those that were made are called."""
    making = student.ahead([probing("make", call.without_inputs()) for call in calls])
    made: list[Any] = []
    for make in making:
        try:
            made.append(made_there(make()))
        except RemoteError as error:
            made.append(error)
            if not isinstance(error, StudentError):
                break
    able = [(target, call) for target, call in zip(made, calls, strict=False) if not isinstance(target, RemoteError)]
    called = iter(student.ahead([calling(target, _inputs(student, call)) for target, call in able]))
    answers = [functools.partial(_raised, it) if isinstance(it, RemoteError) else next(called) for it in made]
    return answers + [answers[-1]] * (len(calls) - len(answers))


def _raised(error: RemoteError) -> Any:
    raise error


def _inputs(student: Student, call: Call) -> list[Any]:
    return [getattr(student, value.name) if isinstance(value, Ref) else value for value in call.inputs.values()]
