"""1.12 softmax_backward and cross_entropy_backward: the two gradients that every language model computes.

The saturated and large-logits cases hold exact zeros and would overflow without the shift by the maximum.
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def softmax_backward(p, dp):
    """Gradient by the logits z, given p = softmax(z) over the last axis and the gradient dp by p.

    p (B, C), dp (B, C) -> dz (B, C).
    """
    inner = (p * dp).sum(axis=-1, keepdims=True)  # (B, 1)
    return p * (dp - inner)  # (B, C)


def cross_entropy_backward(logits, y):
    """Gradient by the logits of the mean over the batch of −log softmax(logits)[y].

    logits (B, C), y (B,) integers in 0..C−1 -> dlogits (B, C).
    """
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    one_hot = np.eye(logits.shape[1], dtype=p.dtype)[y]  # (B, C)
    return (p - one_hot) / len(y)


def independent_softmax_backward(p, dp):
    """torch's autograd, from logits that give p (log p, −800 standing for log 0)."""
    z = torch.from_numpy(np.log(np.maximum(p, 1e-300))).requires_grad_()
    torch.softmax(torch.where(torch.from_numpy(np.array(p)) > 0, z, z - 800), dim=-1).backward(
        torch.from_numpy(np.array(dp))
    )
    return z.grad.numpy()


def independent_cross_entropy_backward(logits, y):
    """torch's cross-entropy and autograd."""
    z = torch.from_numpy(np.array(logits)).requires_grad_()
    torch.nn.functional.cross_entropy(z, torch.from_numpy(np.array(y))).backward()
    return z.grad.numpy()


def softmax_case(name, p, dp):
    return Case(name, Call("softmax_backward", {"p": p, "dp": dp}), dims={"B": len(p), "C": p.shape[1]})


def cross_entropy_case(name, logits, y):
    call = Call("cross_entropy_backward", {"logits": logits, "y": y})
    return Case(name, call, dims={"B": len(y), "C": logits.shape[1]})


def labels(rng, B, C):
    """Labels (B,) that include the first class, the last one and (B > 2) a repeated one."""
    y = np.concatenate([[0, C - 1], rng.integers(1, C, size=B)])[:B]
    return rng.permutation(y).astype(np.int64)


def public():
    rng = np.random.default_rng(112)
    return [
        softmax_case(
            "worked_example",
            np.array([[0.5, 0.25, 0.25], [0.1, 0.7, 0.2]]),
            np.array([[1.0, 0.0, 4.0], [0.0, 2.0, -1.0]]),
        ),
        softmax_case("random", rng.dirichlet(np.ones(4), 3), rng.normal(size=(3, 4))),
        cross_entropy_case("worked_example_loss", np.log([[0.5, 0.25, 0.25], [0.1, 0.7, 0.2]]), np.array([0, 2])),
        cross_entropy_case("random_loss", rng.normal(size=(3, 4)), np.array([3, 0, 1])),
        cross_entropy_case("large_logits_loss", np.array([[1000.0, 998.0, -1000.0]]), np.array([1])),
    ]


def draw(rng):
    B, C = (int(size) for size in rng.permutation([3, 4, 5, 6, 7])[:2])
    saturated = np.vstack([np.eye(C)[rng.integers(C)], rng.dirichlet(np.ones(C), B - 1)])  # one certain row
    large = rng.normal(size=(B, C)) * 3 + rng.choice([-1000.0, 1000.0], size=(B, 1))
    large[0, 0] = -large[0, 1]  # a row that holds both ends
    return [
        softmax_case("random", rng.dirichlet(np.ones(C), B), rng.normal(size=(B, C))),
        softmax_case("single_row", rng.dirichlet(np.ones(C), 1), rng.normal(size=(1, C))),
        softmax_case("saturated", saturated, rng.normal(size=(B, C))),
        cross_entropy_case("random_loss", rng.normal(size=(B, C)), labels(rng, B, C)),
        cross_entropy_case("single_row_loss", rng.normal(size=(1, C)), labels(rng, 1, C)),
        cross_entropy_case("large_logits_loss", large, labels(rng, B, C)),
    ]


EXERCISE = Exercise(
    name="softmax_and_cross_entropy_backward",
    atelier="atelier1",
    number="1.12",
    title=Text("Gradients du softmax et de l'entropie croisée", "Gradients of softmax and cross-entropy"),
    points=9,
    functions=(
        Function("softmax_backward", "(p, dp)", (Output("dz", "B C", properties=("rows_sum_to_zero",)),)),
        Function(
            "cross_entropy_backward", "(logits, y)", (Output("dlogits", "B C", properties=("rows_sum_to_zero",)),)
        ),
    ),
    reference={"softmax_backward": softmax_backward, "cross_entropy_backward": cross_entropy_backward},
    independent={
        "softmax_backward": independent_softmax_backward,
        "cross_entropy_backward": independent_cross_entropy_backward,
    },
    public=public,
    draw=draw,
    core=True,
)
