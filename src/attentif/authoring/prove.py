"""Proving one exercise while it is written: what is wrong with it, and what each wrong answer's author would read."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path

from attentif.authoring.trial import Trial
from attentif.authoring.verify import Verification, verify
from attentif.exercises.course import Course
from attentif.exercises.exercise import Exercise
from attentif.references import stored
from attentif.references.oracles import load_exercise, load_unlisted
from attentif.reports.results import ExerciseReport

SEED = 1


@dataclass
class Proof:
    """What was found about an exercise. ``mistakes``, ``equivalents`` and ``unlisted`` are reports by name."""

    exercise: Exercise
    verification: Verification
    mistakes: dict[str, ExerciseReport] = field(default_factory=dict)
    equivalents: dict[str, ExerciseReport] = field(default_factory=dict)
    unlisted: dict[str, ExerciseReport] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def prove(course: Course, oracle: Path, seed: int = SEED) -> Proof:
    """Writes the exercise's public reference, verifies it, and grades the solution and every listed and unlisted
    answer, in this process. Raises OracleBroken if the exercise cannot be loaded, CheckFilesBroken if its check files
    cannot be collected. Of an exercise without functions, which grades files, there are no answers to grade."""
    exercise = load_exercise(oracle)
    write_reference(course, exercise)
    found = Proof(exercise, verify(exercise))
    found.problems += found.verification.problems
    if not exercise.functions:
        return found
    trial = Trial(course, exercise, seed)
    _expect_everything(found, "the solution", trial.written(exercise.solution_source))
    for equivalent in exercise.equivalents:
        found.equivalents[equivalent.name] = trial.rewritten(equivalent.source())
        _expect_everything(found, f"equivalent {equivalent.name}", found.equivalents[equivalent.name])
    for mistake in exercise.misconceptions:
        found.mistakes[mistake.name] = trial.rewritten(mistake.source())
        heirs = {f"inherited:{name}" for name in mistake.defines}  # functions that call what is wrong
        _expect_loss(found, f"mistake {mistake.name}", found.mistakes[mistake.name], {mistake.name}, heirs)
    for wrong in load_unlisted(oracle):
        found.unlisted[wrong.label] = trial.defined({wrong.answer: wrong.implementation})
        _expect_loss(found, f"unlisted {wrong.label}", found.unlisted[wrong.label], set(wrong.names))
    return found


def write_reference(course: Course, exercise: Exercise) -> list[Path]:
    """Writes the exercise's public reference; returns the files that have changed."""
    folder = course.references(exercise.atelier)
    changed = []
    for path, content in zip(stored.reference_paths(folder, exercise.name), stored.build(exercise), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            changed.append(path)
    return changed


def _expect_everything(found: Proof, who: str, report: ExerciseReport) -> None:
    lost = [f"{result.test} ({result.verdict.value})" for result in report.results if result.verdict.value != "passed"]
    if lost or not report.results:
        found.problems.append(f"{who} does not pass {', '.join(lost) or 'any check: there is none'}")


def _expect_loss(found: Proof, who: str, report: ExerciseReport, names: Set[str], also: Set[str] = frozenset()) -> None:
    if report.fraction == 1.0:
        found.problems.append(f"{who} gets full marks")
    elif set(report.diagnoses) - also != names:
        called = ", ".join(report.diagnoses) or "nothing"
        found.problems.append(f"{who} is called {called}, not {', '.join(sorted(names)) or 'nothing'}")
