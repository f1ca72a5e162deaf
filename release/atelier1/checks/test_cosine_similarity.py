"""Public checks: cosine_similarity."""

import pytest

pytestmark = pytest.mark.exercise("cosine_similarity")


@pytest.mark.weight(2)
def test_values(student, cases):
    """cos(u, v) = u·v/(‖u‖‖v‖), pour un angle aigu et un angle obtus.

    cos(u, v) = u·v/(‖u‖‖v‖), for an acute and an obtuse angle."""
    cases["regular"].check_values(student)


@pytest.mark.requires("test_values")
def test_collinear_vectors(student, cases):
    """cos(u, u) = 1 et cos(u, −3u) = −1.

    cos(u, u) = 1 and cos(u, −3u) = −1."""
    cases["collinear"].check_values(student)


@pytest.mark.requires("test_values")
def test_zero_vector(student, cases):
    """Avec un vecteur nul, la similarité vaut 0, pas NaN.

    With a zero vector the similarity is 0, not NaN."""
    cases["zero_vector"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_values")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
