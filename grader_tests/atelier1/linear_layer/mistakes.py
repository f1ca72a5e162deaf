"""1.11 linear_layer: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def linear_forward_by_einsum(X, W, b):
    return np.einsum("bn,nm->bm", X, W) + b[None, :]


def linear_forward_by_loops(X, W, b):
    Y = np.zeros((X.shape[0], W.shape[1]), dtype=X.dtype)  # (B, m)
    for i, x in enumerate(X):
        for j, w in enumerate(W.T):
            Y[i, j] = np.dot(x, w) + b[j]
    return Y


def linear_backward_by_einsum(X, W, b, dY):
    return np.einsum("bm,nm->bn", dY, W), np.einsum("bn,bm->nm", X, dY), np.einsum("bm->m", dY)


def linear_backward_by_samples(X, W, b, dY):
    dX = np.stack([W @ g for g in dY])  # (B, n)
    dW = sum(np.outer(x, g) for x, g in zip(X, dY, strict=True))  # one (n, m) matrix per sample
    return dX, dW, np.ones(len(dY), dtype=dY.dtype) @ dY


def linear_backward_by_augmentation(X, W, b, dY):
    X1 = np.hstack([X, np.ones((len(X), 1), dtype=X.dtype)])  # (B, n + 1): the bias is the weight of a constant input
    dW1 = X1.T @ dY  # (n + 1, m)
    return [(W @ dY.T).T, dW1[:-1], dW1[-1]]


MISTAKES = (
    mistake("missing_bias", edit("X @ W + b", "X @ W")),
    mistake("transposed_weight", edit("X @ W + b", "X @ W.T + b")),
    mistake("weight_averaged", edit("X.T @ dY", "X.T @ dY / len(X)")),
    mistake("weight_transposed", edit("X.T @ dY", "dY.T @ X")),
    mistake("upstream_forgotten", edit("X.T @ dY", "X.T @ np.ones_like(dY)")),
    mistake("bias_averaged", edit("dY.sum(axis=0)", "dY.mean(axis=0)")),
    mistake("bias_wrong_axis", edit("dY.sum(axis=0)", "dY.sum(axis=1)")),
    mistake("bias_not_reduced", edit("dY.sum(axis=0)", "dY")),
    mistake("input_not_transposed", edit("dY @ W.T", "dY @ W")),
)

EQUIVALENTS = (
    equivalent(
        "einsum", defines={"linear_forward": linear_forward_by_einsum, "linear_backward": linear_backward_by_einsum}
    ),
    equivalent(
        "loops", defines={"linear_forward": linear_forward_by_loops, "linear_backward": linear_backward_by_samples}
    ),
    equivalent("augmentation", defines={"linear_backward": linear_backward_by_augmentation}),
)
