"""Vérifications cachées : apply_rope."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("rope")


@pytest.mark.weight(5)
def test_fresh_vectors(student, cases):
    """De nouveaux vecteurs, à des positions quelconques, différentes d’une phrase à l’autre.

    New vectors, at any positions, different from one sentence to another."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_vectors")
def test_gradients(student, cases):
    """L’autograd traverse votre fonction : le gradient tourne dans l’autre sens.

    Autograd goes through your function: the gradient turns the other way."""
    cases.check_gradients(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_vectors")
def test_scores_depend_on_the_distance(student, rng):
    """Le score d’une requête et d’une clé ne dépend que de l’écart de leurs positions.

    The score of a query and a key depends on the distance of their positions only."""
    q, k = (torch.from_numpy(rng.normal(size=(2, 3, 4, 10))) for _ in range(2))
    at, other = (torch.from_numpy(rng.integers(0, 30, size=(2, 4))) for _ in range(2))
    move = int(rng.integers(5, 20))
    scores = [student.apply_rope(q, at + by, 60.0) @ student.apply_rope(k, other + by, 60.0).mT for by in (0, move)]
    if not torch.allclose(*scores, rtol=1e-3, atol=1e-3):
        fail(
            Text(
                "Ajouter le même nombre à toutes les positions change les scores.",
                "Adding the same number to all positions changes the scores.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_vectors")
def test_inputs_layout_and_precision(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    cases.check_inputs_unchanged(student)
    cases.non_contiguous().check_values(student)
    cases.in_float32().check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_vectors")
def test_other_odd_dimensions_are_refused(student, rng):
    """Toute dimension impaire est refusée par `ValueError`.

    Any odd dimension is refused with `ValueError`."""
    for d_h in (1, 3, 2 * int(rng.integers(2, 8)) + 1):
        x, positions = torch.from_numpy(rng.normal(size=(2, 3, 4, d_h))), torch.arange(4).expand(2, 4).clone()
        check_refused(
            "apply_rope",
            lambda x=x, positions=positions: student.apply_rope(x, positions),
            ValueError,
            finding=Text("Une dimension impaire est acceptée.", "An odd dimension is accepted."),
        )
