"""A wrong answer as the diagnosis sees it: a student's function, cases, what it gave, and what is known of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from attentif.diagnosis.relations import Sample
from attentif.exercises.exercise import Case, Function, Given
from attentif.references.candidates import Candidate
from attentif.references.compare import paired_outputs, to_numpy
from attentif.references.outcome import Outcome, Trace, run_student

NAMING_SECONDS = 10.0  # what may be spent, in one check, on asking about cases that are not its own
Found = TypeVar("Found")


@dataclass
class Asked:
    """What a student's functions gave, by function and name of the case, and what was found in it: kept from one check
    of a run to the next, so that each is asked about, and each thing looked for, once."""

    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    findings: dict[Hashable, Any] = field(default_factory=dict)

    def note(self, case: Case, outcome: Outcome, function: Function) -> None:
        """A new outcome. Where it is not what it was, what was found before is no longer known."""
        before = self.outcomes.get(_key(case))
        if before is not None and not outcome.agrees_with(before, function):
            self.findings.clear()
        self.outcomes[_key(case)] = outcome


class Knowledge(Protocol):
    """What naming needs to know about an exercise."""

    @property
    def functions(self) -> Sequence[Function]:
        """The exercise's functions."""

    @property
    def cases(self) -> Sequence[Case]:
        """All cases at hand."""

    @property
    def witnesses(self) -> Sequence[Case]:
        """Other cases of the exercise, on which a name must hold as well."""

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
    drawn, not changed in dtype or layout. ``asked`` keeps what it gave on others, and what was found, for the checks
    that follow."""

    function: Function
    cases: Sequence[Case]
    outcomes: Sequence[Outcome]
    knowledge: Knowledge
    student: Any
    plain: bool = True
    asked: Asked = field(default_factory=Asked)

    @property
    def together(self) -> list[tuple[Case, Outcome]]:
        """Each case with its outcome."""
        return list(zip(self.cases, self.outcomes, strict=True))

    @property
    def wrong(self) -> list[tuple[Case, Outcome]]:
        """Those whose outcome is not the right one."""
        return [(case, outcome) for case, outcome in self.together if not self._is_right(case, outcome)]

    @property
    def wrong_first(self) -> WrongAnswer:
        """The same, the wrong cases before the right ones: what does not explain an answer most often fails there, and
        need not be asked about more."""
        ordered = sorted(self.together, key=lambda each: self._is_right(*each))
        return replace(self, cases=[case for case, _ in ordered], outcomes=[outcome for _, outcome in ordered])

    def once(self, what: str, look: Callable[[], Found]) -> Found:
        """What ``look`` finds in these answers: looked for once for all checks of a run that ask about the same."""
        key = what, self.function, self.knowledge.hidden, frozenset(_key(case) for case in self.cases)
        if key not in self.asked.findings:
            self.asked.findings[key] = look()
        found: Found = self.asked.findings[key]
        return found

    def _is_right(self, case: Case, outcome: Outcome) -> bool:
        return outcome.agrees_with(Outcome(self.knowledge.expected(case)), self.function)

    def samples(self, case: Case, outcome: Outcome) -> list[Sample] | None:
        """The outputs of one case beside the right ones; None where they do not go by twos, or are no arrays."""
        if outcome.raised:
            return None
        pairs = paired_outputs(outcome.value, self.knowledge.expected(case), self.function)
        if pairs is None or any(to_numpy(value) is None or to_numpy(wanted) is None for _, value, wanted in pairs):
            return None
        return [Sample(self.function, output, value, wanted, case.dims) for output, value, wanted in pairs]

    @property
    def all_samples(self) -> list[Sample] | None:
        """The samples of all cases; None where one has none."""
        found = [self.samples(case, outcome) for case, outcome in self.together]
        return None if any(s is None for s in found) else [s for samples in found for s in samples or ()]

    @property
    def some_samples(self) -> list[Sample]:
        """The samples of the cases that have some."""
        return [s for case, outcome in self.together for s in self.samples(case, outcome) or ()]


def on_all_cases(answer: WrongAnswer) -> WrongAnswer | None:
    """The same function's answers to all its cases, inputs as they were drawn; None if they cannot be had in time, or
    if all are right (then it is what a check made of the inputs that shows the mistake, and no name says that).

    RemoteError where the student's process comes to its end."""
    deadline = time.monotonic() + NAMING_SECONDS
    known = {_key(case): case for case in (answer.cases if answer.plain else ())}
    for case, outcome in answer.together if answer.plain else ():
        answer.asked.note(case, outcome, answer.function)
    for case in (*answer.knowledge.witnesses, *answer.knowledge.cases):
        if case.call.target == answer.function.name:
            known.setdefault(_key(case), case)
    for key, case in known.items():
        if key not in answer.asked.outcomes:
            if time.monotonic() > deadline:
                return None
            answer.asked.outcomes[key] = run_student(case, answer.student)
    outcomes = [answer.asked.outcomes[key] for key in known]
    whole = replace(answer, cases=list(known.values()), outcomes=outcomes, plain=True)
    return whole if whole.wrong else None


def _key(case: Case) -> tuple[str, str]:
    return case.call.target, case.name
