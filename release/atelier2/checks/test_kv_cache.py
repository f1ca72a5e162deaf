"""Vérifications publiques : KVCache, decode_step."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("kv_cache")


@pytest.mark.weight(2)
def test_cache(student, cases):
    """KVCache : ce que chaque couche garde après plusieurs morceaux, et sa longueur.

    KVCache: what each layer holds after several pieces, and its length."""
    cases.only("fill_cache").check_values(student)


@pytest.mark.weight(4)
@pytest.mark.requires("test_cache")
def test_same_as_the_whole_text(student, cases):
    """decode_step : les logits du calcul entier, jeton par jeton, par morceaux ou d’un coup, et sur un passé donné.

    decode_step: the logits of the whole computation, id by id, in pieces or at once, and on a given past."""
    cases.only("decode").check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_same_as_the_whole_text")
def test_a_new_token_is_cheap(student, cases):
    """Après une amorce de 24 jetons, chaque nouveau jeton coûte dix fois moins de multiplications que l’amorce.

    After a prompt of 24 tokens, each new token takes ten times fewer multiplications than the prompt."""
    given = cases["one_by_one"].cases[0].call.inputs
    ids = torch.arange(28)[None] % given["sizes"][0]
    asked = (given["sizes"], given["weights"], ids, [24, 1, 1, 1, 1])
    counts = student.count_multiplications(student.decode_step, student.KVCache, *asked)
    first, dearest = int(counts[0]), int(counts[1:].max())
    if first < 10 * dearest:
        fail(
            Text(
                f"L’amorce de 24 jetons coûte {first} multiplications, et un jeton de plus jusqu’à {dearest}.",
                f"The prompt of 24 tokens takes {first} multiplications, and one more token up to {dearest}.",
            ),
            consequence=Text(
                "Le passé est calculé de nouveau à chaque jeton : c’est ce que le cache doit éviter.",
                "The past is computed again for each token: that is what the cache is there to avoid.",
            ),
            hints=(
                Text("Quels jetons passent par `block.project` ?", "Which tokens pass through `block.project`?"),
                Text(
                    "Les t nouveaux seulement ; les clés et valeurs des autres sont gardées.",
                    "The t new ones only; keys and values of the others are held.",
                ),
                Text("`K, V = cache.append(layer, k, v)`.", "`K, V = cache.append(layer, k, v)`."),
            ),
            function="decode_step",
        )


@pytest.mark.requires("test_cache")
def test_a_layer_that_does_not_exist_is_refused(student):
    """append refuse par `IndexError` une couche hors de 0 … n_layers − 1.

    append refuses with `IndexError` a layer out of 0 … n_layers − 1."""
    K = torch.zeros(1, 2, 3, 4)
    for layer in (2, -1):
        check_refused(
            "KVCache",
            lambda layer=layer: student.KVCache(2).append(layer, K, K),
            IndexError,
            finding=Text(
                f"Un cache de 2 couches accepte la couche {layer}.", f"A cache of 2 layers accepts layer {layer}."
            ),
            hints=(
                Text(
                    "En Python, une liste accepte l’indice −1 : c’est à vous de le refuser.",
                    "A Python list accepts the index −1: it is up to you to refuse it.",
                ),
            ),
        )


@pytest.mark.requires("test_same_as_the_whole_text")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que vos fonctions reçoivent, hors le cache, n’est modifié.

    Nothing that your functions receive, but for the cache, is changed."""
    cases.check_inputs_unchanged(student)
