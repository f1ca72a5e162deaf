"""2.3 The bigram model: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def table_by_one_hot(ids, V, alpha):
    if not alpha > 0 or any(not 0 <= int(i) < V for i in ids):
        raise ValueError("alpha, or an id")
    one_hot = F.one_hot(ids.long(), V).double()
    counts = one_hot[:-1].T @ one_hot[1:] + alpha
    return counts / counts.sum(dim=-1, keepdim=True)


def table_by_loop(ids, V, alpha):
    if alpha <= 0:
        raise ValueError("alpha")
    P = torch.full((V, V), float(alpha), dtype=torch.float64)
    previous = None
    for i in ids.tolist():
        if i < 0 or i >= V:
            raise ValueError("id")
        if previous is not None:
            P[previous, i] += 1
        previous = i
    for i in range(V):
        P[i] /= P[i].sum().item()
    return P


def table_by_index_put(ids, V, alpha):
    if alpha <= 0 or bool(((ids < 0) | (ids >= V)).any()):
        raise ValueError("alpha, or an id")
    counts = torch.zeros(V, V, dtype=torch.float64)
    ones = torch.ones(max(len(ids) - 1, 0), dtype=torch.float64)
    counts.index_put_((ids[:-1], ids[1:]), ones, accumulate=True)
    return torch.softmax(torch.log(counts + alpha), dim=1)


def perplexity_by_nll_loss(P, ids):
    if ids.numel() <= 1:
        raise ValueError("too short")
    return torch.exp(F.nll_loss(P.log()[ids[:-1]], ids[1:])).item()


def perplexity_by_product(P, ids):
    steps = [P[a, b].item() for a, b in torch.stack([ids[:-1], ids[1:]], dim=1).tolist()] if len(ids) > 1 else []
    if not steps:
        raise ValueError("too short")
    return math.prod(p ** (-1 / len(steps)) for p in steps)


def perplexity_in_base_two(P, ids):
    if len(ids) < 2:
        raise ValueError("too short")
    return float(2 ** (-torch.log2(P[ids[:-1], ids[1:]]).mean()))


MISTAKES = (
    mistake("divided_by_all_pairs", edit("dim=1, keepdim=True", ""), edit("alpha * V", "alpha * V * V")),
    mistake("normalised_by_columns", edit("dim=1", "dim=0")),
    mistake(
        "alpha_in_numerator_only",
        edit("(counts.sum(dim=1, keepdim=True) + alpha * V)", "(counts.sum(dim=1, keepdim=True)).clamp(min=1)"),
    ),
    mistake("alpha_added_once", edit("alpha * V", "alpha")),
    mistake("what_comes_before", edit("ids[:-1] * V", "ids[1:] * V"), edit(" + ids[1:]", " + ids[:-1]")),
    mistake(
        "no_smoothing",
        edit(
            "(counts + alpha) / (counts.sum(dim=1, keepdim=True) + alpha * V)",
            "counts / counts.sum(dim=1, keepdim=True).clamp(min=1)",
        ),
    ),
    mistake(
        "last_token_counted", edit("counts.sum(dim=1, keepdim=True)", "torch.bincount(ids, minlength=V).unsqueeze(1)")
    ),
    mistake(
        "presence_for_count",
        edit(
            "counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double()",
            "counts = torch.bincount(ids[:-1] * V + ids[1:], minlength=V * V).reshape(V, V).double().clamp(max=1)",
        ),
    ),
    mistake("disjoint_pairs", edit("ids[:-1] * V", "ids[:len(ids) - 1 : 2] * V"), edit(" + ids[1:]", " + ids[1::2]")),
    mistake("keepdim_forgotten", edit(", keepdim=True", "")),
    mistake("nats_as_bits", edit("math.exp(nll.mean().item())", "2 ** nll.mean().item()")),
    mistake("mean_of_inverses", edit("math.exp(nll.mean().item())", "nll.exp().mean().item()")),
    mistake("exp_of_the_sum", edit("nll.mean", "nll.sum")),
    mistake("divided_by_n", edit("return math.exp(nll.mean().item())", "return math.exp(nll.sum().item() / len(ids))")),
    mistake("no_exponential", edit("math.exp(nll.mean().item())", "nll.mean().item()")),
    mistake("sign_forgotten", edit("nll = -torch.log(P[ids[:-1], ids[1:]])", "nll =torch.log(P[ids[:-1], ids[1:]])")),
    mistake("read_backwards", edit("(P[ids[:-1], ids[1:]])", "(P[ids[1:], ids[:-1]])")),
    mistake("token_given_itself", edit("ids[:-1], ids[1:]", "ids[1:], ids[1:]")),
)

EQUIVALENTS = (
    equivalent(
        "one_hot_and_nll_loss",
        defines={"bigram_probabilities": table_by_one_hot, "bigram_perplexity": perplexity_by_nll_loss},
    ),
    equivalent(
        "loop_and_product", defines={"bigram_probabilities": table_by_loop, "bigram_perplexity": perplexity_by_product}
    ),
    equivalent(
        "index_put_and_base_two",
        defines={"bigram_probabilities": table_by_index_put, "bigram_perplexity": perplexity_in_base_two},
    ),
)
