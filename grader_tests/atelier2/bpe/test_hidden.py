"""Vérifications cachées : merge_pair, train_bpe, encode_bpe, decode_bpe."""

import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("bpe")

WORDS = ["été", "élève", "cœur", "ɖevi", "ŋutsu", "ɛyʊ", "ñʊʊ", "🙂🙃", "l’eau", "a", " la", "forêt"]


@pytest.mark.weight(2)
def test_merging_fresh_pairs(student, cases):
    """merge_pair sur de nouvelles suites : paires répétées, à la suite, absentes, faites de longs jetons.

    merge_pair on new sequences: repeated pairs, in a row, absent, made of long tokens."""
    cases.only("merge_pair").check_values(student)


@pytest.mark.weight(3)
def test_training_on_fresh_words(student, cases):
    """train_bpe sur de nouveaux mots : égalités, occurrences, accents, plus de fusions que de paires.

    train_bpe on new words: ties, occurrences, accents, more merges than pairs."""
    cases.only("train_bpe").check_values(student)


@pytest.mark.weight(3)
def test_encoding_fresh_words(student, cases):
    """encode_bpe sur de nouveaux mots, où l’ordre des fusions change tout.

    encode_bpe on new words, where the order of merges changes everything."""
    cases.only("encode_bpe").check_values(student)


@pytest.mark.weight(1)
def test_decoding_fresh_tokens(student, cases):
    """decode_bpe : des lettres à cheval sur deux jetons, des octets qui ne sont pas un texte.

    decode_bpe: letters that span two tokens, bytes that are no text."""
    cases.only("decode_bpe").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_training_on_fresh_words", "test_encoding_fresh_words", "test_decoding_fresh_tokens")
def test_words_come_back(student, rng):
    """Avec les fusions que vous avez apprises, tout mot revient intact, même s’il n’a jamais été vu.

    With the merges that you learned every word comes back whole, even one that was never seen."""
    chosen = [str(word) for word in rng.permutation(WORDS)]
    merges = student.train_bpe(dict.fromkeys(chosen[:7], 3), 15)
    for word in chosen:
        tokens = student.encode_bpe(word, merges)
        if b"".join(tokens) != word.encode() or student.decode_bpe(tokens) != word:
            fail(
                Text(
                    "Un mot codé puis décodé n’est plus le même.", "A word encoded, then decoded is no longer the same."
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_training_on_fresh_words", "test_encoding_fresh_words")
def test_what_is_given_is_left_alone(student, cases):
    """Les listes et le dictionnaire reçus ne sont pas modifiés.

    The lists and the dict received are not changed."""
    cases.check_inputs_unchanged(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_training_on_fresh_words")
def test_the_order_of_words_does_not_matter(student, rng):
    """Les mêmes mots dans un autre ordre donnent les mêmes fusions.

    The same words in another order give the same merges."""
    words = {
        str(word): int(rng.integers(1, 4)) for word in rng.permutation(["tari", "rita", "nat", "tan", "iran", "atri"])
    }
    shuffled = {word: words[word] for word in map(str, rng.permutation(list(words)))}
    if student.train_bpe(words, 8) != student.train_bpe(shuffled, 8):
        fail(
            Text(
                "Vos fusions dépendent de l’ordre des mots dans le dictionnaire.",
                "Your merges depend on the order of the words in the dict.",
            ),
            hints=(
                Text("Que se passe-t-il à égalité ?", "What happens on a tie?"),
                Text("La plus grande paire l’emporte.", "The greatest pair wins."),
                Text(
                    "`max(counts, key=lambda pair: (counts[pair], pair))`.",
                    "`max(counts, key=lambda pair: (counts[pair], pair))`.",
                ),
            ),
            function="train_bpe",
        )
