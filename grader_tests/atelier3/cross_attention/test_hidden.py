"""Hidden checks: cross_attention."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("cross_attention")


@pytest.mark.weight(2)
def test_fresh_unmasked(student, cases):
    """Sans masque, sur de nouvelles formes : T_d ≠ T_e, T_d = T_e, une seule requête.

    Without a mask, on new shapes: T_d ≠ T_e, T_d = T_e, a single query."""
    cases["unmasked"].check_values(student)


@pytest.mark.weight(2)
def test_fresh_masked(student, cases):
    """Avec un masque de la source, sur de nouvelles longueurs et des motifs quelconques.

    With a mask of the source, on new lengths and any patterns."""
    cases["masked"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_gradients(student, cases):
    """L'autograd traverse votre fonction, jusqu'à x_dec, memory et aux trois matrices.

    Autograd goes through your function, to x_dec, memory and the three matrices."""
    cases["unmasked"].check_gradients(student)
    cases["masked"].check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_large_scores(student, cases):
    """Des scores mille fois plus grands ne donnent ni NaN ni infini.

    Scores a thousand times larger give neither NaN nor infinity."""
    cases["large_scores"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_who_depends_on_whom(student, cases, rng):
    """Un jeton visible de la mémoire change toutes les sorties, un jeton masqué aucune ; une requête, la sienne.

    A visible token of the memory changes all outputs, a masked one none; a query changes its own."""
    case = cases["masked_any_pattern"].cases[0]
    x_dec, memory, mask = (case.call.inputs[name] for name in ("x_dec", "memory", "memory_mask"))
    before = case.call.run(student)

    visible = memory.clone()
    visible[:, 0] += 1.0  # position 0 is visible in every sentence
    moved = (case.call.with_inputs(memory=visible).run(student) - before).abs().amax(dim=-1)  # (B, T_d)
    if not (moved > 1e-9).all():
        fail(
            Text(
                "Changer un jeton visible de la mémoire devrait changer la sortie de toutes les requêtes.",
                "Changing a visible token of the memory should change the output of all queries.",
            )
        )

    noise = 5 * torch.from_numpy(rng.normal(size=tuple(memory.shape)))
    changed = case.call.with_inputs(memory=torch.where(mask[..., None], memory, noise))
    if not torch.allclose(changed.run(student), before, atol=1e-6):
        fail(
            Text(
                "Le contenu des positions masquées de la mémoire change votre sortie.",
                "The content of the masked positions of the memory changes your output.",
            )
        )

    asked = x_dec.clone()
    asked[:, 1] += 1.0
    moved = (case.call.with_inputs(x_dec=asked).run(student) - before).abs().amax(dim=(0, 2)) > 1e-6  # (T_d,)
    if moved[0] or moved[2:].any():
        fail(
            Text(
                "Changer une position du décodeur change la sortie d'une autre : chaque requête lit la mémoire seule.",
                "Changing a position of the decoder changes the output of another: each query reads alone.",
            )
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_order_of_the_memory(student, cases, rng):
    """Permuter la mémoire et son masque ne change rien à la sortie.

    Permuting the memory and its mask changes nothing in the output."""
    for case in cases["masked"]:
        memory, mask = case.call.inputs["memory"], case.call.inputs["memory_mask"]
        order = torch.from_numpy(rng.permutation(memory.size(1)))
        permuted = case.call.with_inputs(memory=memory[:, order], memory_mask=mask[:, order])
        if not torch.allclose(permuted.run(student), case.call.run(student), atol=1e-6):
            fail(Text("L'ordre de la mémoire change votre sortie.", "The order of the memory changes your output."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_unmasked", "test_fresh_masked")
def test_robustness(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et rien n'est modifié sur place.

    The result depends neither on precision nor on memory layout, and nothing is changed in place."""
    for group in ("unmasked", "masked"):
        cases[group].in_float32().check_values(student)
        cases[group].non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
