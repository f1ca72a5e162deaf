"""What can be said before anything is graded: is there a class, a gradebook, a release that fits its source?"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence

from nbgrader.api import Gradebook
from sqlalchemy.exc import SQLAlchemyError

from attentif.exercises.course import Course
from attentif.scheduler.gradebook_rows import assignment_rows, sqlite_file
from attentif.scheduler.jobs import Facts, Rows, Submission


class CannotGrade(Exception):
    """There is nothing to grade, or grading it would be wrong; the text is one line that says what to do."""


def chosen(course: Course, facts: Facts, atelier: str, students: Sequence[str]) -> list[Submission]:
    """The submissions to grade: all, or those of ``students``; CannotGrade where there is none."""
    known = {each.student: each for each in facts.submissions}
    for student in students:
        if student in facts.without_notebook:
            raise CannotGrade(f"{student} handed in a folder for {atelier}, but no notebook is in it")
        if student not in known:
            raise CannotGrade(f"no submission of {atelier} by {student}{_nearest(student, list(known))}")
    if not known and not facts.without_notebook:
        if atelier not in course.ateliers():
            raise CannotGrade(f"no atelier called {atelier}{_nearest(atelier, course.ateliers())}")
        raise CannotGrade(f"nobody has handed in {atelier}: put submissions in submitted/<student>/{atelier}/")
    return [known[student] for student in dict.fromkeys(students)] if students else list(known.values())


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; there are: {', '.join(sorted(known)[:10])}" if known else ""


def released_assignment(course: Course, facts: Facts, atelier: str) -> Rows:
    """The assignment's rows in the gradebook; CannotGrade if it is not there or not what source/ holds."""
    release = f"run `attentif release {atelier}`"
    path = sqlite_file(facts.db_url)
    if path is not None and not path.is_file():
        raise CannotGrade(f"there is no gradebook at {path}: {release}")
    try:
        with Gradebook(facts.db_url, facts.course_id) as gradebook, gradebook.engine.connect() as connection:
            rows = assignment_rows(connection, atelier)
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        raise CannotGrade(
            f"the gradebook cannot be read ({reason}): restore it, or see `nbgrader db upgrade`"
        ) from error
    if not rows["assignment"] or not rows["notebook"]:
        raise CannotGrade(f"the gradebook does not know {atelier}: {release}")
    stale = stale_cells(course, atelier, rows)
    if stale:
        raise CannotGrade(f"the release of {atelier} is older than its source ({', '.join(stale[:5])}): {release}")
    return rows


def stale_cells(course: Course, atelier: str, rows: Rows) -> list[str]:
    """Graded cells whose points, or whose locked source, differ between source/<atelier>/ and the gradebook."""
    source = course.source(atelier)
    if not source.is_dir():
        return []
    asked = {}
    for path in sorted(source.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            mark = cell.get("metadata", {}).get("nbgrader", {})
            if mark.get("grade"):
                text = "".join(cell["source"])
                fixed = not mark.get("solution") and "AUTOTEST" not in text
                asked[path.stem, mark["grade_id"]] = (float(mark["points"]), text if fixed else None)
    names = {row["id"]: row["name"] for row in rows["notebook"]}
    texts = {(names[row["notebook_id"]], row["name"]): row["source"] for row in rows["source_cell"]}
    cells = {row["id"]: (names[row["notebook_id"]], row["name"]) for row in rows["base_cell"]}
    points = {cells[row["id"]]: float(row["max_score"]) for row in rows["grade_cells"]}
    changed = {
        place
        for place, (worth, text) in asked.items()
        if points.get(place) != worth or (text is not None and texts.get(place) != text)
    }
    return [f"{notebook}: {name}" for notebook, name in sorted(changed | (points.keys() - asked.keys()))]
