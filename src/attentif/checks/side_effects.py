"""What a call does to its inputs: the student's process hands them back with the answer, and both are judged here.

A process can say what it likes about itself. It is believed only with values: the very call that left its inputs
alone, as they came back, gave the right answer. Who forges that has to keep the inputs and to compute, which is what an
honest ``.copy()`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from attentif.checks.probing import resolved
from attentif.exercises.exercise import Case
from attentif.references.outcome import Outcome, observed, run_student
from attentif.remote.outside.student import probing
from attentif.remote.wire.call import Call
from attentif.remote.wire.errors import ProtocolError
from attentif.reports.explanation import CheckFailure, Explanation
from attentif.words import side_effects as words
from attentif.words.text import Words


def calls_keeping_inputs(cases: Sequence[Case], student: Any) -> list[Outcome]:
    """What the call of each case came to, its inputs left as they were. CheckFailure if an input was changed, even by a
    call that raised."""
    sent = [resolved(case.call, student) for case in cases]
    questions = [probing("call_and_inputs", call, **({"by": call.probe} if call.probe else {})) for call in sent]
    replies = student.ahead(questions)
    return [_judged(case, call, reply(), student) for case, call, reply in zip(cases, sent, replies, strict=True)]


def _judged(case: Case, sent: Call, reply: Any, student: Any) -> Outcome:
    after = reply.get("inputs") if isinstance(reply, dict) else None
    if not isinstance(after, dict) or list(after) != list(sent.inputs):
        raise ProtocolError("the inputs did not come back")
    changed = [name for name, value in sent.inputs.items() if not is_same(value, after[name])]
    if changed:
        raise CheckFailure(_explained(words.changed_in_place(case.call.target, changed), case.call.target))
    if "output" not in reply:
        outcome = run_student(case, student)
        if not outcome.raised:
            raise CheckFailure(_explained(words.answers_one_time_only(case.call.target), case.call.target))
        return outcome
    try:
        return Outcome(observed(case, reply["output"]))
    except Exception:  # a value that the observation cannot digest is simply not the right one
        return Outcome(reply["output"])


def is_same(one: Any, other: Any) -> bool:
    """Whether a value is as it was, but for rounding: who adds ε and takes it away again has changed nothing."""
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and one.shape == other.shape and _close_tensors(one, other)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and _close(one, other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(is_same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return list(one) == list(other) and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, (set, frozenset, bytes, bytearray, str, int, bool)):
        return bool(one == other)
    return True  # floats cannot change in place; other objects stay where they are


def _close_tensors(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.is_floating_point() and one.element_size() < 4:  # numpy has no bfloat16
        one, other = one.float(), other.float()
    return _close(one.detach().resolve_conj().numpy(), other.detach().resolve_conj().numpy())


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    if one.dtype.kind not in "fc":
        return bool(np.array_equal(one, other))
    # a few roundings of the largest entry, no more
    finite = np.abs(one[np.isfinite(one)])
    slack = 8 * float(np.finfo(one.dtype).eps) * float(finite.max(initial=0.0))
    return bool(np.allclose(one, other, rtol=0.0, atol=slack, equal_nan=True))


def _explained(told: Words, function: str) -> Explanation:
    return Explanation(told.finding, None, told.consequence, told.hints, function=function)
