"""Vérifications publiques : le fichier de prédictions. Elles ne connaissent pas les étiquettes, et ne valent rien
d’elles-mêmes : les points viennent de l’exactitude."""

import pytest

from attentif.checks import Text, fail, predicted_labels

pytestmark = [pytest.mark.exercise("predictions"), pytest.mark.weight(0)]
FILE = "predictions.tsv"
IDS = [str(number) for number in range(1, 1001)]  # those of data/reviews/test.tsv


def test_file(exercise, handed_in):
    """predictions.tsv donne une étiquette, 0 ou 1, à chacune des 1 000 phrases de test.

    predictions.tsv gives a label, 0 or 1, to each of the 1,000 test sentences."""
    predicted_labels(handed_in, FILE, IDS)


@pytest.mark.requires("test_file")
def test_both_labels(exercise, handed_in):
    """Les deux étiquettes sont prédites.

    Both labels are predicted."""
    if len(set(predicted_labels(handed_in, FILE, IDS).values())) < 2:
        fail(
            Text("Toutes les phrases ont la même étiquette.", "All sentences have the same label."),
            consequence=Text(
                "C’est ce que donne un modèle qui n’a rien appris, ou un `argmax` sur le mauvais axe ; la moitié des "
                "phrases sont pourtant favorables.",
                "It is what a model gives that has learned nothing, or an `argmax` along the wrong axis; yet half of "
                "the sentences are favourable.",
            ),
            hints=(
                Text("Quelle exactitude la validation a-t-elle ?", "What accuracy does the validation have?"),
                Text("`logits.argmax(dim=-1)`, une étiquette par phrase.", "`logits.argmax(dim=-1)`, one a sentence."),
            ),
        )
