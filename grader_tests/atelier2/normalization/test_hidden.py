"""Vérifications cachées : layer_norm, layer_norm_backward, rms_norm."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("normalization")


@pytest.mark.weight(3)
def test_fresh_layer_norms(student, cases):
    """layer_norm : de nouveaux vecteurs, larges, petits, seuls, ou de coordonnées toutes égales.

    layer_norm: new vectors, wide, small, single, or with coordinates that are all equal."""
    cases.only("layer_norm").check_values(student)


@pytest.mark.weight(4)
def test_fresh_gradients(student, cases):
    """layer_norm_backward : de nouveaux gradients, pour plusieurs ε.

    layer_norm_backward: new gradients, for several ε."""
    cases.only("layer_norm_backward").check_values(student)


@pytest.mark.weight(2)
def test_fresh_rms_norms(student, cases):
    """rms_norm : de nouveaux vecteurs, et le vecteur nul.

    rms_norm: new vectors, and the zero vector."""
    cases.only("rms_norm").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_layer_norms", "test_fresh_rms_norms")
def test_autograd_goes_through(student, cases):
    """L’autograd traverse layer_norm et rms_norm jusqu’à x, γ et β.

    Autograd goes through layer_norm and rms_norm to x, γ and β."""
    cases.only("layer_norm", "rms_norm").check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_gradients")
def test_small_changes(student, rng):
    """Vos gradients prédisent l’effet d’une petite variation de x et de γ ; dx est de somme nulle.

    Your gradients predict the effect of a small change of x and of γ; dx sums to zero."""
    x, dY, v = (torch.from_numpy(rng.normal(size=(3, 4, 7))) for _ in range(3))
    gamma, w = (torch.from_numpy(rng.normal(size=7)) for _ in range(2))
    dx, dgamma, _ = student.layer_norm_backward(x, gamma, 0.1, dY)
    if dx.sum(dim=-1).abs().max() > 1e-3:
        fail(
            Text(
                "Ajouter un nombre à toutes les coordonnées ne change rien ; la somme de dx doit être nulle.",
                "Adding the same number to all coordinates changes nothing, but your dx does not sum to zero.",
            ),
            function="layer_norm_backward",
        )
    step = 1e-5
    ends = [
        (dY * torch.nn.functional.layer_norm(x + s * v, (7,), gamma + s * w, None, 0.1)).sum() for s in (step, -step)
    ]
    measured, predicted = float(ends[0] - ends[1]) / (2 * step), float((dx * v).sum() + (dgamma * w).sum())
    if abs(measured - predicted) > 1e-3 * (1 + abs(measured)):
        fail(
            Text(
                "Les différences finies ne donnent pas vos gradients.", "Finite differences do not give your gradients."
            ),
            function="layer_norm_backward",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_layer_norms", "test_fresh_gradients", "test_fresh_rms_norms")
def test_inputs_layout_and_precision(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    cases.check_inputs_unchanged(student)
    cases.non_contiguous().check_values(student)
    cases.in_float32().check_values(student)
