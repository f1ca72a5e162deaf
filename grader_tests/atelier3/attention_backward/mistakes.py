"""3.6 attention_backward: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def backward_by_output(Q, K, V, dO, mask=None):
    scaled = Q / Q.size(-1) ** 0.5
    scores = scaled @ K.mT
    if mask is not None:
        scores = torch.where(mask, scores, -1e9)
    P = scores.softmax(dim=-1)
    D = (dO * (P @ V)).sum(dim=-1, keepdim=True)  # the row sum of P∘dP, from the output
    dS = P * (dO @ V.mT - D)
    return dS @ K / Q.size(-1) ** 0.5, dS.mT @ scaled, P.mT @ dO


def backward_by_einsum(Q, K, V, dO, mask=None):
    scale = Q.size(-1) ** -0.5
    scores = torch.einsum("...qd,...kd->...qk", Q, K) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(Q.dtype).min)
    P = torch.softmax(scores, -1)
    dP = torch.einsum("...qv,...kv->...qk", dO, V)
    dS = scale * (P * dP - P * torch.einsum("...qk,...qk->...q", P, dP)[..., None])
    dQ, dK = torch.einsum("...qk,...kd->...qd", dS, K), torch.einsum("...qk,...qd->...kd", dS, Q)
    return dQ, dK, torch.einsum("...qk,...qv->...kv", P, dO)


def backward_by_jacobians(Q, K, V, dO, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    P = F.softmax(scores, dim=-1)
    jacobians = torch.diag_embed(P) - P[..., :, None] * P[..., None, :]  # (…, T_q, T_k, T_k)
    dP = dO @ V.transpose(-2, -1)
    dS = (jacobians @ dP[..., None]).squeeze(-1) / math.sqrt(Q.size(-1))
    return dS @ K, dS.transpose(-2, -1) @ Q, P.transpose(-2, -1) @ dO


def backward_query_by_query(Q, K, V, dO, mask=None):
    dQ, dK, dV = torch.zeros_like(Q), torch.zeros_like(K), torch.zeros_like(V)
    scale = 1 / math.sqrt(Q.size(-1))
    for i in range(Q.size(-2)):
        q, g = Q[..., i, :, None], dO[..., i, :, None]  # (…, d_k, 1), (…, d_v, 1)
        s = (K @ q).squeeze(-1) * scale  # (…, T_k)
        if mask is not None:
            s = s.masked_fill(~mask[..., i if mask.size(-2) > 1 else 0, :], float("-inf"))
        p = s.softmax(-1)
        dp = (V @ g).squeeze(-1)
        ds = p * (dp - (p * dp).sum(-1, keepdim=True)) * scale
        dQ[..., i, :] = (ds[..., None] * K).sum(-2)
        dK += ds[..., None] * q.mT
        dV += p[..., None] * g.mT
    return dQ, dK, dV


MISTAKES = (
    mistake("diagonal_jacobian", edit("(dP - (P * dP).sum(dim=-1, keepdim=True))", "(1 - P) * dP")),
    mistake("scale_missing_backward", edit("dS @ K * scale", "dS @ K"), edit("@ Q * scale", "@ Q")),
    mistake("scale_missing_everywhere", edit("1 / math.sqrt(Q.size(-1))", "1.0")),
    mistake("softmax_ignored", edit("P * (dP - (P * dP).sum(dim=-1, keepdim=True))", "dP")),
    mistake("scale_squared", edit("dS @ K * scale", "dS @ K * scale**2"), edit("@ Q * scale", "@ Q * scale**2")),
    mistake("scores_instead_of_weights", edit("P.transpose(-2, -1) @ dO", "scores.transpose(-2, -1) @ dO")),
    mistake("dk_not_transposed", edit("dS.transpose(-2, -1) @ Q", "dS @ Q")),
    mistake("sum_on_queries", edit(".sum(dim=-1", ".sum(dim=-2")),
    mistake("mask_ignored", edit("scores = scores.masked_fill", "scores.masked_fill")),
    mistake("mean_missing", edit(" - (P * dP).sum(dim=-1, keepdim=True)", "")),
    mistake("plain_mean", edit("(P * dP).sum(dim=-1, keepdim=True)", "dP.mean(dim=-1, keepdim=True)")),
    mistake("mean_divided_by_t_k", edit("(P * dP).sum(", "(P * dP).mean(")),
    mistake("scale_missing_forward", edit("Q @ K.transpose(-2, -1) * scale", "Q @ K.transpose(-2, -1)")),
)

EQUIVALENTS = (
    equivalent("row_sum_from_the_output", defines={"attention_backward": backward_by_output}),
    equivalent("einsum", defines={"attention_backward": backward_by_einsum}),
    equivalent("full_jacobians", defines={"attention_backward": backward_by_jacobians}),
    equivalent("query_by_query", defines={"attention_backward": backward_query_by_query}),
)
