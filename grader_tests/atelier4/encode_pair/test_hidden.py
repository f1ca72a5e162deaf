"""Vérifications cachées : encode_pair."""

import pytest

pytestmark = pytest.mark.exercise("encode_pair")


@pytest.mark.weight(6)
def test_fresh_pairs(student, cases):
    """De nouvelles paires, de toutes les longueurs, et d’autres numéros de jetons spéciaux.

    New pairs of all lengths, and other ids of special tokens."""
    cases.check_values(student)


@pytest.mark.requires("test_fresh_pairs")
def test_what_fresh_cases_give_is_left_alone(student, cases):
    """Les listes reçues ne sont pas modifiées.

    The lists received are not changed."""
    cases.check_inputs_unchanged(student)
