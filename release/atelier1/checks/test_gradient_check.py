"""Vérifications publiques : gradient_check."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("gradient_check")


@pytest.mark.weight(1)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé : la cubique en (1, −2) avec ε = 0,1 ; l'erreur est ε² par coordonnée, x reste intact.

    The example of the statement: the cubic at (1, −2) with ε = 0.1; the error is ε² per coordinate, x is left as is."""
    cases["worked_example"].check_values(student)
    cases["worked_example"].check_inputs_unchanged(student)


@pytest.mark.weight(2)
def test_public_values(student, cases):
    """Grande sur un gradient faux, petite sur un juste : l'erreur relative est la bonne.

    Large on a wrong gradient, small on a right one: the relative error is as it should be."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_public_values")
def test_order_two(student):
    """Diviser ε par 2 divise l'erreur par 4 : la différence est centrée.

    Halving ε divides the error by 4: the difference is a central one."""
    x = np.array([1.0, -0.5, 2.0])
    ratio = student.gradient_check(student.cubic, x, 0.02) / student.gradient_check(student.cubic, x, 0.01)
    if not 3.9 < ratio < 4.1:
        fail(
            Text(
                f"Diviser ε par 2 divise votre erreur par {ratio:.2f} au lieu de 4.",
                f"Halving ε divides your error by {ratio:.2f} instead of 4.",
            )
        )
