"""Vérifications cachées : evaluate, train, save_checkpoint, load_checkpoint."""

import pytest
import torch

from attentif.checks import Text, check_refused
from attentif.exercises import Call, Case

pytestmark = pytest.mark.exercise("training_loop")


@pytest.mark.weight(3)
def test_fresh_measures(student, cases):
    """De nouveaux textes, dont un d’une seule fenêtre ; modèle reçu en entraînement ou en évaluation.

    New texts, one of a single window; the model received in training or in evaluation."""
    cases.only("evaluate").check_values(student)


@pytest.mark.weight(6)
def test_fresh_training(student, cases):
    """De nouveaux entraînements, bornés ou non, d’une étape ou de plusieurs : paramètres, élan, mesures, tirages.

    New trainings, clipped or not, of one step or several: parameters, momentum, measures, draws."""
    cases.only("train").check_values(student)


@pytest.mark.weight(3)
def test_fresh_checkpoints(student, cases):
    """Reprises de nouveaux entraînements, avec deux optimiseurs : étape, modèle, optimiseur, tirages.

    Resuming new trainings, with two optimizers: step, model, optimizer, draws."""
    cases.only("save_checkpoint", "load_checkpoint").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_measures", "test_fresh_training")
def test_texts_are_left_alone(student, cases):
    """Les textes reçus ne sont pas modifiés.

    The texts received are not changed."""
    cases.only("evaluate", "train").check_inputs_unchanged(student)


def deep_model(rng, V, d, depth, read):
    return {
        "make": "model",
        "embedding": torch.from_numpy(rng.normal(size=(V, d))),
        "head": torch.from_numpy(rng.normal(size=(V, d))),
        "gate": torch.full((d,), 2.0, dtype=torch.float64),
        "depth": depth,
        "training": True,
        "read": read,
    }


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_measures")
@pytest.mark.memory_limit(200)
@pytest.mark.time_limit(60)
def test_measuring_takes_little_memory(student, cases, rng):
    """evaluate mesure un modèle profond dans une mémoire où son graphe ne tiendrait pas.

    evaluate measures a deep model in a memory where its graph would not fit."""
    model = deep_model(rng, 12, 64, 260, ["logits"])  # 2,048 positions of 64 features: 1 MiB each of the 260 layers
    ids = torch.from_numpy(rng.integers(0, 12, size=8 * 256 + 9))
    call = Call("evaluate", {"model": model, "ids": ids, "B": 8, "T": 256}, probe="call_made")
    cases.others(Case("evaluate_deep", call)).check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_training")
@pytest.mark.memory_limit(200)
@pytest.mark.time_limit(60)
def test_training_takes_no_more_memory_as_it_goes_on(student, cases, rng):
    """Trente étapes mesurées une à une passent là où leurs trente graphes ne tiendraient pas.

    Thirty steps, each measured, pass where their thirty graphs would not fit."""
    (first, *_) = cases["train_clipped"]
    large = first.call.with_inputs(
        model=deep_model(rng, 8, 512, 0, ["parameters"]),  # 8 × 256 × 512 features, that the graph keeps: 8 MiB
        train_ids=torch.from_numpy(rng.integers(0, 8, size=4000)),
        valid_ids=torch.from_numpy(rng.integers(0, 8, size=300)),
        steps=30,
        B=8,
        T=256,
        eval_every=1,
    )
    cases.others(Case("train_long", large)).check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_measures", "test_fresh_training", "test_fresh_checkpoints")
def test_what_goes_wrong_is_told(student, cases):
    """Texte trop court, perte qui n’est plus un nombre, fichier impossible à écrire : l’erreur prévue, à chaque fois.

    A text too short, a loss that is no number, a file that cannot be written: the error foreseen, each time."""
    for case in cases["evaluate_training"]:
        check_refused(
            "evaluate",
            lambda case=case: case.call.with_inputs(ids=case.call.inputs["ids"][: case.call.inputs["T"]]).run(student),
            ValueError,
            finding=Text("Un texte trop court pour une fenêtre est accepté.", "A text too short is accepted."),
        )
    for case in cases["train_not_clipped"]:
        embedding = case.call.inputs["model"]["embedding"].clone()
        embedding[0] = torch.nan  # sixty or more ids are read at each step: this one comes
        model = {**case.call.inputs["model"], "embedding": embedding}
        check_refused(
            "train",
            lambda case=case, model=model: case.call.with_inputs(model=model).run(student),
            FloatingPointError,
            finding=Text("Une perte qui n’est pas un nombre est acceptée.", "A loss that is no number is accepted."),
        )
    for case in cases["save_checkpoint"]:
        file = {**case.call.inputs["file"], "unwritable": True}
        check_refused(
            "save_checkpoint",
            lambda case=case, file=file: case.call.with_inputs(file=file).run(student),
            OSError,
            NotADirectoryError,
            RuntimeError,
            finding=Text("Un fichier qui n’a pas pu être écrit ne se voit pas.", "A file not written goes unnoticed."),
        )
