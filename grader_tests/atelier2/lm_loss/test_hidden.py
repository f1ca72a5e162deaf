"""Vérifications cachées : lm_loss."""

import math

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("lm_loss")


@pytest.mark.weight(4)
def test_fresh_losses(student, cases):
    """De nouveaux lots : longueurs inégales, phrase vide, autre `ignore_index`, grands scores.

    New batches: unequal lengths, an empty sentence, another `ignore_index`, large scores."""
    cases["loss_"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_losses")
def test_fresh_smoothed_losses(student, cases):
    """De nouvelles pertes adoucies, avec et sans cibles ignorées.

    New smoothed losses, with and without ignored targets."""
    cases["smoothed_"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_losses", "test_fresh_smoothed_losses")
def test_the_loss_can_be_learned_from(student, cases):
    """Le gradient de la perte traverse jusqu’aux scores, et il est juste.

    The gradient of the loss goes through to the scores, and is right."""
    cases.check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_losses")
def test_what_does_not_count_does_not_matter(student, cases):
    """Ce que le modèle dit là où rien ne compte, et à la dernière position, ne change pas la perte.

    What the model says where nothing counts, and at the last position, does not change the loss."""
    for case in cases["loss_lengths"]:
        logits, ids = case.call.inputs["logits"].clone(), case.call.inputs["ids"]
        logits[:, -1] = 7.0
        logits[:, :-1][ids[:, 1:] == -100] = torch.arange(logits.size(-1), dtype=logits.dtype)
        before, after = case.call.run(student), case.call.with_inputs(logits=logits).run(student)
        if not torch.allclose(torch.as_tensor(before), torch.as_tensor(after), rtol=1e-4, atol=1e-5):
            fail(
                Text(
                    "Les scores d’une place qui ne compte pas changent votre perte.",
                    "The scores of a place that does not count change your loss.",
                ),
                function="lm_loss",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_losses")
def test_two_ids_are_enough(student):
    """Une phrase de deux jetons a une cible ; un modèle qui hésite entre V jetons a la perte ln V.

    A sentence of two tokens has one target; a model that hesitates between V tokens has the loss ln V."""
    for V, smoothing in ((2, 0.0), (5, 0.0), (11, 0.0)):
        loss = student.lm_loss(torch.zeros(1, 2, V, dtype=torch.float64), torch.tensor([[0, 1]]), -100, smoothing)
        if not math.isclose(float(loss), math.log(V), rel_tol=1e-4):
            fail(Text("Un modèle uniforme n’a pas la perte ln V.", "A uniform model does not have the loss ln V."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_losses", "test_fresh_smoothed_losses")
def test_inputs_layout_and_precision(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    cases.check_inputs_unchanged(student)
    cases.non_contiguous().check_values(student)
    cases.in_float32().check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_losses")
def test_other_bad_targets_are_refused(student, rng):
    """Aucune cible qui compte : `ValueError` ; une cible hors du vocabulaire : `IndexError`.

    No target that counts: `ValueError`; a target out of the vocabulary: `IndexError`."""
    V = int(rng.integers(4, 8))
    for T, ignored in ((1, -100), (4, -100), (5, 2)):
        ids = torch.full((3, T), ignored)
        ids[:, 0] = 1  # nobody's target
        check_refused(
            "lm_loss",
            lambda ids=ids, ignored=ignored: student.lm_loss(torch.zeros(*ids.shape, V), ids, ignored),
            ValueError,
            finding=Text(
                "Un lot sans aucune cible qui compte est accepté.",
                "A batch without any target that counts is accepted.",
            ),
            hints=(
                Text("Que vaut la moyenne de zéro nombre ?", "What is the mean of no number?"),
                Text("NaN, qui gagne ensuite tous les paramètres.", "NaN, which then spreads to all parameters."),
                Text("`if not counts.any(): raise ValueError(…)`.", "`if not counts.any(): raise ValueError(…)`."),
            ),
        )
    for bad in (V, V + 3, -1, -V):
        ids = torch.from_numpy(rng.integers(0, V, size=(2, 4)))
        ids[1, 2] = bad
        check_refused(
            "lm_loss",
            lambda ids=ids: student.lm_loss(torch.zeros(2, 4, V), ids),
            IndexError,
            ValueError,
            finding=Text(
                "Une cible hors du vocabulaire (négative, ou trop grande) est acceptée.",
                "A target out of the vocabulary (negative, or too large) is accepted.",
            ),
        )
