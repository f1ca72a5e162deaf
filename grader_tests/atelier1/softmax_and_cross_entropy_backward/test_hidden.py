"""Hidden checks: softmax_backward, cross_entropy_backward."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("softmax_and_cross_entropy_backward")


@pytest.mark.weight(2)
def test_fresh_softmax_backward(student, cases):
    """softmax_backward sur de nouveaux tirages : un seul exemple, probabilités exactement 0 et 1.

    softmax_backward on new draws: a single sample, probabilities exactly 0 and 1."""
    cases.only("softmax_backward").check_values(student)


@pytest.mark.weight(2)
def test_fresh_cross_entropy_backward(student, cases):
    """cross_entropy_backward sur de nouveaux tirages : un seul exemple, logits de ±1000.

    cross_entropy_backward on new draws: a single sample, logits of ±1000."""
    cases.only("cross_entropy_backward").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_softmax_backward", "test_fresh_cross_entropy_backward")
def test_chain_rule(student, rng):
    """Les deux fonctions s'accordent : softmax_backward(p, −onehot/p/B) est cross_entropy_backward.

    The two functions agree: softmax_backward(p, −onehot/p/B) is cross_entropy_backward."""
    p = rng.dirichlet(np.ones(5), 4)
    y = rng.integers(0, 5, size=4)
    composed = student.softmax_backward(p, -np.eye(5)[y] / p / 4)
    direct = student.cross_entropy_backward(np.log(p), y)
    if not np.allclose(composed, direct, rtol=1e-5, atol=1e-6):
        fail(
            Text(
                "Vos deux gradients ne s'accordent pas par la règle de la chaîne.",
                "Your two gradients do not agree through the chain rule.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_softmax_backward", "test_fresh_cross_entropy_backward")
def test_robustness(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et rien n'est modifié sur place.

    The result depends neither on precision nor on memory layout, and nothing is changed in place."""
    cases["random"].in_float32().check_values(student)
    cases.non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
