"""Right answers in the manner of well-known public code, each to a whole exercise: not one of them may lose a point.

``defines`` are what students are asked for, ``uses`` what they have written or imported beside it.
"""

# ruff: noqa: F821 (answers call what the notebook gives, and each other, by the names of notebooks)

from __future__ import annotations

import functools
import math
import re
from collections import OrderedDict, namedtuple
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.exercise import Variant


@dataclass(frozen=True)
class RightAnswer(Variant):
    """An implementation of some functions of ``exercise``; the others are the solution's."""

    exercise: str = ""

    def source(self) -> str:
        """With the imports that a student would write above: each check would import scipy anew in its own process."""
        own = super().source()
        inner = dict.fromkeys(re.findall(r"^ +((?:from|import) scipy.*)$", own, re.MULTILINE))
        return "\n".join([IMPORTS, *inner, "", own])


IMPORTS = """\
import functools
import math
from collections import OrderedDict, namedtuple
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

"""


def answer(name, exercise, *defines, uses=()):
    """A right answer whose functions have the names that students give them, but for what follows two underscores."""
    return RightAnswer(name, {f.__name__.partition("__")[0]: f for f in defines}, uses, exercise=exercise)


# ---------------------------------------------------------------------------------------------------------------
# Atelier 1


def sigmoid__scipy(x):
    from scipy.special import expit

    return expit(x)


def sigmoid_derivative__scipy(x):
    from scipy.special import expit

    return expit(x) * expit(-np.asarray(x, dtype=float))


def flatten_image__ravel(image):
    return np.ravel(image)[:, np.newaxis]


def l1_loss__generator(y_hat, y):
    return sum(abs(a - b) for a, b in zip(np.ravel(y_hat).tolist(), np.ravel(y).tolist(), strict=True))


def l2_loss__long_double(y_hat, y):
    residual = np.ravel(y_hat).astype(np.longdouble) - np.ravel(y)
    return residual @ residual


def sigmoid__errstate(x):
    with np.errstate(over="ignore", invalid="ignore"):
        x = np.asarray(x, dtype=np.float64)
        return 0.5 * (1.0 + np.tanh(0.5 * x))


def sigmoid_derivative__cosh(x):
    with np.errstate(over="ignore"):
        return 0.25 / np.cosh(0.5 * np.asarray(x, dtype=np.float64)) ** 2


def l1_loss__linalg(y_hat, y):
    return np.linalg.norm(np.reshape(y_hat, -1) - np.reshape(y, -1), ord=1)


def l2_loss__fractions(y_hat, y):
    pairs = zip(np.ravel(y_hat).tolist(), np.ravel(y).tolist(), strict=True)
    return sum((Fraction(a) - Fraction(b)) ** 2 for a, b in pairs)


def l1_loss__zero_axes(y_hat, y):
    return np.array(np.abs(np.ravel(y_hat) - np.ravel(y)).sum())


def l2_loss__tensor(y_hat, y):
    a, b = (torch.as_tensor(np.ravel(v), dtype=torch.float64) for v in (y_hat, y))
    return F.mse_loss(a, b, reduction="sum")


def cosine_similarity__scipy(u, v):
    from scipy.spatial import distance

    if not np.any(u) or not np.any(v):
        return 0
    return 1 - distance.cosine(np.asarray(u, float), np.asarray(v, float))


def cosine_similarity__hypot(u, v):
    u, v = [float(a) for a in u], [float(b) for b in v]
    length = math.hypot(*u) * math.hypot(*v)
    return math.fsum(a * b for a, b in zip(u, v, strict=True)) / length if length else 0.0


def cosine_similarity__torch(u, v):
    u, v = torch.as_tensor(u).double(), torch.as_tensor(v).double()
    return F.cosine_similarity(u, v, dim=0, eps=1e-300)


def normalize_rows__einsum(X, eps=1e-12):
    X = np.asarray(X, dtype=float)
    return np.einsum("nd,n->nd", X, 1.0 / (np.sqrt(np.einsum("nd,nd->n", X, X)) + eps))


def normalize_rows__by_row(X, eps=1e-12):
    return np.stack([row / max(np.sqrt(row @ row), eps) for row in np.array(X, dtype=np.float64)])


def squared_distances__cdist(X, Y):
    from scipy.spatial.distance import cdist

    return cdist(X, Y, "sqeuclidean")


def squared_distances__centred(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    center = X.mean(0)
    X, Y = X - center, Y - center
    D2 = (X**2).sum(1)[:, None] + (Y**2).sum(1)[None, :]
    D2 -= 2 * X @ Y.T
    return D2.clip(min=0)


def softmax__scipy(x, axis=-1):
    from scipy import special

    return special.softmax(x, axis=axis)


def softmax__jax_like(x, axis=-1):
    x = np.asarray(x, dtype=np.result_type(x, np.float16))
    unnormalized = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return unnormalized / np.sum(unnormalized, axis=axis, keepdims=True)


def softmax__torch(x, axis=-1):
    return torch.softmax(torch.as_tensor(np.ascontiguousarray(x)).double(), axis)


def softmax__single(x, axis=-1):
    z = np.moveaxis(np.asarray(x, dtype=np.float32), axis, -1)
    e = np.exp(z - z.max(-1, keepdims=True))
    return np.moveaxis(e / e.sum(-1, keepdims=True), -1, axis).astype(np.float64)


def softmax__ufuncs(x, axis=-1):
    x = np.array(x, dtype=np.float64)  # a copy of its own, then in place
    np.subtract(x, np.maximum.reduce(x, axis=axis, keepdims=True), out=x)
    np.exp(x, out=x)
    x /= np.add.reduce(x, axis=axis, keepdims=True)
    return x


def logsumexp__scipy(x, axis=-1):
    from scipy.special import logsumexp

    return logsumexp(x, axis=axis)


def log_softmax__scipy(x, axis=-1):
    from scipy.special import log_softmax

    return log_softmax(x, axis=axis)


def logsumexp__logaddexp(x, axis=-1):
    return np.logaddexp.reduce(np.asarray(x, dtype=float), axis=axis)


def log_softmax__logaddexp(x, axis=-1):
    x = np.asarray(x, dtype=float)
    return x - np.expand_dims(np.logaddexp.reduce(x, axis=axis), axis)


def entropy__scipy(p, base=math.e):
    from scipy.stats import entropy

    return entropy(p, base=base)


def kl_divergence__scipy(p, q):
    from scipy.special import rel_entr

    return rel_entr(p, q).sum()


def entropy__comprehension(p, base=math.e):
    return -sum([p_i * math.log(p_i, base) for p_i in p if p_i > 0])


def kl_divergence__masked_array(p, q):
    p, q = np.ma.masked_equal(p, 0), np.asarray(q)
    return (p * np.ma.log(p / q)).sum()


def entropy__where(p, base=math.e):
    p = np.asarray(p)
    terms = p * np.log(p, out=np.zeros_like(p), where=p > 0)
    return -terms.sum(dtype=np.float64) / np.log(base)


def kl_divergence__xlogy(p, q):
    p, q = torch.as_tensor(p), torch.as_tensor(q)
    return (torch.xlogy(p, p) - torch.xlogy(p, q)).sum()


def orthogonal_projection__pivoted_qr(X, y):
    import scipy.linalg

    X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    Q, R, _ = scipy.linalg.qr(X, mode="economic", pivoting=True)
    pivots = np.abs(np.diagonal(R))
    Q = Q[:, pivots > 1e-12 * max(pivots.max(initial=0.0), 1e-300)]
    return Q @ (Q.T @ y)


def orthogonal_projection__orth(X, y):
    from scipy.linalg import orth

    basis = orth(np.asarray(X, dtype=float), rcond=1e-12)
    return basis.dot(basis.T.dot(y))


def low_rank_approximation__named(A, r):
    U, s, Vh = np.linalg.svd(np.asarray(A, dtype=float), full_matrices=False)
    Approximation = namedtuple("Approximation", ["matrix", "error"])
    return Approximation((U[:, :r] * s[:r]) @ Vh[:r], np.linalg.norm(s[r:]))


def low_rank_approximation__outer_products(A, r):
    U, s, Vh = np.linalg.svd(A)
    A_r = functools.reduce(np.add, (s[i] * np.outer(U[:, i], Vh[i]) for i in range(min(r, len(s)))))
    return [A_r, math.sqrt(math.fsum(x * x for x in s[r:]))]


def low_rank_approximation__torch(A, r):
    A = torch.as_tensor(A).double() if np.issubdtype(np.asarray(A).dtype, np.integer) else torch.as_tensor(A)
    U, S, Vh = torch.linalg.svd(A, full_matrices=False)
    return U[:, :r] @ torch.diag(S[:r]) @ Vh[:r], S[r:].norm()


def pca__eigh(X, k):
    mean = X.mean(axis=0)
    cov = np.cov(X.T, bias=True).reshape(X.shape[1], X.shape[1])
    values, vectors = np.linalg.eigh(cov)
    order = np.argsort(values)[::-1][:k]
    components = vectors[:, order].T
    return (X - mean) @ components.T, components, np.maximum(values[order], 0)


def pca__svd(X, k):
    n = X.shape[0]
    Xc = X - X.mean(axis=0, keepdims=True)
    U, S, Vt = np.linalg.svd(Xc, full_matrices=False)
    signs = np.sign(U[np.argmax(np.abs(U), axis=0), np.arange(U.shape[1])])  # as scikit-learn's svd_flip
    U, Vt = U * signs, Vt * signs[:, None]
    return U[:, :k] * S[:k], Vt[:k], S[:k] ** 2 / n


def power_iteration__generator(A, n_iter, x0):
    v = functools.reduce(lambda x, _: (A @ x) / np.linalg.norm(A @ x), range(n_iter), np.asarray(x0, dtype=float))
    v = v / np.linalg.norm(v)
    return np.vdot(v, A @ v), v


def stationary_distribution__lstsq(P):
    n = len(P)
    system = np.vstack([np.asarray(P).T - np.eye(n), np.ones(n)])
    return np.linalg.lstsq(system, np.eye(n + 1)[-1], rcond=None)[0]


def stationary_distribution__null_space(P):
    from scipy.linalg import null_space

    direction = null_space(np.transpose(P) - np.identity(len(P)), rcond=1e-5)[:, 0]
    return direction / direction.sum()


def linear_forward__einsum(X, W, b):
    return np.einsum("bn,nm->bm", X, W) + b[None]


def linear_backward__einsum(X, W, b, dY):
    Gradients = namedtuple("Gradients", "dX dW db")
    dW = np.einsum("bn,bm->nm", X, dY)
    return Gradients(np.einsum("bm,nm->bn", dY, W), dW, np.einsum("bm->m", dY))


def linear_forward__augmented(X, W, b):
    ones = np.ones((X.shape[0], 1), dtype=X.dtype)
    return np.hstack([X, ones]) @ np.vstack([W, b])


def linear_backward__sums_of_outer_products(X, W, b, dY):
    dX = np.stack([dy @ W.T for dy in dY])
    return dX, sum(np.outer(x, dy) for x, dy in zip(X, dY, strict=True)), sum(list(dY))


def softmax_backward__jacobian(p, dp):
    return np.stack([(np.diag(row) - np.outer(row, row)) @ d for row, d in zip(p, dp, strict=True)])


def cross_entropy_backward__karpathy(logits, y):
    n = logits.shape[0]
    norm_logits = logits - logits.max(1, keepdims=True)
    counts = np.exp(norm_logits)
    dlogits = counts * counts.sum(1, keepdims=True) ** -1
    dlogits[range(n), y] -= 1
    dlogits /= n
    return dlogits


def cross_entropy_backward__autograd(logits, y):
    z = torch.tensor(logits, requires_grad=True)
    F.cross_entropy(z, torch.as_tensor(y, dtype=torch.long)).backward()
    return z.grad.numpy()


def softmax_backward__vjp(p, dp):
    z = torch.as_tensor(p).log()
    _, pull = torch.func.vjp(lambda z: z.softmax(-1), z)
    return pull(torch.as_tensor(dp))[0]


def gradient_check__comprehension(f, x, eps=1e-5):
    basis = np.eye(x.size).reshape(-1, *x.shape)
    numeric = np.array([(f(x + eps * e)[0] - f(x - eps * e)[0]) / (2 * eps) for e in basis])
    analytic = np.ravel(f(x.copy())[1])
    return np.linalg.norm(analytic - numeric) / (np.linalg.norm(analytic) + np.linalg.norm(numeric))


def gradient_check__nditer(f, x, eps=1e-5):
    """In the manner of the first course on convolutional networks: x is moved and put back."""
    _, analytic = f(x)
    x, numeric = x.copy(), np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + eps
        plus = f(x)[0]
        x[ix] = old - eps
        minus = f(x)[0]
        x[ix] = old
        numeric[ix] = (plus - minus) / (2 * eps)
        it.iternext()
    norm = np.linalg.norm
    return norm(analytic - numeric) / (norm(analytic) + norm(numeric))


def rnn_forward__scan(X, h0, Wx, Wh, b):
    from itertools import accumulate

    return np.array(list(accumulate(X, lambda h, x: np.tanh(x @ Wx + h @ Wh + b), initial=h0))[1:])


def rnn_backward__autograd(X, h0, Wx, Wh, b, hs, dhs):
    leaves = [torch.tensor(a, requires_grad=True) for a in (X, h0, Wx, Wh, b)]
    X, h, Wx, Wh, b = leaves
    states = []
    for x in X:
        h = torch.tanh(x @ Wx + h @ Wh + b)
        states.append(h)
    return [g.numpy() for g in torch.autograd.grad(torch.stack(states), leaves, torch.as_tensor(dhs))]


def rnn_backward__stacked(X, h0, Wx, Wh, b, hs, dhs):
    T = len(X)
    before = np.concatenate([h0[None], hs[:-1]])
    dz = np.empty_like(hs)
    flowing = np.zeros_like(h0)
    for t in reversed(range(T)):
        dz[t] = (1 - hs[t] ** 2) * (dhs[t] + flowing)
        flowing = dz[t] @ Wh.T
    dWx, dWh = np.tensordot(X, dz, ((0, 1), (0, 1))), np.tensordot(before, dz, ((0, 1), (0, 1)))
    Gradients = namedtuple("Gradients", "dX dh0 dWx dWh db")
    return Gradients(dz @ Wx.T, flowing, dWx, dWh, dz.sum((0, 1)))


def jacobian_norms__accumulate(Wh, hs):
    J, norms = np.eye(len(Wh)), [1.0]
    for h in hs[:0:-1]:
        J = J @ (Wh @ np.diag(1 - h * h)).T
        norms.insert(0, np.linalg.svd(J, compute_uv=False)[0])
    return norms


def clip_gradients__torch_like(grads, max_norm):
    total_norm = np.linalg.norm([np.linalg.norm(np.ravel(g)) for g in grads])
    clip_coef = min(1.0, max_norm / (total_norm + 1e-12))
    return [g * clip_coef for g in grads]


def mlp_torch__module(X, y, W1, b1, W2, b2):
    model = nn.Sequential(OrderedDict(hidden=nn.Linear(*W1.shape), act=nn.Tanh(), out=nn.Linear(*W2.shape)))
    with torch.no_grad():
        for layer, (W, b) in zip((model.hidden, model.out), ((W1, b1), (W2, b2)), strict=True):
            layer.weight, layer.bias = (
                nn.Parameter(torch.as_tensor(W).T.clone()),
                nn.Parameter(torch.as_tensor(b).clone()),
            )
    loss = nn.CrossEntropyLoss()(model(torch.as_tensor(X)), torch.as_tensor(y).long())
    loss.backward()
    hidden, out = model.hidden, model.out
    return loss.detach(), (hidden.weight.grad.T, hidden.bias.grad, out.weight.grad.T, out.bias.grad)


def mlp_torch__functional(X, y, W1, b1, W2, b2):
    params = tuple(torch.as_tensor(p) for p in (W1, b1, W2, b2))
    X, y = torch.as_tensor(X), torch.as_tensor(y).long()

    def loss(W1, b1, W2, b2):
        return F.nll_loss(F.log_softmax(torch.tanh(X @ W1 + b1) @ W2 + b2, dim=1), y)

    grads, value = torch.func.grad_and_value(loss, argnums=(0, 1, 2, 3))(*params)
    return value.item(), grads


def contract_pairs__vmap(A, B):
    return torch.vmap(lambda a, b: a @ b.mT)(A, B)


def contract_rows__bmm(A, B):
    return torch.bmm(B[:, None], A).squeeze(1)


def contract_all__comprehension(A, B):
    return torch.stack([torch.tensordot(a, b) for a, b in zip(A, B, strict=True)])


# ---------------------------------------------------------------------------------------------------------------
# Atelier 3


def attention_scores__einsum(Q, K):
    return torch.einsum("...qd,...kd->...qk", Q, K).div(Q.shape[-1] ** 0.5)


def attention_scores__quartic_root(Q, K):
    scale = K.size(-1) ** -0.25
    return (Q * scale).matmul((K * scale).mT)


def score_variance__one_by_one(d_k, n=10_000, generator=None):
    q, k = torch.randn(2, n, d_k, generator=generator).unbind(0)
    return (torch.einsum("nd,nd->n", q, k) * d_k**-0.5).var(unbiased=False)


def additive_attention__fairseq_like(q, K, Wq, Wk, v, mask=None):
    """In the manner of a sequence-to-sequence library: time first, (context, weights)."""
    x = torch.tanh(F.linear(q, Wq.t()).unsqueeze(0) + F.linear(K.transpose(0, 1), Wk.t()))  # (T, B, da)
    scores = torch.sum(v * x, dim=2)  # (T, B)
    if mask is not None:
        scores = scores.masked_fill(~mask.t(), float("-inf")).type_as(scores)
    weights = F.softmax(scores, dim=0)
    return (weights.unsqueeze(2) * K.transpose(0, 1)).sum(dim=0), weights.t()


def additive_attention__module(q, K, Wq, Wk, v, mask=None):
    attend = Bahdanau(*Wq.shape, Wk.size(0)).to(q.dtype)
    parts = {"W1.weight": Wq.T, "W2.weight": Wk.T, "V.weight": v[None]}
    return torch.func.functional_call(attend, parts, (q, K, mask))


class Bahdanau(nn.Module):
    def __init__(self, dq, da, dk):
        super().__init__()
        self.W1, self.W2 = nn.Linear(dq, da, bias=False), nn.Linear(dk, da, bias=False)
        self.V = nn.Linear(da, 1, bias=False)

    def forward(self, query, values, mask):
        score = self.V((self.W1(query)[:, None] + self.W2(values)).tanh())
        score = score if mask is None else torch.where(mask[..., None], score, torch.finfo(score.dtype).min)
        attention_weights = score.softmax(1)
        return (attention_weights * values).sum(1), attention_weights.squeeze(-1)


def padding_mask__nested(lengths, T):
    return torch.stack([torch.arange(T).lt(length) for length in lengths.tolist()])


def causal_mask__generated(T):
    return nn.Transformer.generate_square_subsequent_mask(T) == 0


def combine_masks__annotated(padding, causal):
    return padding.unsqueeze(-2).unsqueeze(1) & causal.type_as(padding.data)


def subsequent_mask(size):
    attn_shape = (1, size, size)
    return torch.triu(torch.ones(attn_shape), diagonal=1).type(torch.uint8) == 0


def causal_mask__annotated(T):
    return subsequent_mask(T)[0]


def combine_masks__vmap(padding, causal):
    return torch.vmap(lambda row: row & causal)(padding).unsqueeze(1)


def scaled_dot_product_attention__single_softmax(Q, K, V, mask=None):
    """In the manner of a language model in half precision: the softmax in float32, cast back."""
    attn_weights = torch.matmul(Q, K.transpose(-2, -1)) / math.sqrt(Q.size(-1))
    if mask is not None:
        attn_weights = attn_weights.masked_fill(mask.logical_not(), torch.finfo(attn_weights.dtype).min)
    attn_weights = nn.functional.softmax(attn_weights, dim=-1, dtype=torch.float32).to(Q.dtype)
    return torch.matmul(attn_weights, V), attn_weights


def scaled_dot_product_attention__annotated(query, key, value, mask=None, dropout=None):
    "Compute 'Scaled Dot Product Attention'"
    d_k = query.size(-1)
    scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    p_attn = scores.softmax(dim=-1)
    if dropout is not None:
        p_attn = dropout(p_attn)
    return torch.matmul(p_attn, value), p_attn


def scaled_dot_product_attention__bias(Q, K, V, mask=None):
    L, S = Q.size(-2), K.size(-2)
    bias = torch.zeros(L, S, dtype=Q.dtype)
    if mask is not None:
        bias = torch.zeros(torch.broadcast_shapes(mask.shape, (L, S)), dtype=Q.dtype)
        bias.masked_fill_(mask.logical_not(), float("-inf"))  # in place, on a tensor of its own
    weights = torch.softmax(Q @ K.transpose(-2, -1) * (1 / math.sqrt(Q.size(-1))) + bias, dim=-1)
    return weights @ V, weights


def safe_attention__where(Q, K, V, mask=None):
    scores = torch.einsum("...id,...jd->...ij", Q, K) * Q.size(-1) ** -0.5
    if mask is None:
        mask = scores.new_ones((), dtype=torch.bool)
    dead = ~mask.expand(scores.shape).any(-1, keepdim=True)
    scores = torch.where(mask | dead, scores, -torch.inf)
    weights = torch.where(dead, 0.0, scores.softmax(-1))
    return torch.einsum("...ij,...jd->...id", weights, V), weights


@torch.no_grad()
def attention_backward__flash(Q, K, V, dO, mask=None):
    """In the manner of FlashAttention's backward pass: D = rowsum(dO ∘ O), the normaliser's logarithm kept."""
    scale = 1 / math.sqrt(Q.size(-1))
    S = torch.einsum("...id,...jd->...ij", Q, K).mul_(scale)
    if mask is not None:
        S.masked_fill_(~mask, float("-inf"))
    L = torch.logsumexp(S, dim=-1, keepdim=True)
    P = torch.exp(S - L)
    out = P @ V
    dV = torch.einsum("...ij,...id->...jd", P, dO)
    dP = torch.einsum("...id,...jd->...ij", dO, V)
    D = (dO * out).sum(-1, keepdim=True)
    dS = P * (dP - D)
    return torch.einsum("...ij,...jd->...id", dS, K) * scale, torch.einsum("...ij,...id->...jd", dS, Q) * scale, dV


@torch.no_grad()
def equivariance_gap__index(f, X, P):
    order = P.argmax(dim=1)
    return torch.dist(f(X[order]), f(X)[order], p=float("inf"))


def copy_query__solve(K, j, beta):
    target = torch.zeros(K.shape[0], dtype=K.dtype)
    target[j] = beta
    return K.T @ torch.linalg.solve(K @ K.T, target)


def average_query__lstsq(K, a, b, beta):
    target = beta * (F.one_hot(torch.tensor(a), len(K)) + F.one_hot(torch.tensor(b), len(K))).to(K.dtype)
    return torch.linalg.lstsq(K.contiguous(), target[:, None], driver="gelsd").solution[:, 0]


def attention_entropy__distributions(weights, mask=None):
    if mask is not None:
        weights = F.normalize(weights * mask[:, None, None, :], p=1, dim=-1)
    return torch.special.entr(weights).sum(-1)


def attention_rollout__reduce(A):
    """In the manner of the code that vision papers share: identity added, rows renormalised, layers multiplied."""
    eye = torch.eye(A.size(-1), dtype=A.dtype)
    layers = (A.mean(dim=2) + eye) / 2
    layers = layers / layers.sum(dim=-1, keepdim=True)
    return functools.reduce(lambda joint, layer: layer @ joint, layers)


def split_heads__einops_like(x, n_heads):
    return x.unflatten(-1, (n_heads, x.shape[-1] // n_heads)).permute(0, 2, 1, 3)


def merge_heads__einops_like(x):
    return x.movedim(1, 2).flatten(2)


def split_heads__chunks(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1), dim=1)


def merge_heads__cat(x):
    return torch.cat([x[:, i] for i in range(x.shape[1])], dim=-1)


@dataclass
class GPTConfig:
    block_size: int = 64
    dropout: float = 0.0


class MultiHeadAttention__gpt(nn.Module):
    """In the manner of a small GPT: the causal mask is a buffer."""

    def __init__(self, d_model, n_heads, causal=False, config=GPTConfig()):  # noqa: B008
        super().__init__()
        assert d_model % n_heads == 0
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.attn_dropout = nn.Dropout(config.dropout)
        self.W_o = nn.Linear(d_model, d_model)
        self.resid_dropout = nn.Dropout(config.dropout)
        size = config.block_size
        self.register_buffer("bias", torch.tril(torch.ones(size, size)).view(1, 1, size, size))
        self.n_head, self.n_embd, self.causal = n_heads, d_model, causal

    def forward(self, x, mask=None):
        B, T, C = x.size()
        q, k, v = (
            W(x).view(B, T, self.n_head, C // self.n_head).transpose(1, 2) for W in (self.W_q, self.W_k, self.W_v)
        )
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        if self.causal:
            att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf"))
        if mask is not None:
            att = att.masked_fill(~mask.view(B, 1, 1, T), float("-inf"))
        att = self.attn_dropout(F.softmax(att, dim=-1))
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.resid_dropout(self.W_o(y))


def clones(module, N):
    "Produce N identical layers."
    return nn.ModuleList([deepcopy(module) for _ in range(N)])


class MultiHeadAttention__annotated(nn.Module):
    """In the manner of the annotated Transformer: clones in a list, the last weights kept in an attribute."""

    def __init__(self, d_model, n_heads, causal=False, dropout=0.0):
        super().__init__()
        self.d_k, self.h, self.causal = d_model // n_heads, n_heads, causal
        self.linears = clones(nn.Linear(d_model, d_model), 4)
        self.W_q, self.W_k, self.W_v, self.W_o = self.linears
        self.attn = None
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, x, mask=None):
        nbatches, T = x.size(0), x.size(1)
        allowed = torch.ones(nbatches, 1, 1, T, dtype=torch.bool) if mask is None else mask[:, None, None]
        if self.causal:
            allowed = allowed & subsequent_mask(T)
        query, key, value = [
            lin(part).view(nbatches, -1, self.h, self.d_k).transpose(1, 2)
            for lin, part in zip(self.linears, (x, x, x), strict=False)
        ]
        scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(self.d_k)
        self.attn = self.dropout(scores.masked_fill(allowed == 0, -1e9).softmax(dim=-1))
        out = torch.matmul(self.attn, value).transpose(1, 2).contiguous().view(nbatches, -1, self.h * self.d_k)
        return self.linears[-1](out)


class MultiHeadAttention__cached(nn.Module):
    """Keeps masks that it has made, frozen rotations of nothing, and a buffer that no checkpoint holds."""

    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        for name in ("W_q", "W_k", "W_v", "W_o"):
            setattr(self, name, nn.Linear(d_model, d_model))
        self.n_heads, self.causal, self._masks = n_heads, causal, {}
        self.register_buffer("scale", torch.tensor((d_model // n_heads) ** -0.5), persistent=False)
        self.positions = nn.Parameter(torch.arange(512.0), requires_grad=False)

    def past(self, T):
        if T not in self._masks:
            self._masks[T] = self.positions[:T, None] >= self.positions[None, :T]
        return self._masks[T]

    def forward(self, x, mask=None):
        heads = []
        for q, k, v in zip(*(W(x).chunk(self.n_heads, -1) for W in (self.W_q, self.W_k, self.W_v)), strict=True):
            scores = q @ k.mT * self.scale
            if mask is not None:
                scores = scores.masked_fill(~mask[:, None], -torch.inf)
            if self.causal:
                scores = scores.masked_fill(~self.past(x.shape[1]), -torch.inf)
            heads.append(scores.softmax(-1) @ v)
        return self.W_o(torch.cat(heads, -1))


class MultiHeadAttention__flash(nn.Module):
    def __init__(self, d_model, n_heads, causal=False):
        super().__init__()
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.register_buffer("future", None)
        self.n_heads, self.causal = n_heads, causal

    def forward(self, x, mask=None):
        qkv = (
            torch.stack([W(x) for W in (self.W_q, self.W_k, self.W_v)]).unflatten(-1, (self.n_heads, -1)).movedim(-2, 2)
        )
        allowed = None if mask is None else mask[:, None, None, :].expand(-1, 1, x.size(1), -1)
        if self.causal and mask is not None:
            allowed = allowed & allowed.new_ones(x.size(1), x.size(1)).tril()
        y = F.scaled_dot_product_attention(*qkv, attn_mask=allowed, is_causal=self.causal and mask is None)
        return self.W_o(y.transpose(1, 2).flatten(2))


@torch.no_grad()
def mha_from_packed__loaded(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    mha = nn.MultiheadAttention(x.shape[-1], n_heads, batch_first=True).to(x.dtype)
    packed = {"in_proj_weight": in_proj_weight, "in_proj_bias": in_proj_bias}
    mha.load_state_dict({**packed, "out_proj.weight": out_proj_weight, "out_proj.bias": out_proj_bias})
    hidden = None if mask is None else ~mask
    return mha(x, x, x, key_padding_mask=hidden, need_weights=True, average_attn_weights=False)


def mha_from_packed__module(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    m = nn.MultiheadAttention(x.size(2), n_heads, batch_first=True, dtype=x.dtype)
    m.in_proj_weight = nn.Parameter(in_proj_weight.detach())
    m.in_proj_bias = nn.Parameter(in_proj_bias.detach())
    m.out_proj.weight, m.out_proj.bias = nn.Parameter(out_proj_weight.detach()), nn.Parameter(out_proj_bias.detach())
    return m.eval()(x, x, x, None if mask is None else mask.logical_not(), average_attn_weights=False)


def mha_from_packed__functional(x, in_proj_weight, in_proj_bias, out_proj_weight, out_proj_bias, n_heads, mask=None):
    t = x.transpose(0, 1)
    y, w = F.multi_head_attention_forward(
        t, t, t, x.size(-1), n_heads, in_proj_weight, in_proj_bias, None, None, False, 0.0, out_proj_weight,
        out_proj_bias, training=False, key_padding_mask=None if mask is None else ~mask, average_attn_weights=False,
    )  # fmt: skip
    return y.transpose(0, 1), w


def cross_attention__einsum(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    scores = torch.einsum("btd,de,bsf,fe->bts", x_dec, W_q, memory, W_k) / W_q.size(1) ** 0.5
    if memory_mask is not None:
        scores = torch.einsum("bts,bs->bts", scores, memory_mask.to(scores.dtype)).masked_fill(
            ~memory_mask[:, None], -torch.inf
        )
    return torch.einsum("bts,bsd,de->bte", scores.softmax(-1), memory, W_v)


def cross_attention__sentence_by_sentence(x_dec, memory, W_q, W_k, W_v, memory_mask=None):
    outputs = []
    for b in range(len(x_dec)):
        real = memory[b] if memory_mask is None else memory[b][memory_mask[b]]
        outputs.append(F.scaled_dot_product_attention(x_dec[b] @ W_q, real @ W_k, real @ W_v))
    return torch.stack(outputs)


class EncoderLayer__buffers(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout=0.0):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, dropout=dropout, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = clones(nn.LayerNorm(d_model), 2)
        self.dropout, self.activation = nn.Dropout(dropout), nn.ReLU(inplace=True)
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))

    def forward(self, x, mask=None):
        self.calls += 1
        padding = mask.logical_not() if mask is not None else None
        x = self.norm1(x + self.dropout(self.self_attn(x, x, x, key_padding_mask=padding, need_weights=False)[0]))
        return self.norm2(x + self.dropout(self.linear2(self.dropout(self.activation(self.linear1(x))))))


class DecoderLayer__buffers(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, max_len=128):
        super().__init__()
        options = {"embed_dim": d_model, "num_heads": n_heads, "batch_first": True}
        self.self_attn, self.cross_attn = (nn.MultiheadAttention(**options) for _ in range(2))
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(d_model) for _ in range(3))
        self.register_buffer("tgt_mask", torch.ones(max_len, max_len, dtype=torch.bool).triu(1))

    def sublayer(self, norm, x, f):
        return norm(x + f(x))

    def forward(self, x, memory, memory_mask=None):
        T = x.size(1)
        x = self.sublayer(self.norm1, x, lambda t: self.self_attn(t, t, t, attn_mask=self.tgt_mask[:T, :T])[0])
        hidden = None if memory_mask is None else ~memory_mask
        x = self.sublayer(self.norm2, x, lambda t: self.cross_attn(t, memory, memory, key_padding_mask=hidden)[0])
        return self.sublayer(self.norm3, x, lambda t: self.linear2(self.linear1(t).relu()))


def shift_right__t5(y, bos):
    """In the manner of T5: new zeros, copied into."""
    shifted_input_ids = y.new_zeros(y.shape)
    shifted_input_ids[..., 1:] = y[..., :-1].clone()
    shifted_input_ids[..., 0] = bos
    return shifted_input_ids


def shift_right__pad(y, bos):
    return F.pad(y, (1, 0), value=bos)[:, :-1]


def attention_cost__numpy(n, d, h, B=1, bytes_per_element=4):
    n, d, h, B, size = (np.int64(v) for v in (n, d, h, B, bytes_per_element))
    flops = {"flops_qk": 2 * B * n**2 * d, "flops_av": 2 * B * n**2 * d, "flops_proj": 8 * B * n * d**2}
    return OrderedDict(
        **flops,
        flops_total=sum(flops.values()),
        memory_scores=B * h * n * n * size,
        kv_cache=2 * B * n * d * size,
        rnn_flops=4.0 * B * n * d * d,
        comment="multiply-add = 2",
    )


def blockwise_attention__flash(Q, K, V, block, causal=False):
    """In the manner of FlashAttention's listing: a logarithm of the normaliser, outputs merged block after block."""
    out, lse = None, None
    scale, T_q = Q.size(-1) ** -0.5, Q.size(-2)
    for start, k, v in zip(range(0, K.size(-2), block), K.split(block, dim=-2), V.split(block, dim=-2), strict=True):
        s = torch.einsum("...qd,...kd->...qk", Q * scale, k)
        if causal:
            q_idx, k_idx = torch.arange(T_q)[:, None], start + torch.arange(k.size(-2))[None]
            s = torch.where(q_idx >= k_idx, s, float("-inf"))
        block_lse = torch.logsumexp(s, dim=-1, keepdim=True)
        block_out = torch.exp(s - block_lse.clamp(min=torch.finfo(s.dtype).min)) @ v
        if out is None:
            out, lse = block_out, block_lse
        else:
            new = torch.logaddexp(lse, block_lse)
            out, lse = out * (lse - new).exp() + block_out * (block_lse - new).exp(), new
    return out


def blockwise_attention__tiles(Q, K, V, block, causal=False):
    """Tiles of queries, too: no more than block × block scores at once."""
    tiles = []
    for i in range(0, Q.shape[-2], block):
        q = Q[..., i : i + block, :]
        m = torch.full((*q.shape[:-1], 1), -math.inf, dtype=Q.dtype)
        acc = torch.zeros((*q.shape[:-1], V.shape[-1] + 1), dtype=Q.dtype)  # the last column adds up the denominators
        for j in range(0, i + block if causal else K.shape[-2], block):
            k, v = K[..., j : j + block, :], V[..., j : j + block, :]
            if not k.shape[-2]:
                break
            s = q @ k.mT / math.sqrt(q.shape[-1])
            if causal:
                s.masked_fill_(torch.arange(j, j + k.shape[-2]) > torch.arange(i, i + q.shape[-2])[:, None], -math.inf)
            top = torch.maximum(m, s.amax(-1, keepdim=True))
            acc = acc * (m - top).exp() + (s - top).exp() @ F.pad(v, (0, 1), value=1.0)
            m = top
        tiles.append(acc[..., :-1] / acc[..., -1:])
    return torch.cat(tiles, dim=-2)


# ---------------------------------------------------------------------------------------------------------------
# Atelier 2


def merge_pair__minbpe(tokens, pair):
    """In the manner of minbpe: one index, two kinds of steps."""
    out = []
    k = 0
    while k < len(tokens):
        if tokens[k] == pair[0] and k < len(tokens) - 1 and tokens[k + 1] == pair[1]:
            out.append(pair[0] + pair[1])
            k += 2
            continue
        out.append(tokens[k])
        k += 1
    return out


def train_bpe__cs336(words, n_merges):
    """Words as tuples of bytes, pair counts kept up to date."""
    table = {w: tuple(bytes([b]) for b in w.encode("utf-8")) for w in words}
    counts = {}

    def count(w, sign):
        for pair in pairwise(table[w]):
            counts[pair] = counts.get(pair, 0) + sign * words[w]

    for w in table:
        count(w, 1)
    merges = []
    for _ in range(n_merges):
        alive = {pair: n for pair, n in counts.items() if n > 0}
        if not alive:
            break
        top = max(alive.items(), key=lambda item: (item[1], item[0]))[0]
        merges.append(top)
        for w, tokens in table.items():
            if any(two == top for two in pairwise(tokens)):
                count(w, -1)
                table[w] = tuple(merge_pair(list(tokens), top))
                count(w, 1)
    return merges


def encode_bpe__by_rank(word, merges):
    """In the manner of GPT-2's encoder: the pair of lowest rank, until none is left."""
    ranks = {pair: i for i, pair in enumerate(merges)}
    parts = [bytes([b]) for b in word.encode("utf-8")]
    while len(parts) >= 2:
        pairs = set(pairwise(parts))
        lowest = min(pairs, key=lambda pair: ranks.get(pair, math.inf))
        if lowest not in ranks:
            break
        parts = merge_pair(parts, lowest)
    return parts


def decode_bpe__str(tokens):
    return str(functools.reduce(lambda text, token: text + token, tokens, b""), "utf8", "replace")


def merge_pair__iterator(tokens, pair):
    merged = []
    for token in tokens:
        merged.append([token])
        if len(merged) > 1 and merged[-2] == [pair[0]] and merged[-1] == [pair[1]]:
            merged[-2:] = [[pair[0], pair[1]]]
    return [b"".join(parts) for parts in merged]


def sample_batch__nanogpt(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError("the text is too short")
    ix = torch.randint(len(ids) - T, (B,), generator=generator)
    x = torch.stack([ids[i : i + T] for i in ix])
    y = torch.stack([ids[i + 1 : i + 1 + T] for i in ix])
    return x, y


def sample_batch__unfold(ids, B, T, generator=None):
    if ids.numel() < T + 1:
        raise ValueError("the text is too short")
    chunks = ids.unfold(0, T + 1, 1)  # (N - T, T + 1)
    chosen = chunks[torch.randint(high=chunks.shape[0], size=[B], generator=generator)]
    return chosen[:, :-1].clone(), chosen[:, 1:].clone()


def bigram_probabilities__makemore(ids, V, alpha):
    if not alpha > 0 or any(not 0 <= i < V for i in ids.tolist()):
        raise ValueError("alpha > 0, and ids of the vocabulary")
    N = torch.zeros((V, V), dtype=torch.int64)
    for i, j in pairwise(ids.tolist()):
        N[i, j] += 1
    P = N.double() + alpha
    P /= P.sum(1, keepdim=True)
    return P


def bigram_perplexity__makemore(P, ids):
    if len(ids) < 2:
        raise ValueError("two tokens at least")
    log_likelihood = 0.0
    for i, j in pairwise(ids):
        log_likelihood += torch.log(P[i, j])
    return torch.exp(-log_likelihood / (len(ids) - 1))


def bigram_probabilities__one_hot(ids, V, alpha):
    if alpha <= 0 or (ids < 0).any() or (ids >= V).any():
        raise ValueError("alpha > 0, and ids of the vocabulary")
    before, after = F.one_hot(ids[:-1], V).to(torch.float64), F.one_hot(ids[1:], V).to(torch.float64)
    return F.normalize(before.T @ after + alpha, p=1, dim=1)


def bigram_perplexity__cross_entropy(P, ids):
    if ids.numel() < 2:
        raise ValueError("two tokens at least")
    return F.nll_loss(P.log()[ids[:-1]], ids[1:]).exp().item()


def embed__one_hot(ids, E):
    if not ((ids >= 0) & (ids < E.shape[0])).all():
        raise ValueError("an id is out of the vocabulary")
    return F.one_hot(ids, E.shape[0]).to(E.dtype) @ E


def embed_backward__one_hot(ids, dY, V, padding_idx=None):
    one_hot = F.one_hot(ids, V).to(dY.dtype)
    if padding_idx is not None:
        one_hot[..., padding_idx] = 0
    return torch.einsum("btv,btd->vd", one_hot, dY)


def embed__select(ids, E):
    return E.index_select(0, ids.reshape(-1)).view(*ids.shape, -1)


def embed_backward__put(ids, dY, V, padding_idx=None):
    dE = dY.new_zeros(V, dY.shape[2])
    for b in range(ids.shape[0]):
        for t in range(ids.shape[1]):
            if ids[b, t] != padding_idx:
                dE[ids[b, t]] += dY[b, t]
    return dE


def sinusoidal_encoding__annotated(T, d, base=10000.0):
    if d % 2 != 0:
        raise ValueError(f"cannot use sin/cos encoding with an odd dimension: {d}")
    pe = torch.zeros(T, d)
    position = torch.arange(0, T).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d, 2) * -(math.log(base) / d))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe


def shift_matrix__block_diag(k, d, base=10000.0):
    if d & 1:
        raise ValueError("d is odd")
    blocks = []
    for i in range(0, d, 2):
        w = torch.tensor(k / base ** (i / d), dtype=torch.float64)
        blocks.append(torch.stack([torch.stack([w.cos(), w.sin()]), torch.stack([-w.sin(), w.cos()])]))
    return torch.block_diag(*blocks)


def sinusoidal_encoding__nested(T, d, base=10000.0):
    if d % 2:
        raise ValueError("d is odd")

    def entry(p, j):
        angle = p / np.power(base, 2 * (j // 2) / d)
        return math.cos(angle) if j % 2 else math.sin(angle)

    return torch.tensor([[entry(p, j) for j in range(d)] for p in range(T)])


def apply_rope__llama(x, positions, base=10000.0):
    """In the manner of LLaMA: pairs as complex numbers."""
    if x.shape[-1] % 2:
        raise ValueError("the dimension of a head must be even")
    freqs = 1.0 / (base ** (torch.arange(0, x.shape[-1], 2).float() / x.shape[-1]))
    angles = positions[..., None].float() * freqs
    freqs_cis = torch.polar(torch.ones_like(angles), angles).unsqueeze(1)
    x_ = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2).contiguous())
    return torch.view_as_real(x_ * freqs_cis).flatten(3).type_as(x)


def apply_rope__gptj(x, positions, base=10000.0):
    """In the manner of GPT-J: every second coordinate turned round, sines and cosines repeated."""
    if x.shape[-1] % 2:
        raise ValueError("the dimension of a head must be even")
    inv_freq = base ** -(torch.arange(0, x.size(-1), 2, dtype=x.dtype) / x.size(-1))
    sinusoid = torch.einsum("bt,f->btf", positions.to(x.dtype), inv_freq)
    sin = torch.repeat_interleave(sinusoid.sin(), 2, dim=-1)[:, None]
    cos = torch.repeat_interleave(sinusoid.cos(), 2, dim=-1)[:, None]
    rotated = torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)
    return x * cos + rotated * sin


def layer_norm__torch(x, gamma, beta, eps=1e-5):
    var, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    return torch.addcmul(beta, (x - mean) * torch.rsqrt(var + eps), gamma)


def layer_norm_backward__llmc(x, gamma, eps, dY):
    """In the manner of llm.c's layernorm.py: a reciprocal of σ, and three terms."""
    mean = x.sum(-1, keepdim=True) / x.size(-1)
    rstd = (((x - mean) ** 2).sum(-1, keepdim=True) / x.size(-1) + eps) ** -0.5
    norm = (x - mean) * rstd
    axes = tuple(range(x.dim() - 1))
    db, dw = (dY.sum(axes), (dY * norm).sum(axes)) if axes else (dY.clone(), dY * norm)
    dnorm = dY * gamma
    dx = dnorm - dnorm.mean(-1, keepdim=True) - norm * (dnorm * norm).mean(-1, keepdim=True)
    dx *= rstd
    return dx, dw, db


def rms_norm__llama(x, gamma, eps=1e-5):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * gamma


def layer_norm_backward__vjp(x, gamma, eps, dY):
    def forward(x, gamma, beta):
        return F.layer_norm(x, x.shape[-1:], gamma, beta, eps)

    return torch.func.vjp(forward, x, gamma, torch.zeros_like(gamma))[1](dY)


def rms_norm__norm(x, gamma, eps=1e-5):
    d = x.shape[-1]
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return gamma * x / (length**2 / d + eps) ** 0.5


def gelu__cdf(x):
    return x * torch.distributions.Normal(0.0, 1.0).cdf(x)


def gelu_tanh__hf(x):
    """In the manner of transformers' NewGELUActivation."""
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


def feed_forward__functional(x, W1, b1, W2, b2):
    return F.linear(F.gelu(F.linear(x, W1.T, b1)), W2.T, b2)


def gelu__erfc(x):
    return 0.5 * x * torch.special.erfc(-x * 0.5**0.5)


def gelu_tanh__sigmoid(x):
    return x * torch.sigmoid(2 * (2 / math.pi) ** 0.5 * x * (1 + 0.044715 * x * x))


def feed_forward__addmm(x, W1, b1, W2, b2):
    h = torch.addmm(b1, x.reshape(-1, x.shape[-1]), W1)
    return torch.addmm(b2, F.gelu(h), W2).view(x.shape[0], x.shape[1], -1)


class PreNormBlock__modules(nn.Module):
    """In the manner of nanoGPT, names aside."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.attention = CausalSelfAttention(d_model, n_heads)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-5)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.act = nn.GELU()
        self.linear2 = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(0.0)

    def mlp(self, x):
        return self.dropout(self.linear2(self.act(self.linear1(x))))

    def forward(self, x):
        residual = x
        x = self.norm1(x)
        x = residual + self.dropout(self.attention(x))
        return torch.add(x, self.mlp(self.norm2(x)))


class PostNormBlock__modules(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = CausalSelfAttention(n_heads=n_heads, d_model=d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = (nn.LayerNorm([d_model]) for _ in range(2))

    def forward(self, x):
        for norm, layer in ((self.norm1, self.attention), (self.norm2, self.feed)):
            x = norm(layer(x) + x)
        return x

    def feed(self, x):
        x = self.linear1(x)
        return self.linear2(0.5 * x * (1.0 + torch.erf(x / 2**0.5)))


class MiniGPT__nanogpt(nn.Module):
    def __init__(self, vocab_size, context, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.context = context
        self.head = nn.Linear(d_model, vocab_size, bias=False)
        self.token_embedding = nn.Embedding(vocab_size, d_model)
        self.position_embedding = nn.Embedding(context, d_model)
        self.blocks = nn.ModuleList(Block(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = nn.LayerNorm(d_model)
        self.token_embedding.weight = self.head.weight
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            torch.nn.init.normal_(module.weight, mean=0.0, std=0.02)
            if getattr(module, "bias", None) is not None:
                torch.nn.init.zeros_(module.bias)

    def forward(self, idx):
        _, t = idx.size()
        if t > self.context:
            raise ValueError(f"cannot forward a sequence of length {t}, the context is only {self.context}")
        pos = torch.arange(0, t, dtype=torch.long, device=idx.device).unsqueeze(0)
        x = self.token_embedding(idx) + self.position_embedding(pos)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def count_parameters__built(vocab_size, context, d_model, n_layers, d_ff):
    """By making the parts."""
    with torch.device("meta"):
        block = Block(d_model, 1, d_ff)
    in_block = sum(p.numel() for p in block.parameters())
    return vocab_size * d_model + context * d_model + n_layers * in_block + 2 * d_model


class MiniGPT__sequential(nn.Module):
    def __init__(self, vocab_size, context, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.token_embedding, self.position_embedding = (nn.Embedding(n, d_model) for n in (vocab_size, context))
        self.blocks = nn.Sequential(*[Block(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm, self.head = nn.LayerNorm(d_model), nn.Linear(d_model, vocab_size, bias=False)
        nn.init.trunc_normal_(self.token_embedding.weight, std=0.02)
        nn.init.trunc_normal_(self.position_embedding.weight, std=0.02)
        self.head.weight = self.token_embedding.weight
        self.register_buffer("positions", torch.arange(context), persistent=False)
        self.context = context

    def forward(self, ids):
        T = ids.shape[-1]
        if self.context < T:
            raise ValueError(T)
        return self.head(
            self.norm(self.blocks(self.token_embedding(ids) + self.position_embedding(self.positions[:T])))
        )


def count_parameters__formula(vocab_size, context, d_model, n_layers, d_ff):
    d = d_model
    return d * (vocab_size + context + 2) + n_layers * (4 * d * d + 2 * d * d_ff + 9 * d + d_ff)


def lm_loss__hf(logits, ids, ignore_index=-100, label_smoothing=0.0):
    """In the manner of transformers' causal models."""
    if not (ids[..., 1:] != ignore_index).any():
        raise ValueError("nothing to predict")
    shift_logits = logits[..., :-1, :].contiguous()
    shift_labels = ids[..., 1:].contiguous()
    loss_fct = nn.CrossEntropyLoss(ignore_index=ignore_index, label_smoothing=label_smoothing)
    return loss_fct(shift_logits.view(-1, shift_logits.size(-1)), shift_labels.view(-1))


def lm_loss__kl(logits, ids, ignore_index=-100, label_smoothing=0.0):
    """In the manner of the Annotated Transformer: targets as smooth distributions."""
    scores, targets = logits[:, :-1].reshape(-1, logits.size(-1)), ids[:, 1:].reshape(-1)
    keep = targets != ignore_index
    scores, targets = scores[keep], targets[keep]
    if len(targets) == 0:
        raise ValueError("all targets are ignored")
    if not all(0 <= target < scores.size(-1) for target in targets.tolist()):
        raise IndexError("a target is out of the vocabulary")
    V = scores.size(-1)
    smooth = torch.full_like(scores, label_smoothing / V)
    smooth.scatter_add_(1, targets[:, None], torch.full_like(scores[:, :1], 1 - label_smoothing))
    log_z = torch.logsumexp(scores, dim=-1, keepdim=True)
    return (smooth * (log_z - scores)).sum() / len(targets)


def perplexity__running(nll_sums, token_counts):
    mean, seen = 0.0, 0
    for nll, n in zip(nll_sums, token_counts, strict=True):
        if n < 0:
            raise ValueError("a negative count")
        if n:
            seen += n.item()
            mean += (nll.item() - n.item() * mean) / seen
    if not seen:
        raise ValueError("no token")
    return np.exp(mean)


def bits_per_character__log2(nll_sum, n_characters):
    if n_characters <= 0:
        raise ValueError("no character")
    return nll_sum * math.log2(math.e) / n_characters


def perplexity__tensor(nll_sums, token_counts):
    if (token_counts < 0).any() or not token_counts.any():
        raise ValueError("no token")
    return torch.exp(torch.sum(nll_sums) / torch.sum(token_counts)).item()


class AdamW__optimizer(torch.optim.Optimizer):
    """In the manner of CS336: a torch.optim.Optimizer, step size and second moment corrected together."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        if lr < 0 or eps < 0 or weight_decay < 0:
            raise ValueError("negative setting")
        if not (0.0 <= betas[0] < 1.0 and 0.0 <= betas[1] < 1.0):
            raise ValueError(f"bad betas: {betas}")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    def step(self, closure=None):
        loss = None if closure is None else closure()
        for group in self.param_groups:
            (beta1, beta2), lr = group["betas"], group["lr"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                t = state.get("t", 1)
                m = state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * p.grad.data
                v = state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * torch.square(p.grad.data)
                root = math.sqrt(1 - beta2**t)
                p.data -= lr * group["weight_decay"] * p.data
                p.data -= lr * root / (1 - beta1**t) * m / (torch.sqrt(v) + group["eps"] * root)
                state["t"] = t + 1
        return loss


def decay_groups__mingpt(model, weight_decay):
    """In the manner of minGPT: sets of names by the kinds of modules."""
    decay, no_decay = set(), set()
    for mn, m in model.named_modules():
        for pn, p in m.named_parameters(recurse=False):
            if not p.requires_grad:
                continue
            fpn = f"{mn}.{pn}" if mn else pn
            (decay if pn.endswith("weight") and isinstance(m, nn.Linear) else no_decay).add(fpn)
    params = dict(model.named_parameters(remove_duplicate=False))
    spared = {id(params[n]) for n in no_decay}
    first = {id(params[n]): params[n] for n in sorted(decay) if id(params[n]) not in spared}
    second = {id(params[n]): params[n] for n in sorted(no_decay)}
    return [
        {"params": list(first.values()), "weight_decay": weight_decay},
        {"params": list(second.values()), "weight_decay": 0.0},
    ]


class AdamW__foreach:
    """All tensors of a group at once, moments in place."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        params = list(params)
        if not params:
            raise ValueError("empty")
        if lr < 0 or eps < 0 or weight_decay < 0 or not all(0 <= b < 1 for b in betas):
            raise ValueError("bad setting")
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        if not isinstance(params[0], dict):
            params = [{"params": params}]
        self.param_groups = [defaults | group | {"params": list(group["params"])} for group in params]
        for group in self.param_groups:
            if group["lr"] < 0 or group["eps"] < 0 or group["weight_decay"] < 0:
                raise ValueError("bad setting")
            if not all(0 <= b < 1 for b in group["betas"]):
                raise ValueError("bad betas")
        self.moments = {}

    def zero_grad(self, set_to_none=True):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            live = [p for p in g["params"] if p.grad is not None]
            for p in live:
                exp_avg, exp_avg_sq, n = self.moments.get(p, (torch.zeros_like(p), torch.zeros_like(p), 0))
                exp_avg.lerp_(p.grad, 1 - g["betas"][0])
                exp_avg_sq.mul_(g["betas"][1]).addcmul_(p.grad, p.grad, value=1 - g["betas"][1])
                self.moments[p] = (exp_avg, exp_avg_sq, n + 1)
                denom = (exp_avg_sq / (1 - g["betas"][1] ** (n + 1))).sqrt_().add_(g["eps"])
                update = exp_avg / (1 - g["betas"][0] ** (n + 1)) / denom + g["weight_decay"] * p
                p.add_(update, alpha=-g["lr"])


def decay_groups__nanogpt(model, weight_decay):
    """In the manner of nanoGPT, embeddings spared."""
    embeddings = [m.weight for m in model.modules() if isinstance(m, nn.Embedding)]
    param_dict = {pn: p for pn, p in model.named_parameters() if p.requires_grad}
    is_table = {n: any(p is e for e in embeddings) for n, p in param_dict.items()}
    decay = [p for n, p in param_dict.items() if p.dim() >= 2 and not is_table[n]]
    nodecay = [p for n, p in param_dict.items() if p.dim() < 2 or is_table[n]]
    return [{"params": decay, "weight_decay": weight_decay}, {"params": nodecay, "weight_decay": 0.0}]


def cosine_schedule__nanogpt(it, max_lr, min_lr, warmup, total):
    if it < 0 or warmup < 0 or warmup > total:
        raise ValueError("no such step")
    if it < warmup:
        return max_lr * it / warmup
    if it > total or it == total:
        return min_lr
    decay_ratio = (it - warmup) / (total - warmup)
    assert 0 <= decay_ratio <= 1
    coeff = 0.5 * (1.0 + math.cos(math.pi * decay_ratio))
    return min_lr + coeff * (max_lr - min_lr)


def noam_schedule__annotated(it, d_model, warmup):
    if it < 1 or warmup < 1:
        raise ValueError("steps begin at 1")
    return d_model ** (-0.5) * min(it ** (-0.5), it * warmup ** (-1.5))


def cosine_schedule__half_angle(it, max_lr, min_lr, warmup, total):
    """cos² of the half angle; interpolation by NumPy."""
    if it < 0 or not 0 <= warmup <= total:
        raise ValueError("no such step")
    if it < warmup:
        return np.interp(it, [0, warmup], [0, max_lr])
    if it >= total:
        return np.float64(min_lr)
    return min_lr + (max_lr - min_lr) * np.cos(np.pi / 2 * (it - warmup) / (total - warmup)) ** 2


def noam_schedule__logarithms(it, d_model, warmup):
    if it < 1 or warmup < 1:
        raise ValueError("steps begin at 1")
    return torch.tensor([-math.log(it) / 2, math.log(it) - 1.5 * math.log(warmup)]).double().min().exp() / d_model**0.5


def clip_grad_norm__cs336(grads, max_norm):
    if not max_norm > 0:
        raise ValueError("a bound is positive")
    if len(grads) == 0:
        return []
    total = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in grads]))
    coefficient = torch.clamp(max_norm / (total + 1e-6), max=1.0)
    return [g * coefficient for g in grads]


def accumulate_gradients__scaled(model, micro_batches):
    """Each mean loss weighted by its share of all targets."""
    shares = [(y != -100).sum().item() for _, y in micro_batches]
    if sum(shares) == 0:
        raise ValueError("nothing counts")
    for p in model.parameters():
        p.grad = None
    total_loss = torch.zeros((), dtype=torch.float64)
    for (x, y), n in zip(micro_batches, shares, strict=True):
        if n == 0:
            continue
        logits = model(x)
        loss = F.cross_entropy(logits.view(-1, logits.size(-1)), y.view(-1), ignore_index=-100) * n / sum(shares)
        loss.backward()
        total_loss += loss.detach()
    return total_loss.item()


def accumulate_gradients__divided_afterwards(model, micro_batches):
    """Sums first; gradients are divided once at the end."""
    model.zero_grad(set_to_none=True)
    n_tokens, summed = 0, 0.0
    for x, y in micro_batches:
        loss = nn.CrossEntropyLoss(reduction="sum")(model(x).transpose(1, 2), y)
        loss.backward()
        summed += float(loss.detach())
        n_tokens += int(torch.count_nonzero(y != -100))
    if n_tokens == 0:
        raise ValueError("nothing counts")
    for p in model.parameters():
        if p.grad is not None:
            p.grad.div_(n_tokens)
    return summed / n_tokens


@torch.no_grad()
def evaluate__estimate_loss(model, ids, B, T):
    """In the manner of nanoGPT's estimate_loss."""
    if len(ids) <= T:
        raise ValueError("too short")
    training = model.training
    model.eval()
    starts = range(0, len(ids) - T, T)
    losses, sizes = [], []
    for first in range(0, len(starts), B):
        ix = starts[first : first + B]
        X = torch.stack([ids[i : i + T] for i in ix])
        Y = torch.stack([ids[i + 1 : i + 1 + T] for i in ix])
        logits = model(X)
        losses.append(F.cross_entropy(logits.view(-1, logits.size(-1)), Y.view(-1)).item())
        sizes.append(len(ix))
    if training:
        model.train()
    return float(np.average(losses, weights=sizes))


def train__nanogpt(model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0):
    history, iter_num = [], 0
    while iter_num < steps:
        model.train()
        lr = schedule(iter_num)
        for param_group in optimizer.param_groups:
            param_group["lr"] = lr
        X, Y = sample_batch(train_ids, B, T, generator)
        logits = model(X)
        loss = F.cross_entropy(logits.view(-1, logits.size(-1)), Y.view(-1), ignore_index=-1)
        if not math.isfinite(loss.item()):
            raise FloatingPointError(f"step {iter_num}: {loss.item()}")
        loss.backward()
        if max_norm != 0.0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        iter_num += 1
        if iter_num % eval_every == 0 or iter_num == steps:
            valid_loss = evaluate(model, valid_ids, B, T)
            history.append({"step": iter_num, "train_loss": loss.item(), "valid_loss": valid_loss})
    return history


def save_checkpoint__nanogpt(path, model, optimizer, step, generator):
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "iter_num": step,
        "rng": generator.get_state(),
    }
    torch.save(checkpoint, path)


def load_checkpoint__nanogpt(path, model, optimizer, generator):
    checkpoint = torch.load(path, map_location="cpu")
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    generator.set_state(checkpoint.pop("rng"))
    return checkpoint["iter_num"]


def apply_temperature__one_hot(logits, T):
    if T < 0:
        raise ValueError("negative")
    if T == 0:
        return F.one_hot(torch.argmax(logits, -1), logits.shape[-1]).type_as(logits)
    scaled = (logits - logits.max(-1, keepdim=True).values) / T
    return scaled.exp() / scaled.exp().sum(-1, keepdim=True)


def top_k_filter__ranked(logits, k):
    if k < 1:
        raise ValueError("k must be positive")
    order = torch.sort(logits, dim=-1, descending=True, stable=True).indices
    ranks = order.argsort(dim=-1)
    return logits.masked_fill(ranks >= k, -float("Inf"))


def top_p_filter__hf(probabilities, p):
    """In the manner of transformers' TopPLogitsWarper: what to remove, shifted by one."""
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    sorted_probs, sorted_indices = torch.sort(probabilities, descending=True, stable=True)
    remove = sorted_probs.cumsum(dim=-1) >= p
    remove[..., 1:] = remove[..., :-1].clone()
    remove[..., 0] = False
    remove = torch.zeros_like(remove).scatter(-1, sorted_indices, remove)
    kept = probabilities.masked_fill(remove, 0)
    return kept / kept.sum(-1, keepdim=True)


@torch.no_grad()
def generate__nanogpt(model, idx, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    if idx.ndim != 2 or idx.shape[0] != 1 or idx.shape[1] < 1:
        raise ValueError("one sequence, please")
    for _ in range(n_new):
        idx_cond = idx if idx.size(1) <= model.context else idx[:, -model.context :]
        logits = model(idx_cond)
        logits = logits[:, -1, :]
        if top_k is not None:
            logits = top_k_filter(logits, min(top_k, logits.size(-1)))
        probs = apply_temperature(logits, temperature)
        if top_p is not None:
            probs = top_p_filter(probs, top_p)
        idx_next = torch.multinomial(probs, num_samples=1, generator=generator)
        idx = torch.cat((idx, idx_next), dim=1)
        if idx_next.item() == eos:
            break
    return idx


class KVCache__lists:
    """Pieces in lists, joined when they are asked for."""

    def __init__(self, n_layers):
        self.layers = [([], []) for _ in range(n_layers)]
        self.length = 0

    def append(self, layer, K, V):
        if layer < 0:
            raise IndexError(layer)
        keys, values = self.layers[layer]
        keys.append(K)
        values.append(V)
        if layer == 0:
            self.length += K.shape[-2]
        return torch.cat(keys, dim=-2), torch.cat(values, dim=-2)


def decode_step__llama(model, ids, cache):
    """In the manner of LLaMA: a triangle of the piece, zeros before it."""
    bsz, seqlen = ids.shape
    start_pos = cache.length
    h = model.token_embedding(ids)
    positions = torch.arange(start_pos, start_pos + seqlen).unsqueeze(0).repeat(bsz, 1)
    mask = torch.hstack([torch.ones(seqlen, start_pos).bool(), torch.ones(seqlen, seqlen).tril().bool()])
    for i, block in enumerate(model.blocks):
        xq, xk, xv = block.project(block.norm1(h))
        xq, xk = apply_rope(xq, positions), apply_rope(xk, positions)
        keys, values = cache.append(i, xk, xv)
        h = h + block.attend(xq, keys, values, mask)
        h = h + block.feed_forward(block.norm2(h))
    return model.logits(h)


class KVCache__buffer:
    """A buffer that grows by doubling, written in place."""

    def __init__(self, n_layers):
        self.store = [None] * n_layers
        self.used = [0] * n_layers

    @property
    def length(self):
        return self.used[0]

    def append(self, layer, K, V):
        if layer < 0 or layer >= len(self.used):
            raise IndexError(layer)
        new = torch.stack([K, V])
        start, end = self.used[layer], self.used[layer] + K.size(2)
        if self.store[layer] is None or self.store[layer].size(3) < end:
            room = new.new_empty(*new.shape[:3], 2 * end, new.size(-1))
            if start:
                room[:, :, :, :start] = self.store[layer][:, :, :, :start]
            self.store[layer] = room
        self.store[layer][:, :, :, start:end] = new
        self.used[layer] = end
        return tuple(self.store[layer][:, :, :, :end])


def decode_step__position_by_position(model, ids, cache):
    """One position after the other: the cache alone hides the future."""
    logits = []
    for token in ids.split(1, dim=1):
        n = cache.length
        x, at = model.token_embedding(token), torch.full_like(token, n)
        for layer, block in enumerate(model.blocks):
            q, k, v = block.project(block.norm1(x))
            K, V = cache.append(layer, apply_rope(k, at), v)
            x = x + block.attend(apply_rope(q, at), K, V, torch.ones(1, n + 1, dtype=torch.bool))
            x = x + block.feed_forward(block.norm2(x))
        logits.append(model.logits(x))
    return torch.cat(logits, dim=1)


# ---------------------------------------------------------------------------------------------------------------
# Atelier 4: what enters an encoder, the encoder, and its head


def wordpiece_tokenize__hf(word, vocab, unk="[UNK]", max_chars=100):  # as in transformers' slow tokenizer
    chars = list(word)
    if len(chars) > max_chars:
        return [unk]
    is_bad, start, sub_tokens = False, 0, []
    while start < len(chars):
        end, cur_substr = len(chars), None
        while start < end:
            substr = "".join(chars[start:end])
            if start > 0:
                substr = "##" + substr
            if substr in vocab:
                cur_substr = substr
                break
            end -= 1
        if cur_substr is None:
            is_bad = True
            break
        sub_tokens.append(cur_substr)
        start = end
    return [unk] if is_bad else sub_tokens


def wordpiece_tokenize__trie(word, vocab, unk="[UNK]", max_chars=100):
    """Two trees of letters, one for beginnings, one for the rest."""
    roots = {}, {}
    for piece in vocab:
        inner = piece.startswith("##") and len(piece) > 2
        node = roots[inner]
        for letter in piece[2:] if inner else piece:
            node = node.setdefault(letter, {})
        node[None] = piece
    pieces, start = [], 0
    while start < len(word) <= max_chars:
        node, end, found = roots[start > 0], start, None
        while end < len(word) and word[end] in node:
            node, end = node[word[end]], end + 1
            if None in node:
                found, stop = node[None], end
        if found is None:
            return [unk]
        pieces.append(found)
        start = stop
    return [unk] if len(word) > max_chars else pieces


def encode_pair__hf(a, b, max_len, cls, sep):
    """truncate_sequences("longest_first"), step by step, with slices."""
    remove = len(a) + len(b) + 3 - max_len
    if max_len < 3:
        raise ValueError(f"max_len={max_len}")
    for _ in range(remove):
        if len(a) > len(b):
            a = a[:-1]
        else:
            b = b[:-1]
    first, second = [cls, *a, sep], [*b, sep]
    return first + second, len(first) * [0] + len(second) * [1], (len(first) + len(second)) * [1]


def encode_pair__pairs(a, b, max_len, cls, sep):
    """Token and segment together, taken apart at the end."""
    if max_len < 3:
        raise ValueError
    keep_a, keep_b = len(a), len(b)
    while keep_a + keep_b + 3 > max_len:
        keep_a, keep_b = (keep_a - 1, keep_b) if keep_a > keep_b else (keep_a, keep_b - 1)
    tokens = [(cls, 0), *((t, 0) for t in a[:keep_a]), (sep, 0), *((t, 1) for t in b[:keep_b]), (sep, 1)]
    ids, types = (list(column) for column in zip(*tokens, strict=True))
    return ids, types, [1 for _ in ids]


def collate__numpy(examples, pad_id):
    lengths = np.array([len(e["input_ids"]) for e in examples])
    real = np.arange(lengths.max()) < lengths[:, None]

    def filled(key, fill):
        out = np.full(real.shape, fill, dtype=np.int64)
        out[real] = np.concatenate([e[key] for e in examples])
        return torch.from_numpy(out)

    labels = examples[0]["labels"]
    return {
        "input_ids": filled("input_ids", pad_id),
        "token_type_ids": filled("token_type_ids", 0),
        "attention_mask": torch.from_numpy(real.astype(np.int64)),
        "labels": filled("labels", -100)
        if isinstance(labels, list)
        else torch.LongTensor([e["labels"] for e in examples]),
    }


def collate__nested(examples, pad_id):
    """torch.nested fills the rows."""

    def filled(rows, fill):
        return torch.nested.nested_tensor([torch.tensor(r) for r in rows]).to_padded_tensor(fill)

    ids = [e["input_ids"] for e in examples]
    try:
        labels = filled([list(e["labels"]) for e in examples], -100)
    except TypeError:
        labels = torch.tensor([int(e["labels"]) for e in examples])
    return {
        "labels": labels,
        "input_ids": filled(ids, pad_id),
        "token_type_ids": filled([e["token_type_ids"] for e in examples], 0),
        "attention_mask": filled([[1] * len(row) for row in ids], 0),
    }


def mask_tokens__hf(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """As DataCollatorForLanguageModeling does."""
    inputs, labels = ids.clone(), ids.clone()
    probability_matrix = torch.full(labels.shape, p)
    probability_matrix.masked_fill_(special, value=0.0)
    masked_indices = torch.bernoulli(probability_matrix, generator=generator).bool()
    labels[~masked_indices] = -100
    replaced = torch.bernoulli(torch.full(labels.shape, 0.8), generator=generator).bool() & masked_indices
    inputs[replaced] = mask_id
    random = torch.bernoulli(torch.full(labels.shape, 0.5), generator=generator).bool() & masked_indices & ~replaced
    words = torch.tensor(sorted(set(range(vocab_size)) - set(special_ids)))
    inputs[random] = words[torch.randint(len(words), labels.shape, generator=generator)][random]
    return inputs, labels


def mask_tokens__multinomial(ids, special, vocab_size, mask_id, special_ids, p=0.15, generator=None):
    """One draw among four fates for each token."""
    fates = torch.tensor([1 - p, 0.8 * p, 0.1 * p, 0.1 * p])
    fate = torch.multinomial(fates, ids.numel(), replacement=True, generator=generator).view_as(ids)
    fate[special] = 0
    allowed = torch.ones(vocab_size).index_fill(0, torch.tensor(special_ids), 0.0)
    drawn = torch.multinomial(allowed, ids.numel(), replacement=True, generator=generator).view_as(ids)
    masked = ids.clone()
    masked[fate == 1] = mask_id
    masked[fate == 2] = drawn[fate == 2]
    return masked, ids.masked_fill(fate == 0, -100)


def bert_embeddings__functional(ids, types, params):
    E, P, S = (params[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type"))
    gamma, beta = (params[f"embeddings.LayerNorm.{name}"] for name in ("weight", "bias"))
    B, T = ids.shape
    places = torch.arange(T).expand(B, T)
    x = F.embedding(ids, E) + F.embedding(places, P) + F.embedding(types, S)
    return F.layer_norm(x, E.shape[-1:], gamma, beta, eps=1e-12)


def bert_embeddings__one_hot(ids, types, params):
    """Tables read by products."""
    get = {name.split(".")[1] + "." + name.split(".")[-1]: p for name, p in params.items()}
    E, S = get["word_embeddings.weight"], get["token_type_embeddings.weight"]
    x = F.one_hot(ids, len(E)).to(E.dtype) @ E + F.one_hot(types, 2).to(S.dtype) @ S
    x = x + get["position_embeddings.weight"].narrow(0, 0, ids.size(-1)).unsqueeze(0)
    x = x - x.mean(-1, keepdim=True)
    x = x * (x.square().mean(-1, keepdim=True) + 1e-12).rsqrt()
    return torch.addcmul(get["LayerNorm.bias"], x, get["LayerNorm.weight"])


class MiniBert__flash(nn.Module):
    """Attention by PyTorch, a boolean mask; modules made by names."""

    def __init__(self, vocab_size, n_positions, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.h = n_heads
        self.embeddings = BertEmbeddings(vocab_size, n_positions, d_model)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList()
        for _ in range(n_layers):
            layer, inner = nn.Module(), nn.Module()
            inner.self = nn.Module()
            for name in ("query", "key", "value"):
                setattr(inner.self, name, nn.Linear(d_model, d_model))
            inner.output, layer.output, layer.intermediate = nn.Module(), nn.Module(), nn.Module()
            inner.output.dense, inner.output.LayerNorm = nn.Linear(d_model, d_model), nn.LayerNorm(d_model, 1e-12)
            layer.intermediate.dense = nn.Linear(d_model, d_ff)
            layer.output.dense, layer.output.LayerNorm = nn.Linear(d_ff, d_model), nn.LayerNorm(d_model, 1e-12)
            layer.attention = inner
            self.encoder.layer.append(layer)
        self.pooler = nn.Module()
        self.pooler.dense = nn.Linear(d_model, d_model)

    def forward(self, ids, types, mask):
        x, seen = self.embeddings(ids, types), mask.bool()[:, None, None]
        for layer in self.encoder.layer:
            attention = layer.attention.self
            q, k, v = (
                module(x).unflatten(-1, (self.h, -1)).transpose(1, 2)
                for module in (attention.query, attention.key, attention.value)
            )
            c = F.scaled_dot_product_attention(q, k, v, attn_mask=seen).transpose(1, 2).reshape(x.shape)
            x = layer.attention.output.LayerNorm(layer.attention.output.dense(c) + x)
            x = layer.output.LayerNorm(layer.output.dense(F.gelu(layer.intermediate.dense(x))) + x)
        return x, self.pooler.dense(x[:, 0, :]).tanh()


class MiniBert__additive(nn.Module):
    """As in BERT's first code: the mask becomes (1 − m) times a very negative number; heads by einsum."""

    def __init__(self, vocab_size, n_positions, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.n_heads, self.d_h = n_heads, d_model // n_heads
        self.embeddings = BertEmbeddings(vocab_size, n_positions, d_model)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(self.built(d_model, d_ff) for _ in range(n_layers))})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(d_model, d_model)})

    @staticmethod
    def built(d, d_ff):
        def output(width):
            return nn.ModuleDict({"dense": nn.Linear(width, d), "LayerNorm": nn.LayerNorm(d, eps=1e-12)})

        projections = nn.ModuleDict({name: nn.Linear(d, d) for name in ("query", "key", "value")})
        return nn.ModuleDict(
            {
                "attention": nn.ModuleDict({"self": projections, "output": output(d)}),
                "intermediate": nn.ModuleDict({"dense": nn.Linear(d, d_ff)}),
                "output": output(d_ff),
            }
        )

    def forward(self, ids, types, mask):
        x = self.embeddings(ids, types)
        B, T, _ = x.shape
        bias = (1.0 - mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for layer in self.encoder["layer"]:
            q, k, v = (
                layer["attention"]["self"][name](x).view(B, T, self.n_heads, self.d_h)
                for name in ("query", "key", "value")
            )
            weights = torch.softmax(torch.einsum("bqhd,bkhd->bhqk", q, k) * self.d_h**-0.5 + bias, dim=-1)
            c = torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2)
            for part, y in (("attention", c), ("output", None)):
                out = layer["attention"]["output"] if part == "attention" else layer["output"]
                y = y if y is not None else F.gelu(layer["intermediate"]["dense"](x))
                x = out["LayerNorm"](x + out["dense"](y))
        return x, torch.tanh(self.pooler["dense"](x.select(1, 0)))


def mean_pooling__sbert(H, mask):
    """As Sentence-BERT does, but for its 1e-9."""
    input_mask_expanded = mask.unsqueeze(-1).expand(H.size()).to(H.dtype)
    return torch.sum(H * input_mask_expanded, 1) / torch.clamp(input_mask_expanded.sum(1), min=1e-9)


def cls_pooling__narrow(H):
    return H.narrow(1, 0, 1).squeeze(1)


def cosine_matrix__sbert(U, V):
    return torch.mm(F.normalize(U, p=2, dim=1), F.normalize(V, p=2, dim=1).transpose(0, 1))


def mean_pooling__bmm(H, mask):
    weights = mask.to(H.dtype)
    weights = weights / weights.sum(1, keepdim=True).clamp(min=1)
    return torch.bmm(weights[:, None, :], H)[:, 0]


def cls_pooling__unbind(H):
    first, *_ = H.unbind(dim=1)
    return first


def cosine_matrix__where(U, V):
    norms = torch.outer(U.norm(dim=1), V.norm(dim=1))
    return torch.where(norms == 0, 0.0, torch.einsum("id,jd->ij", U, V) / torch.where(norms == 0, 1.0, norms))


class ClassificationHead__sequential(nn.Sequential):
    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__(OrderedDict(dropout=nn.Dropout(dropout), linear=nn.Linear(d_model, n_classes)))


class ClassificationHead__functional(nn.Module):
    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__()
        self.p, self.linear = dropout, nn.Linear(d_model, n_classes)

    def forward(self, pooled):
        return self.linear(F.dropout(pooled, self.p, training=self.training))


def classification_loss__nll(logits, labels):
    return F.nll_loss(logits.log_softmax(-1), labels)


def classification_loss__gather(logits, labels):
    return (logits.logsumexp(1, keepdim=True) - logits.gather(1, labels[:, None])).mean()


def predicted_classes__topk(logits):
    return logits.topk(1, dim=-1).indices.squeeze(-1)


def predicted_classes__softmax(logits):
    return logits.softmax(-1).max(-1)[1]


# Atelier 4: fine-tuning, questions, distillation


def optimizer_groups__bert_examples(model, lr, weight_decay, layer_decay=1.0):
    """In the manner of transformers' old examples: no_decay, any(nd in n …), a floor after the other."""
    import re

    if lr < 0 or weight_decay < 0:
        raise ValueError("negative")
    if not 0 < layer_decay <= 1:
        raise ValueError("layer_decay")
    no_decay = ["bias", "LayerNorm.weight"]
    named = list(model.named_parameters())
    n_layers = len({n.split("encoder.layer.")[1].split(".")[0] for n, _ in named if "encoder.layer." in n})

    def of_floor(n):
        if "embeddings." in n:
            return 0
        return int(re_layer.group(1)) + 1 if (re_layer := re.search(r"\blayer\.(\d+)\.", n)) else n_layers + 1

    grouped = []
    for floor in range(n_layers + 2):
        rate = lr * layer_decay ** (n_layers + 1 - floor)
        own = [(n, p) for n, p in named if of_floor(n) == floor and p.requires_grad]
        grouped += [
            {
                "params": [p for n, p in own if not any(nd in n for nd in no_decay)],
                "lr": rate,
                "weight_decay": weight_decay,
            },
            {"params": [p for n, p in own if any(nd in n for nd in no_decay)], "lr": rate, "weight_decay": 0.0},
        ]
    return grouped


def optimizer_groups__one_each(model, lr, weight_decay, layer_decay=1.0):
    """A group for each parameter; rates from the top, walked backwards; what has one axis is not decayed."""
    if min(lr, weight_decay) < 0 or layer_decay <= 0 or layer_decay > 1:
        raise ValueError
    body = dict(model.items()).get("bert", model)
    rates, rate = dict.fromkeys(model.parameters(), lr), lr
    for block in [*reversed(body["encoder"]["layer"]), body["embeddings"]]:
        rate = rate * layer_decay
        rates.update(dict.fromkeys(block.parameters(), rate))
    return [
        {"params": [p], "lr": rates[p], "weight_decay": weight_decay if p.ndim >= 2 else 0.0}
        for p in model.parameters()
        if p.requires_grad
    ]


def linear_schedule__hf(step, warmup, total):
    if step < 0 or warmup < 0 or warmup > total:
        raise ValueError
    if step < warmup:
        return float(step) / float(max(1, warmup))
    return max(0.0, float(total - step) / float(max(1, total - warmup)))


def linear_schedule__minimum(step, warmup, total):
    if not (step >= 0 and 0 <= warmup <= total):
        raise ValueError
    up = step / warmup if warmup else math.inf
    down = (total - step) / (total - warmup) if total > warmup else (math.inf if step < total else 0.0)
    return max(0.0, min(up, down))


def fine_tune__hf(model, train_batches, valid_batches, epochs, lr, seed):
    """In the manner of the Hugging Face course: get_scheduler, a second loop for evaluation, metrics at the end."""
    from transformers import get_linear_schedule_with_warmup

    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(filter(lambda p: p.requires_grad, model.parameters()), lr=lr)
    num_training_steps = epochs * len(train_batches)
    lr_scheduler = get_linear_schedule_with_warmup(optimizer, num_training_steps // 10, num_training_steps)
    history = []
    for epoch in range(epochs):
        model.train()
        total_loss = total = 0
        for index in torch.randperm(len(train_batches)).tolist():
            batch = {k: v.to("cpu") for k, v in train_batches[index].items()}
            outputs = model(**batch)
            loss = outputs.loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
            optimizer.step()
            lr_scheduler.step()
            optimizer.zero_grad()
            total_loss += loss.detach() * batch["labels"].size(0)
            total += batch["labels"].size(0)
        model.eval()
        predictions, references, losses = [], [], []
        for batch in valid_batches:
            with torch.inference_mode():
                outputs = model(**batch)
            predictions.extend(torch.argmax(outputs.logits, dim=-1).tolist())
            references.extend(batch["labels"].tolist())
            losses.extend([outputs.loss.item()] * len(batch["labels"]))
        accuracy = np.mean(np.array(predictions) == np.array(references))
        history.append(
            {
                "epoch": epoch + 1,
                "train_loss": float(total_loss / total),
                "valid_loss": float(np.mean(losses)),
                "valid_accuracy": float(accuracy),
            }
        )
    return history


def fine_tune__by_hand(model, train_batches, valid_batches, epochs, lr, seed):
    """The rate is written into the groups, the norm is bounded by hand, losses are computed from logits."""

    def phi(s):
        return s / w if s < w else (S - s) / (S - w)

    def forward(batch):
        inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
        logits = model(**inputs).logits
        return logits, F.cross_entropy(logits, batch["labels"])

    torch.manual_seed(seed)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=lr, weight_decay=1e-2)
    S = epochs * len(train_batches)
    w, s = S // 10, 0
    log = []
    for e in range(epochs):
        order = torch.randperm(len(train_batches))
        model.train(True)
        seen = []
        for i in order:
            batch = train_batches[int(i)]
            optimizer.param_groups[0]["lr"] = lr * phi(s)
            model.zero_grad(set_to_none=True)
            _, loss = forward(batch)
            loss.backward()
            with torch.no_grad():
                norm = torch.linalg.vector_norm(torch.stack([p.grad.norm() for p in trained if p.grad is not None]))
                if norm > 1:
                    for p in trained:
                        if p.grad is not None:
                            p.grad.div_(norm)
            optimizer.step()
            s += 1
            seen.append((float(loss), len(batch["labels"])))
        model.train(False)
        with torch.no_grad():
            found = [(*forward(batch), batch["labels"]) for batch in valid_batches]
        n = sum(len(y) for _, _, y in found)
        log.append(
            {
                "epoch": e + 1,
                "train_loss": sum(a * b for a, b in seen) / sum(b for _, b in seen),
                "valid_loss": sum(float(v) * len(y) for _, v, y in found) / n,
                "valid_accuracy": sum(int((z.max(1).indices == y).sum()) for z, _, y in found) / n,
            }
        )
    return log


def fine_tune__concatenated(model, train_batches, valid_batches, epochs, lr, seed):
    """Frozen parameters are in the optimizer too (it skips them); losses of examples in one long list."""
    torch.manual_seed(seed)
    steps = epochs * len(train_batches)
    warmup = steps // 10
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warmup if s < warmup else (steps - s) / (steps - warmup)
    )

    def each(batch):
        output = model(**batch)
        return output, F.cross_entropy(output.logits, batch["labels"], reduction="none")

    history = []
    for epoch in range(epochs):
        model.train()
        losses = []
        for batch in (train_batches[i] for i in torch.randperm(len(train_batches))):
            optimizer.zero_grad(set_to_none=False)
            _, loss = each(batch)
            loss.mean().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
            optimizer.step()
            schedule.step()
            losses.append(loss.detach())
        model.eval()
        with torch.no_grad():
            found = [each(batch) for batch in valid_batches]
        logits, labels = torch.cat([o.logits for o, _ in found]), torch.cat([b["labels"] for b in valid_batches])
        history.append(
            {
                "epoch": epoch + 1,
                "train_loss": torch.cat(losses).mean().item(),
                "valid_loss": torch.cat([loss for _, loss in found]).mean().item(),
                "valid_accuracy": (logits.argmax(1) == labels).float().mean().item(),
            }
        )
    return history


def classification_metrics__confusion(y, p):
    """From a confusion matrix, as scikit-learn writes it."""
    if len(y) != len(p) or len(y) == 0:
        raise ValueError
    a, b = y.numpy(), p.numpy()
    labels = np.unique(np.concatenate([a, b]))
    C = np.array([[np.sum((a == i) & (b == j)) for j in labels] for i in labels], dtype=float)
    t, g, r = C.sum(axis=1), C.sum(axis=0), np.diag(C)
    cov_ytyp = r.sum() * C.sum() - t @ g
    cov = (C.sum() ** 2 - t @ t) * (C.sum() ** 2 - g @ g)
    return {
        "accuracy": float(r.sum() / C.sum()),
        "macro_f1": float(np.mean(2 * r / (t + g))),
        "mcc": float(cov_ytyp / math.sqrt(cov)) if cov else 0.0,
    }


def classification_metrics__sklearn(y, p):
    from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

    if y.numel() != p.numel() or y.numel() == 0:
        raise ValueError
    a, b = y.tolist(), p.tolist()
    return {
        "accuracy": float(accuracy_score(a, b)),
        "macro_f1": float(f1_score(a, b, average="macro", zero_division=0)),
        "mcc": float(matthews_corrcoef(a, b)),
    }


def bootstrap_interval__numpy(y, p, metric, n, seed, level=0.95):
    N = len(y)
    if N == 0 or len(p) != N or n < 1 or not 0 < level < 1:
        raise ValueError
    idx = torch.randint(0, N, (n, N), generator=seeded_generator(seed))
    scores = [metric(y[i], p[i]) for i in idx]
    alpha = 1 - level
    low, high = np.percentile(scores, [100 * alpha / 2, 100 * (1 - alpha / 2)])
    return float(low), float(high)


def bootstrap_interval__gathered(y, p, metric, n, seed, level=0.95):
    if y.shape != p.shape or not len(y) or n <= 0 or level <= 0 or level >= 1:
        raise ValueError
    rows = torch.randint(high=len(y), size=(n, len(y)), generator=seeded_generator(seed))
    found = sorted(float(metric(a, b)) for a, b in zip(y[rows], p[rows], strict=True))

    def at(q):
        place = q * (n - 1)
        k = min(int(place), n - 1)
        return found[k] + (place - k) * (found[min(k + 1, n - 1)] - found[k])

    return at((1 - level) / 2), at((1 + level) / 2)


def char_to_token_span__hf(offsets, sequence_ids, start, end, context_id=1):
    """In the manner of the Hugging Face course: the context's ends first, then a walk from each side."""
    if start < 0 or start >= end:
        raise ValueError
    if context_id not in sequence_ids:
        return (0, 0)
    idx = 0
    while sequence_ids[idx] != context_id:
        idx += 1
    context_start = idx
    while idx < len(sequence_ids) and sequence_ids[idx] == context_id:
        idx += 1
    context_end = idx - 1
    if offsets[context_start][0] > start or offsets[context_end][1] < end:
        return (0, 0)
    idx = context_start
    while idx <= context_end and offsets[idx][1] <= start:
        idx += 1
    first = idx
    idx = context_end
    while idx >= context_start and offsets[idx][0] >= end:
        idx -= 1
    return (first, idx) if first <= idx else (0, 0)


def label_windows__comprehension(offsets, sequence_ids, sample_mapping, answers, context_id=1):
    return [
        (0, 0) if answers[s] is None else char_to_token_span(o, q, *answers[s], context_id=context_id)
        for o, q, s in zip(offsets, sequence_ids, sample_mapping, strict=True)
    ]


def char_to_token_span__sets(offsets, sequence_ids, start, end, context_id=1):
    """Sets of characters."""
    if not 0 <= start < end:
        raise ValueError
    held = {k: set(range(*o)) for k, (o, s) in enumerate(zip(offsets, sequence_ids, strict=True)) if s == context_id}
    every = set().union(*held.values())
    wanted = set(range(start, end))
    touched = [k for k, characters in held.items() if characters & wanted]
    if not touched or min(every) > start or max(every) + 1 < end:
        return [0, 0]
    return [min(touched), max(touched)]


def best_span__triu(start_logits, end_logits, is_context, max_length):
    """In the manner of transformers' pipeline: outer sum, triu, tril."""
    if max_length < 1 or is_context.sum() == 0:
        raise ValueError
    start = torch.where(is_context, start_logits, torch.tensor(-torch.inf, dtype=start_logits.dtype))
    end = torch.where(is_context, end_logits, torch.tensor(-torch.inf, dtype=end_logits.dtype))
    band = torch.ones(len(start), len(start), dtype=torch.bool).triu().tril(max_length - 1)
    candidates = torch.where(band, start.unsqueeze(-1) + end.unsqueeze(0), -torch.inf)
    best = candidates.max()
    i, j = np.unravel_index(candidates.numpy().argmax(), candidates.shape)
    return i, j, best


def best_answer__candidates(windows, null_threshold=0.0, max_length=30):
    if len(windows) == 0:
        raise ValueError
    candidates = []
    for w, (s, e, c) in enumerate(windows):
        i, j, score = best_span(s, e, c, max_length)
        candidates.append({"score": float(score), "place": (w, int(i), int(j)), "null": (s[0] + e[0]).item()})
    best = max(candidates, key=lambda candidate: candidate["score"])
    min_null = min(candidate["null"] for candidate in candidates)
    if min_null - best["score"] > null_threshold:
        return None
    return best["place"]


def best_span__loops(start_logits, end_logits, is_context, max_length):
    if max_length < 1 or not any(is_context.tolist()):
        raise ValueError
    s, e, c = start_logits.tolist(), end_logits.tolist(), is_context.tolist()
    best = None
    for i in range(len(s)):
        for j in range(i, min(len(s), i + max_length)):
            if c[i] and c[j] and (best is None or s[i] + e[j] > best[2]):
                best = (i, j, s[i] + e[j])
    return best


def normalize_answer__squad(text):
    """In the manner of SQuAD's evaluation script."""
    import re
    import unicodedata

    def remove_articles(t):
        return re.sub(r"(?<!\S)(?:le|la|les|un|une|des|du)(?!\S)", " ", t)

    def white_space_fix(t):
        return " ".join(t.split())

    def remove_punc(t):
        return "".join(" " if unicodedata.category(ch)[0] == "P" else ch for ch in t)

    def remove_elisions(t):
        return re.sub("\\b(l|d)('|\u2019)", "", t)

    def lower(t):
        return unicodedata.normalize("NFC", t).lower()

    return white_space_fix(remove_articles(remove_punc(remove_elisions(lower(text)))))


def exact_match__squad(prediction, references):
    if not references:
        references = [""]
    return float(max(int(normalize_answer(a) == normalize_answer(prediction)) for a in references))


def f1_score__squad(prediction, references):
    from collections import Counter

    def compute_f1(a_gold, a_pred):
        gold_toks, pred_toks = normalize_answer(a_gold).split(), normalize_answer(a_pred).split()
        common = Counter(gold_toks) & Counter(pred_toks)
        num_same = sum(common.values())
        if len(gold_toks) == 0 or len(pred_toks) == 0:
            return int(gold_toks == pred_toks)
        if num_same == 0:
            return 0
        precision = 1.0 * num_same / len(pred_toks)
        recall = 1.0 * num_same / len(gold_toks)
        return (2 * precision * recall) / (precision + recall)

    return float(max(compute_f1(a, prediction) for a in (references if references else [""])))


def distillation_loss__hinton(student_logits, teacher_logits, labels, T, alpha):
    """In the manner of many a tutorial: nn.KLDivLoss, nn.CrossEntropyLoss."""
    if not T > 0 or alpha < 0 or alpha > 1:
        raise ValueError
    with torch.no_grad():
        soft_targets = nn.functional.softmax(teacher_logits / T, dim=-1)
    soft_prob = nn.functional.log_softmax(student_logits / T, dim=-1)
    distill = nn.KLDivLoss(reduction="sum")(soft_prob, soft_targets) / soft_prob.size(0) * (T**2)
    label_loss = nn.CrossEntropyLoss()(student_logits, labels)
    return alpha * distill + (1 - alpha) * label_loss


def cosine_loss__distilbert(h_s, h_t, mask):
    """In the manner of DistilBERT's distiller.py."""
    dim = h_s.size(-1)
    chosen = mask.unsqueeze(-1).expand_as(h_s)
    s = torch.masked_select(h_s, chosen).view(-1, dim)
    t = torch.masked_select(h_t.detach(), chosen).view(-1, dim)
    return nn.CosineEmbeddingLoss(reduction="mean")(s, t, s.new(s.size(0)).fill_(1))


def distilbert_loss__distiller(student_logits, teacher_logits, labels, h_s, h_t, mask, T=2.0, weights=(5.0, 2.0, 1.0)):
    alpha_ce, alpha_mlm, alpha_cos = weights
    chosen = mask.unsqueeze(-1).expand_as(student_logits)
    s = torch.masked_select(student_logits, chosen).view(-1, student_logits.size(-1))
    t = torch.masked_select(teacher_logits.detach(), chosen).view(-1, s.size(-1))
    ce_loss_fct = nn.KLDivLoss(reduction="batchmean")
    loss = alpha_ce * ce_loss_fct(F.log_softmax(s / T, dim=-1), F.softmax(t / T, dim=-1)) * T**2
    lm_loss_fct = nn.CrossEntropyLoss(ignore_index=-100)
    loss += alpha_mlm * lm_loss_fct(student_logits.reshape(-1, student_logits.size(-1)), labels.reshape(-1))
    loss += alpha_cos * cosine_loss(h_s, h_t, mask)
    return loss


def distillation_loss__cross_entropy(student_logits, teacher_logits, labels, T, alpha):
    """The cross-entropy with the teacher's answers, less their entropy."""
    if T <= 0 or not 0 <= alpha <= 1:
        raise ValueError
    z = teacher_logits.detach() / T
    entropy = torch.distributions.Categorical(logits=z).entropy().mean()
    soft = F.cross_entropy(student_logits / T, z.softmax(dim=1)) - entropy
    return torch.lerp(F.cross_entropy(student_logits, labels), T * T * soft, alpha)


def cosine_loss__unit_vectors(h_s, h_t, mask):
    with torch.no_grad():
        t = F.normalize(h_t, dim=2)
    away = (F.normalize(h_s, dim=2) - t).square().sum(dim=2) / 2
    return (away * mask).sum() / mask.sum()


def init_student__renamed(teacher, n_layers):
    """In the manner of DistilBERT's extraction script: a dictionary of renamed weights, loaded at once."""
    prefix = "bert." if hasattr(teacher, "bert") else ""
    state_dict, compressed = teacher.state_dict(), {}
    mine = "distilbert." if prefix else ""
    depth = teacher.config.num_hidden_layers
    if n_layers < 1 or 2 * n_layers - 2 >= depth:
        raise ValueError
    for w in ["word_embeddings.weight", "LayerNorm.weight", "LayerNorm.bias"]:
        compressed[f"{mine}embeddings.{w}"] = state_dict[f"{prefix}embeddings.{w}"]
    segments = state_dict[f"{prefix}embeddings.token_type_embeddings.weight"]
    positions = state_dict[f"{prefix}embeddings.position_embeddings.weight"]
    compressed[f"{mine}embeddings.position_embeddings.weight"] = positions + segments[0]
    names = {
        "attention.self.query": "attention.q_lin",
        "attention.self.key": "attention.k_lin",
        "attention.self.value": "attention.v_lin",
        "attention.output.dense": "attention.out_lin",
        "attention.output.LayerNorm": "sa_layer_norm",
        "intermediate.dense": "ffn.lin1",
        "output.dense": "ffn.lin2",
        "output.LayerNorm": "output_layer_norm",
    }
    for std_idx, teacher_idx in enumerate(range(0, 2 * n_layers, 2)):
        for old, new in names.items():
            for w in ["weight", "bias"]:
                compressed[f"{mine}transformer.layer.{std_idx}.{new}.{w}"] = state_dict[
                    f"{prefix}encoder.layer.{teacher_idx}.{old}.{w}"
                ]
    if prefix:
        for w in ["weight", "bias"]:
            compressed[f"pre_classifier.{w}"] = state_dict[f"bert.pooler.dense.{w}"]
            compressed[f"classifier.{w}"] = state_dict[f"classifier.{w}"]
    student = untrained_student(teacher, n_layers)
    student.load_state_dict(compressed)
    return student


def init_student__deepcopied(teacher, n_layers):
    """Modules copied whole, and put in the student's place."""
    bert = teacher.bert if hasattr(teacher, "bert") else teacher
    layers = list(bert.encoder.layer)[::2]
    if not 1 <= n_layers <= len(layers):
        raise ValueError
    student = untrained_student(teacher, n_layers)
    inner = student.distilbert if hasattr(student, "distilbert") else student
    inner.embeddings.word_embeddings = deepcopy(bert.embeddings.word_embeddings)
    inner.embeddings.LayerNorm = deepcopy(bert.embeddings.LayerNorm)
    inner.embeddings.position_embeddings = deepcopy(bert.embeddings.position_embeddings)
    inner.embeddings.position_embeddings.weight.data += bert.embeddings.token_type_embeddings.weight.data[:1]
    for new, old in zip(inner.transformer.layer, layers, strict=False):
        self_attention = deepcopy(old.attention.self)
        new.attention.q_lin = self_attention.query
        new.attention.k_lin = self_attention.key
        new.attention.v_lin = self_attention.value
        new.attention.out_lin = deepcopy(old.attention.output.dense)
        new.sa_layer_norm = deepcopy(old.attention.output.LayerNorm)
        new.ffn.lin1, new.ffn.lin2 = deepcopy(old.intermediate.dense), deepcopy(old.output.dense)
        new.output_layer_norm = deepcopy(old.output.LayerNorm)
    if hasattr(teacher, "classifier"):
        student.pre_classifier = deepcopy(bert.pooler.dense)
        student.classifier = deepcopy(teacher.classifier)
    return student


class LoRALinear__loralib(nn.Module):
    """In the manner of loralib and peft: linear layers, kaiming for A, zeros for B."""

    def __init__(self, linear, r, alpha):
        super().__init__()
        if not r > 0:
            raise ValueError("r")
        self.base_layer = linear
        for p in self.base_layer.parameters():
            p.requires_grad = False
        self.A = nn.Linear(linear.in_features, r, bias=False)
        self.B = nn.Linear(r, linear.out_features, bias=False)
        nn.init.kaiming_uniform_(self.A.weight, a=math.sqrt(5))
        nn.init.zeros_(self.B.weight)
        self.scaling = alpha / r

    def forward(self, x):
        return self.base_layer(x) + self.B(self.A(x)) * self.scaling

    @torch.no_grad()
    def merge(self):
        merged = deepcopy(self.base_layer)
        merged.weight += self.scaling * self.B.weight @ self.A.weight
        return merged


class LoRALinear__functional(nn.Module):
    """A is zero and B is drawn; frozen numbers as buffers; the weights are put together at each call."""

    def __init__(self, linear, r, alpha):
        super().__init__()
        if r < 1:
            raise ValueError
        linear.requires_grad_(False)
        n_out, n_in = linear.weight.shape
        self.register_buffer("W", linear.weight.detach().clone())
        self.register_buffer("b", linear.bias.detach().clone() if linear.bias is not None else None)
        self.A = nn.Parameter(torch.zeros(r, n_in))
        self.B = nn.Parameter(torch.empty(n_out, r).normal_(std=0.02))
        self.alpha, self.r = alpha, r

    def weight(self):
        return torch.addmm(self.W, self.B, self.A, alpha=self.alpha / self.r)

    def forward(self, x):
        return F.linear(x, self.weight(), self.b)

    def merge(self):
        new = nn.utils.skip_init(nn.Linear, self.W.shape[1], self.W.shape[0], bias=self.b is not None)
        new.weight.data = self.weight().detach()
        if self.b is not None:
            new.bias.data = self.b.clone()
        return new


RIGHT_ANSWERS = [
    answer("scipy", "warm_up", sigmoid__scipy, sigmoid_derivative__scipy, l1_loss__generator, l2_loss__long_double),
    answer(
        "errstate",
        "warm_up",
        sigmoid__errstate,
        sigmoid_derivative__cosh,
        flatten_image__ravel,
        l1_loss__linalg,
        l2_loss__fractions,
    ),
    answer("zero_axes", "warm_up", l1_loss__zero_axes, l2_loss__tensor),
    answer("scipy", "cosine_similarity", cosine_similarity__scipy),
    answer("hypot", "cosine_similarity", cosine_similarity__hypot),
    answer("torch", "cosine_similarity", cosine_similarity__torch),
    answer("einsum", "normalize_rows", normalize_rows__einsum),
    answer("by_row", "normalize_rows", normalize_rows__by_row),
    answer("cdist", "squared_distances", squared_distances__cdist),
    answer("centred", "squared_distances", squared_distances__centred),
    answer("scipy", "softmax", softmax__scipy),
    answer("jax_like", "softmax", softmax__jax_like),
    answer("torch", "softmax", softmax__torch),
    answer("single", "softmax", softmax__single),
    answer("ufuncs", "softmax", softmax__ufuncs),
    answer("scipy", "log_softmax", logsumexp__scipy, log_softmax__scipy),
    answer("logaddexp", "log_softmax", logsumexp__logaddexp, log_softmax__logaddexp),
    answer("scipy", "entropy_and_kl", entropy__scipy, kl_divergence__scipy),
    answer("comprehension", "entropy_and_kl", entropy__comprehension, kl_divergence__masked_array),
    answer("xlogy", "entropy_and_kl", entropy__where, kl_divergence__xlogy),
    answer("pivoted_qr", "orthogonal_projection", orthogonal_projection__pivoted_qr),
    answer("orth", "orthogonal_projection", orthogonal_projection__orth),
    answer("named", "low_rank_approximation", low_rank_approximation__named),
    answer("outer_products", "low_rank_approximation", low_rank_approximation__outer_products),
    answer("torch", "low_rank_approximation", low_rank_approximation__torch),
    answer("eigh", "pca", pca__eigh),
    answer("svd", "pca", pca__svd),
    answer("generator", "power_iteration", power_iteration__generator, stationary_distribution__lstsq),
    answer("null_space", "power_iteration", stationary_distribution__null_space),
    answer("einsum", "linear_layer", linear_forward__einsum, linear_backward__einsum),
    answer("augmented", "linear_layer", linear_forward__augmented, linear_backward__sums_of_outer_products),
    answer(
        "jacobian", "softmax_and_cross_entropy_backward", softmax_backward__jacobian, cross_entropy_backward__karpathy
    ),
    answer("autograd", "softmax_and_cross_entropy_backward", softmax_backward__vjp, cross_entropy_backward__autograd),
    answer("comprehension", "gradient_check", gradient_check__comprehension),
    answer("nditer", "gradient_check", gradient_check__nditer),
    answer("scan", "rnn", rnn_forward__scan, rnn_backward__stacked),
    answer("autograd", "rnn", rnn_backward__autograd),
    answer("accumulate", "vanishing_gradients", jacobian_norms__accumulate, clip_gradients__torch_like),
    answer("module", "numpy_to_torch", mlp_torch__module, contract_pairs__vmap, contract_rows__bmm),
    answer("functional", "numpy_to_torch", mlp_torch__functional, contract_all__comprehension),
    answer("einsum", "attention_scores", attention_scores__einsum, score_variance__one_by_one),
    answer("quartic_root", "attention_scores", attention_scores__quartic_root),
    answer("time_first", "additive_attention", additive_attention__fairseq_like),
    answer("module", "additive_attention", additive_attention__module, uses=(Bahdanau,)),
    answer("annotated", "attention_masks", combine_masks__annotated, causal_mask__annotated, uses=(subsequent_mask,)),
    answer("generated", "attention_masks", padding_mask__nested, causal_mask__generated, combine_masks__vmap),
    answer("single_softmax", "scaled_dot_product_attention", scaled_dot_product_attention__single_softmax),
    answer("annotated", "scaled_dot_product_attention", scaled_dot_product_attention__annotated),
    answer("bias", "scaled_dot_product_attention", scaled_dot_product_attention__bias),
    answer("where", "safe_attention", safe_attention__where),
    answer("flash", "attention_backward", attention_backward__flash),
    answer("index", "permutation_equivariance", equivariance_gap__index),
    answer("solve", "query_design", copy_query__solve, average_query__lstsq),
    answer("reduce", "attention_analysis", attention_entropy__distributions, attention_rollout__reduce),
    answer("einops_like", "split_and_merge_heads", split_heads__einops_like, merge_heads__einops_like),
    answer("chunks", "split_and_merge_heads", split_heads__chunks, merge_heads__cat),
    answer("gpt", "multi_head_attention", MultiHeadAttention__gpt, uses=(GPTConfig,)),
    answer("annotated", "multi_head_attention", MultiHeadAttention__annotated, uses=(clones, subsequent_mask)),
    answer("cached", "multi_head_attention", MultiHeadAttention__cached),
    answer("flash", "multi_head_attention", MultiHeadAttention__flash),
    answer("loaded", "packed_multi_head_attention", mha_from_packed__loaded),
    answer("module", "packed_multi_head_attention", mha_from_packed__module),
    answer("functional", "packed_multi_head_attention", mha_from_packed__functional),
    answer("einsum", "cross_attention", cross_attention__einsum),
    answer("sentence_by_sentence", "cross_attention", cross_attention__sentence_by_sentence),
    answer(
        "buffers", "transformer_layers", EncoderLayer__buffers, DecoderLayer__buffers, shift_right__t5, uses=(clones,)
    ),
    answer("pad", "transformer_layers", shift_right__pad),
    answer("numpy", "attention_cost", attention_cost__numpy),
    answer("flash", "blockwise_attention", blockwise_attention__flash),
    answer("tiles", "blockwise_attention", blockwise_attention__tiles),
    answer(
        "minbpe",
        "bpe",
        merge_pair__minbpe,
        train_bpe__cs336,
        encode_bpe__by_rank,
        decode_bpe__str,
    ),
    answer("iterator", "bpe", merge_pair__iterator),
    answer("nanogpt", "sample_batch", sample_batch__nanogpt),
    answer("unfold", "sample_batch", sample_batch__unfold),
    answer("makemore", "bigram_model", bigram_probabilities__makemore, bigram_perplexity__makemore),
    answer("one_hot", "bigram_model", bigram_probabilities__one_hot, bigram_perplexity__cross_entropy),
    answer("one_hot", "embedding", embed__one_hot, embed_backward__one_hot),
    answer("select", "embedding", embed__select, embed_backward__put),
    answer("annotated", "sinusoidal_encoding", sinusoidal_encoding__annotated, shift_matrix__block_diag),
    answer("nested", "sinusoidal_encoding", sinusoidal_encoding__nested),
    answer("llama", "rope", apply_rope__llama),
    answer("gptj", "rope", apply_rope__gptj),
    answer("llmc", "normalization", layer_norm__torch, layer_norm_backward__llmc, rms_norm__llama),
    answer("vjp", "normalization", layer_norm_backward__vjp, rms_norm__norm),
    answer("hf", "feed_forward", gelu__cdf, gelu_tanh__hf, feed_forward__functional),
    answer("erfc", "feed_forward", gelu__erfc, gelu_tanh__sigmoid, feed_forward__addmm),
    answer("modules", "transformer_blocks", PreNormBlock__modules, PostNormBlock__modules),
    answer("nanogpt", "mini_gpt", MiniGPT__nanogpt, count_parameters__built),
    answer("sequential", "mini_gpt", MiniGPT__sequential, count_parameters__formula),
    answer("hf", "lm_loss", lm_loss__hf),
    answer("kl", "lm_loss", lm_loss__kl),
    answer("running", "perplexity", perplexity__running, bits_per_character__log2),
    answer("tensor", "perplexity", perplexity__tensor),
    answer("optimizer", "adamw", AdamW__optimizer, decay_groups__mingpt),
    answer("foreach", "adamw", AdamW__foreach, decay_groups__nanogpt),
    answer("nanogpt", "schedules", cosine_schedule__nanogpt, noam_schedule__annotated),
    answer("half_angle", "schedules", cosine_schedule__half_angle, noam_schedule__logarithms),
    answer("cs336", "gradient_clipping", clip_grad_norm__cs336, accumulate_gradients__scaled),
    answer("divided_afterwards", "gradient_clipping", accumulate_gradients__divided_afterwards),
    answer(
        "nanogpt",
        "training_loop",
        evaluate__estimate_loss,
        train__nanogpt,
        save_checkpoint__nanogpt,
        load_checkpoint__nanogpt,
    ),
    answer(
        "nanogpt",
        "generation",
        apply_temperature__one_hot,
        top_k_filter__ranked,
        top_p_filter__hf,
        generate__nanogpt,
    ),
    answer("lists", "kv_cache", KVCache__lists, decode_step__llama),
    answer("buffer", "kv_cache", KVCache__buffer, decode_step__position_by_position),
    answer("hf", "wordpiece", wordpiece_tokenize__hf),
    answer("trie", "wordpiece", wordpiece_tokenize__trie),
    answer("hf", "encode_pair", encode_pair__hf),
    answer("pairs", "encode_pair", encode_pair__pairs),
    answer("numpy", "collate", collate__numpy),
    answer("nested", "collate", collate__nested),
    answer("hf", "mask_tokens", mask_tokens__hf),
    answer("multinomial", "mask_tokens", mask_tokens__multinomial),
    answer("functional", "bert_embeddings", bert_embeddings__functional),
    answer("one_hot", "bert_embeddings", bert_embeddings__one_hot),
    answer("flash", "mini_bert", MiniBert__flash),
    answer("additive", "mini_bert", MiniBert__additive),
    answer("sbert", "pooling", mean_pooling__sbert, cls_pooling__narrow, cosine_matrix__sbert),
    answer("bmm", "pooling", mean_pooling__bmm, cls_pooling__unbind, cosine_matrix__where),
    answer(
        "sequential",
        "classification_head",
        ClassificationHead__sequential,
        classification_loss__nll,
        predicted_classes__topk,
    ),
    answer(
        "functional",
        "classification_head",
        ClassificationHead__functional,
        classification_loss__gather,
        predicted_classes__softmax,
    ),
    answer("examples", "optimizer_groups", optimizer_groups__bert_examples, linear_schedule__hf),
    answer("one_each", "optimizer_groups", optimizer_groups__one_each, linear_schedule__minimum),
    answer("hf", "fine_tune", fine_tune__hf),
    answer("by_hand", "fine_tune", fine_tune__by_hand),
    answer("concatenated", "fine_tune", fine_tune__concatenated),
    answer("confusion", "classification_metrics", classification_metrics__confusion, bootstrap_interval__numpy),
    answer("sklearn", "classification_metrics", classification_metrics__sklearn, bootstrap_interval__gathered),
    answer("hf", "answer_tokens", char_to_token_span__hf, label_windows__comprehension),
    answer("sets", "answer_tokens", char_to_token_span__sets),
    answer("pipeline", "best_span", best_span__triu, best_answer__candidates),
    answer("loops", "best_span", best_span__loops),
    answer("squad", "answer_scores", normalize_answer__squad, exact_match__squad, f1_score__squad),
    answer("distiller", "distillation", distillation_loss__hinton, cosine_loss__distilbert, distilbert_loss__distiller),
    answer("cross_entropy", "distillation", distillation_loss__cross_entropy, cosine_loss__unit_vectors),
    answer("renamed", "init_student", init_student__renamed),
    answer("deepcopied", "init_student", init_student__deepcopied),
    answer("loralib", "lora", LoRALinear__loralib),
    answer("functional", "lora", LoRALinear__functional),
]
