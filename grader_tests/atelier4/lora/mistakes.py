"""4.17 LoRALinear: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import lora_gradients, lora_merged, lora_output, lora_start

TRAINED = (lora_output, lora_merged, lora_gradients)  # with values in A and B
ASKED = (*TRAINED, lora_start)
FROZEN = "self.linear.requires_grad_(False)"
SCALE = "self.scale = alpha / r"
A = "self.A = nn.Parameter(torch.randn(r, linear.in_features) / math.sqrt(linear.in_features))"
B = "self.B = nn.Parameter(torch.zeros(linear.out_features, r))"
LOW = "low = x @ self.A.T"
RETURN = "return self.linear(x) + self.scale * (low @ self.B.T)"
MERGED = "self.linear.weight + self.scale * (self.B @ self.A)"
MADE = "nn.Linear(self.linear.in_features, self.linear.out_features, bias=bias is not None)"


class WithLinearFactors(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        if r <= 0:
            raise ValueError("rank")
        for parameter in linear.parameters():
            parameter.requires_grad = False
        self.base, self.alpha, self.r = linear, alpha, r
        self.A = nn.Linear(linear.in_features, r, bias=False)
        self.B = nn.Linear(r, linear.out_features, bias=False)
        nn.init.zeros_(self.B.weight)

    def forward(self, x):
        return self.base(x) + self.B(self.A(x)) * (self.alpha / self.r)

    def merge(self):
        n_out, n_in = self.base.weight.shape
        made = nn.Linear(n_in, n_out, bias=self.base.bias is not None)
        change = (self.B.weight @ self.A.weight).detach() * (self.alpha / self.r)
        made.weight.data = self.base.weight.detach() + change
        if self.base.bias is not None:
            made.bias.data = self.base.bias.detach().clone()
        return made


class WithZeroA(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        if not r >= 1:
            raise ValueError("rank")
        n_out, n_in = linear.weight.shape
        self.weight = nn.Parameter(linear.weight.detach().clone(), requires_grad=False)
        self.bias = None
        if linear.bias is not None:
            self.bias = nn.Parameter(linear.bias.detach().clone(), requires_grad=False)
        self.A = nn.Parameter(torch.zeros(r, n_in))
        self.B = nn.Parameter(torch.empty(n_out, r))
        nn.init.kaiming_uniform_(self.B, a=math.sqrt(5))
        self.scale = alpha / r

    def whole(self):
        return self.weight + self.scale * torch.einsum("or,ri->oi", self.B, self.A)

    def forward(self, x):
        out = x @ self.whole().T
        return out if self.bias is None else out + self.bias

    def merge(self):
        n_out, n_in = self.weight.shape
        made = nn.Linear(n_in, n_out, bias=self.bias is not None)
        state = {"weight": self.whole().detach()}
        if self.bias is not None:
            state["bias"] = self.bias
        made.load_state_dict(state)
        return made


MISTAKES = (
    mistake("alpha_not_over_r", edit(SCALE, "self.scale = alpha"), shown_by=ASKED),
    mistake("alpha_ignored", edit(SCALE, "self.scale = 1.0"), shown_by=ASKED),
    mistake("one_over_r", edit(SCALE, "self.scale = 1.0 / r"), shown_by=ASKED),
    mistake("r_over_alpha", edit(SCALE, "self.scale = r / alpha"), shown_by=ASKED),
    mistake("alpha_over_root_r", edit(SCALE, "self.scale = alpha / math.sqrt(r)"), shown_by=ASKED, convention=True),
    mistake("scale_in_forward_only", edit(MERGED, "self.linear.weight + self.B @ self.A"), shown_by=ASKED),
    mistake("scaled_twice", edit(RETURN, "return self.linear(x) + self.scale**2 * (low @ self.B.T)"), shown_by=ASKED),
    mistake(
        "everything_scaled", edit(RETURN, "return self.scale * (self.linear(x) + low @ self.B.T)"), shown_by=TRAINED
    ),
    mistake("correction_alone", edit(RETURN, "return self.scale * (low @ self.B.T)"), shown_by=TRAINED),
    mistake("correction_subtracted", edit(RETURN, RETURN.replace(") + self", ") - self")), shown_by=ASKED),
    mistake(
        "bias_forgotten", edit(RETURN, RETURN.replace("self.linear(x)", "x @ self.linear.weight.T")), shown_by=TRAINED
    ),
    mistake(
        "correction_of_the_output",
        edit(RETURN, "y = self.linear(x)\n        return y + self.scale * (y @ self.A.T @ self.B.T)"),
        shown_by=ASKED,
    ),
    mistake("both_random", edit(B, B.replace("torch.zeros", "torch.randn")), shown_by=ASKED),
    mistake("both_zero", edit(A, "self.A = nn.Parameter(torch.zeros(r, linear.in_features))"), shown_by=ASKED),
    mistake("nothing_frozen", edit(FROZEN, "pass"), shown_by=ASKED),
    mistake("bias_not_frozen", edit(FROZEN, "self.linear.weight.requires_grad_(False)"), shown_by=ASKED),
    mistake("everything_frozen", edit(FROZEN, ""), edit(B, B + "\n        self.requires_grad_(False)"), shown_by=ASKED),
    mistake("only_b_learns", edit(LOW, "low = x @ self.A.detach().T"), shown_by=ASKED),
    mistake("only_a_learns", edit(RETURN, RETURN.replace("self.B.T", "self.B.detach().T")), shown_by=ASKED),
    mistake("merged_in_place", edit(MERGED, "self.linear.weight.add_(self.scale * (self.B @ self.A))"), shown_by=ASKED),
    mistake("merge_without_correction", edit(MERGED, "self.linear.weight"), shown_by=ASKED),
    mistake("merge_correction_alone", edit(MERGED, "self.scale * (self.B @ self.A)"), shown_by=ASKED),
    mistake(
        "merge_without_bias",
        edit("                merged.bias.copy_(bias)", "                merged.bias.zero_()"),
        shown_by=ASKED,
    ),
    mistake(
        "merge_transposed", edit(MERGED, "self.linear.weight + self.scale * (self.A.T @ self.B.T)"), shown_by=ASKED
    ),
)

EQUIVALENTS = (
    equivalent("with_linear_factors", defines={"LoRALinear": WithLinearFactors}, shown_by=ASKED),
    equivalent("with_zero_a", defines={"LoRALinear": WithZeroA}, shown_by=ASKED),
    equivalent(
        "product_first",
        edit(LOW, "change = self.B @ self.A"),
        edit(RETURN, "return self.linear(x) + self.scale * x @ change.T"),
        shown_by=ASKED,
    ),
    equivalent(
        "scaled_early",
        edit(LOW, "low = self.scale * x @ self.A.T"),
        edit(RETURN, "return self.linear(x) + low @ self.B.T"),
        shown_by=ASKED,
    ),
    equivalent(
        "small_start",
        edit(A, "self.A = nn.Parameter(torch.empty(r, linear.in_features).uniform_(-0.1, 0.1))"),
        shown_by=ASKED,
    ),
)
