"""Reports kept as data: one JSON file beside each graded notebook. Pages and statistics are made of these.

The format is described in docs/results.md. A reader refuses another format than its own; what is read back is equal to
what was written.
"""

from __future__ import annotations

import functools
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

from attentif.reports.explanation import Explanation, Picture
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.words.text import Text

FORMAT = 1
SUFFIX = ".results.json"  # after the notebook's name
_GRADED_WITH = ("attentif", "nbgrader", "numpy", "torch")


class ResultsBroken(Exception):
    """A results file is no such file, or of another format; the text says which and what to do."""


@dataclass(frozen=True)
class GradedExercise:
    """An exercise's report and the points of its check cell."""

    report: ExerciseReport
    points: float  # the most that can be had

    @property
    def score(self) -> float:
        """Points earned."""
        return self.report.score(self.points)


@dataclass(frozen=True)
class NotebookResults:
    """What came of one notebook: ``flags`` are (kind, detail) pairs, reasons why a person should look; ``versions``
    what graded it (package → version); ``seconds`` what the whole notebook took; ``fingerprints`` (by exercise) digests
    of answers that no two students should share."""

    atelier: str
    student: str
    notebook: str
    exercises: tuple[GradedExercise, ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The file's text."""
        content = {"format": FORMAT, **asdict(self), "exercises": [_exercise(e) for e in self.exercises]}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> NotebookResults:
        """What ``to_json`` wrote. Raises ResultsBroken."""
        try:
            content = json.loads(text)
            written = content.pop("format")
            if written != FORMAT:
                raise ResultsBroken(f"results of format {written}, this version reads {FORMAT}: grade again")
            content["exercises"] = tuple(_load_exercise(e) for e in content["exercises"])
            content["flags"] = tuple((str(kind), str(detail)) for kind, detail in content["flags"])
            found = cls(**content)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ResultsBroken(f"not a results file ({type(error).__name__}: {error}): grade again") from error
        if not isinstance(found.seconds, (int, float)) or not isinstance(found.fingerprints, dict):
            raise ResultsBroken("not a results file: grade again")
        return found


@functools.cache
def versions() -> Mapping[str, str]:
    """What grades here: Python and the packages that a result may depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _GRADED_WITH}}


def _exercise(graded: GradedExercise) -> dict[str, Any]:
    report = asdict(graded.report)
    for result, written in zip(graded.report.results, report["results"], strict=True):
        written["verdict"] = result.verdict.value
        del written["internal"]  # for the grader's log alone: it may quote what is hidden
        del written["printed"]  # kept on a student's own machine only
    return {"points": graded.points, "score": graded.score, **report}


def _load_exercise(written: dict[str, Any]) -> GradedExercise:
    results = tuple(_load_result(result) for result in written["results"])
    title = _load_text(written["title"])
    notices = tuple(Text(**notice) for notice in written["notices"])
    report = ExerciseReport(written["exercise"], results, title, written["seed"], notices)
    return GradedExercise(report, float(written["points"]))


def _load_result(written: dict[str, Any]) -> CheckResult:
    loaded = {
        "title": Text(**written["title"]),
        "verdict": Verdict(written["verdict"]),
        "explanations": tuple(_load_explanation(e) for e in written["explanations"]),
    }
    return CheckResult(**{**written, **loaded})


def _load_explanation(written: dict[str, Any]) -> Explanation:
    picture = written["picture"]
    loaded = {
        "finding": Text(**written["finding"]),
        "evidence": _load_text(written["evidence"]),
        "consequence": _load_text(written["consequence"]),
        "hints": tuple(Text(**hint) for hint in written["hints"]),
        "picture": None if picture is None else Picture(**{**picture, "title": Text(**picture["title"])}),
    }
    return Explanation(**{**written, **loaded})


def _load_text(written: dict[str, str] | None) -> Text | None:
    return None if written is None else Text(**written)
