"""Vérifications cachées : equivariance_gap."""

import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("permutation_equivariance")


@pytest.mark.weight(4)
def test_fresh_values(student, cases):
    """Sur des données et des permutations nouvelles, l'écart est le bon pour les trois couches.

    On new data and permutations, the gap is right for the three layers."""
    cases.check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_any_function(student, cases):
    """La mesure vaut pour une autre fonction : celle qui ne change rien a un écart nul.

    The measure works for another function: one that changes nothing has a zero gap."""
    for case in cases["positions"]:
        gap = float(case.call.with_inputs(f=student.same_rows).run(student))
        if abs(gap) > 1e-12:
            fail(
                Text(
                    "Pour f(X) = X, l'écart devrait être exactement nul.",
                    "For f(X) = X, the gap should be exactly zero.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_values")
def test_robustness(student, cases):
    """X et P restent intacts ; en float32 ou rangés autrement en mémoire, l'écart est le même.

    X and P are left alone; in float32 or laid out otherwise in memory, the gap is the same."""
    cases.check_inputs_unchanged(student)
    cases.in_float32().check_values(student)
    cases.non_contiguous().check_values(student)
