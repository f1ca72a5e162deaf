"""Vérifications publiques : rnn_forward, rnn_backward."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("rnn")


@pytest.mark.weight(1)
def test_forward(student, cases):
    """L'aller : h_t = tanh(x_t Wx + h_{t−1} Wh + b), en partant de h0.

    Forward: h_t = tanh(x_t Wx + h_{t−1} Wh + b), starting from h0."""
    cases.only("rnn_forward").check_values(student)


@pytest.mark.weight(2)
def test_backward(student, cases):
    """Le retour : dX, dh0, dWx, dWh et db, accumulés en remontant le temps.

    Backward: dX, dh0, dWx, dWh and db, accumulated against time."""
    cases.only("rnn_backward").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_forward", "test_backward")
def test_past_only(student, cases):
    """Le passé seul compte : changer X[t] ne change aucun état d'avant t, et une perte sur h_1 ne touche pas X[1:].

    Only the past counts: changing X[t] changes no state before t, and a loss on h_1 does not reach X[1:]."""
    inputs = dict(cases["random_backward"].cases[0].call.inputs)
    dhs, hs = inputs.pop("dhs"), inputs.pop("hs")
    changed = inputs["X"].copy()
    changed[2] += 1.0
    before = np.asarray(student.rnn_forward(*inputs.values()))
    after = np.asarray(student.rnn_forward(*{**inputs, "X": changed}.values()))
    dX = student.rnn_backward(*inputs.values(), hs, np.where(np.arange(len(dhs))[:, None, None] == 0, dhs, 0.0))[0]
    if not np.array_equal(before[:2], after[:2]) or np.any(np.asarray(dX)[1:]):
        fail(Text("Le futur influence le passé.", "The future influences the past."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_forward", "test_backward")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
