"""What a call came to: a value or an exception."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from attentif.exercises.exercise import Case, Function
from attentif.references.compare import same_answer
from attentif.remote.inside.probes import PROBES
from attentif.remote.wire.errors import RemoteError, StudentError

Trace = Sequence[tuple[str, Any]]  # (name, output) of the sub-modules of a class, in the order in which they finish


@dataclass(frozen=True)
class Outcome:
    """The value a call returned, or the name of the exception's type that it raised."""

    value: Any = None
    raised: str = ""
    error: StudentError | None = None

    def agrees_with(self, other: Outcome, function: Function) -> bool:
        """Whether two outcomes are the same within rounding (exceptions: the same type)."""
        if self.raised or other.raised:
            return self.raised == other.raised
        return same_answer(self.value, other.value, function)


def observed(case: Case, value: Any) -> Any:
    """What is compared: the value itself, or what the case's ``observe`` makes of it."""
    return value if case.observe is None else case.observe(case.call.inputs, value)


def evaluate(case: Case, namespace: Any) -> Outcome:
    """Runs a case on trusted code (reference, misconception, equivalent), on copies of its inputs."""
    call = copy.deepcopy(case.call)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return Outcome(observed(case, call.run(_with_probes(namespace) if call.probe else namespace)))
    except StudentError as error:  # the student's own function, called by ours
        return Outcome(raised=error.type)
    except RemoteError:
        raise
    except Exception as error:  # a misconception may fail in any way
        return Outcome(raised=type(error).__name__)


def _with_probes(namespace: Any) -> Any:
    """The namespace, and the probes as a student has them."""
    names = vars(namespace)
    return SimpleNamespace(**names, probe=lambda probe, call: PROBES[probe](names, call))


def run_student(case: Case, student: Any) -> Outcome:
    """Runs a case on the student's code. Time and memory limits and dead processes are raised, not returned."""
    return outcome_of(case, lambda: case.call.run(student))


def outcome_of(case: Case, answer: Callable[[], Any]) -> Outcome:
    """The same where ``answer`` gives what the student's code answers to the case, or raises."""
    try:
        value = answer()
    except StudentError as error:
        return Outcome(raised=error.type, error=error)
    try:
        return Outcome(observed(case, value))
    except Exception:  # a value that the observation cannot digest is simply not the right one
        return Outcome(value)
