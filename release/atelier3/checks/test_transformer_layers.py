"""Vérifications publiques : EncoderLayer, DecoderLayer, shift_right."""

import pytest

from attentif.checks import Text, fail
from attentif.remote.wire.errors import StateMisfit, StudentError

pytestmark = pytest.mark.exercise("transformer_layers")


def check_names_of_submodules(student, case):
    """The weights of the reference must load: the submodules' names and sizes are part of the statement."""
    try:
        case.call.made(student)
    except StateMisfit as error:
        names = ", ".join([*error.missing, *error.misshapen, *error.extra])
        fail(
            Text(
                f"Les poids de l'énoncé n'entrent pas dans `{case.call.target}` : noms ou tailles des sous-modules.",
                f"The statement's weights do not load into `{case.call.target}`: names or sizes of submodules.",
            ),
            evidence=Text(f"En cause : {names}.", f"Concerned: {names}."),
            hints=(
                Text(
                    "Comparez les noms affichés par print(couche) à ceux de l'énoncé.",
                    "Compare the names shown by print(layer) with those of the statement.",
                ),
                Text(
                    "self_attn (et cross_attn) sont des nn.MultiheadAttention(d_model, n_heads, batch_first=True).",
                    "self_attn (and cross_attn) are nn.MultiheadAttention(d_model, n_heads, batch_first=True).",
                ),
                Text(
                    "linear1 va de d_model à d_ff, linear2 de d_ff à d_model ; norm1, norm2 (et norm3) sont des "
                    "nn.LayerNorm(d_model).",
                    "linear1 goes from d_model to d_ff, linear2 from d_ff to d_model; norm1, norm2 (and norm3) are "
                    "nn.LayerNorm(d_model).",
                ),
            ),
            function=case.call.target,
        )
    except StudentError:
        return  # check_values says what is wrong with the constructor


@pytest.mark.weight(3)
def test_encoder_layer(student, cases):
    """EncoderLayer : LN(x + auto-attention), puis LN(x + FFN) ; le remplissage n'est pas regardé.

    EncoderLayer: LN(x + self-attention), then LN(x + FFN); padding is not attended to."""
    chosen = cases.only("EncoderLayer")
    check_names_of_submodules(student, next(iter(chosen)))
    chosen.check_values(student)


@pytest.mark.weight(3)
def test_decoder_layer(student, cases):
    """DecoderLayer : auto-attention causale, attention à la mémoire, FFN ; chacun avec résidu et norme.

    DecoderLayer: causal self-attention, attention to the memory, FFN; each with residual and norm."""
    chosen = cases.only("DecoderLayer")
    check_names_of_submodules(student, next(iter(chosen)))
    chosen.check_values(student)


@pytest.mark.weight(2)
def test_shift_right(student, cases):
    """shift_right : bos devant, le dernier mot retiré, même forme que y.

    shift_right: bos in front, the last token dropped, same shape as y."""
    shifts = cases.only("shift_right")
    shifts.check_values(student)
    for case in shifts:
        if case.call.run(student).is_floating_point():
            fail(
                Text(
                    "`shift_right` rend des nombres à virgule : des identifiants de mots doivent rester entiers.",
                    "`shift_right` returns floating-point numbers: token identifiers must stay integers.",
                ),
                hints=(
                    Text("Quel est le dtype de votre colonne de bos ?", "What is the dtype of your column of bos?"),
                    Text("torch.ones rend des float32.", "torch.ones gives float32."),
                    Text(
                        "torch.full_like(y[:, :1], bos) garde le dtype de y.",
                        "torch.full_like(y[:, :1], bos) keeps y's dtype.",
                    ),
                ),
                function="shift_right",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_encoder_layer", "test_decoder_layer", "test_shift_right")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
