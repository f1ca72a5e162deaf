"""Hidden checks: split_heads, merge_heads."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("split_and_merge_heads")


@pytest.mark.weight(2)
def test_fresh_split(student, cases):
    """split_heads sur de nouvelles formes : une seule tête, des têtes de dimension 1, un seul jeton.

    split_heads on new shapes: a single head, heads of dimension 1, a single token."""
    cases.only("split_heads").check_values(student)


@pytest.mark.weight(2)
def test_fresh_merge(student, cases):
    """merge_heads sur de nouvelles formes : une seule tête, des têtes de dimension 1, un seul jeton.

    merge_heads on new shapes: a single head, heads of dimension 1, a single token."""
    cases.only("merge_heads").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_split", "test_fresh_merge")
def test_tokens_and_heads_stay_apart(student, rng):
    """Changer une tête d'un jeton ne change que d_h nombres : ni les autres jetons, ni les autres têtes.

    Changing one head of a token changes d_h numbers only: neither other tokens nor other heads."""
    x = torch.from_numpy(rng.normal(size=(2, 5, 12)))
    heads = student.split_heads(x, 3)  # (2, 3, 5, 4)
    moved = heads.clone()
    moved[1, 2, 3] += 1.0  # sentence 1, head 2, token 3
    wanted = x.clone()
    wanted[1, 3, 8:12] += 1.0
    if not torch.allclose(student.merge_heads(moved), wanted):
        fail(
            Text(
                "Modifier une tête d'un jeton change autre chose que ses d_h caractéristiques dans le résultat "
                "recollé.",
                "Changing a head of a token changes something else than its d_h features in the merged result.",
            )
        )
    if not torch.allclose(student.split_heads(wanted, 3), moved):
        fail(
            Text(
                "Modifier d_h caractéristiques d'un jeton change plusieurs têtes, ou plusieurs jetons.",
                "Changing d_h features of a token changes several heads, or several tokens.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_split", "test_fresh_merge")
def test_gradients(student, cases):
    """L'autograd traverse vos deux fonctions.

    Autograd goes through your two functions."""
    cases.check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_split", "test_fresh_merge")
def test_any_memory_layout(student, cases):
    """Un tenseur transposé n'est pas contigu : vos fonctions restent justes, dans toute précision.

    A transposed tensor is not contiguous: your functions stay right, in any precision."""
    cases.non_contiguous().check_values(student)
    cases.in_float32().check_values(student)
    cases.check_inputs_unchanged(student)
