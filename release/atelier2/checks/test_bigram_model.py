"""Vérifications publiques : bigram_probabilities, bigram_perplexity."""

import math

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("bigram_model")


@pytest.mark.weight(3)
def test_probabilities(student, cases):
    """La table de l’énoncé, un petit α, un texte vide.

    The table of the statement, a small α, an empty text."""
    cases.only("bigram_probabilities").check_values(student)


@pytest.mark.requires("test_probabilities")
def test_each_row_is_a_distribution(student, rng):
    """Chaque ligne est positive et somme à 1, même celle d’un jeton jamais lu.

    Each row is positive and sums to 1, even that of a token never read."""
    P = student.bigram_probabilities(torch.from_numpy(rng.integers(0, 6, size=50)), 8, 0.5)
    if not bool((P > 0).all()) or not torch.allclose(P.sum(dim=1).double(), torch.ones(8).double(), atol=1e-5):
        fail(
            Text("Une ligne n’est pas une distribution.", "A row is no distribution."), function="bigram_probabilities"
        )


@pytest.mark.weight(2)
def test_perplexity(student, cases):
    """La perplexité de l’énoncé, et celle d’un texte plus long.

    The perplexity of the statement, and that of a longer text."""
    cases.only("bigram_perplexity").check_values(student)


@pytest.mark.requires("test_perplexity")
def test_a_uniform_table_hesitates_between_all(student, rng):
    """Une table uniforme sur V jetons a la perplexité V, quel que soit le texte.

    A uniform table on V tokens has perplexity V, whatever the text."""
    for V in (2, 7):
        P = torch.full((V, V), 1 / V, dtype=torch.float64)
        value = student.bigram_perplexity(P, torch.from_numpy(rng.integers(0, V, size=12)))
        if not math.isclose(value, V, rel_tol=1e-4):
            fail(
                Text(
                    f"Table uniforme sur {V} jetons : attendu {V}, obtenu {value:.4g}.",
                    f"Uniform table on {V} tokens: expected {V}, got {value:.4g}.",
                ),
                function="bigram_perplexity",
            )


@pytest.mark.requires("test_probabilities", "test_perplexity")
def test_bad_inputs_are_refused(student):
    """Un jeton hors du vocabulaire, α ≤ 0, un texte d’un seul jeton à mesurer : `ValueError`.

    A token out of the vocabulary, α ≤ 0, a text of one token to be measured: `ValueError`."""
    for ids, V, alpha, fr, en in (
        ([0, 3, 1], 3, 1.0, "Le jeton 3 est accepté alors que V = 3.", "Token 3 is accepted though V = 3."),
        ([0, -1, 1], 3, 1.0, "Le jeton −1 est accepté.", "Token −1 is accepted."),
        ([0, 1, 1], 3, 0.0, "α = 0 est accepté.", "α = 0 is accepted."),
        ([0, 1, 1], 3, -1.0, "α = −1 est accepté.", "α = −1 is accepted."),
    ):
        check_refused(
            "bigram_probabilities",
            lambda ids=ids, V=V, alpha=alpha: student.bigram_probabilities(torch.tensor(ids), V, alpha),
            ValueError,
            finding=Text(fr, en),
        )
    check_refused(
        "bigram_perplexity",
        lambda: student.bigram_perplexity(torch.full((3, 3), 1 / 3), torch.tensor([1])),
        ValueError,
        finding=Text(
            "Un texte d’un seul jeton n’a rien à prédire ; vous renvoyez un nombre.",
            "A text of one token holds nothing to predict; you return a number.",
        ),
    )


@pytest.mark.requires("test_probabilities", "test_perplexity")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que vos fonctions reçoivent n’est modifié.

    Nothing that your functions receive is changed."""
    cases.check_inputs_unchanged(student)
