"""3.8 multi_head_attention: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.unlisted import unlisted


def attention(Q, K, V, mask=None):
    """Right."""
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def split(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)


def merge(x):
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).reshape(B, T, h * d_h)


class Heads(nn.Module):
    """Right, in steps."""

    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.causal = n_heads, causal
        self.W_q, self.W_k = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.W_v, self.W_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def heads(self, x, mask, q, k, v):
        q, k, v = (split(t, self.n_heads) for t in (q, k, v))
        allowed = torch.ones(x.size(1), x.size(1), dtype=torch.bool)
        allowed = allowed.tril() if self.causal else allowed
        allowed = allowed if mask is None else allowed & mask[:, None, None, :]
        return attention(q, k, v, allowed)[0]

    def forward(self, x, mask=None):
        return self.W_o(merge(self.heads(x, mask, self.W_q(x), self.W_k(x), self.W_v(x))))


@unlisted("MultiHeadAttention", "module:after")
class ResidualAdded(Heads):
    def forward(self, x, mask=None):
        return x + super().forward(x, mask)


@unlisted("MultiHeadAttention", "module:W_o")
class OutputBiasForgotten(Heads):
    def forward(self, x, mask=None):
        return merge(self.heads(x, mask, self.W_q(x), self.W_k(x), self.W_v(x))) @ self.W_o.weight.T


@unlisted("MultiHeadAttention", "queries_and_keys_swapped")
class QueriesAndKeysExchanged(Heads):
    def forward(self, x, mask=None):
        return self.W_o(merge(self.heads(x, mask, self.W_k(x), self.W_q(x), self.W_v(x))))


@unlisted("MultiHeadAttention", "module:W_o")
class HeadsBackwards(Heads):
    def forward(self, x, mask=None):
        return self.W_o(merge(self.heads(x, mask, self.W_q(x), self.W_k(x), self.W_v(x)).flip(1)))


@unlisted("MultiHeadAttention", "module:W_k")
class KeysOfKeys(Heads):
    def forward(self, x, mask=None):
        q = self.W_q(x)
        return self.W_o(merge(self.heads(x, mask, q, self.W_k(q), self.W_v(x))))


@unlisted("MultiHeadAttention", "generic:sign")
class Negated(Heads):
    def forward(self, x, mask=None):
        return -super().forward(x, mask)


INF = float("inf")


class HeadsAgain(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.causal = n_heads, causal
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def split(self, x):
        B, T, d = x.shape
        return x.reshape(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)

    def merge(self, heads):
        B, h, T, d_h = heads.shape
        return heads.transpose(1, 2).reshape(B, T, h * d_h)

    def projected(self, x):
        return self.split(self.W_q(x)), self.split(self.W_k(x)), self.split(self.W_v(x))

    def scores(self, q, k):
        return q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))

    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        if self.causal:
            allowed = allowed.tril()
        return allowed if mask is None else allowed & mask[:, None, None, :]

    def weights(self, scores, allowed):
        return F.softmax(scores.masked_fill(~allowed, -INF), dim=-1)

    def out(self, heads, x):
        return self.W_o(self.merge(heads))

    def forward(self, x, mask=None):
        q, k, v = self.projected(x)
        scores = self.scores(q, k)
        return self.out(self.weights(scores, self.allowed(scores, mask)) @ v, x)


@unlisted("MultiHeadAttention", "mask_ignored")
class MultiHeadAttentionMaskIgnored(HeadsAgain):
    def allowed(self, scores, mask):
        return super().allowed(scores, None)


@unlisted("MultiHeadAttention", "mask_inverted")
class MultiHeadAttentionMaskInverted(HeadsAgain):
    def allowed(self, scores, mask):
        return super().allowed(scores, None if mask is None else ~mask)


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionMaskUnlessCausal(HeadsAgain):  # elif: a causal module ignores the padding
    def allowed(self, scores, mask):
        return super().allowed(scores, None if self.causal else mask)


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionCausalUnlessMask(HeadsAgain):  # with a mask, the future is visible
    def allowed(self, scores, mask):
        if mask is None:
            return super().allowed(scores, None)
        return mask[:, None, None, :].expand_as(scores)


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionAlwaysCausal(HeadsAgain):
    def allowed(self, scores, mask):
        return super().allowed(scores, mask).tril()


@unlisted("MultiHeadAttention", "sees_next")
class MultiHeadAttentionSeesNext(HeadsAgain):  # tril(1)
    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        allowed = allowed.tril(1) if self.causal else allowed
        return allowed if mask is None else allowed & mask[:, None, None, :]


@unlisted("MultiHeadAttention", "missing_scale")
class MultiHeadAttentionUnscaled(HeadsAgain):
    def scores(self, q, k):
        return q @ k.transpose(-2, -1)


@unlisted("MultiHeadAttention", "module:after")
class MultiHeadAttentionResidual(HeadsAgain):
    def out(self, heads, x):
        return x + self.W_o(self.merge(heads))


@unlisted("MultiHeadAttention", "queries_and_keys_swapped")
class MultiHeadAttentionQueriesAndKeysSwapped(HeadsAgain):
    def projected(self, x):
        q, k, v = super().projected(x)
        return k, q, v


@unlisted("MultiHeadAttention", "module:W_q")
class MultiHeadAttentionQueriesFromKeys(HeadsAgain):  # W_k used for queries as well
    def projected(self, x):
        return self.split(self.W_k(x)), self.split(self.W_k(x)), self.split(self.W_v(x))


@unlisted("MultiHeadAttention", "module:W_q")
class MultiHeadAttentionWithoutBiases(HeadsAgain):
    def projected(self, x):
        return tuple(self.split(F.linear(x, W.weight)) for W in (self.W_q, self.W_k, self.W_v))


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionOutputBiasMissing(HeadsAgain):
    def out(self, heads, x):
        return F.linear(self.merge(heads), self.W_o.weight)


@unlisted("MultiHeadAttention", "softmax_twice")
class MultiHeadAttentionSoftmaxTwice(HeadsAgain):
    def weights(self, scores, allowed):
        return F.softmax(super().weights(scores, allowed), dim=-1)


@unlisted("MultiHeadAttention", "masked_after_softmax")
class MultiHeadAttentionMaskedAfterSoftmax(HeadsAgain):
    def weights(self, scores, allowed):
        return F.softmax(scores, dim=-1) * allowed


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionSoftmaxOverQueries(HeadsAgain):
    def weights(self, scores, allowed):
        return F.softmax(scores.masked_fill(~allowed, -1e9), dim=-2)


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionHeadsReversed(HeadsAgain):
    def merge(self, heads):
        return super().merge(heads.flip(1))


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionMeanOfHeads(HeadsAgain):  # the mean, repeated to reach d_model
    def merge(self, heads):
        return heads.mean(dim=1).repeat(1, 1, self.n_heads)


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionOneHead(HeadsAgain):  # n_heads ignored
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__(d_model, 1, causal)


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionInterleaved(HeadsAgain):  # features split as (d_h, h), merged likewise
    def split(self, x):
        B, T, d = x.shape
        return x.reshape(B, T, d // self.n_heads, self.n_heads).permute(0, 3, 1, 2)

    def merge(self, heads):
        return heads.permute(0, 2, 3, 1).flatten(2)


@unlisted("MultiHeadAttention")
class MultiHeadAttentionPair(HeadsAgain):  # returns the weights as well
    def forward(self, x, mask=None):
        q, k, v = self.projected(x)
        scores = self.scores(q, k)
        weights = self.weights(scores, self.allowed(scores, mask))
        return self.out(weights @ v, x), weights


@unlisted("MultiHeadAttention", "mask_ignored+missing_scale", "module:W_o")
class MultiHeadAttentionUnscaledUnmasked(HeadsAgain):  # two listed mistakes
    def scores(self, q, k):
        return q @ k.transpose(-2, -1)

    def allowed(self, scores, mask):
        return super().allowed(scores, None)


@unlisted("MultiHeadAttention", "module:W_o", "self_hidden+values_from_keys")
class MultiHeadAttentionSelfHiddenAndKeysAsValues(HeadsAgain):  # two listed mistakes
    def projected(self, x):
        q, k, _ = super().projected(x)
        return q, k, k

    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        allowed = allowed.tril(-1) if self.causal else allowed
        return allowed if mask is None else allowed & mask[:, None, None, :]


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionFirstMask(HeadsAgain):
    def allowed(self, scores, mask):
        return super().allowed(scores, None if mask is None else mask[:1])


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionTwoHeads(HeadsAgain):  # n_heads is taken to be 2
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__(d_model, 2, causal)


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionRootOfT(HeadsAgain):
    def scores(self, q, k):
        return q @ k.transpose(-2, -1) / math.sqrt(q.size(-2))


@unlisted("MultiHeadAttention", "divided_by_d_head")
class MultiHeadAttentionWithoutRoot(HeadsAgain):  # d_h for √d_h
    def scores(self, q, k):
        return q @ k.transpose(-2, -1) / q.size(-1)


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionOutputTransposed(HeadsAgain):
    def out(self, heads, x):
        return self.merge(heads) @ self.W_o.weight + self.W_o.bias


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionSelfHiddenButFirst(HeadsAgain):  # tril(-1), with (0, 0) put back against NaN
    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        if self.causal:
            allowed = allowed.tril(-1)
            allowed[..., 0, 0] = True
        return allowed if mask is None else allowed & mask[:, None, None, :]


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionLastMask(HeadsAgain):  # the last sentence's mask for all
    def allowed(self, scores, mask):
        return super().allowed(scores, None if mask is None else mask[-1:])


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionAnyMask(HeadsAgain):  # what is real in one sentence is in all
    def allowed(self, scores, mask):
        return super().allowed(scores, None if mask is None else mask.any(dim=0, keepdim=True))


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionFixedTwo(HeadsAgain):  # √d_h of the first batch
    def scores(self, q, k):
        return q @ k.transpose(-2, -1) / 2


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionSeesTwoNext(HeadsAgain):  # tril(2)
    def allowed(self, scores, mask):
        allowed = torch.ones_like(scores, dtype=torch.bool)
        allowed = allowed.tril(2) if self.causal else allowed
        return allowed if mask is None else allowed & mask[:, None, None, :]


@unlisted("MultiHeadAttention", "module:W_o")
class MultiHeadAttentionSoftmaxOfLogits(HeadsAgain):  # a softmax of the logarithm of weights plus one
    def weights(self, scores, allowed):
        return F.softmax(torch.log1p(super().weights(scores, allowed)), dim=-1)
