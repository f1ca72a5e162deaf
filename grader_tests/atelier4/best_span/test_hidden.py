"""Vérifications cachées : best_span, best_answer."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("best_span")


@pytest.mark.weight(4)
def test_fresh_spans(student, cases):
    """De nouveaux logits : les deux maximums séparés, dans la question, dans le mauvais ordre, trop éloignés.

    New logits: the two maxima apart, in the question, in the wrong order, too far away."""
    cases.only("best_span").check_values(student)


@pytest.mark.weight(3)
def test_fresh_windows(student, cases):
    """De nouvelles fenêtres : la meilleure des réponses, ou aucune.

    New windows: the best of the answers, or none."""
    cases.only("best_answer").check_values(student)


@pytest.mark.requires("test_fresh_spans")
def test_adding_a_constant_changes_the_score_only(student, rng):
    """Ajouter une constante aux logits de début ne change que le score.

    Adding a constant to the start logits changes the score only."""
    start, end = (torch.from_numpy(rng.normal(size=11)) for _ in range(2))
    context = torch.tensor([2 < k < 10 for k in range(11)])
    shift = float(rng.uniform(40, 60))
    one, other = (student.best_span(start + c, end, context, 4) for c in (0.0, -shift))
    if tuple(one)[:2] != tuple(other)[:2] or abs(float(one[2]) - float(other[2]) - shift) > 1e-3:
        fail(
            Text(
                "Ajouter une constante aux logits de début change la réponse.",
                "Adding a constant to the start logits changes the answer.",
            ),
            function="best_span",
        )


@pytest.mark.requires("test_fresh_spans", "test_fresh_windows")
def test_nothing_to_choose_from(student, rng):
    """Aucun jeton de contexte, une longueur nulle ou aucune fenêtre : `ValueError`.

    No token of the context, a length of zero or no window: `ValueError`."""
    T = int(rng.integers(4, 9))
    logits = torch.from_numpy(rng.normal(size=T))
    none, some = torch.zeros(T, dtype=torch.bool), torch.arange(T) > 1
    for context, length in ((none, 3), (some, 0), (some, -2)):
        check_refused(
            "best_span",
            lambda context=context, length=length: student.best_span(logits, logits, context, length),
            ValueError,
            finding=Text(
                "Aucune réponse n’est permise, et vous en donnez une.", "No span is allowed, and you give one."
            ),
        )
    check_refused(
        "best_answer",
        lambda: student.best_answer([]),
        ValueError,
        finding=Text("Une liste sans fenêtre est acceptée.", "A list without windows is accepted."),
    )


@pytest.mark.requires("test_fresh_spans", "test_fresh_windows")
def test_logits_are_left_as_they_were(student, cases):
    """Les logits et les masques reçus ne sont pas modifiés.

    The logits and masks received are not changed."""
    cases.check_inputs_unchanged(student)
