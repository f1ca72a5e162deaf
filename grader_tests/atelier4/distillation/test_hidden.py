"""Vérifications cachées : distillation_loss, cosine_loss, distilbert_loss."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("distillation")


@pytest.mark.weight(3)
def test_fresh_distillation_losses(student, cases):
    """De nouveaux lots, températures et poids ; de grands scores ; un seul exemple.

    New batches, temperatures and weights; large logits; a single example."""
    cases.only("distillation_loss").check_values(student)


@pytest.mark.weight(2)
def test_fresh_cosine_losses(student, cases):
    """De nouveaux états cachés, de longueurs inégales, sans remplissage, de grande norme.

    New hidden states, of unequal lengths, without padding, of large norm."""
    cases.only("cosine_loss").check_values(student)


@pytest.mark.weight(3)
def test_fresh_distilbert_losses(student, cases):
    """La somme des trois pertes : réglages par défaut, autres réglages, une seule phrase.

    The sum of the three losses: default settings, other settings, a single sentence."""
    cases.only("distilbert_loss").check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_distillation_losses", "test_fresh_cosine_losses", "test_fresh_distilbert_losses")
def test_only_the_student_learns(student, cases):
    """Le gradient va à l’élève, et il est juste ; rien ne va au professeur.

    The gradient goes to the student, and is right; nothing goes to the teacher."""
    cases.only("gradients_of").check_values(student)


@pytest.mark.weight(1)
def test_nothing_is_left_to_learn_from_equal_logits(student, rng):
    """Des scores égaux à ceux du professeur, à une constante près : perte nulle, gradient nul.

    Logits equal to the teacher's up to a constant: no loss, no gradient."""
    B, C, T = 3, int(rng.integers(3, 6)), float(rng.uniform(1.5, 4))
    teacher = torch.from_numpy(rng.normal(scale=2, size=(B, C)))
    labels = torch.zeros(B, dtype=torch.int64)
    shifted = teacher + torch.from_numpy(rng.normal(scale=3, size=(B, 1)))
    loss = torch.as_tensor(student.distillation_loss(shifted, teacher, labels, T, 1.0))
    gradient = torch.as_tensor(student.gradients_of(student.distillation_loss, shifted, teacher, labels, T, 1.0)[0])
    if not (abs(float(loss)) < 1e-5 and float(gradient.abs().max()) < 1e-5):
        fail(
            Text(
                "Avec alpha = 1, un élève qui a les scores du professeur, à une constante près, a encore à apprendre.",
                "With alpha = 1, a student with the teacher's logits, up to a constant, still has to learn.",
            ),
            hints=(
                Text("Le softmax voit-il cette constante ?", "Does the softmax see this constant?"),
                Text(
                    "Non : les deux distributions sont égales, et leur divergence est nulle.",
                    "No: both distributions are equal, and their divergence is zero.",
                ),
                Text(
                    "Divisez les deux par T, prenez les deux softmax, puis Σ p (ln p − ln q).",
                    "Divide both by T, take both softmaxes, then Σ p (ln p − ln q).",
                ),
            ),
            function="distillation_loss",
        )


@pytest.mark.weight(1)
def test_the_temperature_does_not_silence_the_teacher(student, rng):
    """La taille du gradient ne dépend presque plus de T, quand T est grand.

    The size of the gradient hardly depends on T, where T is large."""
    teacher, start = (torch.from_numpy(rng.normal(size=(4, 5))) for _ in range(2))
    labels = torch.zeros(4, dtype=torch.int64)
    sizes = [
        float(
            torch.as_tensor(student.gradients_of(student.distillation_loss, start, teacher, labels, T, 1.0)[0]).norm()
        )
        for T in (20.0, 40.0)
    ]
    if not 0.8 * sizes[0] < sizes[1] < 1.25 * sizes[0]:  # a factor of 2 or 4 where T² is missing; 3 % where it is not
        fail(
            Text(
                "Le gradient du terme du professeur dépend beaucoup de la température.",
                "The gradient of the teacher's term depends much on the temperature.",
            ),
            consequence=Text(
                "Le poids alpha ne veut pas dire la même chose à chaque température.",
                "The weight alpha does not mean the same at each temperature.",
            ),
            hints=(
                Text("Que fait T au gradient de z/T ?", "What does T do to the gradient of z/T?"),
                Text(
                    "Il le divise, et rapproche les distributions : 1/T² en tout.",
                    "It divides it, and brings distributions together: 1/T² in all.",
                ),
                Text("Multipliez ce terme par T².", "Multiply this term by T²."),
            ),
            function="distillation_loss",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_distillation_losses", "test_fresh_cosine_losses", "test_fresh_distilbert_losses")
def test_inputs_layout_and_precision(student, cases):
    """Entrées intactes, non contiguës ou en simple précision : même résultat.

    Inputs left alone, non-contiguous or in single precision: same result."""
    losses = cases.only("distillation_loss", "cosine_loss", "distilbert_loss")
    losses.check_inputs_unchanged(student)
    losses.non_contiguous().check_values(student)
    losses.in_float32().check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_distillation_losses")
def test_other_bad_settings_are_refused(student, rng):
    """T négatif ou nul, alpha hors de [0, 1] : `ValueError`.

    T negative or zero, alpha out of [0, 1]: `ValueError`."""
    logits, labels, size = torch.zeros(2, 3), torch.tensor([0, 2]), float(rng.uniform(0.1, 0.9))
    for T, alpha in ((0.0, size), (-size, 0.5), (2.0, -size), (2.0, 1 + size)):
        check_refused(
            "distillation_loss",
            lambda T=T, alpha=alpha: student.distillation_loss(logits, logits, labels, T, alpha),
            ValueError,
            finding=Text(
                "Une température ou un poids hors de son domaine est accepté.",
                "A temperature or a weight out of its range is accepted.",
            ),
        )
