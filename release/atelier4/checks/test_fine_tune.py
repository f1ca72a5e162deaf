"""Vérifications publiques : fine_tune."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("fine_tune")


@pytest.mark.weight(3)
def test_fine_tuning(student, cases):
    """Après quelques époques : les paramètres, l’historique et le mode attendus, avec un petit modèle.

    After a few epochs: the parameters, history and mode expected, with a little model."""
    cases.check_values(student)


@pytest.mark.requires("test_fine_tuning")
def test_validation_labels_change_nothing(student, cases):
    """Avec d’autres étiquettes de validation, le modèle obtenu est le même.

    With other validation labels, the model obtained is the same."""
    check_poisoned(student, next(iter(cases["labels_turned"])).call)


def check_poisoned(student, call):
    """Training again with validation labels turned round must give the same parameters, to the bit."""
    turned = [{**batch, "labels": 1 - batch["labels"]} for batch in call.inputs["valid_batches"]]
    one, other = call.run(student), call.with_inputs(valid_batches=turned).run(student)
    if any(not torch.equal(one[name], other[name]) for name in ("model.weight", "model.bias", "model.embedding")):
        fail(
            Text(
                "Les étiquettes de validation changent le modèle entraîné.",
                "Validation labels change the model that is trained.",
            ),
            consequence=Text(
                "Ce qui a servi à choisir ne peut plus servir à mesurer : l’exactitude annoncée est trop belle.",
                "What has served to choose can no longer serve to measure: the accuracy told is too good.",
            ),
            hints=(
                Text(
                    "Ni apprentissage, ni arrêt, ni choix d’une époque d’après la validation.",
                    "No learning, no stopping and no choice of an epoch by the validation.",
                ),
            ),
            function="fine_tune",
        )


@pytest.mark.requires("test_fine_tuning")
def test_no_graph_is_kept(student, cases):
    """La mesure ne construit pas de graphe ; l’historique contient des nombres, qui n’en retiennent pas.

    Measuring builds no graph; the history holds numbers, which keep none."""
    case = next(iter(cases["one_epoch"]))
    history = case.call.run(student)
    shown = case.call.with_inputs(model={**case.call.inputs["model"], "shows_graphs": True}).run(student)
    if shown["valid_loss"] != history["valid_loss"]:
        fail(
            Text("Vos mesures construisent le graphe des gradients.", "Your measures build the graph of gradients."),
            consequence=Text(
                "Personne ne dérivera une mesure : la mémoire des activations est prise pour rien.",
                "Nobody will differentiate a measure: the activations' memory is taken for nothing.",
            ),
            hints=(
                Text("`with torch.no_grad():` autour de la mesure.", "`with torch.no_grad():` around the measure."),
            ),
            function="fine_tune",
        )
    names = ("train_loss", "valid_loss", "valid_accuracy")
    if any(isinstance(value, torch.Tensor) for name in names for value in history[name]):
        fail(
            Text("L’historique contient des tenseurs.", "The history holds tensors."),
            consequence=Text(
                "Celui d’une perte retient le graphe de toute son étape.",
                "A loss's keeps the graph of its whole step.",
            ),
            hints=(Text("`.item()` en fait un nombre.", "`.item()` makes it a number."),),
            function="fine_tune",
        )
