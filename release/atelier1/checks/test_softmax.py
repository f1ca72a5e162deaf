"""Public checks: softmax."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("softmax")


@pytest.mark.weight(4)
def test_values(student, cases):
    """softmax([2, 1, 0]) = [0,665 ; 0,245 ; 0,090], et une table ligne par ligne.

    softmax([2, 1, 0]) = [0.665, 0.245, 0.090], and a table row by row."""
    cases["regular"].check_values(student)


@pytest.mark.requires("test_values")
def test_each_row_is_a_distribution(student, rng):
    """Chaque ligne est positive et somme à 1.

    Each row is positive and sums to 1."""
    p = np.asarray(student.softmax(3 * rng.normal(size=(5, 7))))
    if not np.all(p > 0):
        fail(Text("Certaines probabilités ne sont pas positives.", "Some probabilities are not positive."))
    if not np.allclose(np.sum(p, axis=-1), 1, rtol=0, atol=1e-6):
        fail(Text("Vos lignes ne somment pas à 1.", "Your rows do not sum to 1."))


@pytest.mark.weight(3)
@pytest.mark.requires("test_values")
def test_axis(student, cases):
    """L'argument `axis` choisit l'axe normalisé : 0, 1 ou le dernier.

    The argument `axis` chooses the normalised axis: 0, 1 or the last."""
    cases["axis"].check_values(student)


@pytest.mark.weight(4)
@pytest.mark.requires("test_values")
def test_large_logits(student, cases):
    """Des logits de ±1000 et plus, dans un même tableau, ne donnent ni NaN ni débordement.

    Logits of ±1000 and more, in one array, give neither NaN nor overflow."""
    cases["far_apart"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_values")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
