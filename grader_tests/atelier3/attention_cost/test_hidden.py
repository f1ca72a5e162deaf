"""Vérifications cachées : attention_cost."""

import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("attention_cost")


@pytest.mark.weight(4)
def test_fresh_values(student, cases):
    """Les sept coûts sont justes pour des tailles nouvelles, avec et sans valeurs par défaut.

    The seven costs are right at new sizes, with and without default values."""
    cases.check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_values")
def test_growth(student, rng):
    """Doubler n quadruple le coût et la mémoire des scores, et double le cache et le RNN.

    Doubling n multiplies cost and memory of scores by four, and doubles the cache and the RNN."""
    n, d = int(rng.integers(20, 60)), 6 * int(rng.integers(2, 9))
    small, large = student.attention_cost(n, d, 3, 2), student.attention_cost(2 * n, d, 3, 2)
    factors = {"flops_qk": 4, "flops_av": 4, "memory_scores": 4, "flops_proj": 2, "kv_cache": 2, "rnn_flops": 2}
    for key, factor in factors.items():
        if abs(large[key] - factor * small[key]) > 1e-9 * large[key]:
            fail(
                Text(
                    f"Quand n double, « {key} » devrait être multiplié par {factor}.",
                    f"When n doubles, `{key}` should be multiplied by {factor}.",
                )
            )
