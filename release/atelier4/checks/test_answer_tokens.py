"""Vérifications publiques : char_to_token_span, label_windows."""

import pytest

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("answer_tokens")


@pytest.mark.weight(3)
def test_tokens_of_answers(student, cases):
    """Les jetons de l’exemple et de quelques réponses : entières, coupées, en dehors de la fenêtre, accents séparés.

    The tokens of the example and of a few answers: whole, cut, outside the window, accents of their own."""
    cases.only("char_to_token_span").check_values(student)


@pytest.mark.weight(2)
def test_labels_of_windows(student, cases):
    """Une étiquette par fenêtre, celle de son exemple ; (0, 0) sans réponse.

    One label for each window, its own example’s; (0, 0) without an answer."""
    cases.only("label_windows").check_values(student)


@pytest.mark.requires("test_tokens_of_answers")
def test_an_answer_has_characters(student):
    """Une réponse vide, ou dont le début est négatif : `ValueError`.

    An answer that is empty, or begins below zero: `ValueError`."""
    window = [(0, 0), (0, 3), (0, 0), (0, 4), (5, 9), (0, 0)], [None, 0, None, 1, 1, None]
    for start, end in ((5, 5), (7, 5), (-1, 4)):
        check_refused(
            "char_to_token_span",
            lambda start=start, end=end: student.char_to_token_span(*window, start, end),
            ValueError,
            finding=Text(
                f"Une réponse de {start} à {end} est acceptée.", f"An answer from {start} to {end} is accepted."
            ),
            hints=(
                Text("Une réponse a au moins un caractère : début < fin.", "An answer has a character: start < end."),
                Text(
                    "`if start < 0 or end <= start: raise ValueError(…)`.",
                    "`if start < 0 or end <= start: raise ValueError(…)`.",
                ),
            ),
        )


@pytest.mark.requires("test_tokens_of_answers", "test_labels_of_windows")
def test_lists_are_left_alone(student, cases):
    """Les listes reçues ne sont pas modifiées.

    The lists received are not changed."""
    cases.check_inputs_unchanged(student)
