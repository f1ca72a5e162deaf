"""Vérifications publiques : scaled_dot_product_attention."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("scaled_dot_product_attention")


@pytest.mark.weight(1)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé : des poids de 0,731 et 0,269, une sortie de 12,69.

    The example of the statement: weights of 0.731 and 0.269, an output of 12.69."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(2)
def test_without_mask(student, cases):
    """Sans masque : les poids softmax(QKᵀ/√d_k), et la sortie poids·V.

    Without a mask: the weights softmax(QKᵀ/√d_k), and the output weights·V."""
    cases["unmasked"].check_values(student)


@pytest.mark.weight(3)
def test_with_mask(student, cases):
    """Avec un masque : les clés où il vaut False ne comptent pas, à toutes les formes diffusables.

    With a mask: keys where it is False do not count, at every broadcastable shape."""
    cases["masked"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_without_mask", "test_with_mask")
def test_rows_of_weights(student, cases):
    """Chaque ligne des poids somme à 1, et un poids masqué vaut exactement 0.

    Each row of the weights sums to 1, and a masked weight is exactly 0."""
    for case in cases:
        _, weights = case.call.run(student)
        if not torch.allclose(weights.sum(dim=-1), torch.ones((), dtype=weights.dtype), atol=1e-5):
            fail(Text("Une ligne de vos poids ne somme pas à 1.", "A row of your weights does not sum to 1."))
        mask = case.call.inputs.get("mask")
        if mask is not None and (weights * ~mask).any():
            fail(Text("Une clé masquée garde un poids.", "A masked key keeps a weight."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_worked_example", "test_without_mask", "test_with_mask")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
