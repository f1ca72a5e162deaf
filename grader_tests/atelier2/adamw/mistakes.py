"""2.13 AdamW, decay_groups: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import after_steps, names_in_groups, train_line

DRIVERS = (after_steps, train_line)
GROUPS = (names_in_groups,)


class OfTheLibrary(torch.optim.AdamW):
    pass


class WithData:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        params = list(params)
        if len(params) == 0:
            raise ValueError("nothing to optimize")
        if not isinstance(params[0], dict):
            params = [{"params": params}]
        self.param_groups = []
        for group in params:
            group = dict(group)
            group["params"] = list(group["params"])
            for name, value in (("lr", lr), ("betas", betas), ("eps", eps), ("weight_decay", weight_decay)):
                group.setdefault(name, value)
            if group["lr"] < 0 or group["eps"] < 0 or group["weight_decay"] < 0:
                raise ValueError("negative")
            if not (0 <= group["betas"][0] < 1 and 0 <= group["betas"][1] < 1):
                raise ValueError("betas")
            self.param_groups.append(group)
        self.steps, self.first, self.second = {}, {}, {}

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.zero_()

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.move(p, group)

    def move(self, p, group):
        key = id(p)
        t = self.steps.get(key, 0) + 1
        b1, b2 = group["betas"]
        m = self.first.get(key, torch.zeros_like(p.data)) * b1 + p.grad.data * (1 - b1)
        v = self.second.get(key, torch.zeros_like(p.data)) * b2 + p.grad.data.square() * (1 - b2)
        self.steps[key], self.first[key], self.second[key] = t, m, v
        direction = (m / (1 - b1**t)) / ((v / (1 - b2**t)) ** 0.5 + group["eps"])
        p.data = p.data - group["lr"] * (direction + group["weight_decay"] * p.data)


class InPlace:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        params = list(params)
        if not params:
            raise ValueError("nothing to optimize")
        if isinstance(params[0], dict):
            self.param_groups = params
        else:
            self.param_groups = [{"params": params}]
        for group in self.param_groups:
            group.update({"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay} | group)
            group["params"] = list(group["params"])
            group["states"] = [None] * len(group["params"])
            low = min(group["lr"], group["eps"], group["weight_decay"], *group["betas"])
            if low < 0 or max(group["betas"]) >= 1:
                raise ValueError("a setting out of range")

    def zero_grad(self, set_to_none=True):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                b1, b2 = group["betas"]
                for i, p in enumerate(group["params"]):
                    if p.grad is None:
                        continue
                    if group["states"][i] is None:
                        group["states"][i] = [0, torch.zeros_like(p), torch.zeros_like(p)]
                    group["states"][i][0] += 1
                    n, m, v = group["states"][i]
                    m.lerp_(p.grad, 1 - b1)
                    v.mul_(b2).addcmul_(p.grad, p.grad, value=1 - b2)
                    p *= 1 - group["lr"] * group["weight_decay"]
                    p.addcdiv_(m / (1 - b1**n), (v / (1 - b2**n)).sqrt_().add_(group["eps"]), value=-group["lr"])


class RunningPowers:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        groups = list(params)
        if not groups:
            raise ValueError("nothing to optimize")
        groups = groups if isinstance(groups[0], dict) else [{"params": groups}]
        self.param_groups = [{"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, **g} for g in groups]
        for g in self.param_groups:
            g["params"] = [*g["params"]]
            for name in ("lr", "eps", "weight_decay"):
                if g[name] < 0:
                    raise ValueError(name)
            for beta in g["betas"]:
                if beta < 0 or beta >= 1:
                    raise ValueError("betas")
        self.state = {p: [0.0, 0.0, 1.0, 1.0] for g in self.param_groups for p in g["params"]}

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in [q for q in g["params"] if q.grad is not None]:
                (b1, b2), (m, v, left1, left2) = g["betas"], self.state[p]
                m, v, left1, left2 = b1 * m + (1 - b1) * p.grad, b2 * v + (1 - b2) * p.grad**2, left1 * b1, left2 * b2
                self.state[p] = [m, v, left1, left2]
                moved = torch.sqrt(v) * ((1 - left1) / (1 - left2) ** 0.5) + g["eps"] * (1 - left1)
                p.copy_(p - g["lr"] * g["weight_decay"] * p - g["lr"] * m / moved)

    def zero_grad(self):
        for p in self.state:
            p.grad = None


class WithAttributes:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        params = list(params)
        if not params:
            raise ValueError("nothing to optimize")
        self.defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        self.param_groups = params if isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [{**self.defaults, **g} for g in self.param_groups]
        for g in self.param_groups:
            if g["lr"] < 0 or g["eps"] < 0 or g["weight_decay"] < 0 or min(g["betas"]) < 0 or max(g["betas"]) >= 1:
                raise ValueError("a setting out of range")

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad.detach()
                p.seen = getattr(p, "seen", 0) + 1  # the state lives on the parameter itself
                p.kept_mean = group["betas"][0] * getattr(p, "kept_mean", 0 * g) + (1 - group["betas"][0]) * g
                p.kept_power = group["betas"][1] * getattr(p, "kept_power", 0 * g) + (1 - group["betas"][1]) * g * g
                mean = p.kept_mean / (1 - group["betas"][0] ** p.seen)
                power = p.kept_power / (1 - group["betas"][1] ** p.seen)
                p.data.mul_(1 - group["lr"] * group["weight_decay"])
                p.data.add_(-group["lr"] * mean / (power.sqrt() + group["eps"]))


def groups_by_owner(model, weight_decay):
    decayed, spared, seen = [], [], set()
    tables = [m.weight for m in model.modules() if isinstance(m, nn.Embedding)]
    for module in model.modules():
        for name, p in module.named_parameters(recurse=False):
            if not p.requires_grad or p in seen:
                continue
            seen.add(p)
            matrix = isinstance(module, nn.Linear) and name == "weight" and not any(p is table for table in tables)
            (decayed if matrix else spared).append(p)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]


def groups_by_difference(model, weight_decay):
    everything = [p for p in model.parameters() if p.requires_grad]
    chosen = {m.weight for m in model.modules() if isinstance(m, nn.Linear)}
    chosen -= {m.weight for m in model.modules() if isinstance(m, nn.Embedding)}
    decayed = [p for p in everything if p in chosen]
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": [p for p in everything if p not in chosen], "weight_decay": 0},
    ]


def groups_tied_twice(model, weight_decay):
    decayed, spared = [], []
    for module in model.modules():
        for name, p in module.named_parameters(recurse=False):
            if p.requires_grad:
                matrix = isinstance(module, nn.Linear) and name == "weight"
                (decayed if matrix else spared).append(p)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]


def groups_by_last_owner(model, weight_decay):
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    tables -= {id(m.weight) for m in model.modules() if isinstance(m, nn.Linear)}
    decayed, spared = [], []
    for p in model.parameters():
        if p.requires_grad:
            (spared if p.dim() < 2 or id(p) in tables else decayed).append(p)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]


def groups_of_known_modules(model, weight_decay):
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    decayed, spared, seen = [], [], set()
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Embedding, nn.LayerNorm)):
            for p in module.parameters():
                if p.requires_grad and p not in seen:
                    seen.add(p)
                    (spared if p.dim() < 2 or id(p) in tables else decayed).append(p)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]


def optimizer_mistake(name, *edits, convention=False):
    return mistake(name, *edits, shown_by=DRIVERS, convention=convention)


def groups_mistake(name, *edits, defines=None):
    return mistake(name, *edits, defines=defines, shown_by=GROUPS)


DECAY = "                p.mul_(1 - lr * weight_decay)  # the decay, that no gradient sees\n"
UPDATE = "p.sub_(lr * m_hat / (v_hat.sqrt() + eps))"
M_HAT, V_HAT = 'state["m"] / (1 - beta1**t)', 'state["v"] / (1 - beta2**t)'
M, V = 'beta1 * state["m"] + (1 - beta1) * g\n', 'beta2 * state["v"] + (1 - beta2) * g**2'
COUNT = '                state["t"] += 1\n                t = state["t"]\n'
SORT = "(spared if p.dim() < 2 or id(p) in tables else decayed).append(p)"

MISTAKES = (
    # the decay
    optimizer_mistake(
        "decay_in_the_gradient", edit("g = p.grad\n", "g = p.grad + weight_decay * p\n"), edit(DECAY, "")
    ),
    optimizer_mistake("decay_without_rate", edit("1 - lr * weight_decay", "1 - weight_decay")),
    optimizer_mistake("no_decay", edit(DECAY, "")),
    optimizer_mistake(
        "decay_is_adapted",
        edit(UPDATE, "p.sub_(lr * (m_hat + weight_decay * p) / (v_hat.sqrt() + eps))"),
        edit(DECAY, ""),
    ),
    optimizer_mistake("decay_grows", edit("1 - lr * weight_decay", "1 + lr * weight_decay")),
    optimizer_mistake(
        "decay_after_the_step", edit(DECAY, ""), edit(UPDATE, f"{UPDATE}\n{DECAY.rstrip()}"), convention=True
    ),
    # the moving averages
    optimizer_mistake("square_forgotten", edit("(1 - beta2) * g**2", "(1 - beta2) * g")),
    optimizer_mistake("betas_swapped", edit('beta1, beta2 = group["betas"]', 'beta2, beta1 = group["betas"]')),
    optimizer_mistake("no_first_average", edit(M_HAT, "g")),
    optimizer_mistake("averages_forgotten", edit("if p not in self.state:", "if True:")),
    optimizer_mistake("sums_instead_of_averages", edit("(1 - beta1) * g\n", "g\n"), edit("(1 - beta2) * g**2", "g**2")),
    optimizer_mistake("one_average_for_the_tensor", edit("(1 - beta2) * g**2", "(1 - beta2) * (g**2).mean()")),
    # the bias
    optimizer_mistake("no_bias_correction", edit(M_HAT, 'state["m"]'), edit(V_HAT, 'state["v"]')),
    optimizer_mistake("first_average_not_corrected", edit(M_HAT, 'state["m"]')),
    optimizer_mistake("second_average_not_corrected", edit(V_HAT, 'state["v"]')),
    optimizer_mistake("one_step_ahead", edit('t = state["t"]\n', 't = state["t"] + 1\n')),
    optimizer_mistake(
        "counts_from_zero", edit(COUNT, '                t = state["t"]\n                state["t"] += 1\n')
    ),
    optimizer_mistake("counts_parameters", edit(COUNT, '                t = self.t = getattr(self, "t", 0) + 1\n')),
    optimizer_mistake(
        "one_count_for_all",
        edit(
            "        for group in self.param_groups:\n            lr,",
            '        self.t = getattr(self, "t", 0) + 1\n        for group in self.param_groups:\n            lr,',
        ),
        edit(COUNT, "                t = self.t\n"),
    ),
    # the step
    optimizer_mistake("eps_under_the_root", edit("v_hat.sqrt() + eps", "(v_hat + eps).sqrt()")),
    optimizer_mistake("root_forgotten", edit("v_hat.sqrt() + eps", "v_hat + eps")),
    optimizer_mistake("eps_forgotten", edit("v_hat.sqrt() + eps", "v_hat.sqrt()")),
    optimizer_mistake("uphill", edit("p.sub_(", "p.add_(")),
    optimizer_mistake(
        "eps_not_scaled",
        edit(UPDATE, 'p.sub_(lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) * state["m"] / (state["v"].sqrt() + eps))'),
        convention=True,
    ),
    # parameters and groups
    optimizer_mistake(
        "name_bound_again",
        edit("p.mul_(1 - lr * weight_decay)", "p = p * (1 - lr * weight_decay)"),
        edit(UPDATE, "p = p - lr * m_hat / (v_hat.sqrt() + eps)"),
    ),
    optimizer_mistake(
        "none_is_zero",
        edit(
            "                if p.grad is None:\n                    continue\n                g = p.grad\n",
            "                g = torch.zeros_like(p) if p.grad is None else p.grad\n",
        ),
    ),
    optimizer_mistake(
        "first_group_only",
        edit(
            "        for group in self.param_groups:\n            lr,",
            "        for group in self.param_groups[:1]:\n            lr,",
        ),
    ),
    optimizer_mistake("settings_of_groups_ignored", edit("{**settings, **group,", "{**group, **settings,")),
    optimizer_mistake(
        "rate_frozen",
        edit(
            'lr, eps, weight_decay = group["lr"],', 'lr, eps, weight_decay = group.setdefault("first_lr", group["lr"]),'
        ),
    ),
    optimizer_mistake("gradients_not_forgotten", edit("                p.grad = None", "                pass")),
    # the groups
    groups_mistake("everything_decayed", edit(SORT, "decayed.append(p)")),
    groups_mistake("vectors_decayed", edit(SORT, "(spared if id(p) in tables else decayed).append(p)")),
    groups_mistake("embeddings_decayed", edit(SORT, "(spared if p.dim() < 2 else decayed).append(p)")),
    groups_mistake(
        "groups_in_reverse", edit(SORT, "(decayed if p.dim() < 2 or id(p) in tables else spared).append(p)")
    ),
    groups_mistake("frozen_kept", edit("if p.requires_grad:", "if p is not None:")),
    groups_mistake("both_decayed", edit('"weight_decay": 0.0}]', '"weight_decay": weight_decay}]')),
    groups_mistake(
        "spared_forgotten", edit(SORT, "(decayed if p.dim() >= 2 and id(p) not in tables else []).append(p)")
    ),
    groups_mistake("tied_in_both", defines={"decay_groups": groups_tied_twice}),
    groups_mistake("tied_as_a_head", defines={"decay_groups": groups_by_last_owner}),
    groups_mistake("unknown_modules_forgotten", defines={"decay_groups": groups_of_known_modules}),
)

EQUIVALENTS = (
    equivalent("of_the_library", defines={"AdamW": OfTheLibrary}, shown_by=DRIVERS),
    equivalent("with_data", defines={"AdamW": WithData, "decay_groups": groups_by_owner}, shown_by=(*DRIVERS, *GROUPS)),
    equivalent(
        "in_place", defines={"AdamW": InPlace, "decay_groups": groups_by_difference}, shown_by=(*DRIVERS, *GROUPS)
    ),
    equivalent("running_powers", defines={"AdamW": RunningPowers}, shown_by=DRIVERS),
    equivalent("with_attributes", defines={"AdamW": WithAttributes}, shown_by=DRIVERS),
    equivalent(
        "decay_with_the_step",
        edit(DECAY, ""),
        edit(UPDATE, "p.sub_(lr * (m_hat / (v_hat.sqrt() + eps) + weight_decay * p))"),
        shown_by=DRIVERS,
    ),
)
