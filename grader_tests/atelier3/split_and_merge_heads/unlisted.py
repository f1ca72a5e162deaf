"""3.7 split_and_merge_heads: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted


def split(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)


def merge(x):
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).reshape(B, T, h * d_h)


@unlisted("split_heads", "generic:reversed")
def split_from_the_last_head(x, n_heads):
    return split(x, n_heads).flip(1)


@unlisted("split_heads", "generic:transposed")
def split_heads_first(x, n_heads):
    return split(x, n_heads).transpose(0, 1)


@unlisted("split_heads", "generic:shifted")
def split_rolled(x, n_heads):
    return split(x, n_heads).roll(1, dims=1)


@unlisted("merge_heads", "generic:reversed")
def merge_backwards(x):
    return merge(x).flip(-1)


@unlisted("merge_heads")
def merge_first_head_repeated(x):
    return x[:, 0].repeat(1, 1, x.size(1))


@unlisted("split_heads", "generic:transposed")
def split_heads_heads_first(x, n_heads):  # (h, B, T, d_h)
    return torch.stack(x.chunk(n_heads, dim=-1))


@unlisted("split_heads", "generic:transposed")
def split_heads_keys_ready(x, n_heads):  # (B, h, d_h, T), transposed for QKᵀ
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).permute(0, 2, 3, 1)


@unlisted("split_heads")
def split_heads_swapped_sizes(x, n_heads):  # d_h heads of h features
    B, T, d = x.shape
    return x.reshape(B, T, d // n_heads, n_heads).transpose(1, 2)


@unlisted("split_heads")
def split_heads_transposed_first(x, n_heads):  # right shape, from (B, d, T)
    B, T, d = x.shape
    return x.transpose(1, 2).reshape(B, n_heads, T, d // n_heads)


@unlisted("split_heads", "generic:reversed")
def split_heads_reversed(x, n_heads):  # the last head first
    return torch.stack(x.chunk(n_heads, dim=-1)[::-1], dim=1)


@unlisted("split_heads")
def split_heads_same_slice(x, n_heads):  # every head gets the first slice
    d_h = x.size(-1) // n_heads
    return torch.stack([x[..., :d_h] for _ in range(n_heads)], dim=1)


@unlisted("split_heads")
def split_heads_overlapping(x, n_heads):  # slices i to i + d_h instead of i·d_h to (i + 1)·d_h
    d_h = x.size(-1) // n_heads
    return torch.stack([x[..., i : i + d_h] for i in range(n_heads)], dim=1)


@unlisted("split_heads", "split_along_positions")
def split_heads_chunk_of_positions(x, n_heads):  # splits the axis of positions
    return torch.stack(x.chunk(n_heads, dim=1), dim=1)


@unlisted("merge_heads")
def merge_heads_along_positions(x):  # (B, h·T, d_h)
    return torch.cat(x.unbind(dim=1), dim=1)


@unlisted("merge_heads")
def merge_heads_batch_mixed(x):  # (T, B, h, d_h) read as (B, T, …)
    B, h, T, d_h = x.shape
    return x.permute(2, 0, 1, 3).reshape(B, T, h * d_h)


@unlisted("merge_heads", "first_head_only")
def merge_heads_first_head(x):
    return x[:, 0]


@unlisted("merge_heads", "generic:permuted")
def merge_heads_reversed(x):
    return torch.cat(x.unbind(dim=1)[::-1], dim=-1)


@unlisted("merge_heads")
def merge_heads_view_refused(x):  # view after transpose: an exception
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).view(B, T, h * d_h)


@unlisted("merge_heads")
def merge_heads_largest(x):
    return x.amax(dim=1)


@unlisted("merge_heads", "generic:shape")
def merge_heads_left_apart(x):  # transposes, then forgets to merge
    return x.transpose(1, 2)


@unlisted("split_heads")
def split_heads_two(x, n_heads):  # n_heads is taken to be 2
    B, T, d = x.shape
    return x.reshape(B, T, 2, d // 2).transpose(1, 2)


@unlisted("split_heads", "generic:shape")
def split_heads_folded_in_batch(x, n_heads):  # (B·h, T, d_h)
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2).reshape(B * n_heads, T, d // n_heads)


@unlisted("merge_heads")
def merge_heads_batch_after_time(x):  # read as (T, B, …), then put back
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).reshape(T, B, h * d_h).transpose(0, 1)


@unlisted("merge_heads", "generic:permuted")
def merge_heads_features_reversed(x):  # the features of each head backwards
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).flip(-1).reshape(B, T, h * d_h)
