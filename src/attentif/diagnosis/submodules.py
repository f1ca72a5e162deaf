"""Which sub-module of a class diverges first: the outputs of named sub-modules, the student's against the reference's.

The weights are the same on both sides, so a sub-module whose output differs was fed otherwise, or is made otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch

from attentif.diagnosis.answers import WrongAnswer
from attentif.exercises.exercise import Case, Function, Output
from attentif.references.compare import compare, same_answer, to_numpy
from attentif.references.outcome import Trace
from attentif.remote.wire.errors import StudentError
from attentif.reports.explanation import Explanation
from attentif.words import submodules as words


@dataclass(frozen=True)
class Divergence:
    """``name`` is the first sub-module to differ (empty: none does, what follows them is wrong); ``how`` it differs;
    ``before`` are the sub-modules that finish before it and agree; ``unused``, its weights that change nothing."""

    name: str
    how: words.How
    before: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def first_divergence(whole: WrongAnswer) -> Divergence | None:
    """The first sub-module to diverge, if it is the same, and in the same way, on every case that is wrong. Before it
    are those that agree on all of them: a case may have more layers than another."""
    found: list[Divergence] = []
    for case, outcome in whole.wrong:
        theirs = reference_trace(whole, case)
        mismatch = None if outcome.raised else compare(outcome.value, whole.knowledge.expected(case), whole.function)
        if theirs is None or mismatch is None or mismatch.kind == "type":
            return None  # no class; an error, or a tuple for a tensor: that is the mistake, and it is told
        mine = student_trace(whole.student, case)
        if mine is None:
            return None
        diverging = divergence(mine, theirs, whole.function)
        found.append(_proven(diverging, case, whole) if diverging.how == "not called" else diverging)
        if replace(found[-1], before=()) != replace(found[0], before=()):
            return None
    if not found:
        return None
    before = tuple(name for name in found[0].before if all(name in each.before for each in found))
    return replace(found[0], before=before) if found[0].how != "bypassed" or before else None


def divergence(mine: Trace, theirs: Trace, function: Function) -> Divergence:
    """The first difference, in the order in which the reference runs its sub-modules. Repeated calls count apart."""
    one = Function(function.name, function.signature, (Output("output"),), rtol=function.rtol, atol=function.atol)
    found: dict[str, list[Any]] = {}
    for name, value in mine:
        found.setdefault(name, []).append(value)
    calls = {name: len(values) for name, values in found.items()}
    before: list[str] = []
    for name, wanted in theirs:
        if not found.get(name):
            return Divergence(name, "called less" if calls.get(name) else "not called", tuple(dict.fromkeys(before)))
        if not same_answer(found[name].pop(0), wanted, one):
            return Divergence(name, "differs", tuple(dict.fromkeys(before)))
        before.append(name)
    again = next((name for name, values in found.items() if values and name in before), "")
    return Divergence(again, "called again") if again else Divergence("", "after")


def _proven(found: Divergence, case: Case, whole: WrongAnswer) -> Divergence:
    """What is certain of a sub-module that is not called as one: a student may hand its weights to a function of
    torch, all of them or some, which then change the output all the same."""
    call, student = case.call, whole.student
    try:
        tree = student.probe("module_tree", replace(call.outline(), init=call.init))
        parameters = tree["parameters"] if isinstance(tree, dict) and isinstance(tree.get("parameters"), dict) else {}
        names = [name for name in call.state or parameters if name in parameters and name.startswith(f"{found.name}.")]
        wanted = whole.knowledge.expected(case)
        first = wanted[0] if isinstance(wanted, (tuple, list)) else wanted
        slopes = student.probe(
            "gradients",
            replace(call, method=""),
            wrt=names,
            cotangent=torch.randn(first.shape, generator=torch.Generator().manual_seed(1), dtype=first.dtype),
        )
    except StudentError:
        return replace(found, how="bypassed")
    arrays = [to_numpy(slope) for slope in slopes] if isinstance(slopes, (list, tuple)) else []
    if not names or len(arrays) != len(names) or any(array is None for array in arrays):
        return replace(found, how="bypassed")
    unused = tuple(name for name, array in zip(names, arrays, strict=True) if array is not None and not array.any())
    if len(unused) == len(names):
        return found
    return replace(found, how="partly used" if unused and call.state else "bypassed", unused=unused)


def reference_trace(answer: WrongAnswer, case: Case) -> Trace | None:
    """The sub-modules of the reference on a case; None where the case does not call an instance of a class."""
    known = answer.function.kind == "class" and case.call.init is not None and not case.call.method
    return answer.knowledge.submodules(case) if known else None


def student_trace(student: Any, case: Case) -> Trace | None:
    """The student's sub-modules on a case: data from code that may say anything, so its form is checked."""
    call = case.call
    try:
        mine = student.probe("hook_outputs", replace(call, method=""))
    except StudentError:
        return None
    if not isinstance(mine, (list, tuple)):
        return None
    well_formed = all(isinstance(m, (list, tuple)) and len(m) == 2 and isinstance(m[0], str) for m in mine)
    return [(m[0], m[1]) for m in mine] if well_formed else None


def divergence_explanation(function: Function, found: Divergence) -> Explanation:
    """What the student reads."""
    told = words.diverging(found.name, found.how, found.before, found.unused)
    return Explanation(
        told.finding, None, told.consequence, told.hints, f"module:{found.name or 'after'}", function.name
    )
