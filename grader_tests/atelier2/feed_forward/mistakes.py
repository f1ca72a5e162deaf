"""2.8 feed_forward: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def gelu_by_erfc(x):
    return x * torch.erfc(-x / 2**0.5) / 2


def gelu_by_normal(x):
    return x * torch.distributions.Normal(0.0, 1.0).cdf(x)


def gelu_by_library(x):
    return F.gelu(x)


def gelu_tanh_by_sigmoid(x):
    return x * torch.sigmoid(math.sqrt(8 / math.pi) * (x + 0.044715 * x * x * x))


def gelu_tanh_by_library(x):
    return nn.GELU(approximate="tanh")(x)


def feed_forward_by_linear(x, W1, b1, W2, b2):
    return F.linear(F.gelu(F.linear(x, W1.T, b1)), W2.T, b2)


def feed_forward_by_einsum(x, W1, b1, W2, b2):
    hidden = torch.einsum("btd,df->btf", x, W1) + b1
    return torch.einsum("btf,fd->btd", hidden * torch.special.ndtr(hidden), W2) + b2


def feed_forward_by_position(x, W1, b1, W2, b2):
    rows = [torch.addmm(b2, F.gelu(torch.addmm(b1, sentence, W1)), W2) for sentence in x]
    return torch.stack(rows)


MISTAKES = (
    mistake(
        "relu",
        edit("x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))", "torch.relu(x)"),
        edit("gelu(x @ W1 + b1)", "torch.relu(x @ W1 + b1)"),
    ),
    mistake(
        "tanh_form_for_exact",
        edit("x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))", 'F.gelu(x, approximate="tanh")'),
        edit("gelu(x @ W1 + b1)", 'F.gelu(x @ W1 + b1, approximate="tanh")'),
    ),
    mistake(
        "silu",
        edit("x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))", "x * torch.sigmoid(x)"),
        edit("gelu(x @ W1 + b1)", "F.silu(x @ W1 + b1)"),
    ),
    mistake(
        "sigmoid_form",
        edit("x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))", "x * torch.sigmoid(1.702 * x)"),
    ),
    mistake("half_missing", edit("x * 0.5 * (1 + torch.erf", "x * (1 + torch.erf")),
    mistake("root_two_missing", edit("torch.erf(x / math.sqrt(2))", "torch.erf(x)")),
    mistake("times_root_two", edit("torch.erf(x / math.sqrt(2))", "torch.erf(x * math.sqrt(2))")),
    mistake("probability_only", edit("x * 0.5 * (1 + torch.erf", "0.5 * (1 + torch.erf")),
    mistake("one_missing", edit("(1 + torch.erf(x / math.sqrt(2)))", "torch.erf(x / math.sqrt(2))")),
    mistake(
        "density",
        edit("x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))", "x * torch.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)"),
    ),
    mistake("exact_for_tanh_form", edit("0.5 * x * (1 + torch.tanh(inner))", "F.gelu(x)")),
    mistake("cubic_term_missing", edit(" + 0.044715 * x**3", "")),
    mistake("square_for_cube", edit("x**3", "x**2")),
    mistake("cube_of_the_product", edit("0.044715 * x**3", "(0.044715 * x) ** 3")),
    mistake("scale_missing", edit("math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)", "x + 0.044715 * x**3")),
    mistake("scale_without_root", edit("math.sqrt(2 / math.pi)", "2 / math.pi")),
    mistake("scale_inverted", edit("math.sqrt(2 / math.pi)", "math.sqrt(math.pi / 2)")),
    mistake("scale_on_x_only", edit("(x + 0.044715 * x**3)", "x + 0.044715 * x**3")),
    mistake("tanh_half_missing", edit("0.5 * x * (1 + torch.tanh", "x * (1 + torch.tanh")),
    mistake("tanh_x_missing", edit("0.5 * x * (1 + torch.tanh", "0.5 * (1 + torch.tanh")),
    mistake("first_bias_missing", edit("x @ W1 + b1", "x @ W1")),
    mistake("second_bias_missing", edit("hidden @ W2 + b2", "hidden @ W2")),
    mistake("first_bias_after_activation", edit("gelu(x @ W1 + b1)", "gelu(x @ W1) + b1")),
    mistake("first_matrix_transposed", edit("x @ W1", "x @ W1.T")),
    mistake("second_matrix_transposed", edit("hidden @ W2", "hidden @ W2.T")),
    mistake("no_activation", edit("gelu(x @ W1 + b1)", "x @ W1 + b1")),
    mistake(
        "activation_at_the_end",
        edit("gelu(x @ W1 + b1)", "x @ W1 + b1"),
        edit("return hidden @ W2 + b2", "return gelu(hidden @ W2 + b2)"),
    ),
    mistake("activation_twice", edit("return hidden @ W2 + b2", "return gelu(hidden @ W2 + b2)")),
    mistake("activation_first", edit("gelu(x @ W1 + b1)", "gelu(x) @ W1 + b1")),
    mistake("residual_added", edit("return hidden @ W2 + b2", "return x + hidden @ W2 + b2")),
)

EQUIVALENTS = (
    equivalent(
        "complement_and_sigmoid",
        defines={"gelu": gelu_by_erfc, "gelu_tanh": gelu_tanh_by_sigmoid, "feed_forward": feed_forward_by_einsum},
    ),
    equivalent("by_distribution", defines={"gelu": gelu_by_normal, "feed_forward": feed_forward_by_position}),
    equivalent(
        "library",
        defines={"gelu": gelu_by_library, "gelu_tanh": gelu_tanh_by_library, "feed_forward": feed_forward_by_linear},
    ),
)
