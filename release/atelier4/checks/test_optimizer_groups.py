"""Vérifications publiques : optimizer_groups, linear_schedule."""

import pytest

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("optimizer_groups")


@pytest.mark.weight(3)
def test_groups(student, cases):
    """optimizer_groups : chaque paramètre qui apprend, une fois, avec son pas et sa décroissance.

    optimizer_groups: each parameter that learns, once, with its rate and its decay."""
    cases.only("settings_by_parameter").check_values(student)


@pytest.mark.weight(1)
def test_schedule(student, cases):
    """linear_schedule : une droite monte de 0 à 1, une autre descend de 1 à 0.

    linear_schedule: a line goes up from 0 to 1, another one down from 1 to 0."""
    cases.only("linear_schedule").check_values(student)


@pytest.mark.requires("test_groups", "test_schedule")
def test_bad_settings_are_refused(student):
    """Un réglage ou une étape hors de son domaine : `ValueError`.

    A setting or a step out of its range: `ValueError`."""
    for words, arguments in (
        (Text("lr = −0,1", "lr = −0.1"), [-0.1, 0.01]),
        (Text("weight_decay = −1", "weight_decay = −1"), [0.1, -1.0]),
        (Text("layer_decay = 0", "layer_decay = 0"), [0.1, 0.01, 0.0]),
        (Text("layer_decay = 1,5", "layer_decay = 1.5"), [0.1, 0.01, 1.5]),
    ):
        check_refused(
            "optimizer_groups",
            lambda arguments=arguments: student.settings_by_parameter(
                student.optimizer_groups, 2, "classifier", [], arguments
            ),
            ValueError,
            finding=Text(f"`optimizer_groups` accepte {words.fr}.", f"`optimizer_groups` accepts {words.en}."),
            hints=(
                Text("Que ferait l’optimiseur avec cette valeur ?", "What would the optimizer do with this value?"),
                Text(
                    "lr et weight_decay sont ≥ 0 ; layer_decay est dans ]0, 1].",
                    "lr and weight_decay are ≥ 0; layer_decay is in (0, 1].",
                ),
                Text("`if lr < 0: raise ValueError(…)`.", "`if lr < 0: raise ValueError(…)`."),
            ),
        )
    for words, step, warmup, total in (
        (Text("step = −1", "step = −1"), -1, 5, 50),
        (Text("warmup = 60 et total = 50", "warmup = 60 and total = 50"), 3, 60, 50),
    ):
        check_refused(
            "linear_schedule",
            lambda step=step, warmup=warmup, total=total: student.linear_schedule(step, warmup, total),
            ValueError,
            finding=Text(f"`linear_schedule` accepte {words.fr}.", f"`linear_schedule` accepts {words.en}."),
            hints=(
                Text("Quelles étapes le calendrier connaît-il ?", "Which steps does the schedule know?"),
                Text("De 0 en montant ; l’échauffement tient dans le total.", "From 0 upwards; the warm-up fits."),
                Text("`if step < 0: raise ValueError(…)`.", "`if step < 0: raise ValueError(…)`."),
            ),
        )
