"""Vérifications publiques : classification_metrics, bootstrap_interval."""

import pytest
import torch

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("classification_metrics")


@pytest.mark.weight(3)
def test_metrics(student, cases):
    """classification_metrics : exactitude, macro-F1, corrélation de Matthews.

    classification_metrics: accuracy, macro F1, Matthews' correlation."""
    cases.only("classification_metrics").check_values(student)


@pytest.mark.weight(2)
def test_interval(student, cases):
    """bootstrap_interval : les quantiles de la métrique sur des échantillons tirés avec remise.

    bootstrap_interval: quantiles of the metric over samples drawn with replacement."""
    cases.only("bootstrap_interval").check_values(student)


@pytest.mark.requires("test_metrics", "test_interval")
def test_bad_input_is_refused(student):
    """Des longueurs différentes, rien à mesurer, un niveau impossible : `ValueError`.

    Different lengths, nothing to measure, an impossible level: `ValueError`."""
    y, p = torch.tensor([0, 1, 1]), torch.tensor([0, 1])
    hints = (
        Text("Que peut-on mesurer avec de telles données ?", "What can be measured with such data?"),
        Text("Comparez les formes avant de calculer.", "Compare the shapes before you compute."),
        Text("`if y.shape != p.shape: raise ValueError(…)`.", "`if y.shape != p.shape: raise ValueError(…)`."),
    )
    for words, a, b in (
        (Text("3 vérités et 2 prédictions", "3 truths and 2 predictions"), y, p),
        (Text("un jeu vide", "an empty set"), y[:0], y[:0]),
    ):
        check_refused(
            "classification_metrics",
            lambda a=a, b=b: student.classification_metrics(a, b),
            ValueError,
            finding=Text(
                f"`classification_metrics` accepte {words.fr}.", f"`classification_metrics` accepts {words.en}."
            ),
            hints=hints,
        )
    for words, a, b, n, level in (
        (Text("3 vérités et 2 prédictions", "3 truths and 2 predictions"), y, p, 5, 0.95),
        (Text("n = 0", "n = 0"), y, y, 0, 0.95),
        (Text("level = 95", "level = 95"), y, y, 5, 95),
    ):
        check_refused(
            "bootstrap_interval",
            lambda a=a, b=b, n=n, level=level: student.bootstrap_interval(a, b, student.share_correct, n, 1, level),
            ValueError,
            finding=Text(f"`bootstrap_interval` accepte {words.fr}.", f"`bootstrap_interval` accepts {words.en}."),
            hints=hints[:1],
        )


@pytest.mark.requires("test_metrics", "test_interval")
def test_nothing_given_is_changed(student, cases):
    """Vérité et prédictions ne sont pas modifiées.

    Truth and predictions are not changed."""
    cases.check_inputs_unchanged(student)
