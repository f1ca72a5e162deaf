"""Vérifications publiques : linear_forward, linear_backward."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("linear_layer")


@pytest.mark.weight(1)
def test_forward(student, cases):
    """L'aller : Y = XW + b, de forme (B, m).

    Forward: Y = XW + b, of shape (B, m)."""
    cases.only("linear_forward").check_values(student)


@pytest.mark.weight(2)
def test_backward(student, cases):
    """Le retour : dX, dW et db, chacun de la forme de X, W et b.

    Backward: dX, dW and db, each of the shape of X, W and b."""
    cases.only("linear_backward").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_forward", "test_backward")
def test_small_change_of_a_weight(student):
    """Bouger un seul poids de 10⁻³ change la perte Σ dY·Y de 10⁻³·dW, exactement.

    Moving a single weight by 10⁻³ changes the loss Σ dY·Y by 10⁻³·dW, exactly."""
    X = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]])
    W = np.array([[0.2, 1.0, -1.0, 0.0], [0.5, -0.3, 2.0, 1.0], [1.5, 0.0, 0.1, -0.7]])
    b = np.array([0.1, 0.2, 0.3, 0.4])
    dY = np.array([[1.0, -1.0, 2.0, 0.5], [0.0, 3.0, -2.0, 1.0]])
    _, dW, _ = map(np.asarray, student.linear_backward(X, W, b, dY))
    moved = W.copy()
    moved[1, 2] += 1e-3
    after, before = (np.asarray(student.linear_forward(X, weights, b)) for weights in (moved, W))
    change = np.sum(dY * (after - before))
    if not np.isclose(change, 1e-3 * dW[1, 2], rtol=1e-6, atol=2e-6):
        fail(Text("dW ne prédit pas ce que change un poids.", "dW does not predict what a weight changes."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_forward", "test_backward")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
