"""Vérifications publiques : bert_embeddings."""

import pytest

pytestmark = pytest.mark.exercise("bert_embeddings")


@pytest.mark.weight(2)
def test_embeddings(student, cases):
    """La somme des trois tables, normalisée : l’exemple de l’énoncé, deux segments, de petits poids.

    The sum of the three tables, normalized: the example of the statement, two segments, small weights."""
    cases.check_values(student)


@pytest.mark.requires("test_embeddings")
def test_what_is_given_is_left_alone(student, cases):
    """Les tables reçues ne sont pas modifiées.

    The tables received are not changed."""
    cases.check_inputs_unchanged(student)
