"""Hidden checks: attention_backward."""

import pytest
import torch
import torch.nn.functional as F

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("attention_backward")


@pytest.mark.weight(3)
def test_fresh_unmasked(student, cases):
    """Sans masque, sur de nouvelles formes : T_q ≠ T_k, T_q = T_k, une seule requête, une seule clé.

    Without a mask, on new shapes: T_q ≠ T_k, T_q = T_k, a single query, a single key."""
    cases["unmasked"].check_values(student)


@pytest.mark.weight(2)
def test_fresh_masked(student, cases):
    """Avec un masque de remplissage ou causal, de nouvelles formes.

    With a padding mask or a causal one, on new shapes."""
    cases["masked"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_small_changes(student, rng):
    """Vos gradients prédisent l'effet de toute petite variation de Q, K et V, et sont linéaires en dO.

    Your gradients predict the effect of any small change of Q, K and V, and are linear in dO."""
    shapes = ((2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 7))  # (B, h, T_q, d_k), (B, h, T_k, d_k), (B, h, T_k, d_v)
    inputs, directions = ([torch.from_numpy(rng.normal(size=shape)) for shape in shapes] for _ in range(2))
    dO, other = torch.from_numpy(rng.normal(size=(2, 2, 3, 4, 7)))
    mask = torch.ones(4, 6, dtype=torch.bool).tril(1)
    gradients = student.attention_backward(*inputs, dO, mask)
    eps = 1e-5
    ends = [[x + sign * eps * v for x, v in zip(inputs, directions, strict=True)] for sign in (1, -1)]
    plus, minus = ((dO * F.scaled_dot_product_attention(*end, attn_mask=mask)).sum() for end in ends)
    measured = (plus - minus) / (2 * eps)
    predicted = sum((g * v).sum() for g, v in zip(gradients, directions, strict=True))
    if abs(float(measured - predicted)) > 1e-4 * (1 + abs(float(measured))):
        fail(
            Text(
                "Les différences finies sur l'attention ne donnent pas vos gradients.",
                "Finite differences on attention do not give your gradients.",
            )
        )
    others = student.attention_backward(*inputs, other, mask)
    both = student.attention_backward(*inputs, 2 * dO - other, mask)
    if not all(torch.allclose(c, 2 * a - b, atol=1e-5) for a, b, c in zip(gradients, others, both, strict=True)):
        fail(Text("Vos gradients ne sont pas linéaires en dO.", "Your gradients are not linear in dO."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_hidden_keys_get_nothing(student, cases):
    """Une clé que personne ne voit ne reçoit aucun gradient, exactement.

    A key that nobody sees gets no gradient, exactly."""
    for case in cases["masked_padding"]:
        _, dK, dV = case.call.run(student)
        hidden = ~case.call.inputs["mask"][:, :, 0, :, None]  # (B, 1, T_k, 1)
        if (dK * hidden).any() or (dV * hidden).any():
            fail(Text("Une clé masquée reçoit un gradient.", "A masked key gets a gradient."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_robustness(student, cases):
    """Grands scores, précision, rangement en mémoire : le résultat tient, et rien n'est modifié sur place.

    Large scores, precision, memory layout: the result holds, and nothing is changed in place."""
    cases["large_scores"].check_values(student)
    for group in ("unmasked", "masked"):
        cases[group].in_float32().check_values(student)
        cases[group].non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
