"""Vérifications cachées : classification_metrics, bootstrap_interval."""

import pytest
import torch

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("classification_metrics")


@pytest.mark.weight(3)
def test_fresh_metrics(student, cases):
    """De nouvelles prédictions : deux classes ou plus, des numéros qui ne se suivent pas, une seule réponse.

    New predictions: two classes or more, ids that do not follow one another, a single answer."""
    cases.only("classification_metrics").check_values(student)


@pytest.mark.weight(2)
def test_fresh_intervals(student, cases):
    """De nouveaux intervalles, d’autres niveaux et d’autres graines.

    New intervals, other levels and other seeds."""
    cases.only("bootstrap_interval").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_metrics", "test_fresh_intervals")
def test_other_bad_input_is_refused(student, rng):
    """Des longueurs différentes, rien à mesurer, un niveau impossible : `ValueError`.

    Different lengths, nothing to measure, an impossible level: `ValueError`."""
    n, size = int(rng.integers(3, 9)), float(rng.uniform(0.1, 0.9))
    y, longer = torch.ones(n, dtype=torch.int64), torch.ones(n + 1, dtype=torch.int64)
    for a, b in ((y, longer), (longer, y), (y[:0], y[:0])):
        finding = Text("Des prédictions impossibles sont acceptées.", "Impossible predictions are accepted.")
        check_refused(
            "classification_metrics", lambda a=a, b=b: student.classification_metrics(a, b), ValueError, finding=finding
        )
        check_refused(
            "bootstrap_interval",
            lambda a=a, b=b: student.bootstrap_interval(a, b, student.share_correct, 10, n),
            ValueError,
            finding=finding,
        )
    for count, level in ((0, 0.9), (-n, 0.9), (10, 1 + size), (10, -size), (10, 1.0), (10, 0.0)):
        check_refused(
            "bootstrap_interval",
            lambda count=count, level=level: student.bootstrap_interval(y, y, student.share_correct, count, n, level),
            ValueError,
            finding=Text("Un niveau ou un nombre impossible est accepté.", "An impossible level or count is accepted."),
        )


@pytest.mark.requires("test_fresh_metrics", "test_fresh_intervals")
def test_what_is_given_stays_as_it_was(student, cases):
    """Vérité et prédictions ne sont pas modifiées.

    Truth and predictions are not changed."""
    cases.check_inputs_unchanged(student)
