"""Vérifications cachées : char_to_token_span, label_windows."""

import pytest

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("answer_tokens")


@pytest.mark.weight(4)
def test_fresh_answers(student, cases):
    """De nouvelles réponses : entières, coupées par la fenêtre, en dehors, à côté d’une espace ou d’un accent séparé.

    New answers: whole, cut by the window, outside it, beside a space or an accent of its own."""
    cases.only("char_to_token_span").check_values(student)


@pytest.mark.weight(3)
def test_fresh_windows(student, cases):
    """De nouveaux lots de fenêtres, dans l’ordre ou non, avec des questions sans réponse.

    New batches of windows, in their order or not, with questions that have no answer."""
    cases.only("label_windows").check_values(student)


@pytest.mark.requires("test_fresh_answers")
def test_bad_answers_are_refused(student, rng):
    """Une réponse vide, à l’envers ou de début négatif : `ValueError`.

    An answer that is empty, reversed or begins below zero: `ValueError`."""
    place, width = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    window = [(0, 0), (0, 9), (0, 0), (0, 4), (5, 9), (0, 0)], [None, 0, None, 1, 1, None]
    for start, end in ((place, place), (place + width, place), (-width, place)):
        check_refused(
            "char_to_token_span",
            lambda start=start, end=end: student.char_to_token_span(*window, start, end),
            ValueError,
            finding=Text("Une réponse sans caractère, ou de début négatif, est acceptée.", "A bad answer is accepted."),
        )


@pytest.mark.requires("test_fresh_answers", "test_fresh_windows")
def test_what_is_given_is_left_alone(student, cases):
    """Les listes reçues ne sont pas modifiées.

    The lists received are not changed."""
    cases.check_inputs_unchanged(student)
