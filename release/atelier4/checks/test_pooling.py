"""Vérifications publiques : mean_pooling, cls_pooling, cosine_matrix."""

import pytest

pytestmark = pytest.mark.exercise("pooling")


@pytest.mark.weight(3)
def test_mean(student, cases):
    """mean_pooling : la moyenne des vrais jetons ; zéro pour une ligne de remplissage.

    mean_pooling: the mean of the real tokens; zero for a row of padding."""
    cases.only("mean_pooling").check_values(student)


@pytest.mark.weight(1)
def test_cls(student, cases):
    """cls_pooling : le vecteur de `[CLS]`.

    cls_pooling: the vector of `[CLS]`."""
    cases.only("cls_pooling").check_values(student)


@pytest.mark.weight(2)
def test_cosines(student, cases):
    """cosine_matrix : toutes les paires ; zéro pour un vecteur nul.

    cosine_matrix: all pairs; zero for a zero vector."""
    cases.only("cosine_matrix").check_values(student)


@pytest.mark.requires("test_mean", "test_cosines")
def test_inputs_are_left_alone(student, cases):
    """Les tenseurs reçus ne sont pas modifiés.

    The tensors received are not changed."""
    cases.check_inputs_unchanged(student)
