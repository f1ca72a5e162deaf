"""Vérifications cachées : copy_query, average_query."""

import pytest

pytestmark = pytest.mark.exercise("query_design")


@pytest.mark.weight(2)
def test_fresh_copies(student, cases):
    """Avec des clés nouvelles, orthogonales ou non, l'attention va toute à la clé j.

    With new keys, orthogonal or not, all attention goes to key j."""
    cases.only("copy_query").check_values(student)


@pytest.mark.weight(3)
def test_fresh_averages(student, cases):
    """Avec des clés nouvelles, orthogonales ou non, l'attention se partage à égalité entre a et b.

    With new keys, orthogonal or not, attention is shared half and half by a and b."""
    cases.only("average_query").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_copies", "test_fresh_averages")
def test_robustness(student, cases):
    """Clés intactes, non contiguës ou en float32 : la requête convient encore.

    Keys left alone, non-contiguous or in float32: the query still works."""
    cases.check_inputs_unchanged(student)
    cases.in_float32().check_values(student)
    cases.non_contiguous().check_values(student)
