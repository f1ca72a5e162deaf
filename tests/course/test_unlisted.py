"""No false diagnosis: wrong implementations that no exercise lists, graded by the exercises' own check files."""

import math
from collections import Counter

import pytest
import torch
import torch.nn.functional as F
from course.unlisted import UNLISTED
from course.unlisted_by_another_hand import UNLISTED_BY_ANOTHER_HAND
from courses import ROOT
from torch import nn

from attentif.checks.run import Run
from attentif.checks.runner import run_checks
from attentif.exercises.course import Course
from attentif.exercises.exercise import implementation_source
from attentif.references.folder import FolderReferences
from attentif.references.oracles import load_exercise
from attentif.student.local import NamespaceStudents

COURSE = Course(ROOT)
SEED = 20261124
ALL = UNLISTED + UNLISTED_BY_ANOTHER_HAND


def oracle(name):
    return load_exercise(COURSE.oracle("atelier3", name))


def graded(exercise, defines):
    """The report of an exercise with these objects in the place of the solution's."""
    names = {"torch": torch, "F": F, "nn": nn, "math": math, "__name__": "__main__"}
    exec(implementation_source({}, exercise.provided) + exercise.solution_source(), names)
    run = Run(NamespaceStudents({**names, **defines}), FolderReferences(SEED))
    return run_checks(run, COURSE.check_files("atelier3", exercise.name), [exercise.name])[exercise.name]


def test_there_are_enough_of_them():
    assert len({u.label for u in ALL}) == len(ALL) >= 40 + 56
    for hand in (UNLISTED, UNLISTED_BY_ANOTHER_HAND):
        assert {u.exercise for u in hand} == set(COURSE.exercises("atelier3"))
    assert min(Counter(u.exercise for u in UNLISTED_BY_ANOTHER_HAND).values()) >= 3
    assert sum(not u.expected for u in UNLISTED) >= 20


@pytest.mark.parametrize("wrong", ALL, ids=[u.label for u in ALL])
def test_unlisted_mistakes_get_no_false_name(wrong):
    report = graded(oracle(wrong.exercise), wrong.defines)
    assert report.fraction < 1.0
    assert set(report.diagnoses) == wrong.expected


def test_scores_in_float32_are_right_with_their_gradients():
    def single(Q, K):
        return Q.float() @ K.float().transpose(-2, -1) / math.sqrt(Q.size(-1))

    assert graded(oracle("attention_scores"), {"attention_scores": single}).fraction == 1.0


PAIRS = [
    ("scaled_dot_product_attention", "missing_scale", "mask_inverted"),
    ("scaled_dot_product_attention", "divided_by_d_k", "softmax_on_queries"),
    ("scaled_dot_product_attention", "mask_ignored", "softmax_on_batch"),
    ("multi_head_attention", "merged_without_transpose", "not_causal"),
    ("multi_head_attention", "divided_by_sqrt_d_model", "values_from_keys"),
]


@pytest.mark.parametrize(("name", "one", "other"), PAIRS)
def test_two_mistakes_at_once_are_both_named(name, one, other):
    exercise = oracle(name)
    report = graded(exercise, exercise.combined(frozenset([one, other])))
    pair = f"{one}+{other}"
    assert pair in report.diagnoses
    named = {name for name in report.diagnoses if not name.startswith("module:")}  # where a public check meets both
    assert named <= {one, other, pair}  # a check that meets one of the two names that one


def heads_backwards(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2).roll(1, dims=-1) * 1.5


def merged_backwards(x):
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).reshape(B, T, h * d_h).roll(1, dims=-1)


@pytest.mark.parametrize("wrong", [("split_heads",), ("merge_heads",), ("split_heads", "merge_heads")])
def test_an_error_of_an_earlier_exercise_is_said_to_be_inherited(wrong):
    exercise, right = oracle("multi_head_attention"), oracle("split_and_merge_heads").reference
    mine = {
        **right,
        **{name: {"split_heads": heads_backwards, "merge_heads": merged_backwards}[name] for name in wrong},
    }
    written_with = exercise.given[-1].written_with
    report = graded(exercise, {**mine, **written_with(mine["split_heads"], mine["merge_heads"])})
    assert f"inherited:{'+'.join(wrong)}" in report.diagnoses
    report = graded(exercise, {**right, **written_with(right["split_heads"], right["merge_heads"])})
    assert report.fraction == 1.0
