"""Solved notebooks in which wrong and right answers stand, packed so that few students hand in all of them.

A notebook that is handed in answers each exercise in its own way: that each gets what its own answer deserves is part
of the proof, and a student for each of some seven hundred answers would take minutes more. Two answers stand in one
notebook only where neither can touch the other: what calls a wrong function is left as it is solved. Exercises for
which no answer is left, and that nothing calls, are not answered at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from course.right_answers import RIGHT_ANSWERS
from course.solved import SolvedNotebook
from courses import EVERY_ANSWER, ROOT, submit

from attentif.exercises.course import Course
from attentif.exercises.exercise import Exercise, Misconception, Variant
from attentif.references.oracles import load_exercise

COURSE = Course(ROOT)
NOTEBOOKS = [
    SolvedNotebook.read(path)
    for a in COURSE.ateliers()
    if COURSE.exercises(a)  # modules ask questions, whose answers are no functions
    for path in sorted((ROOT / "source" / a).glob("*.ipynb"))
]


@dataclass(frozen=True)
class Submission:
    """A solved notebook in which ``placed`` stands in some exercises' answers, and the student who hands it in; the
    exercises ``blank`` are as they were released."""

    student: str
    notebook: SolvedNotebook
    placed: Mapping[str, Variant] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()

    @property
    def wrong(self) -> dict[str, Misconception]:
        """The exercises answered wrongly."""
        return {name: variant for name, variant in self.placed.items() if isinstance(variant, Misconception)}

    @property
    def callers(self) -> set[str]:
        """The exercises that have a right function which calls a wrong one."""
        return self.notebook.callers(name for variant in self.wrong.values() for name in variant.defines)

    def hand_in(self, course: Course) -> None:
        """Writes it to submitted/."""
        sources = {exercise: variant.source() for exercise, variant in self.placed.items()}
        edit = self.notebook.edit(sources, self.blank)
        submit(course, self.student, self.notebook.atelier, edit, self.notebook.name)


@dataclass
class Row:
    """What one student answers: at most one answer to an exercise, none to one whose functions call a wrong one."""

    placed: dict[str, Variant] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    def has_room(self, exercise: str, callers: set[str]) -> bool:
        """Whether an answer to ``exercise``, called by ``callers``, neither touches what stands here nor is touched."""
        return exercise not in self.placed.keys() | self.touched and not callers & self.placed.keys()


def submissions_of(notebook: SolvedNotebook) -> list[Submission]:
    """As many as hold every misconception, every equivalent and every right answer once; the last one is the notebook
    as it is solved."""
    exercises = [load_exercise(COURSE.oracle(notebook.atelier, name)) for name in notebook.exercises]
    rows: list[Row] = []
    for exercise in sorted(exercises, key=lambda e: -len(_callers(notebook, e))):  # who touches others, first
        _place(exercise, notebook, rows)
    blank = frozenset(e.name for e in exercises if not _callers(notebook, e))
    made = [
        Submission(f"student{n:02}", notebook, row.placed, blank - row.placed.keys() - row.touched)
        for n, row in enumerate(rows)
    ]
    return [*made, Submission(f"student{len(made):02}", notebook)]


def _place(exercise: Exercise, notebook: SolvedNotebook, rows: list[Row]) -> None:
    """Puts the exercise's answers in the first rows that have room, wrong and right ones by turns."""
    right = [*exercise.equivalents, *(r for r in RIGHT_ANSWERS if r.exercise == exercise.name)]
    for answer in spread(list(exercise.misconceptions), right):
        callers = notebook.callers(answer.defines) - {exercise.name} if isinstance(answer, Misconception) else set()
        row = next((row for row in rows if row.has_room(exercise.name, callers)), None)
        if row is None:
            rows.append(row := Row())
        row.placed[exercise.name] = answer
        row.touched |= callers


def spread(wrong: list[Misconception], right: list[Variant]) -> list[Variant]:
    """Both lists in one, at even distances."""
    places = [((n + 0.5) / len(side), answer) for side in (wrong, right) for n, answer in enumerate(side)]
    return [answer for _, answer in sorted(places, key=lambda placed: placed[0])]


def _callers(notebook: SolvedNotebook, exercise: Exercise) -> set[str]:
    """The other exercises that call it."""
    return notebook.callers(f.name for f in exercise.functions) - {exercise.name}


SUBMISSIONS = [submission for notebook in NOTEBOOKS for submission in submissions_of(notebook)]


def sampled(submissions: list[Submission]) -> list[Submission]:
    """The solved notebooks, enough for a wrong and a right answer to each exercise, and every tenth of the others."""
    chosen, seen = [], set()
    for number, submission in enumerate(submissions):
        sides = {(name, name in submission.wrong) for name in submission.placed}
        if not submission.placed or sides - seen or number % 10 == 0:
            chosen.append(submission)
            seen |= sides
    return chosen


IN_CLASS = SUBMISSIONS if EVERY_ANSWER else sampled(SUBMISSIONS)
