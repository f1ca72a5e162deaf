"""Vérifications cachées : apply_temperature, top_k_filter, top_p_filter, generate."""

import numpy as np
import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("generation")

DRAWS = 2000
FARTHEST = {1: 28.4, 2: 32.3, 3: 35.5, 8: 48.0}  # χ² is above that once in ten million times, by degrees of freedom


@pytest.mark.weight(2)
def test_fresh_temperatures(student, cases):
    """apply_temperature : nouveaux logits, plusieurs axes, températures basses et hautes, zéro, égalités.

    apply_temperature: new logits, several axes, low and high temperatures, zero, ties."""
    cases.only("apply_temperature").check_values(student)


@pytest.mark.weight(2)
def test_fresh_top_k(student, cases):
    """top_k_filter : nouveaux logits, plusieurs axes, égalités, k plus grand que le vocabulaire.

    top_k_filter: new logits, several axes, ties, k greater than the vocabulary."""
    cases.only("top_k_filter").check_values(student)


@pytest.mark.weight(3)
def test_fresh_top_p(student, cases):
    """top_p_filter : nouvelles probabilités, plusieurs axes, égalités, somme exactement atteinte, p = 0 et p = 1.

    top_p_filter: new probabilities, several axes, ties, a sum exactly reached, p = 0 and p = 1."""
    cases.only("top_p_filter").check_values(student)


@pytest.mark.weight(4)
def test_fresh_texts(student, cases):
    """generate : contexte coupé à gauche, fin du texte, ordre des filtres, sur de nouveaux modèles.

    generate: context cut on the left, end of the text, order of the filters, on new models."""
    cases.only("continue_with").check_values(student)


def flat_table(probabilities):
    """A model that predicts the same whatever it reads."""
    return torch.tensor(probabilities, dtype=torch.float64).log().expand(len(probabilities), -1).clone()


def too_far(counts, expected):
    """Whether counts lie further from what is expected than chance allows."""
    possible = expected > 0
    if counts[~possible].any():
        return True
    gap = (counts[possible] - DRAWS * expected[possible]) ** 2 / (DRAWS * expected[possible])
    return gap.sum() > FARTHEST[int(possible.sum()) - 1]


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_texts")
def test_frequencies(student, rng):
    """Chaque jeton sort aussi souvent que le dit sa probabilité, filtrée ou non.

    Each token comes out as often as its probability says, filtered or not."""
    base = np.array([0.45, 0.27, 0.18, 0.1])
    cold = base**2 / (base**2).sum()
    cases = (  # without any of them: in pairs, below
        ({"temperature": 0.5}, cold),
        ({"temperature": 1.0, "top_k": 3}, np.array([0.5, 0.3, 0.2, 0.0])),
        ({"temperature": 1.0, "top_p": 0.6}, np.array([0.625, 0.375, 0.0, 0.0])),
    )
    for options, expected in cases:
        order = rng.permutation(4)
        given = (options["temperature"], options.get("top_k"), options.get("top_p"), None, int(rng.integers(1 << 30)))
        start = torch.zeros(1, 1, dtype=torch.long)
        table = flat_table(base[order])
        text = student.continue_with(student.generate, table, 1, start, DRAWS, *given)
        counts = torch.bincount(text[0, 1:].long(), minlength=4).numpy()[:4]
        if too_far(counts, expected[order]):
            fail(
                Text(
                    "Certains jetons sortent plus souvent, ou moins, que leur probabilité.",
                    "Some tokens come out more often, or less, than their probability.",
                ),
                hints=(
                    Text("De quelles probabilités tirez-vous ?", "Which probabilities do you draw from?"),
                    Text(
                        "De celles qui restent après la température et les filtres, ramenées à une somme de 1.",
                        "From those left by temperature and filters, brought to a sum of 1.",
                    ),
                    Text(
                        "`torch.multinomial(probabilities, 1, generator=generator)`.",
                        "`torch.multinomial(probabilities, 1, generator=generator)`.",
                    ),
                ),
                function="generate",
            )


@pytest.mark.requires("test_frequencies")
def test_draws_are_independent(student, rng):
    """Un jeton ne dépend pas du tirage précédent : chaque paire sort aussi souvent que le dit le produit.

    A token does not depend on the draw before: each pair comes out as often as the product says."""
    expected = rng.permutation([0.45, 0.3, 0.25])
    seed = int(rng.integers(1 << 30))
    start = torch.zeros(1, 1, dtype=torch.long)
    table = flat_table(expected)
    text = student.continue_with(student.generate, table, 1, start, 2 * DRAWS, 1.0, None, None, None, seed)
    one, other = text[0, 1:].reshape(-1, 2).T
    counts = torch.bincount(one * 3 + other, minlength=9).numpy()[:9]
    if too_far(counts, np.outer(expected, expected).ravel()):
        fail(
            Text(
                "Certaines paires de jetons qui se suivent sortent plus souvent, ou moins, que le produit de leurs "
                "probabilités.",
                "Some pairs of tokens in a row come out more often, or less, than the product of their probabilities.",
            ),
            function="generate",
        )


@pytest.mark.requires("test_fresh_texts")
def test_the_generator_is_the_only_chance(student, rng):
    """Avec un générateur de même graine, le même texte ; avec une autre graine, un autre.

    With a generator of the same seed, the same text; with another seed, another one."""
    seed, table = int(rng.integers(1 << 30)), flat_table([0.125] * 8)
    start = torch.zeros(1, 1, dtype=torch.long)
    one, same, other = (
        student.continue_with(student.generate, table, 1, start, 40, 1.0, None, None, None, s)
        for s in (seed, seed, seed + 1)
    )
    hints = (
        Text("À quoi sert l’argument `generator` ?", "What is the argument `generator` for?"),
        Text("`torch.multinomial` accepte `generator=…`.", "`torch.multinomial` accepts `generator=…`."),
        Text(
            "`torch.multinomial(probabilities, 1, generator=generator)`.",
            "`torch.multinomial(probabilities, 1, generator=generator)`.",
        ),
    )
    if not torch.equal(one, same):
        fail(
            Text("Deux générateurs de même graine donnent deux textes.", "Two generators of one seed give two texts."),
            consequence=Text(
                "Une expérience ne se laisserait pas refaire à l’identique.", "An experiment could not be run again."
            ),
            hints=hints,
            function="generate",
        )
    if torch.equal(one, other):
        fail(
            Text("Deux graines différentes donnent le même texte.", "Two different seeds give the same text."),
            hints=hints,
            function="generate",
        )


@pytest.mark.requires("test_fresh_temperatures", "test_fresh_top_k", "test_fresh_top_p", "test_fresh_texts")
def test_bad_input_is_refused(student, rng):
    """Température négative, k nul ou négatif, p hors de [0, 1], amorce vide ou de plusieurs phrases : `ValueError`.

    A negative temperature, k zero or negative, p out of [0, 1], a prompt that is empty or several: `ValueError`."""
    logits = torch.from_numpy(rng.normal(size=(2, 5)))
    for T in (-0.5, -2.0):
        check_refused(
            "apply_temperature",
            lambda T=T: student.apply_temperature(logits, T),
            ValueError,
            finding=Text("Une température négative est acceptée.", "A negative temperature is accepted."),
        )
    for k in (0, -1):
        check_refused(
            "top_k_filter",
            lambda k=k: student.top_k_filter(logits, k),
            ValueError,
            finding=Text("Un k nul ou négatif est accepté.", "A k that is zero or negative is accepted."),
        )
    for p in (-0.1, 1.2):
        check_refused(
            "top_p_filter",
            lambda p=p: student.top_p_filter(torch.softmax(logits, dim=-1), p),
            ValueError,
            finding=Text("Un p hors de [0, 1] est accepté.", "A p out of [0, 1] is accepted."),
            hints=(Text("`if not 0 <= p <= 1: raise ValueError(…)`.", "`if not 0 <= p <= 1: raise ValueError(…)`."),),
        )
    for shape in ((1, 0), (2, 3), (4,)):
        ids = torch.zeros(shape, dtype=torch.long)
        check_refused(
            "generate",
            lambda ids=ids: student.continue_with(
                student.generate, flat_table([0.25] * 4), 8, ids, 3, 1.0, None, None, None, 0
            ),
            ValueError,
            finding=Text(
                "Une amorce vide, de plusieurs phrases ou sans axe du lot est acceptée.",
                "A prompt that is empty, of several sentences or without the axis of the batch is accepted.",
            ),
        )


@pytest.mark.requires("test_fresh_temperatures", "test_fresh_top_k", "test_fresh_top_p", "test_fresh_texts")
def test_robustness(student, cases):
    """Entrées intactes, en float32, ou rangées autrement en mémoire : mêmes réponses.

    Inputs left alone, in float32, or otherwise laid out in memory: the same answers."""
    filters = cases.only("apply_temperature", "top_k_filter", "top_p_filter")
    filters.check_inputs_unchanged(student)
    for name in ("text_greedy", "text_long_prompt", "text_top_1", "text_ends"):
        cases[name].check_inputs_unchanged(student)
    filters.non_contiguous().check_values(student)
    filters.in_float32().check_values(student)
