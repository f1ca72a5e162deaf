"""4.4 mask_tokens: BERT's training task, 15 % of the tokens chosen, of which 80 % masked, 10 % random, 10 % kept.

What is drawn is judged by frequencies over 200,000 tokens, each within six standard deviations of the right one: chance
alone leaves that band less than once in 10⁸. Hidden cases compare these frequencies, not the draws.
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def mask_tokens(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """A masked copy of a batch, and the labels of what is to be guessed.

    ids (B,T): int64, special (B,T): True on tokens that are never chosen, special_ids: list of ids that are never drawn
    -> ids (B,T), labels (B,T): the original id where a token was chosen, -100 elsewhere. Each token that is not special
    is chosen with probability p, by itself; a chosen one becomes mask_id (probability 0.8), an id drawn uniformly from
    those that are not special (0.1), or stays (0.1).
    """
    chosen = (torch.rand(ids.shape, generator=generator) < p) & ~special  # (B, T)
    labels = torch.where(chosen, ids, -100)
    fate = torch.rand(ids.shape, generator=generator)  # (B, T)
    ordinary = torch.tensor([i for i in range(vocab_size) if i not in special_ids])
    drawn = ordinary[torch.randint(0, len(ordinary), ids.shape, generator=generator)]  # (B, T)
    masked = torch.where(chosen & (fate < 0.8), mask_id, ids)
    masked = torch.where(chosen & (fate >= 0.9), drawn, masked)
    return masked, labels


def seeded_generator(seed):
    """A random generator of its own: the same seed gives the same draws."""
    return torch.Generator().manual_seed(seed)


def independent_mask_tokens(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """NumPy: positions chosen one by one, their fates by one categorical draw."""
    rng = np.random.default_rng()
    flat, places = ids.numpy().ravel().copy(), np.flatnonzero(~special.numpy().ravel())
    chosen = places[rng.binomial(1, p, size=len(places)) == 1]
    labels = np.full_like(flat, -100)
    labels[chosen] = flat[chosen]
    fates = rng.choice(3, size=len(chosen), p=[0.8, 0.1, 0.1])
    flat[chosen[fates == 0]] = mask_id
    flat[chosen[fates == 1]] = rng.choice(
        np.setdiff1d(np.arange(vocab_size), special_ids), size=int((fates == 1).sum())
    )
    return torch.from_numpy(flat.reshape(ids.shape)), torch.from_numpy(labels.reshape(ids.shape))


SHARES = (0.0, 0.02, 0.1, 0.18, 0.2, 0.5, 0.8, 0.9, 0.98, 1.0)  # what fates come to, right ones and others


def snapped(count, total, known):
    """A frequency as the nearest known probability, if it fits within six standard deviations; -1 if it does not.

    The nearest, not the first that fits: 0.18 and 0.2 are ten standard deviations apart, and both may fit."""
    rate = count / max(total, 1)
    q = min(known, key=lambda q: abs(rate - q))
    return q if abs(rate - q) <= 6 * (q * (1 - q) / max(total, 1)) ** 0.5 + 0.002 else -1.0


def outline(inputs, value):
    """What every right answer has in common, whatever chance gives: frequencies, and what must never happen."""
    ids, special, p = inputs["ids"], inputs["special"], inputs["p"]
    masked, labels = value
    if masked.shape != ids.shape or labels.shape != ids.shape or masked.dtype != ids.dtype or labels.dtype != ids.dtype:
        return value
    fill = labels[special].unique()  # of what is never chosen
    chosen = labels != (fill[0] if len(fill) == 1 else -100)
    total, rows = int(chosen.sum()), chosen.sum(1)
    became_mask, kept = chosen & (masked == inputs["mask_id"]), chosen & (masked == ids)
    other = chosen & ~became_mask & ~kept
    shares = SHARES if kept.any() else (0.0, 1 / 9, 0.2, 0.5, 0.8, 8 / 9, 1.0)
    rates = [
        snapped(int((chosen & ~special).sum()), int((~special).sum()), (p, 0.8 * p, 0.9 * p, 1 - p, 0.15, 1.0, 0.0)),
        snapped(int(became_mask.sum()), total, shares),
        snapped(int(kept.sum()), total, SHARES),
        snapped(int(other.sum()), total, shares),
        snapped(int((masked[other] >= 0.75 * inputs["vocab_size"]).sum()), int(other.sum()), (0.25, 0.0)),
    ]
    pairs = chosen[:, :-1] & ~special[:, 1:]  # chosen ones before an ordinary neighbour
    rates.append(
        snapped(int((pairs & chosen[:, 1:]).sum()), int(pairs.sum()), (p, 0.8 * p, 0.9 * p, 0.15, 0.5, 1.0, 0.0))
    )
    both = ~special[0] & ~special[1]
    one_for_all = torch.equal(chosen[0][both], chosen[1][both])
    if one_for_all:  # too few draws for frequencies
        rates = [-2.0] * len(rates)
    facts = [
        bool((chosen & special).any()),
        bool((chosen & torch.isin(ids, torch.tensor(inputs["special_ids"]))).any()),
        bool((masked != ids)[~chosen].any()),
        bool(torch.isin(masked[other], torch.tensor(inputs["special_ids"])).any()),
        not one_for_all and bool((rows[1:] == rows[:-1]).float().mean() > 0.9),
        one_for_all,
        bool((masked[other] == inputs["vocab_size"] - 1).any()) or int(other.sum()) < 12 * inputs["vocab_size"],
    ]
    said = [int(fill[0]) if len(fill) == 1 else -1, bool((labels == ids)[chosen].all())]
    return torch.tensor([*rates, *map(float, facts)]), torch.tensor(list(map(float, said)))


CLS, SEP, MASK, PAD = 3, 5, 4, 0


def case(name, rng, B, T, V, p, observe):
    """Sequences with [CLS], [SEP], filling, and a few ordinary words that are not to be chosen."""
    ids = torch.from_numpy(rng.integers(6, max(7, V // 2), size=(B, T)))  # the text does not use all the vocabulary
    lengths = torch.from_numpy(rng.integers(T // 2, T + 1, size=(B, 1)))
    place = torch.arange(T)
    ids = torch.where(place >= lengths, PAD, ids)
    ids = torch.where(place == lengths - 1, SEP, ids)
    ids[:, 0] = CLS
    special = (ids < 6) | (torch.from_numpy(rng.random((B, T))) < 0.1)
    inputs = {
        "ids": ids,
        "special": special,
        "vocab_size": V,
        "mask_id": MASK,
        "special_ids": [0, 1, 2, 3, 4, 5],
        "p": p,
    }
    return Case(name, Call("mask_tokens", inputs), {"B": B, "T": T}, observe=observe)


def public():
    """Nothing is left to chance, for wrong answers neither: no token may be chosen, and none would be."""
    nothing = case("nothing_to_choose", np.random.default_rng(44), 2, 7, 30, 0.0, None)
    inputs = {**nothing.call.inputs, "special": torch.ones(2, 7, dtype=torch.bool)}
    return [Case("nothing_to_choose", Call("mask_tokens", inputs), {"B": 2, "T": 7})]


def draw(rng):
    return [
        case("fifteen_percent", rng, 500, 600, 240, 0.15, outline),
        case("another_share", rng, 300, 800, 300, float(rng.choice([0.3, 0.4])), outline),
    ]


EXERCISE = Exercise(
    name="mask_tokens",
    atelier="atelier4",
    number="4.4",
    title=Text("Masquer pour apprendre", "Masking to learn"),
    points=7,
    functions=(
        Function(
            "mask_tokens",
            "(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None)",
            (Output("ids", "B T", compare="exact"), Output("labels", "B T", compare="exact")),
        ),
    ),
    reference={"mask_tokens": mask_tokens},
    independent={"mask_tokens": independent_mask_tokens},
    public=public,
    draw=draw,
    provided=(seeded_generator,),
)
