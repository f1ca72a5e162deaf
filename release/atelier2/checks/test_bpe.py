"""Vérifications publiques : merge_pair, train_bpe, encode_bpe, decode_bpe."""

import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("bpe")


@pytest.mark.weight(2)
def test_merging_a_pair(student, cases):
    """merge_pair : une paire devient un jeton partout où elle figure, de gauche à droite.

    merge_pair: a pair becomes one token wherever it stands, from left to right."""
    cases.only("merge_pair").check_values(student)


@pytest.mark.weight(3)
def test_training(student, cases):
    """train_bpe : l’exemple de l’énoncé, des mots fréquents, des accents, des lettres répétées, un texte vide.

    train_bpe: the example of the statement, frequent words, accents, repeated letters, an empty text."""
    cases.only("train_bpe").check_values(student)


@pytest.mark.weight(2)
def test_encoding(student, cases):
    """encode_bpe : les fusions dans l’ordre de leur rang, à partir des octets.

    encode_bpe: merges in the order of their rank, from bytes."""
    cases.only("encode_bpe").check_values(student)


def test_decoding(student, cases):
    """decode_bpe : les octets mis bout à bout, « � » pour ce qui n’est pas un texte.

    decode_bpe: bytes put end to end, “�” for what is no text."""
    cases.only("decode_bpe").check_values(student)


@pytest.mark.requires("test_encoding", "test_decoding")
def test_round_trip(student):
    """Décoder ce qu’on a codé redonne le mot : accents, « œ », éwé, kabiyè, émojis.

    Decoding what was encoded gives the word back: accents, “œ”, Ewe, Kabiyè, emojis."""
    merges = [(b"\xc3", b"\xa9"), (b"\xc9", b"\x96"), (b"o", b"u")]
    for word in ("été", "cœur", "ɖevi", "ñʊʊ", "🙂", "oui", ""):
        if student.decode_bpe(student.encode_bpe(word, merges)) != word:
            fail(
                Text(
                    f"Coder puis décoder « {word} » ne redonne pas le mot.",
                    f"Encoding then decoding “{word}” does not give the word back.",
                ),
                function="encode_bpe",
            )


@pytest.mark.requires("test_merging_a_pair", "test_training", "test_encoding", "test_decoding")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que vos fonctions reçoivent n’est modifié.

    Nothing that your functions receive is changed."""
    cases.check_inputs_unchanged(student)
