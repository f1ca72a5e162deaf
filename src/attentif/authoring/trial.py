"""Answers to an exercise graded in this process, by its own check files: trusted code only, for authors and tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attentif.checks.run import Run
from attentif.checks.runner import run_checks
from attentif.exercises.alternatives import LIBRARIES
from attentif.exercises.conventions import is_hidden
from attentif.exercises.course import Course
from attentif.exercises.exercise import Exercise, implementation_source
from attentif.references.folder import FolderReferences
from attentif.reports.results import ExerciseReport
from attentif.student.local import NamespaceStudents


class Trial:
    """Grades answers to one exercise, all of them on the same drawn cases and in one session of checks."""

    def __init__(self, course: Course, exercise: Exercise, seed: int, *, public: bool = True) -> None:
        """``public``: by the public checks too, not by the hidden ones alone."""
        self.exercise = exercise
        files = course.check_files(exercise.atelier, exercise.name)
        self._files = [path for path in files if public or is_hidden(path)]
        self._references = FolderReferences(seed)
        self._provided = implementation_source({}, exercise.provided)

    def written(self, source: str) -> ExerciseReport:
        """What this source gets in the place of the solution."""
        return self.graded(self.names_after(source))

    def rewritten(self, source: str) -> ExerciseReport:
        """What this source gets after the solution, as a student would write who tries again."""
        return self.written(f"{self.exercise.solution_source}\n\n{source}")

    def defined(self, defines: Mapping[str, Any]) -> ExerciseReport:
        """What the solution gets with these objects in its place."""
        return self.graded({**self.names_after(self.exercise.solution_source), **defines})

    def names_after(self, source: str) -> dict[str, Any]:
        """The names of a notebook in which this source has run."""
        names = {**LIBRARIES, "__name__": "__main__"}
        exec(compile(f"{self._provided}\n\n{source}", "<cellule>", "exec"), names)
        return names

    def graded(self, names: dict[str, Any]) -> ExerciseReport:
        """What a notebook with these names gets."""
        run = Run(NamespaceStudents(names), self._references)
        return run_checks(run, self._files, [self.exercise.name], keep=True)[self.exercise.name]
