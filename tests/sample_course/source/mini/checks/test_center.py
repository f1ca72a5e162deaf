"""Vérifications publiques : centrer les colonnes."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("center")


@pytest.mark.weight(2)
def test_values(student, cases):
    """Chaque colonne a pour moyenne zéro.

    Each column has mean zero."""
    cases.check_values(student)


@pytest.mark.requires("test_values")
def test_twice_is_once(student):
    """Centrer deux fois ne change plus rien.

    Centring twice changes nothing more."""
    once = student.center(np.array([[1.0, 2.0], [3.0, 6.0]]))
    if not np.allclose(student.center(once), once):
        fail(Text("Centrer deux fois change encore le tableau.", "Centring twice changes the array again."))
