"""Public checks: squared_distances."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("squared_distances")


@pytest.mark.weight(4)
def test_values(student, cases):
    """D2[i, j] = ‖X[i] − Y[j]‖², de forme (n, m).

    D2[i, j] = ‖X[i] − Y[j]‖², of shape (n, m)."""
    cases["regular"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_values")
def test_distances_of_a_set_to_itself(student):
    """Entre X et X : symétrique, et nulle sur la diagonale.

    Between X and X: symmetric, and zero on the diagonal."""
    X = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0], [2.0, 2.0, 2.0], [-1.0, 0.5, 1.0]])
    D2 = np.asarray(student.squared_distances(X, X))
    if not np.allclose(np.diag(D2), 0, atol=1e-8):
        fail(
            Text("La distance d'un point à lui-même n'est pas nulle.", "The distance of a point to itself is not zero.")
        )
    if not np.allclose(D2, D2.T, atol=1e-8):
        fail(Text("‖x − y‖² et ‖y − x‖² diffèrent.", "‖x − y‖² and ‖y − x‖² differ."))


@pytest.mark.weight(2)
@pytest.mark.requires("test_values")
def test_never_negative(student, cases):
    """Même entre points presque confondus et loin de l'origine, un carré n'est jamais négatif.

    Even between nearly equal points far from the origin, a square is never negative."""
    for case in cases["coincident"]:
        X, Y = case.call.inputs["X"], case.call.inputs["Y"]
        D2 = np.asarray(case.call.run(student))
        if np.any(D2 < 0):
            cases["coincident"].check_values(student)  # fails, and names the mistake
        exact = np.sum((X[:, None, :] - Y[None, :, :]) ** 2, axis=-1)  # (n, m)
        if not np.allclose(D2, exact, rtol=1e-9, atol=1e-12 * np.max(exact)):
            fail(
                Text("Loin de l'origine, vos distances sont fausses.", "Far from the origin your distances are wrong.")
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_values")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
