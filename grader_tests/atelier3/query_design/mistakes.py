"""3.13 copy_query, average_query: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def copy_by_gram(K, j, beta):
    return K.T @ torch.linalg.solve(K @ K.T, beta * torch.eye(K.size(0), dtype=K.dtype)[j])


def average_by_gram(K, a, b, beta):
    target = torch.zeros(K.size(0), dtype=K.dtype)
    target[[a, b]] = beta
    return K.T @ torch.linalg.inv(K @ K.T) @ target


def copy_sharper(K, j, beta):
    target = -beta * torch.ones(K.size(0), 1, dtype=K.dtype)
    target[j] = 3 * beta
    return torch.linalg.lstsq(K, target, driver="gelsd").solution[:, 0] * K.size(1) ** 0.5


def average_sharper(K, a, b, beta):
    target = -beta * torch.ones(K.size(0), 1, dtype=K.dtype)
    target[[a, b]] = beta
    return torch.linalg.lstsq(K, target, driver="gelsd").solution[:, 0] * K.size(1) ** 0.5


MISTAKES = (
    mistake("key_without_beta", edit("beta * torch.linalg.pinv(K)[:, j]", "K[j]")),
    mistake("keys_taken_as_orthogonal", edit("torch.linalg.pinv(K)[:, j]", "K[j]")),
    mistake("copy_without_beta", edit("beta * torch.linalg.pinv(K)[:, j]", "torch.linalg.pinv(K)[:, j]")),
    mistake(
        "one_hot_query",
        edit(
            "return beta * torch.linalg.pinv(K)[:, j]",
            "query = torch.zeros(K.size(1), dtype=K.dtype)\n    query[j] = beta\n    return query",
        ),
    ),
    mistake("difference_of_keys", edit("dual[:, a] + dual[:, b]", "K[a] - K[b]")),
    mistake("half_sum_of_keys", edit("beta * (dual[:, a] + dual[:, b])", "(K[a] + K[b]) / 2")),
    mistake("sum_taken_as_orthogonal", edit("dual[:, a] + dual[:, b]", "K[a] + K[b]")),
    mistake("average_without_beta", edit("beta * (dual", "(dual")),
)

EQUIVALENTS = (
    equivalent("gram", defines={"copy_query": copy_by_gram, "average_query": average_by_gram}),
    equivalent("sharper", defines={"copy_query": copy_sharper, "average_query": average_sharper}),
)
