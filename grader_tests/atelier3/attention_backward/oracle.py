"""3.6 attention_backward: the gradients of attention by hand, through V, the softmax and the scores.

Square cases (T_q = T_k) let a forgotten transpose of dK run without an error; the others let it fail.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text

from ..low_scores import lowered


def attention_backward(Q, K, V, dO, mask=None):
    """Gradients of a loss by Q, K and V, given its gradient dO by the output of scaled dot-product attention.

    Q (…, T_q, d_k), K (…, T_k, d_k), V (…, T_k, d_v), dO (…, T_q, d_v), mask broadcastable to (…, T_q, T_k) with
    True = may be attended to -> dQ, dK, dV, each of the shape of Q, K, V.
    """
    scale = 1 / math.sqrt(Q.size(-1))
    scores = Q @ K.transpose(-2, -1) * scale  # (…, T_q, T_k)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    P = F.softmax(scores, dim=-1)  # (…, T_q, T_k)
    dV = P.transpose(-2, -1) @ dO  # (…, T_k, T_q) @ (…, T_q, d_v) -> (…, T_k, d_v)
    dP = dO @ V.transpose(-2, -1)  # (…, T_q, T_k)
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True))  # softmax, row by row; 0 where P is 0
    dQ = dS @ K * scale  # (…, T_q, d_k)
    dK = dS.transpose(-2, -1) @ Q * scale  # (…, T_k, d_k)
    return dQ, dK, dV


def independent_attention_backward(Q, K, V, dO, mask=None):
    """Autograd through PyTorch's fused attention."""
    Q, K, V = (x.detach().clone().requires_grad_() for x in (Q, K, V))
    F.scaled_dot_product_attention(Q, K, V, attn_mask=mask).backward(dO)
    return Q.grad, K.grad, V.grad


def case(name, rng, lead, T_q, T_k, d_k, d_v, mask=None, scale=1.0):
    shapes = {"Q": (*lead, T_q, d_k), "K": (*lead, T_k, d_k), "V": (*lead, T_k, d_v), "dO": (*lead, T_q, d_v)}
    inputs = {key: torch.from_numpy(rng.normal(size=shape)) for key, shape in shapes.items()}
    inputs["Q"] = scale * inputs["Q"]
    if mask is not None:
        inputs["mask"] = mask
    dims = {**dict(zip("Bh", lead, strict=False)), "T_q": T_q, "T_k": T_k, "d_k": d_k, "d_v": d_v}
    return Case(name, Call("attention_backward", inputs), dims)


def padding(lengths, T_k):
    return (torch.arange(T_k) < torch.as_tensor(lengths)[:, None])[:, None, None, :]  # (B, 1, 1, T_k)


def lower_triangle(T):
    return torch.ones(T, T, dtype=torch.bool).tril()


def public():
    rng = np.random.default_rng(36)
    worked = {
        "Q": torch.tensor([[2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [1.0, -1.0, 0.0, 2.0]]).double(),  # (3, 4)
        "K": torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]).double(),  # (2, 4)
        "V": torch.tensor([[10.0], [20.0]]).double(),  # (2, 1)
        "dO": torch.tensor([[1.0], [0.0], [-2.0]]).double(),  # (3, 1)
    }
    call = Call("attention_backward", worked)
    return [
        Case("worked_example", call, {"T_q": 3, "T_k": 2, "d_k": 4, "d_v": 1}),
        case("unmasked_batch", rng, (2, 3), 4, 5, 6, 7),
        case("unmasked_square", rng, (), 3, 3, 5, 2),
        case("masked_padding", rng, (2, 1), 4, 3, 6, 5, padding([3, 2], 3)),
        case("masked_causal", rng, (2, 1), 4, 4, 6, 3, lower_triangle(4)),
    ]


def draw(rng):
    B, h = (int(n) for n in rng.permutation([2, 3]))
    T_q, T_k, d_k, d_v = (int(n) for n in rng.permutation([4, 5, 6, 7]))
    wide = d_k + 9  # another d_k in each group: no constant passes for √d_k
    lengths, others = [T_k - 2, T_k, 2][:B], [T_k, T_k - 1, 3][:B]  # no sentence's mask stands for all
    return [
        case("unmasked_batch", rng, (B, h), T_q, T_k, d_k, d_v),
        case("unmasked_square", rng, (B, h), T_k, T_k, d_k, d_v),
        case("unmasked_two_axes", rng, (), T_q, T_k, wide, d_v),
        case("unmasked_single", rng, (1, 1), 1, 1, d_k, d_v),
        case("unmasked_one_query", rng, (B, h), 1, T_k, d_k, d_v),
        case("masked_padding", rng, (B, h), T_q, T_k, d_k, d_v, padding(lengths, T_k)),
        case("masked_causal", rng, (B, h), T_k, T_k, wide, d_v, lower_triangle(T_k)),
        case("masked_square", rng, (B, h), T_k, T_k, d_k, d_v, padding(others, T_k)),
        lowered(case("large_scores_masked", rng, (B, h), T_q, T_k, d_k, d_v, padding(lengths, T_k))),
        case("large_scores", rng, (B, h), T_q, T_k, d_k, d_v, scale=1e3),
    ]


EXERCISE = Exercise(
    name="attention_backward",
    atelier="atelier3",
    number="3.6",
    title=Text("Les gradients de l'attention, à la main", "The gradients of attention, by hand"),
    points=10,
    functions=(
        Function(
            "attention_backward",
            "(Q, K, V, dO, mask=None)",
            (Output("dQ", "B h T_q d_k"), Output("dK", "B h T_k d_k"), Output("dV", "B h T_k d_v")),
        ),
    ),
    reference={"attention_backward": attention_backward},
    independent={"attention_backward": independent_attention_backward},
    public=public,
    draw=draw,
    core=True,
)
