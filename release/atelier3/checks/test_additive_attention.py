"""Vérifications publiques : additive_attention."""

import pytest

pytestmark = pytest.mark.exercise("additive_attention")


@pytest.mark.weight(1)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé : une requête, trois clés.

    The example of the statement: one query, three keys."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(2)
def test_without_mask(student, cases):
    """Sans masque : α = softmax(v·tanh(qWq + KWk)), contexte Σ α_t·k_t.

    Without a mask: α = softmax(v·tanh(qWq + KWk)), context Σ α_t·k_t."""
    cases["worked_example"].check_values(student)
    cases["batch"].check_values(student)


@pytest.mark.weight(1)
def test_with_mask(student, cases):
    """Avec un masque, les positions de remplissage ne reçoivent aucun poids.

    With a mask, padding positions get no weight."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_worked_example", "test_without_mask", "test_with_mask")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
