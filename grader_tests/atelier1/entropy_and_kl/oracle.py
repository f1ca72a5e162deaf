"""1.6 Entropy in a given base, and Kullback–Leibler divergence in nats, with 0·ln 0 = 0."""

import math

import numpy as np
import scipy.special
import scipy.stats

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def entropy(p, base=math.e):
    p = p[p > 0]  # (number of non-zero entries,), since 0 · ln 0 = 0
    return float(-np.sum(p * np.log(p)) / np.log(base))


def kl_divergence(p, q):
    kept = p > 0  # (n,)
    return float(np.sum(p[kept] * np.log(p[kept] / q[kept])))


def _independent_entropy(p, base=math.e):
    return float(scipy.stats.entropy(p, base=base))


def _independent_kl(p, q):
    return float(np.sum(scipy.special.rel_entr(p, q)))


def _entropy_case(name, p, **base):
    return Case(f"entropy_{name}", Call("entropy", {"p": p, **base}), {"n": len(p)})


def _kl_case(name, p, q):
    return Case(f"kl_{name}", Call("kl_divergence", {"p": p, "q": q}), {"n": len(p)})


def _distribution(rng, n):
    """A distribution over n outcomes, none rarer than 1/(4n)."""
    weights = rng.uniform(0.25, 1.0, size=n) * rng.choice([1.0, 3.0], size=n)
    return weights / weights.sum()


def _with_zeros(p, *zeros):
    p = p.copy()
    p[list(zeros)] = 0.0
    return p / p.sum()


def public():
    p, q = np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.25, 0.5])
    return [
        _entropy_case("regular_example", p),
        _entropy_case("regular_bits", p, base=2),
        _entropy_case("regular_uniform", np.full(5, 0.2)),
        _entropy_case("regular_base_10", np.array([0.1, 0.2, 0.3, 0.4]), base=10),
        _entropy_case("zeros", np.array([0.5, 0.0, 0.25, 0.25])),
        _kl_case("regular_example", np.array([0.5, 0.3, 0.2]), q),
        _kl_case("regular_four", np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.4, 0.1, 0.2, 0.3])),
        _kl_case("zeros", np.array([0.5, 0.0, 0.5]), q),
    ]


def draw(rng):
    p4, q4 = _distribution(rng, 4), _distribution(rng, 4)
    p7, q7 = _distribution(rng, 7), _distribution(rng, 7)
    certain = np.zeros(5)
    certain[rng.integers(5)] = 1.0
    return [
        _entropy_case("regular_nats", p7),
        _entropy_case("regular_bits", p4, base=2),
        _entropy_case("regular_base", _distribution(rng, 5), base=float(rng.uniform(3, 9))),
        _entropy_case("zeros", _with_zeros(_distribution(rng, 6), 1, 4)),
        _entropy_case("zeros_bits", _with_zeros(p7, 0, 6), base=2),
        _entropy_case("zeros_but_one", certain),
        _kl_case("regular_four", p4, q4),
        _kl_case("regular_seven", p7, q7),
        _kl_case("regular_rolled", p7, np.roll(p7, 1)),
        _kl_case("zeros", _with_zeros(_distribution(rng, 6), 0, 3), _distribution(rng, 6)),
        _kl_case("zeros_but_one", certain, _distribution(rng, 5)),
        _kl_case("equal", p4, p4.copy()),
    ]


EXERCISE = Exercise(
    name="entropy_and_kl",
    atelier="atelier1",
    number="1.6",
    title=Text("Entropie et divergence de Kullback–Leibler", "Entropy and Kullback–Leibler divergence"),
    points=5,
    functions=(
        Function("entropy", "(p, base=math.e)", (Output("H", properties=("nonnegative",)),)),
        Function("kl_divergence", "(p, q)", (Output("KL", properties=("nonnegative",)),)),
    ),
    reference={"entropy": entropy, "kl_divergence": kl_divergence},
    independent={"entropy": _independent_entropy, "kl_divergence": _independent_kl},
    public=public,
    draw=draw,
    core=True,
)
