"""3.14 attention_entropy, attention_rollout: how spread attention is, and where it leads through the layers.

The entropy is that of the distribution over real keys: with a mask, weights on hidden keys are dropped and the rest
is renormalised; a row without any mass has entropy 0. Rollout is that of Abnar and Zuidema (2020).
"""

from __future__ import annotations

import functools

import numpy as np
import scipy.stats
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def attention_entropy(weights, mask=None):
    """Entropy, in nats, of each query's attention.

    weights (B, h, T_q, T_k), mask (B, T_k) with True = real key -> (B, h, T_q).
    """
    if mask is not None:
        weights = weights.masked_fill(~mask[:, None, None, :], 0.0)
        total = weights.sum(dim=-1, keepdim=True)  # (B, h, T_q, 1)
        weights = weights / total.masked_fill(total == 0, 1.0)
    return -torch.special.xlogy(weights, weights).sum(dim=-1)  # 0·ln 0 = 0; (B, h, T_q, T_k) -> (B, h, T_q)


def attention_rollout(A):
    """Share of each input token in each output token, layer after layer, half of it through the residual path.

    A (L, B, h, T, T), first layer first -> (B, T, T).
    """
    eye = torch.eye(A.size(-1), dtype=A.dtype)  # (T, T)
    rollout = eye.expand(A.size(1), -1, -1)  # (B, T, T)
    for layer in A.mean(dim=2):  # (B, T, T), the mean of the heads
        rollout = (layer / 2 + eye / 2) @ rollout  # the newest layer on the left
    return rollout


def independent_attention_entropy(weights, mask=None):
    """scipy.stats.entropy, which normalises by itself; NaN where there is nothing to normalise."""
    p = weights.detach().numpy()
    if mask is not None:
        p = p * mask.numpy()[:, None, None, :]
    with np.errstate(invalid="ignore"):
        return torch.from_numpy(np.nan_to_num(np.asarray(scipy.stats.entropy(p, axis=-1)), nan=0.0))


def independent_attention_rollout(A):
    """Probabilities of a random walk from the last layer to the first, in NumPy, sentence by sentence."""
    _, B, h, T, _ = A.shape
    steps = 0.5 * A.numpy().sum(axis=2) / h + 0.5 * np.identity(T)  # (L, B, T, T)
    return torch.from_numpy(np.stack([functools.reduce(np.dot, steps[::-1, b]) for b in range(B)]))


def attention_weights(rng, *shape, allowed=None, sharpness=1.5):
    scores = torch.from_numpy(rng.normal(size=shape)) * sharpness
    if allowed is not None:
        scores = scores.masked_fill(~allowed, float("-inf"))
    return scores.softmax(dim=-1)


def key_mask(lengths, T):
    return torch.arange(T) < torch.tensor(lengths)[:, None]  # (B, T)


def entropy_case(name, weights, mask=None):
    inputs = {"weights": weights} if mask is None else {"weights": weights, "mask": mask}
    dims = dict(zip(("B", "h", "T_q", "T_k"), weights.shape, strict=True))
    return Case(name, Call("attention_entropy", inputs), dims)


def rollout_case(name, A):
    dims = dict(zip("LBhT", A.shape, strict=False))
    return Case(name, Call("attention_rollout", {"A": A}), dims)


def public():
    rng = np.random.default_rng(314)
    worked = torch.tensor([[0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]]).double()  # (3, 4)
    two_layers = torch.tensor([[[0.0, 1.0], [0.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]]).double()  # (2, 2, 2)
    return [
        entropy_case("worked_example", worked[None, None]),
        entropy_case("masked", attention_weights(rng, 3, 2, 4, 5), key_mask((3, 5, 1), 5)),
        rollout_case("two_layers", two_layers[:, None, None]),
        rollout_case("three_layers", attention_weights(rng, 3, 2, 4, 5, 5)),
        entropy_case("masked_square", attention_weights(rng, 2, 2, 5, 5), key_mask((3, 5), 5)),
    ]


def draw(rng):
    B, h, T_q, T_k, L = (int(n) for n in rng.choice([[2, 3, 4, 6, 5], [3, 2, 5, 7, 4], [2, 4, 7, 5, 3]]))
    causal = torch.ones(T_q, T_q, dtype=torch.bool).tril()
    lengths = (T_k, T_k - 2, 0)[:B] if B == 3 else (T_k - 2, T_k)
    safe = attention_weights(rng, B, h, T_q, T_k)
    safe[0, 0, 1] = 0.0  # what safe_attention gives to a query without keys
    return [
        entropy_case("positive", attention_weights(rng, B, h, T_q, T_k)),
        entropy_case("causal", attention_weights(rng, B, h, T_q, T_q, allowed=causal)),
        entropy_case("masked", attention_weights(rng, B, h, T_q, T_k), key_mask(lengths, T_k)),
        entropy_case(
            "padding_unseen", attention_weights(rng, 1, h, T_q, T_k, allowed=key_mask((3,), T_k)), key_mask((3,), T_k)
        ),
        entropy_case("empty_row", safe),
        entropy_case("empty_sentence", attention_weights(rng, 2, h, T_q, T_k), key_mask((0, 2), T_k)),
        entropy_case("single", attention_weights(rng, 1, 1, 1, 1)),
        rollout_case("layers", attention_weights(rng, L, B, h, T_k, T_k)),
        rollout_case("causal_layers", attention_weights(rng, L - 1, B, h, T_q, T_q, allowed=causal)),
        rollout_case("one_layer", attention_weights(rng, 1, B, h, T_k, T_k)),
        rollout_case("one_token", attention_weights(rng, L, 1, h, 1, 1)),
        entropy_case("masked_square", attention_weights(rng, 2, h, T_k, T_k), key_mask((T_k - 2, T_k), T_k)),
    ]


EXERCISE = Exercise(
    name="attention_analysis",
    atelier="atelier3",
    number="3.14",
    title=Text("Lire l'attention : entropie et rollout", "Reading attention: entropy and rollout"),
    points=4,
    functions=(
        Function(
            "attention_entropy", "(weights, mask=None)", (Output("entropy", "B h T_q", properties=("nonnegative",)),)
        ),
        Function(
            "attention_rollout", "(A)", (Output("rollout", "B T T", properties=("nonnegative", "rows_sum_to_one")),)
        ),
    ),
    reference={"attention_entropy": attention_entropy, "attention_rollout": attention_rollout},
    independent={
        "attention_entropy": independent_attention_entropy,
        "attention_rollout": independent_attention_rollout,
    },
    public=public,
    draw=draw,
)
