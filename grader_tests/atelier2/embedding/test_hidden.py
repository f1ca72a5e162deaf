"""Vérifications cachées : embed, embed_backward."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("embedding")


@pytest.mark.weight(2)
def test_fresh_lookups(student, cases):
    """De nouveaux lots, une table plus large que haute, un seul jeton.

    New batches, a table wider than high, a single token."""
    cases.only("embed").check_values(student)


@pytest.mark.weight(4)
def test_fresh_gradients(student, cases):
    """De nouveaux gradients : jetons répétés dans une phrase et d’une phrase à l’autre, avec ou sans remplissage.

    New gradients: tokens repeated in a sentence and from one to another, with or without padding."""
    cases.only("embed_backward").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_lookups")
def test_the_table_learns(student, cases):
    """Le gradient traverse embed jusqu’à la table.

    The gradient goes through embed to the table."""
    cases.only("embed").check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_lookups", "test_fresh_gradients")
def test_both_agree(student, rng):
    """embed_backward est bien la dérivée d’embed : ⟨dY, embed(E)⟩ = ⟨embed_backward(dY), E⟩.

    embed_backward is the derivative of embed: ⟨dY, embed(E)⟩ = ⟨embed_backward(dY), E⟩."""
    ids = torch.from_numpy(rng.integers(0, 6, size=(3, 9)))
    E, dY = torch.from_numpy(rng.normal(size=(6, 4))), torch.from_numpy(rng.normal(size=(3, 9, 4)))
    one = (dY * student.embed(ids, E)).sum()
    other = (student.embed_backward(ids, dY, 6) * E).sum()
    if not torch.allclose(one, other.to(one.dtype), rtol=1e-4, atol=1e-4):
        fail(Text("embed_backward n’est pas la dérivée d’embed.", "embed_backward is not the derivative of embed."))


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_lookups", "test_fresh_gradients")
def test_inputs_layout_and_precision(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    cases.check_inputs_unchanged(student)
    cases.non_contiguous().check_values(student)
    cases.in_float32().check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_lookups")
def test_other_ids_out_of_the_vocabulary_are_refused(student, rng):
    """Un identifiant négatif ou trop grand, où qu’il soit, est refusé par `IndexError`.

    A negative or too large id, wherever it is, is refused with `IndexError`."""
    E = torch.from_numpy(rng.normal(size=(6, 2)))
    for b, t, bad in ((0, 0, 6), (1, 3, 9), (1, 0, -1), (0, 3, -6)):
        ids = torch.from_numpy(rng.integers(0, 6, size=(2, 4)))
        ids[b, t] = bad
        check_refused(
            "embed",
            lambda ids=ids: student.embed(ids, E),
            IndexError,
            ValueError,
            finding=Text(
                "Un identifiant hors du vocabulaire (négatif, ou trop grand) est accepté.",
                "An id out of the vocabulary (negative, or too large) is accepted.",
            ),
        )
