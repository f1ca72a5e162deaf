"""Vérifications publiques : ClassificationHead, classification_loss, predicted_classes."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail
from attentif.remote.wire.call import Call

pytestmark = pytest.mark.exercise("classification_head")


def french(share):
    """A share as French writes it."""
    return f"{share:.2f}".replace(".", ",")


N = 120  # sentences, and components of each: 14,400 draws


@pytest.mark.weight(2)
def test_head(student, cases):
    """ClassificationHead, sans abandon : des logits, aussi pour un lot d’une seule phrase.

    ClassificationHead, without dropout: logits, for a batch of a single sentence too."""
    cases.only("ClassificationHead").check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_head")
def test_dropout(student):
    """L’abandon agit à l’entraînement, avec la bonne probabilité, et jamais en évaluation.

    Dropout acts in training, with the right probability, and never in evaluation."""
    pooled = torch.ones(N, N)
    state = {"linear.weight": torch.eye(N), "linear.bias": torch.full((N,), 5.0)}
    for init, p in (({"d_model": N, "n_classes": N}, 0.1), ({"d_model": N, "n_classes": N, "dropout": 0.4}, 0.4)):
        head = Call("ClassificationHead", {}, init, state).made(student)
        gone = (head(pooled) - 5.0).abs() < 0.1  # a component was dropped, the bias is left
        share = float(gone.float().mean())
        band = 6 * (p * (1 - p)) ** 0.5 / N  # chance alone leaves it less than once in 10⁸
        if abs(share - p) > band:
            fail(
                Text(
                    f"À l’entraînement, la part des composantes abandonnées est {french(share)} ; l’énoncé dit "
                    f"{french(p)}.",
                    f"In training the share of components dropped is {share:.2f}; the statement says {p}.",
                ),
                hints=(
                    Text("Quelle probabilité `nn.Dropout` reçoit-il ?", "Which probability is `nn.Dropout` given?"),
                    Text(
                        "L’argument `dropout`, qui vaut 0,1 par défaut ; il agit avant la couche linéaire.",
                        "The argument `dropout`, 0.1 by default; it acts before the linear layer.",
                    ),
                    Text("`self.linear(self.dropout(pooled))`.", "`self.linear(self.dropout(pooled))`."),
                ),
                function="ClassificationHead",
            )
        if bool((gone == gone[:, :1]).all() or (gone == gone[:1]).all()):
            fail(
                Text(
                    "Un même tirage décide de toute une phrase, ou de toutes les phrases.",
                    "One draw decides for a whole sentence, or for all sentences.",
                ),
                hints=(
                    Text("Combien de tirages faut-il pour un lot (B, d) ?", "How many draws does a batch (B, d) need?"),
                    Text("Un par composante de chaque phrase.", "One for each component of each sentence."),
                    Text("`self.dropout(pooled)`, de forme (B, d).", "`self.dropout(pooled)`, of shape (B, d)."),
                ),
                function="ClassificationHead",
            )
        head.eval()
        if not torch.allclose(head(pooled), pooled + 5.0):
            fail(
                Text("L’abandon agit encore en évaluation.", "Dropout still acts in evaluation."),
                consequence=Text(
                    "La même phrase reçoit d’autres réponses à chaque appel.",
                    "The same sentence gets other answers at each call.",
                ),
                hints=(
                    Text("Qui dit à l’abandon de s’arrêter ?", "Who tells dropout to stop?"),
                    Text(
                        "`nn.Dropout` suit le mode du modèle ; `F.dropout`, non.",
                        "`nn.Dropout` follows the model's mode; `F.dropout` does not.",
                    ),
                    Text(
                        "`self.dropout = nn.Dropout(dropout)`, ou `F.dropout(x, p, self.training)`.",
                        "`self.dropout = nn.Dropout(dropout)`, or `F.dropout(x, p, self.training)`.",
                    ),
                ),
                function="ClassificationHead",
            )


@pytest.mark.weight(2)
def test_loss(student, cases):
    """classification_loss : la moyenne de −ln p sur le lot, aussi pour de très grands logits.

    classification_loss: the mean of −ln p over the batch, for very large logits too."""
    cases.only("classification_loss").check_values(student)


@pytest.mark.weight(1)
def test_classes(student, cases):
    """predicted_classes : la classe du plus grand logit de chaque phrase.

    predicted_classes: the class of each sentence's largest logit."""
    cases.only("predicted_classes").check_values(student)


@pytest.mark.requires("test_loss")
def test_labels_out_of_range(student):
    """Une étiquette qui n’est le numéro d’aucune classe est refusée.

    A label that is no class's number is refused."""
    for label in (3, -1):
        check_refused(
            "classification_loss",
            lambda label=label: student.classification_loss(torch.zeros(2, 3), torch.tensor([0, label])),
            IndexError,
            RuntimeError,
            ValueError,
            finding=Text("Une étiquette hors des classes est acceptée.", "A label out of the classes is accepted."),
            hints=(
                Text("Quels numéros les classes ont-elles ?", "Which numbers do classes have?"),
                Text("De 0 à C − 1.", "From 0 to C − 1."),
                Text(
                    "`F.cross_entropy` lève une `IndexError` : laissez-la passer.",
                    "`F.cross_entropy` raises an `IndexError`: let it through.",
                ),
            ),
        )


@pytest.mark.requires("test_head", "test_loss", "test_classes")
def test_inputs_are_left_alone(student, cases):
    """Les vecteurs, les logits et les étiquettes reçus ne sont pas modifiés.

    The vectors, logits and labels received are not changed."""
    cases.check_inputs_unchanged(student)
