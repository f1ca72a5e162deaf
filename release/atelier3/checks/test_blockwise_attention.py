"""Vérifications publiques : blockwise_attention."""

import pytest
import torch
import torch.nn.functional as F

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("blockwise_attention")


@pytest.mark.weight(2)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé : trois clés, lues deux par deux.

    The example of the statement: three keys, read two by two."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(3)
def test_same_as_whole_attention(student, cases):
    """Par blocs ou d'un coup, la sortie est softmax(QKᵀ/√d_k)V, causale ou non, grands scores compris.

    Block by block or at once, the output is softmax(QKᵀ/√d_k)V, causal or not, large scores included."""
    cases.check_values(student)


@pytest.mark.weight(3)
@pytest.mark.memory_limit(250)
@pytest.mark.requires("test_same_as_whole_attention")
def test_never_the_whole_matrix(student):
    """Aucun tenseur de la taille de la matrice des scores n'est construit.

    No tensor as large as the score matrix is made."""
    T, block = 64, 4
    Q, K, V = torch.randn(3, T, 5, generator=torch.Generator().manual_seed(0)).unbind()
    largest = int(student.largest_tensor(student.blockwise_attention, Q, K, V, block))
    if 2 * largest >= T * T:
        fail(
            Text(
                f"Pour T_q = T_k = {T} et block = {block}, le plus grand tenseur a {largest} éléments : la matrice des "
                f"scores en a {T * T}.",
                f"At T_q = T_k = {T} and block = {block}, the largest tensor has {largest} elements: the score matrix "
                f"has {T * T}.",
            ),
            consequence=Text(
                "La mémoire croît encore comme T² : c'est ce que les blocs doivent éviter.",
                "Memory still grows like T²: that is what blocks are there to avoid.",
            ),
            hints=(
                Text(
                    "Quel tenseur de votre fonction a T_q × T_k éléments ?",
                    "Which tensor of your function has T_q × T_k elements?",
                ),
                Text(
                    "Ne calculez que block colonnes de scores à la fois.",
                    "Compute block columns of scores at a time only.",
                ),
                Text(
                    "Q @ K[..., start : start + block, :].transpose(-2, -1), dans la boucle.",
                    "Q @ K[..., start : start + block, :].transpose(-2, -1), within the loop.",
                ),
            ),
            function="blockwise_attention",
        )
    Q, K, V = (torch.linspace(-1, 1, 8 * T).sin().double().view(T, 8) for T in (512, 32768, 32768))
    output = student.blockwise_attention(Q, K, V, 512)  # scores and weights would take 268 MB
    wanted = F.scaled_dot_product_attention(Q[None, None], K[None, None], V[None, None])[0, 0]
    if not torch.allclose(output.to(wanted.dtype), wanted, rtol=1e-4, atol=1e-5):
        fail(
            Text(
                "Sur une longue séquence, votre sortie n'est plus celle de l'attention entière.",
                "On a long sequence, your output is not that of whole attention.",
            ),
            function="blockwise_attention",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_worked_example", "test_same_as_whole_attention")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
