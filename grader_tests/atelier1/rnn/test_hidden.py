"""Hidden checks: rnn_forward, rnn_backward."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("rnn")


@pytest.mark.weight(1)
def test_fresh_forward(student, cases):
    """L'aller sur de nouveaux tirages : un seul pas, un seul exemple, h0 non nul.

    Forward on new draws: a single step, a single sample, h0 not zero."""
    cases.only("rnn_forward").check_values(student)


@pytest.mark.weight(3)
def test_fresh_backward(student, cases):
    """Le retour sur de nouveaux tirages : un seul pas, un seul exemple, perte sur le dernier état seulement.

    Backward on new draws: a single step, a single sample, a loss on the last state only."""
    cases.only("rnn_backward").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_forward", "test_fresh_backward")
def test_forward_and_backward_agree(student, rng):
    """Vos deux fonctions s'accordent : les gradients prédisent l'effet de toute petite variation des paramètres.

    Your two functions agree: gradients predict the effect of any small change of the parameters."""
    T, B, n, d = 5, 2, 3, 4
    shapes = ((T, B, n), (B, d), (n, d), (d, d), (d,))
    inputs, directions = ([rng.normal(size=shape) / 2 for shape in shapes] for _ in range(2))
    dhs = rng.normal(size=(T, B, d))
    gradients = map(np.asarray, student.rnn_backward(*inputs, np.asarray(student.rnn_forward(*inputs)), dhs))
    eps = 3e-3
    ends = [[a + step * v for a, v in zip(inputs, directions, strict=True)] for step in (eps, -eps)]
    plus, minus = (np.asarray(student.rnn_forward(*end)) for end in ends)
    measured = np.sum(dhs * (plus - minus)) / (2 * eps)
    predicted = sum(np.sum(g * v) for g, v in zip(gradients, directions, strict=True))
    if not np.isclose(measured, predicted, rtol=1e-3, atol=1e-3):
        fail(
            Text(
                "Les différences finies sur votre rnn_forward ne donnent pas les gradients de rnn_backward.",
                "Finite differences on your rnn_forward do not give the gradients of rnn_backward.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_forward", "test_fresh_backward")
def test_robustness(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et rien n'est modifié sur place.

    The result depends neither on precision nor on memory layout, and nothing is changed in place."""
    cases["general"].in_float32().check_values(student)
    cases.non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
