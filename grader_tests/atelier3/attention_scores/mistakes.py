"""3.1 attention_scores, score_variance: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def scores_by_einsum(Q, K):
    return torch.einsum("...qd,...kd->...qk", Q, K) * Q.shape[-1] ** -0.5


def scores_of_scaled_queries(Q, K):
    return torch.matmul(Q / Q.size(-1) ** 0.5, K.mT)


def scores_scale_shared(Q, K):
    root = Q.size(-1) ** 0.25
    return (Q / root) @ (K / root).transpose(-1, -2)


def variance_as_mean_square(d_k, n=10_000, generator=None):
    pairs = torch.randn(2, n, d_k, generator=generator, dtype=torch.float64)
    return float(((pairs[0] * pairs[1]).sum(-1) ** 2 / d_k).mean())


def variance_over_all_pairs(d_k, n=10_000, generator=None):
    Q = torch.randn(n, d_k, generator=generator)
    K = torch.randn(n, d_k, generator=generator)
    return torch.var(Q @ K.T / math.sqrt(d_k), unbiased=False)


MISTAKES = (
    mistake("missing_scale", edit(" / math.sqrt(Q.size(-1))", "")),
    mistake("divided_by_d_k", edit("math.sqrt(Q.size(-1))", "Q.size(-1)")),
    mistake("multiplied_by_root_d_k", edit("/ math.sqrt(Q", "* math.sqrt(Q")),
    mistake("scaled_by_number_of_keys", edit("math.sqrt(Q.size(-1))", "math.sqrt(K.size(-2))")),
    mistake(
        "scaled_by_d_model", edit("math.sqrt(Q.size(-1))", "math.sqrt((Q.size(1) if Q.dim() == 4 else 1) * Q.size(-1))")
    ),
    mistake("keys_not_transposed", edit("K.transpose(-2, -1)", "K")),
    mistake("wrong_axes_transposed", edit("K.transpose(-2, -1)", "K.transpose(0, 1)")),
    mistake("variance_missing_scale", edit(" / math.sqrt(d_k)", "")),
    mistake("variance_divided_by_d_k", edit("math.sqrt(d_k)", "d_k")),
    mistake("variance_multiplied_by_root_d_k", edit("/ math.sqrt(d_k)", "* math.sqrt(d_k)")),
    mistake(
        "variance_of_uniform_vectors",
        edit("q = torch.randn", "q = torch.rand"),
        edit("k = torch.randn", "k = torch.rand"),
    ),
    mistake("scaled_by_number_of_queries", edit("math.sqrt(Q.size(-1))", "math.sqrt(Q.size(-2))")),
    mistake(
        "softmax_applied",
        edit(
            "Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))",
            "(Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))).softmax(dim=-1)",
        ),
    ),
)

EQUIVALENTS = (
    equivalent("einsum", defines={"attention_scores": scores_by_einsum, "score_variance": variance_as_mean_square}),
    equivalent(
        "scaled_queries",
        defines={"attention_scores": scores_of_scaled_queries, "score_variance": variance_over_all_pairs},
    ),
    equivalent("shared_scale", defines={"attention_scores": scores_scale_shared}),
)
