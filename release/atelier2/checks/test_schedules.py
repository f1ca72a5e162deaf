"""Vérifications publiques : cosine_schedule, noam_schedule."""

import pytest

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("schedules")


@pytest.mark.weight(2)
def test_cosine(student, cases):
    """cosine_schedule : une droite qui monte, une moitié de cosinus qui descend, puis le plancher.

    cosine_schedule: a straight line up, half a cosine down, then the floor."""
    cases.only("cosine_schedule").check_values(student)


@pytest.mark.weight(1)
def test_noam(student, cases):
    """noam_schedule : une droite qui monte, puis l’inverse d’une racine.

    noam_schedule: a straight line up, then the inverse of a root."""
    cases.only("noam_schedule").check_values(student)


@pytest.mark.requires("test_cosine", "test_noam")
def test_impossible_steps_are_refused(student):
    """Un pas avant le premier, un échauffement plus long que l’entraînement : `ValueError`.

    A step before the first one, a warm-up longer than the training: `ValueError`."""
    for name, arguments, words in (
        ("cosine_schedule", (-1, 1.0, 0.1, 5, 50), Text("it = −1", "it = −1")),
        ("cosine_schedule", (3, 1.0, 0.1, 60, 50), Text("warmup = 60 et total = 50", "warmup = 60 and total = 50")),
        ("noam_schedule", (0, 16, 4), Text("it = 0", "it = 0")),
    ):
        check_refused(
            name,
            lambda name=name, arguments=arguments: getattr(student, name)(*arguments),
            ValueError,
            finding=Text(f"`{name}` accepte {words.fr}.", f"`{name}` accepts {words.en}."),
            hints=(
                Text("Quels pas le calendrier connaît-il ?", "Which steps does the schedule know?"),
                Text("De 0 (cosinus) ou de 1 (Noam) en montant.", "From 0 (cosine) or from 1 (Noam) upwards."),
                Text("`if it < 0: raise ValueError(…)`, par exemple.", "`if it < 0: raise ValueError(…)`, say."),
            ),
        )
