"""Vérifications publiques : sinusoidal_encoding, shift_matrix."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("sinusoidal_encoding")


@pytest.mark.weight(3)
def test_encodings(student, cases):
    """sinusoidal_encoding : l’exemple de l’énoncé, la base usuelle, une autre base.

    sinusoidal_encoding: the example of the statement, the usual base, another one."""
    cases.only("sinusoidal_encoding").check_values(student)


@pytest.mark.weight(3)
def test_shifts(student, cases):
    """shift_matrix : l’exemple de l’énoncé, en avant, en arrière.

    shift_matrix: the example of the statement, forward, back."""
    cases.only("shift_matrix").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_encodings", "test_shifts")
def test_the_matrix_moves_on(student):
    """La même matrice fait avancer toutes les positions : M @ PE[p] = PE[p+k].

    The same matrix moves all positions on: M @ PE[p] = PE[p+k]."""
    PE = student.sinusoidal_encoding(12, 6).double()
    for k in (1, 4, -3):
        M = student.shift_matrix(k, 6).double()
        moved = PE[max(0, -k) : 12 - max(0, k)] @ M.T
        if not torch.allclose(moved, PE[max(0, k) : 12 + min(0, k)], atol=1e-4):
            fail(
                Text(
                    f"Avec k = {k}, M @ PE[p] n’est pas PE[p+k] pour toutes les positions.",
                    f"With k = {k}, M @ PE[p] is not PE[p+k] for all positions.",
                ),
                function="shift_matrix",
            )


@pytest.mark.requires("test_encodings", "test_shifts")
def test_odd_dimensions_are_refused(student):
    """Une dimension impaire est refusée par `ValueError` : il faut des paires.

    An odd dimension is refused with `ValueError`: it takes pairs."""
    finding = Text("La dimension 5 est acceptée.", "The dimension 5 is accepted.")
    hints = (
        Text("Combien de paires y a-t-il dans 5 colonnes ?", "How many pairs are there in 5 columns?"),
        Text("Vérifiez d’abord que d est pair.", "Check first that d is even."),
        Text("`if d % 2: raise ValueError(…)`.", "`if d % 2: raise ValueError(…)`."),
    )
    check_refused(
        "sinusoidal_encoding", lambda: student.sinusoidal_encoding(3, 5), ValueError, finding=finding, hints=hints
    )
    check_refused("shift_matrix", lambda: student.shift_matrix(1, 5), ValueError, finding=finding, hints=hints)
