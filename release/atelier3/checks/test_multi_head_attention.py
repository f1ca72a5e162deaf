"""Vérifications publiques : MultiHeadAttention."""

import pytest
import torch

from attentif.checks import Text, fail
from attentif.remote.wire.call import Call
from attentif.remote.wire.errors import StudentError

pytestmark = pytest.mark.exercise("multi_head_attention")

NAMES = ("W_q", "W_k", "W_v", "W_o")


@pytest.mark.weight(0)
def test_projections(student):
    """Le module a quatre projections W_q, W_k, W_v et W_o, des nn.Linear(d_model, d_model) avec biais, seuls appris.

    The module learns four projections W_q, W_k, W_v and W_o, nn.Linear(d_model, d_model) with bias, and no more."""
    model = student.MultiHeadAttention(6, 2)
    for name in NAMES:
        try:
            layer = getattr(model, name)
            shapes = tuple(layer.weight.shape), tuple(layer.bias.shape)
        except (AttributeError, StudentError):
            shapes = None
        if shapes != ((6, 6), (6,)):
            fail(
                Text(
                    f"`self.{name}` n'est pas un nn.Linear(d_model, d_model) avec biais.",
                    f"`self.{name}` is not an nn.Linear(d_model, d_model) with bias.",
                ),
                consequence=Text(
                    "Les vérifications chargent des poids sous ces quatre noms : sans eux, rien à comparer.",
                    "The checks load weights under these four names: without them there is nothing to compare.",
                ),
                hints=(
                    Text(
                        "Relisez `__init__` : noms, tailles, et super().__init__() en premier.",
                        "Read `__init__` again: names, sizes, and super().__init__() first.",
                    ),
                    Text(
                        "Une seule matrice (d_model, d_model) par projection, pour toutes les têtes ensemble.",
                        "A single (d_model, d_model) matrix for each projection, for all heads together.",
                    ),
                    Text(f"self.{name} = nn.Linear(d_model, d_model).", f"self.{name} = nn.Linear(d_model, d_model)."),
                ),
                function="MultiHeadAttention",
            )
    weights = {f"{name}.weight": torch.zeros(6, 6) for name in NAMES}
    biases = {f"{name}.bias": torch.zeros(6) for name in NAMES}
    Call("MultiHeadAttention", init={"d_model": 6, "n_heads": 2}, state={**weights, **biases}).made(student)


@pytest.mark.weight(2)
def test_self_attention(student, cases):
    """Sans masque : l'exemple de l'énoncé à deux têtes, puis un lot de phrases.

    Without a mask: the example of the statement with two heads, then a batch of sentences."""
    cases["plain"].check_values(student)


@pytest.mark.weight(2)
def test_padding(student, cases):
    """Avec un masque de remplissage, dans toutes les têtes.

    With a padding mask, in all heads."""
    cases["padded"].check_values(student)


@pytest.mark.weight(2)
def test_causal(student, cases):
    """Avec causal=True, chaque position ne voit qu'elle-même et le passé.

    With causal=True each position sees only itself and the past."""
    cases["causal"].check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_self_attention", "test_causal")
def test_prefix(student):
    """Causale, l'attention sur le début d'une phrase est le début de l'attention sur la phrase entière.

    Causal attention on the beginning of a sentence is the beginning of attention on the whole sentence."""
    model = student.MultiHeadAttention(6, 2, True)
    x = torch.linspace(-2, 2, 42).sin().reshape(1, 7, 6)
    whole = model(x)
    for length in (1, 4, 7):
        if not torch.allclose(model(x[:, :length]), whole[:, :length], atol=1e-5):
            fail(
                Text(
                    "Ajouter des jetons à la fin d'une phrase change ce que voient ceux du début.",
                    "Adding tokens at the end of a sentence changes what those at its beginning see.",
                )
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_projections", "test_self_attention", "test_padding", "test_causal")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que votre fonction reçoit n'est modifié.

    Nothing that your function receives is changed."""
    cases.check_inputs_unchanged(student)
