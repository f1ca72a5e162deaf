"""3.11 EncoderLayer, DecoderLayer, shift_right: the layers of Vaswani et al. (2017), normalised after each residual.

Both layers hold nn.MultiheadAttention modules, so their weights are named as in nn.TransformerEncoderLayer and
nn.TransformerDecoderLayer (where our ``cross_attn`` is called ``multihead_attn``). Modules compute in float32.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


class EncoderLayer(nn.Module):
    """Self-attention, then a position-wise network; each with its residual, then its normalisation."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        """x (B, T, d), mask (B, T) with True = may be attended to -> (B, T, d)."""
        hidden = None if mask is None else ~mask  # nn.MultiheadAttention: True = may not be attended to
        attended, _ = self.self_attn(x, x, x, key_padding_mask=hidden)  # (B, T, d)
        x = self.norm1(x + attended)
        return self.norm2(x + self.linear2(F.relu(self.linear1(x))))  # (B, T, d) -> (B, T, d_ff) -> (B, T, d)


class DecoderLayer(nn.Module):
    """Causal self-attention, attention to the encoder's memory, position-wise network."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.cross_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.norm3 = nn.LayerNorm(d_model)

    def forward(self, x, memory, memory_mask=None):
        """x (B, T_d, d), memory (B, T_e, d), memory_mask (B, T_e) with True = may be attended to -> (B, T_d, d)."""
        future = torch.ones(x.size(1), x.size(1), dtype=torch.bool, device=x.device).triu(1)  # True = hidden
        attended, _ = self.self_attn(x, x, x, attn_mask=future)  # (B, T_d, d)
        x = self.norm1(x + attended)
        hidden = None if memory_mask is None else ~memory_mask
        attended, _ = self.cross_attn(x, memory, memory, key_padding_mask=hidden)  # (B, T_d, d)
        x = self.norm2(x + attended)
        return self.norm3(x + self.linear2(F.relu(self.linear1(x))))  # (B, T_d, d)


def shift_right(y, bos):
    """What the decoder reads when it must predict y: bos, then all of y but its last token. y (B, T) -> (B, T)."""
    return torch.cat([torch.full_like(y[:, :1], bos), y[:, :-1]], dim=1)  # (B, 1), (B, T − 1) -> (B, T)


class IndependentEncoderLayer(nn.TransformerEncoderLayer):
    """PyTorch's own layer, with our arguments."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__(d_model, n_heads, d_ff, dropout=0.0, activation="relu", batch_first=True, norm_first=False)

    def forward(self, x, mask=None):
        return super().forward(x, src_key_padding_mask=None if mask is None else ~mask)


class IndependentDecoderLayer(nn.TransformerDecoderLayer):
    """PyTorch's own layer, with our arguments and our name of the cross-attention."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__(d_model, n_heads, d_ff, dropout=0.0, activation="relu", batch_first=True, norm_first=False)

    def load_state_dict(self, state_dict, strict=True, assign=False):
        renamed = {name.replace("cross_attn", "multihead_attn"): value for name, value in state_dict.items()}
        return super().load_state_dict(renamed, strict, assign)

    def forward(self, x, memory, memory_mask=None):
        causal = nn.Transformer.generate_square_subsequent_mask(x.size(1))
        hidden = None if memory_mask is None else ~memory_mask
        return super().forward(x, memory, tgt_mask=causal, memory_key_padding_mask=hidden)


def independent_shift_right(y, bos):
    """Row by row, with Python lists."""
    return torch.tensor([[bos, *row][: len(row)] for row in y.tolist()], dtype=y.dtype)


def normal(rng, *shape, scale=1.0, mean=0.0):
    return torch.from_numpy(rng.normal(mean, scale, size=shape)).float()


def layer_state(rng, d, d_ff, attentions, norms):
    """Random weights of a layer, all visibly different from their initial values."""
    state = {}
    for name in attentions:
        state[f"{name}.in_proj_weight"] = normal(rng, 3 * d, d, scale=d**-0.5)
        state[f"{name}.in_proj_bias"] = normal(rng, 3 * d, scale=0.5)
        state[f"{name}.out_proj.weight"] = normal(rng, d, d, scale=d**-0.5)
        state[f"{name}.out_proj.bias"] = normal(rng, d, scale=0.5)
    state["linear1.weight"], state["linear1.bias"] = normal(rng, d_ff, d, scale=d**-0.5), normal(rng, d_ff)
    state["linear2.weight"], state["linear2.bias"] = normal(rng, d, d_ff, scale=d_ff**-0.5), normal(rng, d)
    for name in norms:
        state[f"{name}.weight"], state[f"{name}.bias"] = normal(rng, d, mean=1.0, scale=0.4), normal(rng, d)
    return state


def encoder_case(name, rng, B, T, h, d, d_ff, lengths=None):
    inputs = {"x": normal(rng, B, T, d)}
    if lengths is not None:
        inputs["mask"] = torch.arange(T) < torch.tensor(lengths)[:, None]  # (B, T)
    state = layer_state(rng, d, d_ff, ["self_attn"], ["norm1", "norm2"])
    call = Call("EncoderLayer", inputs, {"d_model": d, "n_heads": h, "d_ff": d_ff}, state)
    return Case(name, call, {"B": B, "T": T, "h": h, "d": d, "d_ff": d_ff}, differentiable=("x",))


def decoder_case(name, rng, B, T_d, T_e, h, d, d_ff, lengths=None):
    inputs = {"x": normal(rng, B, T_d, d), "memory": normal(rng, B, T_e, d)}
    if lengths is not None:
        inputs["memory_mask"] = torch.arange(T_e) < torch.tensor(lengths)[:, None]  # (B, T_e)
    state = layer_state(rng, d, d_ff, ["self_attn", "cross_attn"], ["norm1", "norm2", "norm3"])
    call = Call("DecoderLayer", inputs, {"d_model": d, "n_heads": h, "d_ff": d_ff}, state)
    dims = {"B": B, "T_d": T_d, "T_e": T_e, "h": h, "d": d, "d_ff": d_ff}
    return Case(name, call, dims, differentiable=("x", "memory"))


def shift_case(name, y, bos):
    return Case(name, Call("shift_right", {"y": y, "bos": bos}), {"B": y.size(0), "T": y.size(1)})


def public():
    rng = np.random.default_rng(311)
    return [
        encoder_case("encoder", rng, 2, 5, 3, 6, 10),
        encoder_case("encoder_padded", rng, 2, 5, 3, 6, 10, lengths=(3, 5)),
        decoder_case("decoder", rng, 2, 4, 5, 3, 6, 10),
        decoder_case("decoder_padded", rng, 2, 4, 5, 3, 6, 10, lengths=(2, 5)),
        shift_case("worked_example", torch.tensor([[12, 7, 7, 3], [5, 9, 2, 0]]), 1),
    ]


def draw(rng):
    B, T_d, T_e, h, d, d_ff = (
        int(n) for n in rng.choice([[2, 5, 7, 3, 12, 20], [3, 6, 4, 2, 10, 15], [2, 7, 5, 4, 12, 9]])
    )
    lengths = (T_e - 2, T_e, T_e - 1)[:B]
    bos = int(rng.integers(2, 5))  # not 1, which is also how far to shift
    return [
        encoder_case("encoder", rng, B, T_d, h, d, d_ff),
        encoder_case("encoder_padded", rng, B, T_e, h, d, d_ff, lengths=lengths),
        encoder_case("encoder_single", rng, 1, 1, h, d, d_ff),
        decoder_case("decoder", rng, B, T_d, T_e, h, d, d_ff),
        decoder_case("decoder_padded", rng, B, T_d, T_e, h, d, d_ff, lengths=lengths),
        decoder_case("decoder_single", rng, 1, 1, T_e, h, d, d_ff),
        shift_case("sentences", torch.from_numpy(rng.integers(5, 100, size=(B, T_d))), bos),
        shift_case("one_token", torch.from_numpy(rng.integers(5, 100, size=(B, 1))), bos),
        shift_case("one_sentence", torch.from_numpy(rng.integers(5, 100, size=(1, T_e))), bos),
    ]


EXERCISE = Exercise(
    name="transformer_layers",
    atelier="atelier3",
    number="3.11",
    title=Text("Couches d'encodeur et de décodeur", "Encoder and decoder layers"),
    points=8,
    functions=(
        Function("EncoderLayer", "(d_model, n_heads, d_ff)", (Output("output", "B T d"),), "class", 1e-4, 1e-5),
        Function("DecoderLayer", "(d_model, n_heads, d_ff)", (Output("output", "B T_d d"),), "class", 1e-4, 1e-5),
        Function("shift_right", "(y, bos)", (Output("decoder_input", "B T", compare="exact"),)),
    ),
    reference={"EncoderLayer": EncoderLayer, "DecoderLayer": DecoderLayer, "shift_right": shift_right},
    independent={
        "EncoderLayer": IndependentEncoderLayer,
        "DecoderLayer": IndependentDecoderLayer,
        "shift_right": independent_shift_right,
    },
    public=public,
    draw=draw,
)
