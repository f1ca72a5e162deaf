"""Vérifications publiques : pca."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("pca")


@pytest.mark.weight(1)
def test_worked_example(student, cases):
    """Les quatre points de l'énoncé : variances 12,5 et 3,125, axes (0,6 ; 0,8) et (−0,8 ; 0,6).

    The four points of the statement: variances 12.5 and 3.125, axes (0.6, 0.8) and (−0.8, 0.6)."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(2)
def test_public_values(student, cases):
    """Coordonnées, composantes et variances sont justes, aux signes près.

    Coordinates, components and variances are right, up to signs."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_public_values")
def test_coordinates_and_components_agree(student, cases):
    """Z et les composantes vont ensemble : Z = (X − moyenne)·Cᵀ, et les lignes de C sont orthonormées.

    Z and the components go together: Z = (X − mean)·Cᵀ, and the rows of C are orthonormal."""
    for case in cases:
        X = case.call.inputs["X"]
        Z, components, _ = map(np.asarray, case.call.run(student))
        if not np.allclose(components @ components.T, np.eye(len(components)), atol=1e-6):
            fail(Text("Les composantes ne sont pas orthonormées.", "The components are not orthonormal."))
        if not np.allclose(Z, (X - X.mean(axis=0)) @ components.T, atol=1e-6):
            fail(
                Text(
                    "Une colonne de Z et sa composante ne sont pas de même signe : Z n'est pas (X − moyenne)·Cᵀ.",
                    "A column of Z and its component differ in sign: Z is not (X − mean)·Cᵀ.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_worked_example", "test_public_values")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
