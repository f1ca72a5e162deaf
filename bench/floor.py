"""The floor: the same cells and checks in one warm process, without kernel, sandbox or isolation of any kind.

Run in a course's folder; prints JSON with seconds a submission: "bare" for the cells and checks alone, "nbgrader"
for all of nbgrader's autograde around them (reading, restoring, gradebook, writing).
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
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
from attentif.grading.plan import CellKind, plan_cell
from attentif.grading.preprocessor import Grade
from attentif.references.folder import FolderReferences
from attentif.student.local import NamespaceStudents

SPENT: list[tuple[float, float]] = []


class Warm(NbGraderPreprocessor):
    """Runs cells with ``exec`` and checks on the same names."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """As Grade's, without anything that protects."""
        start, cpu = monotonic(), process_time()
        course = Course(Path.cwd())
        names: dict[str, Any] = {"__name__": "notebook"}
        for cell in nb.cells:
            plan = plan_cell(cell, course, resources["nbgrader"]["assignment"])
            if plan.kind is CellKind.CHECKS:
                files = course.check_files(resources["nbgrader"]["assignment"], plan.exercise)
                run = Run(NamespaceStudents(names), FolderReferences(1))
                report = run_checks(run, files, [plan.exercise], keep=True)[plan.exercise]
                cell.outputs = report_outputs(report, float(cell.metadata.nbgrader["points"]))
            elif cell.cell_type == "code":
                with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
                    exec(compile(cell.source, "<cell>", "exec"), names)
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
