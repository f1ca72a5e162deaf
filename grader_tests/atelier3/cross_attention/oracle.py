"""3.10 cross_attention: queries from the decoder, keys and values from the encoder's memory; one head.

Square cases (T_d = T_e) let keys or values taken from the wrong side run without an error.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def cross_attention(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    """Each position of the decoder reads the encoder's memory.

    x_dec (B, T_d, d), memory (B, T_e, d), W_q, W_k, W_v (d, d) applied on the right, memory_mask (B, T_e) with
    True = may be attended to -> (B, T_d, d).
    """
    q = x_dec @ W_q  # (B, T_d, d)
    k = memory @ W_k  # (B, T_e, d)
    v = memory @ W_v  # (B, T_e, d)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))  # (B, T_d, T_e)
    if memory_mask is not None:
        scores = scores.masked_fill(~memory_mask[:, None, :], float("-inf"))
    return F.softmax(scores, dim=-1) @ v  # (B, T_d, T_e) @ (B, T_e, d) -> (B, T_d, d)


def independent_cross_attention(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    """nn.MultiheadAttention with one head and the identity as output projection."""
    d = x_dec.size(-1)
    inner = nn.MultiheadAttention(d, 1, bias=False, batch_first=True, dtype=x_dec.dtype)
    inner.load_state_dict(
        {"in_proj_weight": torch.cat([W_q.T, W_k.T, W_v.T]), "out_proj.weight": torch.eye(d, dtype=x_dec.dtype)}
    )
    hidden = None if memory_mask is None else ~memory_mask
    return inner(x_dec, memory, memory, key_padding_mask=hidden)[0].detach()


def case(name, rng, B, T_d, T_e, d, mask=None, scale=1.0):
    shapes = {"x_dec": (B, T_d, d), "memory": (B, T_e, d), "W_q": (d, d), "W_k": (d, d), "W_v": (d, d)}
    inputs = {key: torch.from_numpy(rng.normal(size=shape)) for key, shape in shapes.items()}
    for key in ("W_q", "W_k", "W_v"):
        inputs[key] = inputs[key] / math.sqrt(d)
    inputs["x_dec"] = scale * inputs["x_dec"]
    if mask is not None:
        inputs["memory_mask"] = torch.as_tensor(mask)
    dims = {"B": B, "T_d": T_d, "T_e": T_e, "d": d}
    return Case(name, Call("cross_attention", inputs), dims, differentiable=tuple(shapes))


def low_scores(base, by=1e5):
    """The case with all scores lower by about that number: the last feature is one number for all queries, and the
    opposite for all keys."""
    inputs = {key: value.clone() for key, value in base.call.inputs.items()}
    size = math.sqrt(by * math.sqrt(base.dims["d"]))
    inputs["x_dec"][..., -1], inputs["memory"][..., -1] = size, -size
    for name in ("W_q", "W_k"):
        inputs[name][-1], inputs[name][:, -1] = 0.0, 0.0
        inputs[name][-1, -1] = 1.0
    inputs["W_v"][-1] = 0.0
    return replace(base, call=base.call.with_inputs(**inputs))


def padding(lengths, T_e):
    return np.arange(T_e) < np.asarray(lengths)[:, None]  # (B, T_e)


def public():
    rng = np.random.default_rng(310)
    worked = {
        "x_dec": torch.tensor([[[1.0, 0, 0, 0], [0, 2.0, 0, 0]]]).double(),  # (1, 2, 4)
        "memory": torch.tensor([[[1.0, 0, 0, 1], [0, 1, 0, 2], [0, 0, 1, 3]]]).double(),  # (1, 3, 4)
        "W_q": 2 * torch.eye(4).double(),
        "W_k": torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]]).double(),
        "W_v": torch.tensor([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 10]]).double(),
    }
    dims = {"B": 1, "T_d": 2, "T_e": 3, "d": 4}
    return [
        Case("unmasked_worked_example", Call("cross_attention", worked), dims),
        case("unmasked_square", rng, 2, 4, 4, 6),
        case("masked_batch", rng, 3, 4, 5, 6, padding([3, 5, 2], 5)),
        case("masked_square", rng, 2, 4, 4, 6, padding([2, 4], 4)),
    ]


def draw(rng):
    B = int(rng.integers(2, 4))
    T_d, T_e, d = (int(n) for n in rng.permutation([4, 5, 6, 7])[:3])
    wide = d + 9  # another d in each group: no constant passes for √d
    lengths, others = [T_e - 2, T_e, 1][:B], [T_e, T_e - 1, 2][:B]  # no sentence's mask stands for all
    large = case("large_scores", rng, B, T_d, T_e, d, scale=1e3)
    pattern = rng.random((B, T_e)) < 0.6
    pattern[:, 0], pattern[0, -1] = True, False
    return [
        case("unmasked_batch", rng, B, T_d, T_e, d),
        case("unmasked_square", rng, B, T_e, T_e, wide),
        case("unmasked_one_query", rng, B, 1, T_e, d),
        case("unmasked_single", rng, 1, 1, 1, d),
        case("masked_batch", rng, B, T_d, T_e, d, padding(lengths, T_e)),
        case("masked_square", rng, B, T_e, T_e, wide, padding(others, T_e)),
        case("masked_any_pattern", rng, B, T_d, T_e, d, pattern),
        case("masked_one_sentence", rng, 1, T_d, T_e, d, padding([T_e - 2], T_e)),
        large,
        low_scores(case("large_scores_masked", rng, B, T_d, T_e, d, padding(lengths, T_e))),
    ]


EXERCISE = Exercise(
    name="cross_attention",
    atelier="atelier3",
    number="3.10",
    title=Text("L'attention croisée, du décodeur vers l'encodeur", "Cross-attention, from decoder to encoder"),
    points=6,
    functions=(
        Function("cross_attention", "(x_dec, memory, W_q, W_k, W_v, memory_mask=None)", (Output("output", "B T_d d"),)),
    ),
    reference={"cross_attention": cross_attention},
    independent={"cross_attention": independent_cross_attention},
    public=public,
    draw=draw,
    core=True,
)
