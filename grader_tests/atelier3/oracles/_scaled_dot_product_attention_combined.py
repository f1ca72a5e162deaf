"""3.4 scaled_dot_product_attention with several mistakes at once: one at most at each step."""

from __future__ import annotations

import math

import torch.nn.functional as F

SCALES = {
    "missing_scale": lambda Q, K, V: 1.0,
    "divided_by_d_k": lambda Q, K, V: Q.size(-1),
    "multiplied_by_sqrt_d_k": lambda Q, K, V: 1 / math.sqrt(Q.size(-1)),
    "divided_by_sqrt_t_k": lambda Q, K, V: math.sqrt(K.size(-2)),
    "divided_by_sqrt_d_v": lambda Q, K, V: math.sqrt(V.size(-1)),
    "divided_by_sqrt_t_q": lambda Q, K, V: math.sqrt(Q.size(-2)),
}
MASKS = {
    "mask_inverted": lambda scores, mask: scores.masked_fill(mask, float("-inf")),
    "mask_inverted_finite": lambda scores, mask: scores.masked_fill(mask, -1e9),
    "mask_inverted_added": lambda scores, mask: scores + mask * -1e9,
    "scores_times_mask": lambda scores, mask: scores * mask,
    "scores_plus_mask": lambda scores, mask: scores + mask,
    "filled_with_minus_ten": lambda scores, mask: scores.masked_fill(~mask, -10.0),
    "mask_ignored": lambda scores, mask: scores,
}
SOFTMAX_AXES = {"softmax_on_queries": -2, "softmax_on_batch": 0}


def one_of(names, choices, right):
    """The choice that ``names`` makes at a step; the right one if they make none."""
    return next((choices[name] for name in names if name in choices), right)


def combined(names):
    """What the function computes with all these mistakes, or None if two belong to the same step."""
    steps = (SCALES, MASKS, SOFTMAX_AXES)
    if any(len(names & set(step)) > 1 for step in steps) or not names <= {name for step in steps for name in step}:
        return None
    divisor = one_of(names, SCALES, lambda Q, K, V: math.sqrt(Q.size(-1)))
    hide = one_of(names, MASKS, lambda scores, mask: scores.masked_fill(~mask, float("-inf")))
    axis = one_of(names, SOFTMAX_AXES, -1)

    def scaled_dot_product_attention(Q, K, V, mask=None):
        scores = Q @ K.transpose(-2, -1) / divisor(Q, K, V)
        weights = F.softmax(scores if mask is None else hide(scores, mask), dim=axis)
        return weights @ V, weights

    return {"scaled_dot_product_attention": scaled_dot_product_attention}
