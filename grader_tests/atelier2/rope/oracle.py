"""2.6 apply_rope: each pair of neighbouring coordinates turns by an angle that grows with the position.

Positions are never 0, 1, 2…: what ignores them, or reads those of the first sentence only, is seen.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.linalg import block_diag, expm

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def apply_rope(x, positions, base=10000.0):
    """Turns the pair (2i, 2i + 1) of each vector by the angle position · base^(-2i/d_h).

    x (B, h, T, d_h) with d_h even, positions (B, T) integers -> (B, h, T, d_h).
    """
    d_h = x.size(-1)
    if d_h % 2:
        raise ValueError("d_h must be even")
    frequencies = base ** (-torch.arange(0, d_h, 2, dtype=torch.float64) / d_h)  # (d_h/2,)
    angles = positions[:, None, :, None] * frequencies  # (B, 1, T, 1) * (d_h/2,) -> (B, 1, T, d_h/2)
    cos, sin = torch.cos(angles).to(x.dtype), torch.sin(angles).to(x.dtype)  # the same for all heads
    even, odd = x[..., 0::2], x[..., 1::2]  # (B, h, T, d_h/2) each
    turned_even = even * cos - odd * sin
    turned_odd = even * sin + odd * cos
    return torch.stack([turned_even, turned_odd], dim=-1).flatten(-2)  # (B, h, T, d_h/2, 2) -> (B, h, T, d_h)


def independent_apply_rope(x, positions, base=10000.0):
    """The exponential of a matrix that generates rotations, at each position."""
    d_h = x.shape[-1]
    generator = block_diag(*[float(base) ** (-2 * i / d_h) * np.array([[0, -1], [1, 0]]) for i in range(d_h // 2)])
    rotations = np.stack([[expm(int(p) * generator) for p in row] for row in positions])  # (B, T, d_h, d_h)
    turned = np.einsum("btij,bhtj->bhti", rotations, x.detach().double().numpy())
    return torch.from_numpy(turned).to(x.dtype)


def case(name, x, positions, **base):
    B, h, T, d_h = x.shape
    call = Call("apply_rope", {"x": x, "positions": positions, **base})
    return Case(name, call, {"B": B, "h": h, "T": T, "d_h": d_h}, differentiable=("x",))


def normal(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def scattered(rng, B, T):
    """Positions of B sentences, none like another: distinct, not in order, neither 0 nor 1 the first."""
    return torch.from_numpy(np.stack([2 + b + rng.permutation(40)[:T] for b in range(B)]))


def public():
    rng = np.random.default_rng(26)
    x = torch.tensor([[[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]]], dtype=torch.float64)  # (1, 1, 2, 4)
    return [
        case("worked_example", x, torch.tensor([[1, 3]]), base=100.0),
        case("in_order", normal(rng, 2, 3, 5, 6), torch.arange(5).expand(2, 5).clone()),
        case("scattered", normal(rng, 3, 2, 4, 8), scattered(rng, 3, 4), base=50.0),
    ]


def draw(rng):
    B, h = (int(n) for n in rng.permutation([2, 3]))
    T, base = int(rng.choice([5, 7])), float(rng.choice([30.0, 200.0, 2500.0]))
    d_h, wide = (int(n) for n in rng.permutation([6, 10]))
    padded = torch.arange(T) + 3 * torch.arange(B)[:, None]  # sentences that begin later than others
    return [
        case("scattered", normal(rng, B, h, T, d_h), scattered(rng, B, T)),
        case("other_base", normal(rng, B, h, T, wide), scattered(rng, B, T), base=base),
        case("late_start", normal(rng, B, h, T, d_h), padded, base=base),
        case("one_token", normal(rng, 1, h, 1, d_h), torch.tensor([[int(rng.integers(3, 40))]])),
        case("one_pair", normal(rng, B, h, T, 2), scattered(rng, B, T)),
        case("one_head", normal(rng, B, 1, T, 12), scattered(rng, B, T), base=base),
    ]


EXERCISE = Exercise(
    name="rope",
    atelier="atelier2",
    number="2.6",
    title=Text("RoPE : la position comme rotation", "RoPE: position as rotation"),
    points=6,
    functions=(
        # Angles are often computed in float32, whatever x is: no nudge of x shows it.
        Function(
            "apply_rope", "(x, positions, base=10000.0)", (Output("rotated", "B h T d_h"),), "function", 1e-4, 1e-5
        ),
    ),
    reference={"apply_rope": apply_rope},
    independent={"apply_rope": independent_apply_rope},
    public=public,
    draw=draw,
)
