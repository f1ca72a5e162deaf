"""Hidden checks: cosine_similarity."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("cosine_similarity")


@pytest.mark.weight(2)
def test_fresh_values(student, cases):
    """De nouveaux vecteurs : angles aigus et obtus, longueurs très différentes.

    New vectors: acute and obtuse angles, very different lengths."""
    cases["regular"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_scale_and_symmetry(student, cases):
    """cos(u, v) = cos(v, u), et allonger un vecteur n'y change rien.

    cos(u, v) = cos(v, u), and stretching a vector makes no difference."""
    for case in cases["regular"]:
        u, v = case.call.inputs["u"], case.call.inputs["v"]
        cos = student.cosine_similarity(u, v)
        if not np.isclose(student.cosine_similarity(v, u), cos, rtol=1e-5, atol=1e-6):
            fail(Text("cos(u, v) et cos(v, u) diffèrent.", "cos(u, v) and cos(v, u) differ."))
        if not np.isclose(student.cosine_similarity(0.1 * u, 500 * v), cos, rtol=1e-5, atol=1e-6):
            fail(
                Text(
                    "Multiplier u et v par des nombres positifs change leur cosinus.",
                    "Multiplying u and v by positive numbers changes their cosine.",
                )
            )


@pytest.mark.requires("test_fresh_values")
def test_fresh_zero_vectors(student, cases):
    """Un vecteur nul, à gauche, à droite ou des deux côtés : 0.

    A zero vector, left, right or on both sides: 0."""
    cases["zero"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_integers_and_one_axis(student, cases):
    """Des vecteurs d'entiers, et des vecteurs à une seule composante.

    Integer vectors, and vectors with a single entry."""
    cases["integers"].check_values(student)
    cases["one_axis"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_precision_layout_and_inputs(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et u et v ne sont pas modifiés.

    The result depends neither on precision nor on memory layout, and u and v are not changed."""
    regular = cases["regular"]
    for double, single in zip(regular, regular.in_float32(), strict=True):
        if not np.isclose(single.call.run(student), double.call.run(student), rtol=1e-4, atol=1e-5):
            fail(Text("Des vecteurs float32 donnent un autre résultat.", "float32 vectors give another result."))
    regular.non_contiguous().check_values(student)
    regular.check_inputs_unchanged(student)
