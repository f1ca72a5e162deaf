"""1.13 gradient_check: central differences against the gradient that a function announces.

The functions to be checked cannot travel by value: the notebook gives them (``PROVIDED``) and cases name them with
Ref. Each regime is there for a reason: a large eps makes the order of the difference visible (cubic: the central
error is eps² exactly), log-sum-exp mixes the coordinates (an x that is not restored shows), a gradient with a slip
gives a large relative error, and the default eps must stay above rounding.
"""

from __future__ import annotations

import numpy as np

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text


def cubic(x):
    """Σ xᵢ³ and its gradient 3x²: x (d,) -> (value, gradient (d,))."""
    return np.sum(x**3), 3 * x**2


def cubic_with_wrong_gradient(x):
    """Σ xᵢ³ and a gradient with a slip, 3x instead of 3x²: x (d,) -> (value, gradient (d,))."""
    return np.sum(x**3), 3 * x


def log_sum_exp_with_gradient(x):
    """log Σ exp(xᵢ) and its gradient softmax(x): x (d,) -> (value, gradient (d,))."""
    e = np.exp(x - x.max())
    return x.max() + np.log(e.sum()), e / e.sum()


PROVIDED = (cubic, cubic_with_wrong_gradient, log_sum_exp_with_gradient)


def gradient_check(f, x, eps=1e-5):
    """How far the gradient that f announces is from central differences, relatively.

    f: x (d,) -> (value, gradient (d,)) -> ‖a − n‖ / (‖a‖ + ‖n‖), a the announced gradient, n the numerical one.
    """
    _, announced = f(x)  # (d,)
    numerical = np.zeros_like(announced)  # (d,)
    for i in range(len(x)):
        step = np.zeros_like(x)  # (d,)
        step[i] = eps
        numerical[i] = (f(x + step)[0] - f(x - step)[0]) / (2 * eps)
    return np.linalg.norm(announced - numerical) / (np.linalg.norm(announced) + np.linalg.norm(numerical))


def independent_gradient_check(f, x, eps=1e-5):
    """SciPy's forward difference, taken from x − eps with a step of 2·eps: a central difference."""
    from scipy.optimize import approx_fprime

    axes = eps * np.eye(len(x))
    numerical = np.array([approx_fprime(x - axes[i], lambda z: f(z)[0], 2 * eps)[i] for i in range(len(x))])
    announced = f(x)[1]
    gap = np.sqrt(np.sum((announced - numerical) ** 2))
    return gap / (np.sqrt(np.sum(announced**2)) + np.sqrt(np.sum(numerical**2)))


def case(name, f, x, eps=None):
    inputs = {"f": Ref(f), "x": x} if eps is None else {"f": Ref(f), "x": x, "eps": eps}
    return Case(name, Call("gradient_check", inputs), dims={"d": len(x)})


def public():
    return [
        case("worked_example", "cubic", np.array([1.0, -2.0]), 0.1),
        case("wrong_gradient", "cubic_with_wrong_gradient", np.array([1.0, -2.0, 0.5]), 1e-4),
        case("mixed_coordinates", "log_sum_exp_with_gradient", np.array([0.5, -1.0, 2.0, 0.0]), 0.5),
        case("default_step", "log_sum_exp_with_gradient", np.array([0.5, -1.0, 2.0, 0.0])),
    ]


def draw(rng):
    d = int(rng.integers(3, 7))
    points = rng.uniform(0.4, 1.6, size=(6, d)) * rng.choice([-1, 1], size=(6, d))
    eps = float(rng.uniform(0.1, 0.3))
    return [
        case("large_step", "cubic", points[0], eps),
        case("halved_step", "cubic", points[0], eps / 2),
        case("mixed_coordinates", "log_sum_exp_with_gradient", points[1], 2 * eps),
        case("wrong_gradient", "cubic_with_wrong_gradient", points[2], 1e-4),
        case("default_step", "cubic", points[3]),
        case("default_step_mixed", "log_sum_exp_with_gradient", points[4]),
        case("single_variable", "cubic", points[5, :1], eps),
    ]


EXERCISE = Exercise(
    name="gradient_check",
    atelier="atelier1",
    number="1.13",
    title=Text("Vérifier un gradient par différences finies", "Checking a gradient by finite differences"),
    points=7,
    functions=(Function("gradient_check", "(f, x, eps=1e-5)", (Output("rel_error"),)),),
    reference={"gradient_check": gradient_check},
    independent={"gradient_check": independent_gradient_check},
    public=public,
    draw=draw,
    provided=PROVIDED,
)
