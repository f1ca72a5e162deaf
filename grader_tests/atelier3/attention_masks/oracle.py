"""3.3 padding_mask, causal_mask, combine_masks: who may look at whom. True = may be attended to.

``combine_masks`` also gets other second arguments than a causal mask (everything visible, as in an encoder): with a
causal mask and sentences padded on the right, masking rows instead of columns shows on the padded rows only.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def padding_mask(lengths, T):
    """Which positions of a padded batch hold a token: lengths (B,) integers -> (B, T) bool."""
    return torch.arange(T) < lengths[:, None]  # (T,) against (B, 1) -> (B, T)


def causal_mask(T):
    """Query i (row) may attend to key j (column) if j ≤ i: (T, T) bool."""
    return torch.ones(T, T, dtype=torch.bool).tril()


def combine_masks(padding, causal):
    """A key is seen if it is a token *and* not in the future: padding (B, T), causal (T, T) -> (B, 1, T, T) bool.

    The axis of size 1 stands for the heads.
    """
    return padding[:, None, None, :] & causal  # (B, 1, 1, T) & (T, T) -> (B, 1, T, T)


def independent_padding_mask(lengths, T):
    """Python lists, sentence by sentence."""
    return torch.tensor([[True] * n + [False] * (T - n) for n in lengths.tolist()])


def independent_causal_mask(T):
    """The additive mask of nn.Transformer (0 or −∞), read as a boolean."""
    return nn.Transformer.generate_square_subsequent_mask(T) == 0


def independent_combine_masks(padding, causal):
    """NumPy, on integers, product of indicators."""
    both = np.einsum("bj,ij->bij", padding.numpy().astype(int), causal.numpy().astype(int))
    return torch.from_numpy(both.astype(bool))[:, None]


def padding_case(name, lengths, T):
    call = Call("padding_mask", {"lengths": torch.as_tensor(lengths), "T": T})
    return Case(name, call, {"B": len(lengths), "T": T})


def causal_case(name, T):
    return Case(name, Call("causal_mask", {"T": T}), {"T": T})


def combine_case(name, padding, causal):
    padding, causal = torch.as_tensor(padding), torch.as_tensor(causal)
    return Case(
        name,
        Call("combine_masks", {"padding": padding, "causal": causal}),
        {"B": padding.size(0), "T": padding.size(1)},
    )


def real_tokens(lengths, T):
    return np.arange(T) < np.asarray(lengths)[:, None]  # (B, T)


def lower_triangle(T):
    return np.tri(T, dtype=bool)  # (T, T)


def public():
    return [
        padding_case("worked_example_padding", [4, 2, 3], 4),
        causal_case("worked_example_causal", 4),
        combine_case("worked_example_combined", real_tokens([4, 2, 3], 4), lower_triangle(4)),
        combine_case("everything_visible", real_tokens([1, 5], 5), np.ones((5, 5), dtype=bool)),
    ]


def draw(rng):
    T = int(rng.integers(6, 9))
    lengths = np.array([T - 2, 1, T, 3][: rng.integers(3, 5)])  # neither the first nor the last stands for all
    B = len(lengths)
    return [
        padding_case("padding_sentences", lengths, T),
        padding_case("padding_one_sentence", rng.integers(1, T, size=1), T),
        padding_case("padding_an_empty_sentence", rng.permutation([0, 2, T - 1, T]), T),
        padding_case("padding_one_token", np.array([1, 0]), 1),
        causal_case("causal_sequence", T),
        causal_case("causal_two_tokens", 2),
        causal_case("causal_one_token", 1),
        combine_case("combined_padded_right", real_tokens(lengths, T), lower_triangle(T)),
        combine_case("combined_padded_left", real_tokens(lengths, T)[:, ::-1].copy(), lower_triangle(T)),
        combine_case("combined_everything_visible", real_tokens(lengths, T), np.ones((T, T), dtype=bool)),
        combine_case("combined_any_pattern", rng.random((B, T)) < 0.6, rng.random((T, T)) < 0.6),
        combine_case("combined_one_sentence", real_tokens([T - 2], T), lower_triangle(T)),
        combine_case("combined_one_token", real_tokens([1, 0], 1), lower_triangle(1)),
    ]


EXERCISE = Exercise(
    name="attention_masks",
    atelier="atelier3",
    number="3.3",
    title=Text("Masques de remplissage et masque causal", "Padding masks and the causal mask"),
    points=6,
    functions=(
        Function("padding_mask", "(lengths, T)", (Output("mask", "B T", "exact"),)),
        Function("causal_mask", "(T)", (Output("mask", "T_q T_k", "exact"),)),
        Function("combine_masks", "(padding, causal)", (Output("mask", "B 1 T_q T_k", "exact"),)),
    ),
    reference={"padding_mask": padding_mask, "causal_mask": causal_mask, "combine_masks": combine_masks},
    independent={
        "padding_mask": independent_padding_mask,
        "causal_mask": independent_causal_mask,
        "combine_masks": independent_combine_masks,
    },
    public=public,
    draw=draw,
    core=True,
)
