"""Vérifications cachées : cosine_schedule, noam_schedule."""

from itertools import pairwise

import pytest

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("schedules")


@pytest.mark.weight(3)
def test_fresh_cosines(student, cases):
    """De nouveaux calendriers en cosinus, à toutes leurs étapes.

    New cosine schedules, at all their stages."""
    cases.only("cosine_schedule").check_values(student)


@pytest.mark.weight(2)
def test_fresh_noam(student, cases):
    """De nouveaux calendriers de Noam : avant, au sommet, après.

    New Noam schedules: before, at the peak, after."""
    cases.only("noam_schedule").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_cosines", "test_fresh_noam")
def test_no_jump(student, rng):
    """Aucun saut d’un pas à l’autre ; le pas monte, puis descend.

    No jump from one step to the next; the rate goes up, then down."""
    warmup, total = (int(n) for n in (rng.integers(5, 9), rng.integers(50, 60)))
    for name, first, rates in (
        ("cosine_schedule", 0, [student.cosine_schedule(n, 1.0, 0.1, warmup, total) for n in range(total + 5)]),
        ("noam_schedule", 1, [student.noam_schedule(n, 1, warmup) * warmup**0.5 for n in range(1, total)]),
    ):
        peak = warmup - first
        rises = all(one < other for one, other in pairwise(rates[: peak + 1]))
        falls = all(one >= other for one, other in pairwise(rates[peak:]))
        jump = max(abs(one - other) for one, other in pairwise(rates))
        if not rises or not falls or jump > 1.01 / warmup:
            fail(
                Text("Votre pas saute, ou ne monte pas puis descend.", "Your rate jumps, or does not rise, then fall."),
                function=name,
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_cosines", "test_fresh_noam")
def test_other_impossible_steps_are_refused(student, rng):
    """Un pas avant le premier, un échauffement plus long que l’entraînement : `ValueError`.

    A step before the first one, a warm-up longer than the training: `ValueError`."""
    n = int(rng.integers(1, 9))
    finding = Text("Un calendrier impossible est accepté.", "An impossible schedule is accepted.")
    for it, warmup, total in ((-n, 5, 50), (3, 20 + n, 20), (40, 20 + n, 20), (3, -n, 20)):
        check_refused(
            "cosine_schedule",
            lambda it=it, warmup=warmup, total=total: student.cosine_schedule(it, 1.0, 0.1, warmup, total),
            ValueError,
            finding=finding,
        )
    for it, warmup in ((0, 5), (-n, 5), (3, 0)):
        check_refused(
            "noam_schedule",
            lambda it=it, warmup=warmup: student.noam_schedule(it, 16, warmup),
            ValueError,
            finding=finding,
        )
