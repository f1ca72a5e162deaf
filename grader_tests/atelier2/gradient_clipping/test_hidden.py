"""Vérifications cachées : clip_grad_norm, accumulate_gradients."""

import pytest
import torch

from attentif.checks import Text, check_refused
from attentif.exercises import Call, Case

pytestmark = pytest.mark.exercise("gradient_clipping")


@pytest.mark.weight(3)
def test_fresh_gradients(student, cases):
    """De nouveaux gradients, au-dessus et au-dessous du seuil, nuls, ou sans aucun tenseur.

    New gradients, above and below the bound, of zeros, or no tensor at all."""
    cases.only("clip_grad_norm").check_values(student)


@pytest.mark.weight(3)
def test_fresh_micro_batches(student, cases):
    """De nouveaux petits lots, de tailles inégales, dont un sans cible ; le modèle garde son mode et ses paramètres.

    New micro-batches of unequal sizes, one without a target; the model keeps its mode and its parameters."""
    cases.only("accumulate_gradients").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_gradients")
def test_gradients_received_are_left_alone(student, cases):
    """Les gradients reçus ne sont pas modifiés ; non contigus ou en float32, même résultat.

    The gradients received are not changed; non-contiguous or in float32, same result."""
    clips = cases.only("clip_grad_norm")
    clips.check_inputs_unchanged(student)
    clips.non_contiguous().check_values(student)
    clips.in_float32().check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_micro_batches")
def test_micro_batches_are_left_alone(student, cases):
    """Les petits lots reçus ne sont pas modifiés, ni leur liste.

    The micro-batches received are not changed, nor is their list."""
    cases.only("accumulate_gradients").check_inputs_unchanged(student)


@pytest.mark.weight(2)
@pytest.mark.requires("test_fresh_micro_batches")
@pytest.mark.memory_limit(200)
@pytest.mark.time_limit(60)
def test_one_graph_at_a_time(student, cases, rng):
    """Un seul petit lot en mémoire à la fois : quarante passent là où leurs graphes ne tiendraient pas.

    One micro-batch in memory at a time: forty pass where their graphs would not fit."""
    V, d, b, T = 512, 8, 8, 256  # logits of one micro-batch: 8 MiB; what forty graphs keep of them: 320
    texts = torch.from_numpy(rng.integers(0, V, size=(40, b, T + 1)))
    model = {
        "make": "model",
        "embedding": torch.from_numpy(rng.normal(size=(V, d))),
        "head": torch.from_numpy(rng.normal(size=(V, d))),
        "gate": torch.ones(d, dtype=torch.float64),
        "training": True,
        "read": ["gradients"],
    }
    batches = [(ids[:, :-1].contiguous(), ids[:, 1:].contiguous()) for ids in texts]
    large = Case("many", Call("accumulate_gradients", {"model": model, "micro_batches": batches}, probe="call_made"))
    cases.others(large).check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_gradients", "test_fresh_micro_batches")
def test_what_has_no_meaning_is_refused(student, cases, rng):
    """Un seuil qui n’est pas positif, des petits lots sans cible : `ValueError`.

    A bound that is not positive, micro-batches without a target: `ValueError`."""
    check_refused(
        "clip_grad_norm",
        lambda: student.clip_grad_norm([torch.from_numpy(rng.normal(size=3))], -float(rng.uniform(1, 2))),
        ValueError,
        finding=Text("Un seuil négatif est accepté.", "A negative bound is accepted."),
    )
    case = next(iter(cases.only("accumulate_gradients")))
    nothing = [(ids, torch.full_like(targets, -100)) for ids, targets in case.call.inputs["micro_batches"]]
    check_refused(
        "accumulate_gradients",
        lambda: case.call.with_inputs(micro_batches=nothing).run(student),
        ValueError,
        finding=Text(
            "Des petits lots sans aucune cible sont acceptés.", "Micro-batches without a target are accepted."
        ),
    )
