"""Vérifications publiques : layer_norm, layer_norm_backward, rms_norm."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("normalization")


@pytest.mark.weight(2)
def test_layer_norm(student, cases):
    """layer_norm : l’exemple de l’énoncé, des lots, deux valeurs de ε.

    layer_norm: the example of the statement, batches, two values of ε."""
    cases.only("layer_norm").check_values(student)


@pytest.mark.weight(3)
def test_backward(student, cases):
    """layer_norm_backward : les gradients par rapport à x, γ et β.

    layer_norm_backward: the gradients by x, γ and β."""
    cases.only("layer_norm_backward").check_values(student)


@pytest.mark.weight(1)
def test_rms_norm(student, cases):
    """rms_norm : l’exemple de l’énoncé, des lots, deux valeurs de ε.

    rms_norm: the example of the statement, batches, two values of ε."""
    cases.only("rms_norm").check_values(student)


@pytest.mark.requires("test_layer_norm", "test_rms_norm")
def test_tokens_are_independent(student, cases):
    """Changer un jeton ne change que sa propre sortie : rien ne passe d’une position à l’autre.

    Changing a token changes its own output only: nothing goes from one position to another."""
    for function, names in (("layer_norm", ("gamma", "beta")), ("rms_norm", ("gamma",))):
        inputs = cases.only(function)[f"{function.split('_')[0]}_batch"].cases[0].call.inputs
        x, others = inputs["x"], [inputs[name] for name in names]
        changed = x.clone()
        changed[0, 1] = 2 * changed[0, 1] + 1
        answer = getattr(student, function)
        before, after = answer(x, *others, 0.1), answer(changed, *others, 0.1)
        same = torch.ones(x.shape[:2], dtype=torch.bool)
        same[0, 1] = False
        if not torch.allclose(before[same], after[same], atol=1e-6):
            fail(
                Text("Un jeton change la sortie d’un autre.", "A token changes the output of another."),
                function=function,
            )


@pytest.mark.requires("test_layer_norm", "test_backward", "test_rms_norm")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que vos fonctions reçoivent n’est modifié.

    Nothing that your functions receive is changed."""
    cases.check_inputs_unchanged(student)
