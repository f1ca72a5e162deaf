"""Hidden checks: orthogonal_projection."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("orthogonal_projection")


@pytest.mark.weight(4)
def test_fresh_values(student, cases):
    """De nouvelles colonnes, penchées les unes vers les autres et de longueurs inégales.

    New columns, leaning towards each other and of unequal lengths."""
    cases["regular"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_values")
def test_it_is_a_projection(student, cases, rng):
    """Projeter deux fois ne change rien, et un y déjà dans l'espace des colonnes ne bouge pas.

    Projecting twice changes nothing, and a y already in the column space does not move."""
    cases["inside"].check_values(student)
    X, y = rng.normal(size=(7, 3)), rng.normal(size=7)
    p = np.asarray(student.orthogonal_projection(X, y))
    if not np.allclose(student.orthogonal_projection(X, p), p, atol=1e-6):
        fail(Text("Projeter une seconde fois change le résultat.", "Projecting a second time changes the result."))
    if not np.allclose(student.orthogonal_projection(X @ rng.normal(size=(3, 3)), y), p, atol=1e-6):
        fail(
            Text(
                "D'autres colonnes qui engendrent le même sous-espace donnent une autre projection.",
                "Other columns that span the same subspace give another projection.",
            )
        )


@pytest.mark.requires("test_fresh_values")
def test_hilbert_columns(student, cases):
    """Les colonnes de la matrice de Hilbert, très mal conditionnée : la projection reste juste à 10⁻⁶.

    The columns of Hilbert's matrix, very badly conditioned: the projection stays right to 10⁻⁶."""
    cases["hilbert"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_fresh_almost_parallel_columns(student, cases):
    """Des colonnes parallèles à 10⁻⁸ près.

    Columns parallel to within 10⁻⁸."""
    cases["ill_conditioned"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_values")
def test_dependent_columns(student, cases):
    """Une colonne combinaison des autres, ou nulle, n'ajoute rien au sous-espace.

    A column that is a combination of others, or zero, adds nothing to the subspace."""
    cases["dependent"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_one_column_and_integers(student, cases):
    """Une seule colonne, et des entiers : la projection est faite de flottants.

    A single column, and integers: the projection holds floats."""
    cases["one_column"].check_values(student)
    cases["integers"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_precision_layout_and_inputs(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et X et y ne sont pas modifiés.

    The result depends neither on precision nor on memory layout, and X and y are not changed."""
    cases["one_column"].in_float32().check_values(student)
    cases["regular"].non_contiguous().check_values(student)
    cases["regular"].check_inputs_unchanged(student)
    cases["one_column"].check_inputs_unchanged(student)
