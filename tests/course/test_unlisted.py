"""No false diagnosis: wrong answers that no exercise lists, graded by the exercises' own check files."""

import math

import pytest
from course.trials import ATELIER, NAMES, exercise_called, trial, unlisted, unlisted_report

from attentif.references.pairs import composed_pair

APART_BY = "exercise"

UNLISTED = [(name, label, wrong.names) for name in NAMES for label, wrong in unlisted(name).items()]


def test_there_are_enough_of_them():
    assert len(UNLISTED) >= 400
    assert all(len(unlisted(name)) >= 3 for name in NAMES if ATELIER[name] == "atelier3")
    assert sum(not names for *_, names in UNLISTED) >= 20


@pytest.mark.parametrize(("exercise", "label", "names"), UNLISTED, ids=[f"{n}-{label}" for n, label, _ in UNLISTED])
def test_unlisted_mistakes_get_no_false_name(exercise, label, names):
    report = unlisted_report(exercise, label)
    assert report.fraction < 1.0
    assert set(report.diagnoses) == names


def test_scores_in_float32_are_right_with_their_gradients():
    def single(Q, K):
        return Q.float() @ K.float().transpose(-2, -1) / math.sqrt(Q.size(-1))

    assert trial("attention_scores").defined({"attention_scores": single}).fraction == 1.0


PAIRS = [
    ("scaled_dot_product_attention", "missing_scale", "mask_inverted"),
    ("scaled_dot_product_attention", "divided_by_d_k", "softmax_on_queries"),
    ("scaled_dot_product_attention", "mask_ignored", "softmax_on_batch"),
    ("multi_head_attention", "merged_without_transpose", "not_causal"),
    ("multi_head_attention", "divided_by_sqrt_d_model", "values_from_keys"),
]


@pytest.mark.parametrize(("exercise", "one", "other"), PAIRS)
def test_two_mistakes_at_once_are_both_named(exercise, one, other):
    oracle = exercise_called(exercise)
    mistakes = {m.name: m for m in oracle.misconceptions}
    report = trial(exercise).defined(composed_pair(oracle, (mistakes[one], mistakes[other])).defines)
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
    tried, right = trial("multi_head_attention"), exercise_called("split_and_merge_heads").reference
    mine = {
        **right,
        **{name: {"split_heads": heads_backwards, "merge_heads": merged_backwards}[name] for name in wrong},
    }
    written_with = tried.exercise.given[-1].written_with
    report = tried.defined({**mine, **written_with(mine["split_heads"], mine["merge_heads"])})
    assert f"inherited:{'+'.join(wrong)}" in report.diagnoses
    report = tried.defined({**right, **written_with(right["split_heads"], right["merge_heads"])})
    assert report.fraction == 1.0
