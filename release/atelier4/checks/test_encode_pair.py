"""Vérifications publiques : encode_pair."""

import pytest

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("encode_pair")


@pytest.mark.weight(3)
def test_pairs(student, cases):
    """La séquence, les segments et le masque de quelques paires : qui tiennent, qui sont coupées, vides.

    The sequence, segments and mask of a few pairs: that fit, that are cut, empty ones."""
    cases.check_values(student)


@pytest.mark.requires("test_pairs")
def test_no_room_for_special_tokens(student):
    """Moins de trois places ne suffisent pas aux jetons spéciaux : `ValueError`.

    Less than three places are not enough for the special tokens: `ValueError`."""
    for max_len in (2, 0):
        check_refused(
            "encode_pair",
            lambda max_len=max_len: student.encode_pair([7, 8], [9], max_len, 101, 102),
            ValueError,
            finding=Text(
                "Une longueur qui ne laisse pas de place aux jetons spéciaux est acceptée.",
                "A length that leaves no room for the special tokens is accepted.",
            ),
            hints=(
                Text("Combien de jetons spéciaux la séquence a-t-elle ?", "How many special tokens does it have?"),
                Text("Trois : `[CLS]` et deux `[SEP]`.", "Three: `[CLS]` and two `[SEP]`."),
                Text("`if max_len < 3: raise ValueError(…)`.", "`if max_len < 3: raise ValueError(…)`."),
            ),
        )


@pytest.mark.requires("test_pairs")
def test_what_is_given_is_left_alone(student, cases):
    """Les listes reçues ne sont pas modifiées.

    The lists received are not changed."""
    cases.check_inputs_unchanged(student)
