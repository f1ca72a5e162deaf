"""2.8 gelu, gelu_tanh, feed_forward: the network that each position of a block goes through by itself.

Weights of order 1 and a few wide values: the tanh form differs from the exact one by 5e-4 at most.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Given, Output, Text


def gelu(x):
    """x times the probability that a standard normal variable is below x. x (…) -> (…)."""
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))  # (…)


def gelu_tanh(x):
    """The approximation of GELU that GPT-2 uses. x (…) -> (…)."""
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)  # (…)
    return 0.5 * x * (1 + torch.tanh(inner))  # (…)


def feed_forward(x, W1, b1, W2, b2):
    """Two affine maps with an exact GELU between them, the same at each position.

    x (B, T, d), W1 (d, d_ff), b1 (d_ff,), W2 (d_ff, d), b2 (d,) -> (B, T, d).
    """
    hidden = gelu(x @ W1 + b1)  # (B, T, d_ff)
    return hidden @ W2 + b2  # (B, T, d)


def independent_gelu(x):
    """PyTorch's own."""
    return F.gelu(x)


def independent_gelu_tanh(x):
    """PyTorch's own."""
    return F.gelu(x, approximate="tanh")


def independent_feed_forward(x, W1, b1, W2, b2):
    """PyTorch's modules, which keep their weights transposed."""
    first, second = nn.Linear(*W1.shape, dtype=x.dtype), nn.Linear(*W2.shape, dtype=x.dtype)
    network = nn.Sequential(first, nn.GELU(), second)
    weights = {"0.weight": W1.T, "0.bias": b1, "2.weight": W2.T, "2.bias": b2}
    return torch.func.functional_call(network, weights, (x,))


def fed_with(gelu):
    """feed_forward, its activation left to another function."""

    def feed(x, W1, b1, W2, b2):
        return gelu(x @ W1 + b1) @ W2 + b2

    return {"feed_forward": feed}


def gelu_cases(name, x):
    dims = {"n": x.size(-1)}
    return [Case(f"{f}_{name}", Call(f, {"x": x}), dims, differentiable=("x",)) for f in ("gelu", "gelu_tanh")]


def network_case(name, x, W1, b1, W2, b2):
    inputs = {"x": x, "W1": W1, "b1": b1, "W2": W2, "b2": b2}
    dims = dict(zip("BT", x.shape, strict=False)) | dict(zip(("d", "d_ff"), W1.shape, strict=True))
    return Case(f"network_{name}", Call("feed_forward", inputs), dims, differentiable=tuple(inputs))


def normal(rng, *shape, scale=1.0):
    return torch.from_numpy(rng.normal(scale=scale, size=shape))


def random_network(name, rng, B, T, d, d_ff):
    x, W1, b1 = normal(rng, B, T, d), normal(rng, d, d_ff, scale=0.8), normal(rng, d_ff)
    return network_case(name, x, W1, b1, normal(rng, d_ff, d), normal(rng, d))


def public():
    rng = np.random.default_rng(28)
    x = torch.tensor([[[1.0, 2.0]]], dtype=torch.float64)
    W1 = torch.tensor([[1.0, 1.0, 0.0], [0.0, -1.0, 0.0]], dtype=torch.float64)  # (2, 3)
    W2 = torch.tensor([[1.0, 0.0], [5.0, 5.0], [0.0, 2.0]], dtype=torch.float64)  # (3, 2)
    b1, b2 = torch.tensor([0.0, 1.0, -1.0], dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64)
    return [
        *gelu_cases("worked_example", torch.tensor([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0], dtype=torch.float64)),
        *gelu_cases("batch", normal(rng, 2, 3, 4, scale=2.0)),
        network_case("worked_example", x, W1, b1, W2, b2),
        random_network("batch", rng, 2, 3, 4, 6),
        random_network("square", rng, 2, 4, 3, 3),
    ]


def draw(rng):
    B, T, d, d_ff = (int(n) for n in rng.choice([[2, 5, 3, 7], [3, 4, 5, 8], [2, 6, 4, 9]]))
    large = torch.from_numpy(rng.choice([-1.0, 1.0], size=6) * rng.uniform(20, 1000, size=6))
    return [
        *gelu_cases("general", normal(rng, B, T, d, scale=1.5)),
        *gelu_cases("wide", torch.from_numpy(rng.uniform(-4, 4, size=11))),
        *gelu_cases("large", large),
        random_network("general", rng, B, T, d, d_ff),
        random_network("narrow", rng, B, T, d_ff, d),
        random_network("square", rng, B, T, d, d),
        random_network("one_position", rng, 1, 1, d, d_ff),
    ]


EXERCISE = Exercise(
    name="feed_forward",
    atelier="atelier2",
    number="2.8",
    title=Text("La couche position par position et GELU", "The position-wise layer and GELU"),
    points=3,
    functions=(
        Function("gelu", "(x)", (Output("y", "…"),)),
        Function("gelu_tanh", "(x)", (Output("y", "…"),)),
        Function("feed_forward", "(x, W1, b1, W2, b2)", (Output("y", "B T d"),)),
    ),
    reference={"gelu": gelu, "gelu_tanh": gelu_tanh, "feed_forward": feed_forward},
    independent={
        "gelu": independent_gelu,
        "gelu_tanh": independent_gelu_tanh,
        "feed_forward": independent_feed_forward,
    },
    public=public,
    draw=draw,
    given=(Given(("gelu",), fed_with),),
)
