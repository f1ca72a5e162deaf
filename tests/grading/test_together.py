"""Checks of one exercise share a process of the student's as long as they pass. Whatever an answer keeps from one call
to the next, its verdicts are those of checks that are alone."""

import contextlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
from courses import ROOT

from attentif.exercises.course import Course
from attentif.grading.budget import Budget
from attentif.grading.snapshots import SnapshotStudents, grade_exercises
from attentif.references.oracles import load_exercise
from attentif.remote.outside.listener import SnapshotListener

COURSE = Course(ROOT)
ATELIER, EXERCISE = "atelier3", "attention_scores"
ORACLE = load_exercise(COURSE.oracle(ATELIER, EXERCISE))
SOURCE = "\n".join([*map(inspect.getsource, ORACLE.provided), ORACLE.solution_source, ""])
PROGRAM = """
import sys
from attentif.remote.inside import agent
agent.bootstrap()
exec(compile(open(sys.argv[1]).read(), "<ipython-input-1>", "exec"), globals())
agent.snapshot(*sys.argv[2:])
"""
IMPORTS = """
import math
import os
import numpy as np
import torch
import torch.nn.functional as F
torch.manual_seed(0)
"""
# `right` is the reference; `made` counts calls of this process.
COUNTED = """
right, made = attention_scores, [0]
def attention_scores(Q, K):
    made[0] += 1
    {0}
    return right(Q, K)
"""
TIRED = 30  # calls: more than any check makes but the hidden ones of values, less than all of them together
ANSWERS = {
    "right": "",
    "wrong": "right, made = attention_scores, [0]\ndef attention_scores(Q, K):\n    return 2 * right(Q, K)",
    "wrong_once_it_is_tired": COUNTED.format("if made[0] > TIRED: return 2 * right(Q, K)"),
    "wrong_much_later": COUNTED.format("if made[0] > 2 * TIRED: return 2 * right(Q, K)"),
    "wrong_at_first": COUNTED.format("if made[0] == 1: return 2 * right(Q, K)"),
    "remembers_a_shape": COUNTED.format("made.append(Q.shape)\n    if Q.shape != made[1]: return right(Q, K) + 1"),
    "raises_once_it_is_tired": COUNTED.format("if made[0] > TIRED: raise ValueError('tired')"),
    "dies_once_it_is_tired": COUNTED.format("if made[0] > TIRED: os._exit(3)"),
    "slow_once_it_is_tired": COUNTED.format("while made[0] > TIRED: pass"),
    "slow": COUNTED.format("while True: pass"),
    "in_place_once_it_is_tired": COUNTED.format("if made[0] > TIRED: Q.add_(1)"),
    "other_draws_later": "right = attention_scores\ndef attention_scores(Q, K):\n"
    "    return right(Q, K) + (torch.rand(()) > 0.9) * 1.0",
    "no_generators": "torch.get_rng_state = torch.set_rng_state = None",
    "waits_between_checks": "torch.set_rng_state = lambda _: time.sleep(60)",
    "other_types_later": COUNTED.format("if made[0] > TIRED: torch.set_default_dtype(torch.float16)"),
}


TIRING = {
    "wrong_once_it_is_tired", "wrong_much_later", "raises_once_it_is_tired", "dies_once_it_is_tired",
    "slow_once_it_is_tired", "in_place_once_it_is_tired",
}  # fmt: skip


class Apart(SnapshotStudents):
    """Every check alone."""

    def open(self, exercise, check_file, *, time_limit, alone=False):
        return super().open(exercise, check_file, time_limit=time_limit, alone=True)


@contextlib.contextmanager
def frozen(folder, kind, source):
    """A listener with a frozen copy of a process that has run the answer and ``source``; the students of that kind."""
    (folder / "student.py").write_text(f"{IMPORTS}TIRED = {TIRED}\n{SOURCE}{source}")
    with SnapshotListener.at(folder / kind.__name__ / "s", first_call=0.0) as listener:
        command = [sys.executable, "-c", PROGRAM, folder / "student.py", str(listener.address), EXERCISE, "token"]
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=120)
        listener.wait_snapshot(EXERCISE, "token", 60)
        yield listener, kind(listener, budget=3.0, time=Budget(600.0, 600.0), usual=1.0)


def graded(folder, kind, source):
    """(sessions that were started, what each check came to)."""
    with frozen(folder, kind, source) as (listener, students):
        started, fork = [], listener._fork
        listener._fork = lambda *args, **options: started.append(1) or fork(*args, **options)
        report = grade_exercises(students, COURSE, ATELIER, {EXERCISE: True}, "secret", 1.0)[EXERCISE]
    told = {r.test: (r.verdict, [(e.diagnosis, e.finding) for e in r.explanations]) for r in report.results}
    assert len(told) == len(report.results)
    return len(started), told


@pytest.mark.parametrize("name", ANSWERS)
def test_verdicts_are_those_of_checks_that_are_alone(tmp_path, name):
    alone, apart = graded(tmp_path, Apart, ANSWERS[name])
    started, together = graded(tmp_path, SnapshotStudents, ANSWERS[name])
    assert together == apart
    if name in TIRING:
        assert started > alone  # it was seen that they carry something along, and every check was repeated
    assert list(together) == list(apart)


def test_a_right_answer_needs_few_processes(tmp_path):
    """One for all checks, and one for each check that measures its own time."""
    started, told = graded(tmp_path, SnapshotStudents, ANSWERS["right"])
    assert started < len(told) / 2
    assert {verdict.value for verdict, _ in told.values()} == {"passed"}


def test_what_has_met_hidden_inputs_meets_no_public_check(tmp_path):
    source = "def process():\n    return os.getpid()\n"
    found = []
    with frozen(tmp_path, SnapshotStudents, source) as (_, students):
        for name in (
            f"test_{EXERCISE}.py",
            f"test_{EXERCISE}.py",
            "test_hidden.py",
            "test_hidden.py",
            f"test_{EXERCISE}.py",
        ):
            with students.open(EXERCISE, Path(name), time_limit=10.0) as student:
                found.append(student.process())
        students.start_afresh()
    first, again, hidden, hidden_again, public = found
    assert first == again == hidden == hidden_again
    assert public != hidden
