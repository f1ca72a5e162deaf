"""4.7 One vector for a sentence: mean of its tokens or [CLS], and how near two sentences are."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def mean_pooling(H, mask):
    """The mean of each sequence's real tokens.

    H (B, T, d), mask (B, T): 1 on real tokens, 0 on padding -> (B, d). A row of nothing but padding gives zeros.
    """
    weights = mask.to(H.dtype).unsqueeze(-1)  # (B, T, 1)
    total = (H * weights).sum(dim=1)  # (B, d)
    count = weights.sum(dim=1).clamp(min=1)  # (B, 1)
    return total / count


def cls_pooling(H):
    """The vector of each sequence's first token. H (B, T, d) -> (B, d)."""
    return H[:, 0]


def cosine_matrix(U, V):
    """The cosine of each row of U with each row of V.

    U (n, d), V (m, d) -> (n, m), between -1 and 1; 0 where one of the two is the zero vector.
    """
    norms_u = U.norm(dim=1, keepdim=True).clamp(min=1e-12)  # (n, 1)
    norms_v = V.norm(dim=1, keepdim=True).clamp(min=1e-12)  # (m, 1)
    return (U / norms_u) @ (V / norms_v).T


def independent_mean_pooling(H, mask):
    """NumPy, one sequence after the other."""
    array, kept = H.detach().numpy(), mask.numpy().astype(bool)
    rows = [a[k].mean(axis=0) if k.any() else np.zeros(a.shape[1]) for a, k in zip(array, kept, strict=True)]
    return torch.from_numpy(np.stack(rows).astype(array.dtype))


def independent_cosine_matrix(U, V):
    """PyTorch's own function, on all pairs."""
    return F.cosine_similarity(U[:, None], V[None], dim=-1, eps=1e-12)


def normal(rng, *shape, mean=0.0):
    return torch.from_numpy(rng.normal(mean, 1.0, size=shape))


def mean_case(name, rng, lengths, T, d):
    mask = (torch.arange(T) < torch.tensor(lengths)[:, None]).long()
    H = normal(rng, len(lengths), T, d, mean=0.3)
    H[..., 0] = -H[..., 0].abs()  # a component that zeros in the place of padding would exceed
    inputs = {"H": H, "mask": mask}
    return Case(f"mean_{name}", Call("mean_pooling", inputs), {"B": len(lengths), "T": T, "d": d}, ("H",))


def filled_on_the_left(rng, T, d):
    """Real tokens at the end, some places left out among them, and one that is a zero vector."""
    first = mean_case("filled_on_the_left", rng, [T, T], T, d)
    mask = torch.ones(2, T, dtype=torch.int64)
    mask[0, :2] = 0
    mask[1, [0, T - 2]] = 0
    H = first.call.inputs["H"].clone()
    H[0, T - 1] = 0.0
    return Case(first.name, first.call.with_inputs(H=H, mask=mask), first.dims, first.differentiable)


def cls_case(name, rng, B, T, d):
    return Case(f"cls_{name}", Call("cls_pooling", {"H": normal(rng, B, T, d)}), {"B": B, "T": T, "d": d}, ("H",))


def cosine_case(name, rng, n, m, d, zero=False, long=1.0):
    U, V = long * normal(rng, n, d, mean=0.4), normal(rng, m, d, mean=0.4)
    if zero:
        U[-1] = V[-1] = 0.0
    dims = {"n": n, "m": m, "d": d}
    return Case(f"cosine_{name}", Call("cosine_matrix", {"U": U, "V": V}), dims, () if zero else ("U", "V"))


def worked_mean():
    H = torch.tensor([[[2.0, 0.0], [4.0, 3.0], [9.0, 9.0]], [[1.0, 1.0], [5.0, 3.0], [0.0, 8.0]]], dtype=torch.float64)
    inputs = {"H": H, "mask": torch.tensor([[1, 1, 0], [1, 1, 1]])}
    return Case("mean_worked_example", Call("mean_pooling", inputs), {"B": 2, "T": 3, "d": 2})


def worked_cosine():
    U = torch.tensor([[3.0, 4.0], [0.0, 2.0]], dtype=torch.float64)
    V = torch.tensor([[4.0, 3.0], [-5.0, 0.0], [6.0, 8.0]], dtype=torch.float64)
    return Case("cosine_worked_example", Call("cosine_matrix", {"U": U, "V": V}), {"n": 2, "m": 3, "d": 2})


def public():
    rng = np.random.default_rng(407)
    return [
        worked_mean(),
        mean_case("padded", rng, [5, 2, 4], 5, 6),
        mean_case("row_of_padding", rng, [3, 0], 4, 5),
        filled_on_the_left(np.random.default_rng(4070), 5, 4),
        cls_case("batch", rng, 2, 4, 3),
        worked_cosine(),
        cosine_case("square", rng, 4, 4, 5),
        cosine_case("zero_vector", rng, 2, 3, 4, zero=True),
    ]


def draw(rng):
    B, T, d = (int(n) for n in rng.choice([[3, 7, 5], [4, 6, 9], [2, 8, 3]]))
    lengths = [int(n) for n in rng.integers(1, T, size=B)]
    return [
        mean_case("full", rng, [T] * B, T, d),
        mean_case("padded", rng, lengths, T, d),
        mean_case("row_of_padding", rng, [*lengths[1:], 0, T], T, d + 1),
        mean_case("one_sentence", rng, [T - 2], T, d + 2),
        cls_case("batch", rng, B, T, d),
        cls_case("one_sentence", rng, 1, T, d),
        cosine_case("rectangular", rng, B, T, d),
        cosine_case("square", rng, T, T, d, long=10.0),
        cosine_case("zero_vector", rng, B, T + 1, d, zero=True),
        cosine_case("one_each", rng, 1, 1, d),
        filled_on_the_left(rng, T, d),
    ]


EXERCISE = Exercise(
    name="pooling",
    atelier="atelier4",
    number="4.7",
    title=Text("Un vecteur pour une phrase", "One vector for a sentence"),
    points=5,
    functions=(
        Function("mean_pooling", "(H, mask)", (Output("pooled", "B d"),)),
        Function("cls_pooling", "(H)", (Output("pooled", "B d"),)),
        Function("cosine_matrix", "(U, V)", (Output("cosines", "n m"),)),
    ),
    reference={"mean_pooling": mean_pooling, "cls_pooling": cls_pooling, "cosine_matrix": cosine_matrix},
    independent={
        "mean_pooling": independent_mean_pooling,
        "cls_pooling": lambda H: H.select(1, 0),
        "cosine_matrix": independent_cosine_matrix,
    },
    public=public,
    draw=draw,
    core=True,
)
