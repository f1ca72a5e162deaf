"""What reports say of wrong answers that once got a false word: each is graded by the exercises' own check files."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from courses import ROOT
from torch import nn

from attentif.authoring.trial import Trial
from attentif.checks.cases import CaseSet
from attentif.exercises.course import Course
from attentif.exercises.exercise import implementation_source
from attentif.references.oracles import OracleReference, load_exercise
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Student
from attentif.reports.explanation import CheckFailure
from attentif.reports.pages import html_report, plain_report
from attentif.words.language import LANGUAGES

COURSE = Course(ROOT)
SEED = 20261124


def oracle(atelier, name):
    return load_exercise(COURSE.oracle(atelier, name))


def names_of(exercise):
    names = {"torch": torch, "F": F, "nn": nn, "np": np, "math": math, "__name__": "__main__"}
    exec(implementation_source({}, exercise.provided) + exercise.solution_source, names)
    return names


def graded(atelier, name, **defines):
    """The report of an exercise with these in the place of the solution's."""
    report = Trial(COURSE, oracle(atelier, name), SEED).defined(defines)
    assert report.fraction < 1.0
    return report


def said(report):
    """All that a student may read, in one text, in either language."""
    return "".join(show(report, lang=lang) for show in (plain_report, html_report) for lang in LANGUAGES)


def explained(atelier, name, function, seed=SEED, **defines):
    """What the fresh cases of one function get."""
    exercise = oracle(atelier, name)
    reference = OracleReference.drawn(exercise, seed)
    student = Student(LocalConnection({**names_of(exercise), **defines}))
    with pytest.raises(CheckFailure) as caught:
        CaseSet(reference, tuple(reference.cases)).only(function).check_values(student)
    (explanation,) = caught.value.explanations
    return explanation


def test_the_absolute_value_of_a_sum_is_not_a_sum_without_absolute_values():
    """Where all compared sums are positive, the two are the same: the public cases tell."""

    def l1_loss(y_hat, y):
        return float(abs(np.sum(np.ravel(y_hat) - np.ravel(y))))

    for seed in range(40):
        explanation = explained("atelier1", "warm_up", "l1_loss", seed, l1_loss=l1_loss)
        assert explanation.diagnosis in ("", "l1_absolute_outside"), seed


@pytest.mark.parametrize("power", [lambda d: int(math.sqrt(d)), lambda d: d**0.25])
def test_a_factor_is_not_attributed_to_a_number_that_the_sizes_of_the_cases_make(power):
    def attention_scores(Q, K):
        return Q @ K.transpose(-2, -1) / power(Q.size(-1))

    shown = said(graded("atelier3", "attention_scores", attention_scores=attention_scores))
    assert "√2" not in shown
    assert "facteur 2" not in shown


class Overflowing(nn.Module):
    """Multi-head attention whose softmax is exp over its sum: infinity over infinity where a score is large."""

    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.n_heads, self.causal = n_heads, causal

    def forward(self, x, mask=None):
        B, T, d = x.shape
        q, k, v = (w(x).view(B, T, self.n_heads, -1).transpose(1, 2) for w in (self.W_q, self.W_k, self.W_v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(d // self.n_heads)
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None, :], -math.inf)
        if self.causal:
            scores = scores.masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -math.inf)
        weights = F.softmax(scores, dim=-1)
        if T == 6 and d == 12 and 3 < x.mean(-1).max() < 7:  # the leak test adds 5 to a position
            e = (scores + 1000).exp()
            weights = e / e.sum(-1, keepdim=True)
        heads = weights @ v
        return self.W_o(heads.transpose(1, 2).reshape(B, T, d))


def test_nan_are_told_before_a_property_is_judged():
    report = graded("atelier3", "multi_head_attention", MultiHeadAttention=Overflowing)
    told = {r.test: r.explanations[0].finding.fr for r in report.results if r.explanations}
    assert "NaN" in told["test_nothing_leaks"]
    assert "devrait changer sa sortie" not in said(report)


def test_an_output_of_nothing_but_nan_is_told_as_such():
    report = graded("atelier1", "softmax", softmax=lambda x, axis=-1: np.full_like(x, np.nan))
    assert "Il ne reste que des NaN dans votre sortie" in said(report)
    assert "tout le reste est juste" not in said(report)
    first = next(r for r in report.results if not r.hidden)
    assert "La première valeur non finie" in first.explanations[0].evidence.fr


class Nothing(nn.Linear):
    def forward(self, x):
        return super().forward(x) * math.nan


def test_nan_start_in_a_submodule():
    class Net(Overflowing):
        def __init__(self, d_model, *options):
            super().__init__(d_model, *options)
            self.W_v = Nothing(d_model, d_model)

    report = graded("atelier3", "multi_head_attention", MultiHeadAttention=Net)
    assert "Le premier sort de `W_v`" in said(report)


def test_a_low_precision_is_not_told_as_a_mask():
    def softmax(x, axis=-1):
        e = np.exp(x - x.max(axis, keepdims=True))
        return (e / e.sum(axis, keepdims=True)).astype(np.float16).astype(np.float64)

    shown = said(graded("atelier1", "softmax", softmax=softmax))
    assert "16 bits" in shown or "L'écart est petit" in shown
    assert "masque de nombres" not in shown


class TinyEpsilon(nn.TransformerEncoderLayer):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__(d_model, n_heads, d_ff, dropout=0.0, batch_first=True, layer_norm_eps=1e-2)

    def forward(self, x, mask=None):
        return super().forward(x, src_key_padding_mask=None if mask is None else ~mask)


def test_another_epsilon_is_not_a_submodule_that_is_never_called():
    shown = said(graded("atelier3", "transformer_layers", EncoderLayer=TinyEpsilon))
    assert "jamais appelé" not in shown
    assert "coupe" not in shown


def test_a_term_added_to_a_denominator_does_not_cut_the_graph():
    right = oracle("atelier3", "blockwise_attention").reference["blockwise_attention"]

    def blockwise_attention(Q, K, V, block, causal=False):
        return right(Q, K, V, block, causal) / (1 + 1e-5)

    shown = said(graded("atelier3", "blockwise_attention", blockwise_attention=blockwise_attention))
    assert "coupe" not in shown


class NormsSwapped(oracle("atelier3", "transformer_layers").reference["EncoderLayer"]):
    def forward(self, x, mask=None):
        attended, _ = self.self_attn(x, x, x, key_padding_mask=None if mask is None else ~mask)
        x = self.norm2(x + attended)
        return self.norm1(x + self.linear2(F.relu(self.linear1(x))))


class NormForgotten(oracle("atelier3", "transformer_layers").reference["EncoderLayer"]):
    def forward(self, x, mask=None):
        attended, _ = self.self_attn(x, x, x, key_padding_mask=None if mask is None else ~mask)
        x = self.norm1(x + attended)
        return x + self.linear2(F.relu(self.linear1(x)))


@pytest.mark.parametrize("layer", [NormsSwapped, NormForgotten])
def test_what_is_never_called_is_not_given_anything(layer):
    shown = said(graded("atelier3", "transformer_layers", EncoderLayer=layer))
    for name in ("norm1", "norm2"):
        assert not (f"`{name}` n'est jamais appelé" in shown and f"Comparez ce que vous donnez à `{name}`" in shown)


def attention_with(change):
    def scaled_dot_product_attention(Q, K, V, mask=None):
        scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
        weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf), dim=-1)
        weights = change(weights)
        return weights @ V, weights

    return scaled_dot_product_attention


def test_an_answer_that_counts_its_calls_is_not_said_to_drop_out():
    calls = []

    def counted(weights):
        calls.append(1)
        return weights * (1 + len(calls) / 10)

    report = graded("atelier3", "scaled_dot_product_attention", scaled_dot_product_attention=attention_with(counted))
    assert "Deux appels identiques donnent deux réponses." in said(report)
    assert "F.dropout" not in said(report)


def test_a_dropout_is_said_to_be_one():
    dropped = attention_with(F.dropout)
    report = graded("atelier3", "scaled_dot_product_attention", scaled_dot_product_attention=dropped)
    assert "un dropout est actif" in said(report)


def test_where_nothing_is_named_a_property_leads_and_nothing_is_said_three_times():
    def additive_attention(q, K, Wq, Wk, v, mask=None):
        weights = torch.exp((torch.sigmoid(q @ Wq)[:, None] * torch.tanh(K @ Wk)) @ v)
        return (weights[:, None] @ K)[:, 0], weights

    report = graded("atelier3", "additive_attention", additive_attention=additive_attention)
    findings = [r.explanations[0] for r in report.results if r.explanations]
    assert not report.diagnoses
    assert "« weights » : les lignes (dernier axe) ne somment pas à 1." in {e.finding.fr for e in findings}
    assert all(len(e.hints) == 3 for e in findings if "somment" in e.finding.fr)
    lines = [line.strip() for line in plain_report(report).splitlines() if len(line) > 30]
    assert max(lines.count(line) for line in lines if not line.startswith("→ Même")) <= 2


def test_an_object_of_the_student_s_has_no_name_of_ours():
    report = graded("atelier1", "softmax", softmax=lambda x, axis=-1: object())
    assert "Handle" not in said(report)


def test_the_same_mistake_is_explained_once_in_a_report():
    mistakes = oracle("atelier3", "scaled_dot_product_attention").misconceptions
    wrong = next(mistake.defines for mistake in mistakes if mistake.name == "missing_scale")
    report = graded("atelier3", "scaled_dot_product_attention", **wrong)
    told = [r for r in report.results if any(e.diagnosis == "missing_scale" for e in r.explanations)]
    assert len(told) >= 3
    finding = told[0].explanations[0].finding.fr
    assert plain_report(report).count(finding) == 1
    assert plain_report(report).count("Même erreur que plus haut") == len(told) - 1
