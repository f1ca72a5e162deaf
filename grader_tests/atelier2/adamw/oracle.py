"""2.13 AdamW, decay_groups: an optimizer is what it does to parameters in some steps.

The notebook gives the helpers that drive it: ``after_steps`` hands it gradients, ``train_line`` a little model that it
must train, ``names_in_groups`` a model whose parameters must be told apart. Everything is in float64, with a learning
rate, a decay and an ε so large that each of them shows.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text


class AdamW:
    """Adam with decoupled weight decay.

    params: parameters, or groups of them ({"params": […], …}), each with settings of its own.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        params = list(params)
        if not params:
            raise ValueError("no parameter to optimize")
        groups = params if isinstance(params[0], dict) else [{"params": params}]
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        self.param_groups = [{**settings, **group, "params": list(group["params"])} for group in groups]
        self.state = {}  # parameter -> its number of steps and its two moving averages
        for group in self.param_groups:
            if min(group["lr"], group["eps"], group["weight_decay"]) < 0:
                raise ValueError("lr, eps and weight_decay cannot be negative")
            if not all(0 <= beta < 1 for beta in group["betas"]):
                raise ValueError("betas must be in [0, 1)")

    @torch.no_grad()
    def step(self):
        """Moves every parameter that has a gradient."""
        for group in self.param_groups:
            lr, eps, weight_decay = group["lr"], group["eps"], group["weight_decay"]
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad
                if p not in self.state:
                    self.state[p] = {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
                state = self.state[p]
                state["t"] += 1
                t = state["t"]
                state["m"] = beta1 * state["m"] + (1 - beta1) * g
                state["v"] = beta2 * state["v"] + (1 - beta2) * g**2
                m_hat = state["m"] / (1 - beta1**t)
                v_hat = state["v"] / (1 - beta2**t)
                p.mul_(1 - lr * weight_decay)  # the decay, that no gradient sees
                p.sub_(lr * m_hat / (v_hat.sqrt() + eps))

    def zero_grad(self):
        """Forgets the gradients of all parameters."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None


def decay_groups(model, weight_decay):
    """The parameters of a model that learn, in two groups: decayed, then not decayed.

    Biases, gains of norms and embeddings are not decayed; a tied weight counts once, as an embedding
    -> [{"params": […], "weight_decay": weight_decay}, {"params": […], "weight_decay": 0}].
    """
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    decayed, spared = [], []
    for p in model.parameters():  # a tied weight comes once
        if p.requires_grad:
            (spared if p.dim() < 2 or id(p) in tables else decayed).append(p)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]


def after_steps(optimizer, starts, gradients, settings, groups=None, rates=None):
    """What an optimizer makes of parameters: all of them, laid out, after each step -> (n, P).

    starts: the parameters; gradients: for each of n steps, a gradient for each parameter, or None; settings: arguments
    of the optimizer; groups: arguments of each parameter's own group; rates: learning rates, written before each step.
    """
    params = [nn.Parameter(start.clone()) for start in starts]
    given = params if groups is None else [{"params": [p], **own} for p, own in zip(params, groups, strict=True)]
    made = optimizer(given, **settings)
    found = []
    for n, step in enumerate(gradients):
        for p, g in zip(params, step, strict=True):
            p.grad = None if g is None else g.clone()
        if rates is not None:
            for group in made.param_groups:
                group["lr"] = rates[n]
        made.step()
        found.append(torch.cat([p.detach().reshape(-1) for p in params]))
    return torch.stack(found)


def train_line(optimizer, weight, x, y, settings, steps):
    """A linear model, trained: its parameters after each step -> (steps, P). weight (m, n), x (B, n), y (B, m)."""
    model = nn.Linear(weight.shape[1], weight.shape[0]).to(weight.dtype)
    with torch.no_grad():
        model.weight.copy_(weight)
        model.bias.zero_()
    made = optimizer(model.parameters(), **settings)
    found = []
    for _ in range(steps):
        made.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        made.step()
        found.append(torch.cat([p.detach().reshape(-1) for p in model.parameters()]))
    return torch.stack(found)


class Gain(nn.Module):
    """A norm without bias: only a gain for each axis."""

    def __init__(self, d):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return self.gain * x / x.norm(dim=-1, keepdim=True)


class LittleModel(nn.Module):
    """Parameters of every kind. tied: the head is the table of embeddings; head_first: it is made before; frozen: the
    positions do not learn."""

    def __init__(self, tied, head_first, frozen):
        super().__init__()
        if head_first:
            self.head = nn.Linear(4, 7, bias=False)
        self.words = nn.Embedding(7, 4)
        self.positions = nn.Embedding(5, 4)
        self.up, self.down = nn.Linear(4, 6), nn.Linear(6, 4)
        self.before, self.after = nn.LayerNorm(4), Gain(4)
        if not head_first:
            self.head = nn.Linear(4, 7, bias=False)
        if tied:
            self.head.weight = self.words.weight
        if frozen:
            self.positions.requires_grad_(False)


def names_in_groups(decay_groups, tied, head_first, frozen, weight_decay):
    """For each group of a little model, the names of its parameters in order, and its decay."""
    model = LittleModel(tied, head_first, frozen)
    names = {id(p): name for name, p in model.named_parameters()}
    groups = decay_groups(model, weight_decay)
    return [(sorted(names[id(p)] for p in group["params"]), float(group["weight_decay"])) for group in groups]


def independent_decay_groups(model, weight_decay):
    """By what modules are: the weight of a linear layer is decayed, unless it is also a table of embeddings."""
    owners = {}
    for module in model.modules():
        for name, p in module.named_parameters(recurse=False):
            owners.setdefault(p, []).append((type(module), name))
    learned = [p for p in owners if p.requires_grad]
    decayed = [p for p in learned if all(owner == (nn.Linear, "weight") for owner in owners[p])]
    spared = [p for p in learned if not any(p is other for other in decayed)]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]


LOUD = {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-2, "weight_decay": 0.3}


def array(rng, shape, scale=1.0):
    return torch.from_numpy(rng.normal(scale=scale, size=shape))


def steps_of(rng, shapes, n, without=()):
    """n steps of gradients of unequal sizes; ``without`` holds (step, parameter) that have none."""
    return [
        [None if (k, i) in without else array(rng, shape, 10.0 ** (i - 1)) for i, shape in enumerate(shapes)]
        for k in range(n)
    ]


def moved(name, rng, shapes, n, settings=None, without=(), groups=None, rates=None):
    inputs = {
        "optimizer": Ref("AdamW"),
        "starts": [array(rng, shape) for shape in shapes],
        "gradients": steps_of(rng, shapes, n, without),
        "settings": LOUD if settings is None else settings,
    }
    if groups is not None or rates is not None:
        inputs["groups"] = groups
    if rates is not None:
        inputs["rates"] = rates
    return Case(name, Call("after_steps", inputs), {"n": n, "P": int(sum(np.prod(shape) for shape in shapes))})


def line(name, rng, B, n, m, steps, settings=LOUD):
    inputs = {"optimizer": Ref("AdamW"), "weight": array(rng, (m, n)), "x": array(rng, (B, n)), "y": array(rng, (B, m))}
    call = Call("train_line", {**inputs, "settings": settings, "steps": steps})
    return Case(name, call, {"n": steps, "P": m * n + m})


def sorted_out(name, tied, head_first, frozen, weight_decay):
    inputs = {"tied": tied, "head_first": head_first, "frozen": frozen, "weight_decay": weight_decay}
    return Case(name, Call("names_in_groups", {"decay_groups": Ref("decay_groups"), **inputs}))


def worked():
    inputs = {
        "optimizer": Ref("AdamW"),
        "starts": [torch.tensor([1.0], dtype=torch.float64)],
        "gradients": [[torch.tensor([g], dtype=torch.float64)] for g in (2.0, -2.0)],
        "settings": {"lr": 0.1, "betas": (0.5, 0.5), "eps": 0.5, "weight_decay": 0.3},
    }
    return Case("steps_worked_example", Call("after_steps", inputs), {"n": 2, "P": 1})


def public():
    rng = np.random.default_rng(213)
    own = [{"weight_decay": 0.0}, {"lr": 0.05, "weight_decay": 0.6}]
    return [
        worked(),
        moved("steps_one_tensor", rng, [(3,)], 5),
        moved("steps_two_tensors", rng, [(2, 3), (4,)], 3),
        moved("state_without_gradient", rng, [(2,), (3,), (1, 2)], 4, without={(0, 1), (1, 1), (2, 2)}),
        moved("state_two_groups", rng, [(2,), (3,)], 3, groups=own),
        moved("state_changing_rate", rng, [(2,)], 4, rates=[0.0, 0.05, 0.2, 0.1]),
        line("line", rng, 5, 2, 3, 4),
        sorted_out("separate_head", False, False, False, 0.125),
        sorted_out("tied_head", True, False, False, 0.25),
    ]


def draw(rng):
    lr, wd, eps = (float(rng.uniform(*ends)) for ends in ((0.05, 0.2), (0.2, 0.5), (0.01, 0.1)))
    betas = (float(rng.uniform(0.6, 0.8)), float(rng.uniform(0.9, 0.97)))
    loud = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": wd}
    own = [
        {"lr": lr / 2},
        {"betas": (betas[0] / 2, betas[1] - 0.1), "weight_decay": 0.0},
        {"eps": 10 * eps, "weight_decay": 2 * wd},
    ]
    exact = int(rng.integers(1, 9)) / 16  # in single precision too
    rates = [float(r) for r in rng.uniform(0.02, 0.3, size=5)]
    late = {(0, 1), (1, 1), (3, 1), (2, 0), (4, 2), (5, 2)}
    return [
        moved("steps_one_tensor", rng, [(4,)], 6, loud),
        moved("steps_three_tensors", rng, [(2, 3), (5,), (1, 2, 2)], 4, loud),
        moved("state_without_gradient", rng, [(3,), (2, 2), (4,)], 6, loud, without=late),
        moved("state_never_a_gradient", rng, [(3,), (2,)], 3, loud, without={(k, 1) for k in range(3)}),
        moved("state_groups", rng, [(3,), (2, 2), (2,)], 4, loud, groups=own),
        moved("state_changing_rate", rng, [(2,), (3,)], 5, loud, rates=rates),
        moved("steps_defaults", rng, [(3,), (2,)], 4, {}),
        line("line", rng, 6, 3, 2, 5, loud),
        sorted_out("separate_head", False, bool(rng.integers(2)), False, exact),
        sorted_out("tied_head", True, False, False, exact),
        sorted_out("tied_head_first", True, True, False, exact),
        sorted_out("frozen_positions", bool(rng.integers(2)), False, True, exact),
    ]


EXERCISE = Exercise(
    name="adamw",
    atelier="atelier2",
    number="2.13",
    title=Text("L’optimiseur AdamW", "The optimizer AdamW"),
    points=7,
    functions=(
        Function(
            "after_steps",
            "(optimizer, starts, gradients, settings, groups=None, rates=None)",
            (Output("parameters", "n P"),),
            rtol=1e-8,
            atol=1e-10,
        ),
        Function(
            "train_line",
            "(optimizer, weight, x, y, settings, steps)",
            (Output("parameters", "n P"),),
            rtol=1e-8,
            atol=1e-10,
        ),
        Function(
            "names_in_groups",
            "(decay_groups, tied, head_first, frozen, weight_decay)",
            (Output("groups", compare="data"),),
        ),
        Function("AdamW", "(params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)", (), kind="class"),
        Function("decay_groups", "(model, weight_decay)", (Output("groups", compare="data"),)),
    ),
    reference={"AdamW": AdamW, "decay_groups": decay_groups},
    independent={
        "AdamW": torch.optim.AdamW,
        "decay_groups": independent_decay_groups,
        "after_steps": after_steps,
        "train_line": train_line,
        "names_in_groups": names_in_groups,
    },
    public=public,
    draw=draw,
    provided=(after_steps, train_line, Gain, LittleModel, names_in_groups),
    core=True,
)
