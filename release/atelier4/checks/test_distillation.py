"""Vérifications publiques : distillation_loss, cosine_loss, distilbert_loss."""

import pytest
import torch

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("distillation")


@pytest.mark.weight(3)
def test_distillation_losses(student, cases):
    """`distillation_loss` : α T² KL(professeur ‖ élève) + (1 − α) entropie croisée, en moyenne sur le lot.

    `distillation_loss`: α T² KL(teacher ‖ student) + (1 − α) cross-entropy, the mean over the batch."""
    cases.only("distillation_loss").check_values(student)


@pytest.mark.weight(2)
def test_cosine_losses(student, cases):
    """`cosine_loss` : 1 − cos entre les états cachés, en moyenne sur les jetons, sans le remplissage.

    `cosine_loss`: 1 − cos between hidden states, the mean over tokens, without padding."""
    cases.only("cosine_loss").check_values(student)


@pytest.mark.weight(3)
def test_distilbert_losses(student, cases):
    """`distilbert_loss` : la somme pondérée de KD, de MLM et du cosinus.

    `distilbert_loss`: the weighted sum of KD, MLM and the cosine."""
    cases.only("distilbert_loss").check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_distillation_losses", "test_cosine_losses", "test_distilbert_losses")
def test_only_the_student_learns_here(student, cases):
    """Le gradient va à l’élève ; le professeur n’en reçoit aucun.

    The gradient goes to the student; the teacher receives none."""
    cases.only("gradients_of").check_values(student)


@pytest.mark.requires("test_distillation_losses", "test_cosine_losses", "test_distilbert_losses")
def test_inputs_unchanged(student, cases):
    """Les tenseurs reçus ne sont pas modifiés.

    The tensors received are not changed."""
    cases.only("distillation_loss", "cosine_loss", "distilbert_loss").check_inputs_unchanged(student)


@pytest.mark.requires("test_distillation_losses")
def test_bad_settings_are_refused(student):
    """T = 0 ou alpha = 1,5 : `ValueError`.

    T = 0 or alpha = 1.5: `ValueError`."""
    logits, labels = torch.zeros(2, 3), torch.tensor([0, 2])
    for words, T, alpha in ((("T = 0", "T = 0"), 0.0, 0.5), (("alpha = 1,5", "alpha = 1.5"), 2.0, 1.5)):
        check_refused(
            "distillation_loss",
            lambda T=T, alpha=alpha: student.distillation_loss(logits, logits, labels, T, alpha),
            ValueError,
            finding=Text(
                f"`distillation_loss` accepte {words[0]}.",
                f"`distillation_loss` accepts {words[1]}.",
            ),
            hints=(
                Text("Que ferait la formule avec cette valeur ?", "What would the formula do with this value?"),
                Text("T est > 0 ; alpha est dans [0, 1].", "T is > 0; alpha is in [0, 1]."),
                Text(
                    "`if T <= 0 or not 0 <= alpha <= 1: raise ValueError(…)`.",
                    "`if T <= 0 or not 0 <= alpha <= 1: raise ValueError(…)`.",
                ),
            ),
        )
