"""1.1 Cosine similarity: u·v / (‖u‖‖v‖), and 0 when a vector is zero."""

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def cosine_similarity(u, v):
    norms = np.linalg.norm(u) * np.linalg.norm(v)  # scalar
    return float(u @ v / norms) if norms > 0 else 0.0  # (d,) @ (d,) -> scalar


def _independent(u, v):
    u, v = (torch.tensor(a, dtype=torch.float64) for a in (u, v))
    return F.cosine_similarity(u, v, dim=0, eps=1e-300).item()


def _case(name, u, v):
    return Case(name, Call("cosine_similarity", {"u": u, "v": v}), {"d": len(u)})


def public():
    u = np.array([1.0, -2.0, 2.0])
    return [
        _case("regular_example", np.array([3.0, 4.0]), np.array([4.0, 3.0])),
        _case("regular_obtuse", np.array([1.0, 2.0, -1.0, 0.5]), np.array([-3.0, 0.0, 1.0, 2.0])),
        _case("collinear_same", u, u),
        _case("collinear_opposite", u, -3 * u),
        _case("zero_vector", np.zeros(3), u),
    ]


def _at_cosine(rng, u, cosine, length):
    """A vector of that length whose cosine with u is the one given."""
    away = rng.normal(size=len(u))
    away -= (away @ u) / (u @ u) * u
    unit = cosine * u / np.linalg.norm(u) + np.sqrt(1 - cosine**2) * away / np.linalg.norm(away)
    return length * unit


def draw(rng):
    u, w, long = rng.normal(size=5), rng.normal(size=7), 100 * rng.normal(size=6)
    return [
        _case("regular_acute", u, _at_cosine(rng, u, rng.uniform(0.3, 0.9), 2.5)),
        _case("regular_obtuse", w, _at_cosine(rng, w, -rng.uniform(0.3, 0.9), 0.4)),
        _case("regular_long", long, _at_cosine(rng, long, rng.uniform(0.1, 0.3), 3.0)),
        _case("zero_first", np.zeros(5), u),
        _case("zero_second", w, np.zeros(7)),
        _case("zero_both", np.zeros(4), np.zeros(4)),
        _case("integers", rng.integers(1, 9, size=4), rng.integers(-9, 9, size=4)),
        _case("one_axis", -1 - rng.uniform(size=1), 1 + rng.uniform(size=1)),
    ]


EXERCISE = Exercise(
    name="cosine_similarity",
    atelier="atelier1",
    number="1.1",
    title=Text("Similarité cosinus", "Cosine similarity"),
    points=3,
    functions=(Function("cosine_similarity", "(u, v)", (Output("cos", properties=("at_most_one",)),)),),
    reference={"cosine_similarity": cosine_similarity},
    independent={"cosine_similarity": _independent},
    public=public,
    draw=draw,
)
