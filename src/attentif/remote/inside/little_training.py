"""A little model, its optimizer, a schedule of learning rates and a generator, made from data beside the student's
code; and what a call that trains, evaluates or saves them has made of them, as data again.

An input is a mapping that says what to ``make``; whatever is no such mapping is given as it is:

* ``model``: ``embedding`` (V, d), ``head`` (V, d), ``gate`` (d,), ``depth``; whether it is in ``training`` and has
  ``stale`` gradients; and what to ``read`` of it afterwards: ``parameters``, ``gradients``, ``logits``;
* ``classifier``: a model of sentences (``attentif.remote.inside.little_classifier``), and what to ``read`` of it;
* ``optimizer`` of that model: its class of ``torch.optim``, ``options``, and ``rates``, one for each parameter, in a
  group of its own; ``schedule``: ``rates`` by step, the first and the last beyond the ends; ``generator``: ``seed``;
* ``file`` (for ``resumed``): a path to write to; or none that can be, where it is ``unwritable``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from attentif.remote.inside.little_classifier import classifier_made

Made = dict[str, Any]
STATE = {"SGD": ("momentum_buffer",), "AdamW": ("step", "exp_avg", "exp_avg_sq")}


class LittleModel(nn.Module):
    """Logits of the id that follows each id. In training, and only then, features are multiplied by the gate: like
    dropout it tells the modes apart, but it draws nothing. ids (B, T) -> (B, T, V)."""

    gate: torch.Tensor

    def __init__(self, embedding: torch.Tensor, head: torch.Tensor, gate: torch.Tensor, depth: int = 1) -> None:
        super().__init__()
        self.embedding, self.head = nn.Parameter(embedding.clone()), nn.Parameter(head.clone())
        self.register_buffer("gate", gate.clone())
        self.depth = depth

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embedding[ids]  # (B, T, d)
        x = x * self.gate if self.training else x
        for _ in range(self.depth):
            x = torch.tanh(x)
        return x @ self.head.T


def call_made(target: Callable[..., Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the call returned, and what became of what was made for it, and of batches that were given."""
    with torch.random.fork_rng(devices=()):  # a loop may seed the global generator
        made = make_all(inputs)
        batches = {name: _copied(value) for name, value in made.items() if _is_batches(value)}
        returned = target(*made.values())
        same = {f"{name}.unchanged": _same(made[name], before) for name, before in batches.items()}
        return {**columns(returned), **told(inputs, made), **same}


def _is_batches(value: Any) -> bool:
    """Whether it is a list of mappings of tensors, and not empty."""
    parts = [batch.values() if type(batch) is dict else [None] for batch in value] if type(value) is list else []
    return bool(parts) and all(isinstance(part, torch.Tensor) for batch in parts for part in batch)


def _copied(batches: list[Made]) -> list[Made]:
    return [{key: value.clone() for key, value in batch.items()} for batch in batches]


def _same(batches: list[Made], before: list[Made]) -> bool:
    """Whether these batches are what they were."""
    return len(batches) == len(before) and all(
        now.keys() == then.keys() and all(torch.equal(now[key], then[key]) for key in then)
        for now, then in zip(batches, before, strict=True)
    )


def make_all(inputs: Mapping[str, Any]) -> Made:
    """The inputs, each made in order: an optimizer comes after its model."""
    made: Made = {}
    for name, value in inputs.items():
        kind = value.get("make") if isinstance(value, dict) else None
        made[name] = value if kind is None else _MAKERS[kind](value, made)
    return made


def _model(said: Mapping[str, Any], _made: Made) -> LittleModel:
    model = LittleModel(said["embedding"], said["head"], said["gate"], said.get("depth", 1))
    if said.get("stale"):
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
    return model.train(said["training"])


def _optimizer(said: Mapping[str, Any], made: Made) -> torch.optim.Optimizer:
    parameters = made["model"].parameters()
    groups = [{"params": [parameter], "lr": rate} for parameter, rate in zip(parameters, said["rates"], strict=True)]
    optimizer: torch.optim.Optimizer = getattr(torch.optim, said["class"])(groups, **said["options"])
    return optimizer


def _schedule(said: Mapping[str, Any], _made: Made) -> Callable[[int], float]:
    rates = said["rates"]
    return lambda step: float(rates[min(max(int(step), 0), len(rates) - 1)])


def _generator(said: Mapping[str, Any], _made: Made) -> torch.Generator:
    return torch.Generator().manual_seed(said["seed"])


_MAKERS: dict[str, Callable[[Mapping[str, Any], Made], Any]] = {
    "model": _model,
    "classifier": lambda said, _made: classifier_made(said),
    "optimizer": _optimizer,
    "schedule": _schedule,
    "generator": _generator,
}


def columns(returned: Any) -> dict[str, Any]:
    """A list of mappings by their keys, each with its values in order; anything else as "output"."""
    if not (isinstance(returned, list) and returned and all(isinstance(row, dict) for row in returned)):
        return {"output": returned}
    keys = dict.fromkeys(key for row in returned for key in row)
    return {str(key): [row.get(key) for row in returned] for key in keys}


def told(inputs: Mapping[str, Any], made: Made) -> dict[str, Any]:
    """What became of the model, its optimizer and the generator."""
    found: dict[str, Any] = {}
    if "model" in inputs:
        found |= _told_of_model(made["model"], inputs["model"].get("read", ()))
    if "optimizer" in inputs:
        found |= _told_of_optimizer(made["optimizer"], inputs["optimizer"]["class"])
    if "generator" in inputs:
        found["generator"] = torch.randint(1 << 30, (3,), generator=made["generator"])
    return found


def _told_of_model(model: Any, read: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "parameters" in read:
        found |= {f"model.{name}": value.detach() for name, value in model.named_parameters()}
    if "gradients" in read:
        found |= {f"model.{name}.grad": value.grad for name, value in model.named_parameters()}
    if "logits" in read:  # in the mode in which it was left
        with torch.no_grad():
            output = model(torch.arange(len(model.embedding)).unsqueeze(0))
        found["model(ids)"] = getattr(output, "logits", output)
    return found


def _told_of_optimizer(optimizer: torch.optim.Optimizer, kind: str) -> dict[str, torch.Tensor]:
    """Each part of its state, the parameters' one after the other; zeros where it has none yet."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    return {
        f"optimizer.{key}": torch.cat([_flat(optimizer.state.get(p, {}).get(key), p) for p in parameters])
        for key in STATE[kind]
    }


def _flat(value: Any, parameter: torch.Tensor) -> torch.Tensor:
    found = torch.zeros_like(parameter) if value is None else torch.as_tensor(value)
    return found.detach().flatten().to(torch.float64)


# ---------------------------------------------------------------------------------------------------------------
# Checkpoints


def resumed(save: Callable[..., Any], load: Callable[..., Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Trains what is made for ``before`` steps, saves it; loads the file into the ``other`` objects; trains these for
    ``after`` steps, and the saved ones too, which saving has not changed. The file lives in a folder of its own, and
    goes with it."""
    said = inputs["file"]
    ids = said["ids"]
    with tempfile.TemporaryDirectory() as folder:
        path = _path_in(Path(folder), unwritable=bool(said.get("unwritable")))
        first = make_all({key: inputs[key] for key in ("model", "optimizer", "generator")})
        _train(first, ids, said["before"])
        save(path, first["model"], first["optimizer"], said["step"], first["generator"])
        _train(first, ids, said["after"])  # a file does not follow
        other = make_all(said["other"])
        step = load(path, other["model"], other["optimizer"], other["generator"])
    rates = [float(group["lr"]) for group in other["optimizer"].param_groups]
    _train(other, ids, said["after"])
    saved = {f"saved.{name}": value for name, value in told(inputs, first).items()}
    return {"step": step, "optimizer.lr": rates, **told(inputs, other), **saved}


def _path_in(folder: Path, *, unwritable: bool) -> str:
    """A path that can be written; or one below a file, which nobody can write."""
    if unwritable:
        (folder / "file").write_text("")
        return str(folder / "file" / "checkpoint.pt")
    return str(folder / "checkpoint.pt")


def _train(made: Made, ids: torch.Tensor, steps: int) -> None:
    model, optimizer, generator = made["model"], made["optimizer"], made["generator"]
    for _ in range(steps):
        places = torch.randint(len(ids) - 1, (6,), generator=generator)
        optimizer.zero_grad()
        F.cross_entropy(model(ids[places].unsqueeze(0))[0], ids[places + 1]).backward()
        optimizer.step()


# ---------------------------------------------------------------------------------------------------------------
# Records


def record_of(target: Callable[..., Any], inputs: Mapping[str, Any]) -> list[str]:
    """In order: "forward in training", "forward in evaluation" (", graph kept" where one is built), "backward" (as
    gradients arrive), "zero_grad", "step"; then "graph in what is returned" if it holds one."""
    made, record = make_all(inputs), list[str]()
    model, optimizer = made["model"], made.get("optimizer")

    def forward(module: nn.Module, *_: Any) -> None:
        mode = "training" if module.training else "evaluation"
        record.append(f"forward in {mode}{', graph kept' if torch.is_grad_enabled() else ''}")

    model.register_forward_pre_hook(forward)
    model.head.register_hook(lambda _: record.append("backward"))
    if optimizer is not None:
        optimizer.register_step_pre_hook(lambda *_: record.append("step"))
        _before(optimizer, "zero_grad", lambda: record.append("zero_grad"))
    _before(model, "zero_grad", lambda: record.append("zero_grad"))
    returned = target(*made.values())
    values = [
        value for column in columns(returned).values() for value in (column if type(column) is list else [column])
    ]
    if any(isinstance(value, torch.Tensor) and value.requires_grad for value in values):
        record.append("graph in what is returned")
    return record


def _before(owner: Any, method: str, act: Callable[[], Any]) -> None:
    """Has ``act`` done before each call of that method of this object."""
    own = getattr(owner, method)

    def called(*args: Any, **kwargs: Any) -> Any:
        act()
        return own(*args, **kwargs)

    setattr(owner, method, called)
