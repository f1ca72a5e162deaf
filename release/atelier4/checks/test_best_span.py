"""Vérifications publiques : best_span, best_answer."""

import pytest
import torch

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("best_span")


@pytest.mark.weight(3)
def test_spans(student, cases):
    """Le meilleur couple permis : dans le contexte, dans l’ordre, pas trop long ; logits négatifs, égalités.

    The best pair allowed: in the context, in order, not too long; negative logits, ties."""
    cases.only("best_span").check_values(student)


@pytest.mark.weight(2)
def test_windows(student, cases):
    """La meilleure réponse de toutes les fenêtres, ou `None` si toutes disent qu’il n’y en a pas.

    The best answer of all windows, or `None` if all of them say that there is none."""
    cases.only("best_answer").check_values(student)


@pytest.mark.requires("test_spans", "test_windows")
def test_nothing_is_allowed(student):
    """Pas de jeton de contexte, une longueur nulle, pas de fenêtre : `ValueError`.

    No token of the context, a length of zero, no window: `ValueError`."""
    logits, none, some = torch.arange(5.0), torch.zeros(5, dtype=torch.bool), torch.arange(5) > 2
    for context, length in ((none, 3), (some, 0)):
        check_refused(
            "best_span",
            lambda context=context, length=length: student.best_span(logits, logits, context, length),
            ValueError,
            finding=Text(
                "Aucune réponse n’est permise, et vous en donnez une.", "No span is allowed, and you give one."
            ),
            hints=(
                Text("Que reste-t-il si rien n’est permis ?", "What is left if nothing is allowed?"),
                Text(
                    "`if max_length < 1 or not is_context.any(): raise ValueError(…)`.",
                    "`if max_length < 1 or not is_context.any(): raise ValueError(…)`.",
                ),
            ),
        )
    check_refused(
        "best_answer",
        lambda: student.best_answer([]),
        ValueError,
        finding=Text("Une liste sans fenêtre est acceptée.", "A list without windows is accepted."),
        hints=(Text("`if not windows: raise ValueError(…)`.", "`if not windows: raise ValueError(…)`."),),
    )


@pytest.mark.requires("test_spans", "test_windows")
def test_logits_are_left_alone(student, cases):
    """Les logits et les masques reçus ne sont pas modifiés.

    The logits and masks received are not changed."""
    cases.check_inputs_unchanged(student)
