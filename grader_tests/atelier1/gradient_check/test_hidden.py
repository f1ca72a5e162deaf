"""Hidden checks: gradient_check."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("gradient_check")


@pytest.mark.weight(3)
def test_fresh_points(student, cases):
    """L'erreur relative en de nouveaux points, pour plusieurs pas et plusieurs fonctions.

    The relative error at new points, for several steps and several functions."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_points")
def test_order_of_the_difference(student, rng):
    """L'erreur suit ε² : divisée par 4 quand ε est divisé par 2, par 9 quand il est divisé par 3.

    The error follows ε²: divided by 4 when ε is halved, by 9 when it is divided by 3."""
    x = rng.uniform(0.5, 1.5, size=5) * rng.choice([-1, 1], size=5)
    for f in (student.cubic, student.log_sum_exp_with_gradient):
        errors = [student.gradient_check(f, x, 0.03 / k) for k in (1, 2, 3)]
        if not (np.isclose(errors[0] / errors[1], 4, rtol=0.02) and np.isclose(errors[0] / errors[2], 9, rtol=0.02)):
            fail(Text("L'erreur ne décroît pas comme ε².", "The error does not decrease as ε²."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_points")
def test_tells_right_from_wrong(student, rng):
    """Avec le pas par défaut, un gradient juste est sous 10⁻⁷ et un faux au-dessus de 10⁻².

    With the default step, a right gradient is below 10⁻⁷ and a wrong one above 10⁻²."""
    x = rng.uniform(1.5, 3.0, size=4)
    right = max(student.gradient_check(f, x) for f in (student.cubic, student.log_sum_exp_with_gradient))
    wrong = student.gradient_check(student.cubic_with_wrong_gradient, x)
    if not (right < 1e-7 and wrong > 1e-2):
        fail(
            Text(
                "Avec le pas par défaut, votre fonction ne sépare pas un gradient juste d'un faux.",
                "With the default step your function does not tell a right gradient from a wrong one.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_points")
def test_point_left_unchanged(student, cases):
    """Le point x est rendu intact.

    The point x is left as it was."""
    cases.check_inputs_unchanged(student)
