"""Vérifications cachées : ClassificationHead, classification_loss, predicted_classes."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("classification_head")


@pytest.mark.weight(2)
def test_fresh_heads(student, cases):
    """ClassificationHead avec d’autres poids et d’autres nombres de classes, sans abandon.

    ClassificationHead with other weights and other numbers of classes, without dropout."""
    cases["head_"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_heads")
def test_dropout_in_training_only(student, cases):
    """Ce que l’abandon fait à l’entraînement, et ce qu’il ne fait pas en évaluation.

    What dropout does in training, and what it does not do in evaluation."""
    cases["training"].check_values(student)
    for case in cases["training"]:
        head, pooled = case.call.made(student), case.call.inputs["pooled"]
        head.eval()
        if not torch.allclose(head(pooled), pooled + case.call.state["linear.bias"], rtol=1e-4, atol=1e-4):
            fail(
                Text("L’abandon agit encore en évaluation.", "Dropout still acts in evaluation."),
                function="ClassificationHead",
            )


@pytest.mark.weight(2)
def test_fresh_losses(student, cases):
    """classification_loss sur d’autres logits, et sur de très grands.

    classification_loss on other logits, and on very large ones."""
    cases.only("classification_loss").check_values(student)


@pytest.mark.weight(1)
def test_fresh_classes(student, cases):
    """predicted_classes sur d’autres logits.

    predicted_classes on other logits."""
    cases.only("predicted_classes").check_values(student)


@pytest.mark.requires("test_fresh_classes")
def test_type_of_fresh_classes(student):
    """Les classes prédites sont des entiers de 64 bits, comme les étiquettes.

    Predicted classes are integers of 64 bits, as labels are."""
    classes = student.predicted_classes(torch.tensor([[0.5, 2.0, 1.0], [3.0, -1.0, 0.0]]))
    if classes.dtype != torch.int64:
        fail(
            Text("Les classes ne sont pas des entiers de 64 bits.", "Classes are not integers of 64 bits."),
            hints=(
                Text("Quel est le `dtype` de votre résultat ?", "What is the `dtype` of your result?"),
                Text("`argmax` donne déjà le bon.", "`argmax` gives the right one already."),
                Text("`logits.argmax(dim=1)`.", "`logits.argmax(dim=1)`."),
            ),
            function="predicted_classes",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_heads", "test_fresh_losses", "test_fresh_classes")
def test_gradients_and_inputs(student, cases):
    """Le gradient revient aux vecteurs et aux logits ; les entrées restent intactes.

    The gradient comes back to the vectors and to the logits; inputs are left alone."""
    cases["head_"].check_gradients(student)
    cases["loss_"].check_gradients(student)
    cases["head_"].check_inputs_unchanged(student)
    cases["loss_"].check_inputs_unchanged(student)
    cases["classes_"].check_inputs_unchanged(student)
