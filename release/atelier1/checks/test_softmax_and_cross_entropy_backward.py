"""Vérifications publiques : softmax_backward, cross_entropy_backward."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("softmax_and_cross_entropy_backward")


@pytest.mark.weight(2)
def test_softmax_backward(student, cases):
    """softmax_backward rend p ⊙ (dp − Σ p·dp), ligne par ligne.

    softmax_backward returns p ⊙ (dp − Σ p·dp), row by row."""
    cases.only("softmax_backward").check_values(student)


@pytest.mark.weight(1)
def test_cross_entropy_backward(student, cases):
    """cross_entropy_backward rend (softmax(z) − onehot(y))/B, grands logits compris.

    cross_entropy_backward returns (softmax(z) − onehot(y))/B, large logits included."""
    cases.only("cross_entropy_backward").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_softmax_backward", "test_cross_entropy_backward")
def test_rows_sum_to_zero(student):
    """Chaque ligne des deux gradients somme à 0 : décaler tous les logits d'une ligne ne change rien.

    Each row of both gradients sums to 0: shifting all logits of a row changes nothing."""
    p = np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.15, 0.05]])
    dz = np.asarray(student.softmax_backward(p, np.array([[3.0, -1.0, 0.0, 2.0], [1.0, 1.0, -4.0, 0.5]])))
    d_logits = np.asarray(student.cross_entropy_backward(np.log(p) + 5.0, np.array([2, 0])))
    if not np.allclose(np.sum(dz, axis=1), 0, atol=1e-6) or not np.allclose(np.sum(d_logits, axis=1), 0, atol=1e-6):
        fail(Text("Une ligne du gradient ne somme pas à 0.", "A row of the gradient does not sum to 0."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_softmax_backward", "test_cross_entropy_backward")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
