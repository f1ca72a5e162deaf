"""4.9 optimizer_groups, linear_schedule: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

from attentif.exercises.unlisted import unlisted

from .oracle import layer_number, linear_schedule, optimizer_groups


def grouped(model, depth, decays, lr, weight_decay, layer_decay, learns=lambda name, p: p.requires_grad):
    """One group for each parameter: depth(name, k, n_layers), decays(name, p)."""
    optimizer_groups(model, lr, weight_decay, layer_decay)  # refuses what is to be refused
    numbers = [layer_number(name) for name, _ in model.named_parameters()]
    n_layers = 1 + max(k for k in numbers if k is not None)
    return [
        {
            "params": [p],
            "lr": lr * layer_decay ** depth(name, layer_number(name), n_layers),
            "weight_decay": weight_decay if decays(name, p) else 0.0,
        }
        for name, p in model.named_parameters()
        if learns(name, p)
    ]


def right_depth(name, k, n_layers):
    return n_layers - k if k is not None else n_layers + 1 if "embeddings" in name else 0


def right_decays(name, p):
    return p.dim() > 1


@unlisted("optimizer_groups", "upside_down")
def groups_slow_head(model, lr, weight_decay, layer_decay=1.0):  # the floors are counted from the bottom
    def depth(name, k, n_layers):
        return n_layers + 1 - right_depth(name, k, n_layers)

    return grouped(model, depth, right_decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups")
def groups_layer_names_as_text(model, lr, weight_decay, layer_decay=1.0):  # "10" comes before "2"
    def depth(name, k, n_layers):
        rank = sorted(map(str, range(n_layers)))
        return n_layers - rank.index(str(k)) if k is not None else right_depth(name, k, n_layers)

    return grouped(model, depth, right_decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups", "pooler_like_the_highest_layer")
def groups_pooler_one_lower(model, lr, weight_decay, layer_decay=1.0):  # the pooler is taken for a layer
    def depth(name, k, n_layers):
        return 1 if "pooler" in name else right_depth(name, k, n_layers)

    return grouped(model, depth, right_decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups")
def groups_twelve_layers(model, lr, weight_decay, layer_decay=1.0):  # BERT base's number of layers
    def depth(name, k, n_layers):
        return right_depth(name, k, 12)

    return grouped(model, depth, right_decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups")
def groups_linear_rates(model, lr, weight_decay, layer_decay=1.0):  # a difference for each floor, not a factor
    def depth(name, k, n_layers):
        share = right_depth(name, k, n_layers) / (n_layers + 1)
        factor = 1 - share * (1 - layer_decay)
        return 0 if layer_decay == 1 else math.log(factor) / math.log(layer_decay)

    return grouped(model, depth, right_decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups", "decay_shrinks_too")
def groups_decay_shrinks_too(model, lr, weight_decay, layer_decay=1.0):  # the decay follows the rate
    groups = grouped(model, right_depth, right_decays, lr, weight_decay, layer_decay)
    return [{**g, "weight_decay": g["weight_decay"] * (g["lr"] / lr if lr else 1.0)} for g in groups]


@unlisted("optimizer_groups")
def groups_queries_only(model, lr, weight_decay, layer_decay=1.0):  # only attention's matrices are decayed
    def decays(name, p):
        return name.endswith("weight") and ".self." in name

    return grouped(model, right_depth, decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups")
def groups_classifier_bias_decayed(model, lr, weight_decay, layer_decay=1.0):  # the head is one group, all decayed
    def decays(name, p):
        return p.dim() > 1 or right_depth(name, layer_number(name), 1) == 0

    return grouped(model, right_depth, decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups")
def groups_word_embeddings_only(model, lr, weight_decay, layer_decay=1.0):  # positions and segments at the head's rate
    def depth(name, k, n_layers):
        return 0 if k is None and "word_embeddings" not in name else right_depth(name, k, n_layers)

    return grouped(model, depth, right_decays, lr, weight_decay, layer_decay)


@unlisted("linear_schedule", "cosine")
def schedule_cosine(step, warmup, total):
    factor = linear_schedule(step, warmup, total)
    return factor if step < warmup else (1 - math.cos(math.pi * factor)) / 2


@unlisted("linear_schedule")
def schedule_constant_then_down(step, warmup, total):  # constant for as long as it went up
    linear_schedule(step, warmup, total)
    if step < warmup:
        return step / warmup
    return min(1.0, max(0.0, (total - step) / max(1, total - 2 * warmup)))


@unlisted("linear_schedule")
def schedule_inverse_root(step, warmup, total):
    factor = linear_schedule(step, warmup, total)
    return factor if step < warmup or step >= total else math.sqrt(max(1, warmup) / max(1, step))


@unlisted("linear_schedule")
def schedule_lower_bound(step, warmup, total):  # never under a tenth
    return max(0.1, linear_schedule(step, warmup, total))


@unlisted("optimizer_groups")
def groups_two_rates(model, lr, weight_decay, layer_decay=1.0):  # the head, and all the rest one floor below
    def depth(name, k, n_layers):
        return min(1, right_depth(name, k, n_layers))

    return grouped(model, depth, right_decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups")
def groups_decay_of_attention_norms(model, lr, weight_decay, layer_decay=1.0):  # only the embeddings' norm is spared
    def decays(name, p):
        return p.dim() > 1 or ("LayerNorm.weight" in name and "embeddings" not in name)

    return grouped(model, right_depth, decays, lr, weight_decay, layer_decay)


@unlisted("optimizer_groups")
def groups_first_digit(model, lr, weight_decay, layer_decay=1.0):  # layer.10 is read as layer 1
    def depth(name, k, n_layers):
        return n_layers - int(str(k)[0]) if k is not None else right_depth(name, k, n_layers)

    return grouped(model, depth, right_decays, lr, weight_decay, layer_decay)


@unlisted("linear_schedule")
def schedule_restarts(step, warmup, total):  # it begins anew after the end
    return linear_schedule(step % total if total else step, warmup, total)


@unlisted("linear_schedule")
def schedule_slow_end(step, warmup, total):  # one step more on the way down
    linear_schedule(step, warmup, total)
    return step / warmup if step < warmup else max(0.0, (total - step + 1) / (total - warmup + 1))


@unlisted("linear_schedule")
def schedule_whole_numbers(step, warmup, total):  # whole divisions
    linear_schedule(step, warmup, total)
    if step < warmup:
        return float(step // warmup)
    return 0.0 if step >= total else float((total - step) // (total - warmup))
