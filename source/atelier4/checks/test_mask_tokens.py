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
    masked, labels = student.mask_tokens(ids, special, 2010, 4, list(range(10)), P)
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
                    f"La part des jetons {name} est {share:.3f} ; elle devrait être proche de {right}.",
                    f"The share of tokens {english[name]} is {share:.3f}; it should be near {right}.",
                ),
                function="mask_tokens",
            )
