"""Hidden checks: squared_distances."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("squared_distances")


@pytest.mark.weight(4)
def test_fresh_values(student, cases):
    """De nouveaux points, en petite et en grande dimension.

    New points, in low and in high dimension."""
    cases["regular"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_values")
def test_fresh_coincident_points(student, cases):
    """Des points presque confondus, loin de l'origine : aucun carré négatif.

    Nearly equal points, far from the origin: no negative square."""
    for case in cases["coincident"]:
        D2 = np.asarray(case.call.run(student))
        if np.any(D2 < 0):
            cases["coincident"].check_values(student)  # fails, and names the mistake
        _check_up_to_rounding(D2, case.call.inputs["X"], case.call.inputs["Y"])


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_values")
def test_far_from_the_origin(student, rng):
    """Un nuage à 10⁶ de l'origine, comparé à lui-même : des distances positives, justes à l'arrondi près.

    A cloud 10⁶ from the origin, compared with itself: distances at least 0, right up to rounding."""
    X = 1e6 * rng.normal(size=(40, 6))
    D2 = np.asarray(student.squared_distances(X, X))
    if np.any(D2 < 0):
        fail(
            Text("Certains carrés de distances sont négatifs.", "Some squared distances are negative."),
            consequence=Text("Une racine prise ensuite donnerait NaN.", "A square root taken later would give NaN."),
            hints=(
                Text("D'où peut venir une valeur négative ?", "Where can a negative value come from?"),
                Text("De l'arrondi de ‖x‖² + ‖y‖² − 2x·y.", "From rounding in ‖x‖² + ‖y‖² − 2x·y."),
                Text("`np.maximum(D2, 0)`.", "`np.maximum(D2, 0)`."),
            ),
        )
    _check_up_to_rounding(D2, X, X)


def _check_up_to_rounding(D2, X, Y):
    exact = cdist(X, Y, "sqeuclidean")  # (n, m)
    if not np.allclose(D2, exact, rtol=1e-9, atol=1e-12 * np.max(exact)):
        fail(Text("Loin de l'origine, vos distances sont fausses.", "Far from the origin your distances are wrong."))


@pytest.mark.memory_limit(200)
@pytest.mark.requires("test_fresh_values")
def test_without_a_tensor_of_differences(student, rng):
    """Le calcul ne forme aucun tableau (n, m, d) : sa mémoire reste proche de celle du résultat.

    The computation builds no (n, m, d) array: its memory stays close to that of the result."""
    n, m, d = 150, 170, 160
    inputs = {"X": rng.normal(size=(n, d)), "Y": rng.normal(size=(m, d))}
    if student.probe("peak_memory", "squared_distances", inputs) > 8 * n * m * d / 4:
        fail(
            Text(
                "Votre calcul forme toutes les différences x − y d'un coup : un tableau (n, m, d).",
                "Your computation forms all differences x − y at once: an (n, m, d) array.",
            ),
            consequence=Text(
                "Pour 10 000 points de dimension 300, il occuperait 240 Go, alors que le résultat tient en 0,8 Go.",
                "For 10,000 points in dimension 300 it would take 240 GB, while the result fits in 0.8 GB.",
            ),
            hints=(
                Text("Cherchez `X[:, None, :] - Y[None, :, :]`.", "Look for `X[:, None, :] - Y[None, :, :]`."),
                Text("Développez ‖x − y‖² avant de programmer.", "Expand ‖x − y‖² before coding."),
                Text(
                    "Tous les x·y à la fois : `X @ Y.T`, de forme (n, m).",
                    "All x·y at once: `X @ Y.T`, of shape (n, m).",
                ),
            ),
        )
    X, Y = rng.normal(size=(500, d)), rng.normal(size=(600, d))  # 384 MB of differences, 2.4 MB of distances
    _check_up_to_rounding(student.squared_distances(X, Y), X, Y)


@pytest.mark.time_limit(4)
@pytest.mark.requires("test_fresh_values")
def test_without_a_double_loop(student, rng):
    """Cinq millions de distances en un clin d'œil : aucune boucle Python sur les paires de points.

    Five million distances in a blink: no Python loop over the pairs of points."""
    X, Y = rng.normal(size=(2500, 3)), rng.normal(size=(2000, 3))
    _check_up_to_rounding(student.squared_distances(X, Y), X, Y)


@pytest.mark.requires("test_fresh_values")
def test_small_shapes_and_integers(student, cases):
    """Un seul point, une seule dimension, des coordonnées entières.

    A single point, a single dimension, integer coordinates."""
    cases["one"].check_values(student)
    cases["integers"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_precision_layout_and_inputs(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et X et Y ne sont pas modifiées.

    The result depends neither on precision nor on memory layout, and X and Y are not changed."""
    cases["regular"].in_float32().check_values(student)
    cases["regular"].non_contiguous().check_values(student)
    cases["regular"].check_inputs_unchanged(student)
