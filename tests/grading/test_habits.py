"""Habits that cost a right answer nothing: settings of the whole process, pools of threads, a slow first call."""

import csv

import pytest
from courses import answer, nbgrader, submit

FULL = 6.0
THREADS = """
import torch
torch.set_num_threads(4)
torch.randn(2_000_000).exp().sum()  # starts a pool of threads, where one may be started
def center(X):
    torch.set_num_threads(4)
    torch.ones(2_000_000).exp().sum()
    return X - X.mean(0)
"""
SETTING = """
import torch, warnings
def center(X):
    {setting}
    return X - X.mean(0)
{setting}
"""
BURN = """
import time
CACHE = {{}}
def center(X):
    {when}
        CACHE["compiled"] = end = time.process_time() + 3
        while time.process_time() < end: pass
    return X - X.mean(0)
"""
CLASS = {
    "threads": (THREADS, FULL),
    "default_dtype": (SETTING.format(setting="torch.set_default_dtype(torch.float64)"), FULL),
    "no_gradients": (SETTING.format(setting="torch.set_grad_enabled(False)"), FULL),
    "deterministic": (SETTING.format(setting="torch.use_deterministic_algorithms(True)"), FULL),
    "numpy_raises": (SETTING.format(setting="np.seterr(all='raise')"), FULL),
    "warnings_raise": (SETTING.format(setting="warnings.simplefilter('error')"), FULL),
    "meta_device": (SETTING.format(setting="torch.set_default_device('meta')"), FULL),
    "compiles": (BURN.format(when='if "compiled" not in CACHE:'), FULL),
    "always_slow": (BURN.format(when="if True:"), 0.0),
}


@pytest.fixture(scope="module")
def scores(mini_course):
    for student, (code, _) in CLASS.items():
        submit(mini_course, student, "mini", answer(code))
    limits = ("--Grade.checks_timeout=2", "--Grade.checks_budget=4", "--Grade.checks_wall=60")
    nbgrader(mini_course, "autograde", "mini", *limits)
    nbgrader(mini_course, "export")
    with (mini_course.root / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize("student", CLASS)
def test_points(scores, student):
    assert scores[student] == CLASS[student][1]
