"""Hidden checks: softmax."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("softmax")


@pytest.mark.weight(4)
def test_fresh_values(student, cases):
    """De nouveaux logits, à un, deux et trois axes ; chaque chiffre compte (10⁻⁸).

    New logits, with one, two and three axes; every digit counts (10⁻⁸)."""
    cases["regular"].check_values(student)


@pytest.mark.weight(3)
@pytest.mark.requires("test_fresh_values")
def test_fresh_axes(student, cases):
    """L'axe 0, 1 ou −1 d'un tableau à trois axes.

    Axis 0, 1 or −1 of an array with three axes."""
    cases["axis"].check_values(student)


@pytest.mark.weight(4)
@pytest.mark.requires("test_fresh_values")
def test_fresh_large_logits(student, cases):
    """Des lignes à +1000, 0 et −2000 dans un même tableau.

    Rows at +1000, 0 and −2000 in one array."""
    cases["far_apart"].check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_values")
def test_minus_infinity(student, cases):
    """Un logit −inf reçoit exactement la probabilité 0 : c'est ainsi que l'on masquera des clés.

    A logit of −inf gets probability exactly 0: this is how keys will be masked."""
    cases["minus_inf"].check_values(student)
    for case in cases["minus_inf"]:
        p = np.asarray(case.call.run(student))
        if np.any(p[np.isneginf(case.call.inputs["x"])] != 0):
            fail(
                Text("Un logit −inf reçoit une probabilité non nulle.", "A logit of −inf gets a non-zero probability.")
            )


@pytest.mark.requires("test_fresh_values")
def test_shift_invariance(student, rng):
    """Ajouter une même constante à tous les logits d'une ligne ne change rien.

    Adding one constant to all logits of a row changes nothing."""
    x, shift = rng.normal(size=(4, 6)), 100 * rng.normal(size=(4, 1))
    if not np.allclose(student.softmax(x + shift), student.softmax(x), rtol=0, atol=1e-4):
        fail(
            Text(
                "Vos probabilités changent quand on ajoute une constante à une ligne.",
                "Your probabilities change when a constant is added to a row.",
            )
        )


@pytest.mark.requires("test_fresh_values")
def test_slope(student, rng):
    """La pente de votre softmax dans une direction v est p∘(v − ⟨p, v⟩).

    The slope of your softmax in a direction v is p∘(v − ⟨p, v⟩)."""
    x, v, h = rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), 1e-3
    p, after, before = (np.asarray(student.softmax(point)) for point in (x, x + h * v, x - h * v))
    slope = (after - before) / (2 * h)
    if not np.allclose(slope, p * (v - np.sum(p * v, axis=-1, keepdims=True)), rtol=0, atol=2e-4):
        fail(Text("La pente de votre softmax n'est pas la bonne.", "The slope of your softmax is not the right one."))


@pytest.mark.requires("test_fresh_values")
def test_small_shapes_precision_and_layout(student, cases):
    """Une ligne, une colonne, des entiers, float32, un autre rangement en mémoire.

    One row, one column, integers, float32, another memory layout."""
    cases["one"].check_values(student)
    cases["integers"].check_values(student)
    cases["axis"].in_float32().check_values(student)
    cases["axis"].non_contiguous().check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_values")
def test_logits_are_left_alone(student, cases):
    """Les logits de celui qui appelle ne sont pas modifiés.

    The caller's logits are not changed."""
    cases.check_inputs_unchanged(student)
