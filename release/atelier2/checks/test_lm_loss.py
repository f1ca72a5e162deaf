"""Vérifications publiques : lm_loss."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("lm_loss")


@pytest.mark.weight(3)
def test_losses(student, cases):
    """La perte est la moyenne, sur les cibles qui comptent, de la surprise du jeton suivant.

    The loss is the mean, over the targets that count, of the next token's surprise."""
    cases["loss_"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_losses")
def test_smoothed_losses(student, cases):
    """Avec `label_smoothing`, la cible est un mélange : 1 − ε sur le jeton suivant, ε/V sur chaque jeton.

    With `label_smoothing` the target is a mixture: 1 − ε on the next token, ε/V on every token."""
    cases["smoothed_"].check_values(student)


@pytest.mark.requires("test_losses")
def test_a_copying_model_is_not_rewarded(student):
    """Un modèle qui annonce avec certitude le jeton qu’il vient de lire a une grande perte.

    A model that announces for certain the token that it has just read has a large loss."""
    ids = torch.tensor([[0, 1, 2, 3], [3, 1, 0, 2]])
    copied = 50.0 * torch.nn.functional.one_hot(ids, 4).double()  # (2, 4, 4)
    if float(student.lm_loss(copied, ids)) < 10:
        fail(
            Text(
                "Un modèle qui recopie son entrée a une perte presque nulle : les cibles ne sont pas décalées.",
                "A model that copies its input has almost no loss: targets are not shifted.",
            ),
            function="lm_loss",
        )


@pytest.mark.requires("test_losses")
def test_bad_targets_are_refused(student):
    """Aucune cible qui compte : `ValueError` ; une cible hors du vocabulaire : `IndexError`.

    No target that counts: `ValueError`; a target out of the vocabulary: `IndexError`."""
    for ids in (torch.tensor([[2], [0]]), torch.tensor([[2, -100], [0, -100]])):
        check_refused(
            "lm_loss",
            lambda ids=ids: student.lm_loss(torch.zeros(*ids.shape, 3), ids),
            ValueError,
            finding=Text(
                f"ids = {ids.tolist()} n’a aucune cible qui compte ; vous renvoyez une perte.",
                f"ids = {ids.tolist()} has no target that counts; you return a loss.",
            ),
            hints=(
                Text("Que vaut la moyenne de zéro nombre ?", "What is the mean of no number?"),
                Text("NaN, qui gagne ensuite tous les paramètres.", "NaN, which then spreads to all parameters."),
                Text("`if not counts.any(): raise ValueError(…)`.", "`if not counts.any(): raise ValueError(…)`."),
            ),
        )
    for bad in (3, -1):
        check_refused(
            "lm_loss",
            lambda bad=bad: student.lm_loss(torch.zeros(1, 3, 3), torch.tensor([[0, bad, 1]])),
            IndexError,
            ValueError,
            finding=Text(
                f"La cible {bad} est acceptée alors que V = 3.", f"The target {bad} is accepted though V = 3."
            ),
            hints=(
                Text("Quelles valeurs une cible peut-elle prendre ?", "Which values can a target have?"),
                Text("De 0 à V − 1, ou `ignore_index`.", "From 0 to V − 1, or `ignore_index`."),
                Text(
                    "Comparez `targets[counts].min()` et `.max()` à 0 et à `logits.size(-1)`.",
                    "Compare `targets[counts].min()` and `.max()` with 0 and `logits.size(-1)`.",
                ),
            ),
        )


@pytest.mark.requires("test_losses", "test_smoothed_losses")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n’est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
