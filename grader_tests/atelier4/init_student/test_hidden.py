"""Vérifications cachées : init_student."""

import pytest

from attentif.checks import Text, check_refused

pytestmark = pytest.mark.exercise("init_student")


@pytest.mark.weight(4)
def test_students_of_other_teachers(student, cases):
    """D’autres professeurs, et leurs classifieurs.

    Other teachers, and their classifiers."""
    cases.only("student_parts").check_values(student)


@pytest.mark.weight(1)
def test_other_depths_are_refused(student, rng):
    """Plus de couches que le professeur n’en a à donner, ou aucune : `ValueError`.

    More layers than the teacher has to give, or none: `ValueError`."""
    seed = int(rng.integers(2**31))
    for teacher_layers, n_layers in ((4, 3), (5, 4), (3, 0), (2, -1)):
        check_refused(
            "init_student",
            lambda a=teacher_layers, b=n_layers: student.student_parts(student.init_student, seed, a, b, 0),
            ValueError,
            finding=Text(
                "Un nombre de couches que le professeur ne peut pas donner est accepté.",
                "A number of layers that the teacher cannot give is accepted.",
            ),
        )
