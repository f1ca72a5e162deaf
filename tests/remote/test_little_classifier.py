"""The little classifier that loops of fine-tuning are judged by: what of a loop shows in its values."""

import torch

from attentif.remote.inside.little_classifier import classifier_made
from attentif.remote.inside.little_training import call_made


def described(**more):
    draw = torch.Generator().manual_seed(3)
    shapes = {"embedding": (7, 4), "weight": (2, 4), "bias": (2,)}
    parts = {name: torch.randn(*shape, generator=draw, dtype=torch.float64) for name, shape in shapes.items()}
    return {"make": "classifier", **parts, "training": False, "frozen": False, "chance": 5, "read": [], **more}


IDS, MASK, LABELS = torch.tensor([[1, 2, 0], [3, 4, 5]]), torch.tensor([[1, 1, 0], [1, 1, 1]]), torch.tensor([0, 1])
BATCH = {"input_ids": IDS, "attention_mask": MASK, "labels": LABELS}


def test_it_is_called_as_transformers_models_are():
    model = classifier_made(described())
    with torch.no_grad():
        output = model(**BATCH)
        assert torch.equal(output.loss, torch.nn.functional.cross_entropy(output.logits, LABELS))
        assert torch.equal(output["logits"], output[1])
        assert model(IDS, MASK).loss is None
        assert torch.equal(model(input_ids=IDS, attention_mask=MASK)[0], output.logits)


def test_padding_shows_where_the_mask_is_forgotten():
    model = classifier_made(described())
    with torch.no_grad():
        other = torch.tensor([[1, 2, 6], [3, 4, 5]])
        assert torch.equal(model(IDS, MASK).logits, model(other, MASK).logits)
        assert not torch.equal(model(IDS).logits, model(other).logits)


def test_modes_show_and_training_draws_from_the_global_generator():
    model = classifier_made(described())
    with torch.no_grad():
        calm = model(IDS, MASK).logits
        assert torch.equal(calm, model(IDS, MASK).logits)
        model.train()
        torch.manual_seed(1)
        one = model(IDS, MASK).logits
        two = model(IDS, MASK).logits
        torch.manual_seed(1)
        assert torch.equal(one, model(IDS, MASK).logits)
    assert not torch.equal(one, two)
    assert not torch.equal(one, calm)


def test_a_graph_shows_where_it_is_asked_for_and_only_in_measures():
    for shows in (True, False):
        model = classifier_made(described(shows_graphs=shows))
        kept = model(IDS, MASK).logits.detach()
        with torch.no_grad():
            assert torch.equal(kept, model(IDS, MASK).logits) is not shows
        with torch.inference_mode():
            assert torch.equal(kept, model(IDS, MASK).logits) is not shows


def test_batches_that_were_changed_are_told_and_the_callers_generator_is_left_alone():
    def changes(model, batches):
        torch.manual_seed(9)
        batches[0]["labels"].add_(1)

    def leaves(model, batches):
        torch.rand(3)

    before = torch.get_rng_state()
    for loop, unchanged in ((changes, False), (leaves, True)):
        batches = [{name: value.clone() for name, value in BATCH.items()}]
        told = call_made(loop, {"model": described(), "batches": batches})
        assert told["batches.unchanged"] is unchanged
    assert torch.equal(before, torch.get_rng_state())
