"""4.9 optimizer_groups, linear_schedule: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import layer_number, settings_by_parameter


def one_group_each(model, lr, weight_decay, layer_decay=1.0):
    if not (lr >= 0 and weight_decay >= 0 and layer_decay > 0 and layer_decay <= 1):
        raise ValueError("out of range")
    named = [(name, p) for name, p in model.named_parameters()]
    top = max([layer_number(name) for name, _ in named if layer_number(name) is not None], default=-1)
    groups = []
    for name, p in named:
        if p.requires_grad:
            rate = lr
            if "embeddings." in name:
                rate = lr * layer_decay ** (top + 2)
            elif layer_number(name) is not None:
                rate = lr * layer_decay ** (top + 1 - layer_number(name))
            groups.append({"params": [p], "lr": rate, "weight_decay": weight_decay if p.dim() > 1 else 0.0})
    return groups


def by_minimum(step, warmup, total):
    if step < 0 or warmup < 0 or warmup > total:
        raise ValueError("out of range")
    up = step / warmup if warmup else 1.0
    down = (total - step) / (total - warmup) if total > warmup else float(step < total)
    return max(0.0, min(1.0, up, down))


def by_modules(model, lr, weight_decay, layer_decay=1.0):
    if lr < 0 or weight_decay < 0 or layer_decay <= 0 or layer_decay > 1:
        raise ValueError("out of range")
    norms = {p for module in model.modules() if isinstance(module, nn.LayerNorm) for p in module.parameters()}
    floors = {}  # floor -> named parameters; 0 is the head's
    for name, p in model.named_parameters():
        k = layer_number(name)
        key = "embeddings" if "embeddings" in name else ("head" if k is None else k)
        floors.setdefault(key, []).append((name, p))
    order = ["head", *sorted((k for k in floors if isinstance(k, int)), reverse=True), "embeddings"]
    groups, rate = [], lr
    for key in order:
        learning = [(name, p) for name, p in floors.get(key, []) if p.requires_grad]
        spared = [p for name, p in learning if p in norms or name.rsplit(".", 1)[-1] == "bias"]
        decayed = [p for _, p in learning if not any(p is other for other in spared)]
        groups.append({"params": decayed, "lr": rate, "weight_decay": weight_decay})
        groups.append({"params": spared, "lr": rate, "weight_decay": 0})
        rate = rate * layer_decay
    return groups


def interpolated(step, warmup, total):
    if step < 0 or not (total >= warmup >= 0):
        raise ValueError("out of range")
    if step >= total:
        return 0.0
    if warmup == 0:
        return 1 - step / total
    return float(np.interp(step, [0, warmup, total], [0.0, 1.0, 0.0])) if warmup < total else step / warmup


def by_a_list_of_rates(model, lr, weight_decay, layer_decay=1.0):
    if min(lr, weight_decay) < 0 or not (0 < layer_decay <= 1):
        raise ValueError("out of range")
    n_layers = 0
    while any(f"layer.{n_layers}." in name for name, _ in model.named_parameters()):
        n_layers += 1
    rates = np.full(n_layers + 2, lr) * layer_decay ** np.arange(n_layers + 1, -1, -1)  # embeddings, layers, head
    groups = {}
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        place = n_layers + 1
        if "embeddings" in name:
            place = 0
        if "encoder.layer." in name:
            place = 1 + int(name.split("encoder.layer.")[1].split(".")[0])
        plain = "bias" in name or "norm" in name.lower()
        group = groups.setdefault(
            (place, plain),
            {"params": [], "lr": float(rates[place]), "weight_decay": 0.0 if plain else weight_decay},
        )
        group["params"].append(p)
    return [*groups.values()]


def as_the_library(step, warmup, total):
    if step < 0 or warmup < 0 or total < warmup:
        raise ValueError("out of range")
    if step < warmup:
        return float(step) / float(max(1, warmup))
    return max(0.0, float(total - step) / float(max(1, total - warmup)))


def groups_mistake(name, *edits, convention=False):
    return mistake(name, *edits, shown_by=(settings_by_parameter,), convention=convention)


DECAY = 'decay = 0.0 if name.endswith("bias") or "LayerNorm" in name else weight_decay'
RATE = "rate = lr * layer_decay**depth"
NUMBERS = "numbers = [layer_number(name) for name, p in model.named_parameters()]"
EMBEDDINGS = '        elif "embeddings" in name:\n            depth = n_layers + 1\n'
HEAD = "            depth = 0  # head and pooler\n"
WARM, OVER, DOWN = (
    "return step / warmup",
    "    if step >= total:\n        return 0.0\n",
    "(total - step) / (total - warmup)",
)

MISTAKES = (
    # what decays
    groups_mistake("biases_decayed", edit(DECAY, 'decay = 0.0 if "LayerNorm" in name else weight_decay')),
    groups_mistake("norms_decayed", edit(DECAY, 'decay = 0.0 if name.endswith("bias") else weight_decay')),
    groups_mistake(
        "gains_decayed",
        edit(DECAY, 'decay = 0.0 if name.endswith("bias") and "LayerNorm" not in name else weight_decay'),
    ),
    groups_mistake("everything_decayed", edit(DECAY, "decay = weight_decay")),
    groups_mistake("nothing_decayed", edit(DECAY, "decay = 0.0")),
    groups_mistake("spared_ones_decayed", edit(DECAY, DECAY.replace("0.0 if", "weight_decay if")[:-12] + "0.0")),
    groups_mistake(
        "embeddings_spared",
        edit(DECAY, DECAY.replace('"LayerNorm" in name', '"LayerNorm" in name or "embeddings" in name')),
        convention=True,
    ),
    groups_mistake("head_not_decayed", edit(DECAY, DECAY.replace("0.0 if", "0.0 if depth == 0 or"))),
    # who is there
    groups_mistake("head_missing", edit(HEAD, "            continue\n")),
    groups_mistake("frozen_kept", edit("if not p.requires_grad:", "if p is None:")),
    groups_mistake("biases_missing", edit("if not p.requires_grad:", "if not p.requires_grad or p.dim() < 2:")),
    groups_mistake("embeddings_missing", edit("            depth = n_layers + 1\n", "            continue\n")),
    # how fast it moves
    groups_mistake("same_rate_everywhere", edit(RATE, "rate = lr")),
    groups_mistake("largest_at_the_bottom", edit("depth = n_layers - k  #", "depth = k + 1  #")),
    groups_mistake("upside_down", edit(RATE, "rate = lr * layer_decay ** (n_layers + 1 - depth)")),
    groups_mistake("grows_downwards", edit(RATE, "rate = lr / layer_decay**depth")),
    groups_mistake(
        "highest_layer_like_the_head",
        edit("depth = n_layers - k  #", "depth = n_layers - 1 - k  #"),
        edit("depth = n_layers + 1\n", "depth = n_layers\n"),
        convention=True,
    ),
    groups_mistake("embeddings_like_the_lowest_layer", edit("depth = n_layers + 1\n", "depth = n_layers\n")),
    groups_mistake("embeddings_like_the_head", edit(EMBEDDINGS, "")),
    groups_mistake("head_below_lr", edit(RATE, "rate = lr * layer_decay ** (depth + 1)")),
    groups_mistake("pooler_like_the_highest_layer", edit(HEAD, '            depth = 1 if "pooler" in name else 0\n')),
    groups_mistake("product_for_a_power", edit(RATE, "rate = lr * layer_decay * max(1, depth)")),
    groups_mistake("straight_rates", edit(RATE, "rate = lr * (1 - depth * (1 - layer_decay))")),
    groups_mistake("decay_shrinks_too", edit(RATE, RATE + "\n        decay = decay * layer_decay**depth")),
    groups_mistake("only_learning_layers_counted", edit(NUMBERS, NUMBERS.replace("()]", "() if p.requires_grad]"))),
    # the schedule
    mistake("counted_from_one", edit(WARM, "return (step + 1) / warmup"), convention=True),
    mistake("warmup_shared", edit(WARM, "return (step + 1) / (warmup + 1)"), convention=True),
    mistake("no_warmup", edit(WARM, "return 1.0")),
    mistake("warmup_over_total", edit(WARM, "return step / total")),
    mistake("never_down", edit(OVER, ""), edit(DOWN, "1.0")),
    mistake("constant_until_the_end", edit(DOWN, "1.0")),
    mistake("jump_after_the_warmup", edit(DOWN, "(total - step) / total")),
    mistake(
        "warmup_added_to_the_end",
        edit(OVER, "    if step >= total + warmup:\n        return 0.0\n"),
        edit(DOWN, "(total + warmup - step) / total"),
    ),
    mistake("goes_below_zero", edit(OVER, "    if total == warmup:\n        return 0.0\n")),
    mistake("upwards", edit(DOWN, "(step - warmup) / (total - warmup)")),
    mistake(
        "over_a_step_early",
        edit(DOWN, "max(0, total - 1 - step) / max(1, total - 1 - warmup)"),
        convention=True,
    ),
    mistake(
        "cosine",
        edit(DOWN, "0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))"),
        convention=True,
    ),
)

EQUIVALENTS = (
    equivalent(
        "one_group_each",
        defines={"optimizer_groups": one_group_each, "linear_schedule": by_minimum},
        uses=(layer_number,),
        shown_by=(settings_by_parameter,),
    ),
    equivalent(
        "by_modules",
        defines={"optimizer_groups": by_modules, "linear_schedule": interpolated},
        uses=(layer_number,),
        shown_by=(settings_by_parameter,),
    ),
    equivalent(
        "by_a_list_of_rates",
        defines={"optimizer_groups": by_a_list_of_rates, "linear_schedule": as_the_library},
        shown_by=(settings_by_parameter,),
    ),
)
