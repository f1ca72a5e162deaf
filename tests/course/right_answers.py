"""Right answers in the manner of well-known public code, each to a whole exercise: not one of them may lose a point.

``defines`` are what students are asked for, ``uses`` what they have written or imported beside it.
"""

from __future__ import annotations

import functools
import math
import re
from collections import OrderedDict, namedtuple
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction

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
]
