"""Vérifications publiques : jacobian_norms, clip_gradients."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("vanishing_gradients")


@pytest.mark.weight(2)
def test_jacobian_norms(student, cases):
    """Les normes spectrales ‖∂h_T/∂h_t‖₂ : 1/8, 1/4, 1/2, 1 sur l'exemple, puis une suite quelconque.

    The spectral norms ‖∂h_T/∂h_t‖₂: 1/8, 1/4, 1/2, 1 on the example, then any sequence."""
    cases.only("jacobian_norms").check_values(student)


@pytest.mark.weight(1)
def test_clip_gradients(student, cases):
    """Une norme globale de 13 ramenée à 6,5 divise tout par 2 ; sous la limite, rien ne change.

    A global norm of 13 brought to 6.5 halves everything; under the limit, nothing changes."""
    cases.only("clip_gradients").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_jacobian_norms", "test_clip_gradients")
def test_limits(student):
    """La dernière norme vaut 1, et la norme globale après limitation vaut max_norm.

    The last norm is 1, and the global norm after clipping is max_norm."""
    norms = student.jacobian_norms(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([[0.1, -0.2], [0.5, 0.3], [0.9, 0.0]]))
    clipped = student.clip_gradients([np.array([[6.0, 0.0]]), np.array([[0.0], [8.0]])], 5.0)
    if not np.isclose(norms[-1], 1):
        fail(Text("‖∂h_T/∂h_T‖₂ doit valoir 1.", "‖∂h_T/∂h_T‖₂ must be 1."))
    if not np.isclose(np.sqrt(sum(np.sum(np.square(np.asarray(g))) for g in clipped)), 5, rtol=1e-5):
        fail(
            Text(
                "Après limitation, la norme globale doit valoir max_norm.", "After clipping, the norm must be max_norm."
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_jacobian_norms", "test_clip_gradients")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
