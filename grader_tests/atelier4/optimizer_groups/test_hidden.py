"""Vérifications cachées : optimizer_groups, linear_schedule."""

import pytest

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("optimizer_groups")


@pytest.mark.weight(3)
def test_fresh_groups(student, cases):
    """De nouveaux modèles, avec ou sans tête, à plus de dix couches, gelés en partie.

    New models, with or without head, with more than ten layers, partly frozen."""
    cases.only("settings_by_parameter").check_values(student)


@pytest.mark.weight(2)
def test_fresh_schedules(student, cases):
    """De nouveaux calendriers, à toutes leurs étapes.

    New schedules, at all their stages."""
    cases.only("linear_schedule").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_groups", "test_fresh_schedules")
def test_other_settings_are_refused(student, rng):
    """Un réglage ou une étape hors de son domaine : `ValueError`.

    A setting or a step out of its range: `ValueError`."""
    size, n = float(rng.uniform(0.1, 0.9)), int(rng.integers(1, 9))
    for arguments in ([-size, 0.1], [0.1, -size], [0.1, 0.1, 1 + size], [0.1, 0.1, -size], [0.1, 0.1, 0.0]):
        check_refused(
            "optimizer_groups",
            lambda arguments=arguments: student.settings_by_parameter(
                student.optimizer_groups, 2, "classifier", [], arguments
            ),
            ValueError,
            finding=Text("Un réglage hors de son domaine est accepté.", "A setting out of its range is accepted."),
        )
    for step, warmup, total in ((-n, 5, 50), (3, 20 + n, 20), (40, 20 + n, 20), (3, -n, 20)):
        check_refused(
            "linear_schedule",
            lambda step=step, warmup=warmup, total=total: student.linear_schedule(step, warmup, total),
            ValueError,
            finding=Text("Un calendrier impossible est accepté.", "An impossible schedule is accepted."),
        )
