"""Vérifications publiques : power_iteration, stationary_distribution."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("power_iteration")


@pytest.mark.weight(2)
def test_power_iteration(student, cases):
    """La valeur propre dominante, avec son signe, et un vecteur propre unitaire.

    The dominant eigenvalue, with its sign, and a unit eigenvector."""
    cases.only("power_iteration").check_values(student)


@pytest.mark.weight(1)
def test_stationary_distribution(student, cases):
    """La météo de l'énoncé (5/6 et 1/6), puis une chaîne qui va et vient.

    The weather of the statement (5/6 and 1/6), then a chain that goes back and forth."""
    cases.only("stationary_distribution").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_stationary_distribution")
def test_one_more_step_changes_nothing(student):
    """πP = π : un pas de plus ne change rien.

    πP = π: one more step changes nothing."""
    P = np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.25, 0.25, 0.5]])
    π = np.asarray(student.stationary_distribution(P))
    if not (np.allclose(π @ P, π) and np.isclose(np.sum(π), 1)):
        fail(Text("πP n'est pas égal à π.", "πP does not equal π."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_power_iteration", "test_stationary_distribution")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
