"""Vérifications publiques : MiniGPT, count_parameters."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from attentif.checks import Text, check_refused, fail
from attentif.remote.wire.call import Call
from attentif.remote.wire.errors import StateMisfit, StudentError

pytestmark = pytest.mark.exercise("mini_gpt")


def check_names_of_submodules(student, case):
    """The weights of the reference must load: the submodules' names and sizes are part of the statement."""
    try:
        case.call.made(student)
    except StateMisfit as error:
        names = ", ".join([*error.missing, *error.misshapen, *error.extra])
        fail(
            Text(
                "Les poids de l’énoncé n’entrent pas dans `MiniGPT` : noms ou tailles des sous-modules.",
                "The statement's weights do not load into `MiniGPT`: names or sizes of submodules.",
            ),
            evidence=Text(f"En cause : {names}.", f"Concerned: {names}."),
            hints=(
                Text(
                    "Comparez les noms de `model.named_parameters()` à ceux de l’énoncé.",
                    "Compare the names of `model.named_parameters()` with those of the statement.",
                ),
                Text(
                    "`blocks` est une `nn.ModuleList` de `Block(d_model, n_heads, d_ff)` : une liste Python cacherait "
                    "leurs paramètres.",
                    "`blocks` is an `nn.ModuleList` of `Block(d_model, n_heads, d_ff)`: a Python list would hide their "
                    "parameters.",
                ),
                Text(
                    "`token_embedding` a V lignes, `position_embedding` en a `context` ; `head` n’a pas de biais.",
                    "`token_embedding` has V rows, `position_embedding` has `context`; `head` has no bias.",
                ),
            ),
            function="MiniGPT",
        )
    except StudentError:
        return  # check_values says what is wrong with the constructor


@pytest.mark.weight(4)
def test_logits(student, cases):
    """MiniGPT : plongements et positions, blocs, dernière normalisation, logits (B, T, V).

    MiniGPT: embeddings and positions, blocks, last normalisation, logits (B, T, V)."""
    models = cases.only("MiniGPT")
    check_names_of_submodules(student, next(iter(models)))
    models.check_values(student)


@pytest.mark.weight(2)
def test_count(student, cases):
    """count_parameters : tous les tenseurs appris, la matrice liée comptée une fois.

    count_parameters: all tensors that are learned, the tied matrix counted once."""
    cases.only("count_parameters").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_logits")
def test_tied_weights(student, cases):
    """head et token_embedding sont une seule matrice : changer une ligne de l’une change l’autre.

    head and token_embedding are a single matrix: changing a row of one changes the other."""
    (case,) = cases["model_batch"]
    state = {name: value for name, value in case.call.state.items() if name != "head.weight"}
    table = state["token_embedding.weight"].clone()
    table[-1] *= 2  # the last jeton is nowhere in ids: only its logit may change
    try:
        before = replace(case.call, state=state).run(student)
        after = replace(case.call, state={**state, "token_embedding.weight": table}).run(student)
    except StateMisfit:
        before, after = torch.zeros(1), torch.ones(1)  # a second matrix, that the state does not give
    expected = before.clone()
    expected[..., -1] *= 2
    if not torch.allclose(after, expected, rtol=1e-3, atol=1e-3):
        fail(
            Text(
                "`head` et `token_embedding` n’ont pas la même matrice : changer l’une ne change pas l’autre.",
                "`head` and `token_embedding` do not have the same matrix: changing one does not change the other.",
            ),
            consequence=Text(
                "Le modèle apprend deux tables de jetons au lieu d’une, et ses logits de départ sont mal réglés.",
                "The model learns two tables of tokens instead of one, and its first logits are badly set.",
            ),
            hints=(
                Text(
                    "Combien de tenseurs `named_parameters()` montre-t-il pour les deux ?",
                    "How many tensors does `named_parameters()` show for the two?",
                ),
                Text(
                    "Copier les valeurs ne suffit pas : il faut le même objet.",
                    "To copy the values is not enough: it must be the same object.",
                ),
                Text(
                    "`self.head.weight = self.token_embedding.weight`.",
                    "`self.head.weight = self.token_embedding.weight`.",
                ),
            ),
            function="MiniGPT",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_logits")
def test_no_leak(student, cases):
    """Changer un jeton ne change aucun logit des positions qui le précèdent, et change ceux de la sienne.

    Changing a token changes no logits of the positions before it, and changes those of its own."""
    (case,) = cases["model_batch"]
    ids = case.call.inputs["ids"]
    before = case.call.run(student)
    for t in range(ids.size(1)):
        changed = ids.clone()
        changed[:, t] = (ids[:, t] + 1) % (case.dims["V"] - 1)
        after = case.call.with_inputs(ids=changed).run(student)
        # 1e-5: the same sums in the same order, up to how a machine lays out memory; a leak is 1e-2 at least
        if not torch.allclose(before[:, :t], after[:, :t], rtol=0, atol=1e-5):
            fail(
                Text(
                    "Le futur fuit : changer un jeton change les logits de positions qui le précèdent.",
                    "The future leaks: changing a token changes the logits of positions before it.",
                ),
                function="MiniGPT",
            )
        if torch.allclose(before[:, t], after[:, t], rtol=0, atol=1e-3):
            fail(
                Text(
                    "Changer un jeton ne change pas les logits de sa position.",
                    "Changing a token does not change the logits of its position.",
                ),
                function="MiniGPT",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_tied_weights")
def test_loss_before_training(student):
    """Avant tout entraînement, la perte vaut ln V à 5 % près : le modèle ne préfère aucun jeton.

    Before any training the loss is ln V to 5 %: the model prefers no token."""
    V, d = 64, 48
    call = Call(
        "MiniGPT",
        {"ids": torch.arange(V).reshape(4, 16)},
        {"vocab_size": V, "context": 16, "d_model": d, "n_heads": 4, "n_layers": 2, "d_ff": 96},
    )
    # Each jeton is the target once. Right logits have σ = 0.02 √48 = 0.14: their mean over 64 jetons is 0.017 away from
    # 0 (σ), the loss 0.01 ± 0.017 above ln 64 = 4.16; 5 % are 0.21, or 11 σ.
    targets = torch.arange(V).roll(-1)
    loss = float(F.cross_entropy(call.run(student).reshape(V, V).double(), targets))
    if not abs(loss - math.log(V)) < 0.05 * math.log(V):
        fail(
            Text(
                "Un modèle neuf n’a pas la perte ln V : il préfère certains jetons avant d’avoir rien lu.",
                "A new model does not have the loss ln V: it prefers some tokens before it has read anything.",
            ),
            consequence=Text(
                "L’apprentissage commence par défaire ces préférences dues au hasard.",
                "Training begins with undoing these preferences, which are due to chance.",
            ),
            evidence=Text(
                f"Perte {loss:.2f} pour V = {V}, dont le logarithme est {math.log(V):.2f}.".replace(".", ",", 2),
                f"Loss {loss:.2f} for V = {V}, whose logarithm is {math.log(V):.2f}.",
            ),
            hints=(
                Text(
                    "Quel est l’écart type des poids de `nn.Embedding` ?",
                    "What is the standard deviation of `nn.Embedding`'s weights?",
                ),
                Text(
                    "1 par défaut : les logits ont alors un écart type de √d. L’énoncé demande 0,02.",
                    "1 by default: logits then have a standard deviation of √d. The statement asks for 0.02.",
                ),
                Text(
                    "`nn.init.normal_(self.token_embedding.weight, std=0.02)`.",
                    "`nn.init.normal_(self.token_embedding.weight, std=0.02)`.",
                ),
            ),
            function="MiniGPT",
        )


@pytest.mark.weight(1)
@pytest.mark.requires("test_logits")
def test_bad_ids_are_refused(student, cases):
    """Plus de jetons que le contexte : `ValueError`. Un identifiant hors du vocabulaire : `IndexError`.

    More tokens than the context: `ValueError`. An id out of the vocabulary: `IndexError`."""
    (case,) = cases["model_batch"]
    too_long = torch.zeros(1, case.dims["context"] + 1, dtype=torch.long)
    check_refused(
        "MiniGPT",
        lambda: case.call.with_inputs(ids=too_long).run(student),
        ValueError,
        finding=Text(
            "Une séquence plus longue que le contexte est acceptée.", "A sequence longer than the context is accepted."
        ),
        hints=(
            Text(
                "Combien de positions `position_embedding` connaît-il ?",
                "How many positions does `position_embedding` know?",
            ),
            Text(
                "Comparez `ids.size(1)` à `context`, que le modèle doit garder.",
                "Compare `ids.size(1)` with `context`, which the model must keep.",
            ),
            Text(
                "`if ids.size(1) > self.context: raise ValueError(…)`.",
                "`if ids.size(1) > self.context: raise ValueError(…)`.",
            ),
        ),
    )
    for bad in (case.dims["V"], -1):
        check_refused(
            "MiniGPT",
            lambda bad=bad: case.call.with_inputs(ids=torch.tensor([[0, bad]])).run(student),
            IndexError,
            ValueError,
            finding=Text("Un identifiant hors du vocabulaire est accepté.", "An id out of the vocabulary is accepted."),
        )
