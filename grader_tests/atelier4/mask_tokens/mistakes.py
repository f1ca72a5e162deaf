"""4.4 mask_tokens: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

CHOSEN = "chosen = (torch.rand(ids.shape, generator=generator) < p) & ~special"
LABELS = "labels = torch.where(chosen, ids, -100)"
MASKED = "masked = torch.where(chosen & (fate < 0.8), mask_id, ids)"
RANDOM = "masked = torch.where(chosen & (fate >= 0.9), drawn, masked)"
RETURN = "return masked, labels"


def in_place_on_copies(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    masked, labels = ids.clone(), ids.clone()
    probability = torch.full(ids.shape, p).masked_fill(special, 0.0)
    chosen = torch.bernoulli(probability, generator=generator).bool()
    labels[~chosen] = -100
    to_mask = torch.bernoulli(torch.full(ids.shape, 0.8), generator=generator).bool() & chosen
    masked[to_mask] = mask_id
    to_draw = torch.bernoulli(torch.full(ids.shape, 0.5), generator=generator).bool() & chosen & ~to_mask
    allowed = torch.ones(vocab_size)
    allowed[special_ids] = 0
    count = int(to_draw.sum())
    if count:
        masked[to_draw] = torch.multinomial(allowed, count, replacement=True, generator=generator)
    return masked, labels


def one_draw(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    u = torch.rand(ids.shape, generator=generator, dtype=torch.float64).masked_fill(special, 2.0)
    keep = torch.ones(vocab_size, dtype=torch.bool)
    keep[special_ids] = False
    ordinary = torch.arange(vocab_size)[keep]
    drawn = ordinary[torch.randint(len(ordinary), ids.shape, generator=generator)]
    masked = torch.where(u < 0.8 * p, mask_id, torch.where(u < 0.9 * p, drawn, ids))
    return masked, ids.masked_fill(u >= p, -100)


def by_redrawing(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    chosen = torch.rand(ids.shape, generator=generator).lt(p).logical_and(special.logical_not())
    fate = torch.randint(0, 10, ids.shape, generator=generator)
    drawn = torch.randint(0, vocab_size, ids.shape, generator=generator)
    bad = torch.isin(drawn, torch.tensor(special_ids))
    while bad.any():
        drawn[bad] = torch.randint(0, vocab_size, (int(bad.sum()),), generator=generator)
        bad = torch.isin(drawn, torch.tensor(special_ids))
    masked = ids.clone()
    masked[chosen & (fate < 8)] = mask_id
    masked[chosen & (fate == 8)] = drawn[chosen & (fate == 8)]
    return masked, ids.where(chosen, torch.tensor(-100))


def same_number_in_each_row(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    order = torch.rand(ids.shape, generator=generator).masked_fill(special, 2.0).argsort(1).argsort(1)
    chosen = (order < max(1, int(p * (~special).sum(1).min()))) & ~special & (p > 0)
    labels = torch.where(chosen, ids, -100)
    fate = torch.rand(ids.shape, generator=generator)
    ordinary = torch.tensor([i for i in range(vocab_size) if i not in special_ids])
    drawn = ordinary[torch.randint(0, len(ordinary), ids.shape, generator=generator)]
    masked = torch.where(chosen & (fate < 0.8), mask_id, ids)
    masked = torch.where(chosen & (fate >= 0.9), drawn, masked)
    return masked, labels


MISTAKES = (
    mistake("special_tokens_chosen", edit(CHOSEN, "chosen = torch.rand(ids.shape, generator=generator) < p")),
    mistake("special_told_by_their_ids", edit("~special", "~torch.isin(ids, torch.tensor(special_ids))")),
    mistake("share_ignored", edit("< p)", "< 0.15)")),
    mistake("share_inverted", edit("< p)", "> p)")),
    mistake("fates_of_all_tokens", edit(MASKED, "masked = torch.where(~special & (fate < 0.8), mask_id, ids)"),
            edit(RANDOM, "masked = torch.where(~special & (fate >= 0.9), drawn, masked)")),
    mistake("always_mask", edit(MASKED, "masked = torch.where(chosen, mask_id, ids)"), edit(RANDOM, "masked = masked")),
    mistake("never_random", edit(RANDOM, "masked = masked")),
    mistake("never_kept", edit("fate >= 0.9", "fate >= 0.8")),
    mistake("never_masked", edit(MASKED, "masked = ids")),
    mistake("tenth_of_the_rest", edit("fate >= 0.9", "fate >= 0.98")),
    mistake("random_may_be_special", edit(" if i not in special_ids]", "]")),
    mistake("labels_everywhere", edit(LABELS, "labels = ids.clone()")),
    mistake("labels_after_masking", edit(LABELS + "\n", "\n"),
            edit(RETURN, "labels = torch.where(chosen, masked, -100)\n    " + RETURN)),
    mistake("labels_of_masked_only", edit(LABELS + "\n", "\n"),
            edit(RETURN, "labels = torch.where(masked == mask_id, ids, -100)\n    " + RETURN)),
    mistake("labels_of_changed_only", edit(LABELS + "\n", "\n"),
            edit(RETURN, "labels = torch.where(masked != ids, ids, -100)\n    " + RETURN)),
    mistake("labels_filled_with_zero", edit("ids, -100)", "ids, 0)")),
    mistake("labels_of_the_others", edit(LABELS, "labels = torch.where(chosen, -100, ids)")),
    mistake("same_places_in_all_rows",
            edit("rand(ids.shape, generator=generator) < p", "rand(ids.shape[1], generator=generator) < p")),
    mistake("same_number_in_each_row", defines={"mask_tokens": same_number_in_each_row}, convention=True),
)  # fmt: skip

EQUIVALENTS = (
    equivalent("in_place_on_copies", defines={"mask_tokens": in_place_on_copies}),
    equivalent("one_draw", defines={"mask_tokens": one_draw}),
    equivalent("by_redrawing", defines={"mask_tokens": by_redrawing}),
    equivalent("random_below", edit("fate >= 0.9", "(fate >= 0.8) & (fate < 0.9)")),
)
