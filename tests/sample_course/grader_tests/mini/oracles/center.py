"""A small exercise for tests of the pipeline: subtract its mean from each column."""

import numpy as np
import torch

from attentif.exercises.exercise import Case, Equivalent, Exercise, Function, Misconception, Output
from attentif.remote.wire.call import Call
from attentif.words.text import Text

CANARY = 31415.92653589793  # hidden inputs lie around it, and it must never be seen outside


def center(X):
    return X - X.mean(axis=0, keepdims=True)  # (n, d)


def independent(X):
    x = torch.as_tensor(X)
    return (x - x.sum(0) / x.shape[0]).numpy()


def row_mean(X):
    return X - X.mean(axis=1, keepdims=True)


def global_mean(X):
    return X - X.mean()


def by_loop(X):
    return np.stack([column - sum(column) / len(column) for column in X.T], axis=1)


def case(name, X):
    return Case(name, Call("center", {"X": X}), dict(zip("nd", X.shape, strict=False)))


def public():
    return [case("worked_example", np.array([[1.0, 2.0, 0.0], [3.0, 6.0, 1.0]]))]


def draw(rng):
    return [case("tall", CANARY + rng.normal(size=(5, 3))), case("one_row", CANARY + rng.normal(size=(1, 4)))]


def words(what):
    return {
        "finding": Text(f"Vous soustrayez la moyenne {what}.", f"You subtract the mean {what}."),
        "consequence": Text("Les colonnes ne sont pas centrées.", "The columns are not centred."),
        "hints": tuple(Text(f"Indice {i}", f"Hint {i}") for i in (1, 2, 3)),
    }


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
    misconceptions=(
        Misconception("row_mean", {"center": row_mean}, **words("des lignes")),
        Misconception("global_mean", {"center": global_mean}, **words("de tout le tableau")),
    ),
    equivalents=(Equivalent("by_loop", {"center": by_loop}),),
)
