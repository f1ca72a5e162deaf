"""Vérifications publiques : LoRALinear."""

import pytest
import torch

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("lora")


@pytest.mark.weight(2)
def test_outputs(student, cases):
    """La sortie est celle de `linear`, plus (alpha / r) B A x.

    The output is that of `linear`, plus (alpha / r) B A x."""
    cases.only("lora_output").check_values(student)


@pytest.mark.weight(2)
def test_merged_layers(student, cases):
    """`merge` donne une `nn.Linear` de poids W + (alpha / r) B A, et laisse la couche comme elle est.

    `merge` gives an `nn.Linear` of weight W + (alpha / r) B A, and leaves the layer as it is."""
    cases.only("lora_merged").check_values(student)


@pytest.mark.weight(2)
def test_starts(student, cases):
    """Au départ, la couche calcule ce que calculait `linear` : une seule des matrices A et B est nulle, et elles seules
    apprennent.

    At the start the layer computes what `linear` computed: exactly one of A and B is zero, and only they learn."""
    cases.only("lora_start").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_outputs")
def test_gradients(student, cases):
    """A et B reçoivent leurs gradients.

    A and B receive their gradients."""
    cases.only("lora_gradients").check_values(student)


@pytest.mark.requires("test_outputs")
def test_inputs_unchanged(student, cases):
    """Les entrées ne sont pas modifiées.

    Inputs are not changed."""
    cases.only("lora_output").check_inputs_unchanged(student)


@pytest.mark.requires("test_starts")
def test_a_rank_of_zero_is_refused(student):
    """r = 0 : `ValueError`.

    r = 0: `ValueError`."""
    weight = torch.ones(2, 3)
    check_refused(
        "LoRALinear",
        lambda: student.lora_start(student.LoRALinear, weight, None, 0, 1.0, weight[:1]),
        ValueError,
        finding=Text("`LoRALinear` accepte r = 0.", "`LoRALinear` accepts r = 0."),
        hints=(
            Text("Que vaut alpha / r quand r = 0 ?", "What is alpha / r when r = 0?"),
            Text("Une correction sans rang n’existe pas : refusez-la.", "There is no correction without rank: refuse."),
            Text("`if r < 1: raise ValueError(…)`.", "`if r < 1: raise ValueError(…)`."),
        ),
    )
