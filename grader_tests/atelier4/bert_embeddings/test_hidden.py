"""Vérifications cachées : bert_embeddings."""

import pytest

pytestmark = pytest.mark.exercise("bert_embeddings")


@pytest.mark.weight(4)
def test_fresh_embeddings(student, cases):
    """De nouvelles tables, longueurs et dimensions.

    New tables, lengths and dimensions."""
    cases.check_values(student)


@pytest.mark.requires("test_fresh_embeddings")
def test_in_single_precision(student, cases):
    """Les mêmes tables en simple précision, celle des modèles.

    The same tables in single precision, as models have them."""
    cases.in_float32().check_values(student)


@pytest.mark.requires("test_fresh_embeddings")
def test_the_tables_are_left_alone(student, cases):
    """Les tables reçues ne sont pas modifiées.

    The tables received are not changed."""
    cases.check_inputs_unchanged(student)
