"""Bad input that a student's code must refuse: what passes, what is told."""

import pytest

from attentif.checks import Text, check_refused
from attentif.reports.explanation import CheckFailure
from attentif.student.local import NamespaceStudents

FINDING = Text("Une entrée vide est acceptée.", "An empty input is accepted.")


def told(code, *errors):
    """What a student whose function ``mean`` has this body is told; empty if nothing."""
    names = {"__name__": "__main__"}
    exec(f"def mean(x):\n    {code}", names)
    with NamespaceStudents(names).open("mean", None, time_limit=10) as student:
        try:
            check_refused("mean", lambda: student.mean([]), *errors, finding=FINDING)
        except CheckFailure as failure:
            return failure.explanations[0].finding.fr
    return ""


@pytest.mark.parametrize("code", ["raise ValueError('empty')", "raise IndexError('empty')"])
def test_the_error_asked_for_passes(code):
    assert told(code, ValueError, IndexError) == ""


def test_an_answer_where_there_must_be_none_is_told():
    assert told("return 0.0", ValueError) == FINDING.fr


def test_another_error_is_told_by_what_was_asked_for():
    words = told("return 1 / len(x)", ValueError)
    assert "doit refuser cette entrée par `ValueError`" in words
    assert "ZeroDivisionError" not in words


def test_an_answer_that_is_not_written_is_told_as_such():
    assert told("raise NotImplementedError('à compléter')", ValueError) == "`mean` n'est pas encore écrite."
