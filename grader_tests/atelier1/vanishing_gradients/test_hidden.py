"""Hidden checks: jacobian_norms, clip_gradients."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("vanishing_gradients")


@pytest.mark.weight(2)
def test_fresh_norms(student, cases):
    """De nouvelles suites : Wh orthogonale ou non normale, états saturés, un seul pas.

    New sequences: Wh orthogonal or not normal, saturated states, a single step."""
    cases.only("jacobian_norms").check_values(student)


@pytest.mark.weight(2)
def test_fresh_clipping(student, cases):
    """De nouveaux gradients : au-dessus, au-dessous et très au-dessus de la limite, ou nuls.

    New gradients: above, below and far above the limit, or zero."""
    cases.only("clip_gradients").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_norms")
def test_exact_slopes(student, rng):
    """Avec Wh = αQ (Q orthogonale) et tanh′ = 1, le logarithme des normes est une droite de pente −ln α.

    With Wh = αQ (Q orthogonal) and tanh′ = 1, the logarithm of the norms is a line of slope −ln α."""
    Q = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    for alpha in (0.5, 1.0, 1.5):
        slopes = np.diff(np.log(student.jacobian_norms(alpha * Q, np.zeros((12, 5)))))
        if not np.allclose(slopes, -np.log(alpha), atol=1e-5):
            fail(
                Text(
                    "Pour Wh = αQ les normes ne décroissent pas exactement comme α^(T−t).",
                    "For Wh = αQ the norms do not follow α^(T−t) exactly.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_norms", "test_fresh_clipping")
def test_robustness(student, cases, rng):
    """Précision, rangement en mémoire, nombre de gradients : rien de tout cela ne change le résultat, ni les entrées.

    Precision, memory layout, number of gradients: none of these changes the result, nor the inputs."""
    cases["dense"].in_float32().check_values(student)
    cases["clipped"].in_float32().check_values(student)
    cases["not_normal"].non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
    grads = [rng.normal(size=shape) * 10 for shape in ((2, 3, 4), (5,))]
    for count in (1, 2):
        limit = 0.5 * np.sqrt(sum(np.sum(g**2) for g in grads[:count]))
        clipped = student.clip_gradients(grads[:count], limit)
        if len(clipped) != count or not all(
            np.allclose(c, g / 2, rtol=1e-5) for c, g in zip(clipped, grads, strict=False)
        ):
            fail(
                Text(
                    "Avec un autre nombre de gradients, ou d'autres formes, la limitation n'est plus juste.",
                    "With another number of gradients, or other shapes, clipping is no longer right.",
                )
            )
