"""The result of checking an exercise: data, and nothing about how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from attentif.reports.explanation import Explanation
from attentif.words import reports as words
from attentif.words.text import Text


class Verdict(Enum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    NOT_RUN = "not_run"

    @property
    def label(self) -> Text:
        """The word shown beside the check."""
        return words.VERDICTS[self.value]


@dataclass(frozen=True)
class CheckResult:
    """One check: ``title`` is its docstring's first line, ``test`` the pytest function's name.

    ``internal`` is for the instructor's log only (a traceback of the check itself); no report shows it. ``printed``:
    the beginning of what the student's code printed meanwhile, on their own machine.
    """

    test: str
    title: Text
    weight: float
    hidden: bool
    verdict: Verdict
    explanations: tuple[Explanation, ...] = ()
    seconds: float = 0.0
    internal: str = ""
    printed: str = ""

    @property
    def unwritten(self) -> bool:
        """Whether nothing is wrong but that the answer has not been written yet."""
        unwritten = bool(self.explanations) and all(e.unwritten for e in self.explanations)
        return unwritten and self.verdict in (Verdict.FAILED, Verdict.ERROR)


@dataclass(frozen=True)
class ExerciseReport:
    """All checks of one exercise, in the order in which they ran."""

    exercise: str
    results: tuple[CheckResult, ...] = ()
    title: Text | None = None
    seed: int | None = None
    notices: tuple[Text, ...] = field(default=())

    @property
    def fraction(self) -> float:
        """Passed weight over total weight, between 0 and 1; 0 if no check ran."""
        total = sum(r.weight for r in self.results)
        return sum(r.weight for r in self.results if r.verdict is Verdict.PASSED) / total if total else 0.0

    def score(self, points: float) -> float:
        """Points earned out of ``points``, rounded to hundredths."""
        return round(points * self.fraction, 2)

    @property
    def passed(self) -> bool:
        """Whether every check passed (false if there is none)."""
        return bool(self.results) and all(r.verdict is Verdict.PASSED for r in self.results)

    @property
    def waiting(self) -> bool:
        """Whether nothing has failed, and not all has passed: something is not written yet, or was not run."""
        fine = (Verdict.PASSED, Verdict.NOT_RUN)
        return not self.passed and all(r.unwritten or r.verdict in fine for r in self.results)

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """Names of the misconceptions recognised, each once, in order."""
        names = [e.diagnosis for r in self.results for e in r.explanations if e.diagnosis]
        return tuple(dict.fromkeys(names))
