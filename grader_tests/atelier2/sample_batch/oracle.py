"""2.2 sample_batch: windows of a text and the same windows one token further.

Starts are drawn: hidden cases compare what does not depend on chance. The text is made of different ids, so that a row
says where it starts; so many rows are drawn that every start that can come does (the probability that one of the 12
is missing in 700 rows is below 12 · (11/12)⁷⁰⁰ < 10⁻²⁵).
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def sample_batch(ids, B, T, generator=None):
    """B windows of T ids, and for each position the id that comes next.

    ids (N,), with N > T -> x (B, T), y (B, T), both with memory of their own.
    """
    if len(ids) <= T:
        raise ValueError(f"{len(ids)} ids hold no window of {T} followed by one more")
    starts = torch.randint(0, len(ids) - T, (B,), generator=generator)  # (B,), from 0 to N - T - 1
    places = starts.unsqueeze(1) + torch.arange(T)  # (B, 1) + (T,) -> (B, T)
    return ids[places], ids[places + 1]


def seeded_generator(seed):
    """A random generator of its own: the same seed gives the same draws."""
    return torch.Generator().manual_seed(seed)


def independent_sample_batch(ids, B, T, generator=None):
    """NumPy's generator and sliding windows."""
    windows = np.lib.stride_tricks.sliding_window_view(ids.numpy(), T + 1)
    drawn = windows[np.random.default_rng().integers(0, len(windows), size=B)]
    return torch.from_numpy(drawn[:, :-1].copy()), torch.from_numpy(drawn[:, 1:].copy())


def outline(inputs, value):
    """What every right answer has in common: shapes and dtypes; whether rows are windows of the text; how far y is
    from x; the first and the last start; how many different starts there are."""
    ids, T = inputs["ids"], inputs["T"]
    x, y = value
    if not (x.dim() == y.dim() == 2 and x.shape == y.shape == (inputs["B"], T)) or x.dtype != y.dtype:
        return value
    place = torch.full((1 + int(ids.max()),), -1).scatter(0, ids, torch.arange(len(ids)))  # id -> where it stands
    rows, targets = place[x], place[y]  # (B, T)
    starts = rows[:, 0]
    if not torch.equal(rows, starts.unsqueeze(1) + torch.arange(T)):
        return value
    found = starts.unique()  # one start for all rows may be any: it is not told
    reach = [int(found[0]), int(found[-1]), len(found)] if len(found) > 1 else [-1, -1, 1]
    return torch.unique(targets - rows), torch.tensor(reach)


def text_of(rng, N):
    """N different ids, in any order."""
    return torch.from_numpy(rng.permutation(1000)[:N])


def case(name, rng, N, B, T, observe):
    return Case(
        name, Call("sample_batch", {"ids": text_of(rng, N), "B": B, "T": T}), {"N": N, "B": B, "T": T}, observe=observe
    )


def public():
    """One window only: nothing is left to chance."""
    rng = np.random.default_rng(22)
    return [
        Case(
            "worked_example",
            Call("sample_batch", {"ids": torch.tensor([12, 7, 7, 3, 9]), "B": 2, "T": 4}),
            {"B": 2, "T": 4},
        ),
        case("only_window", rng, 7, 3, 6, None),
        case("one_row", rng, 4, 1, 3, None),
    ]


def draw(rng):
    return [
        case("windows", rng, 12 + 5, 700, 5, outline),
        case("long_windows", rng, 12 + 9, 700, 9, outline),
        case("one_id", rng, 12 + 1, 700, 1, outline),
    ]


EXERCISE = Exercise(
    name="sample_batch",
    atelier="atelier2",
    number="2.2",
    title=Text("Tirer un lot de fenêtres", "Drawing a batch of windows"),
    points=4,
    functions=(
        Function(
            "sample_batch",
            "(ids, B, T, generator=None)",
            (Output("x", "B T", compare="exact"), Output("y", "B T", compare="exact")),
        ),
    ),
    reference={"sample_batch": sample_batch},
    independent={"sample_batch": independent_sample_batch},
    public=public,
    draw=draw,
    provided=(seeded_generator,),
)
