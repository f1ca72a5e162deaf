"""Vérifications publiques : embed, embed_backward."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("embedding")


@pytest.mark.weight(2)
def test_lookup(student, cases):
    """embed : la ligne de E pour chaque identifiant, de forme (B, T, d).

    embed: the row of E for each id, of shape (B, T, d)."""
    cases.only("embed").check_values(student)


@pytest.mark.weight(3)
def test_gradient(student, cases):
    """embed_backward : les gradients d’un jeton qui revient s’ajoutent ; la ligne de remplissage reste nulle.

    embed_backward: the gradients of a token that comes back add up; the padding row stays zero."""
    cases.only("embed_backward").check_values(student)


@pytest.mark.requires("test_gradient")
def test_nothing_is_lost(student, rng):
    """La somme des lignes de dE est la somme de toutes celles de dY.

    The sum of the rows of dE is the sum of all those of dY."""
    ids, dY = torch.from_numpy(rng.integers(0, 5, size=(3, 8))), torch.from_numpy(rng.normal(size=(3, 8, 2)))
    if not torch.allclose(student.embed_backward(ids, dY, 5).sum(dim=0), dY.sum(dim=(0, 1)), atol=1e-5):
        fail(
            Text("Une part de dY ne se retrouve pas dans dE.", "Some part of dY is not found in dE."),
            function="embed_backward",
        )


@pytest.mark.requires("test_lookup")
def test_ids_out_of_the_vocabulary_are_refused(student):
    """Un identifiant négatif, ou ≥ V, est refusé par `IndexError`.

    A negative id, or one ≥ V, is refused with `IndexError`."""
    E = torch.zeros(4, 3, dtype=torch.float64)
    for bad in (4, -1):
        check_refused(
            "embed",
            lambda bad=bad: student.embed(torch.tensor([[0, bad]]), E),
            IndexError,
            ValueError,
            finding=Text(
                f"L’identifiant {bad} est accepté alors que V = 4.", f"The id {bad} is accepted though V = 4."
            ),
            hints=(
                Text("Que renvoie `E[-1]` ?", "What does `E[-1]` return?"),
                Text("La dernière ligne, sans erreur.", "The last row, without error."),
                Text(
                    "`if ids.min() < 0 or ids.max() >= len(E): raise IndexError(…)`.",
                    "`if ids.min() < 0 or ids.max() >= len(E): raise IndexError(…)`.",
                ),
            ),
        )


@pytest.mark.requires("test_lookup", "test_gradient")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que vos fonctions reçoivent n’est modifié.

    Nothing that your functions receive is changed."""
    cases.check_inputs_unchanged(student)
