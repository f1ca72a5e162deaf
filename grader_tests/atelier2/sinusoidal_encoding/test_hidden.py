"""Vérifications cachées : sinusoidal_encoding, shift_matrix."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("sinusoidal_encoding")


@pytest.mark.weight(4)
def test_fresh_encodings(student, cases):
    """De nouvelles tables : longues, d’une seule position, de deux colonnes, d’une autre base.

    New tables: long ones, of a single position, of two columns, of another base."""
    cases.only("sinusoidal_encoding").check_values(student)


@pytest.mark.weight(3)
def test_fresh_shifts(student, cases):
    """De nouvelles matrices : en avant, en arrière, sur place.

    New matrices: forward, back, in place."""
    cases.only("shift_matrix").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_encodings")
def test_products_depend_on_the_distance(student, rng):
    """⟨PE[p], PE[p+k]⟩ ne dépend que de k : c’est la somme des cos(kω).

    ⟨PE[p], PE[p+k]⟩ depends on k only: it is the sum of the cos(kω)."""
    T, d, base = 15, 8, float(rng.uniform(20, 200))
    PE = student.sinusoidal_encoding(T, d, base)
    products = PE @ PE.T  # (T, T)
    frequencies = base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    wanted = torch.cos(torch.arange(T)[:, None] * frequencies).sum(dim=1)  # (T,)
    for k in range(T):
        if not torch.allclose(products.diagonal(k).double(), wanted[k], atol=1e-3):
            fail(
                Text(
                    "⟨PE[p], PE[p+k]⟩ ne vaut pas la somme des cos(kω).",
                    "⟨PE[p], PE[p+k]⟩ is not the sum of the cos(kω).",
                ),
                function="sinusoidal_encoding",
            )


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_shifts")
def test_shifts_are_rotations(student, rng):
    """M est une rotation : MᵀM = I ; et avancer de j, puis de k, c’est avancer de j + k.

    M is a rotation: MᵀM = I; and going j on, then k, is going j + k on."""
    j, k = int(rng.integers(2, 6)), -int(rng.integers(7, 11))
    one, other, both = (student.shift_matrix(n, 10, 70.0).double() for n in (j, k, j + k))
    if not torch.allclose(one.T @ one, torch.eye(10, dtype=torch.float64), atol=1e-4):
        fail(Text("MᵀM n’est pas l’identité.", "MᵀM is not the identity."), function="shift_matrix")
    if not torch.allclose(other @ one, both, atol=1e-4):
        fail(
            Text("Avancer de j, puis de k, n’avance pas de j + k.", "Going j on, then k, does not go j + k on."),
            function="shift_matrix",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_encodings", "test_fresh_shifts")
def test_other_odd_dimensions_are_refused(student, rng):
    """Toute dimension impaire est refusée par `ValueError`.

    Any odd dimension is refused with `ValueError`."""
    for d in (1, 3, 2 * int(rng.integers(2, 8)) + 1):
        finding = Text("Une dimension impaire est acceptée.", "An odd dimension is accepted.")
        check_refused("sinusoidal_encoding", lambda d=d: student.sinusoidal_encoding(4, d), ValueError, finding=finding)
        check_refused("shift_matrix", lambda d=d: student.shift_matrix(2, d), ValueError, finding=finding)
