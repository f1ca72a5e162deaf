"""Hidden checks: power_iteration, stationary_distribution."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("power_iteration")


@pytest.mark.weight(2)
def test_fresh_matrices(student, cases):
    """De nouvelles matrices : λ négative, non symétrique, λ assez grande ou petite pour déborder.

    New matrices: negative λ, not symmetric, λ large or small enough to overflow."""
    cases.only("power_iteration").check_values(student)


@pytest.mark.weight(2)
def test_fresh_chains(student, cases):
    """De nouvelles chaînes : apériodiques, de période 2 ou 3, avec un état que l'on quitte pour toujours.

    New chains: aperiodic, of period 2 or 3, with a state that is left for good."""
    cases.only("stationary_distribution").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_matrices")
def test_eigenvalue_follows_scale(student, rng):
    """Multiplier A par c multiplie λ par c, et le vecteur de départ peut avoir n'importe quelle longueur.

    Multiplying A by c multiplies λ by c, and the starting vector may have any length."""
    V = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    A = V * [2.0, 0.7, -0.5, 0.1] @ V.T
    x0 = rng.uniform(0.5, 1.0, size=4) + V[:, 0]
    for c, length in ((-3.0, 1.0), (0.5, 1e6), (1.0, 1e-6)):
        eigenvalue, v = map(np.asarray, student.power_iteration(c * A, 80, length * x0))
        if not (np.isclose(eigenvalue, 2 * c) and np.allclose(c * A @ v, eigenvalue * v)):
            fail(
                Text(
                    "Av = λv n'est plus vrai quand on change l'échelle de A ou la longueur de x₀.",
                    "Av = λv no longer holds when the scale of A or the length of x₀ changes.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_matrices", "test_fresh_chains")
def test_robustness(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et rien n'est modifié sur place.

    The result depends neither on precision nor on memory layout, and nothing is changed in place."""
    cases["symmetric"].in_float32().check_values(student)
    cases["period_2"].in_float32().check_values(student)
    cases["not_symmetric"].non_contiguous().check_values(student)
    cases["aperiodic"].non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
