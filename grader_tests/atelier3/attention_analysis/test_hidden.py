"""Vérifications cachées : attention_entropy, attention_rollout."""

import pytest

pytestmark = pytest.mark.exercise("attention_analysis")


@pytest.mark.weight(2)
def test_fresh_entropies(student, cases):
    """L'entropie est juste sur des poids nouveaux : zéros exacts, masques, lignes vides.

    The entropy is right on new weights: exact zeros, masks, empty rows."""
    cases.only("attention_entropy").check_values(student)


@pytest.mark.weight(2)
def test_fresh_rollouts(student, cases):
    """Le rollout est juste sur des couches nouvelles, une seule aussi.

    Rollout is right on new layers, a single one too."""
    cases.only("attention_rollout").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_entropies")
def test_robustness_of_entropy(student, cases):
    """Entropie : entrées intactes, non contiguës ou en float32, même résultat.

    Entropy: inputs left alone, non-contiguous or in float32, same result."""
    entropies = cases.only("attention_entropy")
    entropies.check_inputs_unchanged(student)
    entropies.non_contiguous().check_values(student)
    entropies.in_float32().check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_rollouts")
def test_robustness_of_rollout(student, cases):
    """Rollout : entrées intactes, non contiguës ou en float32, même résultat.

    Rollout: inputs left alone, non-contiguous or in float32, same result."""
    rollouts = cases.only("attention_rollout")
    rollouts.check_inputs_unchanged(student)
    rollouts.non_contiguous().check_values(student)
    rollouts.in_float32().check_values(student)
