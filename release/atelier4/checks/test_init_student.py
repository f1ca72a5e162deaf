"""Vérifications publiques : init_student."""

import pytest

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("init_student")


@pytest.mark.weight(3)
def test_students(student, cases):
    """L’élève a les plongements du professeur et une couche sur deux ; rien n’est partagé.

    The student has the teacher's embeddings and every second layer; nothing is shared."""
    cases.only("student_parts").check_values(student)


@pytest.mark.weight(1)
def test_too_many_layers_are_refused(student):
    """Quatre couches d’un professeur qui en a six : la dernière serait la septième. `ValueError`.

    Four layers of a teacher that has six: the last would be the seventh. `ValueError`."""
    for n_layers in (4, 0):
        check_refused(
            "init_student",
            lambda n_layers=n_layers: student.student_parts(student.init_student, 1, 6, n_layers, 0),
            ValueError,
            finding=Text(
                f"`init_student` accepte {n_layers} couches d’un professeur qui en a 6.",
                f"`init_student` accepts {n_layers} layers of a teacher that has 6.",
            ),
            hints=(
                Text("De quelle couche la dernière serait-elle la copie ?", "Which layer would the last one copy?"),
                Text("De la couche 2 (n − 1), qui doit exister.", "Layer 2 (n − 1), which must exist."),
                Text(
                    "`if n_layers < 1 or 2 * (n_layers - 1) >= len(bert.encoder.layer): raise ValueError(…)`.",
                    "`if n_layers < 1 or 2 * (n_layers - 1) >= len(bert.encoder.layer): raise ValueError(…)`.",
                ),
            ),
        )
