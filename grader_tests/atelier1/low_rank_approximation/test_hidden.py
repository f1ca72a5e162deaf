"""Hidden checks: low_rank_approximation."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("low_rank_approximation")


@pytest.mark.weight(2)
def test_fresh_values(student, cases):
    """De nouvelles matrices, hautes et larges, de rangs différents.

    New matrices, tall and wide, of different ranks."""
    cases["regular"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_enough_rank(student, cases):
    """Quand r atteint ou dépasse le rang de A, A_r = A et l'erreur est nulle.

    When r reaches or exceeds the rank of A, A_r = A and the error is zero."""
    cases["full_rank"].check_values(student)
    cases["rank_deficient"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_no_better_approximation(student, rng):
    """Aucune autre matrice de rang r n'est plus proche de A, et l'erreur décroît avec r.

    No other matrix of rank r is closer to A, and the error decreases with r."""
    A = rng.normal(size=(7, 5))
    errors = []
    for r in (1, 2, 3):
        A_r, error = map(np.asarray, student.low_rank_approximation(A, r))
        errors.append(error)
        if not np.isclose(np.linalg.norm(A - A_r), error, rtol=1e-5):
            fail(Text("L'erreur n'est pas la distance de A à A_r.", "The error is not the distance from A to A_r."))
        for _ in range(20):
            Q = np.linalg.qr(A @ rng.normal(size=(5, r)))[0]  # (7, r): a random subspace of the columns of A
            if np.linalg.norm(A - Q @ (Q.T @ A)) < error - 1e-8:
                fail(
                    Text(
                        "Une matrice de rang r prise au hasard approche A mieux que la vôtre.",
                        "A random matrix of rank r comes closer to A than yours.",
                    )
                )
    if not errors[0] > errors[1] > errors[2]:
        fail(Text("L'erreur ne décroît pas quand r augmente.", "The error does not decrease when r grows."))


@pytest.mark.requires("test_fresh_values")
def test_integers(student, cases):
    """Une matrice d'entiers donne une approximation en flottants.

    An integer matrix gives an approximation in floats."""
    cases["integers"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_precision_layout_and_inputs(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et A n'est pas modifiée.

    The result depends neither on precision nor on memory layout, and A is not changed."""
    regular = cases["regular"]
    for double, single in zip(regular, regular.in_float32(), strict=True):
        wanted, got = double.call.run(student), single.call.run(student)
        if not all(np.allclose(a, b, rtol=1e-3, atol=1e-3) for a, b in zip(got, wanted, strict=True)):
            fail(Text("Une matrice float32 donne un autre résultat.", "A float32 matrix gives another result."))
    regular.non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
