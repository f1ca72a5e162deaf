"""The gradebook's rows of one submission, carried as plain data between the one writer and those who grade.

A worker runs nbgrader on a private SQLite gradebook that holds the assignment and one student. What nbgrader changed
there is then written to the real gradebook, by one process and in one transaction for each submission.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Base
from sqlalchemy import Connection, Engine, Table, create_engine, insert, make_url, select, update
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import NullPool, SingletonThreadPool

from attentif.scheduler.jobs import Rows

_ASSIGNMENT = (
    "course", "assignment", "notebook", "base_cell", "grade_cells", "solution_cells", "task_cells", "source_cell",
)  # fmt: skip
_PRIVATE = "file:attentif?mode=memory&cache=shared"
PRIVATE_URL = f"sqlite:///{_PRIVATE}&uri=true"
_SUBMISSION = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")


class SubmissionChanged(Exception):
    """Someone wrote to the rows of a submission while it was being graded: it must be graded again."""


class AssignmentChanged(Exception):
    """The assignment was released again while it was being graded; the text says what to do."""


def table(name: str) -> Table:
    """One of nbgrader's tables."""
    found: Table = Base.metadata.tables[name]
    return found


def sqlite_file(db_url: str) -> Path | None:
    """The file of a SQLite gradebook; None for another database."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith(("file:", ":memory:")):
        return None
    return Path(url.database)


def assignment_rows(connection: Connection, assignment: str) -> Rows:
    """The rows that describe an assignment; an empty "assignment" table if the gradebook does not know it."""
    found = _where(connection, "assignment", "name", [assignment])
    notebooks = _where(connection, "notebook", "assignment_id", _ids(found))
    cells = _where(connection, "base_cell", "notebook_id", _ids(notebooks))
    rows: Rows = {
        "course": [dict(row) for row in connection.execute(select(table("course"))).mappings()],
        "assignment": found,
        "notebook": notebooks,
        "base_cell": cells,
        # In the order of their writing, which is that of the notebook: what was deleted is put back by it.
        "source_cell": _where(connection, "source_cell", "notebook_id", _ids(notebooks), in_order_of_id=False),
    }
    for name in ("grade_cells", "solution_cells", "task_cells"):
        rows[name] = _where(connection, name, "id", _ids(cells))
    return rows


def submission_rows(connection: Connection, assignment_id: str, student: str) -> Rows:
    """The rows of a student's submission of an assignment: few or none before the first grading."""
    assignments = table("submitted_assignment")
    mine = (assignments.c.assignment_id == assignment_id, assignments.c.student_id == student)
    wanted = select(assignments).where(*mine)
    submissions = [dict(row) for row in connection.execute(wanted).mappings()]
    notebooks = _where(connection, "submitted_notebook", "assignment_id", _ids(submissions))
    return {
        "student": _where(connection, "student", "id", [student]),
        "submitted_assignment": submissions,
        "submitted_notebook": notebooks,
        "grade": _where(connection, "grade", "notebook_id", _ids(notebooks)),
        "comment": _where(connection, "comment", "notebook_id", _ids(notebooks)),
    }


def _where(
    connection: Connection, name: str, column: str, values: list[str], *, in_order_of_id: bool = True
) -> list[dict[str, Any]]:
    if not values:
        return []
    chosen = table(name)
    query = select(chosen).where(chosen.c[column].in_(values))
    if in_order_of_id:
        query = query.order_by(chosen.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def make_blank(path: Path, rows: Rows) -> None:
    """Writes a SQLite gradebook that holds an assignment and no student."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        _insert(connection, rows, _ASSIGNMENT)


@dataclass(frozen=True)
class Private:
    """The way to the private gradebook: kept, with its compiled queries, from one submission to the next."""

    engine: Engine
    session: scoped_session[Session]
    courses: set[str]  # known to be there


@functools.lru_cache(maxsize=1)
def open_private() -> Private:
    """This process's connection to the gradebook at PRIVATE_URL."""
    engine = create_engine(PRIVATE_URL, poolclass=SingletonThreadPool)
    return Private(engine, scoped_session(sessionmaker(autoflush=True, bind=engine)), set())


@contextmanager
def private_gradebook(blank: Path, rows: Rows) -> Iterator[Engine]:
    """A gradebook in this process's memory, at PRIVATE_URL: a copy of ``blank`` with one submission's rows in it."""
    private = open_private()
    keeper = sqlite3.connect(_PRIVATE, uri=True)
    try:
        source = sqlite3.connect(f"file:{blank}?mode=ro", uri=True)
        try:
            source.backup(keeper)
        finally:
            source.close()
        with private.engine.begin() as connection:
            _insert(connection, rows, _SUBMISSION)
        yield private.engine
    finally:
        private.session.remove()
        private.engine.dispose()  # the last connection's end is that of the gradebook
        private.courses.clear()
        keeper.close()


def _insert(connection: Connection, rows: Rows, names: tuple[str, ...]) -> None:
    for name in names:
        if rows.get(name):
            connection.execute(insert(table(name)), rows[name])


@contextmanager
def one_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other writer's can come between."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
        return
    with engine.execution_options(isolation_level="SERIALIZABLE").begin() as connection:
        yield connection


def write_changes(connection: Connection, assignment_id: str, student: str, before: Rows, after: Rows) -> None:
    """Writes what grading changed, ``before`` → ``after``, inside the caller's transaction.

    Raises SubmissionChanged if the gradebook no longer holds ``before``.
    """
    if submission_rows(connection, assignment_id, student) != before:
        raise SubmissionChanged(student)
    for name in _SUBMISSION:
        known = {row["id"]: row for row in before[name]}
        fresh = [row for row in after[name] if row["id"] not in known]
        if fresh:
            connection.execute(insert(table(name)), fresh)
        for row in after[name]:
            old = known.get(row["id"], row)
            changed = {column: value for column, value in row.items() if old[column] != value}
            if changed:
                chosen = table(name)
                connection.execute(update(chosen).where(chosen.c.id == row["id"]).values(changed))


def scores(rows: Rows) -> tuple[float, bool]:
    """(points, whether a human must still grade something) of a submission's rows."""
    points = 0.0
    for row in rows["grade"]:
        score = row["manual_score"] if row["manual_score"] is not None else row["auto_score"]
        points += (score or 0.0) + (row["extra_credit"] or 0.0)
    points -= sum(row["late_submission_penalty"] or 0.0 for row in rows["submitted_notebook"])
    return points, any(row["needs_manual_grade"] for row in rows["grade"])


def points_in(rows: Rows) -> dict[str, float]:
    """Graded cell's id → points, among an assignment's rows."""
    return {row["id"]: row["max_score"] for row in (*rows["grade_cells"], *rows["task_cells"])}


def points_of(connection: Connection, assignment_id: str) -> dict[str, float]:
    """Graded cell's id → points, as the gradebook has them now."""
    notebooks = _ids(_where(connection, "notebook", "assignment_id", [assignment_id]))
    cells = _ids(_where(connection, "base_cell", "notebook_id", notebooks))
    rows = {name: _where(connection, name, "id", cells) for name in ("grade_cells", "task_cells")}
    return points_in(rows)
