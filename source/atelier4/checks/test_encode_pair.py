"""Vérifications publiques : encode_pair."""

import pytest

pytestmark = pytest.mark.exercise("encode_pair")


@pytest.mark.weight(3)
def test_pairs(student, cases):
    """La séquence, les segments et le masque de quelques paires : qui tiennent, qui sont coupées, vides.

    The sequence, segments and mask of a few pairs: that fit, that are cut, empty ones."""
    cases.check_values(student)
