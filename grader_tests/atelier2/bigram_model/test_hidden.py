"""Vérifications cachées : bigram_probabilities, bigram_perplexity."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("bigram_model")


@pytest.mark.weight(4)
def test_fresh_probabilities(student, cases):
    """De nouveaux textes, longs ou courts, et d’autres α.

    New texts, long or short, and other α."""
    cases.only("bigram_probabilities").check_values(student)


@pytest.mark.weight(3)
def test_fresh_perplexities(student, cases):
    """La perplexité de nouveaux textes sous de nouvelles tables.

    The perplexity of new texts under new tables."""
    cases.only("bigram_perplexity").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_probabilities", "test_fresh_perplexities")
def test_the_fitted_table_is_the_best(student, rng):
    """Sur le texte dont elle vient, la table presque sans lissage bat toute autre table.

    On the text that it comes from the table with hardly any smoothing beats any other table."""
    ids = torch.from_numpy(rng.integers(0, 4, size=60) * rng.integers(0, 2, size=60))
    fitted = student.bigram_perplexity(student.bigram_probabilities(ids, 4, 1e-9), ids)
    for _ in range(5):
        other = torch.from_numpy(rng.dirichlet([1.0] * 4, size=4)) + 1e-6
        if student.bigram_perplexity(other / other.sum(dim=1, keepdim=True), ids) < fitted:
            fail(
                Text(
                    "Une table quelconque prédit votre texte mieux que la vôtre.",
                    "Some table predicts your text better than yours.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_probabilities", "test_fresh_perplexities")
def test_inputs_and_precision(student, cases):
    """Entrées intactes ; une table en float32 convient aussi.

    Inputs left alone; a table in float32 does too."""
    cases.check_inputs_unchanged(student)
    cases.only("bigram_perplexity").in_float32().check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_probabilities", "test_fresh_perplexities")
def test_other_bad_inputs_are_refused(student, rng):
    """Jeton hors du vocabulaire où qu’il soit, α ≤ 0, texte trop court à mesurer : `ValueError`.

    A token out of the vocabulary wherever it is, α ≤ 0, a text too short to be measured: `ValueError`."""
    ids = torch.from_numpy(rng.integers(0, 5, size=20))
    for place, bad in ((0, 5), (19, 6), (7, -1), (0, -5), (19, -2)):
        wrong = ids.clone()
        wrong[place] = bad
        check_refused(
            "bigram_probabilities",
            lambda wrong=wrong: student.bigram_probabilities(wrong, 5, 0.5),
            ValueError,
            finding=Text(
                "Un jeton hors du vocabulaire (négatif, ou trop grand) est accepté.",
                "A token out of the vocabulary (negative, or too large) is accepted.",
            ),
            hints=(
                Text("Un indice négatif compte depuis la fin.", "A negative index counts from the end."),
                Text("Regardez le plus petit et le plus grand identifiant.", "Look at the smallest and largest id."),
                Text("`ids.min() < 0 or ids.max() >= V`.", "`ids.min() < 0 or ids.max() >= V`."),
            ),
        )
    check_refused(
        "bigram_probabilities",
        lambda: student.bigram_probabilities(ids, 5, 0.0),
        ValueError,
        finding=Text("Un α nul est accepté.", "A zero α is accepted."),
    )
    for length in (0, 1):
        check_refused(
            "bigram_perplexity",
            lambda length=length: student.bigram_perplexity(torch.full((5, 5), 0.2), ids[:length]),
            ValueError,
            finding=Text(
                "Un texte où rien n’est à prédire est accepté.", "A text with nothing to predict is accepted."
            ),
        )
