"""Vérifications cachées : gelu, gelu_tanh, feed_forward."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("feed_forward")


@pytest.mark.weight(3)
def test_fresh_gelu(student, cases):
    """gelu sur de nouvelles valeurs, grandes ou petites, positives ou négatives.

    gelu on new values, large or small, positive or negative."""
    cases.only("gelu").check_values(student)


@pytest.mark.weight(2)
def test_fresh_gelu_tanh(student, cases):
    """gelu_tanh sur de nouvelles valeurs.

    gelu_tanh on new values."""
    cases.only("gelu_tanh").check_values(student)


@pytest.mark.weight(4)
def test_fresh_networks(student, cases):
    """feed_forward sur de nouveaux réseaux : large, étroit, carré, une seule position.

    feed_forward on new networks: wide, narrow, square, a single position."""
    cases.only("feed_forward").check_values(student)


@pytest.mark.requires("test_fresh_gelu", "test_fresh_gelu_tanh")
def test_two_sides_of_zero(student, rng):
    """GELU(x) − GELU(−x) = x, pour les deux formes.

    GELU(x) − GELU(−x) = x, for both forms."""
    x = torch.from_numpy(rng.normal(scale=3, size=40))
    for name, form in (("gelu", student.gelu), ("gelu_tanh", student.gelu_tanh)):
        if not torch.allclose(form(x) - form(-x), x.to(form(x).dtype), atol=1e-5):
            fail(Text("GELU(x) − GELU(−x) n’est pas x.", "GELU(x) − GELU(−x) is not x."), function=name)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_gelu", "test_fresh_gelu_tanh", "test_fresh_networks")
def test_gradients(student, cases):
    """Le gradient traverse les trois fonctions, jusqu’aux matrices et aux biais.

    The gradient goes through the three functions, to matrices and biases."""
    cases.check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_gelu", "test_fresh_gelu_tanh", "test_fresh_networks")
def test_inputs_layout_and_precision(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    cases.check_inputs_unchanged(student)
    cases.non_contiguous().check_values(student)
    cases.in_float32().check_values(student)
