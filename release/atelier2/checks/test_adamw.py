"""Vérifications publiques : AdamW, decay_groups."""

import pytest
import torch

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("adamw")


@pytest.mark.weight(2)
def test_steps(student, cases):
    """Les paramètres après chaque pas : la décroissance, les deux moyennes corrigées de leur biais, le pas.

    The parameters after each step: the decay, both averages corrected for their bias, the step."""
    cases["steps_"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_steps")
def test_groups_of_settings(student, cases):
    """Chaque groupe a ses réglages, lus à chaque pas ; un paramètre sans gradient ne bouge pas, ni son état.

    Each group has its settings, read at each step; a parameter without gradient does not move, nor does its state."""
    cases["state_"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_steps")
def test_training(student, cases):
    """Un petit modèle entraîné par `zero_grad`, `backward`, `step`.

    A little model trained with `zero_grad`, `backward`, `step`."""
    cases.only("train_line").check_values(student)


@pytest.mark.weight(2)
def test_groups(student, cases):
    """decay_groups : matrices d’un côté, biais, normes et plongements de l’autre, chacun une fois.

    decay_groups: matrices on one side, biases, norms and embeddings on the other, each once."""
    cases.only("names_in_groups").check_values(student)


@pytest.mark.requires("test_steps")
def test_bad_settings_are_refused(student):
    """Aucun paramètre, ou un réglage hors de son domaine : `ValueError`.

    No parameter, or a setting out of its range: `ValueError`."""
    p = torch.zeros(2)
    for words, params, settings in (
        ("une liste de paramètres vide", [], {}),
        ("lr = −0,1", [p], {"lr": -0.1}),
        ("betas = (0,9, 1)", [p], {"betas": (0.9, 1.0)}),
        ("weight_decay = −1", [p], {"weight_decay": -1.0}),
    ):
        check_refused(
            "AdamW",
            lambda params=params, settings=settings: student.AdamW(params, **settings),
            ValueError,
            finding=Text(
                f"`AdamW` accepte {words}.", f"`AdamW` accepts {'an empty list' if not params else settings}."
            ),
            hints=(
                Text("Que ferait l’optimiseur avec cette valeur ?", "What would the optimizer do with this value?"),
                Text(
                    "lr, eps et weight_decay sont ≥ 0 ; chaque β est dans [0, 1[.",
                    "lr, eps and weight_decay are ≥ 0; each β is in [0, 1).",
                ),
                Text("`if lr < 0: raise ValueError(…)`.", "`if lr < 0: raise ValueError(…)`."),
            ),
        )
