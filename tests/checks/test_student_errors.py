"""What is said of exceptions in student code: by class and text in public checks, by builtin class in hidden ones."""

import numpy as np
import pytest
import torch

from attentif.diagnosis.student_errors import builtin_kind, explain_error
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Student
from attentif.remote.wire.errors import StudentError


class Ours(KeyError):
    pass


def raised(code, **names):
    """The error that a student's ``f`` raises, as it arrives on the trusted side."""
    namespace = {"torch": torch, "np": np, "Ours": Ours, **names}
    exec(compile(f"def f(x):\n    {code}\n", "<cellule>", "exec"), namespace)
    with pytest.raises(StudentError) as caught:
        Student(LocalConnection(namespace)).f(torch.arange(6.0).reshape(2, 3))
    return caught.value


PUBLIC = {
    "x.T.view(6)": ".reshape",
    "x.requires_grad_(); x += 1": "sur place",
    "w = x.clone().requires_grad_(); y = w.exp(); y += 1; y.sum().backward()": "sur place",
    "x @ torch.ones(3, 3, dtype=torch.float64)": "dtype",
    "x @ x": "Deux formes ne vont pas ensemble",
    "x + torch.ones(4)": "Deux formes ne vont pas ensemble",
    "np.ones((2, 3)) @ np.ones((2, 3))": "Deux formes ne vont pas ensemble",
    "np.ones(2) + np.ones(3)": "Deux formes ne vont pas ensemble",
    "x.reshape(4)": "nombre total de valeurs",
    "x[5]": "dépasse la taille",
    "x.sum(dim=4)": "Cet axe n'existe pas",
    "{'a': 1}['b']": "`.keys()`",
    "raise RuntimeError('Expected all tensors to be on the same device')": "appareil",
    "np.add('a', 1)": "dtypes",
    "1 / 0": "dénominateur",
    "f(x)": "s'arrête ?",
    "np.ones(3).unsqueeze(0)": "C'est un tableau NumPy",
    "x.astype(float)": "C'est un tenseur torch",
    "plt.plot(x)": "`import` manquant",
    "math.sqrt(2)": "`import math`",
    "x.sum(axes=1)": "`dim=`",
    "(1 if x > 0 else 2)": "ni vrai ni faux",
    "open('/nowhere')": "ni fichier ni réseau",
}
HIDDEN = {
    "x.T.view(6)": "RuntimeError",
    "np.add('a', 1)": "TypeError",
    "raise Ours('secret')": "KeyError",
    "np.linalg.inv(np.zeros((2, 2)))": "ValueError",
}


@pytest.mark.parametrize("code", PUBLIC)
def test_the_text_of_an_error_chooses_the_hint(code):
    explanation = explain_error(None, raised(code), hidden=False)
    (hint,) = explanation.hints
    assert PUBLIC[code] in hint.fr, (explanation.finding.fr, hint.fr)


@pytest.mark.parametrize("code", HIDDEN)
def test_hidden_checks_tell_the_builtin_that_an_error_derives_from_and_nothing_of_its_text(code):
    error = raised(code)
    explanation = explain_error(None, error, hidden=True)
    assert f"s'arrête sur une erreur {HIDDEN[code]} : " in explanation.finding.fr
    assert explanation.evidence is None
    assert len(explanation.hints) == 1
    silent = StudentError(error.type, "", bases=error.bases)
    assert explain_error(None, silent, hidden=True) == explanation


def test_what_a_process_calls_its_errors_is_not_believed():
    assert builtin_kind(StudentError("Secret", bases=("print", "Leak", "object", "Exception"))) == "Exception"
    shown = explain_error(None, StudentError("Secret", bases=("Leak",)), hidden=True)
    assert "Secret" not in shown.finding.fr
    assert "Leak" not in shown.finding.fr
