"""Vérifications cachées : mean_pooling, cls_pooling, cosine_matrix."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("pooling")


@pytest.mark.weight(3)
def test_fresh_means(student, cases):
    """mean_pooling sur d’autres phrases, longueurs et dimensions.

    mean_pooling on other sentences, lengths and dimensions."""
    cases.only("mean_pooling").check_values(student)


@pytest.mark.weight(1)
def test_fresh_first_tokens(student, cases):
    """cls_pooling sur d’autres phrases.

    cls_pooling on other sentences."""
    cases.only("cls_pooling").check_values(student)


@pytest.mark.weight(2)
def test_fresh_cosines(student, cases):
    """cosine_matrix sur d’autres vecteurs.

    cosine_matrix on other vectors."""
    cases.only("cosine_matrix").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_means")
def test_padding_changes_no_mean(student, cases):
    """Ni la longueur du remplissage ni son contenu ne changent la moyenne, et le masque peut être booléen.

    Neither the length of the padding nor its content changes the mean, and the mask may be boolean."""
    for case in cases["mean_padded"]:
        H, mask = case.call.inputs.values()
        longer = torch.cat([H, torch.full_like(H[:, :3], 7.0)], dim=1)
        written = torch.where(mask[..., None] == 1, H, -5.0 * torch.ones_like(H))
        before = case.call.run(student)
        others = (
            case.call.with_inputs(H=longer, mask=torch.cat([mask, torch.zeros_like(mask[:, :1]).expand(-1, 3)], dim=1)),
            case.call.with_inputs(H=written),
            case.call.with_inputs(mask=mask.bool()),
        )
        if not all(torch.allclose(before, call.run(student), rtol=1e-6, atol=1e-9) for call in others):
            fail(
                Text("Le remplissage change la moyenne.", "Padding changes the mean."),
                hints=(
                    Text("Que vaut le poids d’un jeton de remplissage ?", "What is the weight of a padding token?"),
                    Text("Le masque peut aussi être booléen.", "The mask may be boolean too."),
                    Text("`mask.to(H.dtype).unsqueeze(-1)`.", "`mask.to(H.dtype).unsqueeze(-1)`."),
                ),
                function="mean_pooling",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_means", "test_fresh_first_tokens", "test_fresh_cosines")
def test_gradients_precision_and_inputs(student, cases):
    """Le gradient revient aux vecteurs ; la simple précision est gardée ; les entrées restent intactes.

    The gradient comes back to the vectors; single precision is kept; inputs are left alone."""
    cases.check_gradients(student)
    cases.in_float32().check_values(student)
    cases.check_inputs_unchanged(student)
