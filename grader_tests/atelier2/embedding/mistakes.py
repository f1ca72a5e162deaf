"""2.4 Embedding: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def embed_by_one_hot(ids, E):
    return F.one_hot(ids, len(E)).to(E.dtype) @ E if 0 <= int(ids.min()) <= int(ids.max()) < len(E) else E[len(E)]


def backward_by_one_hot(ids, dY, V, padding_idx=None):
    one_hot = F.one_hot(ids, V).to(dY.dtype)
    dE = torch.einsum("btv,btd->vd", one_hot, dY)
    keep = torch.ones(V, 1, dtype=dY.dtype)
    if padding_idx is not None:
        keep[padding_idx] = 0
    return dE * keep


def embed_by_loop(ids, E):
    rows = []
    for sentence in ids.tolist():
        for i in sentence:
            if not 0 <= i < E.shape[0]:
                raise IndexError(i)
        rows.append(torch.stack([E[i] for i in sentence]))
    return torch.stack(rows)


def backward_by_loop(ids, dY, V, padding_idx=None):
    dE = [torch.zeros(dY.shape[2], dtype=dY.dtype) for _ in range(V)]
    for sentence, slopes in zip(ids.tolist(), dY, strict=True):
        for i, slope in zip(sentence, slopes, strict=True):
            if i != padding_idx:
                dE[i] = dE[i] + slope
    return torch.stack(dE)


def embed_by_index_select(ids, E):
    return torch.index_select(E, 0, ids.flatten()).view(*ids.shape, -1)


def backward_by_numpy(ids, dY, V, padding_idx=None):
    dE = np.zeros((V, dY.shape[-1]), dtype=dY.numpy().dtype)
    np.add.at(dE, ids.numpy(), dY.numpy())
    if padding_idx is not None:
        dE[padding_idx] = 0
    return torch.from_numpy(dE)


def backward_by_autograd(ids, dY, V, padding_idx=None):
    E = torch.zeros(V, dY.size(-1), dtype=dY.dtype, requires_grad=True)
    (dE,) = torch.autograd.grad(F.embedding(ids, E, padding_idx), E, dY)
    return dE


def embed_by_library(ids, E):
    return F.embedding(ids, E)


MISTAKES = (
    mistake("scaled_by_root_d", edit("return E[ids]", "return E[ids] * math.sqrt(E.size(-1))")),
    mistake("off_by_one", edit("E[ids]", "E[(ids + 1) % len(E)]")),
    mistake("time_first", edit("E[ids]", "E[ids.T]")),
    mistake("flattened", edit("E[ids]", "E[ids.reshape(-1)]")),
    mistake("features_before_time", edit("return E[ids]", "return E[ids].transpose(-1, -2)")),
    mistake(
        "last_occurrence_wins",
        edit(".index_add_(0, ids.reshape(-1), dY.reshape(-1, d))", "[ids.reshape(-1)] += dY.reshape(-1, d)"),
    ),
    mistake(
        "mean_of_occurrences",
        edit(
            "if padding_idx is not None:",
            "dE = dE / torch.bincount(ids.reshape(-1), minlength=V).clamp(min=1).unsqueeze(1)\n"
            "    if padding_idx is not None:",
        ),
    ),
    mistake(
        "divided_by_all_tokens",
        edit("if padding_idx is not None:", "dE = dE / ids.numel()\n    if padding_idx is not None:"),
    ),
    mistake("padding_updated", edit("\n    if padding_idx is not None:\n        dE[padding_idx] = 0", "")),
    mistake("padding_taken_for_zero", edit("dE[padding_idx]", "dE[0]")),
    mistake("first_sentence_only", edit("(0, ids.reshape(-1), dY.reshape(-1, d))", "(0, ids[0], dY[0])")),
    mistake("occurrences_counted", edit("dY.reshape", "torch.ones_like(dY).reshape")),
    mistake("one_row_per_position", edit("return dE", "return dE[ids]")),
)

EQUIVALENTS = (
    equivalent("one_hot", defines={"embed": embed_by_one_hot, "embed_backward": backward_by_one_hot}),
    equivalent("loops", defines={"embed": embed_by_loop, "embed_backward": backward_by_loop}),
    equivalent("index_select_and_numpy", defines={"embed": embed_by_index_select, "embed_backward": backward_by_numpy}),
    equivalent("library_and_autograd", defines={"embed": embed_by_library, "embed_backward": backward_by_autograd}),
)
