"""No false diagnosis: wrong answers that no exercise lists, graded by the exercises' own check files."""

import math
from functools import cache

import pytest
from course.frozen import COURSE, EXERCISES

from attentif.authoring.trial import Trial
from attentif.references.oracles import load_exercise, load_unlisted
from attentif.references.pairs import composed_pair

SEED = 20261124
UNLISTED = [(a, name, wrong) for a, name in EXERCISES for wrong in load_unlisted(COURSE.oracle(a, name))]


@cache
def trial(atelier, name):
    return Trial(COURSE, load_exercise(COURSE.oracle(atelier, name)), SEED)


def oracle(name):
    return trial("atelier3", name).exercise


def graded(exercise, defines):
    """The report of an exercise with these objects in the place of the solution's."""
    return trial(exercise.atelier, exercise.name).defined(defines)


def test_there_are_enough_of_them():
    assert len(UNLISTED) >= 400
    for atelier, name in EXERCISES:
        mine = [wrong for a, n, wrong in UNLISTED if (a, n) == (atelier, name)]
        assert len({wrong.label for wrong in mine}) == len(mine)
        assert len(mine) >= 3 or atelier != "atelier3"
    assert sum(not wrong.names for *_, wrong in UNLISTED) >= 20


@pytest.mark.parametrize(("atelier", "name", "wrong"), UNLISTED, ids=[f"{n}-{w.label}" for _, n, w in UNLISTED])
def test_unlisted_mistakes_get_no_false_name(atelier, name, wrong):
    report = trial(atelier, name).defined({wrong.answer: wrong.implementation})
    assert report.fraction < 1.0
    assert set(report.diagnoses) == wrong.names


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
    mistakes = {m.name: m for m in exercise.misconceptions}
    report = graded(exercise, composed_pair(exercise, (mistakes[one], mistakes[other])).defines)
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
