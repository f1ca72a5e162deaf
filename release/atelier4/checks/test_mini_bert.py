"""Vérifications publiques : MiniBert."""

import pytest
import torch

from attentif.checks import Text, fail
from attentif.remote.wire.errors import StateMisfit, StudentError

pytestmark = pytest.mark.exercise("mini_bert")


def check_names_of_weights(student, case):
    """A BERT's weights must load: their names and sizes are part of the statement."""
    try:
        case.call.made(student)
    except StateMisfit as error:
        names = [*error.missing, *error.misshapen, *error.extra]
        shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
        fail(
            Text(
                "Les poids d’un BERT n’entrent pas dans `MiniBert` : noms ou tailles des sous-modules.",
                "The weights of a BERT do not load into `MiniBert`: names or sizes of submodules.",
            ),
            evidence=Text(f"En cause : {shown}.", f"Concerned: {shown}."),
            hints=(
                Text(
                    "Comparez les noms de `model.named_parameters()` à ceux de l’énoncé.",
                    "Compare the names of `model.named_parameters()` with those of the statement.",
                ),
                Text(
                    "Chaque point d’un nom est un module dans un module : `Group(dense=…, LayerNorm=…)`.",
                    "Each dot of a name is a module in a module: `Group(dense=…, LayerNorm=…)`.",
                ),
                Text(
                    "Les couches sont dans une `nn.ModuleList` : une liste Python cacherait leurs paramètres.",
                    "The layers are in an `nn.ModuleList`: a Python list would hide their parameters.",
                ),
            ),
            function="MiniBert",
        )
    except StudentError:
        return  # check_values says what is wrong with the constructor


@pytest.mark.weight(1)
def test_entrance_and_pooler(student, cases):
    """MiniBert sans couche : les plongements, et le vecteur de la phrase, tiré de `[CLS]`.

    MiniBert without a layer: the embeddings, and the sentence's vector, taken from `[CLS]`."""
    check_names_of_weights(student, next(iter(cases["padded"])))
    cases["no_layer"].check_values(student)


@pytest.mark.weight(3)
@pytest.mark.requires("test_entrance_and_pooler")
def test_layers(student, cases):
    """Une couche, puis deux ; un lot sans remplissage, puis des lots complétés ; de petits poids.

    One layer, then two; a batch without padding, then padded ones; small weights."""
    cases.check_values(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_layers")
def test_padding_changes_nothing(student, cases):
    """Allonger le remplissage, ou y écrire autre chose, ne change pas les vecteurs des vrais jetons.

    Making the padding longer, or writing something else there, does not change the vectors of the real tokens."""
    (case,) = cases["padded"]
    ids, types, mask = case.call.inputs.values()
    before, _ = case.call.run(student)
    more = torch.cat([ids, torch.zeros_like(ids[:, :2])], 1), torch.cat([types, torch.ones_like(types[:, :2])], 1)
    longer = case.call.with_inputs(ids=more[0], types=more[1], mask=torch.cat([mask, torch.zeros_like(mask[:, :2])], 1))
    written = case.call.with_inputs(ids=torch.where(mask == 0, 7, ids))
    for call in (longer, written):
        after, _ = call.run(student)
        if not torch.allclose(before[mask == 1], after[:, : ids.size(1)][mask == 1], rtol=1e-4, atol=1e-4):
            fail(
                Text(
                    "Le remplissage change les vecteurs des vrais jetons.",
                    "Padding changes the vectors of the real tokens.",
                ),
                consequence=Text(
                    "La même phrase a d’autres vecteurs selon les phrases de son lot.",
                    "The same sentence has other vectors depending on the sentences of its batch.",
                ),
                function="MiniBert",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_layers")
def test_inputs_are_left_alone(student, cases):
    """Les tenseurs reçus ne sont pas modifiés, et deux appels donnent la même chose.

    The tensors received are not changed, and two calls give the same."""
    cases.check_inputs_unchanged(student)
    (case,) = cases["one_layer"]
    once, again = case.call.run(student), case.call.run(student)
    if not all(torch.equal(a, b) for a, b in zip(once, again, strict=True)):
        fail(
            Text("Deux appels sur les mêmes phrases diffèrent.", "Two calls on the same sentences differ."),
            hints=(
                Text("Qu’est-ce qui est tiré au hasard dans votre modèle ?", "What is drawn at random in your model?"),
                Text("L’énoncé ne demande pas d’abandon.", "The statement asks for no dropout."),
                Text("Retirez `nn.Dropout`.", "Remove `nn.Dropout`."),
            ),
            function="MiniBert",
        )
