"""Vérifications publiques : perplexity, bits_per_character."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("perplexity")


@pytest.mark.weight(2)
def test_perplexity(student, cases):
    """La perplexité est l’exponentielle de la surprise moyenne de tous les jetons.

    Perplexity is the exponential of the mean surprise of all tokens."""
    cases.only("perplexity").check_values(student)


@pytest.mark.weight(1)
def test_bits(student, cases):
    """Les bits par caractère : la surprise du texte, en bits, divisée par sa longueur.

    Bits per character: the surprise of the text, in bits, divided by its length."""
    cases.only("bits_per_character").check_values(student)


@pytest.mark.requires("test_perplexity", "test_bits")
def test_plain_numbers(student):
    """Les deux fonctions renvoient un nombre Python.

    Both functions return a Python number."""
    for name, value in (
        ("perplexity", student.perplexity(torch.tensor([3.0, 4.0]), torch.tensor([2, 5]))),
        ("bits_per_character", student.bits_per_character(12.0, 5)),
    ):
        if isinstance(value, torch.Tensor):
            fail(
                Text(f"`{name}` doit renvoyer un nombre Python.", f"`{name}` must return a Python number."),
                hints=(
                    Text("`.item()` fait un nombre d’un tenseur.", "`.item()` makes a number of a tensor."),
                    Text("`math.exp` renvoie un nombre.", "`math.exp` returns a number."),
                    Text("`float(…)` autour du résultat.", "`float(…)` around the result."),
                ),
                function=name,
            )


@pytest.mark.requires("test_perplexity", "test_bits")
def test_no_token_and_no_character(student):
    """Aucun jeton, ou aucun caractère : `ValueError`.

    No token, or no character: `ValueError`."""
    check_refused(
        "perplexity",
        lambda: student.perplexity(torch.tensor([0.0, 0.0]), torch.tensor([0, 0])),
        ValueError,
        finding=Text("Aucun jeton n’a été prédit, et vous renvoyez une perplexité.", "No token, and a perplexity."),
        hints=(Text("`if token_counts.sum() <= 0: raise ValueError(…)`.", "`if token_counts.sum() <= 0: raise …`."),),
    )
    check_refused(
        "bits_per_character",
        lambda: student.bits_per_character(2.0, 0),
        ValueError,
        finding=Text("Un texte sans caractère est accepté.", "A text without characters is accepted."),
        hints=(Text("`if n_characters <= 0: raise ValueError(…)`.", "`if n_characters <= 0: raise ValueError(…)`."),),
    )


@pytest.mark.requires("test_perplexity", "test_bits")
def test_inputs_are_left_alone(student, cases):
    """Les tenseurs reçus ne sont pas modifiés.

    The tensors received are not changed."""
    cases.only("perplexity").check_inputs_unchanged(student)
