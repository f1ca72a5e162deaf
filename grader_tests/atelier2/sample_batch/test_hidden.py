"""Vérifications cachées : sample_batch."""

import numpy as np
import pytest
import torch

from attentif.checks import Text, check_refused, fail
from attentif.remote.wire.errors import StudentError

pytestmark = pytest.mark.exercise("sample_batch")

# χ² with 24 degrees of freedom is above 80.5 once in ten million times.
CELLS, FARTHEST = 25, 80.5


@pytest.mark.weight(4)
def test_windows_of_fresh_texts(student, cases):
    """Des fenêtres de nouveaux textes, du premier départ au dernier, y un jeton plus loin que x.

    Windows of new texts, from the first start to the last, y one token further than x."""
    cases.check_values(student)


def uneven(cells):
    """Whether numbers from 0 to CELLS − 1 are further from uniform than chance allows."""
    counts = np.bincount(cells.numpy(), minlength=CELLS)
    mean = len(cells) / CELLS
    return counts.size != CELLS or float(((counts - mean) ** 2 / mean).sum()) > FARTHEST


@pytest.mark.weight(2)
@pytest.mark.requires("test_windows_of_fresh_texts")
def test_starts_are_uniform(student):
    """Tous les départs ont la même probabilité.

    All starts have the same probability."""
    x, _ = student.sample_batch(torch.arange(CELLS + 3), 20_000, 3)
    if uneven(x[:, 0]):
        fail(
            Text("Certains départs sortent plus souvent que d’autres.", "Some starts come out more often than others."),
            hints=(
                Text("Chaque départ possible a la même chance.", "Each possible start has the same chance."),
                Text(
                    "`torch.randint` est uniforme, sa borne haute exclue.",
                    "`torch.randint` is uniform, its upper bound left out.",
                ),
                Text(
                    "`torch.randint(0, len(ids) - T, (B,), generator=generator)`.",
                    "`torch.randint(0, len(ids) - T, (B,), generator=generator)`.",
                ),
            ),
            function="sample_batch",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_windows_of_fresh_texts")
def test_rows_are_independent(student):
    """Les lignes d’un lot sont tirées indépendamment, avec remise.

    The rows of a batch are drawn independently, with replacement."""
    x, _ = student.sample_batch(torch.arange(6), 10_000, 1)  # five starts
    one, other = x[:, 0].reshape(-1, 2).T  # neighbouring rows, two by two
    if uneven(one * 5 + other):
        fail(
            Text("Les lignes d’un même lot dépendent l’une de l’autre.", "The rows of one batch depend on one another.")
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_windows_of_fresh_texts")
def test_the_generator_is_the_only_chance(student, rng):
    """Avec un générateur de même graine, le même lot ; avec une autre graine, un autre ; rien du hasard global.

    With a generator of the same seed, the same batch; with another seed, another one; nothing of the global chance."""
    seed, ids = int(rng.integers(1 << 30)), torch.arange(5000)
    one, same, other = (student.sample_batch(ids, 8, 5, student.seeded_generator(s))[0] for s in (seed, seed, seed + 1))
    hints = (
        Text("À quoi sert l’argument `generator` ?", "What is the argument `generator` for?"),
        Text("`torch.randint` accepte `generator=…`.", "`torch.randint` accepts `generator=…`."),
        Text("`torch.randint(…, (B,), generator=generator)`.", "`torch.randint(…, (B,), generator=generator)`."),
    )
    if not torch.equal(one, same):
        fail(
            Text("Deux générateurs de même graine donnent deux lots.", "Two generators of one seed give two batches."),
            consequence=Text(
                "Une expérience ne se laisserait pas refaire à l’identique.", "An experiment could not be run again."
            ),
            hints=hints,
            function="sample_batch",
        )
    if torch.equal(one, other):
        fail(
            Text("Deux graines différentes donnent le même lot.", "Two different seeds give the same batch."),
            hints=hints,
            function="sample_batch",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_windows_of_fresh_texts")
def test_memory_of_their_own(student, rng):
    """x et y ont leur propre mémoire : écrire dans l’un ne change ni l’autre, ni le texte.

    x and y have memory of their own: to write in one changes neither the other nor the text."""
    ids = torch.from_numpy(rng.permutation(40))
    following = torch.full((40,), -1).scatter(0, ids[:-1], ids[1:])  # id -> the id that comes next
    for B in (1, 3):
        try:
            after = student.probe("call_and_overwrite", "sample_batch", {"ids": ids, "B": B, "T": 4})
            x, y = after["outputs"]
            text_kept, y_kept = torch.equal(after["inputs"]["ids"], ids), torch.equal(following[-1 - x], y)
        except StudentError:  # torch refuses to write where two places are one
            text_kept, y_kept = True, False
        if not (text_kept and y_kept):
            fail(
                Text(
                    "Écrire dans x change y." if text_kept else "Écrire dans x change le texte.",
                    "To write in x changes y." if text_kept else "To write in x changes the text.",
                ),
                consequence=Text(
                    "Qui masque ensuite des jetons de x masquerait aussi les cibles.",
                    "Whoever masks tokens of x afterwards would mask the targets too.",
                ),
                hints=(
                    Text("Une tranche est une vue : elle ne copie rien.", "A slice is a view: it copies nothing."),
                    Text(
                        "Indexer par un tableau d’indices copie ; `.clone()` aussi.",
                        "Indexing by an array of indices copies; so does `.clone()`.",
                    ),
                    Text("`ids[places]` et `ids[places + 1]`.", "`ids[places]` and `ids[places + 1]`."),
                ),
                function="sample_batch",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_windows_of_fresh_texts")
def test_bad_texts_are_refused(student, rng):
    """Un texte trop court est refusé par `ValueError`, qu’il soit vide ou d’un jeton trop court.

    A text too short is refused with `ValueError`, be it empty or one token too short."""
    T = int(rng.integers(5, 9))
    for length in (0, 1, T - 1, T):
        check_refused(
            "sample_batch",
            lambda length=length: student.sample_batch(torch.arange(length), 3, T),
            ValueError,
            finding=Text(
                "Un texte trop court pour une fenêtre et sa suite est accepté.",
                "A text too short for a window and its next token is accepted.",
            ),
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_windows_of_fresh_texts")
def test_the_text_is_left_alone(student, cases):
    """Le texte n’est pas modifié, et peut être rangé autrement en mémoire.

    The text is not changed, and may lie otherwise in memory."""
    spread = torch.arange(40).repeat_interleave(2)[::2]
    x, y = student.sample_batch(spread, 30, 5)
    if not torch.equal(y, x + 1):
        fail(Text("Un texte non contigu est mal lu.", "A text that is not contiguous is misread."))
    cases.check_inputs_unchanged(student)
