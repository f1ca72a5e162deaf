"""Hidden checks: scaled_dot_product_attention."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("scaled_dot_product_attention")


@pytest.mark.weight(2)
def test_fresh_unmasked(student, cases):
    """Sans masque, sur de nouvelles formes : trois axes, une seule requête, une seule clé.

    Without a mask, on new shapes: three axes, a single query, a single key."""
    cases["unmasked"].check_values(student)


@pytest.mark.weight(3)
def test_fresh_masked(student, cases):
    """Avec un masque : remplissage, causal, quelconque, diffusé ou non, scores très négatifs.

    With a mask: padding, causal, any pattern, broadcast or not, very negative scores."""
    cases["masked"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_gradients(student, cases):
    """L'autograd traverse votre fonction, et trouve les bons gradients par rapport à Q, K et V.

    Autograd goes through your function, and finds the right gradients with respect to Q, K and V."""
    cases["unmasked"].check_gradients(student)
    cases["masked"].check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_output_is_a_mean_of_visible_values(student, cases):
    """La sortie est une moyenne des valeurs visibles : elle reste entre leur minimum et leur maximum.

    The output is a mean of the visible values: it stays between their minimum and their maximum."""
    for case in cases:
        V, mask = case.call.inputs["V"], case.call.inputs.get("mask")
        output, weights = case.call.run(student)
        visible = torch.ones_like(weights, dtype=torch.bool) if mask is None else mask.expand_as(weights)
        if (weights < 0).any() or weights.masked_fill(visible, 0.0).any():
            fail(
                Text("Un poids est négatif, ou masqué sans être nul.", "A weight is negative, or masked but not zero.")
            )
        values = V[..., None, :, :].expand(*weights.shape, V.size(-1))  # (…, T_q, T_k, d_v)
        low = values.masked_fill(~visible[..., None], float("inf")).amin(dim=-2)  # (…, T_q, d_v)
        high = values.masked_fill(~visible[..., None], float("-inf")).amax(dim=-2)
        if (output < low - 1e-5).any() or (output > high + 1e-5).any():
            fail(
                Text(
                    "Votre sortie sort de l'intervalle des valeurs visibles : ce n'est pas leur moyenne pondérée.",
                    "Your output leaves the range of the visible values: it is not their weighted mean.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_masked")
def test_masked_content_does_not_matter(student, cases, rng):
    """Le contenu des positions masquées ne change rien, fût-il de 10¹⁰, clés et valeurs.

    The content of masked positions changes nothing, were it 10¹⁰, keys and values."""
    case = cases["masked_padding"].cases[0]
    inputs = case.call.inputs
    hidden = ~inputs["mask"][:, :, 0, :, None]  # (B, 1, T_k, 1)
    other_keys = 1e10 * torch.from_numpy(rng.normal(size=tuple(inputs["K"].shape)))
    changed = case.call.with_inputs(
        K=torch.where(hidden, other_keys, inputs["K"]), V=inputs["V"].masked_fill(hidden, 1e10)
    )
    for before, after in zip(case.call.run(student), changed.run(student), strict=True):
        if not torch.allclose(before, after, rtol=1e-5, atol=1e-7):
            fail(
                Text(
                    "Ce qui se trouve aux positions masquées change votre réponse : il en reste une trace.",
                    "What stands at masked positions changes your answer: a trace of it is left.",
                ),
                hints=(
                    Text("Un poids masqué doit valoir exactement 0.", "A masked weight must be exactly 0."),
                    Text(
                        "Remplissez les scores masqués par −∞ plutôt que d'y ajouter ou d'y multiplier quelque chose.",
                        "Fill masked scores with −∞ rather than adding or multiplying something.",
                    ),
                    Text('scores.masked_fill(~mask, float("-inf")).', 'scores.masked_fill(~mask, float("-inf")).'),
                ),
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked")
def test_large_scores(student, cases):
    """Des scores mille fois plus grands ne donnent ni NaN ni infini ; parmi des scores de −10⁵, un masque cache encore.

    Scores a thousand times larger give neither NaN nor infinity; among scores of −10⁵ a mask still hides."""
    cases["large_scores"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_robustness(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et rien n'est modifié sur place.

    The result depends neither on precision nor on memory layout, and nothing is changed in place."""
    for group in ("unmasked", "masked"):
        cases[group].in_float32().check_values(student)
        cases[group].non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
