"""Vérifications publiques : PreNormBlock, PostNormBlock."""

import pytest
import torch

from attentif.checks import Text, fail
from attentif.remote.wire.call import Call
from attentif.remote.wire.errors import StateMisfit, StudentError

pytestmark = pytest.mark.exercise("transformer_blocks")


def check_names_of_submodules(student, case):
    """The weights of the reference must load: the submodules' names and sizes are part of the statement."""
    try:
        case.call.made(student)
    except StateMisfit as error:
        names = ", ".join([*error.missing, *error.misshapen, *error.extra])
        fail(
            Text(
                f"Les poids de l’énoncé n’entrent pas dans `{case.call.target}` : noms ou tailles des sous-modules.",
                f"The statement's weights do not load into `{case.call.target}`: names or sizes of submodules.",
            ),
            evidence=Text(f"En cause : {names}.", f"Concerned: {names}."),
            hints=(
                Text(
                    "Comparez les noms affichés par `print(bloc)` à ceux de l’énoncé.",
                    "Compare the names shown by `print(block)` with those of the statement.",
                ),
                Text(
                    "`attention` est un `CausalSelfAttention(d_model, n_heads)` ; `norm1` et `norm2` sont des "
                    "`nn.LayerNorm(d_model)`.",
                    "`attention` is a `CausalSelfAttention(d_model, n_heads)`; `norm1` and `norm2` are "
                    "`nn.LayerNorm(d_model)`.",
                ),
                Text(
                    "`linear1` va de d_model à d_ff, `linear2` de d_ff à d_model.",
                    "`linear1` goes from d_model to d_ff, `linear2` from d_ff to d_model.",
                ),
            ),
            function=case.call.target,
        )
    except StudentError:
        return  # check_values says what is wrong with the constructor


@pytest.mark.weight(3)
def test_pre_norm_block(student, cases):
    """PreNormBlock : x + attention(LN(x)), puis x + réseau(LN(x)).

    PreNormBlock: x + attention(LN(x)), then x + network(LN(x))."""
    chosen = cases.only("PreNormBlock")
    check_names_of_submodules(student, next(iter(chosen)))
    chosen.check_values(student)


@pytest.mark.weight(3)
def test_post_norm_block(student, cases):
    """PostNormBlock : LN(x + attention(x)), puis LN(x + réseau(x)).

    PostNormBlock: LN(x + attention(x)), then LN(x + network(x))."""
    chosen = cases.only("PostNormBlock")
    check_names_of_submodules(student, next(iter(chosen)))
    chosen.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_pre_norm_block", "test_post_norm_block")
def test_silent_sublayers(student, rng):
    """Si les deux sous-couches renvoient zéro, le bloc pré-norme renvoie x, et le bloc post-norme x normalisé.

    If both sub-layers return zero, the pre-norm block returns x, and the post-norm block the normalised x."""
    for target in ("PreNormBlock", "PostNormBlock"):
        silent = {"attention.W_o": (6, 6), "linear2": (6, 10)}
        state = {f"{name}.weight": torch.zeros(shape) for name, shape in silent.items()}
        state |= {f"{name}.bias": torch.zeros(6) for name in silent}
        others = {"attention.W_q": (6, 6), "attention.W_k": (6, 6), "attention.W_v": (6, 6), "linear1": (10, 6)}
        for name, shape in others.items():
            state[f"{name}.weight"] = torch.from_numpy(rng.normal(size=shape)).float()
            state[f"{name}.bias"] = torch.from_numpy(rng.normal(size=shape[0])).float()
        for name in ("norm1", "norm2"):
            state |= {f"{name}.weight": torch.ones(6), f"{name}.bias": torch.zeros(6)}
        x = torch.from_numpy(rng.normal(2, 3, size=(2, 4, 6))).float()
        call = Call(target, {"x": x}, {"d_model": 6, "n_heads": 3, "d_ff": 10}, state)
        expected = x if target == "PreNormBlock" else torch.nn.functional.layer_norm(x, (6,))
        if not torch.allclose(call.run(student), expected, atol=1e-4):
            fail(
                Text(
                    f"Quand les deux sous-couches de `{target}` renvoient zéro, ce qui reste n’est pas ce qu’il faut.",
                    f"When both sub-layers of `{target}` return zero, what is left is not what it must be.",
                ),
                function=target,
            )


@pytest.mark.requires("test_pre_norm_block", "test_post_norm_block")
def test_inputs_are_left_alone(student, cases):
    """Le x reçu n’est pas modifié.

    The x received is not changed."""
    cases.check_inputs_unchanged(student)
