"""3.3 attention_masks: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted


@unlisted("causal_mask", "generic:shape")
def causal_with_an_axis(T):
    return torch.ones(1, T, T, dtype=torch.bool).tril()


@unlisted("causal_mask", "generic:reversed")
def causal_upside_down(T):
    return torch.ones(T, T, dtype=torch.bool).tril().flip(0)


@unlisted("padding_mask", "generic:dtype")
def padding_as_numbers(lengths, T):
    return (torch.arange(T) < lengths[:, None]).float()


@unlisted("padding_mask", "generic:reversed")
def padding_on_the_left(lengths, T):
    return (torch.arange(T) < lengths[:, None]).flip(1)


@unlisted("combine_masks")
def masks_xor(padding, causal):
    return padding[:, None, None, :] ^ causal


INF = float("inf")


@unlisted("padding_mask", "generic:shifted")
def padding_mask_from_one(lengths, T):  # positions counted from 1: loses the last word
    return torch.arange(1, T + 1) < lengths.unsqueeze(1)


@unlisted("padding_mask", "generic:reversed")
def padding_mask_on_the_left(lengths, T):
    return torch.arange(T) >= T - lengths.unsqueeze(1)


@unlisted("padding_mask")
def padding_mask_longest_only(lengths, T):  # T ignored
    return torch.arange(int(lengths.max())) < lengths.unsqueeze(1)


@unlisted("padding_mask")
def padding_mask_longest_for_all(lengths, T):  # the same length for all sentences
    return (torch.arange(T) < lengths.max()).expand(len(lengths), T)


@unlisted("padding_mask", "generic:dtype")
def padding_mask_integers(lengths, T):
    return (torch.arange(T) < lengths.unsqueeze(1)).long()


@unlisted("padding_mask", "generic:transposed")
def padding_mask_transposed(lengths, T):
    return torch.arange(T).unsqueeze(1) < lengths


@unlisted("padding_mask")
def padding_mask_last_word_only(lengths, T):
    return torch.arange(T) == lengths.unsqueeze(1) - 1


@unlisted("padding_mask", "generic:except_first")
def padding_mask_strictly_between(lengths, T):  # forgets position 0
    j = torch.arange(T)
    return (j > 0) & (j < lengths.unsqueeze(1))


@unlisted("causal_mask", "generic:dtype")
def causal_mask_floats(T):
    return torch.ones(T, T).tril()


@unlisted("causal_mask")
def causal_mask_additive(T):
    return torch.zeros(T, T).masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -INF)


@unlisted("causal_mask")
def causal_mask_window(T):  # sees itself and the two before
    return torch.ones(T, T, dtype=torch.bool).tril().triu(-2)


@unlisted("causal_mask")
def causal_mask_diagonal(T):  # itself only
    return torch.eye(T, dtype=torch.bool)


@unlisted("causal_mask", "generic:reversed")
def causal_mask_antidiagonal(T):  # i + j < T
    i = torch.arange(T)
    return i.unsqueeze(1) + i < T


@unlisted("causal_mask", "generic:shape")
def causal_mask_with_axes(T):
    return torch.ones(1, 1, T, T, dtype=torch.bool).tril()


@unlisted("combine_masks")
def combine_masks_both_axes(padding, causal):  # hides queries as well
    return padding[:, None, None, :] & padding[:, None, :, None] & causal


@unlisted("combine_masks", "generic:shape")
def combine_masks_without_head_axis(padding, causal):
    return padding[:, None, :] & causal


@unlisted("combine_masks", "causal_ignored")
def combine_masks_padding_alone(padding, causal):  # causal ignored
    return padding[:, None, None, :].expand(-1, 1, causal.size(0), -1)


@unlisted("combine_masks", "padding_ignored")
def combine_masks_causal_alone(padding, causal):  # padding ignored
    return causal.expand(padding.size(0), 1, *causal.shape)


@unlisted("combine_masks")
def combine_masks_exclusive_or(padding, causal):
    return padding[:, None, None, :] ^ causal


@unlisted("combine_masks")
def combine_masks_equal(padding, causal):
    return padding[:, None, None, :] == causal


@unlisted("combine_masks", "causal_transposed")
def combine_masks_causal_transposed(padding, causal):
    return padding[:, None, None, :] & causal.T


@unlisted("combine_masks")
def combine_masks_first_sentence(padding, causal):
    return (padding[0] & causal).expand(padding.size(0), 1, -1, -1)


@unlisted("combine_masks", "generic:dtype")
def combine_masks_product(padding, causal):  # numbers instead of booleans
    return padding[:, None, None, :].long() * causal.long()


@unlisted("causal_mask")
def causal_mask_fixed_size(T):
    return torch.ones(4, 4, dtype=torch.bool).tril()


@unlisted("padding_mask")
def padding_mask_all_true(lengths, T):
    return torch.ones(len(lengths), T, dtype=torch.bool)


@unlisted("padding_mask")
def padding_mask_first_length(lengths, T):  # the first sentence's length for all
    return (torch.arange(T) < lengths[0]).expand(len(lengths), T)


@unlisted("combine_masks")
def combine_masks_batch_second(padding, causal):  # (1, B, T, T)
    return padding[None, :, None, :] & causal


@unlisted("combine_masks")
def combine_masks_two_heads(padding, causal):  # repeated for two heads
    return (padding[:, None, None, :] & causal).expand(-1, 2, -1, -1)


@unlisted("combine_masks")
def combine_masks_triangle(padding, causal):  # a triangle of its own in the place of causal
    return padding[:, None, None, :] & torch.ones_like(causal).tril()
