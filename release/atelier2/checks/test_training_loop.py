"""Vérifications publiques : evaluate, train, save_checkpoint, load_checkpoint."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("training_loop")


@pytest.mark.weight(2)
def test_evaluate(student, cases):
    """evaluate : la perte moyenne des fenêtres qui se suivent, en mode évaluation, le mode rendu comme il était.

    evaluate: the mean loss of consecutive windows, in evaluation mode, the mode left as it was."""
    cases.only("evaluate").check_values(student)


@pytest.mark.weight(3)
def test_train(student, cases):
    """train : après quelques étapes, les paramètres, l’élan de l’optimiseur et l’historique attendus.

    train: after some steps, the parameters, the optimizer's momentum and the history expected."""
    cases.only("train").check_values(student)


@pytest.mark.weight(2)
def test_checkpoint(student, cases):
    """Un entraînement repris d’un fichier continue comme s’il n’avait pas été interrompu.

    Training resumed from a file goes on as if it had not been interrupted."""
    cases.only("save_checkpoint", "load_checkpoint").check_values(student)


@pytest.mark.requires("test_train")
def test_batches_come_from_the_generator(student, cases):
    """Les lots viennent du générateur reçu : même graine, même historique ; autre graine, autre historique.

    Batches come from the generator received: same seed, same history; another seed, another history."""
    case = next(iter(cases["train_clipped"]))
    given = case.call.inputs["generator"]
    seeds = (given["seed"], given["seed"], given["seed"] + 1)
    runs = [case.call.with_inputs(generator={**given, "seed": seed}).run(student) for seed in seeds]
    one, same, other = (torch.as_tensor(run["train_loss"]) for run in runs)
    if not torch.equal(one, same) or torch.equal(one, other):
        fail(
            Text("Les lots ne dépendent pas que de `generator`.", "Batches do not depend on `generator` alone."),
            consequence=Text(
                "L’expérience ne se laisserait pas refaire à l’identique.", "The experiment could not be run again."
            ),
            hints=(Text("`sample_batch(train_ids, B, T, generator)`.", "`sample_batch(train_ids, B, T, generator)`."),),
            function="train",
        )


@pytest.mark.requires("test_evaluate", "test_train")
def test_no_graph_is_kept(student, cases):
    """evaluate ne construit pas de graphe ; l’historique contient des nombres, qui n’en retiennent pas.

    evaluate builds no graph; the history holds numbers, which keep none."""
    case = next(iter(cases["evaluate_training"]))
    record = student.probe("training_record", "evaluate", dict(case.call.inputs))
    if any(event == "forward in evaluation, graph kept" for event in record):
        fail(
            Text("`evaluate` construit le graphe des gradients.", "`evaluate` builds the graph of gradients."),
            consequence=Text(
                "Personne ne dérivera une mesure : la mémoire des activations est prise pour rien.",
                "Nobody will differentiate a measure: the activations' memory is taken for nothing.",
            ),
            hints=(Text("`with torch.no_grad():` autour de la boucle.", "`with torch.no_grad():` around the loop."),),
            function="evaluate",
        )
    case = next(iter(cases["train_clipped"]))
    history = case.call.run(student)
    if any(isinstance(value, torch.Tensor) for name in ("train_loss", "valid_loss") for value in history[name]):
        fail(
            Text(
                "L’historique contient des tenseurs : chacun retient le graphe de toute son étape.",
                "The history holds tensors: each keeps the graph of its whole step.",
            ),
            consequence=Text(
                "La mémoire grandit à chaque mesure, jusqu’à ce que l’entraînement s’arrête.",
                "Memory grows with each measure, until training stops.",
            ),
            hints=(
                Text("Un nombre Python n’a pas de graphe.", "A Python number has no graph."),
                Text("`loss.item()`.", "`loss.item()`."),
            ),
            function="train",
        )


@pytest.mark.requires("test_evaluate")
def test_a_text_too_short_is_refused(student, cases):
    """evaluate refuse par `ValueError` un texte qui ne contient aucune fenêtre (N ≤ T).

    evaluate refuses with `ValueError` a text that holds no window (N ≤ T)."""
    case = next(iter(cases["evaluate_training"]))
    for length in (0, case.call.inputs["T"]):
        check_refused(
            "evaluate",
            lambda length=length: case.call.with_inputs(ids=torch.zeros(length, dtype=torch.long)).run(student),
            ValueError,
            finding=Text(
                f"Un texte de {length} jetons ne contient aucune fenêtre ; vous en renvoyez la perte.",
                f"A text of {length} tokens holds no window; you return its loss.",
            ),
            hints=(Text("`if n < 1: raise ValueError(…)`.", "`if n < 1: raise ValueError(…)`."),),
        )


@pytest.mark.requires("test_train")
def test_a_loss_that_is_no_number_stops_training(student, cases):
    """Une perte NaN ou infinie arrête l’entraînement par `FloatingPointError`.

    A loss of NaN or infinity stops training with `FloatingPointError`."""
    case = next(iter(cases["train_clipped"]))
    model = case.call.inputs["model"]
    check_refused(
        "train",
        lambda: case.call.with_inputs(model={**model, "head": model["head"] * torch.nan}).run(student),
        FloatingPointError,
        finding=Text("La perte vaut NaN, et l’entraînement continue.", "The loss is NaN, and training goes on."),
        consequence=Text(
            "Au premier pas, tous les paramètres deviennent NaN : des heures peuvent passer avant qu’on le voie.",
            "At the first step all parameters become NaN: hours may pass before it is seen.",
        ),
        hints=(
            Text("`torch.isfinite(loss)` avant de dériver.", "`torch.isfinite(loss)` before differentiating."),
            Text(
                "`if not torch.isfinite(loss): raise FloatingPointError(…)`.",
                "`if not torch.isfinite(loss): raise FloatingPointError(…)`.",
            ),
        ),
    )


@pytest.mark.requires("test_checkpoint")
def test_a_file_that_cannot_be_written_is_told(student, cases):
    """Si le fichier ne peut pas être écrit, l’erreur remonte : `save_checkpoint` ne la cache pas.

    Where the file cannot be written, the error comes up: `save_checkpoint` does not hide it."""
    case = next(iter(cases["save_checkpoint"]))
    file = {**case.call.inputs["file"], "unwritable": True}
    check_refused(
        "save_checkpoint",
        lambda: case.call.with_inputs(file=file).run(student),
        OSError,
        NotADirectoryError,
        RuntimeError,
        finding=Text(
            "Le fichier n’a pas pu être écrit, et rien ne le dit.", "The file was not written, and nothing tells."
        ),
        consequence=Text(
            "On croit son travail à l’abri, et il ne l’est pas.", "One believes one's work safe, and it is not."
        ),
        hints=(Text("Pas de `try` autour de l’écriture.", "No `try` around the writing."),),
    )


@pytest.mark.requires("test_evaluate", "test_train")
def test_inputs_are_left_alone(student, cases):
    """Les textes reçus ne sont pas modifiés.

    The texts received are not changed."""
    cases.only("evaluate", "train").check_inputs_unchanged(student)
