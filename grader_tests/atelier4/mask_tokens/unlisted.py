"""4.4 mask_tokens: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted


def ordinary(vocab_size, special_ids):
    return torch.tensor([i for i in range(vocab_size) if i not in special_ids])


def fates(ids, chosen, vocab_size, mask_id, special_ids, generator, masked=0.8, replaced=0.1):
    """The ids after their fates: shares of the chosen that are masked and replaced."""
    fate = torch.rand(ids.shape, generator=generator)
    pool = ordinary(vocab_size, special_ids)
    drawn = pool[torch.randint(0, len(pool), ids.shape, generator=generator)]
    out = torch.where(chosen & (fate < masked), mask_id, ids)
    return torch.where(chosen & (fate >= masked) & (fate < masked + replaced), drawn, out)


def chosen_of(ids, special, p, generator):
    return (torch.rand(ids.shape, generator=generator) < p) & ~special


@unlisted("mask_tokens", "never_kept")
def mask_tokens_nothing_kept(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):  # 80 and 20
    chosen = chosen_of(ids, special, p, generator)
    out = fates(ids, chosen, vocab_size, mask_id, special_ids, generator, 0.8, 0.2)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_ten_masked(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """80 % replaced and 10 % masked: the two are exchanged."""
    chosen = chosen_of(ids, special, p, generator)
    out = fates(ids, chosen, vocab_size, mask_id, special_ids, generator, 0.1, 0.8)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_span(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):  # neighbours together
    B, T = ids.shape
    starts = torch.rand(B, (T + 1) // 2, generator=generator) < p
    chosen = starts.repeat_interleave(2, dim=1)[:, :T] & ~special
    out = fates(ids, chosen, vocab_size, mask_id, special_ids, generator)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_one_fate_for_all(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """One draw decides what becomes of each sequence."""
    chosen = chosen_of(ids, special, p, generator)
    fate = torch.rand(len(ids), 1, generator=generator)
    pool = ordinary(vocab_size, special_ids)
    drawn = pool[torch.randint(0, len(pool), ids.shape, generator=generator)]
    out = torch.where(chosen & (fate < 0.8), mask_id, ids)
    out = torch.where(chosen & (fate >= 0.9), drawn, out)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_one_replacement(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """The same random id everywhere."""
    chosen = chosen_of(ids, special, p, generator)
    fate = torch.rand(ids.shape, generator=generator)
    pool = ordinary(vocab_size, special_ids)
    drawn = pool[torch.randint(0, len(pool), (1,), generator=generator)]
    out = torch.where(chosen & (fate < 0.8), mask_id, ids)
    out = torch.where(chosen & (fate >= 0.9), drawn, out)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_of_the_batch(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """Replacements are words of the batch."""
    chosen = chosen_of(ids, special, p, generator)
    fate = torch.rand(ids.shape, generator=generator)
    pool = ids[~special] if bool((~special).any()) else ids.flatten()
    drawn = pool[torch.randint(0, len(pool), ids.shape, generator=generator)]
    out = torch.where(chosen & (fate < 0.8), mask_id, ids)
    out = torch.where(chosen & (fate >= 0.9), drawn, out)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_last_word_never_drawn(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """randint's end taken for included."""
    chosen = chosen_of(ids, special, p, generator)
    out = fates(ids, chosen, vocab_size - 1, mask_id, special_ids, generator)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_neighbour(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """The replacement is the id before."""
    chosen = chosen_of(ids, special, p, generator)
    fate = torch.rand(ids.shape, generator=generator)
    out = torch.where(chosen & (fate < 0.8), mask_id, ids)
    out = torch.where(chosen & (fate >= 0.9), ids.roll(1, dims=1), out)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_at_least_one(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """A sequence in which chance chose nothing has its first ordinary token chosen."""
    chosen = chosen_of(ids, special, p, generator)
    first = (~special).long().argmax(1)
    none = ~chosen.any(1)
    chosen[none, first[none]] = True
    out = fates(ids, chosen, vocab_size, mask_id, special_ids, generator)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens")
def mask_tokens_exactly_so_many(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """A permutation of the whole batch: the number of the chosen is no longer left to chance."""
    free = (~special).flatten().nonzero()[:, 0]
    order = torch.randperm(len(free), generator=generator)[: round(p * len(free))]
    chosen = torch.zeros(ids.numel(), dtype=torch.bool)
    chosen[free[order]] = True
    chosen = chosen.view(ids.shape)
    out = fates(ids, chosen, vocab_size, mask_id, special_ids, generator)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens", "labels_of_changed_only")
def mask_tokens_kept_have_no_label(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """The label says what changed."""
    chosen = chosen_of(ids, special, p, generator)
    out = fates(ids, chosen, vocab_size, mask_id, special_ids, generator)
    return out, torch.where(out != ids, ids, -100)


@unlisted("mask_tokens", "always_mask")
def mask_tokens_one_draw(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """The number that chose a token also decides its fate, undivided by p: every chosen one is masked."""
    u = torch.rand(ids.shape, generator=generator)
    chosen = (u < p) & ~special
    pool = ordinary(vocab_size, special_ids)
    drawn = pool[torch.randint(0, len(pool), ids.shape, generator=generator)]
    out = torch.where(chosen & (u < 0.8), mask_id, ids)
    out = torch.where(chosen & (u >= 0.9), drawn, out)
    return out, torch.where(chosen, ids, -100)


@unlisted("mask_tokens", "special_told_by_their_ids")
def mask_tokens_redraws_the_original(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """The tokens of special_ids are left alone, whatever special says."""
    chosen = (torch.rand(ids.shape, generator=generator) < p) & ~torch.isin(ids, torch.tensor(special_ids))
    out = fates(ids, chosen, vocab_size, mask_id, special_ids, generator)
    return out, torch.where(chosen, ids, -100)
