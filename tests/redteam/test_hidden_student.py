"""In hidden checks the student's process has values to give, and no words."""

import numpy as np
import pytest

from attentif.grading.hidden_student import WordlessStudent
from attentif.remote.inside import probes
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Student
from attentif.remote.wire.errors import NameMissing, NotCallable, ProtocolError, StudentError

SECRET = "31415"


def wordless(**names):
    return WordlessStudent(Student(LocalConnection(names)))


def raising(error):
    def center(X):
        raise error

    return center


def test_values_pass():
    assert np.array_equal(wordless(center=lambda X: X - X.mean(0)).center(np.eye(2)), np.eye(2) - 0.5)


@pytest.mark.parametrize("error", [NameMissing(SECRET), NotCallable(SECRET)])
def test_a_missing_name_is_the_one_asked_for(error):
    with pytest.raises(StudentError) as caught:
        wordless(center=raising(error)).center(1)
    assert SECRET not in str(caught.value)
    with pytest.raises(type(error)) as caught:
        wordless(center=raising(error)).probe("rng_used", "center", {"X": 1})
    assert caught.value.name == "center"


def test_a_really_missing_name_is_said():
    with pytest.raises(NameMissing) as caught:
        _ = wordless().center
    assert caught.value.name == "center"


def test_a_signature_is_not_quoted():
    student = wordless(center=eval(f"lambda X, x{SECRET}: X"))
    assert SECRET in Student(LocalConnection({"f": eval(f"lambda X, x{SECRET}: X")})).probe("accepts", "f", {"X": 1})
    assert student.probe("accepts", "center", {"X": 1}) == "(…)"
    assert student.probe("accepts", "center", {"X": 1, "x": 1}) is None


@pytest.mark.parametrize("reply", [[SECRET], SECRET, [["numpy"]], {"numpy": 1}])
def test_only_generators_can_have_been_used(monkeypatch, reply):
    monkeypatch.setitem(probes.PROBES, "rng_used", lambda *a, **k: reply)
    with pytest.raises(ProtocolError):
        wordless(center=abs).probe("rng_used", "center", {"X": 1})


def test_the_generators_that_were_used_are_named():
    student = wordless(center=lambda X: X + np.random.normal(size=2))
    assert student.probe("rng_used", "center", {"X": np.ones(2)}) == ["numpy"]
