"""Vérifications cachées : l’exactitude des prédictions, en trois marches."""

from pathlib import Path

import pytest
from scipy.stats import binomtest

from attentif.checks import Text, fail, predicted_labels

pytestmark = pytest.mark.exercise("predictions")
FILE = "predictions.tsv"
LABELS = Path(__file__).parents[1] / "reviews" / "test_labels.tsv"
ONE_LABEL, TOO_GOOD = "predictions of a single label", "predictions too good for this model"
FEW = 20  # sentences: a model that gives one of the labels to fewer has not learned
# Nine standard errors above what the model reaches (0.833 to 0.851 over nine seeds): such predictions were looked up,
# or are another model's.
TOO_MUCH = 0.95


def right_labels():
    """id → label."""
    lines = LABELS.read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split("\t") for line in lines)


def accuracy_of(handed_in, remarks):
    """The share of right predictions; told to the student with its interval. What no model made is told to the
    instructor, and fails."""
    right = right_labels()
    predicted = predicted_labels(handed_in, FILE, list(right))
    remarks.compare("".join(predicted.values()).encode())
    rarest = min(sum(label == each for label in predicted.values()) for each in ("0", "1"))
    if rarest < FEW:
        remarks.tell_instructor(ONE_LABEL, f"{rarest} of {len(predicted)} have the other")
        fail(
            Text(
                "Presque toutes les phrases ont la même étiquette : aucun modèle n’a appris cela.",
                "Nearly all sentences have the same label: no model has learned that.",
            )
        )
    hits = sum(predicted[identity] == label for identity, label in right.items())
    if hits > TOO_MUCH * len(right):
        remarks.tell_instructor(TOO_GOOD, f"{hits} of {len(right)} right")
        fail(
            Text(
                "Ces prédictions sont plus justes que ce modèle ne peut l’être : elles ne comptent pas, et votre "
                "enseignant en est averti. S’il s’agit d’un autre modèle, parlez-lui-en.",
                "These predictions are better than this model can make them: they do not count, and your instructor "
                "is told. If they come from another model, talk to them.",
            )
        )
    share = hits / len(right)
    low, high = binomtest(hits, len(right)).proportion_ci(0.95, method="wilson")
    shown = [f"{value:.3f}" for value in (share, low, high)]
    french = [value.replace(".", ",") for value in shown]
    remarks.tell_student(
        Text(
            f"Exactitude sur les {len(right)} phrases : {french[0]} (intervalle à 95 % : {french[1]} à {french[2]}).",
            f"Accuracy on the {len(right)} sentences: {shown[0]} (95% interval: {shown[1]} to {shown[2]}).",
        )
    )
    return share


def check_step(handed_in, remarks, least):
    """Fails below this accuracy."""
    if accuracy_of(handed_in, remarks) < least:
        fail(
            Text(f"L’exactitude n’atteint pas {str(least).replace('.', ',')}.", f"Accuracy does not reach {least}."),
            hints=(
                Text(
                    "Celle de la validation est-elle proche ? Si elle est bien meilleure, les prédictions ne viennent "
                    "pas du même modèle, ou pas dans le même ordre.",
                    "Is that of the validation close? If it is much better, the predictions are not the same model's, "
                    "or not in the same order.",
                ),
                Text(
                    "Le modèle était-il en mode évaluation, avec `attention_mask` et la même longueur maximale ?",
                    "Was the model in evaluation mode, with `attention_mask` and the same greatest length?",
                ),
            ),
        )


@pytest.mark.requires("test_file", "test_both_labels")
def test_above_words(exercise, handed_in, remarks):
    """Exactitude d’au moins 0,775 : le niveau de TF-IDF.

    Accuracy of at least 0.775: the level of TF-IDF."""
    check_step(handed_in, remarks, 0.775)


@pytest.mark.requires("test_above_words")
def test_above_the_frozen_encoder(exercise, handed_in, remarks):
    """Exactitude d’au moins 0,79 : mieux que l’encodeur sans affinage.

    Accuracy of at least 0.79: better than the encoder without fine-tuning."""
    check_step(handed_in, remarks, 0.79)


@pytest.mark.requires("test_above_the_frozen_encoder")
def test_fine_tuned(exercise, handed_in, remarks):
    """Exactitude d’au moins 0,80 : l’encodeur affiné.

    Accuracy of at least 0.80: the fine-tuned encoder."""
    check_step(handed_in, remarks, 0.80)
