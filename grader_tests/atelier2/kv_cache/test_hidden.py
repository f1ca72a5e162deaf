"""Vérifications cachées : KVCache, decode_step."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("kv_cache")


@pytest.mark.weight(3)
def test_fresh_caches(student, cases):
    """KVCache : toutes les clés et valeurs de chaque couche, dans l’ordre, et la longueur, pour de nouveaux morceaux.

    KVCache: all keys and values of each layer, in order, and the length, for new pieces."""
    cases.only("fill_cache").check_values(student)


@pytest.mark.weight(6)
@pytest.mark.requires("test_fresh_caches")
def test_fresh_texts(student, cases):
    """decode_step : les mêmes logits que le calcul entier, à 10⁻¹⁰ près, quel que soit le découpage, et sur tout passé.

    decode_step: the same logits as the whole computation, to 10⁻¹⁰, however the text is cut, and on any past."""
    cases.only("decode").check_values(student)


@pytest.mark.weight(3)
@pytest.mark.requires("test_fresh_texts")
def test_nothing_is_computed_again(student, cases):
    """Un jeton nouveau ne coûte que ses propres multiplications, et l’attention sur ce qui est gardé.

    A new token costs its own multiplications only, and attention over what is held."""
    # The count is the word of the student's process. That the past is not computed again is known from the cases of
    # test_fresh_texts whose past is no text: from ids alone their logits cannot be had.
    cases.only("count_multiplications").check_values(student)


@pytest.mark.requires("test_fresh_caches")
def test_bad_layers_are_refused(student, rng):
    """Une couche qui n’existe pas, trop grande ou négative, est refusée par `IndexError`.

    A layer that does not exist, too great or negative, is refused with `IndexError`."""
    n_layers = int(rng.integers(2, 5))
    K = torch.from_numpy(rng.normal(size=(1, 2, 3, 4)))
    for layer in (n_layers, n_layers + 3, -1):
        check_refused(
            "KVCache",
            lambda layer=layer: student.KVCache(n_layers).append(layer, K, K),
            IndexError,
            finding=Text("Une couche qui n’existe pas est acceptée.", "A layer that does not exist is accepted."),
        )


@pytest.mark.requires("test_fresh_texts")
def test_two_texts_at_once(student, cases):
    """Deux textes lus l’un après l’autre, chacun avec son cache, ne se mêlent pas ; et rien de ce qui entre ne change.

    Two texts read one after the other, each with its cache, do not mix; and nothing that comes in changes."""
    asked = cases.only("decode")
    asked.check_inputs_unchanged(student)
    for case in asked["in_pieces"]:
        first, second = (case.call.run(student) for _ in range(2))
        if not torch.equal(first, second):
            fail(
                Text(
                    "Lire deux fois le même texte, avec deux caches neufs, ne donne pas deux fois les mêmes logits.",
                    "To read one text twice, with two new caches, does not give the same logits twice.",
                ),
                hints=(
                    Text("Que garde votre code d’un texte à l’autre ?", "What does your code keep from text to text?"),
                    Text(
                        "Tout doit être dans l’objet `cache`, rien dans la classe, le modèle ou une variable globale.",
                        "All must be in the object `cache`, nothing in the class, the model or a global variable.",
                    ),
                    Text(
                        "`self.keys = [None] * n_layers`, dans `__init__`.",
                        "`self.keys = [None] * n_layers`, in `__init__`.",
                    ),
                ),
                function="KVCache",
            )
