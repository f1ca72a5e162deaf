"""Vérifications publiques : mask_tokens."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("mask_tokens")

N, P = 200_000, 0.15
BAND = 6 * (0.1 * 0.9 / (N * P)) ** 0.5  # chance alone leaves it less than once in 10⁸


@pytest.mark.weight(1)
def test_nothing_to_choose(student, cases):
    """Si aucun jeton ne peut être choisi, rien ne change et toutes les étiquettes valent −100.

    If no token can be chosen, nothing changes and all labels are −100."""
    cases.check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_nothing_to_choose")
def test_shares(student):
    """Sur 200 000 jetons : 15 % de choisis, dont 80 % masqués, 10 % remplacés, 10 % gardés.

    Over 200,000 tokens: 15 % chosen, of which 80 % masked, 10 % replaced, 10 % kept."""
    ids = torch.arange(10, 2010).repeat(100).reshape(100, N // 100)
    special = torch.zeros_like(ids, dtype=torch.bool)
    masked, labels = student.mask_tokens(ids, special, 2010, 4, list(range(10)), P, student.seeded_generator(44))
    chosen = labels != -100
    total = max(int(chosen.sum()), 1)
    found = {
        "choisis": (total / N, P, 6 * (P * (1 - P) / N) ** 0.5),
        "masqués": (int((chosen & (masked == 4)).sum()) / total, 0.8, 4 / 3 * BAND),
        "gardés": (int((chosen & (masked == ids)).sum()) / total, 0.1, BAND),
    }
    english = {"choisis": "chosen", "masqués": "masked", "gardés": "kept"}
    for name, (share, right, band) in found.items():
        if abs(share - right) > band:
            fail(
                Text(
                    f"La part des jetons {name} est {share:.3f} ; elle devrait être proche de {right}.".replace(
                        "0.", "0,"
                    ),
                    f"The share of tokens {english[name]} is {share:.3f}; it should be near {right}.",
                ),
                hints=(
                    Text("De quels jetons cette part est-elle une part ?", "Of which tokens is that share a share?"),
                    Text(
                        "15 % des jetons sont choisis ; 80, 10 et 10 % sont des parts des jetons choisis.",
                        "15 % of the tokens are chosen; 80, 10 and 10 % are shares of the tokens chosen.",
                    ),
                    Text(
                        "Un seul tirage décide du sort d’un jeton choisi : sous 0,8, entre 0,8 et 0,9, au-dessus.",
                        "One draw decides the fate of a token chosen: below 0.8, between 0.8 and 0.9, above.",
                    ),
                ),
                function="mask_tokens",
            )


@pytest.mark.weight(2)
@pytest.mark.requires("test_nothing_to_choose")
def test_what_must_never_happen(student):
    """Aucun jeton spécial n’est choisi ni tiré ; rien d’autre ne change ; l’étiquette est l’identifiant d’origine.

    No special token is chosen or drawn; nothing else changes; the label is the original id."""
    ids = torch.arange(10, 60).repeat(40).reshape(100, 20)
    special = torch.arange(100)[:, None] % 5 == torch.arange(20) % 5  # ordinary words, that must not be chosen
    masked, labels = student.mask_tokens(ids, special, 60, 4, list(range(10)), 0.5, student.seeded_generator(45))
    chosen = labels != -100
    replaced = chosen & (masked != 4) & (masked != ids)
    told = {
        "Un jeton que `special` exclut a été choisi.": (
            chosen & special,
            "A token that `special` leaves out was chosen.",
        ),
        "Un jeton a changé sans avoir été choisi.": (
            ~chosen & (masked != ids),
            "A token changed without being chosen.",
        ),
        "L’étiquette d’un jeton choisi n’est pas son identifiant d’origine.": (
            chosen & (labels != ids),
            "The label of a token chosen is not its original id.",
        ),
        "Un remplaçant est un jeton spécial.": (replaced & (masked < 10), "A replacement is a special token."),
    }
    for french, (wrong, english) in told.items():
        if wrong.any():
            fail(Text(french, english), function="mask_tokens")
    # two rows with the same places chosen of 16: less than once in 10⁴ pairs; all the pairs of neighbours, never
    alike = [torch.equal(chosen[i], chosen[i + 5]) for i in range(95)]
    if chosen.any() and all(alike):
        fail(
            Text(
                "Les mêmes places sont choisies dans toutes les phrases.",
                "The same places are chosen in all sentences.",
            ),
            function="mask_tokens",
        )


@pytest.mark.requires("test_nothing_to_choose")
def test_what_is_given_is_left_alone(student, cases):
    """Les identifiants reçus ne sont pas modifiés : à l’époque suivante, d’autres seront masqués.

    The ids received are not changed: in the next epoch others will be masked."""
    cases.check_inputs_unchanged(student)
