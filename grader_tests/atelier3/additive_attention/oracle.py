"""3.2 additive_attention: the attention of Bahdanau et al. (2015), energies v·tanh(q·Wq + k·Wk)."""

from __future__ import annotations

import numpy as np
import scipy.special
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def additive_attention(q, K, Wq, Wk, v, mask=None):
    """One query attends to T keys, which are also the values.

    q (B, dq), K (B, T, dk), Wq (dq, da), Wk (dk, da), v (da,), mask (B, T) with True = may be attended to
    -> context (B, dk), weights (B, T).
    """
    hidden = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk)  # (B, 1, da) + (B, T, da) -> (B, T, da)
    energies = hidden @ v  # (B, T)
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)  # (B, T)
    context = (weights.unsqueeze(1) @ K).squeeze(1)  # (B, 1, T) @ (B, T, dk) -> (B, 1, dk) -> (B, dk)
    return context, weights


def independent_additive_attention(q, K, Wq, Wk, v, mask=None):
    """Key by key in NumPy, softmax of SciPy over the keys that may be seen."""
    q, K, Wq, Wk, v = (x.numpy() for x in (q, K, Wq, Wk, v))
    B, T, dk = K.shape
    seen = np.ones((B, T), dtype=bool) if mask is None else mask.numpy()
    weights, context = np.zeros((B, T)), np.zeros((B, dk))
    for b in range(B):
        energies = [np.dot(v, np.tanh(Wq.T @ q[b] + Wk.T @ K[b, t])) for t in range(T) if seen[b, t]]
        weights[b, seen[b]] = scipy.special.softmax(energies)
        context[b] = np.average(K[b], axis=0, weights=weights[b])
    return torch.from_numpy(context), torch.from_numpy(weights)


def random_case(name, rng, B, T, dq, dk, da, lengths=None, sharpness=1.0):
    shapes = {"q": (B, dq), "K": (B, T, dk), "Wq": (dq, da), "Wk": (dk, da), "v": (da,)}
    inputs = {key: torch.from_numpy(rng.normal(size=shape)) for key, shape in shapes.items()}
    inputs["v"] = inputs["v"] * sharpness
    differentiable = tuple(shapes)
    if lengths is not None:
        inputs["mask"] = torch.arange(T) < torch.tensor(lengths)[:, None]  # (B, T)
    dims = {"B": B, "T": T, "dq": dq, "dk": dk, "da": da}
    return Case(name, Call("additive_attention", inputs), dims, differentiable)


def opposite_case(name, rng, T, dq, dk, da, lengths=None, size=400.0):
    """Two sentences whose energies lie near +``size``·da and −``size``·da: exponentials need a maximum of each row's
    own, and a finite energy in the place of −∞ may be the largest one."""
    case = random_case(name, rng, 2, T, dq, dk, da, lengths)
    inputs = dict(case.call.inputs)
    inputs["v"] = size * torch.from_numpy(rng.uniform(0.8, 1.2, size=da) * rng.permutation(_signs(da)))
    towards_v = 2 * torch.sign(inputs["v"]) * torch.ones(dq, 1, dtype=torch.float64)  # (dq, da)
    inputs["Wq"], inputs["q"] = towards_v, torch.ones(2, dq, dtype=torch.float64) * torch.tensor([[1.0], [-1.0]])
    return Case(name, Call("additive_attention", inputs), case.dims)


def _signs(n):
    return np.where(np.arange(n) % 2, -1.0, 1.0)


def public():
    worked = {
        "q": torch.tensor([[1.0, -1.0]]),  # (1, 2)
        "K": torch.tensor([[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [2.0, 1.0, 1.0]]]),  # (1, 3, 3)
        "Wq": torch.tensor([[1.0, 0.5, 0.0, 0.0], [1.0, 0.0, 0.0, -1.0]]),  # (2, 4): q·Wq = (0, ½, 0, 1)
        "Wk": torch.tensor([[1.0, 0.0, 0.0, 0.5], [0.0, 1.0, 0.0, -0.5], [0.0, 0.0, 1.0, 0.0]]),  # (3, 4)
        "v": torch.tensor([1.0, 2.0, -1.0, 1.0]),  # (4,)
    }
    worked = {name: value.double() for name, value in worked.items()}
    dims = {"B": 1, "T": 3, "dq": 2, "dk": 3, "da": 4}
    rng = np.random.default_rng(32)
    return [
        Case("worked_example", Call("additive_attention", worked), dims),
        random_case("batch", rng, 3, 5, 4, 6, 7),
        random_case("padded", rng, 3, 5, 4, 6, 7, lengths=(3, 5, 1)),
    ]


def draw(rng):
    T = int(rng.choice([8, 9]))
    dq, dk, da = (int(n) for n in rng.choice([[4, 5, 7], [5, 7, 4], [7, 4, 6]]))
    return [
        random_case("batch", rng, 3, T, dq, dk, da),
        random_case("padded", rng, 3, T, dq, dk, da, lengths=(T - 1, T, 2)),
        random_case("sharp", rng, 2, T, dq, dk, da, lengths=(T - 1, T), sharpness=40.0),
        opposite_case("opposite", rng, T, dq, dk, da),
        opposite_case("opposite_padded", rng, T, dq, dk, da, lengths=(T - 1, T - 2), size=5000.0),
        random_case("one_sentence", rng, 1, T, dq, dk, da),
        random_case("one_key", rng, 2, 1, dq, dk, da),
    ]


EXERCISE = Exercise(
    name="additive_attention",
    atelier="atelier3",
    number="3.2",
    title=Text("L'attention additive de Bahdanau", "Bahdanau's additive attention"),
    points=7,
    functions=(
        Function(
            "additive_attention",
            "(q, K, Wq, Wk, v, mask=None)",
            (
                Output("context", "B d_k"),
                Output("weights", "B T", properties=("zero_where_hidden", "nonnegative", "rows_sum_to_one")),
            ),
            rtol=1e-8,
            atol=1e-10,
        ),
    ),
    reference={"additive_attention": additive_attention},
    independent={"additive_attention": independent_additive_attention},
    public=public,
    draw=draw,
)
