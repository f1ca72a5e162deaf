"""The floor: the same cells and checks in one warm process, without kernel, sandbox or isolation of any kind.

Run in a course's folder; prints JSON with seconds a submission: "bare" for the cells and checks alone, "nbgrader"
for all of nbgrader's autograde around them (reading, restoring, gradebook, writing).
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from nbgrader.apps import AutogradeApp
from nbgrader.preprocessors import NbGraderPreprocessor

from attentif.checks.run import Run
from attentif.checks.runner import run_checks
from attentif.exercises.course import Course
from attentif.grading.autograde import Autograde
from attentif.grading.outputs import report_outputs
from attentif.grading.plan import CellKind, plan_cell, released_illustrations
from attentif.grading.preprocessor import Grade
from attentif.references.folder import FolderReferences
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Student
from attentif.student.local import NamespaceStudents
from attentif.student.notebook import without_magics

SPENT: list[tuple[float, float]] = []


class Unlimited(NamespaceStudents):
    """The notebook's names, without time limits: they would cost a thread for each call."""

    @contextlib.contextmanager
    def open(self, exercise: str, check_file: Path, *, time_limit: float, alone: bool = False) -> Iterator[Student]:
        """The names, spoken to through the same codec as a remote kernel."""
        yield Student(LocalConnection(dict(self.namespace)))


class Warm(NbGraderPreprocessor):
    """Runs cells with ``exec`` and checks on the same names."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """As Grade's, without anything that protects."""
        start, cpu = monotonic(), process_time()
        course, atelier = Course(Path.cwd()), resources["nbgrader"]["assignment"]
        drawn = released_illustrations(course, atelier, resources["nbgrader"]["notebook"], Grade().illustration_tag)
        names: dict[str, Any] = {"__name__": "notebook"}
        for cell in nb.cells:
            plan = plan_cell(cell, course, atelier, drawn)
            if plan.kind is CellKind.CHECKS:
                files = course.check_files(atelier, plan.exercise)
                run = Run(Unlimited(names), FolderReferences(1))
                report = run_checks(run, files, [plan.exercise], keep=True)[plan.exercise]
                cell.outputs = report_outputs(report, float(cell.metadata.nbgrader["points"]))
            elif plan.kind is CellKind.ORDINARY and cell.cell_type == "code":
                with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
                    exec(compile(without_magics(cell.source), "<cell>", "exec"), names)
        SPENT.append((monotonic() - start, process_time() - cpu))
        return nb, resources


def main(atelier: str) -> None:
    """Grades the class once to warm up a little (one submission), then all of it."""
    app = AutogradeApp()
    app.initialize(["--log-level=ERROR"])
    app.coursedir.assignment_id = atelier
    steps = [Warm if step is Grade else step for step in app.config.Autograde.autograde_preprocessors]
    app.config.Autograde.autograde_preprocessors = steps
    students = sorted(path.name for path in Path("submitted").iterdir())
    start, cpu = 0.0, 0.0
    for number, student in enumerate([students[0], *students]):
        if number == 1:
            SPENT.clear()
            start, cpu = monotonic(), process_time()
        app.coursedir.student_id = student
        Autograde(coursedir=app.coursedir, parent=app, force=True).start()
    count = len(students)
    found = {
        "bare": sum(wall for wall, _ in SPENT) / count,
        "bare_cpu": sum(used for _, used in SPENT) / count,
        "nbgrader": (monotonic() - start) / count,
        "nbgrader_cpu": (process_time() - cpu) / count,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
