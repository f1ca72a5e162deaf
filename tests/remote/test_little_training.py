"""Calls on little models made from data: what became of them comes back as data, and tells the modes and the order."""

import math
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from attentif.exercises.exercise import Case
from attentif.references.outcome import evaluate, run_student
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Student
from attentif.remote.wire.call import Call
from attentif.remote.wire.errors import StudentError

MODEL = {
    "make": "model",
    "embedding": torch.tensor([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]], dtype=torch.float64),
    "head": torch.tensor([[1.0, 0.5], [-2.0, 0.0], [0.25, 3.0]], dtype=torch.float64),
    "gate": torch.tensor([0.5, 2.0], dtype=torch.float64),
    "training": True,
    "read": ["parameters", "gradients", "logits"],
}
SGD = {"make": "optimizer", "class": "SGD", "options": {"momentum": 0.5}, "rates": [0.5, 0.25]}
GENERATOR = {"make": "generator", "seed": 3}
IDS = torch.tensor([0, 1, 2, 1])


def student(**functions):
    return Student(LocalConnection({**functions, "__name__": "__main__"}))


def logits(model, ids):
    return model(ids).detach()


def left_in_evaluation(model, ids):
    return model.eval()(ids).detach()


def by_hand(gate):
    return torch.tanh(MODEL["embedding"][IDS] * gate) @ MODEL["head"].T


def test_the_gate_tells_the_modes():
    call = Call("f", {"model": MODEL, "ids": IDS}, probe="call_made")
    told = call.run(student(f=logits))
    assert torch.allclose(told["output"], by_hand(MODEL["gate"]))
    assert torch.allclose(told["model(ids)"][0], by_hand(MODEL["gate"])[[0, 1, 2]])
    other = call.run(student(f=left_in_evaluation))
    assert torch.allclose(other["output"], by_hand(torch.ones(2)))
    assert torch.allclose(other["model(ids)"][0], by_hand(torch.ones(2))[[0, 1, 2]])


def one_step(model, optimizer, schedule, ids, generator):
    torch.rand(2, generator=generator)
    for group in optimizer.param_groups:
        group["lr"] = schedule(7)
    optimizer.zero_grad()
    F.cross_entropy(model(ids[None])[0, :-1], ids[1:]).backward()
    optimizer.step()
    return [{"step": 1, "rate": schedule(0)}]


STEP = {
    "model": MODEL,
    "optimizer": SGD,
    "schedule": {"make": "schedule", "rates": [0.5, 0.125]},
    "ids": IDS,
    "generator": GENERATOR,
}


def test_what_became_of_all_is_told_and_is_the_same_on_both_sides():
    case = Case("step", Call("f", STEP, probe="call_made"))
    ours, theirs = evaluate(case, SimpleNamespace(f=one_step)), run_student(case, student(f=one_step))
    assert ours.value.keys() == theirs.value.keys()
    assert all(torch.equal(torch.as_tensor(v), torch.as_tensor(theirs.value[k])) for k, v in ours.value.items())
    told = theirs.value
    assert (told["step"], told["rate"]) == ([1], [0.5])
    gradient = told["model.head.grad"]
    assert torch.allclose(told["model.head"], MODEL["head"] - 0.125 * gradient)
    assert torch.allclose(told["optimizer.momentum_buffer"][-6:], gradient.flatten())
    generator = torch.Generator().manual_seed(3)
    torch.rand(2, generator=generator)
    assert torch.equal(told["generator"], torch.randint(1 << 30, (3,), generator=generator))
    assert torch.equal(
        MODEL["head"][0], torch.tensor([1.0, 0.5], dtype=torch.float64)
    )  # what was described is as it was


def test_a_record_says_what_happened_in_order():
    assert student(f=one_step).probe("training_record", "f", STEP) == [
        "zero_grad",
        "forward in training, graph kept",
        "backward",
        "step",
    ]


def keeps_the_graph(model, ids):
    with torch.no_grad():
        model.eval()(ids)
    return [{"loss": model(ids).sum()}]


def test_a_record_tells_graphs():
    found = student(f=keeps_the_graph).probe("training_record", "f", {"model": MODEL, "ids": IDS})
    assert found == ["forward in evaluation", "forward in evaluation, graph kept", "graph in what is returned"]


def save(path, model, optimizer, step, generator):
    torch.save([model.state_dict(), optimizer.state_dict(), step, generator.get_state()], path)


def load(path, model, optimizer, generator):
    weights, moments, step, drawn = torch.load(path)
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    generator.set_state(drawn)
    return step


def resuming(**file):
    other = {"model": {**MODEL, "head": MODEL["head"] + 1}, "optimizer": SGD, "generator": {**GENERATOR, "seed": 9}}
    described = {"ids": IDS, "before": 2, "after": 2, "step": 5, "other": other, **file}
    inputs = {"file": described, "model": MODEL, "optimizer": SGD, "step": 5, "generator": GENERATOR}
    return Call("save_checkpoint", inputs, probe="resumed")


def clears(model, ids, batches):
    ids.add_(1)
    while batches:
        batches.pop()
    return 0.5


def test_what_such_a_call_does_to_its_inputs_comes_back():
    given = {"model": MODEL, "ids": IDS, "batches": [(IDS, IDS), (IDS, IDS)]}
    reply = student(f=clears).probe("call_and_inputs", Call("f", given), by="call_made")
    assert reply["output"]["output"] == 0.5
    assert torch.equal(reply["inputs"]["ids"], IDS + 1)
    assert reply["inputs"]["batches"] == []
    assert reply["inputs"]["model"].keys() == MODEL.keys()
    assert IDS.tolist() == [0, 1, 2, 1]


def emptied(path, model, optimizer, step, generator):
    save(path, model, optimizer, step, generator)
    model.head.data.zero_()


def test_what_was_saved_goes_on_too():
    kept, changed = (resuming().run(student(save_checkpoint=saver, load_checkpoint=load)) for saver in (save, emptied))
    assert torch.equal(kept["saved.model.head"], kept["model.head"])
    assert torch.equal(kept["saved.generator"], kept["generator"])
    assert torch.equal(changed["model.head"], kept["model.head"])
    assert not torch.allclose(changed["saved.model.head"], kept["model.head"])


def forgetful(path, model, optimizer, generator):
    weights, _, step, drawn = torch.load(path)
    model.load_state_dict(weights)
    generator.set_state(drawn)
    return step


def test_who_resumes_goes_on_as_if_nothing_had_been():
    resumed = resuming().run(student(save_checkpoint=save, load_checkpoint=load))
    at_once = resuming(before=4, after=0).run(student(save_checkpoint=save, load_checkpoint=load))
    assert resumed["step"] == 5
    for key in ("model.head", "model.embedding", "optimizer.momentum_buffer", "generator"):
        assert torch.equal(resumed[key], at_once[key])
    without = resuming().run(student(save_checkpoint=save, load_checkpoint=forgetful))
    assert not torch.allclose(without["model.head"], at_once["model.head"])


def test_a_path_below_a_file_cannot_be_written():
    with pytest.raises(StudentError, match="file"):
        resuming(unwritable=True).run(student(save_checkpoint=save, load_checkpoint=load))


def test_anything_but_rows_comes_back_as_it_is():
    call = Call("f", {"model": MODEL}, probe="call_made")
    assert call.run(student(f=lambda model: None))["output"] is None
    assert math.isclose(call.run(student(f=lambda model: 0.5))["output"], 0.5)
    assert call.run(student(f=lambda model: [{"a": 1}, {"b": 2}]))["a"] == [1, None]
