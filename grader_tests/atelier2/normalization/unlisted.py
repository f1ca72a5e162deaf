"""2.7 normalization: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted

from .oracle import layer_norm, layer_norm_backward, rms_norm


@unlisted("layer_norm")
def layer_norm_by_norm(x, gamma, beta, eps=1e-5):  # length instead of standard deviation
    centred = x - x.mean(-1, keepdim=True)
    return gamma * centred / torch.sqrt(centred.pow(2).sum(-1, keepdim=True) + eps) + beta


@unlisted("layer_norm")
def layer_norm_min_max(x, gamma, beta, eps=1e-5):
    low, high = x.amin(-1, keepdim=True), x.amax(-1, keepdim=True)
    return gamma * (x - low) / (high - low + eps) + beta


@unlisted("layer_norm")
def layer_norm_mean_absolute(x, gamma, beta, eps=1e-5):  # mean absolute deviation
    centred = x - x.mean(-1, keepdim=True)
    return gamma * centred / (centred.abs().mean(-1, keepdim=True) + eps) + beta


@unlisted("layer_norm")
def layer_norm_median(x, gamma, beta, eps=1e-5):
    centred = x - x.median(-1, keepdim=True).values
    return gamma * centred / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps) + beta


@unlisted("layer_norm")
def layer_norm_gain_of_one_plus(x, gamma, beta, eps=1e-5):  # as in Gemma
    return layer_norm(x, 1 + gamma, beta, eps)


@unlisted("layer_norm", "beta_scaled_too")
def layer_norm_bias_scaled(x, gamma, beta, eps=1e-5):
    return layer_norm(x, gamma, gamma * beta, eps)


@unlisted("layer_norm")
def layer_norm_epsilon_squared(x, gamma, beta, eps=1e-5):
    return layer_norm(x, gamma, beta, eps**2)


@unlisted("layer_norm_backward", "gamma_after_the_projection")
def layer_norm_backward_gain_at_the_end(x, gamma, eps, dY):
    dx, dgamma, dbeta = layer_norm_backward(x, torch.ones_like(gamma), eps, dY)
    return gamma * dx, dgamma, dbeta


@unlisted("layer_norm_backward", "dgamma_from_x")
def layer_norm_backward_raw_x_in_gain(x, gamma, eps, dY):
    dx, _, dbeta = layer_norm_backward(x, gamma, eps, dY)
    return dx, (dY * x).reshape(-1, x.size(-1)).sum(0), dbeta


@unlisted("layer_norm_backward")
def layer_norm_backward_sums_not_means(x, gamma, eps, dY):
    centred = x - x.mean(-1, keepdim=True)
    sigma = torch.sqrt(centred.pow(2).mean(-1, keepdim=True) + eps)
    x_hat, g = centred / sigma, gamma * dY
    dx = (g - g.sum(-1, keepdim=True) - x_hat * (g * x_hat).sum(-1, keepdim=True)) / sigma
    return dx, *layer_norm_backward(x, gamma, eps, dY)[1:]


@unlisted("layer_norm_backward")
def layer_norm_backward_plus(x, gamma, eps, dY):  # a sign
    centred = x - x.mean(-1, keepdim=True)
    sigma = torch.sqrt(centred.pow(2).mean(-1, keepdim=True) + eps)
    x_hat, g = centred / sigma, gamma * dY
    dx = (g - g.mean(-1, keepdim=True) + x_hat * (g * x_hat).mean(-1, keepdim=True)) / sigma
    return dx, *layer_norm_backward(x, gamma, eps, dY)[1:]


@unlisted("layer_norm_backward", "generic:outputs_swapped")
def layer_norm_backward_gain_swapped(x, gamma, eps, dY):  # dbeta and dgamma exchanged
    dx, dgamma, dbeta = layer_norm_backward(x, gamma, eps, dY)
    return dx, dbeta, dgamma


@unlisted("layer_norm_backward")
def layer_norm_backward_gain_in_dgamma(x, gamma, eps, dY):
    dx, dgamma, dbeta = layer_norm_backward(x, gamma, eps, dY)
    return dx, gamma * dgamma, gamma * dbeta


@unlisted("rms_norm")
def rms_norm_eps_twice(x, gamma, eps=1e-5):
    return gamma * x / (torch.sqrt((x**2).mean(-1, keepdim=True) + eps) + eps)


@unlisted("rms_norm")
def rms_norm_by_mean_absolute(x, gamma, eps=1e-5):
    return gamma * x / (x.abs().mean(-1, keepdim=True) + eps)


@unlisted("rms_norm")
def rms_norm_by_largest(x, gamma, eps=1e-5):
    return gamma * x / (x.abs().amax(-1, keepdim=True) + eps)


@unlisted("rms_norm", "rms_gamma_from_one")
def rms_norm_gain_of_one_plus(x, gamma, eps=1e-5):
    return rms_norm(x, 1 + gamma, eps)


@unlisted("rms_norm", "rms_root_missing")
def rms_norm_divided_twice(x, gamma, eps=1e-5):  # no root
    return gamma * x / ((x**2).mean(-1, keepdim=True) + eps)


@unlisted("layer_norm")
def layer_norm_clamped(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return gamma * centred / centred.pow(2).mean(-1, keepdim=True).clamp(min=eps).sqrt() + beta
