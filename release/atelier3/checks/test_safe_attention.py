"""Vérifications publiques : safe_attention."""

import pytest

pytestmark = pytest.mark.exercise("safe_attention")


@pytest.mark.weight(2)
def test_empty_rows_give_zeros(student, cases):
    """Une requête sans clé visible a des poids nuls et une sortie nulle ; les autres sont celles de 3.4.

    A query without visible key has zero weights and zero output; the others are those of 3.4."""
    cases.only("safe_attention").check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_empty_rows_give_zeros")
def test_no_nan_comes_back(student, cases):
    """Le gradient de l'exemple de l'énoncé, mesuré par attention_gradients, est le bon : aucun NaN.

    The gradient of the statement's example, measured by attention_gradients, is right: no NaN."""
    cases.only("attention_gradients").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_empty_rows_give_zeros")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
