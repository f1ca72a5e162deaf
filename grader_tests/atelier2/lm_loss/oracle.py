"""2.11 lm_loss: cross-entropy of the next id, over the targets that count, with label smoothing.

Sentences have different lengths, so that a mean over sentences differs from a mean over targets; what is ignored is
sometimes −100, sometimes an id of the vocabulary; ε is large.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def lm_loss(logits, ids, ignore_index=-100, label_smoothing=0.0):
    """Mean surprise, in nats, of each id given those before it.

    logits (B, T, V), ids (B, T); an id equal to ignore_index does not count as a target -> ().
    """
    scores, targets = logits[:, :-1], ids[:, 1:]  # (B, T − 1, V), (B, T − 1): position t speaks of id t + 1
    counts = targets != ignore_index  # (B, T − 1)
    if not counts.any():
        raise ValueError("no target counts: the mean of nothing does not exist")
    wanted = targets.masked_fill(~counts, 0)  # (B, T − 1): any id will do where it does not count
    if wanted.min() < 0 or wanted.max() >= logits.size(-1):
        raise IndexError("a target is no id of the vocabulary")
    log_p = F.log_softmax(scores, dim=-1)  # (B, T − 1, V)
    surprise = -log_p.gather(-1, wanted.unsqueeze(-1)).squeeze(-1)  # (B, T − 1)
    even = -log_p.mean(dim=-1)  # (B, T − 1): what the same weight on every id would cost
    losses = (1 - label_smoothing) * surprise + label_smoothing * even  # (B, T − 1)
    return losses[counts].mean()  # ()


def independent_lm_loss(logits, ids, ignore_index=-100, label_smoothing=0.0):
    """PyTorch's own, which wants the classes on the second axis."""
    scores = logits[:, :-1].transpose(1, 2)  # (B, V, T − 1)
    return F.cross_entropy(scores, ids[:, 1:], ignore_index=ignore_index, label_smoothing=label_smoothing)


def sentences(rng, lengths, T, V, ignored):
    """Ids of sentences of these lengths, what follows each is ``ignored``. (B, T)."""
    ids = torch.from_numpy(rng.integers(0, V, size=(len(lengths), T)))
    if ignored >= 0:
        ids[ids == ignored] = (ignored + 1) % V  # no real id is ignored
    return ids.masked_fill(torch.arange(T) >= torch.tensor(lengths)[:, None], ignored)


def case(name, rng, lengths, T, V, ignored=None, smoothing=None, scale=2.0):
    """One call; arguments that are None are left out."""
    ids = sentences(rng, lengths, T, V, -100 if ignored is None else ignored)
    inputs = {"logits": torch.from_numpy(rng.normal(scale=scale, size=(len(lengths), T, V))), "ids": ids}
    if ignored is not None or smoothing is not None:
        inputs["ignore_index"] = -100 if ignored is None else ignored
    if smoothing is not None:
        inputs["label_smoothing"] = smoothing
    dims = {"B": len(lengths), "T": T, "V": V}
    return Case(name, Call("lm_loss", inputs), dims, differentiable=("logits",) if scale < 100 else ())


def worked():
    """Probabilities of the statement's example; the third row of each sentence predicts nothing."""
    p = torch.tensor(
        [
            [[1 / 2, 1 / 4, 1 / 4], [1 / 4, 1 / 4, 1 / 2], [0.8, 0.1, 0.1]],
            [[3 / 8, 1 / 8, 1 / 2], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]],
        ],
        dtype=torch.float64,
    )
    return {"logits": p.log(), "ids": torch.tensor([[2, 0, 1], [1, 1, -100]])}


def public():
    rng = np.random.default_rng(211)
    dims = {"B": 2, "T": 3, "V": 3}
    smoothed = {**worked(), "ignore_index": -100, "label_smoothing": 0.3}
    return [
        Case("loss_worked_example", Call("lm_loss", worked()), dims),
        Case("smoothed_worked_example", Call("lm_loss", smoothed), dims),
        case("loss_nothing_ignored", rng, (5, 5), 5, 4),
        case("loss_two_lengths", rng, (6, 3), 6, 4),
        case("loss_ignored_id", rng, (2, 5), 5, 6, ignored=3),
        case("smoothed_two_lengths", rng, (3, 6), 6, 4, smoothing=0.4),
    ]


def draw(rng):
    V, ignored = int(rng.integers(8, 12)), int(rng.integers(1, 5))
    epsilon = int(rng.integers(4, 9)) / 16  # exact in single precision
    return [
        case("loss_nothing_ignored", rng, (6, 6, 6), 6, V),
        case("loss_lengths", rng, (7, 2, 4), 7, V),
        case("loss_ignored_id", rng, (2, 6, 4), 6, V, ignored=ignored),
        case("loss_first_id_ignored", rng, (5, 3, 2), 5, V, ignored=0),
        case("smoothed_full", rng, (5, 5), 5, V + 2, smoothing=epsilon),
        case("smoothed_lengths", rng, (3, 6, 4, 2), 6, V, smoothing=epsilon),
        case("smoothed_ignored_id", rng, (4, 2), 5, V, ignored=ignored, smoothing=epsilon / 2),
        case("loss_empty_sentence", rng, (4, 0, 6), 6, V),
        case("smoothed_one_sentence", rng, (4,), 5, V, smoothing=epsilon),
        case("loss_large_logits", rng, (5, 3), 5, V, scale=1e3),
    ]


EXERCISE = Exercise(
    name="lm_loss",
    atelier="atelier2",
    number="2.11",
    title=Text("La perte d’un modèle de langue", "The loss of a language model"),
    points=7,
    functions=(Function("lm_loss", "(logits, ids, ignore_index=-100, label_smoothing=0.0)", (Output("loss"),)),),
    reference={"lm_loss": lm_loss},
    independent={"lm_loss": independent_lm_loss},
    public=public,
    draw=draw,
    core=True,
)
