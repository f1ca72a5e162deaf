"""3.10 cross_attention: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def cross_fused(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    mask = None if memory_mask is None else memory_mask[:, None, :]
    return F.scaled_dot_product_attention(x_dec @ W_q, memory @ W_k, memory @ W_v, attn_mask=mask)


def cross_query_scaled(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q = x_dec @ (W_q / W_q.size(1) ** 0.5)
    scores = torch.bmm(q, (memory @ W_k).mT)
    if memory_mask is not None:
        scores = scores.masked_fill(memory_mask.unsqueeze(1) == 0, -1e9)
    return torch.bmm(scores.softmax(dim=-1), memory @ W_v)


def cross_einsum(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    bilinear = torch.einsum("bic,cd,ed,bje->bij", x_dec, W_q, W_k, memory) / math.sqrt(W_k.size(1))
    if memory_mask is not None:
        bias = torch.zeros(memory_mask.shape, dtype=bilinear.dtype).masked_fill(~memory_mask, float("-inf"))
        bilinear = bilinear + bias[:, None]
    return torch.einsum("bij,bje->bie", torch.softmax(bilinear, -1), memory) @ W_v


def cross_renormalised(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k, v = x_dec @ W_q, memory @ W_k, memory @ W_v
    weights = F.softmax(q @ k.transpose(1, 2) / math.sqrt(k.size(-1)), dim=-1)
    if memory_mask is not None:
        weights = weights * memory_mask[:, None, :]
        weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights @ v


def cross_sentence_by_sentence(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    outputs = []
    for b in range(len(x_dec)):
        tokens = memory[b] if memory_mask is None else memory[b][memory_mask[b]]  # real tokens only
        scores = F.linear(x_dec[b] @ W_q, tokens @ W_k) / W_q.size(-1) ** 0.5
        outputs.append(scores.softmax(dim=1) @ (tokens @ W_v))
    return torch.stack(outputs)


MISTAKES = (
    mistake("keys_from_decoder", edit("memory @ W_k", "x_dec @ W_k")),
    mistake(
        "keys_from_decoder_einsum",
        edit("memory @ W_k", "x_dec @ W_k"),
        edit("q @ k.transpose(-2, -1)", 'torch.einsum("bid,bjd->bij", q, k)'),
        edit("F.softmax(scores, dim=-1) @ v", 'torch.einsum("bij,bjd->bid", F.softmax(scores, dim=-1), v)'),
    ),
    mistake("values_from_decoder", edit("memory @ W_v", "x_dec @ W_v")),
    mistake(
        "values_from_decoder_einsum",
        edit("memory @ W_v", "x_dec @ W_v"),
        edit("F.softmax(scores, dim=-1) @ v", 'torch.einsum("bij,bjd->bid", F.softmax(scores, dim=-1), v)'),
    ),
    mistake(
        "causal_on_memory",
        edit(
            "return F.softmax",
            "past = torch.ones(q.size(1), k.size(1), dtype=torch.bool).tril()\n"
            '    scores = scores.masked_fill(~past, float("-inf"))\n'
            "    return F.softmax",
        ),
    ),
    mistake("memory_mask_ignored", edit("scores = scores.masked_fill", "scores.masked_fill")),
    mistake("mask_on_queries", edit("[:, None, :]", "[:, :, None]")),
    mistake(
        "mask_on_queries_finite",
        edit('masked_fill(~memory_mask[:, None, :], float("-inf"))', "masked_fill(~memory_mask[:, :, None], -1e9)"),
    ),
    mistake("queries_from_memory", edit("x_dec @ W_q", "memory @ W_q")),
    mistake("missing_scale", edit(" / math.sqrt(q.size(-1))", "")),
    mistake("mask_inverted", edit("~memory_mask", "memory_mask")),
    mistake(
        "mask_inverted_finite",
        edit('masked_fill(~memory_mask[:, None, :], float("-inf"))', "masked_fill(memory_mask[:, None, :], -1e9)"),
    ),
    mistake(
        "mask_inverted_zero",
        edit("~memory_mask", "memory_mask"),
        edit("F.softmax(scores, dim=-1)", "torch.nan_to_num(F.softmax(scores, dim=-1))"),
    ),
    mistake(
        "mask_inverted_added",
        edit('.masked_fill(~memory_mask[:, None, :], float("-inf"))', " + memory_mask[:, None, :] * -1e9"),
    ),
    mistake(
        "masked_after_softmax",
        edit('.masked_fill(~memory_mask[:, None, :], float("-inf"))', ""),
        edit(
            "F.softmax(scores, dim=-1)",
            "(F.softmax(scores, dim=-1) * (1 if memory_mask is None else memory_mask[:, None, :]))",
        ),
    ),
    mistake("raw_values", edit("memory @ W_v", "memory")),
    mistake("matrices_transposed", edit("@ W_q", "@ W_q.T"), edit("@ W_k", "@ W_k.T"), edit("@ W_v", "@ W_v.T")),
    mistake("keys_and_values_swapped", edit("memory @ W_k", "memory @ W_v"), edit("memory @ W_v", "memory @ W_k")),
)

EQUIVALENTS = (
    equivalent("fused", defines={"cross_attention": cross_fused}),
    equivalent("query_scaled_first", defines={"cross_attention": cross_query_scaled}),
    equivalent("einsum", defines={"cross_attention": cross_einsum}),
    equivalent("renormalised", defines={"cross_attention": cross_renormalised}),
    equivalent("sentence_by_sentence", defines={"cross_attention": cross_sentence_by_sentence}),
)
