"""2.9 PreNormBlock, PostNormBlock: attention and a position-wise network, normalised before each or after each.

Weights are named as in nn.TransformerEncoderLayer, but for the attention's, which are those of 3.8. Modules compute in
float32; the first linear layer is wide, so that the two forms of GELU differ by more than rounding.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text

from ..provided_model import CausalSelfAttention


class PreNormBlock(nn.Module):
    """A block of GPT-2: what each sub-layer finds in the normalised x is added to x."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = CausalSelfAttention(d_model, n_heads)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        """x (B, T, d) -> (B, T, d)."""
        x = x + self.attention(self.norm1(x))  # (B, T, d)
        hidden = F.gelu(self.linear1(self.norm2(x)))  # (B, T, d_ff)
        return x + self.linear2(hidden)  # (B, T, d)


class PostNormBlock(nn.Module):
    """A block of 2017: x and what each sub-layer finds in x are added, then normalised."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = CausalSelfAttention(d_model, n_heads)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        """x (B, T, d) -> (B, T, d)."""
        x = self.norm1(x + self.attention(x))  # (B, T, d)
        hidden = F.gelu(self.linear1(x))  # (B, T, d_ff)
        return self.norm2(x + self.linear2(hidden))  # (B, T, d)


class IndependentPostNormBlock(nn.TransformerEncoderLayer):
    """PyTorch's own layer under a causal mask, its attention's weights packed from ours."""

    norm_first = False

    def __init__(self, d_model, n_heads, d_ff):
        first = type(self).norm_first
        super().__init__(d_model, n_heads, d_ff, dropout=0.0, activation=F.gelu, batch_first=True, norm_first=first)

    def load_state_dict(self, state_dict, strict=True, assign=False):
        packed = {name: value for name, value in state_dict.items() if not name.startswith("attention.")}
        for kind in ("weight", "bias"):
            parts = [state_dict[f"attention.{name}.{kind}"] for name in ("W_q", "W_k", "W_v")]
            packed[f"self_attn.in_proj_{kind}"] = torch.cat(parts)
            packed[f"self_attn.out_proj.{kind}"] = state_dict[f"attention.W_o.{kind}"]
        return super().load_state_dict(packed, strict, assign)

    def forward(self, x):
        return super().forward(x, src_mask=torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(1))


class IndependentPreNormBlock(IndependentPostNormBlock):
    """The same with its normalisations first."""

    norm_first = True


def normal(rng, *shape, scale=1.0, mean=0.0):
    return torch.from_numpy(rng.normal(mean, scale, size=shape)).float()


def block_state(rng, d, d_ff, prefix=""):
    """Random weights of a block, all visibly different from their initial values."""
    state = {}
    for name in ("W_q", "W_k", "W_v", "W_o"):
        state[f"attention.{name}.weight"] = normal(rng, d, d, scale=d**-0.5)
        state[f"attention.{name}.bias"] = normal(rng, d, scale=0.5)
    for name in ("norm1", "norm2"):
        state[f"{name}.weight"], state[f"{name}.bias"] = normal(rng, d, mean=1.0, scale=0.4), normal(rng, d)
    state["linear1.weight"], state["linear1.bias"] = normal(rng, d_ff, d, scale=2 * d**-0.5), normal(rng, d_ff)
    state["linear2.weight"], state["linear2.bias"] = normal(rng, d, d_ff, scale=d_ff**-0.5), normal(rng, d)
    return {f"{prefix}{name}": value for name, value in state.items()}


def block_cases(name, rng, B, T, h, d, d_ff):
    """The same x and the same weights for both blocks."""
    inputs, init, state = (
        {"x": normal(rng, B, T, d)},
        {"d_model": d, "n_heads": h, "d_ff": d_ff},
        block_state(rng, d, d_ff),
    )
    dims = {"B": B, "T": T, "h": h, "d": d, "d_ff": d_ff}
    return [
        Case(f"{short}_{name}", Call(target, inputs, init, state), dims, differentiable=("x",))
        for short, target in (("pre", "PreNormBlock"), ("post", "PostNormBlock"))
    ]


def public():
    rng = np.random.default_rng(29)
    return [*block_cases("batch", rng, 2, 5, 3, 6, 10), *block_cases("one_token", rng, 1, 1, 2, 4, 7)]


def draw(rng):
    B, T, h, d, d_ff = (int(n) for n in rng.choice([[2, 5, 3, 12, 20], [3, 6, 2, 10, 15], [2, 7, 4, 12, 9]]))
    return [
        *block_cases("batch", rng, B, T, h, d, d_ff),
        *block_cases("one_sentence", rng, 1, T + 1, h, d, d_ff),
        *block_cases("one_token", rng, B, 1, h, d, d_ff),
        *block_cases("one_head", rng, 2, 4, 1, 7, 11),
    ]


EXERCISE = Exercise(
    name="transformer_blocks",
    atelier="atelier2",
    number="2.9",
    title=Text("Deux blocs de Transformer", "Two blocks of a Transformer"),
    points=6,
    functions=(
        Function("PreNormBlock", "(d_model, n_heads, d_ff)", (Output("output", "B T d"),), "class", 1e-4, 1e-5),
        Function("PostNormBlock", "(d_model, n_heads, d_ff)", (Output("output", "B T d"),), "class", 1e-4, 1e-5),
    ),
    reference={"PreNormBlock": PreNormBlock, "PostNormBlock": PostNormBlock},
    independent={"PreNormBlock": IndependentPreNormBlock, "PostNormBlock": IndependentPostNormBlock},
    public=public,
    draw=draw,
    provided=(CausalSelfAttention,),
)
