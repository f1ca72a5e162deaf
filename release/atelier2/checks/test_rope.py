"""Vérifications publiques : apply_rope."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("rope")


@pytest.mark.weight(3)
def test_values(student, cases):
    """L’exemple de l’énoncé, des positions dans l’ordre, des positions quelconques.

    The example of the statement, positions in order, any positions."""
    cases.check_values(student)


@pytest.mark.requires("test_values")
def test_position_zero_and_lengths(student, cases):
    """À la position 0 rien ne tourne ; ailleurs, la norme de chaque vecteur reste la même.

    At position 0 nothing turns; elsewhere the norm of each vector stays the same."""
    for case in cases:
        x, positions = case.call.inputs["x"], case.call.inputs["positions"]
        if not torch.allclose(student.apply_rope(x, torch.zeros_like(positions)), x, atol=1e-5):
            fail(Text("À la position 0, x est changé.", "At position 0, x is changed."))
        if not torch.allclose(student.apply_rope(x, positions).norm(dim=-1), x.norm(dim=-1), rtol=1e-4):
            fail(Text("Un vecteur change de norme.", "A vector changes its norm."))


@pytest.mark.requires("test_values")
def test_odd_dimensions_are_refused(student):
    """Une dimension impaire est refusée par `ValueError` : il faut des paires.

    An odd dimension is refused with `ValueError`: it takes pairs."""
    check_refused(
        "apply_rope",
        lambda: student.apply_rope(torch.ones(1, 2, 3, 5, dtype=torch.float64), torch.tensor([[0, 1, 2]])),
        ValueError,
        finding=Text("Une tête de dimension 5 est acceptée.", "A head of dimension 5 is accepted."),
        hints=(
            Text("Combien de paires y a-t-il dans 5 coordonnées ?", "How many pairs are there in 5 coordinates?"),
            Text("Vérifiez d’abord que d_h est pair.", "Check first that d_h is even."),
            Text("`if d_h % 2: raise ValueError(…)`.", "`if d_h % 2: raise ValueError(…)`."),
        ),
    )


@pytest.mark.requires("test_values")
def test_inputs_are_left_alone(student, cases):
    """Ni x ni les positions ne sont modifiés.

    Neither x nor the positions are changed."""
    cases.check_inputs_unchanged(student)
