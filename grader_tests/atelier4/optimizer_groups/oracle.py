"""4.9 optimizer_groups, linear_schedule: how far each part of a pre-trained encoder moves, and when.

The notebook gives the little model whose parameters bear BERT's names, and the helper that lays out what the groups say
of each: a head or none, more than ten layers, frozen parts. Rates and decays are so large that each of them shows.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text


def layer_number(name):
    """The number of the layer that a parameter's name tells, from 0 at the bottom; None outside the layers."""
    parts = name.split(".")
    return int(parts[parts.index("layer") + 1]) if "layer" in parts else None


def optimizer_groups(model, lr, weight_decay, layer_decay=1.0):
    """The parameters of a BERT that learn, in groups for an optimizer.

    Head and pooler have the rate lr, the highest layer lr * layer_decay, each lower layer a factor layer_decay more,
    embeddings one more than the lowest layer. Biases and norms are not decayed, everything else is
    -> [{"params": [...], "lr": ..., "weight_decay": ...}, ...], each parameter in one group.
    """
    if lr < 0 or weight_decay < 0 or not 0 < layer_decay <= 1:
        raise ValueError("lr and weight_decay cannot be negative, layer_decay is in (0, 1]")
    numbers = [layer_number(name) for name, p in model.named_parameters()]
    n_layers = 1 + max((k for k in numbers if k is not None), default=-1)
    groups = {}  # (rate, decay) -> its parameters
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        k = layer_number(name)
        if k is not None:
            depth = n_layers - k  # 1 for the highest layer, n_layers for the lowest
        elif "embeddings" in name:
            depth = n_layers + 1
        else:
            depth = 0  # head and pooler
        decay = 0.0 if name.endswith("bias") or "LayerNorm" in name else weight_decay
        rate = lr * layer_decay**depth
        groups.setdefault((rate, decay), []).append(p)
    return [{"params": params, "lr": rate, "weight_decay": decay} for (rate, decay), params in groups.items()]


def linear_schedule(step, warmup, total):
    """The factor of the rate at a step, counted from 0: a straight line up from 0 to 1 in warmup steps, then one down
    to 0 at step total, then 0 -> float."""
    if step < 0 or not 0 <= warmup <= total:
        raise ValueError("steps are counted from 0, and the warm-up ends before the training")
    if step < warmup:
        return step / warmup
    if step >= total:
        return 0.0
    return (total - step) / (total - warmup)


def little_bert(n_layers, head):
    """A tiny model without forward, whose parameters have the names of transformers' BERT.

    head: "classifier" (BertForSequenceClassification), "qa_outputs" (BertForQuestionAnswering, without pooler), or ""
    (BertModel: its names do not begin with "bert.").
    """

    def part(**modules):
        return nn.ModuleDict(modules)

    def layer():
        attention = part(query=nn.Linear(4, 4), key=nn.Linear(4, 4), value=nn.Linear(4, 4))
        joined = part(dense=nn.Linear(4, 4), LayerNorm=nn.LayerNorm(4))
        return part(
            attention=nn.ModuleDict({"self": attention, "output": joined}),
            intermediate=part(dense=nn.Linear(4, 6)),
            output=part(dense=nn.Linear(6, 4), LayerNorm=nn.LayerNorm(4)),
        )

    bert = part(
        embeddings=part(
            word_embeddings=nn.Embedding(7, 4),
            position_embeddings=nn.Embedding(5, 4),
            token_type_embeddings=nn.Embedding(2, 4),
            LayerNorm=nn.LayerNorm(4),
        ),
        encoder=part(layer=nn.ModuleList(layer() for _ in range(n_layers))),
    )
    if head != "qa_outputs":
        bert["pooler"] = part(dense=nn.Linear(4, 4))
    return nn.ModuleDict({"bert": bert, head: nn.Linear(4, 2)}) if head else bert


def settings_by_parameter(optimizer_groups, n_layers, head, frozen, arguments):
    """What the groups say of each parameter of a little model: how many times it stands there, its rate, its decay.

    frozen: parameters whose name holds one of these words do not learn; arguments: lr, weight_decay, and layer_decay or
    none -> (P, 3), in the order of named_parameters; zeros for one that stands nowhere.
    """
    model = little_bert(n_layers, head)
    for name, p in model.named_parameters():
        p.requires_grad_(not any(word in name for word in frozen))
    names = [name for name, _ in model.named_parameters()]
    row = {id(p): i for i, p in enumerate(model.parameters())}
    found = torch.zeros(len(names), 3, dtype=torch.float64)
    for group in optimizer_groups(model, *arguments):
        for p in group["params"]:
            i = row[id(p)]
            found[i, 0] += 1
            found[i, 1:] = torch.tensor([group["lr"], group["weight_decay"]])
    return found


def independent_groups(model, lr, weight_decay, layer_decay=1.0):
    """The library's Trainer says what decays; ranks come from the modules, walked from the bottom to the top."""
    from transformers import Trainer

    if min(lr, weight_decay) < 0 or layer_decay <= 0 or layer_decay > 1:
        raise ValueError("out of range")
    decayed = set(Trainer.get_decay_parameter_names(None, model))
    body = getattr(model, "bert", model)
    floors = [body["embeddings"], *body["encoder"]["layer"]]
    rates = dict.fromkeys(model.parameters(), lr)
    for below, floor in enumerate(reversed(floors), start=1):
        rates |= {p: lr * np.prod([layer_decay] * below) for p in floor.parameters()}
    return [
        {"params": [p], "lr": float(rates[p]), "weight_decay": weight_decay if name in decayed else 0.0}
        for name, p in model.named_parameters()
        if p.requires_grad
    ]


def independent_schedule(step, warmup, total):
    """The library's scheduler, step by step, with a rate of 1."""
    from transformers import get_linear_schedule_with_warmup

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup, total)
    for _ in range(step):
        optimizer.step()
        schedule.step()
    return schedule.get_last_lr()[0]


def groups(name, n_layers, head, frozen, *arguments):
    inputs = {"n_layers": n_layers, "head": head, "frozen": list(frozen), "arguments": list(arguments)}
    inputs = {"optimizer_groups": Ref("optimizer_groups"), **inputs}
    return Case(name, Call("settings_by_parameter", inputs))


def schedule(name, step, warmup=4, total=20):
    return Case(name, Call("linear_schedule", {"step": step, "warmup": warmup, "total": total}))


LOWER = ("embeddings", "layer.0.")


def public():
    return [
        groups("one_rate", 3, "classifier", (), 0.5, 0.25),
        groups("rates_by_layer", 3, "classifier", (), 0.5, 0.25, 0.8),
        groups("frozen_bottom", 4, "classifier", LOWER, 0.25, 0.5, 0.75),
        groups("frozen_top", 4, "classifier", ("layer.3.",), 0.5, 0.125, 0.75),
        groups("without_pooler", 2, "qa_outputs", (), 0.4, 0.1, 0.5),
        groups("without_head", 2, "", (), 0.3, 0.7, 0.6),
        *(schedule(f"worked_example_{step}", step) for step in (0, 1, 4, 8, 12, 20, 30)),
        schedule("without_warmup", 0, 0, 10),
        schedule("only_warmup", 6, 6, 6),
    ]


def draw(rng):
    lr, decay = float(rng.uniform(0.2, 0.9)), float(rng.uniform(0.2, 0.9))
    shrink = float(rng.uniform(0.5, 0.9))
    n = int(rng.integers(3, 6))
    warmup, after = int(rng.integers(5, 15)), int(rng.integers(20, 60))
    total = warmup + after
    return [
        groups("one_rate", n, "classifier", (), lr, decay),
        groups("rates_by_layer", n, "classifier", (), lr, decay, shrink),
        groups("many_layers", 11, "classifier", (), lr, decay, shrink),
        groups("frozen_bottom", n, "classifier", LOWER, lr, decay, shrink),
        groups("frozen_top", n, "classifier", (f"layer.{n - 1}.", "pooler"), lr, decay, shrink),
        groups("without_pooler", n - 1, "qa_outputs", (), lr, decay, shrink),
        groups("without_head", n + 1, "", ("word_embeddings",), lr, decay, shrink),
        groups("no_decay", 2, "classifier", (), lr, 0.0, shrink),
        schedule("first", 0, warmup, total),
        schedule("warming_up", int(rng.integers(1, warmup - 1)), warmup, total),
        schedule("end_of_warmup", warmup - 1, warmup, total),
        schedule("peak", warmup, warmup, total),
        schedule("descending", warmup + int(rng.integers(3, after - 3)), warmup, total),
        schedule("nearly_over", total - 1, warmup, total),
        schedule("over", total, warmup, total),
        schedule("long_over", total + int(rng.integers(2, 9)), warmup, total),
        schedule("without_warmup", int(rng.integers(2, after)), 0, total),
        schedule("first_without_warmup", 0, 0, total),
        schedule("only_warmup", warmup - 2, warmup, warmup),
        schedule("only_warmup_over", warmup, warmup, warmup),
    ]


EXERCISE = Exercise(
    name="optimizer_groups",
    atelier="atelier4",
    number="4.9",
    title=Text("Un pas pour chaque étage, et son calendrier", "A rate for each floor, and its schedule"),
    points=6,
    functions=(
        Function(
            "settings_by_parameter",
            "(optimizer_groups, n_layers, head, frozen, arguments)",
            (Output("settings", "P 3"),),
            atol=1e-10,
        ),
        Function("optimizer_groups", "(model, lr, weight_decay, layer_decay=1.0)", (Output("groups", compare="data"),)),
        Function("linear_schedule", "(step, warmup, total)", (Output("factor"),), atol=1e-10),
    ),
    reference={"optimizer_groups": optimizer_groups, "linear_schedule": linear_schedule},
    independent={
        "optimizer_groups": independent_groups,
        "linear_schedule": independent_schedule,
        "settings_by_parameter": settings_by_parameter,
    },
    public=public,
    draw=draw,
    provided=(layer_number, little_bert, settings_by_parameter),
    core=True,
)
