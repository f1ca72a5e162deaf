"""Vérifications cachées : safe_attention."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("safe_attention")


@pytest.mark.weight(2)
def test_fresh_values(student, cases):
    """Sortie et poids sont justes sur des masques nouveaux : lignes vides, phrases vides, causalité.

    Output and weights are right with new masks: empty rows, empty sentences, causality."""
    cases.only("safe_attention").check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_values")
def test_fresh_gradients(student, cases):
    """Le gradient est juste sur ces masques aussi, sans un seul NaN.

    The gradient is right with these masks too, without a single NaN."""
    cases.only("attention_gradients").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_content_of_hidden_keys_does_not_matter(student, cases):
    """Ce que contiennent les clés et valeurs cachées ne change rien.

    What hidden keys and values hold changes nothing."""
    for case in cases["empty_sentence"]:
        seen = case.call.inputs["mask"].transpose(-2, -1)  # (B, 1, T_k, 1)
        K, V = (case.call.inputs[name].masked_fill(~seen, 1e10) for name in "KV")
        before, after = case.call.run(student), case.call.with_inputs(K=K, V=V).run(student)
        if not all(torch.allclose(one, other, rtol=1e-5, atol=1e-6) for one, other in zip(before, after, strict=True)):
            fail(
                Text(
                    "Le contenu des clés ou des valeurs cachées change votre sortie.",
                    "The content of hidden keys or values changes your output.",
                ),
                hints=(
                    Text("Le poids d'une clé cachée est-il exactement nul ?", "Is a hidden key's weight exactly zero?"),
                    Text(
                        "Ajouter −10⁹ ne suffit pas quand un score vaut 10¹⁰.",
                        "Adding −10⁹ is not enough when a score is 10¹⁰.",
                    ),
                    Text(
                        "Remplacez le score (masked_fill) au lieu de lui ajouter quelque chose.",
                        "Replace the score (masked_fill) instead of adding to it.",
                    ),
                ),
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_robustness(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    safe = cases.only("safe_attention")
    safe.check_inputs_unchanged(student)
    safe.non_contiguous().check_values(student)
    safe["empty"].in_float32().check_values(student)
    safe["left_padding"].in_float32().check_values(student)
