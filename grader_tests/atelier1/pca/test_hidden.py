"""Hidden checks: pca."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("pca")


@pytest.mark.weight(3)
def test_fresh_draws(student, cases):
    """De nouveaux nuages : larges, hauts, loin de l'origine, une ou toutes les composantes.

    New clouds: wide, tall, far from the origin, one or all components."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_draws")
def test_best_approximation(student, cases):
    """Z·C + moyenne approche X au mieux : l'erreur quadratique est n fois la variance laissée de côté.

    Z·C + mean is the best approximation of X: its squared error is n times the variance left out."""
    for case in cases:
        X = case.call.inputs["X"]
        Xc = X - X.mean(axis=0)
        Z, components, variances = map(np.asarray, case.call.run(student))
        left_out = np.sum(Xc**2) - len(X) * np.sum(variances)
        if not np.isclose(np.sum((Xc - Z @ components) ** 2), left_out, rtol=0, atol=1e-5 * np.sum(Xc**2)):
            fail(
                Text(
                    "Z·C + moyenne ne redonne pas les données : Z et C ne vont pas ensemble.",
                    "Z·C + mean does not give the data back: Z and C do not go together.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_draws")
def test_equal_variances(student, rng):
    """Deux variances égales : les axes ne sont plus uniques, tout le reste est encore déterminé.

    Two equal variances: the axes are no longer unique, all the rest still is."""
    U = np.linalg.qr(np.hstack([np.ones((8, 1)), rng.normal(size=(8, 4))]))[0][:, 1:]  # (8, 4), columns of mean zero
    V = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    X = U * [6.0, 6.0, 2.0, 1.0] @ V.T + rng.normal(size=4)
    Z, components, variances = map(np.asarray, student.pca(X, 3))
    right = (
        np.allclose(variances, [4.5, 4.5, 0.5])
        and np.allclose(components @ components.T, np.eye(3), atol=1e-6)
        and np.allclose(Z, (X - X.mean(axis=0)) @ components.T, atol=1e-6)
        and np.allclose(components[:2].T @ components[:2], V[:, :2] @ V[:, :2].T, atol=1e-6)
    )
    if not right:
        fail(
            Text(
                "Quand deux variances sont égales, vos composantes n'engendrent pas le bon plan.",
                "When two variances are equal, your components do not span the right plane.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_draws")
def test_robustness(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et X n'est pas modifié.

    The result depends neither on precision nor on memory layout, and X is not changed."""
    cases["tall"].in_float32().check_values(student)
    cases["wide"].non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
