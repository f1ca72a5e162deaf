"""Warm-up: the functions of a first NumPy lab, written so that nothing overflows and nothing broadcasts by surprise."""

import numpy as np
import scipy.special
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def sigmoid(x):
    e = np.exp(-np.abs(x))  # same shape as x, in (0, 1]: never overflows
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid_derivative(x):
    e = np.exp(-np.abs(x))  # same shape as x; the derivative is even
    return e / (1 + e) ** 2


def flatten_image(image):
    return image.reshape(-1, 1)  # (h, w, c) -> (h * w * c, 1)


def l1_loss(y_hat, y):
    return float(np.sum(np.abs(np.ravel(y_hat) - np.ravel(y))))  # (n,) - (n,)


def l2_loss(y_hat, y):
    return float(np.sum((np.ravel(y_hat) - np.ravel(y)) ** 2))  # (n,) - (n,)


def _independent_derivative(x):
    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(leaf).sum().backward()
    return leaf.grad.numpy()


def _independent_flatten(image):
    return np.array([[image[i, j, k]] for i, j, k in np.ndindex(*image.shape)])


def _flat_tensor(a):
    return torch.tensor(a, dtype=torch.float64).flatten()


def _independent_l1(y_hat, y):
    return F.l1_loss(_flat_tensor(y_hat), _flat_tensor(y), reduction="sum").item()


def _independent_l2(y_hat, y):
    return F.mse_loss(_flat_tensor(y_hat), _flat_tensor(y), reduction="sum").item()


def _image_case(name, image):
    h, w, c = image.shape
    return Case(name, Call("flatten_image", {"image": image}), {"h": h, "w": w, "c": c})


def _loss_cases(name, y_hat, y):
    inputs = {"y_hat": y_hat, "y": y}
    return [Case(f"{target}_{name}", Call(f"{target}_loss", inputs), {"n": y.size}) for target in ("l1", "l2")]


def _activation_cases(name, x):
    return [Case(f"{t}_{name}", Call(t, {"x": x})) for t in ("sigmoid", "sigmoid_derivative")]


def public():
    y_hat, y = np.array([0.8, 0.1, 0.6, 0.3]), np.array([1.0, 0.0, 1.0, 1.0])
    return [
        *_activation_cases("example", np.array([[-2.0, -1.0, 0.0], [0.5, 1.0, 3.0]])),
        *_activation_cases("extreme", np.array([-1000.0, -50.0, 0.0, 50.0, 1000.0])),
        _image_case("image_example", np.arange(24, dtype=float).reshape(3, 4, 2)),
        *_loss_cases("example", y_hat, y),
        *_loss_cases("column", y_hat.reshape(-1, 1), y),
    ]


def gaps_of_both_signs(rng, sign):
    """Seven gaps, both signs among them, whose sum has this sign: no sum hides what became of the absolute value."""
    large, small = rng.uniform(1.5, 2.5, size=4), rng.uniform(0.3, 0.9, size=3)
    return sign * rng.permutation(np.concatenate([large, -small]))


def draw(rng):
    far = np.array([-1000.0, -800.0, -40.0, 0.0, 40.0, 800.0, 1000.0])
    middle = np.array([-9.0, 9.0, -7.5, 7.5, 4.0, -4.0])  # no clipping below 9 goes unseen
    y = rng.permutation([0.0, 1.0, 1.0, 1.0, 1.0])
    y_hat = rng.uniform(0.1, 0.7, size=5)  # the sum of the gaps is negative, one of them positive
    y_longer = 2 * rng.normal(size=7)
    longer = y_longer + gaps_of_both_signs(rng, 1), y_longer
    return [
        *_activation_cases("regular", 2 * rng.normal(size=(4, 3))),
        *_activation_cases("regular_vector", rng.permutation(np.concatenate([middle, 3 * rng.normal(size=3)]))),
        *_activation_cases("extreme", far + rng.uniform(-1, 1, size=7)),
        *_activation_cases("integers", rng.permutation(np.arange(-4, 4))),
        _image_case("image_floats", rng.uniform(size=(5, 4, 3))),
        _image_case("image_bytes", rng.integers(0, 256, size=(2, 6, 3)).astype(np.uint8)),
        _image_case("image_one_row", rng.uniform(size=(1, 4, 3))),
        *_loss_cases("regular", y_hat, y),
        *_loss_cases("regular_signed", *longer),
        *_loss_cases("integers", rng.integers(-9, 9, size=6), rng.integers(10, 20, size=6)),
        *_loss_cases("column", y_hat.reshape(-1, 1), y),
        *_loss_cases("flat_against_column", longer[0], longer[1].reshape(-1, 1)),
    ]


EXERCISE = Exercise(
    name="warm_up",
    atelier="atelier1",
    number="1.0",
    title=Text("Échauffement : les premières fonctions NumPy", "Warm-up: the first NumPy functions"),
    points=4,
    functions=(
        Function("sigmoid", "(x)", (Output("s"),)),
        Function("sigmoid_derivative", "(x)", (Output("ds"),)),
        Function("flatten_image", "(image)", (Output("v", "h·w·c 1"),)),
        Function("l1_loss", "(y_hat, y)", (Output("loss"),)),
        Function("l2_loss", "(y_hat, y)", (Output("loss"),)),
    ),
    reference={
        "sigmoid": sigmoid,
        "sigmoid_derivative": sigmoid_derivative,
        "flatten_image": flatten_image,
        "l1_loss": l1_loss,
        "l2_loss": l2_loss,
    },
    independent={
        "sigmoid": scipy.special.expit,
        "sigmoid_derivative": _independent_derivative,
        "flatten_image": _independent_flatten,
        "l1_loss": _independent_l1,
        "l2_loss": _independent_l2,
    },
    public=public,
    draw=draw,
)
