"""3.8 MultiHeadAttention: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


class AttentionParts(nn.Module):
    """The right module in small steps, so that a mistake is one step done otherwise."""

    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.causal = n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def project(self, x):
        return self.W_q(x), self.W_k(x), self.W_v(x)

    def split(self, x):
        B, T, d = x.shape
        return x.reshape(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)

    def scale(self, d_model):
        return math.sqrt(d_model // self.n_heads)

    def padding(self, mask):
        return mask[:, None, None, :]

    def past(self, T):
        return torch.ones(T, T, dtype=torch.bool).tril()

    def normalise(self, scores):
        return F.softmax(scores, dim=-1)

    def merge(self, heads):
        B, h, T, d_h = heads.shape
        return heads.transpose(1, 2).reshape(B, T, h * d_h)

    def mix(self, merged):
        return self.W_o(merged)

    def forward(self, x, mask=None):
        q, k, v = (self.split(t) for t in self.project(x))
        scores = q @ k.transpose(-2, -1) / self.scale(x.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~self.padding(mask), float("-inf"))
        if self.causal:
            scores = scores.masked_fill(~self.past(x.size(1)), float("-inf"))
        return self.mix(self.merge(self.normalise(scores) @ v))


class ByFusedAttention(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.h, self.causal = n_heads, causal
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x, mask=None):
        q, k, v = (W(x).unflatten(-1, (self.h, -1)).transpose(1, 2) for W in (self.W_q, self.W_k, self.W_v))
        allowed = torch.ones(1, 1, x.size(1), x.size(1), dtype=torch.bool)
        if self.causal:
            allowed = allowed.tril()
        if mask is not None:
            allowed = allowed & mask[:, None, None, :]
        heads = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        return self.W_o(heads.transpose(1, 2).flatten(2))


class ByHeads(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.d_h, self.causal = n_heads, d_model // n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        output = self.W_o.bias
        for i in range(self.n_heads):
            rows = slice(i * self.d_h, (i + 1) * self.d_h)
            q, k, v = (F.linear(x, W.weight[rows], W.bias[rows]) for W in (self.W_q, self.W_k, self.W_v))
            scores = torch.bmm(q, k.transpose(1, 2)) / self.d_h**0.5  # (B, T, T)
            if self.causal:
                scores = scores + torch.full_like(scores, float("-inf")).triu(1)
            if mask is not None:
                scores = scores.masked_fill(mask[:, None, :] == 0, float("-inf"))
            head = torch.bmm(scores.softmax(-1), v)  # (B, T, d_h)
            output = output + F.linear(head, self.W_o.weight[:, rows])
        return output


class ByEinsum(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.causal = n_heads, causal
        self.W_q, self.W_k = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.W_v, self.W_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def forward(self, x, mask=None):
        B, T, d = x.shape
        shape = (B, T, self.n_heads, d // self.n_heads)
        q, k, v = self.W_q(x).reshape(shape), self.W_k(x).reshape(shape), self.W_v(x).reshape(shape)
        scores = torch.einsum("bihd,bjhd->bhij", q * shape[-1] ** -0.5, k)
        if self.causal:
            scores = torch.where(torch.arange(T)[:, None] >= torch.arange(T), scores, -1e9)
        if mask is not None:
            scores = torch.where(mask[:, None, None, :], scores, -1e9)
        return self.W_o(torch.einsum("bhij,bjhd->bihd", scores.softmax(dim=-1), v).reshape(B, T, d))


class ByFlattenedBatch(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        assert d_model % n_heads == 0
        self.n_heads, self.d_head, self.causal = n_heads, d_model // n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def to_heads(self, t):
        B, T, _ = t.shape
        return t.view(B, T, self.n_heads, -1).permute(0, 2, 1, 3).reshape(B * self.n_heads, T, -1)

    def forward(self, x, mask=None):
        B, T, d = x.shape
        q, k, v = self.to_heads(self.W_q(x)), self.to_heads(self.W_k(x)), self.to_heads(self.W_v(x))
        scores = torch.bmm(q, k.mT) / math.sqrt(self.d_head)  # (B·h, T, T)
        if mask is not None:
            hidden = ~mask.repeat_interleave(self.n_heads, dim=0)  # (B·h, T)
            scores = scores.masked_fill(hidden[:, None, :], torch.finfo(scores.dtype).min)
        if self.causal:
            scores = scores.masked_fill(torch.ones(T, T).triu(1).bool(), torch.finfo(scores.dtype).min)
        heads = torch.bmm(torch.softmax(scores, -1), v)  # (B·h, T, d_h)
        return self.W_o(heads.view(B, self.n_heads, T, -1).permute(0, 2, 1, 3).reshape(B, T, d))


MISTAKES = (
    mistake(
        "split_by_view",
        edit(
            "W(x).view(B, T, self.n_heads, self.d_head).transpose(1, 2)",
            "W(x).reshape(B, self.n_heads, T, self.d_head)",
        ),
    ),
    mistake("merged_without_transpose", edit("(weights @ v).transpose(1, 2)", "(weights @ v)")),
    mistake(
        "split_and_merged_by_view",
        edit(
            "W(x).view(B, T, self.n_heads, self.d_head).transpose(1, 2)",
            "W(x).reshape(B, self.n_heads, T, self.d_head)",
        ),
        edit("(weights @ v).transpose(1, 2)", "(weights @ v)"),
    ),
    mistake("divided_by_sqrt_d_model", edit("math.sqrt(self.d_head)", "math.sqrt(d_model)")),
    mistake("divided_by_sqrt_heads", edit("math.sqrt(self.d_head)", "math.sqrt(self.n_heads)")),
    mistake("not_causal", edit(".tril()", "")),
    mistake("self_hidden", edit(".tril()", ".tril(-1)")),
    mistake(
        "self_hidden_finite",
        edit(".tril()", ".tril(-1)"),
        edit('~mask[:, None, None, :], float("-inf")', "~mask[:, None, None, :], -1e9"),
        edit('~past, float("-inf")', "~past, -1e9"),
    ),
    mistake("no_output_projection", edit("return self.W_o(heads)", "return heads")),
    mistake(
        "weights_not_transposed",
        edit("W(x).view", "(x @ W.weight + W.bias).view"),
        edit("self.W_o(heads)", "heads @ self.W_o.weight + self.W_o.bias"),
    ),
    mistake("values_from_keys", edit("(self.W_q, self.W_k, self.W_v)", "(self.W_q, self.W_k, self.W_k)")),
    mistake(
        "mask_repeated_in_wrong_order",
        edit("~mask[:, None, None, :]", "~mask.repeat(self.n_heads, 1).view(B, self.n_heads, 1, T)"),
    ),
    mistake(
        "heads_summed",
        edit(
            "(weights @ v).transpose(1, 2).reshape(B, T, d_model)",
            "(weights @ v).sum(dim=1).repeat(1, 1, self.n_heads)",
        ),
    ),
    mistake("softmax_on_heads", edit("F.softmax(scores, dim=-1)", "F.softmax(scores, dim=1)")),
    mistake("mask_ignored", edit("scores = scores.masked_fill(~mask", "scores.masked_fill(~mask")),
    mistake("mask_inverted", edit("~mask[", "mask[")),
    mistake(
        "mask_inverted_finite",
        edit('~mask[:, None, None, :], float("-inf")', "mask[:, None, None, :], -1e9"),
        edit('~past, float("-inf")', "~past, -1e9"),
    ),
    mistake(
        "mask_inverted_zero",
        edit("~mask[", "mask["),
        edit("F.softmax(scores, dim=-1)", "torch.nan_to_num(F.softmax(scores, dim=-1))"),
    ),
    mistake(
        "masked_after_softmax",
        edit('.masked_fill(~mask[:, None, None, :], float("-inf"))', ""),
        edit('.masked_fill(~past, float("-inf"))', ""),
        edit(
            "weights = F.softmax(scores, dim=-1)",
            "weights = F.softmax(scores, dim=-1)\n"
            "        weights = weights if mask is None else weights * mask[:, None, None, :]\n"
            "        weights = weights * past if self.causal else weights",
        ),
    ),
    mistake("missing_scale", edit(" / math.sqrt(self.d_head)", "")),
    mistake("divided_by_d_head", edit("math.sqrt(self.d_head)", "self.d_head")),
    mistake("sees_next", edit(".tril()", ".tril(1)")),
    mistake("causal_transposed", edit(".tril()", ".triu()")),
    mistake("causal_inverted", edit(".tril()", ".triu(1)")),
    mistake(
        "causal_inverted_finite",
        edit('~mask[:, None, None, :], float("-inf")', "~mask[:, None, None, :], -1e9"),
        edit('~past, float("-inf")', "past, -1e9"),
    ),
    mistake(
        "causal_inverted_zero",
        edit("~past", "past"),
        edit("F.softmax(scores, dim=-1)", "torch.nan_to_num(F.softmax(scores, dim=-1))"),
    ),
    mistake("softmax_twice", edit("F.softmax(scores, dim=-1)", "F.softmax(F.softmax(scores, dim=-1), dim=-1)")),
    mistake("queries_and_keys_swapped", edit("(self.W_q, self.W_k, self.W_v)", "(self.W_k, self.W_q, self.W_v)")),
)

EQUIVALENTS = (
    equivalent("fused_attention", defines={"MultiHeadAttention": ByFusedAttention}),
    equivalent("head_by_head", defines={"MultiHeadAttention": ByHeads}),
    equivalent("einsum", defines={"MultiHeadAttention": ByEinsum}),
    equivalent("flattened_batch", defines={"MultiHeadAttention": ByFlattenedBatch}),
    equivalent("small_steps", defines={"MultiHeadAttention": AttentionParts}),
)
