"""Vérifications cachées : AdamW, decay_groups."""

import pytest
import torch

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("adamw")


@pytest.mark.weight(3)
def test_fresh_steps(student, cases):
    """De nouveaux paramètres, gradients et réglages ; les réglages par défaut.

    New parameters, gradients and settings; the default settings."""
    cases["steps_"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_steps")
def test_fresh_groups_of_settings(student, cases):
    """De nouveaux groupes, gradients absents et pas variables.

    New groups, missing gradients and changing learning rates."""
    cases["state_"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_steps")
def test_fresh_training(student, cases):
    """Un petit modèle entraîné par `zero_grad`, `backward`, `step`.

    A little model trained with `zero_grad`, `backward`, `step`."""
    cases.only("train_line").check_values(student)


@pytest.mark.weight(2)
def test_fresh_groups(student, cases):
    """Les groupes d’un modèle : tête liée ou non, déclarée avant ou après, paramètres gelés.

    The groups of a model: head tied or not, declared before or after, frozen parameters."""
    cases.only("names_in_groups").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_steps")
def test_other_bad_settings_are_refused(student, rng):
    """Un réglage hors de son domaine est refusé par `ValueError`.

    A setting out of its range is refused with `ValueError`."""
    size = float(rng.uniform(0.1, 0.9))
    p = torch.zeros(2, dtype=torch.float64)
    for settings in (
        {"lr": -size},
        {"eps": -size},
        {"weight_decay": -size},
        {"betas": (1.0, 0.9)},
        {"betas": (0.9, 1 + size)},
        {"betas": (-size, 0.9)},
    ):
        check_refused(
            "AdamW",
            lambda settings=settings: student.AdamW([p], **settings),
            ValueError,
            finding=Text("Un réglage hors de son domaine est accepté.", "A setting out of its range is accepted."),
        )
