"""Public checks: warm-up."""

import pytest

pytestmark = pytest.mark.exercise("warm_up")


@pytest.mark.weight(2)
def test_sigmoid(student, cases):
    """σ(x) = 1/(1 + e^(−x)), sans NaN ni débordement à ±1000.

    σ(x) = 1/(1 + e^(−x)), without NaN or overflow at ±1000."""
    cases.only("sigmoid").check_values(student)


@pytest.mark.weight(2)
def test_sigmoid_derivative(student, cases):
    """σ′(x), calculée à partir de x.

    σ′(x), computed from x."""
    cases.only("sigmoid_derivative").check_values(student)


@pytest.mark.weight(2)
def test_flatten_image(student, cases):
    """L'image (h, w, c) devient une colonne (h·w·c, 1), ses pixels dans l'ordre.

    The (h, w, c) image becomes a column (h·w·c, 1), its pixels in order."""
    cases.only("flatten_image").check_values(student)


@pytest.mark.weight(2)
def test_l1_loss(student, cases):
    """L1 = Σ|ŷ − y|, y compris pour ŷ de forme (n, 1) et y de forme (n,).

    L1 = Σ|ŷ − y|, also for ŷ of shape (n, 1) and y of shape (n,)."""
    cases["l1_example"].check_values(student)
    cases["l1_column"].check_values(student)


@pytest.mark.weight(2)
def test_l2_loss(student, cases):
    """L2 = Σ(ŷ − y)², y compris pour ŷ de forme (n, 1) et y de forme (n,).

    L2 = Σ(ŷ − y)², also for ŷ of shape (n, 1) and y of shape (n,)."""
    cases["l2_example"].check_values(student)
    cases["l2_column"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_sigmoid", "test_sigmoid_derivative", "test_flatten_image", "test_l1_loss", "test_l2_loss")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
