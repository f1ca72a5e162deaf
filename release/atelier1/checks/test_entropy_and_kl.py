"""Public checks: entropy_and_kl."""

import pytest

pytestmark = pytest.mark.exercise("entropy_and_kl")


def test_entropy(student, cases):
    """H(p) = −Σp log p, en nats par défaut, dans la base demandée sinon.

    H(p) = −Σp log p, in nats by default, else in the base asked for."""
    cases["entropy_regular"].check_values(student)


def test_kl_divergence(student, cases):
    """KL(p‖q) = Σp ln(p/q), en nats.

    KL(p‖q) = Σp ln(p/q), in nats."""
    cases["kl_regular"].check_values(student)


@pytest.mark.requires("test_entropy")
def test_entropy_with_zeros(student, cases):
    """0·log 0 = 0 : une issue impossible ne change pas l'entropie.

    0·log 0 = 0: an impossible outcome does not change the entropy."""
    cases["entropy_zeros"].check_values(student)


@pytest.mark.requires("test_kl_divergence")
def test_kl_with_zeros(student, cases):
    """0·ln 0 = 0 : là où p = 0, rien ne s'ajoute à la divergence.

    0·ln 0 = 0: where p = 0, nothing is added to the divergence."""
    cases["kl_zeros"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_entropy", "test_kl_divergence")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
