"""Vérifications publiques : copy_query, average_query.

Any query that does the job is right, so what is looked at is the attention that it gets.
"""

import math

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("query_design")

BETA = 60.0
ORTHOGONAL = torch.eye(4, 6, dtype=torch.float64)[[2, 0, 3, 1]]  # (4, 6)
OBLIQUE = torch.tensor(
    [[1.0, 0.0, 0.0, 0.0, 0.0], [1.5, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.3, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0, 1.0]],
    dtype=torch.float64,
)  # (4, 5): key 1 leans towards key 0, key 3 towards key 2


def attention_of(name, query, K):
    """Weights (T,) that the query gets; fails if it is no vector of the keys' size."""
    if not isinstance(query, torch.Tensor) or query.shape != K.shape[1:]:
        fail(
            Text(
                f"`{name}` doit rendre un tenseur de forme (d,), comme une clé.",
                f"`{name}` must return a tensor of shape (d,), like a key.",
            ),
            function=name,
        )
    return torch.softmax(K @ query.double() / math.sqrt(K.size(1)), dim=0)


def finding_on(weights, target):
    """What is wrong with the weights: keys that were asked for come first, then those that were not."""
    lacking = [int(t) for t in torch.nonzero(weights < target - 1e-3).flatten() if target[t] > 0]
    strays = [int(t) for t in torch.nonzero(weights > target + 1e-3).flatten() if target[t] == 0]
    ignored = [t for t in lacking if weights[t] < 1e-3]
    if not bool(torch.isfinite(weights).all()):
        return Text(
            "Votre requête donne des poids qui ne sont pas des nombres.", "Your query gives weights that are NaN."
        )
    if ignored and len(ignored) == int((target > 0).sum()):
        return Text(
            f"L'attention évite ce qui est demandé : {_keys(ignored, 'fr')} ne reçoit rien.",
            f"Attention avoids what is asked for: {_keys(ignored, 'en')} gets nothing.",
        )
    if ignored:
        return Text(
            f"{_keys(ignored, 'fr').capitalize()} ne reçoit rien, alors qu'elle est demandée.",
            f"{_keys(ignored, 'en').capitalize()} gets nothing, although it is asked for.",
        )
    if lacking and len(strays) > 1 and bool((weights > 1e-3).all()):
        return Text(
            "L'attention s'étale : vos scores ne s'écartent pas assez les uns des autres.",
            "Attention spreads: your scores are not far enough from one another.",
        )
    if strays:
        return Text(
            f"L'attention va aussi à {_keys(strays, 'fr')}, qui n'est pas demandée.",
            f"Attention also goes to {_keys(strays, 'en')}, which is not asked for.",
        )
    return Text(
        f"Le partage n'est pas égal : {_keys(lacking, 'fr')} reçoit trop peu.",
        f"The shares are not equal: {_keys(lacking, 'en')} gets too little.",
    )


def _keys(found, language):
    """« la clé 2 », or « chacune des clés 0 et 2 »: what a sentence in the singular says of them."""
    numbers = [str(t) for t in found]
    if len(numbers) == 1:
        return f"la clé {numbers[0]}" if language == "fr" else f"key {numbers[0]}"
    joined = (" et " if language == "fr" else " and ").join([", ".join(numbers[:-1]), numbers[-1]])
    return f"chacune des clés {joined}" if language == "fr" else f"each of keys {joined}"


def check_attention(name, weights, target, K):
    """Fails unless the weights are within 1e-3 of the target."""
    if (weights - target).abs().max() < 1e-3:
        return
    shown = ", ".join(f"{w:.3f}" for w in weights.tolist())
    wanted = ", ".join(f"{w:g}" for w in target.tolist())
    fail(
        finding_on(weights, target),
        evidence=Text(f"Poids obtenus : {shown} ; attendus : {wanted}.", f"Weights: {shown}; expected: {wanted}."),
        consequence=Text(
            "La sortie de l'attention est la moyenne des valeurs avec ces poids.",
            "The output of attention is the mean of the values with these weights.",
        ),
        hints=(
            Text(
                "Affichez K @ q : quels scores votre requête donne-t-elle ?",
                "Print K @ q: which scores does your query give?",
            ),
            Text(
                "Il faut K q = β sur les clés choisies et 0 sur toutes les autres, même quand elles ne sont pas "
                "orthogonales.",
                "K q must be β on the chosen keys and 0 on all others, even when they are not orthogonal.",
            ),
            Text(
                "La colonne j de torch.linalg.pinv(K) a le produit scalaire 1 avec la clé j, 0 avec les autres.",
                "Column j of torch.linalg.pinv(K) has dot product 1 with key j, 0 with the others.",
            ),
        ),
        function=name,
    )


@pytest.mark.weight(1)
def test_copy_among_orthogonal_keys(student):
    """Clés orthonormées : la requête copie la valeur 1.

    Orthonormal keys: the query copies value 1."""
    weights = attention_of("copy_query", student.copy_query(ORTHOGONAL, 1, BETA), ORTHOGONAL)
    check_attention("copy_query", weights, torch.tensor([0.0, 1, 0, 0]).double(), ORTHOGONAL)


@pytest.mark.weight(1)
def test_copy_among_oblique_keys(student):
    """Clés obliques : la requête copie la valeur 0, bien que la clé 1 lui ressemble.

    Oblique keys: the query copies value 0, although key 1 resembles it."""
    weights = attention_of("copy_query", student.copy_query(OBLIQUE, 0, BETA), OBLIQUE)
    check_attention("copy_query", weights, torch.tensor([1.0, 0, 0, 0]).double(), OBLIQUE)


@pytest.mark.weight(2)
def test_average(student):
    """La requête moyenne les valeurs 0 et 2, à parts égales, parmi des clés orthonormées puis obliques.

    The query averages values 0 and 2, half and half, among orthonormal then oblique keys."""
    for K in (ORTHOGONAL, OBLIQUE):
        weights = attention_of("average_query", student.average_query(K, 0, 2, BETA), K)
        check_attention("average_query", weights, torch.tensor([0.5, 0, 0.5, 0]).double(), K)
