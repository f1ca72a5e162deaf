"""From a wrong answer to a name for the mistake: listed misconceptions first, then what else can be said for sure.

In order: a listed misconception; a pair of them; an error inherited from an earlier exercise; a generic relation to
the right answer; for a class, the first sub-module that diverges. Each step has the same rule: every case of the
function is explained, and by one explanation only. Where a step finds several, nothing is named, unless the other
cases of the function tell listed misconceptions apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, Protocol

from attentif.diagnosis.inherited import inherited_explanation, inherited_finding
from attentif.diagnosis.listed import explaining
from attentif.diagnosis.relations import ENOUGH_CASES, Hypothesis, Sample, concerned_by, holds, recognise
from attentif.diagnosis.submodules import divergence, divergence_explanation
from attentif.exercises.exercise import Case, Function, Given
from attentif.references.candidates import Candidate
from attentif.references.compare import compare, paired_outputs, to_numpy
from attentif.references.outcome import Outcome, Trace, run_student
from attentif.remote.wire.call import Ref
from attentif.remote.wire.errors import RemoteError, StudentError
from attentif.reports.explanation import Explanation
from attentif.words.detectors import swapped_outputs
from attentif.words.text import Text


class Knowledge(Protocol):
    """What naming needs to know about an exercise."""

    @property
    def functions(self) -> Sequence[Function]:
        """The exercise's functions."""

    @property
    def cases(self) -> Sequence[Case]:
        """All cases at hand."""

    @property
    def hidden(self) -> bool:
        """Whether sizes and values must not be shown."""

    def expected(self, case: Case) -> Any:
        """The right answer to a case."""

    def candidates(self, function: str) -> Sequence[Candidate]:
        """The misconceptions about one function."""

    def pairs(self, function: str) -> Sequence[Candidate]:
        """Pairs of them; none where no oracle can compose them."""

    def inherited(
        self, function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome], student: Any
    ) -> Given | None:
        """The earlier functions of the student given which all outcomes are right."""

    def submodules(self, case: Case) -> Trace | None:
        """(name, output) of the reference's sub-modules on a case of a class; None where that is not known."""


@dataclass(frozen=True)
class WrongAnswer:
    """What a student's function gave on some cases, one at least being wrong. ``plain``: the inputs are as they were
    drawn, not changed in dtype or layout."""

    function: Function
    cases: Sequence[Case]
    outcomes: Sequence[Outcome]
    knowledge: Knowledge
    student: Any
    plain: bool = True


def name_mistake(answer: WrongAnswer) -> Explanation | None:
    """The explanation of the mistake, without the evidence that compares values; None if nothing is certain."""
    if all(outcome.raised for outcome in answer.outcomes):
        return None
    listed = _explaining(answer, answer.knowledge.candidates(answer.function.name))
    listed = _told_apart(answer, listed) if len(listed) > 1 else listed
    if len(listed) == 1:
        confirmed = _confirmed(answer, listed[0])
        return _with_origin(answer, listed[0].explanation(answer.function, None)) if confirmed else None
    if listed:
        return None
    pairs = _explaining(answer, answer.knowledge.pairs(answer.function.name))
    if pairs:
        confirmed = len(pairs) == 1 and _confirmed(answer, pairs[0])
        return pairs[0].explanation(answer.function, None) if confirmed else None
    given = _inherited(answer)
    if given is not None:
        return inherited_explanation(answer.function, given)
    return _generic(answer) or _submodule(answer)


def _explaining(answer: WrongAnswer, candidates: Sequence[Candidate]) -> list[Candidate]:
    return explaining(answer.function, answer.cases, answer.outcomes, candidates)


def _told_apart(answer: WrongAnswer, candidates: list[Candidate]) -> list[Candidate]:
    """What is left of candidates that all explain the cases at hand, once the function's others are asked: a worked
    example may be too simple to tell them apart. A case on which none agrees with the student tells nothing."""
    if not answer.plain:
        return candidates
    try:
        for case in _other_cases(answer):
            outcome = run_student(case, answer.student)
            agreeing = [c for c in candidates if outcome.agrees_with(c.outcome(case), answer.function)]
            candidates = agreeing or candidates
            if len(candidates) == 1:
                break
    except RemoteError:  # a time limit, say: another check will meet it
        pass
    return candidates


def _confirmed(answer: WrongAnswer, candidate: Candidate) -> bool:
    """Whether two cases speak for the candidate; a single one may be a coincidence (1/√d_k and ½ are the same where
    d_k = 4). Where the cases at hand do not suffice, the function's others are asked: another one must speak for the
    candidate, or all agree with it."""
    if not answer.plain:
        return True
    spoken = sum(_speaks_for(answer, candidate, case) for case in answer.cases)
    contradicted = False
    try:
        for case in _other_cases(answer):
            if spoken >= ENOUGH_CASES:
                break
            if run_student(case, answer.student).agrees_with(candidate.outcome(case), answer.function):
                spoken += _speaks_for(answer, candidate, case)
            else:
                contradicted = True
    except RemoteError:  # a time limit, say: another check will meet it
        return False
    return spoken >= ENOUGH_CASES or not contradicted


def _speaks_for(answer: WrongAnswer, candidate: Candidate, case: Case) -> bool:
    """Whether the candidate is wrong on the case, so that to agree with it means something."""
    return not candidate.outcome(case).agrees_with(Outcome(answer.knowledge.expected(case)), answer.function)


def _other_cases(answer: WrongAnswer) -> list[Case]:
    """The cases of the function that are not at hand."""
    known = {case.name for case in answer.cases}
    return [c for c in answer.knowledge.cases if c.call.target == answer.function.name and c.name not in known]


def _inherited(answer: WrongAnswer) -> Given | None:
    return answer.knowledge.inherited(answer.function, answer.cases, answer.outcomes, answer.student)


def _with_origin(answer: WrongAnswer, explanation: Explanation) -> Explanation:
    """The explanation of a listed misconception, which may come from an earlier exercise all the same."""
    given = _inherited(answer)
    if given is None or explanation.consequence is None:
        return explanation
    note, before = inherited_finding(answer.function, given), explanation.consequence
    return replace(explanation, consequence=Text(f"{before.fr} {note.fr}", f"{before.en} {note.en}"))


def _generic(answer: WrongAnswer) -> Explanation | None:
    """A relation to the right answer. What holds on the cases at hand must hold on all others of the function."""
    knowledge, function = answer.knowledge, answer.function
    if not answer.plain or any(not _speaks_for_itself(case, knowledge.functions) for case in answer.cases):
        return None
    swapped = _swapped(answer)
    if swapped is not None:
        return swapped
    samples = _samples(answer, answer.cases, answer.outcomes)
    found = recognise(samples, hidden=knowledge.hidden) if samples else None
    if found is None or samples is None:
        return None
    others = _other_cases(answer)
    try:
        more = _samples(answer, others, [run_student(case, answer.student) for case in others])
    except RemoteError:  # a time limit, say: another check will meet it
        return None
    if more is None or not holds(found, concerned_by(samples + more), hidden=knowledge.hidden):
        return None
    return _generic_explanation(found, samples, function)


def _generic_explanation(found: Hypothesis, samples: Sequence[Sample], function: Function) -> Explanation:
    concerned = concerned_by(samples)
    names, total = dict.fromkeys(s.output.name for s in concerned), {s.output.name for s in samples}
    finding = found.words.finding
    if len(total) > 1:
        finding = Text(
            f"{', '.join(f'« {n} »' for n in names)} : {_after_a_colon(finding.fr)}",
            f"{', '.join(f'`{n}`' for n in names)}: {_after_a_colon(finding.en)}",
        )
    evidence = found.evidence([s for s in concerned if not s.right])
    return Explanation(finding, evidence, found.words.consequence, found.words.hints, found.name, function.name)


def _after_a_colon(sentence: str) -> str:
    """The sentence without its first capital; a first word like NaN keeps its own."""
    return sentence[0].lower() + sentence[1:] if sentence.split()[0][1:].islower() else sentence


def _speaks_for_itself(case: Case, functions: Sequence[Function]) -> bool:
    """Whether what is compared is what the student's function returned: no observation of it, by the case or by a
    helper of the course that is handed the function."""
    observing = {function.name for function in functions}
    return case.observe is None and not any(
        isinstance(value, Ref) and value.name in observing for value in case.call.inputs.values()
    )


def _samples(answer: WrongAnswer, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[Sample] | None:
    found = []
    for case, outcome in zip(cases, outcomes, strict=True):
        if outcome.raised:
            return None
        pairs = paired_outputs(outcome.value, answer.knowledge.expected(case), answer.function)
        if pairs is None:
            return None
        for output, value, expected in pairs:
            if to_numpy(value) is None or to_numpy(expected) is None:
                return None
            found.append(Sample(answer.function, output, value, expected, case.dims))
    return found


def _swapped(answer: WrongAnswer) -> Explanation | None:
    """Right values in another order than the statement's."""
    count = len(answer.function.outputs)
    values = [outcome.value for outcome in answer.outcomes]
    if not 2 <= count <= 4 or not all(isinstance(v, (tuple, list)) and len(v) == count for v in values):
        return None
    wanted = [answer.knowledge.expected(case) for case in answer.cases]
    if not all(isinstance(w, (tuple, list)) and len(w) == count for w in wanted):
        return None
    holding = []
    for order in list(permutations(range(count)))[1:]:
        right = (compare([v[i] for i in order], w, answer.function) for v, w in zip(values, wanted, strict=True))
        if all(mismatch is None for mismatch in right):
            holding.append(order)
    telling = sum(compare(v, w, answer.function) is not None for v, w in zip(values, wanted, strict=True))
    if len(holding) != 1 or telling < (ENOUGH_CASES if answer.knowledge.hidden else 1):
        return None
    words = swapped_outputs([output.name for output in answer.function.outputs])
    return Explanation(
        words.finding, None, words.consequence, words.hints, "generic:outputs_swapped", answer.function.name
    )


def _submodule(answer: WrongAnswer) -> Explanation | None:
    """The first diverging sub-module, if it is the same on every case that is wrong."""
    function, knowledge = answer.function, answer.knowledge
    if function.kind != "class" or not answer.plain:
        return None
    found = []
    before: list[str] = []
    for case, outcome in zip(answer.cases, answer.outcomes, strict=True):
        theirs = knowledge.submodules(case) if case.call.init is not None and not case.call.method else None
        if outcome.raised or theirs is None:
            return None
        mismatch = compare(outcome.value, knowledge.expected(case), function)
        if mismatch is None:
            continue
        if mismatch.kind == "type":  # a tuple for a tensor, say: that is the mistake, and it is told
            return None
        mine = _trace(answer.student, case)
        if mine is None:
            return None
        found.append(divergence(mine, theirs, function))
        names = list(dict.fromkeys(name for name, _ in theirs))
        before = names[: names.index(found[-1].name)] if found[-1].how in ("differs", "not called") else []
    if not found or len(set(found)) != 1:
        return None
    return divergence_explanation(function, found[0], before)


def _trace(student: Any, case: Case) -> Trace | None:
    """The student's sub-modules on a case: data from code that may say anything, so its form is checked."""
    call = case.call
    try:
        mine = student.probe(
            "hook_outputs",
            name=call.target,
            inputs=dict(call.inputs),
            init=dict(call.init or {}),
            state=None if call.state is None else dict(call.state),
        )
    except StudentError:
        return None
    if not isinstance(mine, (list, tuple)):
        return None
    well_formed = all(isinstance(m, (list, tuple)) and len(m) == 2 and isinstance(m[0], str) for m in mine)
    return [(m[0], m[1]) for m in mine] if well_formed else None
