"""1.11 linear_layer: Y = XW + b, and what the gradient of Y says about X, W and b.

The square cases (n = m) let a forgotten transpose run without an error; the others let it fail.
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def linear_forward(X, W, b):
    """Linear layer: X (B, n), W (n, m), b (m,) -> Y = XW + b (B, m)."""
    return X @ W + b  # (B, m)


def linear_backward(X, W, b, dY):
    """Gradients of a loss by X, W and b, given its gradient dY by Y = XW + b; sums over the batch.

    X (B, n), W (n, m), b (m,), dY (B, m) -> dX (B, n), dW (n, m), db (m,).
    """
    dX = dY @ W.T  # (B, m) @ (m, n) -> (B, n)
    dW = X.T @ dY  # (n, B) @ (B, m) -> (n, m)
    db = dY.sum(axis=0)  # (m,)
    return dX, dW, db


def independent_linear_forward(X, W, b):
    """torch's own linear layer, which stores the transpose of W."""
    X, W, b = (torch.from_numpy(np.array(a)) for a in (X, W, b))
    return torch.nn.functional.linear(X, W.T, b).numpy()


def independent_linear_backward(X, W, b, dY):
    """torch's autograd."""
    X, W, b = (torch.from_numpy(np.array(a)).requires_grad_() for a in (X, W, b))
    torch.nn.functional.linear(X, W.T, b).backward(torch.from_numpy(np.array(dY)))
    return X.grad.numpy(), W.grad.numpy(), b.grad.numpy()


def both(name, X, W, b, dY):
    """A forward and a backward case on the same numbers."""
    (B, n), m = X.shape, len(b)
    dims = {"B": B, "n": n, "m": m}
    return [
        Case(name, Call("linear_forward", {"X": X, "W": W, "b": b}), dims=dims),
        Case(f"{name}_backward", Call("linear_backward", {"X": X, "W": W, "b": b, "dY": dY}), dims=dims),
    ]


def random_layer(rng, B, n, m):
    return rng.normal(size=(B, n)), rng.normal(size=(n, m)), rng.normal(size=m), rng.normal(size=(B, m))


def public():
    X = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0], [2.0, 1.0, 1.0], [-1.0, 0.0, 4.0]])  # (4, 3)
    W = np.array([[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]])  # (3, 2)
    b = np.array([0.5, -2.0])
    dY = np.array([[1.0, -1.0], [0.0, 2.0], [3.0, 1.0], [-2.0, 0.5]])  # (4, 2)
    return [
        *both("worked_example", X, W, b, dY),
        *both("square", *random_layer(np.random.default_rng(111), 2, 3, 3)),
    ]


def draw(rng):
    B, n, m = (int(size) for size in rng.permutation([2, 3, 4, 5, 6, 7])[:3])
    return [
        *both("rectangular", *random_layer(rng, B, n, m)),
        *both("square", *random_layer(rng, B, m, m)),
        *both("batch_of_one", *random_layer(rng, 1, n, m)),
    ]


EXERCISE = Exercise(
    name="linear_layer",
    atelier="atelier1",
    number="1.11",
    title=Text("Couche linéaire, aller et retour", "Linear layer, forward and backward"),
    points=9,
    functions=(
        Function("linear_forward", "(X, W, b)", (Output("Y", "B m"),)),
        Function("linear_backward", "(X, W, b, dY)", (Output("dX", "B n"), Output("dW", "n m"), Output("db", "m"))),
    ),
    reference={"linear_forward": linear_forward, "linear_backward": linear_backward},
    independent={"linear_forward": independent_linear_forward, "linear_backward": independent_linear_backward},
    public=public,
    draw=draw,
    core=True,
)
