"""Vérifications publiques : gelu, gelu_tanh, feed_forward."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("feed_forward")


@pytest.mark.weight(2)
def test_gelu(student, cases):
    """gelu : x multiplié par Φ(x), la probabilité qu’une variable normale soit inférieure à x.

    gelu: x times Φ(x), the probability that a normal variable is below x."""
    cases.only("gelu").check_values(student)


@pytest.mark.weight(1)
def test_gelu_tanh(student, cases):
    """gelu_tanh : l’approximation par tangente hyperbolique.

    gelu_tanh: the approximation by a hyperbolic tangent."""
    cases.only("gelu_tanh").check_values(student)


@pytest.mark.weight(3)
def test_feed_forward(student, cases):
    """feed_forward : deux applications affines, GELU exact entre les deux.

    feed_forward: two affine maps, the exact GELU between them."""
    cases.only("feed_forward").check_values(student)


@pytest.mark.requires("test_feed_forward")
def test_positions_do_not_mix(student, rng):
    """Chaque position passe seule : les échanger échange les sorties.

    Each position goes through by itself: swapping them swaps the outputs."""
    x = torch.from_numpy(rng.normal(size=(2, 5, 3)))
    W1, b1, W2, b2 = (torch.from_numpy(rng.normal(size=shape)) for shape in ((3, 7), (7,), (7, 3), (3,)))
    forward, backward = (student.feed_forward(each, W1, b1, W2, b2) for each in (x, x.flip(1)))
    if not torch.allclose(forward.flip(1), backward, atol=1e-5):
        fail(
            Text(
                "La sortie d’une position dépend des autres positions.",
                "The output of a position depends on the other positions.",
            ),
            hints=(
                Text("Quel axe une moyenne ou une somme parcourt-elle ?", "Which axis does a mean or a sum go along?"),
                Text("Seul le dernier axe, d, est mélangé.", "Only the last axis, d, is mixed."),
                Text("`gelu(x @ W1 + b1) @ W2 + b2`.", "`gelu(x @ W1 + b1) @ W2 + b2`."),
            ),
            function="feed_forward",
        )


@pytest.mark.requires("test_gelu", "test_gelu_tanh", "test_feed_forward")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que vos fonctions reçoivent n’est modifié.

    Nothing that your functions receive is changed."""
    cases.check_inputs_unchanged(student)
