"""2.13 adamw: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
from torch import nn

from attentif.exercises.unlisted import unlisted

from .oracle import AdamW


class Written(AdamW):
    """Right, one parameter at a time, its pieces left to be made otherwise."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    state = self.state.setdefault(p, {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)})
                    self.move(p, p.grad, state, group)

    def averages(self, g, state, group):
        beta1, beta2 = group["betas"]
        state["t"] += 1
        state["m"] = beta1 * state["m"] + (1 - beta1) * g
        state["v"] = beta2 * state["v"] + (1 - beta2) * g**2
        return state["m"] / (1 - beta1 ** state["t"]), state["v"] / (1 - beta2 ** state["t"])

    def move(self, p, g, state, group):
        m, v = self.averages(g, state, group)
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.sub_(group["lr"] * m / (v.sqrt() + group["eps"]))


@unlisted("AdamW")
class AdamWNesterov(Written):  # NAdam's look-ahead
    def move(self, p, g, state, group):
        m, v = self.averages(g, state, group)
        beta1 = group["betas"][0]
        m = beta1 * m + (1 - beta1) * g / (1 - beta1 ** state["t"])
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.sub_(group["lr"] * m / (v.sqrt() + group["eps"]))


@unlisted("AdamW")
class AdamWMaximum(Written):  # AMSGrad
    def move(self, p, g, state, group):
        m, v = self.averages(g, state, group)
        state["top"] = torch.maximum(state.get("top", v), v)
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.sub_(group["lr"] * m / (state["top"].sqrt() + group["eps"]))


@unlisted("AdamW")
class AdamWSign(Written):  # as Lion: the sign of the average
    def move(self, p, g, state, group):
        m, _ = self.averages(g, state, group)
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.sub_(group["lr"] * m.sign())


@unlisted("AdamW")
class AdamWCentred(Written):  # the average of squares around the average
    def move(self, p, g, state, group):
        m, v = self.averages(g, state, group)
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.sub_(group["lr"] * m / ((v - m**2).clamp(min=0).sqrt() + group["eps"]))


@unlisted("AdamW", "uphill")
class AdamWAscends(Written):
    def move(self, p, g, state, group):
        m, v = self.averages(g, state, group)
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.add_(group["lr"] * m / (v.sqrt() + group["eps"]))


@unlisted("AdamW", "decay_grows")
class AdamWDecayGrows(Written):  # a sign
    def move(self, p, g, state, group):
        m, v = self.averages(g, state, group)
        p.mul_(1 + group["lr"] * group["weight_decay"])
        p.sub_(group["lr"] * m / (v.sqrt() + group["eps"]))


@unlisted("AdamW", "one_average_for_the_tensor")
class AdamWWholeNorm(Written):  # one second moment for a whole tensor
    def averages(self, g, state, group):
        m, _ = super().averages(g, state, group)
        beta2 = group["betas"][1]
        state["n"] = beta2 * state.get("n", 0.0) + (1 - beta2) * (g**2).mean()
        return m, state["n"] / (1 - beta2 ** state["t"])


@unlisted("AdamW")
class AdamWDecayToSign(Written):  # L1: the sign of p
    def move(self, p, g, state, group):
        m, v = self.averages(g, state, group)
        p.sub_(group["lr"] * group["weight_decay"] * p.sign())
        p.sub_(group["lr"] * m / (v.sqrt() + group["eps"]))


@unlisted("AdamW")
class AdamWCountFromZero(Written):  # t − 1 in the corrections, 1 at least
    def averages(self, g, state, group):
        beta1, beta2 = group["betas"]
        super().averages(g, state, group)
        t = max(1, state["t"] - 1)
        return state["m"] / (1 - beta1**t), state["v"] / (1 - beta2**t)


@unlisted("AdamW", "sums_instead_of_averages")
class AdamWUnweightedSums(Written):  # m = β m + g
    def averages(self, g, state, group):
        beta1, beta2 = group["betas"]
        state["t"] += 1
        state["m"] = beta1 * state["m"] + g
        state["v"] = beta2 * state["v"] + g**2
        return state["m"] / (1 - beta1 ** state["t"]), state["v"] / (1 - beta2 ** state["t"])


@unlisted("AdamW")
class AdamWDecayOfOldValue(Written):  # by what p was a step before
    def move(self, p, g, state, group):
        m, v = self.averages(g, state, group)
        old, state["old"] = state.get("old", p.clone()), p.clone()
        p.sub_(group["lr"] * group["weight_decay"] * old)
        p.sub_(group["lr"] * m / (v.sqrt() + group["eps"]))


@unlisted("AdamW", "first_group_only")
class AdamWFirstGroupOnly(Written):
    @torch.no_grad()
    def step(self):
        self.param_groups, every = self.param_groups[:1], self.param_groups
        super().step()
        self.param_groups = every


def grouped(decayed, spared, weight_decay):
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]


def chosen(model, weight_decay, is_decayed):
    learned = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    decayed = [p for name, p in learned if is_decayed(name, p)]
    return grouped(decayed, [p for name, p in learned if not is_decayed(name, p)], weight_decay)


@unlisted("decay_groups")
def decay_groups_square_matrices(model, weight_decay):
    return chosen(model, weight_decay, lambda name, p: p.dim() == 2 and p.size(0) == p.size(1))


@unlisted("decay_groups")
def decay_groups_nothing_decayed(model, weight_decay):
    return chosen(model, weight_decay, lambda name, p: False)


@unlisted("decay_groups")
def decay_groups_by_weight_in_the_name(model, weight_decay):  # norms' weights too
    return chosen(model, weight_decay, lambda name, p: name.endswith("weight"))


@unlisted("decay_groups")
def decay_groups_norms_decayed(model, weight_decay):  # only biases and tables are spared
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    return chosen(model, weight_decay, lambda name, p: "bias" not in name and id(p) not in tables)


@unlisted("decay_groups")
def decay_groups_half_decay(model, weight_decay):  # the second group is decayed a little
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    first, second = chosen(model, weight_decay, lambda name, p: p.dim() > 1 and id(p) not in tables)
    return [first, {**second, "weight_decay": weight_decay / 2}]


@unlisted("decay_groups")
def decay_groups_one_per_tensor(model, weight_decay):
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    return [
        {"params": [p], "weight_decay": weight_decay if p.dim() > 1 and id(p) not in tables else 0.0}
        for p in model.parameters()
        if p.requires_grad
    ]


@unlisted("decay_groups")
def decay_groups_head_spared(model, weight_decay):  # the head is spared, tied or not
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    return chosen(
        model, weight_decay, lambda name, p: p.dim() > 1 and id(p) not in tables and not name.startswith("head")
    )
