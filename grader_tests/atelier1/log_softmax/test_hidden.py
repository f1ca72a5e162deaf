"""Hidden checks: log_softmax."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("log_softmax")


def test_fresh_logsumexp(student, cases):
    """logsumexp de nouveaux tableaux, le long de chaque axe.

    logsumexp of new arrays, along each axis."""
    cases["lse_regular"].check_values(student)


def test_fresh_log_softmax(student, cases):
    """log_softmax de nouveaux tableaux, le long de chaque axe.

    log_softmax of new arrays, along each axis."""
    cases["log_regular"].check_values(student)


@pytest.mark.weight(0.5)
@pytest.mark.requires("test_fresh_logsumexp")
def test_fresh_large_logsumexp(student, cases):
    """logsumexp de valeurs proches de +1000, 0 et −2000 dans un même tableau.

    logsumexp of values near +1000, 0 and −2000 in one array."""
    cases["lse_large"].check_values(student)


@pytest.mark.weight(0.5)
@pytest.mark.requires("test_fresh_log_softmax")
def test_fresh_large_log_softmax(student, cases):
    """log_softmax de valeurs très éloignées reste finie.

    log_softmax of values far apart stays finite."""
    cases["log_large"].check_values(student)


@pytest.mark.requires("test_fresh_logsumexp")
def test_minus_infinity(student, cases):
    """Des entrées −inf sont ignorées ; une ligne entière de −inf donne −inf, pas NaN.

    Entries of −inf are ignored; a whole row of −inf gives −inf, not NaN."""
    cases["lse_minus_inf"].check_values(student)
    cases["lse_empty_row"].check_values(student)


@pytest.mark.requires("test_fresh_logsumexp", "test_fresh_log_softmax")
def test_the_two_agree(student, cases, rng):
    """exp(log_softmax) somme à 1, log_softmax(x) = x − logsumexp(x), et un logit −inf reste −inf.

    exp(log_softmax) sums to 1, log_softmax(x) = x − logsumexp(x), and a logit of −inf stays −inf."""
    x = 50 * rng.normal(size=(3, 6))
    log_p = np.asarray(student.log_softmax(x))
    if not np.allclose(np.sum(np.exp(log_p), axis=-1), 1, rtol=1e-5):
        fail(Text("exp(log_softmax) ne somme pas à 1.", "exp(log_softmax) does not sum to 1."))
    if not np.allclose(log_p, x - np.asarray(student.logsumexp(x))[:, None], rtol=1e-6, atol=1e-5):
        fail(Text("log_softmax(x) et x − logsumexp(x) diffèrent.", "log_softmax(x) and x − logsumexp(x) differ."))
    cases["log_minus_inf"].check_values(student)


@pytest.mark.requires("test_fresh_logsumexp", "test_fresh_log_softmax")
def test_robustness(student, cases):
    """Entiers, une seule ligne, float32, autre rangement en mémoire ; rien n'est modifié sur place.

    Integers, a single row, float32, another memory layout; nothing is changed in place."""
    for name in ("lse", "log"):
        cases[f"{name}_integers"].check_values(student)
        cases[f"{name}_one_row"].check_values(student)
        cases[f"{name}_regular"].in_float32().check_values(student)
        cases[f"{name}_regular"].non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
