"""2.8 feed_forward: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted

from .oracle import feed_forward, gelu


@unlisted("gelu", "probability_only")
def gelu_probability_only(x):
    return 0.5 * (1 + torch.erf(x / math.sqrt(2)))


@unlisted("gelu")
def gelu_complement(x):  # 1 − Φ
    return x * 0.5 * torch.erfc(x / math.sqrt(2))


@unlisted("gelu")
def gelu_no_root(x):  # x / 2 in erf
    return x * 0.5 * (1 + torch.erf(x / 2))


@unlisted("gelu", "density")
def gelu_density(x):  # φ for Φ
    return x * torch.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


@unlisted("gelu")
def gelu_softplus(x):
    return F.softplus(x)


@unlisted("gelu")
def gelu_mish(x):
    return F.mish(x)


@unlisted("gelu")
def gelu_elu(x):
    return F.elu(x)


@unlisted("gelu")
def gelu_clamped(x):  # no negative value
    return torch.relu(gelu(x))


@unlisted("gelu_tanh", "square_for_cube")
def gelu_tanh_square(x):  # x² for x³
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**2)))


@unlisted("gelu_tanh")
def gelu_tanh_a_digit_lost(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.0044715 * x**3)))


@unlisted("gelu_tanh", "scale_inverted")
def gelu_tanh_pi_over_two(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(math.pi / 2) * (x + 0.044715 * x**3)))


@unlisted("gelu_tanh", "scale_on_x_only")
def gelu_tanh_cube_outside(x):  # brackets
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * x + 0.044715 * x**3))


@unlisted("gelu_tanh")
def gelu_tanh_sigmoid(x):
    return x * torch.sigmoid(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


@unlisted("feed_forward", "first_bias_after_activation")
def feed_forward_bias_after(x, W1, b1, W2, b2):  # the first bias after the activation
    return (gelu(x @ W1) + b1) @ W2 + b2


@unlisted("feed_forward", "residual_added")
def feed_forward_residual(x, W1, b1, W2, b2):
    y = feed_forward(x, W1, b1, W2, b2)
    return x + y


@unlisted("feed_forward")
def feed_forward_tanh_activation(x, W1, b1, W2, b2):
    return torch.tanh(x @ W1 + b1) @ W2 + b2


@unlisted("feed_forward")
def feed_forward_softmax_activation(x, W1, b1, W2, b2):
    return torch.softmax(x @ W1 + b1, dim=-1) @ W2 + b2


@unlisted("feed_forward")
def feed_forward_positions_mixed(x, W1, b1, W2, b2):  # the mean of positions, for all
    return feed_forward(x.mean(1, keepdim=True).expand_as(x), W1, b1, W2, b2)


@unlisted("feed_forward")
def feed_forward_gated(x, W1, b1, W2, b2):  # as in GLU variants
    h = x @ W1 + b1
    return (gelu(h) * h) @ W2 + b2


@unlisted("feed_forward")
def feed_forward_last_position(x, W1, b1, W2, b2):
    return feed_forward(x[:, -1:], W1, b1, W2, b2)
