"""Vérifications cachées : blockwise_attention."""

import pytest
import torch
import torch.nn.functional as F

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("blockwise_attention")


@pytest.mark.weight(4)
def test_fresh_values(student, cases):
    """Sur des données et des tailles de bloc nouvelles, la sortie est celle de l'attention entière.

    On new data and block sizes, the output is that of whole attention."""
    cases.only("blockwise_attention").check_values(student)


@pytest.mark.weight(4)
@pytest.mark.memory_limit(250)
@pytest.mark.requires("test_fresh_values")
def test_memory(student, cases, rng):
    """La matrice des scores n'est jamais construite en entier.

    The score matrix is never made as a whole."""
    cases.only("largest_tensor").check_values(student)
    # What `largest_tensor` says is the word of the student's process. Here scores and weights would take 268 MB.
    Q, K, V = (torch.from_numpy(rng.normal(size=(T, 8))) for T in (512, 32768, 32768))
    output = student.blockwise_attention(Q, K, V, 1024)
    wanted = F.scaled_dot_product_attention(Q[None, None], K[None, None], V[None, None])[0, 0]
    if not torch.allclose(output.to(wanted.dtype), wanted, rtol=1e-4, atol=1e-5):
        fail(
            Text(
                "Sur une longue séquence, votre sortie n'est plus celle de l'attention entière.",
                "On a long sequence, your output is not that of whole attention.",
            )
        )


@pytest.mark.weight(2)
@pytest.mark.requires("test_memory")
def test_gradients(student, cases):
    """Le gradient à travers les blocs est celui de l'attention entière.

    The gradient through the blocks is that of whole attention."""
    for name in ("random", "rising", "causal", "one_block"):
        cases[name].check_gradients(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_memory")
def test_robustness(student, cases):
    """Entrées intactes, non contiguës ou en float32 : même résultat.

    Inputs left alone, non-contiguous or in float32: same result."""
    blockwise = cases.only("blockwise_attention")
    blockwise.check_inputs_unchanged(student)
    blockwise.non_contiguous().check_values(student)
    for name in ("random", "rising", "causal"):
        blockwise[name].in_float32().check_values(student)
