"""Vérifications publiques : equivariance_gap."""

import pytest

pytestmark = pytest.mark.exercise("permutation_equivariance")


@pytest.mark.weight(1)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé : l'écart est nul sans positions, et ne l'est pas avec.

    The example of the statement: the gap is zero without positions, and is not with them."""
    cases["worked_example"].check_values(student)
    cases["with_positions"].check_values(student)


@pytest.mark.weight(3)
def test_three_layers(student, cases):
    """Sans positions, avec positions, avec un masque causal : l'écart est le bon.

    Without positions, with positions, with a causal mask: the gap is as it should be."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_worked_example", "test_three_layers")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
