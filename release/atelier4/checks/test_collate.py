"""Vérifications publiques : collate."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("collate")


@pytest.mark.weight(2)
def test_batches(student, cases):
    """Le lot de l’exemple et quelques autres : identifiants, segments, masque et étiquettes, en entiers de 64 bits.

    The batch of the example and a few others: ids, segments, mask and labels, as integers of 64 bits."""
    cases.check_values(student)


@pytest.mark.requires("test_batches")
def test_integers(student):
    """Tous les tenseurs du lot sont des entiers de 64 bits.

    All tensors of the batch are integers of 64 bits."""
    example = {"input_ids": [5, 8, 6], "token_type_ids": [0, 0, 1], "labels": [1, 0, 2]}
    for key, tensor in student.collate([example, example], 0).items():
        if tensor.dtype != torch.int64:
            fail(
                Text(f"`{key}` n’est pas fait d’entiers de 64 bits.", f"`{key}` is not made of integers of 64 bits."),
                consequence=Text(
                    "Une table de plongements et `cross_entropy` ne prennent que ceux-là.",
                    "A table of vectors and `cross_entropy` take only those.",
                ),
                hints=(
                    Text("Quel est le `dtype` de vos tenseurs ?", "What is the `dtype` of your tensors?"),
                    Text("Le `dtype` se donne en créant le tenseur.", "The `dtype` is given when a tensor is made."),
                    Text("`torch.tensor(rows, dtype=torch.int64)`.", "`torch.tensor(rows, dtype=torch.int64)`."),
                ),
            )


@pytest.mark.requires("test_batches")
def test_what_is_given_is_left_alone(student, cases):
    """Les exemples reçus ne sont pas modifiés : ils serviront encore à l’époque suivante.

    The examples received are not changed: they will serve again in the next epoch."""
    cases.check_inputs_unchanged(student)
