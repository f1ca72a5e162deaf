"""3.4 scaled_dot_product_attention: softmax(QKᵀ/√d_k)·V, with an optional mask.

Scores far below zero make a finite fill visible: −10 or 0 in ``masked_low_scores``, −10⁴ in
``large_scores_masked``, where they are about −10⁵; dimensions are pairwise different,
so that no wrong divisor can pass for √d_k.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text

from ..low_scores import lowered


def scaled_dot_product_attention(Q, K, V, mask=None):
    """Mean of the values, weighted by how well their keys match each query.

    Q (…, T_q, d_k), K (…, T_k, d_k), V (…, T_k, d_v), mask broadcastable to (…, T_q, T_k), True = may be attended to
    -> output (…, T_q, d_v), weights (…, T_q, T_k).
    """
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))  # (…, T_q, T_k)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)  # (…, T_q, T_k), each row sums to 1
    return weights @ V, weights  # (…, T_q, d_v), (…, T_q, T_k)


def independent_scaled_dot_product_attention(Q, K, V, mask=None):
    """PyTorch's fused attention; its weights are what it makes of the identity as values."""
    output = F.scaled_dot_product_attention(Q, K, V, attn_mask=mask)
    eye = torch.eye(K.size(-2), dtype=Q.dtype).expand(*K.shape[:-2], -1, -1)
    return output, F.scaled_dot_product_attention(Q, K, eye, attn_mask=mask)


def case(name, rng, lead, T_q, T_k, d_k, d_v, mask=None, scale=1.0, drift=0.0):
    """A random case; ``drift`` pulls every query one way and every key the other, so that scores are very negative."""
    shapes = {"Q": (*lead, T_q, d_k), "K": (*lead, T_k, d_k), "V": (*lead, T_k, d_v)}
    inputs = {key: torch.from_numpy(rng.normal(size=shape)) for key, shape in shapes.items()}
    inputs["Q"], inputs["K"] = scale * (inputs["Q"] + drift), inputs["K"] - drift
    if mask is not None:
        inputs["mask"] = mask
    dims = {**dict(zip("Bh", lead, strict=False)), "T_q": T_q, "T_k": T_k, "d_k": d_k, "d_v": d_v}
    return Case(name, Call("scaled_dot_product_attention", inputs), dims, differentiable=("Q", "K", "V"))


def with_large_hidden_keys(base):
    """The case with padding keys so long that their scores exceed all others by far, for one query or another."""
    hidden = ~base.call.inputs["mask"][:, :, 0, :, None]  # (B, 1, T_k, 1)
    K = base.call.inputs["K"]
    return replace(base, call=base.call.with_inputs(K=torch.where(hidden, 1e6 * K, K)))


def padding(lengths, T_k):
    return (torch.arange(T_k) < torch.as_tensor(lengths)[:, None])[:, None, None, :]  # (B, 1, 1, T_k)


def lower_triangle(T_q, T_k):
    return torch.ones(T_q, T_k, dtype=torch.bool).tril()


def any_pattern(rng, *shape):
    """A random mask that leaves every query at least one key."""
    mask = rng.random(shape) < 0.6
    mask[..., 0] |= ~mask.any(axis=-1)
    return torch.from_numpy(mask)


def public():
    rng = np.random.default_rng(34)
    worked = {
        "Q": torch.tensor([[2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0]]).double(),  # (3, 4)
        "K": torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]).double(),  # (2, 4)
        "V": torch.tensor([[1.0, 0, 10, 100, -1], [0, 1, 20, 200, 1]]).double(),  # (2, 5): the weights, then means
    }
    table = {
        "Q": torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]]).double(),  # (3, 2)
        "K": torch.tensor([[1.0, 1.0], [2.0, 0.0], [0.0, -1.0], [-3.0, 1.0]]).double(),  # (4, 2)
        "V": torch.tensor([[1.0, 0, 0, 0, 2], [0, 1, 0, 0, 4], [0, 0, 1, 0, 8], [0, 0, 0, 1, 16]]).double(),  # (4, 5)
        "mask": lower_triangle(3, 4),
    }
    name = "scaled_dot_product_attention"
    return [
        Case("worked_example", Call(name, worked), {"T_q": 3, "T_k": 2, "d_k": 4, "d_v": 5}),
        case("unmasked_batch", rng, (2, 3), 8, 5, 6, 7),  # no 4: √4 is also a constant 2
        Case("masked_table", Call(name, table), {"T_q": 3, "T_k": 4, "d_k": 2, "d_v": 5}),
        case("masked_batch", rng, (2, 3), 4, 5, 6, 7, padding([5, 3], 5)),
        case("masked_low_scores", rng, (2, 1), 3, 4, 6, 5, any_pattern(rng, 3, 4), drift=3.0),
    ]


def draw(rng):
    B, h = (int(n) for n in rng.permutation([2, 3]))
    T_q, T_k, d_k, d_v = (int(n) for n in rng.permutation([4, 5, 6, 7]))
    wide = d_k + 9  # another d_k in each group: no constant passes for √d_k
    lengths = [T_k - 2, T_k, 1][:B]  # the first mask is not all masks, nor is the last
    padded = case("large_scores_padded", rng, (B, h), T_q, T_k, d_k, d_v, padding(lengths, T_k))
    masked = case("large_scores_masked", rng, (B, h), T_q, T_k, d_k, d_v, any_pattern(rng, B, 1, T_q, T_k))
    return [
        case("unmasked_batch", rng, (B, h), T_q, T_k, d_k, d_v),
        case("unmasked_three_axes", rng, (B,), T_q, T_k, wide, d_v),
        case("unmasked_single", rng, (1, 1), 1, 1, d_k, d_v),
        case("unmasked_one_query", rng, (B, h), 1, T_k, d_k, d_v),
        case("masked_padding", rng, (B, h), T_q, T_k, d_k, d_v, padding(lengths, T_k)),
        case("masked_causal", rng, (B, h), T_k, T_k, d_k, d_v, lower_triangle(T_k, T_k)),
        case("masked_any_pattern", rng, (B, h), T_q, T_k, d_k, d_v, any_pattern(rng, B, 1, T_q, T_k)),
        case("masked_two_axes", rng, (), T_q, T_k, wide, d_v, any_pattern(rng, T_q, T_k)),
        case("masked_low_scores", rng, (B, h), T_q, T_k, d_k, d_v, any_pattern(rng, B, 1, T_q, T_k), drift=3.0),
        case("masked_single", rng, (1, 1), 1, 1, d_k, d_v, torch.tensor([[True]])),
        case("large_scores", rng, (B, h), T_q, T_k, d_k, d_v, scale=1e3),
        lowered(masked),
        with_large_hidden_keys(padded),
    ]


EXERCISE = Exercise(
    name="scaled_dot_product_attention",
    atelier="atelier3",
    number="3.4",
    title=Text("L'attention par produit scalaire", "Scaled dot-product attention"),
    points=10,
    functions=(
        Function(
            "scaled_dot_product_attention",
            "(Q, K, V, mask=None)",
            (
                Output("output", "B h T_q d_v"),
                Output("weights", "B h T_q T_k", properties=("zero_where_hidden", "nonnegative", "rows_sum_to_one")),
            ),
        ),
    ),
    reference={"scaled_dot_product_attention": scaled_dot_product_attention},
    independent={"scaled_dot_product_attention": independent_scaled_dot_product_attention},
    public=public,
    draw=draw,
    core=True,
)
