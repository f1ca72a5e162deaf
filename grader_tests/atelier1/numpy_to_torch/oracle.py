"""1.16 numpy_to_torch: the same network with autograd, and three contractions of batches of matrices."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def mlp_torch(X, y, W1, b1, W2, b2):
    """Loss and gradients of a network with one hidden layer: tanh, then mean cross-entropy; gradients by autograd.

    X (B, n), y (B,) integers, W1 (n, h), b1 (h,), W2 (h, C), b2 (C,)
    -> (loss, grads): a number, and the tuple dW1 (n, h), db1 (h,), dW2 (h, C), db2 (C,).
    """
    W1, b1, W2, b2 = (p.detach().clone().requires_grad_() for p in (W1, b1, W2, b2))
    hidden = torch.tanh(X @ W1 + b1)  # (B, h)
    loss = F.cross_entropy(hidden @ W2 + b2, y)  # scalar
    loss.backward()
    return loss.detach(), (W1.grad, b1.grad, W2.grad, b2.grad)


def contract_pairs(A, B):
    """Products of every row of A with every row of B, in each sample: A (b, i, j), B (b, k, j) -> (b, i, k)."""
    return torch.einsum("bij,bkj->bik", A, B)


def contract_rows(A, B):
    """Rows of A added up with the weights B, in each sample: A (b, i, j), B (b, i) -> (b, j)."""
    return torch.einsum("bij,bi->bj", A, B)


def contract_all(A, B):
    """Dot product of two matrices, in each sample: A (b, i, j), B (b, i, j) -> (b,)."""
    return torch.einsum("bij,bij->b", A, B)


def independent_mlp_torch(X, y, W1, b1, W2, b2):
    """Backpropagation by hand, in NumPy."""
    X, y, W1, b1, W2, b2 = (a.detach().numpy() for a in (X, y, W1, b1, W2, b2))
    hidden = np.tanh(X @ W1 + b1)
    logits = hidden @ W2 + b2
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    d_logits = (np.exp(log_p) - np.eye(len(b2))[y]) / len(y)
    d_hidden = d_logits @ W2.T * (1 - hidden**2)
    loss = -log_p[np.arange(len(y)), y].mean()
    gradients = X.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_logits, d_logits.sum(axis=0)
    return torch.tensor(loss), tuple(torch.from_numpy(g) for g in gradients)


def independent_contract_pairs(A, B):
    """NumPy's batched matrix product."""
    return torch.from_numpy(np.matmul(A.numpy(), B.numpy().swapaxes(1, 2)))


def independent_contract_rows(A, B):
    """NumPy's tensordot, sample by sample."""
    return torch.from_numpy(np.stack([np.tensordot(w, a, 1) for a, w in zip(A.numpy(), B.numpy(), strict=True)]))


def independent_contract_all(A, B):
    """NumPy's vdot, sample by sample."""
    return torch.from_numpy(np.array([np.vdot(a, b) for a, b in zip(A.numpy(), B.numpy(), strict=True)]))


def normal(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def mlp_case(name, rng, B, n, h, C):
    y = torch.from_numpy(np.concatenate([[0, C - 1], rng.integers(0, C, size=B)])[:B].astype(np.int64))
    inputs = {"X": normal(rng, B, n), "y": y, "W1": normal(rng, n, h), "b1": normal(rng, h)}
    inputs |= {"W2": normal(rng, h, C), "b2": normal(rng, C)}
    return Case(name, Call("mlp_torch", inputs), dims={"B": B, "n": n, "h": h, "C": C})


def contraction_cases(name, rng, b, i, j, k):
    A, dims = normal(rng, b, i, j), {"b": b, "i": i, "j": j}
    others = {"contract_pairs": normal(rng, b, k, j), "contract_rows": normal(rng, b, i)}
    others["contract_all"] = normal(rng, b, i, j)
    return [
        Case(
            f"{name}_{target.removeprefix('contract_')}",
            Call(target, {"A": A, "B": B}),
            dims={**dims, "k": k} if target == "contract_pairs" else dims,
            differentiable=("A", "B"),
        )
        for target, B in others.items()
    ]


def public():
    rng = np.random.default_rng(116)
    A = torch.arange(1.0, 7.0, dtype=torch.float64).reshape(1, 2, 3)  # [[1, 2, 3], [4, 5, 6]]
    weights = torch.tensor([[10.0, 1.0]], dtype=torch.float64)
    return [
        mlp_case("mlp", rng, 5, 3, 4, 2),
        Case("worked_example_pairs", Call("contract_pairs", {"A": A, "B": A}), dims={"b": 1, "i": 2, "j": 3, "k": 2}),
        Case("worked_example_rows", Call("contract_rows", {"A": A, "B": weights}), dims={"b": 1, "i": 2, "j": 3}),
        Case("worked_example_all", Call("contract_all", {"A": A, "B": A}), dims={"b": 1, "i": 2, "j": 3}),
        *contraction_cases("random", rng, 2, 3, 4, 5),
        *contraction_cases("square", rng, 2, 3, 3, 3),
        *contraction_cases("cube", rng, 2, 3, 2, 2),
    ]


def draw(rng):
    B, n, h, C = (int(size) for size in rng.permutation([3, 4, 5, 6, 7])[:4])
    b, i, j, k = (int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:4])
    return [
        mlp_case("mlp", rng, B, n, h, C),
        mlp_case("single_sample", rng, 1, n, h, C),
        *contraction_cases("rectangular", rng, b, i, j, k),
        *contraction_cases("square", rng, b, j, j, j),
        *contraction_cases("cube", rng, j, j, j, j),
    ]


EXERCISE = Exercise(
    name="numpy_to_torch",
    atelier="atelier1",
    number="1.16",
    title=Text("De NumPy à PyTorch", "From NumPy to PyTorch"),
    points=5,
    functions=(
        Function(
            "mlp_torch",
            "(X, y, W1, b1, W2, b2)",
            (Output("loss"), Output("dW1", "n h"), Output("db1", "h"), Output("dW2", "h C"), Output("db2", "C")),
        ),
        Function("contract_pairs", "(A, B)", (Output("AᵢBₖ", "b i k"),)),
        Function("contract_rows", "(A, B)", (Output("Σᵢ BᵢAᵢ", "b j"),)),
        Function("contract_all", "(A, B)", (Output("⟨A, B⟩", "b"),)),
    ),
    reference={
        "mlp_torch": mlp_torch,
        "contract_pairs": contract_pairs,
        "contract_rows": contract_rows,
        "contract_all": contract_all,
    },
    independent={
        "mlp_torch": independent_mlp_torch,
        "contract_pairs": independent_contract_pairs,
        "contract_rows": independent_contract_rows,
        "contract_all": independent_contract_all,
    },
    public=public,
    draw=draw,
)
