"""2.2 sample_batch: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted


def windows(ids, starts, T, ahead=1):
    places = starts.unsqueeze(1) + torch.arange(T)
    return ids[places], ids[places + ahead]


@unlisted("sample_batch")
def sample_batch_first_half(ids, B, T, generator=None):
    return windows(ids, torch.randint(0, max(1, (len(ids) - T) // 2), (B,), generator=generator), T)


@unlisted("sample_batch")
def sample_batch_in_order(ids, B, T, generator=None):  # one window after the other, no chance
    return windows(ids, torch.arange(B) * T % (len(ids) - T), T)


@unlisted("sample_batch", "aligned_windows")
def sample_batch_aligned(ids, B, T, generator=None):  # starts are multiples of T
    return windows(ids, T * torch.randint(0, (len(ids) - T - 1) // T + 1, (B,), generator=generator), T)


@unlisted("sample_batch")
def sample_batch_wraps_around(ids, B, T, generator=None):
    places = torch.randint(0, len(ids), (B,), generator=generator).unsqueeze(1) + torch.arange(T)
    return ids[places % len(ids)], ids[(places + 1) % len(ids)]


@unlisted("sample_batch")
def sample_batch_scattered_ids(ids, B, T, generator=None):  # each id drawn on its own
    places = torch.randint(0, len(ids) - 1, (B, T), generator=generator)
    return ids[places], ids[places + 1]


@unlisted("sample_batch", "misses_the_first_start")
def sample_batch_never_the_first(ids, B, T, generator=None):
    low = 1 if len(ids) - T > 1 else 0
    return windows(ids, torch.randint(low, len(ids) - T, (B,), generator=generator), T)


@unlisted("sample_batch", "transposed_batch")
def sample_batch_time_first(ids, B, T, generator=None):
    x, y = windows(ids, torch.randint(0, len(ids) - T, (B,), generator=generator), T)
    return x.T, y.T


@unlisted("sample_batch", "generic:except_last")
def sample_batch_targets_rolled(ids, B, T, generator=None):  # y is x rolled: its last is x's first
    x, _ = windows(ids, torch.randint(0, len(ids) - T, (B,), generator=generator), T)
    return x, x.roll(-1, dims=1)


@unlisted("sample_batch", "one_target_per_window")
def sample_batch_last_targets(ids, B, T, generator=None):  # one target for each window
    x, y = windows(ids, torch.randint(0, len(ids) - T, (B,), generator=generator), T)
    return x, y[:, -1]


@unlisted("sample_batch")
def sample_batch_floats(ids, B, T, generator=None):
    x, y = windows(ids, torch.randint(0, len(ids) - T, (B,), generator=generator), T)
    return x.float(), y.float()


@unlisted("sample_batch")
def sample_batch_one_too_long(ids, B, T, generator=None):  # windows of T + 1 ids, y cut out of them
    chunk = torch.stack(
        [ids[s : s + T + 1] for s in torch.randint(0, len(ids) - T, (B,), generator=generator).tolist()]
    )
    return chunk, chunk[:, 1:]


@unlisted("sample_batch", "previous_token")
def sample_batch_targets_first(ids, B, T, generator=None):
    x, y = windows(ids, torch.randint(0, len(ids) - T, (B,), generator=generator), T)
    return y, x
