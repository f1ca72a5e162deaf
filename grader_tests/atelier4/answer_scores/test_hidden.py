"""Vérifications cachées : normalize_answer, exact_match, f1_score."""

import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("answer_scores")


@pytest.mark.weight(2)
def test_fresh_texts(student, cases):
    """De nouveaux textes : majuscules, articles, apostrophes, ponctuation, espaces, accents sous deux formes.

    New texts: capitals, articles, apostrophes, punctuation, spaces, accents in two forms."""
    cases.only("normalize_answer").check_values(student)


@pytest.mark.weight(1)
def test_fresh_matches(student, cases):
    """De nouvelles réponses, égales ou non à l’une des références.

    New answers, equal to one of the references or not."""
    cases.only("exact_match").check_values(student)


@pytest.mark.weight(2)
def test_fresh_scores(student, cases):
    """De nouvelles réponses, justes en partie : mots répétés, plusieurs références, réponse vide.

    New answers, right in part: repeated words, several references, an empty answer."""
    cases.only("f1_score").check_values(student)


@pytest.mark.requires("test_fresh_texts")
def test_normalizing_twice_changes_nothing(student, rng):
    """Normaliser deux fois ne change rien.

    Normalising twice changes nothing."""
    words = [str(w) for w in rng.permutation(["l’école", "la loi", "bien-être", "D’un", "« Kara »", "aujourd’hui"])]
    once = student.normalize_answer(" ".join(words))
    if student.normalize_answer(once) != once:
        fail(
            Text("Normaliser deux fois donne un autre texte.", "Normalising twice gives another text."),
            function="normalize_answer",
        )


@pytest.mark.requires("test_fresh_matches", "test_fresh_scores")
def test_references_are_left_as_they_were(student, cases):
    """La liste des références n’est pas modifiée, leur ordre ne compte pas.

    The list of references is not changed, and their order does not matter."""
    cases.check_inputs_unchanged(student)
    references = ["la paix", "paix et travail", "travail"]
    for prediction in ("travail", "la paix du travail", "paix"):
        given = [student.f1_score(prediction, list(order)) for order in (references, references[::-1])]
        if abs(float(given[0]) - float(given[1])) > 1e-6:
            fail(
                Text("La note dépend de l’ordre des références.", "The score depends on the order of the references."),
                function="f1_score",
            )
