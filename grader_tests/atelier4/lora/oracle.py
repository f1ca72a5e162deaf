"""4.17 LoRALinear: a linear layer that stays as it is, and two thin matrices beside it that learn.

The notebook gives the helpers that ask a layer: ``lora_output``, ``lora_merged``, ``lora_gradients`` after its matrices
have got values, ``lora_start`` of a fresh one. Layers compute in float32.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text


class LoRALinear(nn.Module):
    """A frozen linear layer with a correction of rank r: y = linear(x) + (alpha / r) B A x."""

    def __init__(self, linear, r, alpha):
        """linear: nn.Linear(n_in, n_out), frozen here; r >= 1, the rank; alpha, a number."""
        super().__init__()
        if r < 1:
            raise ValueError("the rank r must be at least 1")
        self.linear = linear
        self.linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, linear.in_features) / math.sqrt(linear.in_features))  # (r, n_in)
        self.B = nn.Parameter(torch.zeros(linear.out_features, r))  # (n_out, r): no correction at first

    def forward(self, x):
        """x (..., n_in) -> (..., n_out)."""
        low = x @ self.A.T  # (..., r)
        return self.linear(x) + self.scale * (low @ self.B.T)

    def merge(self):
        """A plain nn.Linear that computes the same; this layer stays as it is."""
        bias = self.linear.bias
        merged = nn.Linear(self.linear.in_features, self.linear.out_features, bias=bias is not None)
        with torch.no_grad():
            merged.weight.copy_(self.linear.weight + self.scale * (self.B @ self.A))  # (n_out, n_in)
            if bias is not None:
                merged.bias.copy_(bias)
        return merged


def plain_linear(weight, bias):
    """An nn.Linear with this weight (n_out, n_in) and this bias (n_out,), or None."""
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    with torch.no_grad():
        linear.weight.copy_(weight)
        if bias is not None:
            linear.bias.copy_(bias)
    return linear


def factors_of(layer):
    """A and B of a layer: its parameters of these names, or the weights of its linear layers of these names."""
    return [getattr(factor, "weight", factor) for factor in (layer.A, layer.B)]


def with_factors(LoRALinear, weight, bias, A, B, alpha):
    """A layer whose A is (r, n_in) and B (n_out, r) as given."""
    layer = LoRALinear(plain_linear(weight, bias), len(A), alpha)
    for name, factor, value in zip("AB", factors_of(layer), (A, B), strict=True):
        if factor.shape != value.shape:
            raise ValueError(f"{name} must have the shape {tuple(value.shape)}, and not {tuple(factor.shape)}")
        with torch.no_grad():
            factor.copy_(value)
    return layer


def lora_output(LoRALinear, weight, bias, A, B, alpha, x):
    """What the layer gives for x (N, n_in) -> (N, n_out)."""
    return with_factors(LoRALinear, weight, bias, A, B, alpha)(x)


def lora_merged(LoRALinear, weight, bias, A, B, alpha, x):
    """The weight and bias of merge(), the weight when it is called again, and what the layer still gives for x.

    -> (n_out, n_in), (n_out,) or zeros, (n_out, n_in), (N, n_out)
    """
    layer = with_factors(LoRALinear, weight, bias, A, B, alpha)
    merged = layer.merge()
    first, again = merged.weight.detach().clone(), layer.merge().weight.detach().clone()
    bias = torch.zeros(len(weight)) if merged.bias is None else merged.bias.detach().clone()
    return first, bias, again, layer(x).detach()


def lora_gradients(LoRALinear, weight, bias, A, B, alpha, x, direction):
    """The gradients of the sum of output * direction by A (r, n_in) and by B (n_out, r); zeros where none arrives."""
    layer = with_factors(LoRALinear, weight, bias, A, B, alpha)
    value = (layer(x) * direction).sum()
    if value.requires_grad:
        value.backward()
    return tuple(torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in factors_of(layer))


def lora_start(LoRALinear, weight, bias, r, alpha, x):
    """Of a fresh layer: how many numbers learn in it, how many of A and B are zero, and 1 if it gives for x (N, n_in)
    what the linear layer gives, else 0 -> (3,)."""
    layer = LoRALinear(plain_linear(weight, bias), r, alpha)
    learning = sum(p.numel() for p in layer.parameters() if p.requires_grad)
    zero = sum(not bool(factor.any()) for factor in factors_of(layer))
    same = torch.allclose(layer(x), plain_linear(weight, bias)(x), rtol=1e-4, atol=1e-5)
    return torch.tensor([learning, zero, int(same)])


class IndependentLoRALinear(nn.Module):
    """The correction as a matrix, added to the weight at each call."""

    def __init__(self, linear, r, alpha):
        super().__init__()
        if r <= 0:
            raise ValueError("no rank")
        self.A, self.B = nn.Linear(linear.in_features, r, bias=False), nn.Linear(r, linear.out_features, bias=False)
        nn.init.zeros_(self.B.weight)
        self.register_buffer("weight", linear.weight.detach().clone())
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach().clone())
        self.alpha, self.r = alpha, r

    def whole(self):
        return self.weight + torch.einsum("or,ri->oi", self.B.weight, self.A.weight) * self.alpha / self.r

    def forward(self, x):
        return torch.nn.functional.linear(x, self.whole(), self.bias)

    def merge(self):
        made = nn.Linear(self.A.in_features, self.B.out_features, bias=self.bias is not None)
        state = {"weight": self.whole().detach()} | ({} if self.bias is None else {"bias": self.bias})
        made.load_state_dict(state)
        return made


def normal(rng, *shape, scale=1.0):
    return torch.from_numpy(rng.normal(scale=scale, size=shape)).float()


def lora_cases(name, rng, N, n_in, n_out, r, alpha, bias=True):
    """The same numbers for the four helpers."""
    layer = {"LoRALinear": Ref("LoRALinear"), "weight": normal(rng, n_out, n_in), "bias": None}
    layer["bias"] = normal(rng, n_out) if bias else None
    factors = {"A": normal(rng, r, n_in), "B": normal(rng, n_out, r), "alpha": alpha}
    x, direction = normal(rng, N, n_in), normal(rng, N, n_out)
    dims = {"N": N, "n_in": n_in, "n_out": n_out, "r": r}
    return [
        Case(f"output_{name}", Call("lora_output", {**layer, **factors, "x": x}), dims, differentiable=("x",)),
        Case(f"merged_{name}", Call("lora_merged", {**layer, **factors, "x": x}), dims),
        Case(f"gradients_{name}", Call("lora_gradients", {**layer, **factors, "x": x, "direction": direction}), dims),
        Case(f"start_{name}", Call("lora_start", {**layer, "r": r, "alpha": alpha, "x": x}), dims),
    ]


def worked():
    """W the identity of 2 by 2, A = (1, 2), B = (3, −1) upright, alpha = 0.5: four numbers on paper."""
    inputs = {
        "LoRALinear": Ref("LoRALinear"),
        "weight": torch.eye(2),
        "bias": torch.tensor([0.0, 1.0]),
        "A": torch.tensor([[1.0, 2.0], [0.0, 1.0]]),
        "B": torch.tensor([[3.0, 0.0], [-1.0, 2.0]]),
        "alpha": 1.0,
        "x": torch.tensor([[1.0, 1.0]]),
    }
    return Case("output_worked_example", Call("lora_output", inputs), {"N": 1, "n_in": 2, "n_out": 2, "r": 2})


def public():
    rng = np.random.default_rng(417)
    return [
        worked(),
        *lora_cases("general", rng, 3, 5, 4, 2, 6.0),
        *lora_cases("without_bias", rng, 2, 3, 6, 4, 1.0, bias=False),
    ]


def draw(rng):
    N, n_in, n_out = (int(n) for n in rng.choice([[3, 7, 5], [2, 6, 9], [4, 8, 6]]))
    alpha = float(rng.uniform(3, 9))
    return [
        *lora_cases("general", rng, N, n_in, n_out, 3, alpha),
        *lora_cases("without_bias", rng, N, n_out, n_in, 2, alpha + 1, bias=False),
        *lora_cases("square", rng, N, n_in, n_in, 2, alpha / 2),
    ]


COMMON = "LoRALinear, weight, bias, A, B, alpha, x"
EXERCISE = Exercise(
    name="lora",
    atelier="atelier4",
    number="4.17",
    title=Text("LoRA : n’apprendre qu’une correction", "LoRA: learning a correction only"),
    points=4,
    functions=(
        Function("lora_output", f"({COMMON})", (Output("output", "N n_out"),), rtol=1e-4, atol=1e-5),
        Function(
            "lora_merged",
            f"({COMMON})",
            (
                Output("weight", "n_out n_in"),
                Output("bias", "n_out"),
                Output("weight_again", "n_out n_in"),
                Output("output_afterwards", "N n_out"),
            ),
            rtol=1e-4,
            atol=1e-5,
        ),
        Function(
            "lora_gradients",
            f"({COMMON}, direction)",
            (Output("gradient_of_A", "r n_in"), Output("gradient_of_B", "n_out r")),
            rtol=1e-4,
            atol=1e-5,
        ),
        Function(
            "lora_start",
            "(LoRALinear, weight, bias, r, alpha, x)",
            (Output("learning_zero_same", "k", compare="exact"),),
        ),
        Function("LoRALinear", "(linear, r, alpha)", (), kind="class"),
    ),
    reference={"LoRALinear": LoRALinear},
    independent={
        "LoRALinear": IndependentLoRALinear,
        "lora_output": lora_output,
        "lora_merged": lora_merged,
        "lora_gradients": lora_gradients,
        "lora_start": lora_start,
    },
    public=public,
    draw=draw,
    provided=(plain_linear, factors_of, with_factors, lora_output, lora_merged, lora_gradients, lora_start),
)
