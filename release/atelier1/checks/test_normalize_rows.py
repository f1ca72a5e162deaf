"""Public checks: normalize_rows."""

import pytest

pytestmark = pytest.mark.exercise("normalize_rows")


@pytest.mark.weight(2)
def test_values(student, cases):
    """Chaque ligne est divisée par sa norme euclidienne.

    Each row is divided by its Euclidean norm."""
    cases["regular"].check_values(student)


@pytest.mark.requires("test_values")
def test_zero_row(student, cases):
    """Une ligne nulle reste nulle, sans NaN.

    A zero row stays zero, without NaN."""
    cases["zero_row"].check_values(student)


@pytest.mark.requires("test_values")
def test_integers(student, cases):
    """Une matrice d'entiers donne des flottants.

    An integer matrix gives floats."""
    cases["integers"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_values")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
