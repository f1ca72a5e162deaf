"""Vérifications publiques : sample_batch."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail
from attentif.remote.wire.errors import StudentError

pytestmark = pytest.mark.exercise("sample_batch")


@pytest.mark.weight(2)
def test_the_only_window(student, cases):
    """Un texte qui ne contient qu’une fenêtre : x est le texte sans sa fin, y le texte sans son début.

    A text that holds one window only: x is the text without its end, y the text without its start."""
    cases.check_values(student)


@pytest.mark.weight(2)
def test_windows_of_a_longer_text(student):
    """Dans un texte plus long, chaque ligne est une fenêtre, et y est x décalé d’un jeton.

    In a longer text each row is a window, and y is x moved by one token."""
    ids = torch.arange(50, 90)
    try:
        x, y = student.sample_batch(ids, 300, 6)
    except StudentError as error:
        if error.type not in ("IndexError", "RuntimeError"):
            raise
        fail(
            Text(
                f"Sur un texte de 40 jetons, une fenêtre sort du texte ({error.type}).",
                f"On a text of 40 tokens a window leaves the text ({error.type}).",
            ),
            hints=(
                Text("Quel est le dernier départ possible ?", "Which is the last possible start?"),
                Text(
                    "La dernière cible a l’indice s + T : il faut s + T ≤ N − 1.",
                    "The last target has the index s + T: it takes s + T ≤ N − 1.",
                ),
                Text(
                    "`torch.randint(0, len(ids) - T, …)` : la borne haute est exclue.",
                    "`torch.randint(0, len(ids) - T, …)`: the upper bound is left out.",
                ),
            ),
            function="sample_batch",
        )
    if tuple(x.shape) != (300, 6) or tuple(y.shape) != (300, 6):
        fail(
            Text(
                f"x et y doivent être de forme (B=300, T=6) ; vous renvoyez {tuple(x.shape)} et {tuple(y.shape)}.",
                f"x and y must have the shape (B=300, T=6); you return {tuple(x.shape)} and {tuple(y.shape)}.",
            )
        )
    if not torch.equal(x, x[:, :1] + torch.arange(6)) or not torch.equal(y, x + 1):
        fail(
            Text(
                "Le texte est 50, 51, 52… : chaque ligne de x doit se suivre, et y valoir x + 1.",
                "The text is 50, 51, 52…: each row of x must be consecutive, and y must be x + 1.",
            )
        )


@pytest.mark.requires("test_windows_of_a_longer_text")
def test_two_batches_differ(student):
    """Deux appels donnent deux lots différents, et les lignes d’un lot ne se suivent pas.

    Two calls give two different batches, and the rows of a batch do not follow one another."""
    ids = torch.arange(1000)
    one, other = (student.sample_batch(ids, 20, 4)[0][:, 0] for _ in range(2))
    if torch.equal(one, other) or len(torch.unique(one[1:] - one[:-1])) == 1:
        fail(
            Text("Vos départs ne sont pas tirés au hasard.", "Your starts are not drawn at random."),
            hints=(
                Text("Un départ par ligne, uniforme et indépendant.", "One start for each row, uniform, independent."),
                Text("`torch.randint` tire des entiers uniformes.", "`torch.randint` draws uniform integers."),
                Text(
                    "`torch.randint(0, len(ids) - T, (B,), generator=generator)`.",
                    "`torch.randint(0, len(ids) - T, (B,), generator=generator)`.",
                ),
            ),
            function="sample_batch",
        )


@pytest.mark.requires("test_the_only_window")
def test_a_text_too_short_is_refused(student):
    """Un texte qui ne contient aucune fenêtre (N ≤ T) est refusé par `ValueError`.

    A text that holds no window (N ≤ T) is refused with `ValueError`."""
    for length in (0, 3, 4):
        check_refused(
            "sample_batch",
            lambda length=length: student.sample_batch(torch.arange(length), 2, 4),
            ValueError,
            finding=Text(
                f"Un texte de {length} jetons ne contient pas de fenêtre de 4 avec la suite ; vous en renvoyez une.",
                f"A text of {length} tokens holds no window of 4 with its next token; you return one.",
            ),
            hints=(Text("`if len(ids) <= T: raise ValueError(…)`.", "`if len(ids) <= T: raise ValueError(…)`."),),
        )


@pytest.mark.requires("test_the_only_window")
def test_inputs_are_left_alone(student, cases):
    """Le texte reçu n’est pas modifié.

    The text received is not changed."""
    cases.check_inputs_unchanged(student)
