"""Hidden checks: warm-up."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("warm_up")


@pytest.mark.weight(2)
def test_fresh_sigmoid(student, cases):
    """σ sur de nouveaux tableaux, à un et deux axes.

    σ on new arrays, with one and two axes."""
    cases["sigmoid_regular"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_sigmoid")
def test_fresh_sigmoid_extreme(student, cases):
    """σ de très grandes et très petites valeurs, et d'entiers.

    σ of very large and very small values, and of integers."""
    cases["sigmoid_extreme"].check_values(student)
    cases["sigmoid_integers"].check_values(student)


@pytest.mark.weight(2)
def test_fresh_derivative(student, cases):
    """σ′ sur de nouveaux tableaux.

    σ′ on new arrays."""
    cases["sigmoid_derivative_regular"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_derivative")
def test_fresh_derivative_extreme(student, cases):
    """σ′ s'annule aux deux extrémités, sans NaN.

    σ′ vanishes at both ends, without NaN."""
    cases["sigmoid_derivative_extreme"].check_values(student)
    cases["sigmoid_derivative_integers"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_sigmoid", "test_fresh_derivative")
def test_derivative_is_the_slope(student, rng):
    """σ′ est bien la pente de votre propre σ.

    σ′ is indeed the slope of your own σ."""
    x, h = 2 * rng.normal(size=(3, 4)), 1e-2
    slope = (np.asarray(student.sigmoid(x + h)) - np.asarray(student.sigmoid(x - h))) / (2 * h)
    if not np.allclose(student.sigmoid_derivative(x), slope, rtol=0, atol=2e-5):
        fail(
            Text(
                "`sigmoid_derivative` n'est pas la pente de votre `sigmoid`.",
                "`sigmoid_derivative` is not the slope of your `sigmoid`.",
            )
        )


@pytest.mark.weight(2)
def test_fresh_images(student, cases):
    """De nouvelles images, en flottants et en octets.

    New images, in floats and in bytes."""
    cases.only("flatten_image").check_values(student)


@pytest.mark.weight(1)
def test_fresh_l1(student, cases):
    """L1 sur de nouveaux vecteurs.

    L1 on new vectors."""
    cases["l1_regular"].check_values(student)
    cases["l1_integers"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_l1")
def test_fresh_l1_columns(student, cases):
    """L1 d'une colonne (n, 1) contre un vecteur (n,), et l'inverse.

    L1 of a column (n, 1) against a vector (n,), and the other way round."""
    cases["l1_column"].check_values(student)
    cases["l1_flat_against_column"].check_values(student)


@pytest.mark.weight(1)
def test_fresh_l2(student, cases):
    """L2 sur de nouveaux vecteurs.

    L2 on new vectors."""
    cases["l2_regular"].check_values(student)
    cases["l2_integers"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_l2")
def test_fresh_l2_columns(student, cases):
    """L2 d'une colonne (n, 1) contre un vecteur (n,), et l'inverse.

    L2 of a column (n, 1) against a vector (n,), and the other way round."""
    cases["l2_column"].check_values(student)
    cases["l2_flat_against_column"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_sigmoid", "test_fresh_derivative", "test_fresh_images")
def test_arrays_of_another_layout(student, cases):
    """Les résultats ne dépendent ni de la précision ni du rangement en mémoire, et rien n'est modifié sur place.

    Results depend neither on precision nor on memory layout, and nothing is changed in place."""
    arrays = cases.only("sigmoid", "sigmoid_derivative", "flatten_image")
    arrays.in_float32().check_values(student)
    arrays.non_contiguous().check_values(student)
    arrays.check_inputs_unchanged(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_l1", "test_fresh_l2")
def test_losses_leave_their_inputs_alone(student, cases):
    """Les pertes ne modifient ni ŷ ni y.

    The losses change neither ŷ nor y."""
    cases.only("l1_loss", "l2_loss").check_inputs_unchanged(student)
