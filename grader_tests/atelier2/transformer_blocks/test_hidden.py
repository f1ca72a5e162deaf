"""Vérifications cachées : PreNormBlock, PostNormBlock."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("transformer_blocks")


@pytest.mark.weight(4)
def test_fresh_pre_norm_block(student, cases):
    """Avec des poids nouveaux, PreNormBlock renvoie ce que renvoie la couche de PyTorch.

    With new weights, PreNormBlock returns what PyTorch's layer returns."""
    cases.only("PreNormBlock").check_values(student)


@pytest.mark.weight(4)
def test_fresh_post_norm_block(student, cases):
    """Avec des poids nouveaux, PostNormBlock renvoie ce que renvoie la couche de PyTorch.

    With new weights, PostNormBlock returns what PyTorch's layer returns."""
    cases.only("PostNormBlock").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_pre_norm_block", "test_fresh_post_norm_block")
def test_no_block_sees_the_future(student, cases):
    """Changer un jeton ne change aucune des sorties qui le précèdent.

    Changing a token changes none of the outputs before it."""
    for case in cases:
        x = case.call.inputs["x"]
        t = x.size(1) // 2
        changed = x.clone()
        changed[:, t:] += 1.0 + torch.arange(x.size(2)) % 3
        before, after = case.call.run(student), case.call.with_inputs(x=changed).run(student)
        if not torch.allclose(before[:, :t], after[:, :t], rtol=0, atol=1e-5):
            fail(
                Text(
                    "Le futur fuit : changer un jeton change la sortie de positions qui le précèdent.",
                    "The future leaks: changing a token changes the output of positions before it.",
                ),
                function=case.call.target,
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_pre_norm_block", "test_fresh_post_norm_block")
def test_gradients_inputs_and_layout(student, cases):
    """Le gradient revient à x ; les entrées restent intactes et peuvent être non contiguës.

    The gradient comes back to x; inputs are left alone and may be non-contiguous."""
    cases.check_gradients(student)
    cases.check_inputs_unchanged(student)
    cases.non_contiguous().check_values(student)
