"""Hidden checks: normalize_rows."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("normalize_rows")


@pytest.mark.weight(2)
def test_fresh_values(student, cases):
    """De nouvelles matrices, hautes, larges et carrées, aux lignes de longueurs très différentes.

    New matrices, tall, wide and square, with rows of very different lengths."""
    cases["regular"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_rows_are_unit_vectors(student, rng):
    """Chaque ligne garde sa direction et prend la longueur 1 ; la normaliser de nouveau ne change rien.

    Each row keeps its direction and gets length 1; normalising again changes nothing."""
    unit = np.asarray(student.normalize_rows(rng.normal(size=(6, 4)) * np.geomspace(0.1, 1e3, 6)[:, None]))
    if not np.allclose(np.linalg.norm(unit, axis=1), 1, rtol=1e-5):
        fail(Text("Vos lignes n'ont pas toutes la longueur 1.", "Your rows do not all have length 1."))
    if not np.allclose(student.normalize_rows(unit), unit, rtol=1e-5):
        fail(
            Text(
                "Normaliser une seconde fois change des lignes déjà unitaires.",
                "Normalising a second time changes rows that are unit vectors already.",
            )
        )


@pytest.mark.requires("test_fresh_values")
def test_fresh_zero_rows(student, cases):
    """Plusieurs lignes nulles : elles restent nulles, les autres sont normalisées.

    Several zero rows: they stay zero, the others are normalised."""
    cases["zero_row"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_fresh_integers_and_one_row(student, cases):
    """Une matrice d'entiers, une matrice à une seule ligne, un autre `eps`.

    An integer matrix, a matrix with a single row, another `eps`."""
    cases["integers"].check_values(student)
    cases["one_row"].check_values(student)
    cases["eps_given"].check_values(student)


@pytest.mark.requires("test_fresh_values")
def test_precision_layout_and_inputs(student, cases):
    """Le résultat ne dépend ni de la précision ni du rangement en mémoire, et X n'est pas modifiée.

    The result depends neither on precision nor on memory layout, and X is not changed."""
    cases["regular"].in_float32().check_values(student)
    cases["regular"].non_contiguous().check_values(student)
    cases["regular"].check_inputs_unchanged(student)
