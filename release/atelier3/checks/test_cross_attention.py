"""Vérifications publiques : cross_attention."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("cross_attention")


@pytest.mark.weight(2)
def test_without_mask(student, cases):
    """Sans masque : l'exemple de l'énoncé, puis un lot où T_d = T_e.

    Without a mask: the example of the statement, then a batch with T_d = T_e."""
    cases["unmasked"].check_values(student)


@pytest.mark.weight(2)
def test_with_mask(student, cases):
    """Avec le masque de la source : son remplissage n'est pas lu.

    With the mask of the source: its padding is not read."""
    cases["masked"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_without_mask", "test_with_mask")
def test_order_of_the_memory(student, cases):
    """La mémoire est un ensemble : permuter ses positions, et leur masque, ne change rien.

    The memory is a set: permuting its positions, and their mask, changes nothing."""
    for case in cases:
        inputs = case.call.inputs
        reversed_memory = {key: inputs[key].flip(1) for key in ("memory", "memory_mask") if key in inputs}
        if not torch.allclose(case.call.run(student), case.call.with_inputs(**reversed_memory).run(student), atol=1e-5):
            fail(
                Text(
                    "Retourner la mémoire (et son masque) change votre sortie.",
                    "Reversing the memory (and its mask) changes your output.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_without_mask", "test_with_mask")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
