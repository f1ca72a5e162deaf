"""2.4 embed and embed_backward: a look-up in a table, and the sum that is its gradient."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def embed(ids, E):
    """The row of E for each id.

    ids (B, T) in 0 … V-1, E (V, d) -> (B, T, d).
    """
    if ids.min() < 0 or ids.max() >= len(E):
        raise IndexError("an id is out of the vocabulary")
    return E[ids]  # (B, T, d)


def embed_backward(ids, dY, V, padding_idx=None):
    """Gradient of the loss by the table E, given its gradient by the output of embed.

    ids (B, T), dY (B, T, d) -> dE (V, d); the row padding_idx is zero.
    """
    d = dY.size(-1)
    dE = torch.zeros(V, d, dtype=dY.dtype)  # (V, d)
    dE.index_add_(0, ids.reshape(-1), dY.reshape(-1, d))  # row ids[b, t] += dY[b, t]
    if padding_idx is not None:
        dE[padding_idx] = 0
    return dE


def independent_embed(ids, E):
    """PyTorch's own."""
    return F.embedding(ids, E)


def independent_embed_backward(ids, dY, V, padding_idx=None):
    """Autograd through PyTorch's own."""
    E = torch.zeros(V, dY.shape[-1], dtype=dY.dtype, requires_grad=True)
    F.embedding(ids, E, padding_idx=padding_idx).backward(dY)
    return E.grad


def lookup_case(name, ids, E):
    (B, T), (V, d) = ids.shape, E.shape
    return Case(
        f"lookup_{name}", Call("embed", {"ids": ids, "E": E}), {"B": B, "T": T, "V": V, "d": d}, differentiable=("E",)
    )


def gradient_case(name, ids, dY, V, **padding):
    B, T, d = dY.shape
    inputs = {"ids": ids, "dY": dY, "V": V, **padding}
    return Case(f"gradient_{name}", Call("embed_backward", inputs), {"B": B, "T": T, "V": V, "d": d})


def public():
    E = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.0, 4.0], [2.0, 2.0]], dtype=torch.float64)  # (4, 2)
    ids = torch.tensor([[1, 3, 1]])
    dY = torch.tensor([[[1.0, 0.0], [2.0, 2.0], [0.0, 3.0]]], dtype=torch.float64)  # (1, 3, 2)
    rng = np.random.default_rng(24)
    words, slopes = batch(rng, 2, 3, 5, 4)
    return [
        lookup_case("worked_example", ids, E),
        lookup_case("batch", words, torch.from_numpy(rng.normal(size=(5, 4)))),
        gradient_case("worked_example", ids, dY, 4),
        gradient_case("padded", ids, dY, 4, padding_idx=3),
        gradient_case("batch", words, slopes, 5),
    ]


def batch(rng, B, T, V, d):
    """Ids of which one at least comes back, in its row and in another; slopes."""
    ids = rng.integers(0, V - 1, size=(B, T))  # the last token never comes
    ids[0, 0] = ids[0, -1] = ids[-1, 0] = int(rng.integers(1, V - 1))
    return torch.from_numpy(ids), torch.from_numpy(rng.normal(size=(B, T, d)))


def draw(rng):
    B, T, d, V = 2, int(rng.choice([5, 6])), int(rng.choice([3, 4])), int(rng.choice([7, 8]))
    ids, dY = batch(rng, B, T, V, d)
    padding = int(ids[0, 0])
    single = torch.from_numpy(rng.integers(0, V, size=(1, 1)))
    return [
        lookup_case("batch", ids, torch.from_numpy(rng.normal(size=(V, d)))),
        lookup_case("wide", *wide(rng)),
        lookup_case("one_token", single, torch.from_numpy(rng.normal(size=(V, d)))),
        gradient_case("batch", ids, dY, V),
        gradient_case("one_sentence", ids[:1], dY[:1], V),
        gradient_case("padded", ids, dY, V, padding_idx=padding),
        gradient_case("first_token_is_padding", *with_padding_first(rng, T), 9, padding_idx=0),
        gradient_case("no_padding_met", ids, dY, V, padding_idx=V - 1),
        gradient_case("one_token", single, torch.from_numpy(rng.normal(size=(1, 1, d))), V),
    ]


def wide(rng):
    ids, _ = batch(rng, 3, 4, 6, 1)
    return ids, torch.from_numpy(rng.normal(size=(6, 10)))


def with_padding_first(rng, T):
    ids, dY = batch(rng, 3, T + 2, 9, 5)
    ids[:, -1] = 0
    return ids, dY


EXERCISE = Exercise(
    name="embedding",
    atelier="atelier2",
    number="2.4",
    title=Text("Plonger les jetons, et le gradient du plongement", "Embedding tokens, and its gradient"),
    points=4,
    functions=(
        Function("embed", "(ids, E)", (Output("Y", "B T d"),)),
        Function("embed_backward", "(ids, dY, V, padding_idx=None)", (Output("dE", "V d"),)),
    ),
    reference={"embed": embed, "embed_backward": embed_backward},
    independent={"embed": independent_embed, "embed_backward": independent_embed_backward},
    public=public,
    draw=draw,
)
