"""Vérifications cachées : LoRALinear."""

import pytest
import torch

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("lora")


@pytest.mark.weight(2)
def test_fresh_outputs(student, cases):
    """De nouvelles couches, avec et sans biais, carrées ou non.

    New layers, with and without bias, square or not."""
    cases.only("lora_output").check_values(student)


@pytest.mark.weight(2)
def test_fresh_merged_layers(student, cases):
    """`merge` sur ces couches, appelée deux fois.

    `merge` on these layers, called twice."""
    cases.only("lora_merged").check_values(student)


@pytest.mark.weight(2)
def test_fresh_starts(student, cases):
    """Au départ, une couche neuve calcule ce que calculait `linear` ; seules A et B apprennent.

    At the start a fresh layer computes what `linear` computed; only A and B learn."""
    cases.only("lora_start").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_outputs")
def test_fresh_gradients(student, cases):
    """Les gradients de A et de B ; celui de l’entrée, qui traverse la couche.

    The gradients of A and B; that of the input, which goes through the layer."""
    cases.only("lora_gradients").check_values(student)
    cases.only("lora_output").check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_outputs")
def test_inputs_are_left_alone(student, cases):
    """Les entrées restent intactes.

    Inputs are left alone."""
    cases.only("lora_output").check_inputs_unchanged(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_starts")
def test_a_rank_below_one_is_refused(student, rng):
    """Un rang nul ou négatif est refusé par `ValueError`.

    A rank of zero or below is refused with `ValueError`."""
    weight = torch.ones(2, int(rng.integers(2, 5)))
    for r in (0, -1, -int(rng.integers(2, 9))):
        check_refused(
            "LoRALinear",
            lambda r=r: student.lora_start(student.LoRALinear, weight, None, r, 1.0, weight[:1]),
            ValueError,
            finding=Text("Un rang inférieur à 1 est accepté.", "A rank below 1 is accepted."),
        )
