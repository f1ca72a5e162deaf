"""Vérifications publiques : attention_entropy, attention_rollout."""

import pytest

pytestmark = pytest.mark.exercise("attention_analysis")


@pytest.mark.weight(1)
def test_entropy_worked_example(student, cases):
    """L'exemple de l'énoncé : uniforme sur 4 clés, une seule clé, deux clés à égalité.

    The example of the statement: uniform over 4 keys, a single key, two keys in a tie."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(1)
def test_entropy_with_mask(student, cases):
    """L'entropie, en nats, ne tient compte que des vraies clés.

    The entropy, in nats, only takes real keys into account."""
    cases.only("attention_entropy").check_values(student)


@pytest.mark.weight(2)
def test_rollout(student, cases):
    """Le rollout : Ã_L·…·Ã₁ avec Ã = ½A + ½I, A la moyenne des têtes.

    Rollout: Ã_L·…·Ã₁ with Ã = ½A + ½I, A the mean of the heads."""
    cases.only("attention_rollout").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_entropy_worked_example", "test_entropy_with_mask", "test_rollout")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
