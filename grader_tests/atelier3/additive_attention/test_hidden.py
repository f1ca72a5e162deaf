"""Vérifications cachées : additive_attention."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("additive_attention")


@pytest.mark.weight(3)
def test_fresh_values(student, cases):
    """Contexte et poids sont justes sur des données nouvelles, avec et sans masque.

    Context and weights are right on new data, with and without a mask."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_gradients(student, cases):
    """Le gradient revient à la requête, aux clés et aux trois paramètres.

    The gradient comes back to the query, the keys and the three parameters."""
    cases["padded"].check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_content_of_padding_does_not_matter(student, cases):
    """Changer le contenu des positions masquées ne change rien.

    Changing the content of masked positions changes nothing."""
    for case in cases["padded"]:
        K, mask = case.call.inputs["K"], case.call.inputs["mask"]
        before = case.call.run(student)
        after = case.call.with_inputs(K=K.masked_fill(~mask.unsqueeze(-1), 1e6)).run(student)
        if not all(torch.allclose(one, other, rtol=1e-5, atol=1e-6) for one, other in zip(before, after, strict=True)):
            fail(
                Text(
                    "Le contenu des positions de remplissage change votre sortie.",
                    "The content of padding positions changes your output.",
                ),
                hints=(
                    Text(
                        "Le poids d'une position masquée est-il exactement nul ?",
                        "Is a masked position's weight exactly zero?",
                    ),
                    Text(
                        "Une énergie de −1000 n'est pas −∞ face à de grandes énergies.",
                        "An energy of −1000 is not −∞ beside large ones.",
                    ),
                    Text('energies.masked_fill(~mask, float("-inf")).', 'energies.masked_fill(~mask, float("-inf")).'),
                ),
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_robustness(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    cases.check_inputs_unchanged(student)
    cases.non_contiguous().check_values(student)
    cases["batch"].in_float32().check_values(student)
    cases["padded"].in_float32().check_values(student)
