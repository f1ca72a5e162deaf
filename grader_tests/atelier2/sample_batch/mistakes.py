"""2.2 sample_batch: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def batch_next_token_only(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError(f"{len(ids)} ids hold no window of {T} followed by one more")
    starts = torch.randint(0, len(ids) - T, (B,), generator=generator)
    places = starts.unsqueeze(1) + torch.arange(T)
    return ids[places], ids[starts + T]


def batch_transposed(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError(f"{len(ids)} ids hold no window of {T} followed by one more")
    starts = torch.randint(0, len(ids) - T, (B,), generator=generator)
    places = starts.unsqueeze(1) + torch.arange(T)
    return ids[places].T, ids[places + 1].T


def batch_by_stack(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError("the text is too short")
    starts = torch.randint(len(ids) - T, size=(B,), generator=generator).tolist()
    x = torch.stack([ids[s : s + T] for s in starts])
    y = torch.stack([ids[s + 1 : s + T + 1] for s in starts])
    return x, y


def batch_by_unfold(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError("the text is too short")
    windows = ids.unfold(0, T + 1, 1)
    drawn = windows[torch.randint(len(windows), (B,), generator=generator)]
    return drawn[:, :-1].clone(), drawn[:, 1:].clone()


def batch_by_rand(ids, B, T, generator=None):
    room = ids.numel() - T
    if room < 1:
        raise ValueError("the text is too short")
    starts = (torch.rand(B, 1, generator=generator, dtype=torch.float64) * room).floor().long()
    x = torch.empty(B, T, dtype=ids.dtype)
    y = torch.empty(B, T, dtype=ids.dtype)
    for b in range(B):
        for t in range(T):
            x[b, t] = ids[starts[b, 0] + t]
            y[b, t] = ids[starts[b, 0] + t + 1]
    return x, y


def batch_by_gather(ids, B, T, generator=None):
    if len(ids) < T + 1:
        raise ValueError("the text is too short")
    weights = torch.ones(len(ids) - T, dtype=torch.float64)
    starts = torch.multinomial(weights, B, replacement=True, generator=generator)
    rows = starts[:, None].expand(B, T + 1) + torch.arange(T + 1)
    window = torch.take(ids, rows)
    return torch.narrow(window, 1, 0, T).clone(), torch.narrow(window, 1, 1, T).clone()


MISTAKES = (
    mistake("same_target", edit("places + 1", "places")),
    mistake(
        "shift_of_two",
        edit("len(ids) - T", "max(1, len(ids) - T - 1)"),
        edit("places + 1", "(places + 2).clamp(max=len(ids) - 1)"),
    ),
    mistake("previous_token", edit("return ids[places], ids[places + 1]", "return ids[places + 1], ids[places]")),
    mistake("misses_the_last_start", edit("len(ids) - T", "max(1, len(ids) - T - 1)")),
    mistake(
        "misses_the_first_start",
        edit(
            "torch.randint(0, len(ids) - T, (B,), generator=generator)",
            "torch.randint(min(1, len(ids) - T - 1), len(ids) - T, (B,), generator=generator)",
        ),
    ),
    mistake(
        "wraps_around",
        edit("len(ids) - T", "len(ids) - T + (len(ids) - T > 1)"),
        edit("ids[places + 1]", "torch.roll(ids, -1)[places]"),
    ),
    mistake(
        "same_start_for_all",
        edit(
            "starts = torch.randint(0, len(ids) - T, (B,), generator=generator)",
            "starts = torch.randint(0, len(ids) - T, (1,), generator=generator).expand(B)",
        ),
    ),
    mistake(
        "aligned_windows",
        edit(
            "starts = torch.randint(0, len(ids) - T, (B,), generator=generator)",
            "starts = torch.randint(0, (len(ids) - 1) // T, (B,), generator=generator) * T",
        ),
    ),
    mistake("one_target_per_window", defines={"sample_batch": batch_next_token_only}),
    mistake("transposed_batch", defines={"sample_batch": batch_transposed}),
)

EQUIVALENTS = (
    equivalent("by_stack", defines={"sample_batch": batch_by_stack}),
    equivalent("by_unfold", defines={"sample_batch": batch_by_unfold}),
    equivalent("by_rand", defines={"sample_batch": batch_by_rand}),
    equivalent("by_gather", defines={"sample_batch": batch_by_gather}),
)
