"""3.8 MultiHeadAttention: self-attention in h subspaces, then a linear mixture of what the heads found.

Modules compute in float32: states and inputs are drawn in float64 and rounded once, and answers are compared at
float32 precision, a little wider than elsewhere because gradients through the softmax lose a digit.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Given, Output, Text

from ..split_and_merge_heads.oracle import merge_heads, split_heads


class MultiHeadAttention(nn.Module):
    """Multi-head self-attention (Vaswani et al., 2017), without dropout."""

    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.d_head, self.causal = n_heads, d_model // n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        """x (B, T, d_model), mask (B, T) with True = may be attended to -> (B, T, d_model)."""
        B, T, d_model = x.shape
        q, k, v = (
            W(x).view(B, T, self.n_heads, self.d_head).transpose(1, 2)  # (B, h, T, d_h)
            for W in (self.W_q, self.W_k, self.W_v)
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d_head)  # (B, h, T, T)
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
        if self.causal:
            past = torch.ones(T, T, dtype=torch.bool, device=x.device).tril()
            scores = scores.masked_fill(~past, float("-inf"))
        weights = F.softmax(scores, dim=-1)  # (B, h, T, T)
        heads = (weights @ v).transpose(1, 2).reshape(B, T, d_model)  # (B, h, T, d_h) -> (B, T, d_model)
        return self.W_o(heads)


def with_heads_of(split_heads, merge_heads):
    """The same module, its heads split and merged by the functions of 3.7 that it is given."""

    class WithHeadsOf(MultiHeadAttention):
        def forward(self, x, mask=None):
            q, k, v = (split_heads(W(x), self.n_heads) for W in (self.W_q, self.W_k, self.W_v))  # (B, h, T, d_h)
            scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
            if mask is not None:
                scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
            if self.causal:
                past = torch.ones(x.size(1), x.size(1), dtype=torch.bool).tril()
                scores = scores.masked_fill(~past, float("-inf"))
            return self.W_o(merge_heads(F.softmax(scores, dim=-1) @ v))

    return {"MultiHeadAttention": WithHeadsOf}


class IndependentMultiHeadAttention(nn.Module):
    """PyTorch's nn.MultiheadAttention, its weights packed from ours, its masks saying True = hidden."""

    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.causal = causal
        self.inner = nn.MultiheadAttention(d_model, n_heads, batch_first=True)

    def load_state_dict(self, state_dict, strict=True, assign=False):
        packed = {
            "in_proj_weight": torch.cat([state_dict[f"{name}.weight"] for name in ("W_q", "W_k", "W_v")]),
            "in_proj_bias": torch.cat([state_dict[f"{name}.bias"] for name in ("W_q", "W_k", "W_v")]),
            "out_proj.weight": state_dict["W_o.weight"],
            "out_proj.bias": state_dict["W_o.bias"],
        }
        return self.inner.load_state_dict(packed)

    def forward(self, x, mask=None):
        future = torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(1) if self.causal else None
        hidden = None if mask is None else ~mask
        return self.inner(x, x, x, key_padding_mask=hidden, attn_mask=future, need_weights=False)[0]


def normal(rng, *shape, scale=1.0):
    return torch.from_numpy(rng.normal(scale=scale, size=shape)).float()


def random_state(rng, d):
    """Weights of the four projections: scores of order 1, no symmetry, biases that count."""
    state = {}
    for name in ("W_q", "W_k", "W_v", "W_o"):
        state[f"{name}.weight"] = normal(rng, d, d, scale=1 / math.sqrt(d))
        state[f"{name}.bias"] = normal(rng, d, scale=0.5)
    return state


def case(name, rng, B, T, h, d_h, causal=False, lengths=None):
    d = h * d_h
    inputs = {"x": normal(rng, B, T, d)}
    if lengths is not None:
        inputs["mask"] = torch.arange(T) < torch.as_tensor(lengths)[:, None]  # (B, T)
    init = {"d_model": d, "n_heads": h} | ({"causal": True} if causal else {})
    call = Call("MultiHeadAttention", inputs, init, random_state(rng, d))
    return Case(name, call, {"B": B, "T": T, "h": h, "d_h": d_h, "d_model": d}, differentiable=("x",))


def far_from_zero(base):
    """The case with scores near +150 in its first head and near −150 in its second one, by a feature of each head that
    is the same number for all keys: without a maximum taken away, exponentials overflow here and vanish there. Values
    only: in float32 the gradients of such scores lose too many digits to be compared."""
    (h, d_h), state = (base.dims["h"], base.dims["d_h"]), dict(base.call.state)
    for name in ("W_q.weight", "W_q.bias", "W_k.weight", "W_k.bias"):
        state[name] = state[name].clone()
    size = math.sqrt(150 * math.sqrt(d_h))
    firsts = torch.arange(h) * d_h  # the first feature of each head
    state["W_k.weight"][firsts], state["W_k.bias"][firsts] = 0.0, size
    state["W_q.weight"][firsts] = 0.0
    state["W_q.bias"][firsts] = size * torch.tensor([1.0, -1.0, 0.1, -0.1][:h])
    return replace(base, call=replace(base.call, state=state), differentiable=())


def public():
    swap = torch.tensor([[0.0, 1.0], [1.0, 0.0]])  # two heads of dimension 1: each matrix can be read
    worked = {
        "W_q.weight": torch.eye(2),
        "W_q.bias": torch.tensor([0.0, 0.5]),
        "W_k.weight": 2 * swap,
        "W_k.bias": torch.tensor([-0.5, 0.0]),
        "W_v.weight": torch.tensor([[3.0, 1.0], [0.0, -1.0]]),
        "W_v.bias": torch.tensor([1.0, 2.0]),
        "W_o.weight": torch.tensor([[1.0, 0.0], [1.0, -1.0]]),
        "W_o.bias": torch.tensor([0.0, 10.0]),
    }
    x = torch.tensor([[[1.0, 2.0], [0.0, -1.0], [2.0, 0.0]]])  # (1, 3, 2)
    call = Call("MultiHeadAttention", {"x": x}, {"d_model": 2, "n_heads": 2}, worked)
    rng = np.random.default_rng(38)
    return [
        Case("plain_worked_example", call, {"B": 1, "T": 3, "h": 2, "d_h": 1, "d_model": 2}),
        case("plain_batch", rng, 2, 5, 3, 4),
        case("padded_batch", rng, 2, 5, 3, 4, lengths=(3, 5)),
        case("causal_batch", rng, 2, 5, 3, 4, causal=True),
        case("padded_one_sentence", rng, 1, 5, 3, 4, lengths=[3]),  # its mask is no other sentence's
    ]


def draw(rng):
    B, T, h, d_h = (int(n) for n in rng.choice([[2, 5, 3, 4], [2, 7, 3, 5], [3, 5, 4, 2], [3, 6, 4, 5]]))
    lengths = [T - 1, T, 1][:B]
    short = [T - 3, T - 1, 1][:B]  # no sentence of length T: another's mask is not the same as none
    return [
        case("plain_batch", rng, B, T, h, d_h),
        case("plain_one_head", rng, B, T, 1, d_h),
        case("plain_heads_of_one", rng, B, T, h, 1),
        case("plain_single", rng, 1, 1, h, d_h),
        far_from_zero(case("plain_large_scores", rng, B, T, h, d_h)),
        case("padded_batch", rng, B, T, h, d_h, lengths=lengths),
        case("padded_one_sentence", rng, 1, T, h, d_h, lengths=[T - 2]),
        case("causal_batch", rng, B, T, h, d_h, causal=True),
        case("causal_single", rng, 1, 1, h, d_h, causal=True),
        far_from_zero(case("padded_large_scores", rng, B, T, h, d_h, lengths=lengths)),
        case("causal_padded", rng, B, T, h, d_h, causal=True, lengths=short),
    ]


EXERCISE = Exercise(
    name="multi_head_attention",
    atelier="atelier3",
    number="3.8",
    title=Text("L'attention à plusieurs têtes", "Multi-head attention"),
    points=10,
    functions=(
        Function(
            "MultiHeadAttention",
            "(d_model, n_heads, causal=False)",
            (Output("output", "B T d_model"),),
            "class",
            rtol=1e-4,
            atol=5e-5,
        ),
    ),
    reference={"MultiHeadAttention": MultiHeadAttention},
    independent={"MultiHeadAttention": IndependentMultiHeadAttention},
    public=public,
    draw=draw,
    core=True,
    given=(
        Given(("split_heads",), lambda split_heads: with_heads_of(split_heads, merge_heads)),
        Given(("merge_heads",), lambda merge_heads: with_heads_of(split_heads, merge_heads)),
        Given(("split_heads", "merge_heads"), with_heads_of),
    ),
)
