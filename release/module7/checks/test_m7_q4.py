"""Vérification de la question m7_q4 : la réponse, et la raison de chaque erreur connue."""

import pytest

from attentif.checks import check_answer

pytestmark = pytest.mark.exercise("m7_q4")


def test_answer(exercise, student, remarks):
    """Votre réponse est la bonne.

    Your answer is the right one."""
    check_answer("m7_q4", __file__, student, remarks)
