"""3.3 padding_mask, causal_mask, combine_masks: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def padding_mask_by_loop(lengths, T):
    mask = torch.zeros(len(lengths), T, dtype=torch.bool)
    for b, n in enumerate(lengths):
        mask[b, :n] = True
    return mask


def causal_mask_by_loop(T):
    mask = torch.zeros(T, T, dtype=torch.bool)
    for i in range(T):
        mask[i, : i + 1] = True
    return mask


def combine_masks_by_loop(padding, causal):
    return torch.stack([causal & keys for keys in padding]).unsqueeze(1)


def padding_mask_by_positions(lengths, T):
    positions = torch.arange(T).unsqueeze(0).expand(lengths.shape[0], T)
    return positions < lengths.unsqueeze(1)


def causal_mask_by_positions(T):
    positions = torch.arange(T)
    return positions[:, None] >= positions[None, :]


def combine_masks_by_views(padding, causal):
    B, T = padding.shape
    return torch.logical_and(padding.view(B, 1, 1, T), causal.view(1, 1, T, T))


def padding_mask_by_negation(lengths, T):
    return ~(torch.arange(T).repeat(len(lengths), 1) >= lengths.reshape(-1, 1))


def causal_mask_by_negation(T):
    return ~torch.triu(torch.ones(T, T), diagonal=1).bool()


def combine_masks_by_product(padding, causal):
    return padding[:, None, None, :] * causal[None, None]


def padding_mask_by_sums(lengths, T):
    return torch.ones(len(lengths), T).cumsum(dim=1) <= lengths[:, None]


def causal_mask_by_sums(T):
    return torch.eye(T).cumsum(dim=0) > 0


def combine_masks_by_fill(padding, causal):
    hidden = ~padding[:, None, None, :] | ~causal
    return torch.ones_like(hidden).masked_fill(hidden, False)


MISTAKES = (
    mistake("lengths_off_by_one", edit("arange(T) <", "arange(T) <=")),
    mistake("padding_inverted", edit("arange(T) <", "arange(T) >=")),
    mistake("upper_triangle", edit(".tril()", ".triu()")),
    mistake("self_hidden", edit(".tril()", ".tril(-1)")),
    mistake("sees_next", edit(".tril()", ".tril(1)")),
    mistake("causal_inverted", edit(".tril()", ".triu(1)")),
    mistake("all_true", edit(".tril()", "")),
    mistake("padding_on_queries", edit("padding[:, None, None, :]", "padding[:, None, :, None]")),
    mistake("or_instead_of_and", edit("& causal", "| causal")),
    mistake(
        "head_axis_misplaced", edit("padding[:, None, None, :] & causal", "(padding[:, None, :] & causal).unsqueeze(2)")
    ),
    mistake(
        "padding_ignored",
        edit("padding[:, None, None, :] & causal", "causal.expand(padding.size(0), 1, *causal.shape)"),
    ),
    mistake("padding_ignored_not_expanded", edit("padding[:, None, None, :] & causal", "causal[None, None]")),
    mistake(
        "causal_ignored",
        edit("padding[:, None, None, :] & causal", "padding[:, None, None, :].expand(-1, 1, causal.size(0), -1)"),
    ),
    mistake("causal_ignored_not_expanded", edit(" & causal", "")),
    mistake("causal_transposed", edit("& causal", "& causal.T")),
)

EQUIVALENTS = (
    equivalent(
        "loops",
        defines={
            "padding_mask": padding_mask_by_loop,
            "causal_mask": causal_mask_by_loop,
            "combine_masks": combine_masks_by_loop,
        },
    ),
    equivalent(
        "positions",
        defines={
            "padding_mask": padding_mask_by_positions,
            "causal_mask": causal_mask_by_positions,
            "combine_masks": combine_masks_by_views,
        },
    ),
    equivalent(
        "negation",
        defines={
            "padding_mask": padding_mask_by_negation,
            "causal_mask": causal_mask_by_negation,
            "combine_masks": combine_masks_by_product,
        },
    ),
    equivalent(
        "sums",
        defines={
            "padding_mask": padding_mask_by_sums,
            "causal_mask": causal_mask_by_sums,
            "combine_masks": combine_masks_by_fill,
        },
    ),
)
