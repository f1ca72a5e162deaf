"""A small exercise for tests of the pipeline: subtract its mean from each column."""

import numpy as np
import torch

from attentif.exercises.exercise import Case, Exercise, Function, Output
from attentif.remote.wire.call import Call
from attentif.words.text import Text

CANARY = 31415.92653589793  # hidden inputs lie around it, and it must never be seen outside


def center(X):
    return X - X.mean(axis=0, keepdims=True)  # (n, d)


def independent(X):
    x = torch.as_tensor(X)
    return (x - x.sum(0) / x.shape[0]).numpy()


def case(name, X):
    return Case(name, Call("center", {"X": X}), dict(zip("nd", X.shape, strict=False)))


def public():
    return [case("worked_example", np.array([[1.0, 2.0, 0.0], [3.0, 6.0, 1.0]]))]


def draw(rng):
    return [case("tall", CANARY + rng.normal(size=(5, 3))), case("one_row", CANARY + rng.normal(size=(1, 4)))]


EXERCISE = Exercise(
    name="center",
    atelier="mini",
    number="0.1",
    title=Text("Centrer", "Centre"),
    points=6,
    functions=(Function("center", "(X)", (Output("centred", "n d"),), rtol=1e-9, atol=1e-7),),
    reference={"center": center},
    independent={"center": independent},
    public=public,
    draw=draw,
)
