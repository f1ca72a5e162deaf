"""1.12 softmax_backward, cross_entropy_backward: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def softmax_backward_by_jacobian(p, dp):
    return np.stack([(np.diag(q) - np.outer(q, q)) @ g for q, g in zip(p, dp, strict=True)])  # (C, C) @ (C,) per row


def softmax_backward_expanded(p, dp):
    return p * dp - p * np.einsum("bc,bc->b", p, dp)[:, None]


def cross_entropy_backward_by_indices(logits, y):
    shifted = logits - logits.max(axis=1)[:, None]  # (B, C)
    d = np.exp(shifted - np.log(np.exp(shifted).sum(axis=1))[:, None])
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    return d


def cross_entropy_backward_by_torch(logits, y):
    z = torch.tensor(logits, requires_grad=True)
    torch.nn.functional.cross_entropy(z, torch.tensor(y)).backward()
    return z.grad.numpy()


MISTAKES = (
    mistake("diagonal", edit("(p * dp).sum(axis=-1, keepdims=True)", "p * dp")),
    mistake("unweighted", edit("return p * (dp - inner)", "return dp - inner")),
    mistake("plain_sum", edit("(p * dp).sum(axis=-1", "dp.sum(axis=-1")),
    mistake("wrong_axis", edit("(p * dp).sum(axis=-1", "(p * dp).sum(axis=0")),
    mistake("wrong_sign", edit("(dp - inner)", "(inner - dp)")),
    mistake("mean_instead_of_sum", edit("(p * dp).sum", "(p * dp).mean")),
    mistake("not_averaged", edit("(p - one_hot) / len(y)", "p - one_hot")),
    mistake("opposite_sign", edit("(p - one_hot)", "(one_hot - p)")),
    mistake("divided_by_all", edit("/ len(y)", "/ logits.size")),
    mistake("stops_at_probabilities", edit("(p - one_hot)", "-one_hot / p")),
    mistake("stops_at_probabilities_indexed", edit("(p - one_hot)", "np.where(one_hot > 0, -1 / p, 0)")),
    mistake("stops_at_probabilities_summed", edit("(p - one_hot) / len(y)", "-one_hot / p")),
    mistake(
        "stops_at_probabilities_summed_indexed", edit("(p - one_hot) / len(y)", "np.where(one_hot > 0, -1 / p, 0)")
    ),
    mistake("one_everywhere", edit("(p - one_hot)", "(p - 1)")),
    mistake(
        "softmax_over_batch", edit("logits.max(axis=-1", "logits.max(axis=0"), edit("p.sum(axis=-1", "p.sum(axis=0")
    ),
    mistake("shifted_label", edit("dtype=p.dtype)[y]", "dtype=p.dtype)[y - 1]")),
    mistake("unstable_softmax", edit("logits - logits.max(axis=-1, keepdims=True)", "logits")),
)

EQUIVALENTS = (
    equivalent("jacobian", defines={"softmax_backward": softmax_backward_by_jacobian}),
    equivalent("expanded", defines={"softmax_backward": softmax_backward_expanded}),
    equivalent("indices", defines={"cross_entropy_backward": cross_entropy_backward_by_indices}),
    equivalent("torch", defines={"cross_entropy_backward": cross_entropy_backward_by_torch}),
)
