"""Vérifications cachées : perplexity, bits_per_character."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("perplexity")


@pytest.mark.weight(3)
def test_fresh_perplexities(student, cases):
    """De nouveaux lots, égaux ou non.

    New batches, equal or not."""
    cases.only("perplexity").check_values(student)


@pytest.mark.weight(2)
def test_fresh_bits(student, cases):
    """De nouveaux textes, courts et longs.

    New texts, short and long."""
    cases.only("bits_per_character").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_perplexities")
def test_batches_do_not_matter(student, rng):
    """Le même texte, coupé en lots autrement (un lot vide, même) : la même perplexité.

    The same text, cut in batches otherwise (an empty batch, even): the same perplexity."""
    surprises = torch.from_numpy(rng.uniform(0, 5, size=12))
    found = []
    for counts in ([12], [5, 7], [1, 0, 11], [4, 4, 4]):
        sums = torch.stack([part.sum() for part in surprises.split(counts)])
        found.append(float(student.perplexity(sums, torch.tensor(counts))))
    if max(found) > min(found) * (1 + 1e-4):
        fail(
            Text(
                "La perplexité change avec la façon de couper le texte.", "Perplexity changes with how a text is cut."
            ),
            function="perplexity",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_perplexities")
def test_tensors_received_stay_as_they_are(student, cases):
    """Les tenseurs reçus ne sont pas modifiés, et peuvent être rangés autrement en mémoire.

    The tensors received are not changed, and may lie otherwise in memory."""
    measures = cases.only("perplexity")
    measures.check_inputs_unchanged(student)
    measures.non_contiguous().check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_perplexities", "test_fresh_bits")
def test_nothing_to_measure(student, rng):
    """Aucun jeton, un compte négatif ou aucun caractère : `ValueError`.

    No token, a negative count or no character: `ValueError`."""
    for sums, counts in (([0.0], [0]), ([0.0, 0.0, 0.0], [0, 0, 0]), ([3.0, 2.0], [4, -1])):
        check_refused(
            "perplexity",
            lambda sums=sums, counts=counts: student.perplexity(torch.tensor(sums).double(), torch.tensor(counts)),
            ValueError,
            finding=Text(
                "Un texte sans jeton, ou un compte négatif, est accepté.", "No token, or a negative count, passes."
            ),
        )
    for n in (0, -int(rng.integers(1, 9))):
        check_refused(
            "bits_per_character",
            lambda n=n: student.bits_per_character(3.0, n),
            ValueError,
            finding=Text("Un texte sans caractère est accepté.", "A text without characters is accepted."),
        )
