"""Vérifications publiques : clip_grad_norm, accumulate_gradients."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("gradient_clipping")


@pytest.mark.weight(2)
def test_clipping(student, cases):
    """clip_grad_norm : un seul facteur, qui ramène la norme globale à max_norm quand elle la dépasse.

    clip_grad_norm: one factor, which brings the global norm to max_norm where it is above."""
    cases.only("clip_grad_norm").check_values(student)


@pytest.mark.weight(2)
def test_accumulation(student, cases):
    """accumulate_gradients : dans .grad, le gradient de la moyenne sur toutes les cibles qui comptent.

    accumulate_gradients: in .grad, the gradient of the mean over all targets that count."""
    cases.only("accumulate_gradients").check_values(student)


@pytest.mark.requires("test_clipping")
def test_direction_is_kept(student, rng):
    """Un gradient borné garde sa direction, et a exactement la norme demandée.

    A clipped gradient keeps its direction, and has exactly the norm asked for."""
    grads = [torch.from_numpy(rng.normal(size=shape)) for shape in ((4, 3), (5,))]
    clipped = torch.cat([g.flatten() for g in student.clip_grad_norm(grads, 2.0)]).to(torch.float64)
    whole = torch.cat([g.flatten() for g in grads])
    if not torch.allclose(clipped / clipped.norm(), whole / whole.norm(), atol=1e-4):
        fail(Text("Le gradient borné a changé de direction.", "The clipped gradient has changed direction."))
    if not torch.allclose(clipped.norm(), torch.tensor(2.0, dtype=torch.float64), rtol=1e-4):
        fail(Text("La norme du gradient borné n’est pas max_norm.", "The clipped gradient's norm is not max_norm."))


@pytest.mark.requires("test_clipping")
def test_a_bound_that_is_not_positive_is_refused(student):
    """Un seuil nul ou négatif est refusé par `ValueError`.

    A bound of zero or below is refused with `ValueError`."""
    for bound in (0.0, -1.0):
        check_refused(
            "clip_grad_norm",
            lambda bound=bound: student.clip_grad_norm([torch.ones(2)], bound),
            ValueError,
            finding=Text(f"Le seuil {bound} est accepté.", f"The bound {bound} is accepted."),
            hints=(Text("`if max_norm <= 0: raise ValueError(…)`.", "`if max_norm <= 0: raise ValueError(…)`."),),
        )


@pytest.mark.requires("test_accumulation")
def test_no_target_that_counts_is_refused(student, cases):
    """Si aucune cible ne compte, la moyenne n’existe pas : `ValueError`.

    Where no target counts there is no mean: `ValueError`."""
    case = next(iter(cases.only("accumulate_gradients")))
    nothing = [(ids, torch.full_like(targets, -100)) for ids, targets in case.call.inputs["micro_batches"]]
    check_refused(
        "accumulate_gradients",
        lambda: case.call.with_inputs(micro_batches=nothing).run(student),
        ValueError,
        finding=Text(
            "Des petits lots sans aucune cible sont acceptés.", "Micro-batches without a target are accepted."
        ),
        consequence=Text(
            "Zéro divisé par zéro donne NaN, et un NaN gagne tous les paramètres au premier pas.",
            "Zero over zero gives NaN, and a NaN reaches all parameters at the first step.",
        ),
        hints=(Text("`if total == 0: raise ValueError(…)`.", "`if total == 0: raise ValueError(…)`."),),
    )


@pytest.mark.requires("test_clipping", "test_accumulation")
def test_inputs_are_left_alone(student, cases):
    """Ni les gradients reçus, ni les identifiants et les cibles ne sont modifiés.

    Neither the gradients received nor the ids and targets are changed."""
    cases.check_inputs_unchanged(student)
