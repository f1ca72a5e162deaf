"""Vérifications publiques : mlp_torch, contract_pairs, contract_rows, contract_all."""

import pytest

pytestmark = pytest.mark.exercise("numpy_to_torch")


@pytest.mark.weight(2)
def test_mlp(student, cases):
    """(loss, (dW1, db1, dW2, db2)) : la perte et les quatre gradients du réseau, obtenus par autograd.

    (loss, (dW1, db1, dW2, db2)): the loss and the four gradients of the network, obtained by autograd."""
    cases.only("mlp_torch").check_values(student)


@pytest.mark.weight(1)
def test_worked_contractions(student, cases):
    """Les trois contractions sur A = [[1, 2, 3], [4, 5, 6]].

    The three contractions on A = [[1, 2, 3], [4, 5, 6]]."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(1)
def test_contractions(student, cases):
    """Les trois contractions, sur des tenseurs de toutes formes, carrés compris.

    The three contractions, on tensors of all shapes, square ones included."""
    cases.only("contract_pairs", "contract_rows", "contract_all").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_mlp", "test_worked_contractions", "test_contractions")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
