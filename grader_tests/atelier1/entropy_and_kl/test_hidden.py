"""Hidden checks: entropy_and_kl."""

import numpy as np
import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("entropy_and_kl")


def test_fresh_entropy(student, cases):
    """De nouvelles distributions, en nats, en bits et dans une base quelconque.

    New distributions, in nats, in bits and in any base."""
    cases["entropy_regular"].check_values(student)


def test_fresh_kl(student, cases):
    """De nouvelles paires de distributions.

    New pairs of distributions."""
    cases["kl_regular"].check_values(student)


@pytest.mark.requires("test_fresh_entropy")
def test_fresh_entropy_with_zeros(student, cases):
    """Des probabilités nulles, jusqu'à la certitude, dont l'entropie est 0.

    Zero probabilities, down to certainty, whose entropy is 0."""
    cases["entropy_zeros"].check_values(student)


@pytest.mark.requires("test_fresh_kl")
def test_fresh_kl_with_zeros(student, cases):
    """Des zéros dans p, jusqu'à une cible « one-hot ».

    Zeros in p, down to a one-hot target."""
    cases["kl_zeros"].check_values(student)


@pytest.mark.requires("test_fresh_kl")
def test_kl_is_a_divergence(student, cases, rng):
    """KL(p‖q) ≥ 0, nulle seulement si p = q.

    KL(p‖q) ≥ 0, zero only if p = q."""
    cases["kl_equal"].check_values(student)
    for n in (3, 6, 11):
        p, q = rng.dirichlet(np.full(n, 2.0)), rng.dirichlet(np.full(n, 2.0))
        if not student.kl_divergence(p, q) > 0:
            fail(Text("KL(p‖q) n'est pas positive pour p ≠ q.", "KL(p‖q) is not positive for p ≠ q."))
        if abs(student.kl_divergence(p, p)) > 1e-8:
            fail(Text("KL(p‖p) n'est pas nulle.", "KL(p‖p) is not zero."))


@pytest.mark.requires("test_fresh_entropy", "test_fresh_kl")
def test_precision_layout_and_inputs(student, cases):
    """Les résultats ne dépendent ni de la précision ni du rangement en mémoire, et p et q ne sont pas modifiées.

    Results depend neither on precision nor on memory layout, and p and q are not changed."""
    for regular in (cases["entropy_regular"], cases["kl_regular"]):
        for double, single in zip(regular, regular.in_float32(), strict=True):
            if not np.isclose(single.call.run(student), double.call.run(student), rtol=1e-4, atol=1e-5):
                fail(Text("Des entrées float32 donnent un autre résultat.", "float32 inputs give another result."))
        regular.non_contiguous().check_values(student)
    cases.check_inputs_unchanged(student)
