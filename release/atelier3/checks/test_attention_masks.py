"""Vérifications publiques : padding_mask, causal_mask, combine_masks."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("attention_masks")


@pytest.mark.weight(1)
def test_padding_mask(student, cases):
    """padding_mask : True sur les jetons, False sur le remplissage, de forme (B, T).

    padding_mask: True on tokens, False on padding, of shape (B, T)."""
    cases.only("padding_mask").check_values(student)


@pytest.mark.weight(1)
def test_causal_mask(student, cases):
    """causal_mask : la requête i voit les clés j ≤ i, de forme (T, T).

    causal_mask: query i sees keys j ≤ i, of shape (T, T)."""
    cases.only("causal_mask").check_values(student)


@pytest.mark.weight(1)
def test_combine_masks(student, cases):
    """combine_masks : une clé est vue si les deux masques le permettent, de forme (B, 1, T, T).

    combine_masks: a key is seen if both masks allow it, of shape (B, 1, T, T)."""
    cases.only("combine_masks").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_padding_mask", "test_causal_mask", "test_combine_masks")
def test_number_of_visible_keys(student):
    """Les trois ensemble : dans une phrase de longueur n, la requête i voit min(i + 1, n) clés.

    The three together: in a sentence of length n, query i sees min(i + 1, n) keys."""
    lengths, T = torch.tensor([6, 3, 1]), 6
    mask = student.combine_masks(student.padding_mask(lengths, T), student.causal_mask(T))
    wanted = torch.minimum(torch.arange(1, T + 1), lengths[:, None])  # (B, T)
    if not torch.equal(mask.sum(dim=-1)[:, 0], wanted):
        fail(
            Text(
                "Composées, vos fonctions ne laissent pas voir min(i + 1, n) clés à la requête i.",
                "Composed, your functions do not let query i see min(i + 1, n) keys.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_padding_mask", "test_causal_mask", "test_combine_masks")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
