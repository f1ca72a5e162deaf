"""Vérifications cachées : EncoderLayer, DecoderLayer, shift_right."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("transformer_layers")


@pytest.mark.weight(3)
def test_fresh_encoder(student, cases):
    """Avec des poids nouveaux, EncoderLayer rend ce que rend la couche de PyTorch.

    With new weights, EncoderLayer returns what PyTorch's layer returns."""
    cases.only("EncoderLayer").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_encoder")
def test_encoder_gradients_and_inputs(student, cases):
    """Le gradient traverse l'encodeur ; ses entrées restent intactes et peuvent être non contiguës.

    The gradient goes through the encoder; its inputs are left alone and may be non-contiguous."""
    encoder = cases.only("EncoderLayer")
    encoder.check_gradients(student)
    encoder.check_inputs_unchanged(student)
    encoder.non_contiguous().check_values(student)


@pytest.mark.weight(4)
def test_fresh_decoder(student, cases):
    """Avec des poids nouveaux, DecoderLayer rend ce que rend la couche de PyTorch.

    With new weights, DecoderLayer returns what PyTorch's layer returns."""
    cases.only("DecoderLayer").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_decoder")
def test_decoder_sees_no_future(student, cases):
    """Changer un jeton ne change aucune des sorties qui le précèdent.

    Changing a token changes none of the outputs before it."""
    for case in cases["decoder_padded"]:
        x = case.call.inputs["x"]
        t = x.size(1) // 2
        changed = x.clone()
        changed[:, t:] += 1.0 + torch.arange(x.size(2)) % 3
        before, after = case.call.run(student), case.call.with_inputs(x=changed).run(student)
        if not torch.allclose(before[:, :t], after[:, :t], rtol=0, atol=1e-6):
            fail(
                Text(
                    "Le futur fuit : changer un jeton change la sortie de positions qui le précèdent.",
                    "The future leaks: changing a token changes the output of positions before it.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_decoder")
def test_decoder_gradients_and_inputs(student, cases):
    """Le gradient revient à x et à la mémoire ; les entrées restent intactes et peuvent être non contiguës.

    The gradient comes back to x and to the memory; inputs are left alone and may be non-contiguous."""
    decoder = cases.only("DecoderLayer")
    decoder.check_gradients(student)
    decoder.check_inputs_unchanged(student)
    decoder.non_contiguous().check_values(student)


@pytest.mark.weight(2)
def test_fresh_shift(student, cases):
    """shift_right est juste sur des phrases nouvelles, d'un seul jeton aussi, et laisse y intact.

    shift_right is right on new sentences, of a single token too, and leaves y alone."""
    shifts = cases.only("shift_right")
    shifts.check_values(student)
    shifts.check_inputs_unchanged(student)
