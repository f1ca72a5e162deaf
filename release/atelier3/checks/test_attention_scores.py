"""Vérifications publiques : attention_scores, score_variance."""

import math

import pytest

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("attention_scores")


@pytest.mark.weight(2)
def test_worked_example(student, cases):
    """L'exemple de l'énoncé : deux requêtes, trois clés, d_k = 4.

    The example of the statement: two queries, three keys, d_k = 4."""
    cases["worked_example"].check_values(student)


@pytest.mark.weight(2)
def test_batches_and_heads(student, cases):
    """Les scores valent QKᵀ/√d_k, avec ou sans lot et têtes devant.

    Scores are QKᵀ/√d_k, with or without batch and heads in front."""
    cases.only("attention_scores").check_values(student)


@pytest.mark.weight(2)
def test_variance_does_not_grow(student):
    """La variance des scores mis à l'échelle reste proche de 1 pour d_k = 4, 64 et 256.

    The variance of scaled scores stays close to 1 at d_k = 4, 64 and 256."""
    n = 4000
    for d_k in (4, 64, 256):
        variance = float(student.score_variance(d_k, n))
        tolerance = 6 * math.sqrt((2 + 6 / d_k) / n)
        if abs(variance - 1) > tolerance:
            known = {"d_k": d_k, "1/d_k": 1 / d_k, "d_k²": d_k**2}
            near = [name for name, value in known.items() if abs(variance / value - 1) < tolerance]
            fail(
                Text(
                    f"Pour d_k = {d_k}, score_variance rend {variance:.4g}"
                    + (f", soit environ {near[0]}" if near else "")
                    + f" ; attendu 1 à {tolerance:.2f} près.",
                    f"At d_k = {d_k}, score_variance returns {variance:.4g}"
                    + (f", about {near[0]}" if near else "")
                    + f"; expected 1 within {tolerance:.2f}.",
                ),
                consequence=Text(
                    "Si cette variance dépend de d_k, la netteté de l'attention dépend de la taille du modèle.",
                    "If this variance depends on d_k, the sharpness of attention depends on the model's size.",
                ),
                hints=(
                    Text("La variance de quels scores est demandée ?", "The variance of which scores is asked for?"),
                    Text(
                        "n paires (q, k), coordonnées N(0, 1), un score par paire : Σ q_i·k_i / √d_k.",
                        "n pairs (q, k), N(0, 1) coordinates, one score a pair: Σ q_i·k_i / √d_k.",
                    ),
                    Text(
                        "scores = (q * k).sum(dim=-1) / math.sqrt(d_k), puis scores.var().item().",
                        "scores = (q * k).sum(dim=-1) / math.sqrt(d_k), then scores.var().item().",
                    ),
                ),
                function="score_variance",
            )
    if len({float(student.score_variance(16, 50)) for _ in range(5)}) == 1:
        fail(
            Text(
                "score_variance rend cinq fois le même nombre : rien n'est tiré au hasard.",
                "score_variance returns the same number five times: nothing is drawn at random.",
            ),
            function="score_variance",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_worked_example", "test_batches_and_heads", "test_variance_does_not_grow")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
