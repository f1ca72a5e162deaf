"""Vérifications cachées : centrer les colonnes. CANARY_HIDDEN_SOURCE"""

import pytest

pytestmark = pytest.mark.exercise("center")


@pytest.mark.weight(2)
def test_values_on_fresh_draws(student, cases):
    """Les valeurs sont justes sur d'autres tableaux.

    Values are right on other arrays."""
    cases.check_values(student)


@pytest.mark.requires("test_values_on_fresh_draws")
def test_inputs_unchanged(student, cases):
    """Le tableau reçu n'est pas modifié.

    The array received is not changed."""
    cases.check_inputs_unchanged(student)
