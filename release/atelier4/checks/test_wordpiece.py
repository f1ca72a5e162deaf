"""Vérifications publiques : wordpiece_tokenize."""

import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("wordpiece")


@pytest.mark.weight(3)
def test_pieces(student, cases):
    """Les morceaux de l’exemple et de quelques mots : le plus long d’abord, `##` à l’intérieur, un mot inconnu entier.

    The pieces of the example and of a few words: the longest first, `##` inside, `[UNK]` for the whole word."""
    cases.check_values(student)


@pytest.mark.requires("test_pieces")
def test_nothing_is_lost(student):
    """Mis bout à bout sans leurs marques, les morceaux redonnent le mot.

    Put end to end without their marks, the pieces give the word back."""
    letters = {mark + letter: 0 for letter in "aéœñɖ" for mark in ("", "##")}
    for word in ("aéa", "œñ", "ɖaé", "a"):
        pieces = student.wordpiece_tokenize(word, letters)
        if "".join(piece.removeprefix("##") for piece in pieces) != word:
            fail(
                Text(f"Les morceaux de « {word} » ne redonnent pas le mot.", f"The pieces of “{word}” do not give it.")
            )


@pytest.mark.requires("test_pieces")
def test_what_is_given_is_left_alone(student, cases):
    """Le vocabulaire reçu n’est pas modifié.

    The vocabulary received is not changed."""
    cases.check_inputs_unchanged(student)
