"""Wrong implementations that no exercise lists: each must stay unnamed, or be named rightly by a general rule.

``expected`` is what the report may call it, nothing as a rule. They were written after the rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Unlisted:
    """``defines`` goes over the solution of ``exercise``."""

    exercise: str
    label: str
    expected: frozenset[str]
    defines: dict[str, Any]


UNLISTED: list[Unlisted] = []


def unlisted(exercise: str, expected: str | None, name: str = "") -> Callable[[Any], Any]:
    """Adds an implementation to the list; ``name`` is the student's, the exercise's own by default."""

    def add(item: Any) -> Any:
        names = frozenset([expected] if expected else [])
        UNLISTED.append(Unlisted(exercise, item.__name__, names, {name or exercise: item}))
        return item

    return add


def attention(Q, K, V, mask=None):
    """Right."""
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def scores_of(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))


# --- 3.1


@unlisted("attention_scores", "generic:offset")
def scores_plus_one(Q, K):
    return scores_of(Q, K) + 1


@unlisted("attention_scores", "generic:sign")
def scores_negated(Q, K):
    return -scores_of(Q, K)


@unlisted("attention_scores", "generic:transposed")
def scores_of_keys_by_queries(Q, K):
    return scores_of(K, Q)


@unlisted("attention_scores", None)
def scores_as_cosines(Q, K):
    return F.normalize(Q, dim=-1) @ F.normalize(K, dim=-1).transpose(-2, -1)


@unlisted("attention_scores", None)
def scores_minus_maximum(Q, K):
    scores = scores_of(Q, K)
    return scores - scores.amax(dim=-1, keepdim=True)


@unlisted("attention_scores", None)
def scores_over_root_of_d_plus_one(Q, K):
    return Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1) + 1)


@unlisted("attention_scores", "generic:dtype")
def scores_in_half(Q, K):
    return scores_of(Q, K).half().double()


@unlisted("attention_scores", "generic:factor")
def scores_over_root_of_two_d(Q, K):
    return scores_of(Q, K) / math.sqrt(2)


@unlisted("attention_scores", None)
def scores_as_squared_distances(Q, K):
    return -(torch.cdist(Q, K) ** 2) / math.sqrt(Q.size(-1))


@unlisted("attention_scores", None)
def scores_rectified(Q, K):
    return scores_of(Q, K).relu()


@unlisted("attention_scores", None, "score_variance")
def variance_of_sums(d_k, n=10_000, generator=None):
    q, k = torch.randn(n, d_k, generator=generator), torch.randn(n, d_k, generator=generator)
    return ((q + k).sum(dim=-1) / math.sqrt(d_k)).var().item()


# --- 3.2


def additive(q, K, Wq, Wk, v, mask=None, activation=torch.tanh, temperature=1.0):
    energies = activation((q @ Wq).unsqueeze(1) + K @ Wk) @ v / temperature
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


@unlisted("additive_attention", "generic:outputs_swapped")
def additive_weights_first(q, K, Wq, Wk, v, mask=None):
    return additive(q, K, Wq, Wk, v, mask)[::-1]


@unlisted("additive_attention", "sigmoid_for_tanh")
def additive_with_sigmoid(q, K, Wq, Wk, v, mask=None):
    return additive(q, K, Wq, Wk, v, mask, torch.sigmoid)


@unlisted("additive_attention", "generic:shape")
def additive_weights_with_an_axis(q, K, Wq, Wk, v, mask=None):
    context, weights = additive(q, K, Wq, Wk, v, mask)
    return context, weights.unsqueeze(1)


@unlisted("additive_attention", None)
def additive_scaled(q, K, Wq, Wk, v, mask=None):
    return additive(q, K, Wq, Wk, v, mask, temperature=math.sqrt(v.numel()))


@unlisted("additive_attention", None)
def additive_plain_mean(q, K, Wq, Wk, v, mask=None):
    return K.mean(dim=1), additive(q, K, Wq, Wk, v, mask)[1]


# --- 3.3


@unlisted("attention_masks", "generic:shape", "causal_mask")
def causal_with_an_axis(T):
    return torch.ones(1, T, T, dtype=torch.bool).tril()


@unlisted("attention_masks", "generic:reversed", "causal_mask")
def causal_upside_down(T):
    return torch.ones(T, T, dtype=torch.bool).tril().flip(0)


@unlisted("attention_masks", "generic:dtype", "padding_mask")
def padding_as_numbers(lengths, T):
    return (torch.arange(T) < lengths[:, None]).float()


@unlisted("attention_masks", "generic:reversed", "padding_mask")
def padding_on_the_left(lengths, T):
    return (torch.arange(T) < lengths[:, None]).flip(1)


@unlisted("attention_masks", None, "combine_masks")
def masks_xor(padding, causal):
    return padding[:, None, None, :] ^ causal


# --- 3.4

SDPA = "scaled_dot_product_attention"


@unlisted(SDPA, "generic:factor")
def attention_halved(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return output / 2, weights / 2


@unlisted(SDPA, "generic:factor")
def attention_output_times_root(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return output * math.sqrt(Q.size(-1)), weights


@unlisted(SDPA, "generic:outputs_swapped")
def attention_weights_first(Q, K, V, mask=None):
    return attention(Q, K, V, mask)[::-1]


@unlisted(SDPA, None)
def attention_with_sigmoid(Q, K, V, mask=None):
    weights = torch.sigmoid(scores_of(Q, K))
    weights = weights if mask is None else weights * mask
    return weights @ V, weights


@unlisted(SDPA, None)
def attention_filled_with_minus_five(Q, K, V, mask=None):
    scores = scores_of(Q, K)
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -5.0), dim=-1)
    return weights @ V, weights


@unlisted(SDPA, None)
def attention_twice_as_sharp(Q, K, V, mask=None):
    return attention(2 * Q, K, V, mask)


@unlisted(SDPA, "generic:transposed")
def attention_output_axes_swapped_with_heads(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return (output.transpose(1, 2) if output.dim() == 4 else output), weights


@unlisted(SDPA, "generic:except_last")
def attention_last_query_forgotten(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    output[..., -1, :], weights[..., -1, :] = 0.0, 0.0
    return output, weights


@unlisted(SDPA, "generic:dtype")
def attention_rounded(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return output.bfloat16().double(), weights.bfloat16().double()


@unlisted(SDPA, None)
def attention_with_a_large_epsilon(Q, K, V, mask=None):
    _, weights = attention(Q, K, V, mask)
    weights = weights / (weights.sum(-1, keepdim=True) + weights.amax(-1, keepdim=True) / 100)
    return weights @ V, weights


@unlisted(SDPA, None)
def attention_hard(Q, K, V, mask=None):
    _, weights = attention(Q, K, V, mask)
    weights = F.one_hot(weights.argmax(-1), K.size(-2)).to(Q.dtype)
    return weights @ V, weights


@unlisted(SDPA, None)
def attention_causal_always(Q, K, V, mask=None):
    past = torch.ones(Q.size(-2), K.size(-2), dtype=torch.bool).tril()
    return attention(Q, K, V, past if mask is None else mask & past)


@unlisted(SDPA, "generic:transposed")
def attention_weights_transposed(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return output, weights.transpose(-1, -2)


@unlisted(SDPA, "generic:shifted")
def attention_rolled(Q, K, V, mask=None):
    output, weights = attention(Q, K, V, mask)
    return torch.roll(output, 1, dims=-2), torch.roll(weights, 1, dims=-2)


# --- 3.5


def empty_rows(Q, K, mask):
    return torch.zeros(1, 1, dtype=torch.bool) if mask is None else ~mask.any(dim=-1, keepdim=True)


def safe(Q, K, V, mask=None):
    scores = scores_of(Q, K)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=-1).masked_fill(~mask, 0.0)
    return weights @ V, weights


@unlisted("safe_attention", None)
def safe_empty_rows_read_the_mean(Q, K, V, mask=None):
    output, weights = safe(Q, K, V, mask)
    return torch.where(empty_rows(Q, K, mask), V.mean(-2, keepdim=True), output), weights


@unlisted("safe_attention", None)
def safe_empty_rows_give_ones(Q, K, V, mask=None):
    output, weights = safe(Q, K, V, mask)
    return output.masked_fill(empty_rows(Q, K, mask), 1.0), weights


@unlisted("safe_attention", None)
def safe_first_key_by_default(Q, K, V, mask=None):
    _, weights = safe(Q, K, V, mask)
    first = F.one_hot(torch.tensor(0), K.size(-2)).to(Q.dtype)
    weights = torch.where(empty_rows(Q, K, mask), first, weights)
    return weights @ V, weights


# --- 3.6


def backward(Q, K, V, dO, mask=None):
    Q, K, V = (x.detach().clone().requires_grad_() for x in (Q, K, V))
    return torch.autograd.grad(attention(Q, K, V, mask)[0], (Q, K, V), dO)


@unlisted("attention_backward", "generic:sign")
def backward_negated(Q, K, V, dO, mask=None):
    return tuple(-g for g in backward(Q, K, V, dO, mask))


@unlisted("attention_backward", "generic:outputs_swapped")
def backward_keys_first(Q, K, V, dO, mask=None):
    dQ, dK, dV = backward(Q, K, V, dO, mask)
    return dK, dQ, dV


@unlisted("attention_backward", "generic:factor")
def backward_query_doubled(Q, K, V, dO, mask=None):
    dQ, dK, dV = backward(Q, K, V, dO, mask)
    return 2 * dQ, dK, dV


@unlisted("attention_backward", None)
def backward_different_factors(Q, K, V, dO, mask=None):
    dQ, dK, dV = backward(Q, K, V, dO, mask)
    return 2 * dQ, 3 * dK, dV


@unlisted("attention_backward", None)
def backward_values_of_doubled_scores(Q, K, V, dO, mask=None):
    dQ, dK, _ = backward(Q, K, V, dO, mask)
    return dQ, dK, backward(2 * Q, K, V, dO, mask)[2]


# --- 3.12


@unlisted("permutation_equivariance", "squared_gap", "equivariance_gap")
def gap_squared(f, X, P):
    return ((f(P @ X) - P @ f(X)) ** 2).max().item()


@unlisted("permutation_equivariance", "generic:factor", "equivariance_gap")
def gap_doubled(f, X, P):
    return 2 * (f(P @ X) - P @ f(X)).abs().max().item()


@unlisted("permutation_equivariance", "generic:sign", "equivariance_gap")
def gap_negated(f, X, P):
    return -(f(P @ X) - P @ f(X)).abs().max().item()


# --- 3.13


@unlisted("query_design", None, "copy_query")
def copy_negated(K, j, beta):
    return -beta * torch.linalg.pinv(K)[:, j]


@unlisted("query_design", None, "average_query")
def average_of_three_to_one(K, a, b, beta):
    dual = torch.linalg.pinv(K)
    return beta * (dual[:, a] + 0.97 * dual[:, b])


# --- 3.14


def entropy(weights, mask=None):
    if mask is not None:
        weights = weights.masked_fill(~mask[:, None, None, :], 0.0)
        total = weights.sum(dim=-1, keepdim=True)
        weights = weights / total.masked_fill(total == 0, 1.0)
    return -torch.special.xlogy(weights, weights).sum(dim=-1)


def rollout(A, residual=0.5):
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    found = eye.expand(A.size(1), -1, -1)
    for layer in A.mean(dim=2):
        found = (layer * (1 - residual) + eye * residual) @ found
    return found


@unlisted("attention_analysis", "generic:factor", "attention_entropy")
def entropy_in_decimal_digits(weights, mask=None):
    return entropy(weights, mask) / math.log(10)


@unlisted("attention_analysis", None, "attention_entropy")
def entropy_as_perplexity(weights, mask=None):
    return entropy(weights, mask).exp()


@unlisted("attention_analysis", None, "attention_entropy")
def entropy_as_gini(weights, mask=None):
    return 1 - (weights**2).sum(dim=-1)


@unlisted("attention_analysis", "generic:transposed", "attention_entropy")
def entropy_heads_last(weights, mask=None):
    return entropy(weights, mask).transpose(1, 2)


@unlisted("attention_analysis", "generic:transposed", "attention_rollout")
def rollout_transposed(A):
    return rollout(A).transpose(-1, -2)


@unlisted("attention_analysis", None, "attention_rollout")
def rollout_with_little_residual(A):
    return rollout(A, residual=0.1)


# --- 3.7


def split(x, n_heads):
    B, T, d = x.shape
    return x.reshape(B, T, n_heads, d // n_heads).transpose(1, 2)


def merge(x):
    B, h, T, d_h = x.shape
    return x.transpose(1, 2).reshape(B, T, h * d_h)


@unlisted("split_and_merge_heads", "generic:reversed", "split_heads")
def split_from_the_last_head(x, n_heads):
    return split(x, n_heads).flip(1)


@unlisted("split_and_merge_heads", "generic:transposed", "split_heads")
def split_heads_first(x, n_heads):
    return split(x, n_heads).transpose(0, 1)


@unlisted("split_and_merge_heads", "generic:shifted", "split_heads")
def split_rolled(x, n_heads):
    return split(x, n_heads).roll(1, dims=1)


@unlisted("split_and_merge_heads", "generic:reversed", "merge_heads")
def merge_backwards(x):
    return merge(x).flip(-1)


@unlisted("split_and_merge_heads", None, "merge_heads")
def merge_first_head_repeated(x):
    return x[:, 0].repeat(1, 1, x.size(1))


# --- 3.8


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


MHA = "multi_head_attention"


@unlisted(MHA, "module:after", "MultiHeadAttention")
class ResidualAdded(Heads):
    def forward(self, x, mask=None):
        return x + super().forward(x, mask)


@unlisted(MHA, "module:W_o", "MultiHeadAttention")
class OutputBiasForgotten(Heads):
    def forward(self, x, mask=None):
        return merge(self.heads(x, mask, self.W_q(x), self.W_k(x), self.W_v(x))) @ self.W_o.weight.T


@unlisted(MHA, "queries_and_keys_swapped", "MultiHeadAttention")
class QueriesAndKeysExchanged(Heads):
    def forward(self, x, mask=None):
        return self.W_o(merge(self.heads(x, mask, self.W_k(x), self.W_q(x), self.W_v(x))))


@unlisted(MHA, "module:W_o", "MultiHeadAttention")
class HeadsBackwards(Heads):
    def forward(self, x, mask=None):
        return self.W_o(merge(self.heads(x, mask, self.W_q(x), self.W_k(x), self.W_v(x)).flip(1)))


@unlisted(MHA, "module:W_k", "MultiHeadAttention")
class KeysOfKeys(Heads):
    def forward(self, x, mask=None):
        q = self.W_q(x)
        return self.W_o(merge(self.heads(x, mask, q, self.W_k(q), self.W_v(x))))


@unlisted(MHA, "generic:sign", "MultiHeadAttention")
class Negated(Heads):
    def forward(self, x, mask=None):
        return -super().forward(x, mask)


# --- 3.9


def packed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask=None):
    q, k, v = (split(t, n_heads) for t in F.linear(x, in_weight, in_bias).chunk(3, dim=-1))
    heads, weights = attention(q, k, v, None if mask is None else mask[:, None, None, :])
    return F.linear(merge(heads), out_weight, out_bias), weights


PACKED = ("packed_multi_head_attention", "mha_from_packed")


@unlisted(PACKED[0], "generic:outputs_swapped", PACKED[1])
def packed_weights_first(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask=None):
    return packed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask)[::-1]


@unlisted(PACKED[0], "generic:transposed", PACKED[1])
def packed_weights_transposed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask=None):
    output, weights = packed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask)
    return output, weights.transpose(-1, -2)


@unlisted(PACKED[0], None, PACKED[1])
def packed_with_residual(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask=None):
    output, weights = packed(x, in_weight, in_bias, out_weight, out_bias, n_heads, mask)
    return x + output, weights


# --- 3.10


@unlisted("cross_attention", "generic:sign")
def cross_negated(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    hidden = None if memory_mask is None else memory_mask[:, None, :]
    return -attention(x_dec @ W_q, memory @ W_k, memory @ W_v, hidden)[0]


@unlisted("cross_attention", None)
def cross_over_root_of_source(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    hidden = None if memory_mask is None else memory_mask[:, None, :]
    q = x_dec @ W_q * math.sqrt(x_dec.size(-1) / memory.size(1))
    return attention(q, memory @ W_k, memory @ W_v, hidden)[0]


@unlisted("cross_attention", "raw_values")
def cross_values_unprojected(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    hidden = None if memory_mask is None else memory_mask[:, None, :]
    return attention(x_dec @ W_q, memory @ W_k, memory, hidden)[0]


# --- 3.11


class Encoder(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)

    def attend(self, x, mask):
        return self.self_attn(x, x, x, key_padding_mask=None if mask is None else ~mask)[0]


@unlisted("transformer_layers", "module:norm2", "EncoderLayer")
class EncoderWithoutLastNorm(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return x + self.linear2(F.relu(self.linear1(x)))


@unlisted("transformer_layers", "module:norm1", "EncoderLayer")
class EncoderResidualDoubled(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(2 * x + self.attend(x, mask))
        return self.norm2(x + self.linear2(F.relu(self.linear1(x))))


@unlisted("transformer_layers", "module:linear2", "EncoderLayer")
class EncoderWithTanh(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.linear2(torch.tanh(self.linear1(x))))


@unlisted("transformer_layers", "module:after", "EncoderLayer")
class EncoderWithAThirdResidual(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return x + self.norm2(x + self.linear2(F.relu(self.linear1(x))))


@unlisted("transformer_layers", "generic:shifted", "shift_right")  # by one more than what is expected
def shifted_by_two(y, bos):
    return torch.cat([torch.full_like(y[:, :2], bos), y[:, :-2]], dim=1)


# --- 3.15


@unlisted("attention_cost", "generic:factor")
def cost_in_bits(n, d, h, B=1, bytes_per_element=4):
    costs = cost(n, d, h, B, bytes_per_element)
    return {**costs, "memory_scores": 8 * costs["memory_scores"], "kv_cache": 8 * costs["kv_cache"]}


def cost(n, d, h, B=1, bytes_per_element=4):
    scores, projections = 2 * B * n * n * d, 8 * B * n * d * d
    return {
        "flops_qk": scores,
        "flops_av": scores,
        "flops_proj": projections,
        "flops_total": 2 * scores + projections,
        "memory_scores": B * h * n * n * bytes_per_element,
        "kv_cache": 2 * B * n * d * bytes_per_element,
        "rnn_flops": n * 4 * B * d * d,
    }


@unlisted("attention_cost", None)
def cost_with_a_softmax(n, d, h, B=1, bytes_per_element=4):
    costs = cost(n, d, h, B, bytes_per_element)
    return {**costs, "flops_qk": costs["flops_qk"] + 5 * B * h * n * n}


# --- 3.16


def blockwise(Q, K, V, block, causal=False):
    mask = torch.ones(Q.size(-2), K.size(-2), dtype=torch.bool)
    return attention(Q, K, V, mask.tril() if causal else mask)[0]


@unlisted("blockwise_attention", "generic:sign")
def blockwise_negated(Q, K, V, block, causal=False):
    return -blockwise(Q, K, V, block, causal)


@unlisted("blockwise_attention", "generic:reversed")
def blockwise_backwards(Q, K, V, block, causal=False):
    return blockwise(Q, K, V, block, causal).flip(-2)


@unlisted("blockwise_attention", None)
def blockwise_local(Q, K, V, block, causal=False):
    i, j = torch.arange(Q.size(-2))[:, None], torch.arange(K.size(-2))
    near = (i // block == j // block) | (j == 0)
    return attention(Q, K, V, near & (j <= i) if causal else near)[0]
