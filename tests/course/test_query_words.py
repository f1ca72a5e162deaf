"""3.13: what the public checks say of a query is what its weights show."""

import pytest
from course.trials import trial

TRIAL = trial("query_design")


def findings(source):
    """What the public checks find wrong with the solution when ``source`` comes after it."""
    report = TRIAL.rewritten(source)
    return [e.finding.fr for r in report.results if not r.hidden for e in r.explanations]


def test_a_query_turned_round_leaves_nothing_to_the_key_that_was_asked_for():
    right = "right = copy_query\ndef copy_query(K, j, beta):\n    return -right(K, j, beta)"
    found = findings(right)
    assert "L'attention évite ce qui est demandé : la clé 1 ne reçoit rien." in found
    assert not any("s'étale" in finding for finding in found)


def test_of_two_keys_the_one_that_gets_nothing_is_named():
    found = findings("def average_query(K, a, b, beta):\n    return beta * (K[a] - K[b])")
    assert "La clé 2 ne reçoit rien, alors qu'elle est demandée." in found
    assert not any("clé 0" in finding for finding in found)


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ("def copy_query(K, j, beta):\n    return 0 * K[j]", "L'attention s'étale"),
        ("def copy_query(K, j, beta):\n    return beta * (K[j] + K[0])", "L'attention va aussi à la clé 0"),
        ("def copy_query(K, j, beta):\n    return K[j] * float('nan')", "NaN"),
        ("def copy_query(K, j, beta):\n    return torch.full_like(K[j], float('inf'))", "ne sont pas des nombres"),
        ("def average_query(K, a, b, beta):\n    return beta * (K[b] - 2 * K[a])", "La clé 0 ne reçoit rien"),
        (
            "def average_query(K, a, b, beta):\n    dual = torch.linalg.pinv(K)\n"
            "    return beta * (dual[:, a] + 0.98 * dual[:, b])",
            "Le partage n'est pas égal : la clé 2 reçoit trop peu.",
        ),
    ],
)
def test_each_fault_has_its_words(source, finding):
    assert any(finding in found for found in findings(source)), findings(source)
