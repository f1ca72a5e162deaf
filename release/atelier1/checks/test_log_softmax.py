"""Public checks: log_softmax."""

import pytest

pytestmark = pytest.mark.exercise("log_softmax")


def test_logsumexp(student, cases):
    """logsumexp(x) = log Σe^x le long de l'axe, qui disparaît.

    logsumexp(x) = log Σe^x along the axis, which is removed."""
    cases["lse_regular"].check_values(student)


def test_log_softmax(student, cases):
    """log_softmax(x) = x − logsumexp(x), de la forme de x.

    log_softmax(x) = x − logsumexp(x), of the shape of x."""
    cases["log_regular"].check_values(student)


@pytest.mark.requires("test_logsumexp")
def test_logsumexp_of_large_values(student, cases):
    """logsumexp reste finie pour des valeurs de ±1000 et plus.

    logsumexp stays finite for values of ±1000 and more."""
    cases["lse_large"].check_values(student)


@pytest.mark.requires("test_log_softmax")
def test_log_softmax_of_large_values(student, cases):
    """log_softmax reste finie, même où softmax s'arrondit à 0.

    log_softmax stays finite, even where softmax is rounded to 0."""
    cases["log_large"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_logsumexp", "test_log_softmax")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
