"""Vérifications cachées : MiniBert."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("mini_bert")


@pytest.mark.weight(1)
def test_fresh_entrances_and_poolers(student, cases):
    """D’autres poids et phrases, sans couche : MiniBert renvoie ce que renvoie BERT.

    Other weights and sentences, without a layer: MiniBert returns what BERT returns."""
    cases["no_layer"].check_values(student)


@pytest.mark.weight(1)
def test_fresh_layer_without_padding(student, cases):
    """D’autres poids, une couche, aucun remplissage.

    Other weights, one layer, no padding."""
    cases["one_layer"].check_values(student)


@pytest.mark.weight(3)
def test_fresh_encoders(student, cases):
    """D’autres poids, tailles, phrases et remplissages, plusieurs couches.

    Other weights, sizes, sentences and paddings, several layers."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_encoders")
def test_real_tokens_ignore_padding(student, cases):
    """Les vrais jetons ne voient ni la longueur du remplissage, ni ce qui y est écrit.

    Real tokens see neither how long the padding is nor what is written there."""
    for case in cases["one_sequence"]:
        ids, types, mask = case.call.inputs.values()
        length = int(mask.sum())
        cut = case.call.with_inputs(ids=ids[:, :length], types=types[:, :length], mask=mask[:, :length])
        written = case.call.with_inputs(ids=torch.where(mask == 0, 5, ids), types=torch.where(mask == 0, 1, types))
        before = case.call.run(student)
        for call in (cut, written):
            after = call.run(student)
            same = torch.allclose(before[0][:, :length], after[0][:, :length], rtol=1e-4, atol=1e-4)
            if not same or not torch.allclose(before[1], after[1], rtol=1e-4, atol=1e-4):
                fail(
                    Text(
                        "Le remplissage change ce que donnent les vrais jetons.",
                        "Padding changes what the real tokens give.",
                    ),
                    function="MiniBert",
                )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_encoders")
def test_sequences_of_a_batch_do_not_mix(student, cases):
    """Permuter les phrases d’un lot permute ce qui en est dit.

    Permuting the sentences of a batch permutes what is said of them."""
    for case in cases["usual_size"]:
        turned = case.call.with_inputs(**{name: value.flip(0) for name, value in case.call.inputs.items()})
        before, after = case.call.run(student), turned.run(student)
        if not all(torch.allclose(a.flip(0), b, rtol=1e-4, atol=1e-4) for a, b in zip(before, after, strict=True)):
            fail(
                Text(
                    "Les vecteurs d’une phrase dépendent des autres phrases du lot.",
                    "The vectors of a sentence depend on the other sentences of the batch.",
                ),
                function="MiniBert",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_encoders")
def test_inputs_and_layout(student, cases):
    """Les tenseurs reçus restent intacts et peuvent être non contigus.

    The tensors received are left alone and may be non-contiguous."""
    cases["padded"].check_inputs_unchanged(student)
    cases["padded"].non_contiguous().check_values(student)
