"""Wrong answers by kind: a finite fill, a missing maximum, a wrong reshape, an input written to, a clip, a whole
division, a size taken for granted. Each must lose points at every seed; ``expected`` is what its report may call it.

``spoiled`` makes, of right functions, functions with the mistakes that any function can have.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

PACKED = "packed_multi_head_attention"
NONE: frozenset[str] = frozenset()
NAN = frozenset(["generic:nan"])


@dataclass(frozen=True)
class Wrong:
    """``defines`` goes over the solution of ``exercise``."""

    exercise: str
    label: str
    expected: frozenset[str]
    defines: dict[str, Any]


BY_KIND: list[Wrong] = []


def wrong(exercise: str, name: str = "", expected: frozenset[str] = NONE) -> Callable[[Any], Any]:
    """Adds an implementation to the list; ``name`` is the student's, the exercise's own by default."""

    def add(item: Any) -> Any:
        BY_KIND.append(Wrong(exercise, item.__name__, expected, {name or exercise: item}))
        return item

    return add


def filled(fill: float, added: bool = False) -> Callable[[Any, Any], Any]:
    """What hides scores by a finite number, in their place or added to them."""

    def hide(scores: Any, mask: Any) -> Any:
        if mask is None:
            return scores
        return scores + (~mask) * fill if added else scores.masked_fill(~mask, fill)

    return hide


def softmax_of_rows(scores: Any) -> Any:
    return F.softmax(scores, dim=-1)


def attend(Q: Any, K: Any, V: Any, mask: Any, hide: Any, softmax: Any = softmax_of_rows) -> Any:
    weights = softmax(hide(Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)), mask))
    return weights @ V, weights


def bare_softmax(scores: Any) -> Any:
    exp = torch.exp(scores)
    return exp / exp.sum(dim=-1, keepdim=True)


HIDE = filled(-math.inf)

# --- a finite number in the place of −∞


def _finite_fills() -> None:
    for size in (1e2, 1e3, 1e4):

        def attention(Q: Any, K: Any, V: Any, mask: Any = None, fill: float = -size) -> Any:
            return attend(Q, K, V, mask, filled(fill))

        def added(Q: Any, K: Any, V: Any, mask: Any = None, fill: float = -size) -> Any:
            return attend(Q, K, V, mask, filled(fill, added=True))

        def safe(Q: Any, K: Any, V: Any, mask: Any = None, fill: float = -size) -> Any:
            _, weights = attend(Q, K, V, mask, filled(fill))
            weights = weights if mask is None else weights * mask
            return weights @ V, weights

        def additive(q: Any, K: Any, Wq: Any, Wk: Any, v: Any, mask: Any = None, fill: float = -size) -> Any:
            energies = filled(fill)(torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v, mask)
            weights = F.softmax(energies, dim=-1)
            return (weights.unsqueeze(1) @ K).squeeze(1), weights

        def cross(x: Any, memory: Any, W_q: Any, W_k: Any, W_v: Any, mask: Any = None, fill: float = -size) -> Any:
            mask = None if mask is None else mask[:, None, :]
            return attend(x @ W_q, memory @ W_k, memory @ W_v, mask, filled(fill))[0]

        def packed(
            x: Any, W: Any, b: Any, W_o: Any, b_o: Any, n_heads: Any, mask: Any = None, fill: float = -size
        ) -> Any:
            B, T, d = x.shape
            q, k, v = (t.view(B, T, n_heads, -1).transpose(1, 2) for t in F.linear(x, W, b).split(d, dim=-1))
            heads, weights = attend(q, k, v, None if mask is None else mask[:, None, None], filled(fill))
            return F.linear(heads.transpose(1, 2).reshape(B, T, d), W_o, b_o), weights

        def backward(Q: Any, K: Any, V: Any, dO: Any, mask: Any = None, fill: float = -size) -> Any:
            return gradients(Q, K, V, dO, mask, filled(fill))

        def blockwise(Q: Any, K: Any, V: Any, block: int, causal: bool = False, fill: float = -size) -> Any:
            return by_blocks(Q, K, V, block, causal, fill=fill)

        for function, exercise in (
            (attention, "scaled_dot_product_attention"),
            (added, "scaled_dot_product_attention"),
            (safe, "safe_attention"),
            (additive, "additive_attention"),
            (cross, "cross_attention"),
            (packed, PACKED),
            (backward, "attention_backward"),
            (blockwise, "blockwise_attention"),
        ):
            function.__name__ = f"{function.__name__}_with_fill_{size:.0f}"
            wrong(exercise, "mha_from_packed" if exercise == PACKED else exercise)(function)


def gradients(Q: Any, K: Any, V: Any, dO: Any, mask: Any, hide: Any, softmax: Any = softmax_of_rows) -> Any:
    P = attend(Q, K, V, mask, hide, softmax)[1]
    dP = dO @ V.mT
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True)) / math.sqrt(Q.size(-1))
    return dS @ K, dS.mT @ Q, P.mT @ dO


def by_blocks(Q: Any, K: Any, V: Any, block: int, causal: bool, fill: float = -math.inf, top: float = -math.inf) -> Any:
    query = torch.arange(Q.size(-2)).unsqueeze(1)
    tops = Q.new_full((*Q.shape[:-1], 1), top)
    total, output = torch.zeros_like(tops), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2), block):
        k, v = K[..., start : start + block, :], V[..., start : start + block, :]
        scores = Q @ k.mT / math.sqrt(Q.size(-1))
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.size(-2)) > query, fill)
        new = torch.maximum(tops, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - new), torch.exp(tops - new)
        total, output, tops = total * rescale + p.sum(dim=-1, keepdim=True), output * rescale + p @ v, new
    return output / total


_finite_fills()


@wrong("blockwise_attention", expected=NAN)
def blockwise_attention_maximum_starts_at_zero(Q, K, V, block, causal=False):
    return by_blocks(Q, K, V, block, causal, top=0.0)


# --- exponentials without a maximum


@wrong("scaled_dot_product_attention", expected=NAN)
def attention_without_maximum(Q, K, V, mask=None):
    return attend(Q, K, V, mask, HIDE, bare_softmax)


@wrong("safe_attention")
def safe_attention_without_maximum(Q, K, V, mask=None):
    _, weights = attend(Q, K, V, mask, lambda scores, mask: scores, torch.exp)
    weights = weights if mask is None else weights * mask
    weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-300)
    return weights @ V, weights


@wrong("attention_backward", expected=NAN)
def attention_backward_without_maximum(Q, K, V, dO, mask=None):
    return gradients(Q, K, V, dO, mask, HIDE, bare_softmax)


@wrong("cross_attention", expected=NAN)
def cross_attention_without_maximum(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    mask = None if memory_mask is None else memory_mask[:, None, :]
    return attend(x_dec @ W_q, memory @ W_k, memory @ W_v, mask, HIDE, bare_softmax)[0]


@wrong("additive_attention", expected=NAN)
def additive_attention_without_maximum(q, K, Wq, Wk, v, mask=None):
    weights = bare_softmax(HIDE(torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v, mask))
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


@wrong(PACKED, "mha_from_packed", NAN)
def packed_attention_without_maximum(x, W, b, W_o, b_o, n_heads, mask=None):
    B, T, d = x.shape
    q, k, v = (t.view(B, T, n_heads, d // n_heads).transpose(1, 2) for t in F.linear(x, W, b).split(d, dim=-1))
    heads, weights = attend(q, k, v, None if mask is None else mask[:, None, None], HIDE, bare_softmax)
    return F.linear(heads.transpose(1, 2).reshape(B, T, d), W_o, b_o), weights


class MultiHeadWithoutMaximum(nn.Module):
    """Its softmax is the bare formula."""

    softmax = staticmethod(bare_softmax)
    hide = staticmethod(HIDE)

    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.n_heads, self.causal = n_heads, causal
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x, mask=None):
        B, T, d = x.shape
        q, k, v = (W(x).view(B, T, self.n_heads, -1).transpose(1, 2) for W in (self.W_q, self.W_k, self.W_v))
        allowed = torch.ones(T, T, dtype=torch.bool)
        allowed = allowed.tril() if self.causal else allowed
        allowed = allowed if mask is None else allowed & mask[:, None, None, :]
        heads, _ = attend(q, k, v, allowed, self.hide, self.softmax)
        return self.W_o(heads.transpose(1, 2).reshape(B, T, d))


class MultiHeadWithAFillOf100(MultiHeadWithoutMaximum):
    """Hides scores by −100."""

    softmax = staticmethod(softmax_of_rows)
    hide = staticmethod(filled(-100.0))


wrong("multi_head_attention", "MultiHeadAttention", NAN)(MultiHeadWithoutMaximum)
wrong("multi_head_attention", "MultiHeadAttention", frozenset(["module:W_o"]))(MultiHeadWithAFillOf100)


# --- shapes


@wrong("attention_scores")
def scores_with_leading_axes_merged_by_view(Q, K):
    merged = torch.bmm(Q.view(-1, *Q.shape[-2:]), K.view(-1, *K.shape[-2:]).transpose(1, 2))
    return merged.view(*Q.shape[:-1], K.size(-2)) / math.sqrt(Q.size(-1))


@wrong("scaled_dot_product_attention")
def attention_of_matrices_only(Q, K, V, mask=None):
    scores = Q.reshape(-1, *Q.shape[-2:])[0] @ K.reshape(-1, *K.shape[-2:])[0].T / math.sqrt(Q.size(-1))
    weights = F.softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf), dim=-1)
    return weights @ V, weights.expand(*Q.shape[:-1], K.size(-2))


@wrong("scaled_dot_product_attention")
def attention_of_four_axes(Q, K, V, mask=None):
    _, _, _, d_k = Q.shape
    scores = torch.einsum("bhqd,bhkd->bhqk", Q, K) / math.sqrt(d_k)
    weights = F.softmax(HIDE(scores, mask), dim=-1)
    return torch.einsum("bhqk,bhkd->bhqd", weights, V), weights


# --- sizes and roots


@wrong("attention_scores")
def scores_over_whole_root(Q, K):
    return Q @ K.transpose(-2, -1) / int(math.sqrt(Q.size(-1)))


@wrong("attention_scores")
def scores_with_a_fourth_root_on_one_side(Q, K):
    return (Q / Q.size(-1) ** 0.25) @ K.transpose(-2, -1)


@wrong("attention_scores", expected=frozenset(["generic:dtype"]))
def scores_over_floored_quotient(Q, K):
    return (Q @ K.transpose(-2, -1)) // math.sqrt(Q.size(-1))


@wrong("scaled_dot_product_attention")
def attention_over_whole_root(Q, K, V, mask=None):
    weights = F.softmax(HIDE(Q @ K.transpose(-2, -1) / math.isqrt(Q.size(-1)), mask), dim=-1)
    return weights @ V, weights


@wrong("scaled_dot_product_attention")
def attention_for_d_k_of_64(Q, K, V, mask=None):
    weights = F.softmax(HIDE(Q @ K.transpose(-2, -1) / 8, mask), dim=-1)
    return weights @ V, weights


@wrong("cross_attention")
def cross_attention_over_whole_root(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    q, k = x_dec @ W_q, memory @ W_k
    scores = q @ k.mT / math.isqrt(q.size(-1))
    mask = None if memory_mask is None else memory_mask[:, None, :]
    return F.softmax(HIDE(scores, mask), dim=-1) @ (memory @ W_v)


@wrong("attention_backward")
def attention_backward_over_two(Q, K, V, dO, mask=None):
    P = F.softmax(HIDE(Q @ K.mT / 2, mask), dim=-1)
    dP = dO @ V.mT
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True)) / 2
    return dS @ K, dS.mT @ Q, P.mT @ dO


# --- signs and clips


@wrong("warm_up", "l1_loss", frozenset(["l1_absolute_outside"]))
def l1_with_the_absolute_value_outside(y_hat, y):
    return abs(sum((y_hat - y.reshape(y_hat.shape)).ravel()))


def _clips() -> None:
    for bound in (3.0, 5.0, 8.0):

        def clipped(x: Any, bound: float = bound) -> Any:
            return 1 / (1 + np.exp(-np.clip(x, -bound, bound)))

        def slope(x: Any, bound: float = bound) -> Any:
            s = 1 / (1 + np.exp(-np.clip(x, -bound, bound)))
            return s * (1 - s)

        for function, name in ((clipped, "sigmoid"), (slope, "sigmoid_derivative")):
            function.__name__ = f"{name}_clipped_at_{bound:.0f}"
            wrong("warm_up", name)(function)


_clips()


@wrong("warm_up", "sigmoid")
def sigmoid_held_off_its_ends(x):
    return np.clip(1 / (1 + np.exp(-np.clip(x, -500, 500))), 1e-7, 1 - 1e-7)


@wrong("cosine_similarity", expected=NONE)
def cosine_similarity_of_whole_norms(u, v):
    norms = math.floor(np.linalg.norm(u) * np.linalg.norm(v))
    return float(u @ v / norms) if norms > 0 else 0.0


@wrong("softmax")
def softmax_clipped(x, axis=-1):
    e = np.exp(np.clip(x, -700, 700))
    return e / np.sum(e, axis=axis, keepdims=True)


@wrong("log_softmax", "log_softmax")
def log_softmax_of_clipped_probabilities(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return np.log(np.maximum(e / np.sum(e, axis=axis, keepdims=True), 1e-12))


# --- listed mistakes as students spell them


def called(*names: str) -> frozenset[str]:
    return frozenset(names)


@wrong("softmax", expected=called("global_sum_of_rows"))
def softmax_sums_everything(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum()


@wrong("orthogonal_projection", expected=called("last_sum_unnormalised"))
def projection_sums_long_directions(X, y):
    basis = []
    for j in range(X.shape[1]):
        u = X[:, j].astype(float)
        for b in basis:
            u = u - (X[:, j] @ b) / (b @ b) * b
        if np.linalg.norm(u) > 1e-9 * np.linalg.norm(X[:, j]):
            basis.append(u)
    p = np.zeros(len(y))
    for b in basis:
        p = p + (y @ b) * b
    return p


@wrong(
    "softmax_and_cross_entropy_backward",
    "cross_entropy_backward",
    expected=called("stops_at_probabilities_summed_indexed"),
)
def cross_entropy_backward_by_p(logits, y):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d = np.zeros(p.shape)
    d[np.arange(len(y)), y] = -1 / p[np.arange(len(y)), y]
    return d


@wrong("rnn", "rnn_backward", expected=called("last_step_only"))
def rnn_backward_keeps_its_first_turn(X, h0, Wx, Wh, b, hs, dhs):
    dX, dh, dWx = np.zeros_like(X), np.zeros_like(h0), None
    before = np.concatenate([h0[None], hs[:-1]])
    for t in range(len(X) - 1, -1, -1):
        da = (dh + dhs[t]) * (1 - hs[t] ** 2)
        dX[t], dh = da @ Wx.T, da @ Wh.T
        if dWx is None:
            dWx, dWh, db = X[t].T @ da, before[t].T @ da, da.sum(0)
    return dX, dh, dWx, dWh, db


@wrong("scaled_dot_product_attention", expected=called("mask_inverted_added"))
def attention_minus_a_thousand_million_where_true(Q, K, V, mask=None):
    scores = Q @ K.mT / Q.size(-1) ** 0.5
    if mask is not None:
        scores = scores - 1e9 * mask.double()
    weights = scores.softmax(-1)
    return weights @ V, weights


@wrong("cross_attention", expected=called("mask_inverted_added"))
def cross_attention_minus_a_thousand_million_where_true(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    scores = x_dec @ W_q @ (memory @ W_k).mT / x_dec.size(-1) ** 0.5
    if memory_mask is not None:
        scores = scores + memory_mask[:, None].double() * -1e9
    return scores.softmax(-1) @ (memory @ W_v)


@wrong("cross_attention", expected=called("values_from_decoder_einsum"))
def cross_attention_values_of_the_decoder(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    scores = torch.einsum("bqd,bkd->bqk", x_dec @ W_q, memory @ W_k) / math.sqrt(x_dec.size(-1))
    weights = F.softmax(HIDE(scores, None if memory_mask is None else memory_mask[:, None, :]), dim=-1)
    return torch.einsum("bqk,bkd->bqd", weights, x_dec @ W_v)


@wrong("scaled_dot_product_attention", expected=called("renormalised_after_softmax"))
def attention_masked_late_and_renormalised(Q, K, V, mask=None):
    weights = torch.softmax(Q @ K.mT / math.sqrt(Q.size(-1)), dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0)
        weights = weights / weights.sum(-1, keepdim=True)
    return weights @ V, weights


# --- what any function can do wrong


def changeable(value: Any, kinds: tuple[type, ...]) -> list[Any]:
    """What of these kinds a value is or holds, in lists, tuples and dicts, that is not empty."""
    found = [value] if isinstance(value, kinds) and (not hasattr(value, "shape") or math.prod(value.shape)) else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return found + [part for item in inner for part in changeable(item, kinds)]


def inputs_changed(right: Callable[..., Any], last: bool = False) -> Callable[..., Any]:
    """The answer is right, then the first array received (or the last: a mask, say) is written to; where there is
    none, the first list or dict (or the last) gains an item, or a parameter of a model is written to."""

    def spoiled(*args: Any) -> Any:
        answer = copy.deepcopy(right(*args))
        given = changeable(args, (torch.Tensor, np.ndarray)) or changeable(args, (list, dict))
        given = given or [p for model in changeable(args, (nn.Module,)) for p in model.parameters()]
        with torch.no_grad():
            for part in given[-1:] if last else given[:1]:
                if isinstance(part, list):
                    part.append(part[-1] if part else 0)
                elif isinstance(part, dict):
                    part["one more"] = 0
                else:
                    part[...] = ~part if part.dtype in (torch.bool, np.bool_) else part + 1
        return answer

    return spoiled


def three_decimals(right: Callable[..., Any]) -> Callable[..., Any]:
    """What goes out is rounded."""

    def rounded(value: Any) -> Any:
        if isinstance(value, (tuple, list)):
            return type(value)(rounded(part) for part in value)
        if isinstance(value, dict):
            return {key: rounded(part) for key, part in value.items()}
        if isinstance(value, torch.Tensor):
            return value.round(decimals=3) if value.is_floating_point() else value
        return np.round(value, 3) if isinstance(value, (np.ndarray, float)) else value

    return lambda *args: rounded(right(*args))


def spoiled(right: Any, kind: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Any:
    """The function with the mistake; for a class, the class whose forward makes it."""
    if not isinstance(right, type):
        return kind(right)
    forward = kind(right.forward)
    return type(right.__name__, (right,), {"forward": lambda self, *args: forward(self, *args)})
