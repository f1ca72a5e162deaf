"""Vérifications cachées : fine_tune."""

import pytest
import torch

from attentif.checks import Text, fail

pytestmark = pytest.mark.exercise("fine_tune")


@pytest.mark.weight(5)
def test_fresh_fine_tuning(student, cases):
    """De nouveaux modèles, lots et graines : paramètres, historique, mode.

    New models, batches and seeds: parameters, history, mode."""
    cases.check_values(student)


@pytest.mark.requires("test_fresh_fine_tuning")
def test_poisoned_labels(student, cases):
    """Des étiquettes de validation fausses ne changent rien à ce qui est appris.

    False validation labels change nothing in what is learned."""
    for case in list(cases["labels_turned"])[:1]:
        batches = case.call.inputs["valid_batches"]
        poisoned = [{**batch, "labels": 1 - batch["labels"]} for batch in batches]
        one, other = case.call.run(student), case.call.with_inputs(valid_batches=poisoned).run(student)
        if any(not torch.equal(one[name], other[name]) for name in ("model.weight", "model.bias", "model.embedding")):
            fail(
                Text(
                    "Les étiquettes de validation changent le modèle entraîné.",
                    "Validation labels change the model that is trained.",
                ),
                function="fine_tune",
            )
