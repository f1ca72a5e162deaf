"""Vérifications cachées : mask_tokens."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("mask_tokens")


@pytest.mark.weight(4)
def test_frequencies_of_fresh_batches(student, cases):
    """De nouveaux lots : les parts, les jetons spéciaux, les remplaçants, les étiquettes.

    New batches: shares, special tokens, replacements, labels."""
    cases.check_values(student)


@pytest.mark.requires("test_frequencies_of_fresh_batches")
def test_the_generator_is_the_only_chance(student, rng):
    """Avec un générateur de même graine, le même masque ; avec une autre graine, un autre.

    With a generator of the same seed, the same mask; with another seed, another one."""
    seed = int(rng.integers(1 << 30))
    ids = torch.arange(10, 1010).reshape(10, 100)
    special = torch.zeros_like(ids, dtype=torch.bool)
    one, same, other = (
        student.mask_tokens(ids, special, 1010, 4, list(range(10)), 0.3, student.seeded_generator(s))[0]
        for s in (seed, seed, seed + 1)
    )
    hints = (
        Text("À quoi sert l’argument `generator` ?", "What is the argument `generator` for?"),
        Text("Chaque tirage doit le recevoir.", "Each draw must receive it."),
        Text("`torch.rand(…, generator=generator)`.", "`torch.rand(…, generator=generator)`."),
    )
    if not torch.equal(one, same):
        fail(
            Text("Deux générateurs de même graine donnent deux masques.", "Two generators of one seed give two masks."),
            hints=hints,
            function="mask_tokens",
        )
    if torch.equal(one, other):
        fail(
            Text("Deux graines différentes donnent le même masque.", "Two different seeds give the same mask."),
            hints=hints,
            function="mask_tokens",
        )


@pytest.mark.requires("test_frequencies_of_fresh_batches")
def test_the_number_of_chosen_tokens_is_left_to_chance(student, rng):
    """D’un tirage à l’autre, le nombre de jetons choisis change.

    From one draw to the next, the number of chosen tokens changes."""
    ids = torch.arange(10, 1010).reshape(10, 100)
    special = torch.zeros_like(ids, dtype=torch.bool)
    seeds = rng.integers(1 << 30, size=8)  # for a right answer, eight equal numbers are one chance in 10¹⁰
    numbers = {
        int(
            (
                student.mask_tokens(ids, special, 1010, 4, list(range(10)), 0.3, student.seeded_generator(int(s)))[1]
                != -100
            ).sum()
        )
        for s in seeds
    }
    if len(numbers) == 1:
        fail(
            Text("Vous choisissez toujours le même nombre de jetons.", "You always choose the same number of tokens."),
            hints=(
                Text("Chaque jeton est choisi indépendamment des autres.", "Each token is chosen by itself."),
                Text("Un tirage par jeton, comparé à $p$.", "One draw for each token, compared with $p$."),
                Text(
                    "`torch.rand(ids.shape, generator=generator) < p`.",
                    "`torch.rand(ids.shape, generator=generator) < p`.",
                ),
            ),
            function="mask_tokens",
        )


@pytest.mark.requires("test_frequencies_of_fresh_batches")
def test_what_fresh_cases_give_is_left_alone(student, cases):
    """Les identifiants reçus ne sont pas modifiés : à l’époque suivante, d’autres seront masqués.

    The ids received are not changed: in the next epoch others will be masked."""
    cases.check_inputs_unchanged(student)
