"""Vérifications publiques : normalize_answer, exact_match, f1_score."""

import pytest

pytestmark = pytest.mark.exercise("answer_scores")


@pytest.mark.weight(2)
def test_texts(student, cases):
    """Les mots qui comptent : minuscules, articles, apostrophes, ponctuation, espaces, accents.

    The words that count: small letters, articles, apostrophes, punctuation, spaces, accents."""
    cases.only("normalize_answer").check_values(student)


@pytest.mark.weight(1)
def test_matches(student, cases):
    """Exact : égal à l’une des références, une fois normalisé.

    Exact: equal to one of the references, once normalised."""
    cases.only("exact_match").check_values(student)


@pytest.mark.weight(2)
def test_scores(student, cases):
    """F1 : les mots communs, comptés des deux côtés, contre la meilleure référence.

    F1: the common words, counted on both sides, against the best reference."""
    cases.only("f1_score").check_values(student)


@pytest.mark.requires("test_matches", "test_scores")
def test_references_are_left_alone(student, cases):
    """La liste des références n’est pas modifiée.

    The list of references is not changed."""
    cases.check_inputs_unchanged(student)
