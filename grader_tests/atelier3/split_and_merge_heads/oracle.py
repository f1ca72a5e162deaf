"""3.7 split_heads, merge_heads: the d features of a token cut into h heads, and put back side by side."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def split_heads(x, n_heads):
    """Head i gets the features i·d_h … (i + 1)·d_h − 1 of every token: x (B, T, d) -> (B, h, T, d_h), d = h·d_h."""
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)  # (B, T, h, d_h) -> (B, h, T, d_h)


def merge_heads(x):
    """The inverse of split_heads: x (B, h, T, d_h) -> (B, T, h·d_h)."""
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).reshape(B, T, h * d_h)  # (B, T, h, d_h) -> (B, T, d)


def independent_split_heads(x, n_heads):
    """NumPy: slices of columns, stacked."""
    return torch.from_numpy(np.stack(np.split(x.detach().numpy(), n_heads, axis=-1), axis=1))


def independent_merge_heads(x):
    """NumPy: heads side by side."""
    return torch.from_numpy(np.concatenate(list(np.moveaxis(x.detach().numpy(), 1, 0)), axis=-1))


def split_case(name, x, h):
    B, T, d = x.shape
    call = Call("split_heads", {"x": x, "n_heads": h})
    return Case(name, call, {"B": B, "T": T, "h": h, "d_h": d // h, "d": d}, differentiable=("x",))


def merge_case(name, x):
    B, h, T, d_h = x.shape
    dims = {"B": B, "h": h, "T": T, "d_h": d_h, "d": h * d_h}
    return Case(name, Call("merge_heads", {"x": x}), dims, differentiable=("x",))


def numbered(B, T, d):
    """Readable features: 100·sentence + 10·position + feature, all counted from 1."""
    b, t, f = np.meshgrid(np.arange(1, B + 1), np.arange(1, T + 1), np.arange(1, d + 1), indexing="ij")
    return torch.from_numpy((100 * b + 10 * t + f).astype(float))  # (B, T, d)


def normal(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def public():
    rng = np.random.default_rng(37)
    return [
        split_case("worked_example_split", numbered(1, 3, 8), 2),
        merge_case("worked_example_merge", torch.stack(numbered(1, 3, 8).split(4, dim=-1), dim=1)),
        split_case("batch_split", normal(rng, 2, 5, 12), 3),
        merge_case("batch_merge", normal(rng, 2, 3, 5, 4)),
        split_case("positions_in_thirds", normal(rng, 2, 6, 12), 3),
    ]


def draw(rng):
    B = 2
    h, T, d_h = (int(n) for n in rng.permutation([3, 4, 5]))  # no 2: there, one shift is a reversal
    return [
        split_case("split_batch", normal(rng, B, T, h * d_h), h),
        split_case("split_one_head", normal(rng, B, T, d_h), 1),
        split_case("split_heads_of_one", normal(rng, B, T, h), h),
        split_case("split_one_token", normal(rng, B, 1, h * d_h), h),
        split_case("split_one_sentence", normal(rng, 1, T, h * d_h), h),
        split_case("split_positions_too", normal(rng, B, 2 * h, h * d_h), h),  # h divides T as well
        merge_case("merge_batch", normal(rng, B, h, T, d_h)),
        merge_case("merge_one_head", normal(rng, B, 1, T, d_h)),
        merge_case("merge_heads_of_one", normal(rng, B, h, T, 1)),
        merge_case("merge_one_token", normal(rng, B, h, 1, d_h)),
        merge_case("merge_one_sentence", normal(rng, 1, h, T, d_h)),
    ]


EXERCISE = Exercise(
    name="split_and_merge_heads",
    atelier="atelier3",
    number="3.7",
    title=Text("Découper en têtes, et recoller", "Splitting into heads, and merging"),
    points=6,
    functions=(
        Function("split_heads", "(x, n_heads)", (Output("heads", "B h T d_h"),)),
        Function("merge_heads", "(x)", (Output("merged", "B T d"),)),
    ),
    reference={"split_heads": split_heads, "merge_heads": merge_heads},
    independent={"split_heads": independent_split_heads, "merge_heads": independent_merge_heads},
    public=public,
    draw=draw,
    core=True,
)
