"""Vérifications publiques : mha_from_packed."""

import pytest

pytestmark = pytest.mark.exercise("packed_multi_head_attention")


@pytest.mark.weight(1)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé : deux têtes d'une dimension, des matrices qui se lisent.

    The example of the statement: two heads of dimension one, matrices one can read."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(2)
def test_without_mask(student, cases):
    """Sortie et poids de chaque tête sont ceux de nn.MultiheadAttention.

    Output and weights of each head are those of nn.MultiheadAttention."""
    cases["worked_example"].check_values(student)
    cases["batch"].check_values(student)


@pytest.mark.weight(1)
def test_with_mask(student, cases):
    """Avec un masque (True = peut être regardé), le remplissage ne reçoit aucun poids.

    With a mask (True = may be attended to), padding gets no weight."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_worked_example", "test_without_mask", "test_with_mask")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
