"""Vérifications publiques : attention_backward."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("attention_backward")


@pytest.mark.weight(1)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé : trois requêtes, deux clés.

    The example of the statement: three queries, two keys."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(2)
def test_without_mask(student, cases):
    """Sans masque : dQ, dK et dV, chacun de la forme de Q, K et V.

    Without a mask: dQ, dK and dV, each of the shape of Q, K and V."""
    cases["unmasked"].check_values(student)


@pytest.mark.weight(1)
def test_with_mask(student, cases):
    """Avec un masque : ce qui est caché ne reçoit aucun gradient.

    With a mask: what is hidden gets no gradient."""
    cases["masked"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_without_mask")
def test_what_the_softmax_implies(student, cases):
    """Déplacer toutes les clés d'un même vecteur ne change pas les poids : les lignes de dK somment à 0.

    Moving all keys by the same vector does not change the weights: the rows of dK sum to 0."""
    for case in cases:
        _, dK, dV = case.call.run(student)
        if not torch.allclose(dK.sum(dim=-2), torch.zeros((), dtype=dK.dtype), atol=1e-5):
            fail(Text("La somme de dK sur les clés n'est pas 0.", "The sum of dK over keys is not 0."))
        dO = case.call.inputs["dO"].to(dV.dtype)
        if not torch.allclose(dV.sum(dim=-2), dO.sum(dim=-2), atol=1e-5):
            fail(
                Text(
                    "Les poids d'une ligne somment à 1 : la somme de dV devrait être celle de dO.",
                    "The weights of a row sum to 1: the sum of dV should be that of dO.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_worked_example", "test_without_mask", "test_with_mask")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
