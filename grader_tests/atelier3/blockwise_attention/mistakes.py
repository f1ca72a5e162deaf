"""3.16 blockwise_attention: the instrument that the notebook gives, the mistakes, other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import largest_tensor


def block_scores(Q, K, start, block, causal):
    k = K[..., start : start + block, :]
    scores = Q @ k.transpose(-2, -1) / math.sqrt(Q.size(-1))  # (…, T_q, b)
    if causal:
        future = start + torch.arange(k.size(-2)) > torch.arange(Q.size(-2)).unsqueeze(1)
        scores = scores.masked_fill(future, float("-inf"))
    return scores


def blockwise_softmax_of_blocks(Q, K, V, block, causal=False):
    starts = range(0, K.size(-2), block)
    outputs = [
        torch.nan_to_num(F.softmax(block_scores(Q, K, start, block, causal), dim=-1)) @ V[..., start : start + block, :]
        for start in starts
    ]
    return sum(outputs) / len(outputs)


def blockwise_whole_matrix(Q, K, V, block, causal=False):
    return F.softmax(block_scores(Q, K, 0, K.size(-2), causal), dim=-1) @ V


def blockwise_normalised_as_it_goes(Q, K, V, block, causal=False):
    output = torch.zeros(*Q.shape[:-1], V.shape[-1], dtype=Q.dtype)
    lse = torch.full((*Q.shape[:-1], 1), float("-inf"), dtype=Q.dtype)  # log of the sum of exponentials so far
    for start in range(0, K.shape[-2], block):
        scores = (Q * Q.shape[-1] ** -0.5) @ K[..., start : start + block, :].mT
        if causal:
            keys = torch.arange(start, start + scores.shape[-1])
            scores = torch.where(keys <= torch.arange(Q.shape[-2])[:, None], scores, float("-inf"))
        new_lse = torch.logaddexp(lse, scores.logsumexp(-1, keepdim=True))
        output = output * (lse - new_lse).exp() + (scores - new_lse).exp() @ V[..., start : start + block, :]
        lse = new_lse
    return output


def blockwise_two_passes(Q, K, V, block, causal=False):
    starts = range(0, K.size(-2), block)
    top = torch.stack([block_scores(Q, K, s, block, causal).amax(-1, keepdim=True) for s in starts]).amax(0).detach()
    parts = [torch.exp(block_scores(Q, K, s, block, causal) - top) for s in starts]
    total = sum(p.sum(-1, keepdim=True) for p in parts)
    return sum(p / total @ V[..., s : s + block, :] for p, s in zip(parts, starts, strict=True))


def blockwise_query_blocks(Q, K, V, block, causal=False):
    rows = []
    for first in range(0, Q.size(-2), block):
        q = Q[..., first : first + block, :]
        top = torch.full((*q.shape[:-1], 1), -1e30, dtype=Q.dtype)
        total, output = torch.zeros_like(top), torch.zeros(*q.shape[:-1], V.size(-1), dtype=Q.dtype)
        for start in range(0, min(K.size(-2), first + block) if causal else K.size(-2), block):
            scores = q @ K[..., start : start + block, :].transpose(-1, -2) / Q.size(-1) ** 0.5
            if causal:
                keys, queries = torch.arange(start, start + scores.size(-1)), torch.arange(first, first + q.size(-2))
                scores = scores.masked_fill(keys[None, :] > queries[:, None], -1e30)
            new_top = torch.maximum(top, scores.max(dim=-1, keepdim=True).values)
            p = torch.exp(scores - new_top)
            total = total * torch.exp(top - new_top) + p.sum(-1, keepdim=True)
            output = output * torch.exp(top - new_top) + p @ V[..., start : start + block, :]
            top = new_top
        rows.append(output / total)
    return torch.cat(rows, dim=-2)


MISTAKES = (
    mistake("nothing_rescaled", edit("total * rescale", "total"), edit("output * rescale", "output")),
    mistake("numerator_not_rescaled", edit("output * rescale", "output")),
    mistake("denominator_not_rescaled", edit("total * rescale", "total")),
    mistake("last_block_dropped", edit("range(0, K.size(-2), block)", "range(0, K.size(-2) // block * block, block)")),
    mistake(
        "diagonal_block_skipped", edit("start + torch.arange(k.size(-2)) > query", "start // block >= query // block")
    ),
    mistake(
        "diagonal_block_unmasked", edit("start + torch.arange(k.size(-2)) > query", "start // block > query // block")
    ),
    mistake(
        "nan_when_block_is_all_future", edit("range(0, K.size(-2), block)", "reversed(range(0, K.size(-2), block))")
    ),
    mistake("old_maximum_used", edit("torch.exp(scores - new_top)", "torch.exp(scores - top)")),
    mistake("causal_ignored", edit("scores = scores.masked_fill", "scores.masked_fill")),
    mistake(
        "softmax_of_each_block", defines={"blockwise_attention": blockwise_softmax_of_blocks}, uses=(block_scores,)
    ),
    mistake("missing_scale", edit(" / math.sqrt(Q.size(-1))", "")),
    mistake("no_maximum", edit("torch.maximum(top, scores.amax(dim=-1, keepdim=True))", "torch.zeros_like(top)")),
    mistake(
        "whole_matrix",
        defines={"blockwise_attention": blockwise_whole_matrix, "largest_tensor": largest_tensor},
        uses=(block_scores,),
    ),
    mistake("block_start_forgotten", edit("start + torch.arange(k", "torch.arange(k")),
    mistake("not_divided", edit("return output / total", "return output")),
)

EQUIVALENTS = (
    equivalent("log_sum_exp", defines={"blockwise_attention": blockwise_normalised_as_it_goes}),
    equivalent("two_passes", defines={"blockwise_attention": blockwise_two_passes}, uses=(block_scores,)),
    equivalent("query_blocks", defines={"blockwise_attention": blockwise_query_blocks}),
)
