"""From a wrong answer to a name for the mistake: listed misconceptions first, then what else can be said for sure.

In order: a listed misconception; a pair of them; an error inherited from an earlier exercise; NaN, and where they
start; a generic relation to the right answer; a small gap; for a class, the first sub-module that diverges. Each name
has the same rule: it explains *every* case of the function, public ones included, not only those of the check at hand,
and no other explanation of its kind does. So the student's function is asked about the other cases too; where that
cannot be done (a time limit, say) nothing is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations

from attentif.diagnosis.answers import WrongAnswer, on_all_cases
from attentif.diagnosis.inherited import inherited_explanation, inherited_finding
from attentif.diagnosis.not_finite import broken_places, explain_not_finite, first_broken_module
from attentif.diagnosis.relations import ENOUGH_CASES, Hypothesis, Sample, concerned_by, recognise
from attentif.diagnosis.small_gap import explain_small_gap
from attentif.diagnosis.submodules import divergence_explanation, first_divergence, reference_trace, student_trace
from attentif.exercises.exercise import Case, Function, Given
from attentif.references.candidates import Candidate
from attentif.references.compare import compare
from attentif.remote.wire.call import Ref
from attentif.remote.wire.errors import RemoteError
from attentif.reports.explanation import Explanation
from attentif.words.detectors import of_outputs, swapped_outputs


def name_mistake(answer: WrongAnswer) -> Explanation | None:
    """What is certain about a mistake, without the evidence that compares values; None if that is nothing."""
    if all(outcome.raised for outcome in answer.outcomes):
        return None
    whole, known = None, []
    try:
        whole = on_all_cases(answer)
        known = [] if whole is None else _known_mistakes(answer, whole)
    except RemoteError:  # a time limit, say: another check will meet it
        whole = None
    found = known[0] if len(known) == 1 else _not_finite(answer)
    if found is not None or whole is None or known:
        return found
    try:
        return _relation(answer, whole)
    except RemoteError:
        return None


def _known_mistakes(answer: WrongAnswer, whole: WrongAnswer) -> list[Explanation]:
    """The listed misconceptions that explain every case; else the pairs of them; else an earlier function's error."""
    function, knowledge = answer.function, answer.knowledge
    listed = _explaining(answer, whole, "listed", knowledge.candidates)
    if len(listed) == 1:
        return [_with_origin(whole, listed[0].explanation(function, None))]
    found = listed or _explaining(answer, whole, "pairs", knowledge.pairs)
    if found:
        return [candidate.explanation(function, None) for candidate in found]
    given = _inherited(whole)
    return [] if given is None else [inherited_explanation(function, given)]


def _explaining(
    answer: WrongAnswer, whole: WrongAnswer, kind: str, candidates: Callable[[str], Sequence[Candidate]]
) -> list[Candidate]:
    """The candidates that agree with the student on every case: all as they were drawn, and those at hand, whatever a
    check made of their inputs."""
    function = answer.function

    def agreeing(among: Sequence[Candidate], answers: WrongAnswer) -> list[Candidate]:
        together = answers.wrong_first.together
        return [c for c in among if all(outcome.agrees_with(c.outcome(case), function) for case, outcome in together)]

    found = whole.once(kind, lambda: agreeing(candidates(function.name), whole))
    return found if answer.plain else agreeing(found, answer)


def _inherited(whole: WrongAnswer) -> Given | None:
    def look() -> Given | None:
        answers = whole.wrong_first
        return whole.knowledge.inherited(whole.function, answers.cases, answers.outcomes, whole.student)

    return whole.once("inherited", look)


def _with_origin(whole: WrongAnswer, explanation: Explanation) -> Explanation:
    """The explanation of a listed misconception, which may come from an earlier exercise all the same."""
    given = _inherited(whole)
    if given is None or explanation.consequence is None:
        return explanation
    note, before = inherited_finding(whole.function, given), explanation.consequence
    return replace(explanation, consequence=before.followed_by(note))


def _not_finite(answer: WrongAnswer) -> Explanation | None:
    """NaN and infinities: a fact about the cases at hand, whatever its cause."""
    if any(outcome.raised for outcome in answer.outcomes):
        return None
    for case, outcome in answer.together:
        if any(broken_places(sample).any() for sample in answer.samples(case, outcome) or ()):
            module = _first_broken_module(answer, case)
            return explain_not_finite(answer.some_samples, answer.function.name, module)
    return None


def _first_broken_module(answer: WrongAnswer, case: Case) -> str:
    theirs = reference_trace(answer, case) if answer.plain else None
    if theirs is None:
        return ""
    try:
        mine = student_trace(answer.student, case)
    except RemoteError:
        return ""
    return first_broken_module(mine or (), [name for name, _ in theirs])


def _relation(answer: WrongAnswer, whole: WrongAnswer) -> Explanation | None:
    """How the answers to all cases lie to the right ones, where no mistake is known that gives them."""
    generic = _generic(answer, whole)
    if generic is not None:
        return generic
    diverging = whole.once("divergence", lambda: first_divergence(whole)) if answer.plain else None
    small = explain_small_gap(whole.all_samples, answer.function, diverging)
    if small is not None or diverging is None:
        return small
    return divergence_explanation(answer.function, diverging)


def _generic(answer: WrongAnswer, whole: WrongAnswer) -> Explanation | None:
    knowledge, function = answer.knowledge, answer.function
    if not answer.plain or any(not _speaks_for_itself(case, knowledge.functions) for case in answer.cases):
        return None
    swapped = _swapped(whole)
    if swapped is not None:
        return swapped
    found = whole.once("relation", lambda: recognise(whole.all_samples or (), hidden=knowledge.hidden))
    return _generic_explanation(found, answer.some_samples, function) if found is not None else None


def _generic_explanation(found: Hypothesis, samples: Sequence[Sample], function: Function) -> Explanation:
    concerned = concerned_by(samples)
    names, total = dict.fromkeys(s.output.name for s in concerned), {s.output.name for s in samples}
    finding = found.words.finding
    if len(total) > 1:
        finding = of_outputs(list(names), finding)
    evidence = found.evidence([s for s in concerned if not s.right])
    return Explanation(finding, evidence, found.words.consequence, found.words.hints, found.name, function.name)


def _speaks_for_itself(case: Case, functions: Sequence[Function]) -> bool:
    """Whether what is compared is what the student's function returned: no observation of it, by the case or by a
    helper of the course that is handed the function."""
    observing = {function.name for function in functions}
    return case.observe is None and not any(
        isinstance(value, Ref) and value.name in observing for value in case.call.inputs.values()
    )


def _swapped(whole: WrongAnswer) -> Explanation | None:
    """Right values in another order than the statement's."""
    function = whole.function
    count = len(function.outputs)
    values = [outcome.value for outcome in whole.outcomes]
    if not 2 <= count <= 4 or not all(isinstance(v, (tuple, list)) and len(v) == count for v in values):
        return None
    wanted = [whole.knowledge.expected(case) for case in whole.cases]
    if not all(isinstance(w, (tuple, list)) and len(w) == count for w in wanted):
        return None
    holding = []
    for order in list(permutations(range(count)))[1:]:
        right = (compare([v[i] for i in order], w, function) for v, w in zip(values, wanted, strict=True))
        if all(mismatch is None for mismatch in right):
            holding.append(order)
    if len(holding) != 1 or len(whole.wrong) < (ENOUGH_CASES if whole.knowledge.hidden else 1):
        return None
    words = swapped_outputs([output.name for output in function.outputs])
    return Explanation(words.finding, None, words.consequence, words.hints, "generic:outputs_swapped", function.name)
