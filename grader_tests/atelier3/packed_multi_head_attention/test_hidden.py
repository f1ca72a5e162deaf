"""Vérifications cachées : mha_from_packed."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("packed_multi_head_attention")


@pytest.mark.weight(3)
def test_fresh_values(student, cases):
    """Sur des poids nouveaux, sortie et poids par tête sont ceux de nn.MultiheadAttention.

    On new weights, output and weights per head are those of nn.MultiheadAttention."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_sentences_do_not_mix(student, cases):
    """Une phrase donne le même résultat seule ou au milieu d'un lot.

    A sentence gives the same result alone or within a batch."""
    for case in cases["padded"]:
        x, mask = case.call.inputs["x"], case.call.inputs["mask"]
        whole = case.call.run(student)
        alone = case.call.with_inputs(x=x[1:2], mask=mask[1:2]).run(student)
        if not all(torch.allclose(w[1:2], a, rtol=1e-5, atol=1e-6) for w, a in zip(whole, alone, strict=True)):
            fail(
                Text(
                    "Une phrase change de résultat selon les autres phrases du lot.",
                    "A sentence's result changes with the other sentences of the batch.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_robustness(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    cases.check_inputs_unchanged(student)
    cases.non_contiguous().check_values(student)
    for name in ("batch", "padded", "heads_of_one", "single"):
        cases[name].in_float32().check_values(student)
