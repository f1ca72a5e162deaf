"""Vérifications publiques : split_heads, merge_heads."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("split_and_merge_heads")


@pytest.mark.weight(2)
def test_split(student, cases):
    """split_heads : (B, T, d) devient (B, h, T, d_h), chaque tête avec ses propres caractéristiques.

    split_heads: (B, T, d) becomes (B, h, T, d_h), each head with its own features."""
    cases.only("split_heads").check_values(student)


@pytest.mark.weight(2)
def test_merge(student, cases):
    """merge_heads : (B, h, T, d_h) redevient (B, T, d), les têtes bout à bout.

    merge_heads: (B, h, T, d_h) becomes (B, T, d) again, heads end to end."""
    cases.only("merge_heads").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_split", "test_merge")
def test_round_trip(student):
    """Aller et retour : merge_heads(split_heads(x, h)) est x, pour tout h qui divise d.

    There and back: merge_heads(split_heads(x, h)) is x, for every h that divides d."""
    x = torch.arange(2 * 5 * 12, dtype=torch.float64).reshape(2, 5, 12)
    for h in (1, 2, 3, 4, 6, 12):
        if not torch.equal(student.merge_heads(student.split_heads(x, h)), x):
            fail(Text(f"Avec h={h}, l'aller-retour ne redonne pas x.", f"With h={h} the round trip does not give x."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_split", "test_merge")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
