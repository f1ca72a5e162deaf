"""Hidden checks: mlp_torch, contract_pairs, contract_rows, contract_all."""

import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("numpy_to_torch")

CONTRACTIONS = ("contract_pairs", "contract_rows", "contract_all")


@pytest.mark.weight(2)
def test_fresh_mlp(student, cases):
    """La perte et les gradients sur de nouveaux tirages, un seul exemple compris.

    The loss and the gradients on new draws, a single sample included."""
    cases.only("mlp_torch").check_values(student)


@pytest.mark.weight(1)
def test_fresh_contractions(student, cases):
    """Les trois contractions sur de nouveaux tenseurs, carrés et cubes compris.

    The three contractions on new tensors, squares and cubes included."""
    cases.only(*CONTRACTIONS).check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_contractions")
def test_gradients_flow_through_contractions(student, cases):
    """L'autograd traverse les trois contractions.

    Autograd goes through the three contractions."""
    cases.only(*CONTRACTIONS).check_gradients(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_mlp")
def test_second_call_gives_the_same(student, cases):
    """Appelée deux fois, mlp_torch rend deux fois la même chose : aucun gradient ne s'accumule.

    Called twice, mlp_torch returns the same thing twice: no gradient accumulates."""
    call = cases["mlp"].cases[0].call
    (_, first), (_, second) = call.run(student), call.run(student)
    if any(abs(a - b).max() > 1e-12 for a, b in zip(first, second, strict=True)):
        fail(
            Text(
                "Au second appel vos gradients ont changé : quelque chose s'accumule d'un appel à l'autre.",
                "At the second call your gradients have changed: something accumulates between calls.",
            )
        )
    cases.only("mlp_torch").check_inputs_unchanged(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_contractions")
def test_any_memory_layout(student, cases):
    """Un tenseur transposé n'est pas contigu : les contractions restent justes (view y échoue, reshape y copie).

    A transposed tensor is not contiguous: contractions stay right (view fails on it, reshape copies)."""
    cases.only(*CONTRACTIONS).non_contiguous().check_values(student)
    cases.only(*CONTRACTIONS).in_float32().check_values(student)
    cases.only(*CONTRACTIONS).check_inputs_unchanged(student)
