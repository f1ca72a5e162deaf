"""Hidden checks: padding_mask, causal_mask, combine_masks."""

import pytest
import torch
import torch.nn.functional as F

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("attention_masks")


@pytest.mark.weight(1)
def test_fresh_padding_mask(student, cases):
    """padding_mask sur de nouvelles longueurs : une seule phrase, une phrase vide, un seul jeton.

    padding_mask on new lengths: a single sentence, an empty sentence, a single token."""
    cases.only("padding_mask").check_values(student)


@pytest.mark.weight(1)
def test_fresh_causal_mask(student, cases):
    """causal_mask à d'autres tailles, un seul jeton compris.

    causal_mask at other sizes, a single token included."""
    cases.only("causal_mask").check_values(student)


@pytest.mark.weight(2)
def test_fresh_combined_masks(student, cases):
    """combine_masks : remplissage à droite ou à gauche, tout visible, motifs quelconques.

    combine_masks: padding on the right or on the left, everything visible, any patterns."""
    cases.only("combine_masks").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_padding_mask", "test_fresh_causal_mask", "test_fresh_combined_masks")
def test_masks_at_work(student, rng):
    """Dans une attention à plusieurs têtes, ni le remplissage ni l'avenir ne changent ce que voit un mot.

    In attention with several heads, neither the padding nor the future changes what a word sees."""
    lengths, T = torch.tensor([7, 4]), 7
    mask = student.combine_masks(student.padding_mask(lengths, T), student.causal_mask(T))
    q, k, v = torch.from_numpy(rng.normal(size=(3, 2, 3, T, 5)))  # each (B, h, T, d_k)
    before = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    k, v = k.clone(), v.clone()
    k[1, :, 4:], v[1, :, 4:] = 9.0, 1e10  # the padding of the second sentence
    k[0, :, 5:], v[0, :, 5:] = -9.0, 1e10  # the end of the first one: future for queries 0 to 4
    after = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    if not torch.allclose(before[0, :, :5], after[0, :, :5]):
        fail(Text("Par votre masque, un mot voit son avenir.", "Through your mask a word sees its future."))
    if not torch.allclose(before[1], after[1]):
        fail(Text("Par votre masque, un mot voit le remplissage.", "Through your mask a word sees the padding."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_padding_mask", "test_fresh_causal_mask", "test_fresh_combined_masks")
def test_robustness(student, cases):
    """Ni le type d'entier des longueurs ni le rangement en mémoire ne comptent, et rien n'est modifié sur place.

    Neither the integer type of lengths nor the memory layout matters, and nothing is changed in place."""
    lengths = torch.tensor([3, 1, 5], dtype=torch.int32)
    wanted = torch.arange(5) < lengths[:, None]
    if not torch.equal(student.padding_mask(lengths, 5), wanted):
        fail(
            Text(
                "Avec des longueurs en int32, votre padding_mask n'est plus le même.",
                "With lengths in int32 your padding_mask is not the same.",
            )
        )
    cases.non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
