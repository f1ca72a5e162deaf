"""3.9 mha_from_packed: the arithmetic of nn.MultiheadAttention, from its own packed weights."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def mha_from_packed(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    """Multi-head self-attention with the weights of an nn.MultiheadAttention.

    x (B, T, d), in_proj_weight (3d, d) = rows of W_q, then W_k, then W_v, in_proj_bias (3d,), out_proj_weight (d, d),
    out_proj_bias (d,), mask (B, T) with True = may be attended to -> output (B, T, d), weights per head (B, h, T, T).
    """
    B, T, d = x.shape
    packed = F.linear(x, in_proj_weight, in_proj_bias)  # (B, T, 3d)
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))  # (B, h, T, d_h)
    scores = q @ k.transpose(-2, -1) / math.sqrt(d // n_heads)  # (B, h, T, T)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    weights = F.softmax(scores, dim=-1)  # (B, h, T, T)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, d)  # (B, h, T, d_h) -> (B, T, h, d_h) -> (B, T, d)
    return F.linear(heads, out_proj_weight, out_proj_bias), weights


def independent_mha_from_packed(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    """nn.MultiheadAttention itself; its key_padding_mask says True where a key is hidden."""
    mha = nn.MultiheadAttention(x.size(-1), n_heads, batch_first=True, dtype=x.dtype)
    state = {"in_proj_weight": in_proj_weight, "in_proj_bias": in_proj_bias}
    mha.load_state_dict({**state, "out_proj.weight": out_proj_weight, "out_proj.bias": out_proj_bias})
    hidden = None if mask is None else ~mask
    return mha(x, x, x, key_padding_mask=hidden, average_attn_weights=False)


def case(name, rng, B, T, h, d_h, lengths=None, scale=1.0):
    d = h * d_h
    shapes = {
        "x": (B, T, d),
        "in_proj_weight": (3 * d, d),
        "in_proj_bias": (3 * d,),
        "out_proj_weight": (d, d),
        "out_proj_bias": (d,),
    }
    inputs = {key: torch.from_numpy(rng.normal(size=shape)) for key, shape in shapes.items()}
    inputs["in_proj_weight"] = inputs["in_proj_weight"] / math.sqrt(d)
    inputs["x"] = inputs["x"] * scale
    inputs["n_heads"] = h
    if lengths is not None:
        inputs["mask"] = torch.arange(T) < torch.tensor(lengths)[:, None]  # (B, T)
    dims = {"B": B, "T": T, "h": h, "d_h": d_h, "d": d}
    return Case(name, Call("mha_from_packed", inputs), dims, differentiable=tuple(shapes))


def low_scores(base, by=1e5):
    """The case with all scores lower by about that number: the first feature of each head is one number for all
    queries, and the opposite for all keys."""
    h, d_h, d = (base.dims[name] for name in ("h", "d_h", "d"))
    weight, bias = base.call.inputs["in_proj_weight"].clone(), base.call.inputs["in_proj_bias"].clone()
    size = math.sqrt(by * math.sqrt(d_h))
    firsts = torch.arange(h) * d_h  # rows of W_q; those of W_k come d rows later
    weight[firsts], bias[firsts] = 0.0, size
    weight[firsts + d], bias[firsts + d] = 0.0, -size
    return replace(base, call=base.call.with_inputs(in_proj_weight=weight, in_proj_bias=bias))


def public():
    swap = torch.tensor([[0.0, 1.0], [1.0, 0.0]])  # two heads of dimension 1: each matrix can be read
    worked = {
        "x": torch.tensor([[[1.0, 2.0], [0.0, -1.0], [2.0, 0.0]]]),  # (1, 3, 2)
        "in_proj_weight": torch.cat([torch.eye(2), 2 * swap, torch.diag(torch.tensor([3.0, -1.0]))]),  # W_q, W_k, W_v
        "in_proj_bias": torch.tensor([0.0, 0.0, 0.5, -0.5, 1.0, 2.0]),
        "out_proj_weight": torch.tensor([[1.0, 0.0], [1.0, -1.0]]),
        "out_proj_bias": torch.tensor([0.0, 10.0]),
    }
    worked = {key: value.double() for key, value in worked.items()} | {"n_heads": 2}
    rng = np.random.default_rng(39)
    return [
        Case("worked_example", Call("mha_from_packed", worked), {"B": 1, "T": 3, "h": 2, "d_h": 1, "d": 2}),
        case("batch", rng, 2, 5, 3, 4),
        case("padded", rng, 2, 5, 3, 4, lengths=(3, 5)),
    ]


def draw(rng):
    B, T, h, d_h = (int(n) for n in rng.choice([[2, 5, 3, 4], [2, 7, 4, 3], [3, 6, 2, 5]]))
    lengths = tuple(T - 2 * b for b in range(B))
    return [
        case("batch", rng, B, T, h, d_h),
        case("padded", rng, B, T, h, d_h, lengths=lengths),
        case("one_head", rng, B, T, 1, d_h),
        case("heads_of_one", rng, B, T, h + 2, 1, lengths=lengths[::-1]),
        case("large_scores", rng, B, T, h, d_h, lengths=lengths, scale=30.0),
        low_scores(case("low_scores", rng, B, T, h, d_h, lengths=lengths)),
        case("single", rng, 1, 1, h, d_h),
    ]


EXERCISE = Exercise(
    name="packed_multi_head_attention",
    atelier="atelier3",
    number="3.9",
    title=Text("Lire les poids de nn.MultiheadAttention", "Reading the weights of nn.MultiheadAttention"),
    points=5,
    functions=(
        Function(
            "mha_from_packed",
            "(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None)",
            (Output("output", "B T d"), Output("weights", "B h T T")),
            rtol=1e-8,
            atol=1e-10,
        ),
    ),
    reference={"mha_from_packed": mha_from_packed},
    independent={"mha_from_packed": independent_mha_from_packed},
    public=public,
    draw=draw,
)
