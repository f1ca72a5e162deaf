"""The French that students read keeps to the course's words."""

import pytest
from course.french import forbidden_words, sentences


def test_no_sentence_for_students_uses_a_word_that_the_glossary_replaces():
    read = list(sentences())
    assert len(read) > 2000
    found = [f"{where}: {', '.join(words)}: {text[:120]!r}" for where, text in read if (words := forbidden_words(text))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Un token de chaque batch, une feature.", ["token", "batch", "feature"]),
        ("Le padding d'un objet Handle.", ["padding", "Handle"]),
        ("L'argument `padding`, $x_{token}$, nommé (*embeddings*).", []),
        ("Les jetons du lot, chaque caractéristique.", []),
    ],
)
def test_the_words_are_found_in_prose_only(sentence, words):
    assert forbidden_words(sentence) == words
