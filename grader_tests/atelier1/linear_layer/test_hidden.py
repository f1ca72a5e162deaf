"""Hidden checks: linear_forward, linear_backward."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("linear_layer")


@pytest.mark.weight(1)
def test_fresh_forward(student, cases):
    """L'aller sur de nouvelles formes : n ≠ m, n = m, un seul exemple.

    Forward on new shapes: n ≠ m, n = m, a single sample."""
    cases.only("linear_forward").check_values(student)


@pytest.mark.weight(3)
def test_fresh_backward(student, cases):
    """Le retour sur de nouvelles formes : n ≠ m, n = m, un seul exemple.

    Backward on new shapes: n ≠ m, n = m, a single sample."""
    cases.only("linear_backward").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_forward", "test_fresh_backward")
def test_forward_and_backward_agree(student, rng):
    """Vos deux fonctions s'accordent : dX, dW et db prédisent l'effet de toute petite variation de X, W et b.

    Your two functions agree: dX, dW and db predict the effect of any small change of X, W and b."""
    X, W, b, dY = (rng.normal(size=shape) for shape in ((3, 4), (4, 5), (5,), (3, 5)))
    directions = [rng.normal(size=a.shape) for a in (X, W, b)]
    gradients = map(np.asarray, student.linear_backward(X, W, b, dY))
    eps = 0.5  # the loss is bilinear: a central difference is exact, whatever its step
    ends = [[a + step * v for a, v in zip((X, W, b), directions, strict=True)] for step in (eps, -eps)]
    plus, minus = (np.asarray(student.linear_forward(*end)) for end in ends)
    measured = np.sum(dY * (plus - minus)) / (2 * eps)
    predicted = sum(np.sum(g * v) for g, v in zip(gradients, directions, strict=True))
    if not np.isclose(measured, predicted, rtol=1e-5, atol=1e-5):
        fail(
            Text(
                "Les différences finies sur votre linear_forward ne donnent pas les gradients de linear_backward.",
                "Finite differences on your linear_forward do not give the gradients of linear_backward.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_forward", "test_fresh_backward")
def test_robustness(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et rien n'est modifié sur place.

    The result depends neither on precision nor on memory layout, and nothing is changed in place."""
    cases.in_float32().check_values(student)
    cases.non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
