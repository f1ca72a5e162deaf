"""Vérifications cachées : attention_scores, score_variance."""

import math

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("attention_scores")


@pytest.mark.weight(3)
def test_fresh_scores(student, cases):
    """Sur des données nouvelles, de toutes formes, les scores valent QKᵀ/√d_k.

    On new data, of all shapes, scores are QKᵀ/√d_k."""
    cases.only("attention_scores").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_scores")
def test_gradients_of_scores(student, cases):
    """Le gradient traverse les scores jusqu'à Q et K.

    The gradient goes through the scores to Q and K."""
    cases["batch"].check_gradients(student)
    cases["heads"].check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_scores")
def test_robustness_of_scores(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    scores = cases.only("attention_scores")
    scores.check_inputs_unchanged(student)
    scores.non_contiguous().check_values(student)
    scores.in_float32().check_values(student)


@pytest.mark.weight(1)
def test_fresh_variances(student, cases):
    """La variance des scores mis à l'échelle est proche de 1 quel que soit d_k.

    The variance of scaled scores is close to 1 whatever d_k."""
    cases.only("score_variance").check_values(student)
    if len({float(student.score_variance(16, 50)) for _ in range(5)}) == 1:
        fail(
            Text(
                "Votre fonction rend toujours le même nombre : elle ne mesure rien.",
                "Your function always returns the same number: it measures nothing.",
            )
        )


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_variances")
def test_variance_is_an_estimate(student):
    """La mesure fluctue comme doit le faire la variance de n scores : d'autant moins que n est grand.

    The measure fluctuates as the variance of n scores must: all the less as n is large."""
    d_k, few, many = 64, 50, 800
    spread_few = np.log([float(student.score_variance(d_k, few)) for _ in range(100)]).std()
    spread_many = np.log([float(student.score_variance(d_k, many)) for _ in range(60)]).std()
    if spread_few < 2.2 * spread_many:
        fail(
            Text(
                "Votre mesure n'est pas plus précise quand n grandit : l'argument n ne sert pas.",
                "Your measure is no more precise when n grows: the argument n is not used.",
            )
        )
    ratio = spread_few / math.sqrt((2 + 6 / d_k) / few)
    if 0.35 < ratio < 0.7:
        fail(
            Text(
                "Votre mesure fluctue deux fois moins que la variance de n scores : c'est leur écart type "
                "que vous rendez.",
                "Your measure fluctuates half as much as the variance of n scores: you return their standard "
                "deviation.",
            ),
            hints=(
                Text(
                    "Autour de 1 les deux se confondent, mais pas leurs fluctuations.",
                    "Around 1 both look alike, but not their fluctuations.",
                ),
                Text(
                    "La variance est le carré de l'écart type.", "The variance is the square of the standard deviation."
                ),
                Text("Remplacez .std() par .var().", "Replace .std() with .var()."),
            ),
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_variances")
def test_generator_is_used(student, rng):
    """Avec un générateur de même graine, la mesure est la même ; avec une autre graine, non.

    With a generator of the same seed the measure is the same; with another seed it is not."""
    seed = int(rng.integers(1 << 30))
    one, same, other = (
        float(student.score_variance(16, 200, student.seeded_generator(s))) for s in (seed, seed, seed + 1)
    )
    if one != same:
        fail(
            Text(
                "Deux générateurs de même graine donnent deux mesures : generator ne sert pas à tous les tirages.",
                "Two generators of the same seed give two measures: generator is not used for all draws.",
            ),
            hints=(
                Text("À quoi sert l'argument generator ?", "What is the argument generator for?"),
                Text("torch.randn accepte generator=….", "torch.randn accepts generator=…."),
                Text(
                    "torch.randn(n, d_k, generator=generator), pour q et pour k.",
                    "torch.randn(n, d_k, generator=generator), for q and for k.",
                ),
            ),
        )
    if one == other:
        fail(
            Text(
                "Deux graines différentes donnent la même mesure : vos tirages ne viennent pas de generator.",
                "Two different seeds give the same measure: your draws do not come from generator.",
            )
        )
