"""3.9 mha_from_packed: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def packed_batch_second(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    mha = nn.MultiheadAttention(x.size(-1), n_heads, dtype=x.dtype)  # batch_first=False: x is read as (T, B, d)
    state = {"in_proj_weight": in_proj_weight, "in_proj_bias": in_proj_bias}
    mha.load_state_dict({**state, "out_proj.weight": out_proj_weight, "out_proj.bias": out_proj_bias})
    hidden = None if mask is None else ~mask
    return mha(x, x, x, key_padding_mask=hidden, average_attn_weights=False)


def packed_by_module(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    mha = nn.MultiheadAttention(x.size(-1), n_heads, batch_first=True, dtype=x.dtype)
    weights = {"in_proj_weight": in_proj_weight, "in_proj_bias": in_proj_bias}
    weights = {**weights, "out_proj.weight": out_proj_weight, "out_proj.bias": out_proj_bias}
    options = {"average_attn_weights": False, "key_padding_mask": None if mask is None else ~mask}
    return torch.func.functional_call(mha, weights, (x, x, x), options)


def packed_head_after_head(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    d = x.size(-1)
    d_h = d // n_heads
    W_q, W_k, W_v = in_proj_weight[:d], in_proj_weight[d : 2 * d], in_proj_weight[2 * d :]
    b_q, b_k, b_v = in_proj_bias.chunk(3)
    output, weights = out_proj_bias, []
    for i in range(n_heads):
        rows = slice(i * d_h, (i + 1) * d_h)
        q, k, v = x @ W_q[rows].T + b_q[rows], x @ W_k[rows].T + b_k[rows], x @ W_v[rows].T + b_v[rows]
        scores = torch.einsum("bqd,bkd->bqk", q * d_h**-0.5, k)
        if mask is not None:
            scores = torch.where(mask[:, None, :], scores, -1e9)
        weights.append(scores.softmax(-1))
        output = output + weights[-1] @ v @ out_proj_weight[:, rows].T
    return output, torch.stack(weights, dim=1)


MISTAKES = (
    mistake("packed_as_k_q_v", edit("q, k, v = (", "k, q, v = (")),
    mistake("packed_as_v_k_q", edit("q, k, v = (", "v, k, q = (")),
    mistake("packed_as_q_v_k", edit("q, k, v = (", "q, v, k = (")),
    mistake(
        "packed_by_head",
        edit(
            "(t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in packed.split(d, dim=-1))",
            "packed.view(B, T, n_heads, 3, d // n_heads).permute(3, 0, 2, 1, 4)",
        ),
    ),
    mistake("missing_in_bias", edit("F.linear(x, in_proj_weight, in_proj_bias)", "F.linear(x, in_proj_weight)")),
    mistake(
        "missing_out_bias", edit("F.linear(heads, out_proj_weight, out_proj_bias)", "F.linear(heads, out_proj_weight)")
    ),
    mistake(
        "missing_biases",
        edit("F.linear(x, in_proj_weight, in_proj_bias)", "F.linear(x, in_proj_weight)"),
        edit("F.linear(heads, out_proj_weight, out_proj_bias)", "F.linear(heads, out_proj_weight)"),
    ),
    mistake(
        "out_proj_transposed",
        edit("F.linear(heads, out_proj_weight, out_proj_bias)", "heads @ out_proj_weight + out_proj_bias"),
    ),
    mistake("weights_averaged", edit("out_proj_bias), weights", "out_proj_bias), weights.mean(dim=1)")),
    mistake("mask_polarity", edit("~mask", "mask")),
    mistake("mask_ignored", edit("scores = scores.masked_fill", "scores.masked_fill")),
    mistake("batch_not_first", defines={"mha_from_packed": packed_batch_second}),
    mistake("scaled_by_d_model", edit("math.sqrt(d // n_heads)", "math.sqrt(d)")),
    mistake(
        "heads_split_by_view",
        edit("t.view(B, T, n_heads, d // n_heads).transpose(1, 2)", "t.reshape(B, n_heads, T, d // n_heads)"),
    ),
    mistake("packed_as_k_v_q", edit("q, k, v = (", "k, v, q = (")),
    mistake("packed_as_v_q_k", edit("q, k, v = (", "v, q, k = (")),
    mistake(
        "mask_polarity_finite",
        edit('masked_fill(~mask[:, None, None, :], float("-inf"))', "masked_fill(mask[:, None, None, :], -1e9)"),
    ),
    mistake(
        "mask_polarity_zero",
        edit("~mask", "mask"),
        edit("F.softmax(scores, dim=-1)", "torch.nan_to_num(F.softmax(scores, dim=-1))"),
    ),
    mistake("missing_scale", edit(" / math.sqrt(d // n_heads)", "")),
    mistake("divided_by_d_head", edit("math.sqrt(d // n_heads)", "(d // n_heads)")),
    mistake("no_output_projection", edit("F.linear(heads, out_proj_weight, out_proj_bias)", "heads")),
    mistake("merged_without_transpose", edit("(weights @ v).transpose(1, 2)", "(weights @ v)")),
    mistake(
        "masked_after_softmax",
        edit('.masked_fill(~mask[:, None, None, :], float("-inf"))', ""),
        edit(
            "F.softmax(scores, dim=-1)", "F.softmax(scores, dim=-1) * (1 if mask is None else mask[:, None, None, :])"
        ),
    ),
    mistake(
        "missing_value_bias",
        edit(
            "F.linear(x, in_proj_weight, in_proj_bias)",
            "F.linear(x, in_proj_weight, torch.cat([in_proj_bias[: 2 * d], torch.zeros_like(in_proj_bias[:d])]))",
        ),
    ),
    mistake(
        "in_proj_transposed",
        edit(
            "F.linear(x, in_proj_weight, in_proj_bias)",
            "F.linear(x, torch.cat([W.T for W in in_proj_weight.split(d)]), in_proj_bias)",
        ),
    ),
    mistake(
        "all_transposed",
        edit(
            "F.linear(x, in_proj_weight, in_proj_bias)",
            "F.linear(x, torch.cat([W.T for W in in_proj_weight.split(d)]), in_proj_bias)",
        ),
        edit("F.linear(heads, out_proj_weight, out_proj_bias)", "heads @ out_proj_weight + out_proj_bias"),
    ),
)

EQUIVALENTS = (
    equivalent("torch_module", defines={"mha_from_packed": packed_by_module}),
    equivalent("head_after_head", defines={"mha_from_packed": packed_head_after_head}),
)
