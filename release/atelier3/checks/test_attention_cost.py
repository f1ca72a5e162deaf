"""Vérifications publiques : attention_cost."""

import pytest

pytestmark = pytest.mark.exercise("attention_cost")


@pytest.mark.weight(2)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé, compté à la main : n = 10, d = 8, h = 2.

    The example of the statement, counted by hand: n = 10, d = 8, h = 2."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(2)
def test_bert_base(student, cases):
    """Une couche de BERT-base en demi-précision : n = 512, d = 768, h = 12, B = 16.

    One layer of BERT-base in half precision: n = 512, d = 768, h = 12, B = 16."""
    cases.check_values(student)
