"""Vérifications cachées : wordpiece_tokenize."""

import pytest

pytestmark = pytest.mark.exercise("wordpiece")


@pytest.mark.weight(6)
def test_fresh_words(student, cases):
    """De nouveaux mots et de nouveaux vocabulaires : lettres inconnues, accents, majuscules, mots trop longs.

    New words and new vocabularies: unknown letters, accents, capitals, words that are too long."""
    cases.check_values(student)


@pytest.mark.requires("test_fresh_words")
def test_the_vocabulary_is_left_alone(student, cases):
    """Le vocabulaire reçu n’est pas modifié.

    The vocabulary received is not changed."""
    cases.check_inputs_unchanged(student)
