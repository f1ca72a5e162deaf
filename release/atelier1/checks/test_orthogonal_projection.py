"""Public checks: orthogonal_projection."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("orthogonal_projection")


@pytest.mark.weight(4)
def test_values(student, cases):
    """La projection de y sur l'espace des colonnes de X, de forme (n,).

    The projection of y onto the column space of X, of shape (n,)."""
    cases["regular"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_values")
def test_residual_is_orthogonal(student, cases):
    """Le résidu y − p est orthogonal à chaque colonne de X.

    The residual y − p is orthogonal to each column of X."""
    for case in cases["regular"]:
        X, y = case.call.inputs["X"], case.call.inputs["y"]
        if not np.allclose(X.T @ (y - np.asarray(case.call.run(student))), 0, atol=1e-6):
            fail(Text("Le résidu n'est pas orthogonal aux colonnes.", "The residual is not orthogonal to the columns."))


@pytest.mark.weight(2)
@pytest.mark.requires("test_values")
def test_almost_parallel_columns(student, cases):
    """Des colonnes presque parallèles (à 10⁻⁸ près) n'y changent rien.

    Almost parallel columns (to 10⁻⁸) make no difference."""
    cases["ill_conditioned"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_values")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
