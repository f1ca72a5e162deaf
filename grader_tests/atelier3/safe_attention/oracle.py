"""3.5 safe_attention: a query that may look at nothing gets zeros, and no NaN comes back through its gradient.

Gradients are values here: the notebook gives ``attention_gradients``, which differentiates the attention that it is
handed, and the case asks it about the student's own ``safe_attention``.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text

from ..low_scores import lowered


def safe_attention(Q, K, V, mask=None):
    """Scaled dot-product attention whose fully masked rows have zero weights and zero output.

    Q (…, T_q, d_k), K (…, T_k, d_k), V (…, T_k, d_v), mask broadcastable to (…, T_q, T_k), True = may be attended to
    -> output (…, T_q, d_v), weights (…, T_q, T_k).
    """
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))  # (…, T_q, T_k)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        alive = mask.any(dim=-1, keepdim=True)  # (…, T_q, 1): has at least one key
        scores = scores.masked_fill(~mask & alive, float("-inf"))  # a row without any key keeps finite scores …
        weights = F.softmax(scores, dim=-1).masked_fill(~mask, 0.0)  # … and loses its weights here
    return weights @ V, weights  # (…, T_q, d_v), (…, T_q, T_k)


def independent_safe_attention(Q, K, V, mask=None):
    """PyTorch's fused attention row by row; weights are what it makes of the identity as values."""
    lead = torch.broadcast_shapes(Q.shape[:-2], K.shape[:-2])
    seen = torch.ones((), dtype=torch.bool) if mask is None else mask
    seen = seen.expand(*lead, Q.size(-2), K.size(-2))
    output, weights = Q.new_zeros(*lead, Q.size(-2), V.size(-1)), Q.new_zeros(seen.shape)
    for *b, i in np.ndindex(*lead, Q.size(-2)):
        b, keys = tuple(b), seen[(*b, i)]
        if keys.any():
            q, k, v = Q[b][i : i + 1], K[b][keys], V[b][keys]
            output[(*b, i)] = F.scaled_dot_product_attention(q[None], k[None], v[None])[0, 0]
            eye = torch.eye(len(k), dtype=Q.dtype)
            weights[(*b, i)] = weights[(*b, i)].masked_scatter(
                keys, F.scaled_dot_product_attention(q[None], k[None], eye[None])[0, 0]
            )
    return output, weights


def case(name, rng, lead, T_q, T_k, d_k, d_v, mask=None, scale=1.0, gradients=False):
    shapes = {"Q": (*lead, T_q, d_k), "K": (*lead, T_k, d_k), "V": (*lead, T_k, d_v)}
    inputs = {key: torch.from_numpy(rng.normal(size=shape)) for key, shape in shapes.items()}
    inputs["Q"] = inputs["Q"] * scale
    if mask is not None:
        inputs["mask"] = mask
    dims = {**dict(zip("Bh", lead, strict=False)), "T_q": T_q, "T_k": T_k, "d_k": d_k, "d_v": d_v}
    if gradients:
        return Case(name, Call("attention_gradients", {"attention": Ref("safe_attention"), **inputs}), dims)
    return Case(name, Call("safe_attention", inputs), dims)


def padding(lengths, T_k):
    return (torch.arange(T_k) < torch.tensor(lengths)[:, None])[:, None, None, :]  # (B, 1, 1, T_k)


def left_padded_causal(pads, T):
    """Sentences padded on the left, seen causally: the first queries have nothing to look at. (B, 1, T, T)."""
    real = torch.arange(T) >= torch.tensor(pads)[:, None]  # (B, T)
    return real[:, None, None, :] & torch.ones(T, T, dtype=torch.bool).tril()


def attention_gradients(attention, Q, K, V, mask=None):
    """Gradients of ½‖output‖² by Q, K and V, through the attention function given; the shapes of Q, K and V."""
    Q, K, V = (x.detach().clone().requires_grad_() for x in (Q, K, V))
    output, _ = attention(Q, K, V, mask)
    (output**2 / 2).sum().backward()
    return tuple(torch.zeros_like(x) if x.grad is None else x.grad for x in (Q, K, V))


def public():
    rng = np.random.default_rng(35)
    rows = torch.tensor([[True, True, False], [False, False, False]])  # (2, 3)
    worked = {
        "Q": torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]]).double(),  # (2, 4)
        "K": torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]]).double(),  # (3, 4)
        "V": torch.tensor([[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]]).double(),  # (3, 2)
        "mask": rows,
    }
    dims = {"T_q": 2, "T_k": 3, "d_k": 4, "d_v": 2}
    return [
        Case("worked_example", Call("safe_attention", worked), dims),
        case("without_mask", rng, (2, 3), 4, 5, 6, 7),
        case("empty_sentence", rng, (3, 2), 4, 5, 6, 7, padding((5, 0, 2), 5)),
        Case("gradients_worked", Call("attention_gradients", {"attention": Ref("safe_attention"), **worked}), dims),
        case("all_masked", rng, (2,), 4, 5, 6, 7, torch.zeros(4, 5, dtype=torch.bool)),
    ]


def draw(rng):
    T_q, T_k, d_k, d_v = (int(n) for n in rng.choice([[4, 5, 6, 7], [5, 7, 8, 4], [7, 4, 9, 5]]))
    rows = torch.from_numpy(rng.random((T_q, T_k)) < 0.6)
    rows[1], rows[0, 0], rows[2, :2] = False, True, torch.tensor([True, False])
    lengths = (T_k, 0, T_k - 2)
    return [
        case("without_mask", rng, (3, 2), T_q, T_k, d_k + 7, d_v),
        case("empty_rows", rng, (3, 2), T_q, T_k, d_k, d_v, rows),
        case("empty_sentence", rng, (3, 2), T_q, T_k, d_k, d_v, padding(lengths, T_k)),
        case("left_padding", rng, (3, 2), T_k, T_k, d_k, d_v, left_padded_causal((0, 2, T_k - 1), T_k)),
        case("all_masked", rng, (), T_q, T_k, d_k, d_v, torch.zeros(T_q, T_k, dtype=torch.bool)),
        case("no_empty_row", rng, (2, 3), T_q, T_k, d_k + 4, d_v, padding((T_k, 2), T_k)),
        case("large_scores", rng, (1, 2), T_q, T_k, d_k, d_v, rows, scale=1e3),
        lowered(case("low_scores", rng, (3, 2), T_q, T_k, d_k, d_v, rows)),
        case("single", rng, (1, 1), 1, 1, d_k, d_v, torch.tensor([[False]])),
        case("gradients_rows", rng, (3, 2), T_q, T_k, d_k, d_v, rows, gradients=True),
        case("gradients_sentence", rng, (3, 2), T_q, T_k, d_k, d_v, padding(lengths, T_k), gradients=True),
        case("gradients_without_mask", rng, (3, 2), T_q, T_k, d_k, d_v, gradients=True),
    ]


EXERCISE = Exercise(
    name="safe_attention",
    atelier="atelier3",
    number="3.5",
    title=Text("Quand une requête n'a rien à regarder", "When a query has nothing to look at"),
    points=5,
    functions=(
        Function(
            "safe_attention",
            "(Q, K, V, mask=None)",
            (
                Output("output", "… T_q d_v"),
                Output("weights", "… T_q T_k", properties=("zero_where_hidden", "nonnegative", "rows_sum_to_one")),
            ),
            rtol=1e-8,
            atol=1e-10,
        ),
        Function(
            "attention_gradients",
            "(attention, Q, K, V, mask=None)",
            (Output("dQ", "… T_q d_k"), Output("dK", "… T_k d_k"), Output("dV", "… T_k d_v")),
            rtol=1e-8,
            atol=1e-10,
        ),
    ),
    reference={"safe_attention": safe_attention},
    independent={"safe_attention": independent_safe_attention},
    public=public,
    draw=draw,
    provided=(attention_gradients,),
)
