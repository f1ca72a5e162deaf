"""3.7 split_heads, merge_heads: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def split_heads_by_permute(x, n_heads):
    B, T, d = x.shape
    return x.view(B, T, n_heads, d // n_heads).permute(0, 2, 1, 3).contiguous()


def merge_heads_by_permute(x):
    B, h, T, d_h = x.shape
    return x.permute(0, 2, 1, 3).contiguous().view(B, T, h * d_h)


def split_heads_by_chunks(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1), dim=1)


def merge_heads_by_cat(x):
    return torch.cat(x.unbind(dim=1), dim=-1)


def split_heads_by_unflatten(x, n_heads):
    return x.unflatten(-1, (n_heads, -1)).swapaxes(1, 2)


def merge_heads_by_flatten(x):
    return x.swapaxes(1, 2).flatten(start_dim=2)


def split_heads_by_loop(x, n_heads):
    B, T, d = x.shape
    d_h = d // n_heads
    heads = torch.zeros(B, n_heads, T, d_h, dtype=x.dtype)
    for i in range(n_heads):
        heads[:, i] = x[:, :, i * d_h : (i + 1) * d_h]
    return heads


def merge_heads_by_loop(x):
    B, h, T, d_h = x.shape
    merged = x.new_zeros(B, T, h * d_h)
    for i in range(h):
        merged[:, :, i * d_h : (i + 1) * d_h] = x[:, i]
    return merged


def split_heads_by_einsum(x, n_heads):
    return torch.einsum("bthd->bhtd", x.reshape(*x.shape[:2], n_heads, -1))


def merge_heads_by_einsum(x):
    return torch.einsum("bhtd->bthd", x).reshape(x.shape[0], x.shape[2], -1)


MISTAKES = (
    mistake(
        "view_instead_of_transpose",
        edit("x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)", "x.reshape(B, n_heads, T, d // n_heads)"),
    ),
    mistake(
        "interleaved",
        edit(
            "x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)",
            "x.reshape(B, T, d // n_heads, n_heads).permute(0, 3, 1, 2)",
        ),
    ),
    mistake(
        "not_transposed",
        edit("x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)", "x.reshape(B, T, n_heads, d // n_heads)"),
    ),
    mistake(
        "split_transposes_last_axes",
        edit(
            "x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)",
            "x.reshape(B, T, n_heads, d // n_heads).transpose(2, 3)",
        ),
    ),
    mistake("merged_without_transpose", edit("x.transpose(1, 2).reshape(B, T, h * d_h)", "x.reshape(B, T, h * d_h)")),
    mistake(
        "merge_transposes_last_axes",
        edit("x.transpose(1, 2).reshape(B, T, h * d_h)", "x.transpose(2, 3).reshape(B, T, h * d_h)"),
    ),
    mistake(
        "merged_interleaved",
        edit("x.transpose(1, 2).reshape(B, T, h * d_h)", "x.permute(0, 2, 3, 1).reshape(B, T, d_h * h)"),
    ),
    mistake("mean_of_heads", edit("x.transpose(1, 2).reshape(B, T, h * d_h)", "x.mean(dim=1)")),
    mistake("sum_of_heads", edit("x.transpose(1, 2).reshape(B, T, h * d_h)", "x.sum(dim=1)")),
    mistake(
        "split_along_positions",
        edit("x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)", "x.reshape(B, n_heads, T // n_heads, d)"),
    ),
    mistake("first_head_only", edit("x.transpose(1, 2).reshape(B, T, h * d_h)", "x[:, 0]")),
)

EQUIVALENTS = (
    equivalent("permute", defines={"split_heads": split_heads_by_permute, "merge_heads": merge_heads_by_permute}),
    equivalent("chunks_and_cat", defines={"split_heads": split_heads_by_chunks, "merge_heads": merge_heads_by_cat}),
    equivalent("unflatten", defines={"split_heads": split_heads_by_unflatten, "merge_heads": merge_heads_by_flatten}),
    equivalent("loops", defines={"split_heads": split_heads_by_loop, "merge_heads": merge_heads_by_loop}),
    equivalent("einsum", defines={"split_heads": split_heads_by_einsum, "merge_heads": merge_heads_by_einsum}),
)
