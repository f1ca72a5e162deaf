"""Public checks: low_rank_approximation."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("low_rank_approximation")


def test_example(student, cases):
    """Pour σ = (3, 2, 1) et r = 1 : A_r garde 3, et l'erreur vaut √(2² + 1²) = √5.

    For σ = (3, 2, 1) and r = 1: A_r keeps 3, and the error is √(2² + 1²) = √5."""
    cases["regular_example"].check_values(student)


@pytest.mark.weight(2)
def test_values(student, cases):
    """A_r et son erreur pour une matrice haute et une matrice large.

    A_r and its error for a tall and for a wide matrix."""
    cases["regular"].check_values(student)


@pytest.mark.requires("test_values")
def test_error_is_the_distance(student, cases):
    """L'erreur renvoyée est bien ‖A − A_r‖_F, et A_r est de rang r.

    The error returned is indeed ‖A − A_r‖_F, and A_r has rank r."""
    for case in cases:
        A, r = case.call.inputs["A"], case.call.inputs["r"]
        A_r, error = map(np.asarray, case.call.run(student))
        if not np.isclose(np.linalg.norm(A - A_r), error, rtol=1e-5):
            fail(Text("L'erreur n'est pas la distance de A à A_r.", "The error is not the distance from A to A_r."))
        if np.linalg.matrix_rank(A_r, tol=1e-5 * np.linalg.norm(A)) != r:
            fail(Text("A_r n'est pas de rang r.", "A_r does not have rank r."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_example", "test_values")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
