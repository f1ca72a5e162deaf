"""2.7 Normalisation: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def layer_by_library(x, gamma, beta, eps=1e-5):
    return F.layer_norm(x, (x.size(-1),), gamma, beta, eps)


def backward_by_autograd(x, gamma, eps, dY):
    x, gamma = x.detach().requires_grad_(), gamma.detach().requires_grad_()
    beta = torch.zeros_like(gamma).requires_grad_()
    with torch.enable_grad():
        y = gamma * (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, correction=0) + eps).sqrt() + beta
        return torch.autograd.grad(y, (x, gamma, beta), dY)


def rms_by_library(x, gamma, eps=1e-5):
    return F.rms_norm(x, (x.size(-1),), gamma, eps)


def layer_by_moments(x, gamma, beta, eps=1e-5):
    mean = torch.sum(x, -1, keepdim=True) / x.shape[-1]
    variance = (x**2).mean(-1, keepdim=True) - mean**2
    return (x - mean) * torch.rsqrt(variance + eps) * gamma + beta


def backward_by_sums(x, gamma, eps, dY):
    d = x.shape[-1]
    centred = x - x.mean(-1, keepdim=True)
    inverse = (x.var(-1, keepdim=True, correction=0) + eps) ** -0.5
    slope = dY * gamma
    by_variance = (slope * centred).sum(-1, keepdim=True) * -0.5 * inverse**3
    by_mean = (-slope * inverse).sum(-1, keepdim=True)
    dx = slope * inverse + by_variance * 2 * centred / d + by_mean / d
    axes = tuple(range(x.dim() - 1))
    dgamma, dbeta = dY * centred * inverse, dY
    return (dx, dgamma.sum(axes), dbeta.sum(axes)) if axes else (dx, dgamma, dbeta + 0)


def rms_by_norm(x, gamma, eps=1e-5):
    d = x.size(-1)
    return x * (x.square().sum(-1, keepdim=True) / d + eps).rsqrt() * gamma


def layer_by_loop(x, gamma, beta, eps=1e-5):
    rows = []
    for v in x.reshape(-1, x.size(-1)):
        centred = v - v.sum() / len(v)
        rows.append(gamma * centred / (centred @ centred / len(v) + eps).sqrt() + beta)
    return torch.stack(rows).view(x.shape)


def backward_by_matrices(x, gamma, eps, dY):
    d = x.size(-1)
    flat, slopes = x.reshape(-1, d), dY.reshape(-1, d)
    rows, dgamma, dbeta = [], torch.zeros_like(gamma), torch.zeros_like(gamma)
    for v, slope in zip(flat, slopes, strict=True):
        sigma = (v.var(correction=0) + eps).sqrt()
        hat = (v - v.mean()) / sigma
        jacobian = (torch.eye(d, dtype=x.dtype) - 1 / d - torch.outer(hat, hat) / d) / sigma
        rows.append(jacobian @ (gamma * slope))
        dgamma, dbeta = dgamma + slope * hat, dbeta + slope
    return torch.stack(rows).reshape(x.shape), dgamma, dbeta


MISTAKES = (
    mistake(
        "unbiased_variance",
        edit(
            "((x - mean) ** 2).mean(dim=-1, keepdim=True)",
            "((x - mean) ** 2).sum(dim=-1, keepdim=True) / (x.size(-1) - 1)",
            within="layer_norm",
        ),
        edit(
            "((x - mean) ** 2).mean(dim=-1, keepdim=True)",
            "((x - mean) ** 2).sum(dim=-1, keepdim=True) / (x.size(-1) - 1)",
            within="layer_norm_backward",
        ),
    ),
    mistake(
        "eps_outside_the_root",
        edit("torch.sqrt(variance + eps)", "(torch.sqrt(variance) + eps)", within="layer_norm"),
        edit("torch.sqrt(variance + eps)", "(torch.sqrt(variance) + eps)", within="layer_norm_backward"),
    ),
    mistake(
        "unbiased_and_eps_outside",
        edit(
            "((x - mean) ** 2).mean(dim=-1, keepdim=True)",
            "((x - mean) ** 2).sum(dim=-1, keepdim=True) / (x.size(-1) - 1)",
            within="layer_norm",
        ),
        edit("torch.sqrt(variance + eps)", "(torch.sqrt(variance) + eps)", within="layer_norm"),
    ),
    mistake(
        "eps_ignored",
        edit("torch.sqrt(variance + eps)", "torch.sqrt(variance)", within="layer_norm"),
        edit("torch.sqrt(variance + eps)", "torch.sqrt(variance)", within="layer_norm_backward"),
    ),
    mistake(
        "divided_by_variance",
        edit("torch.sqrt(variance + eps)", "(variance + eps)", within="layer_norm"),
        edit("torch.sqrt(variance + eps)", "(variance + eps)", within="layer_norm_backward"),
    ),
    mistake(
        "over_the_sequence",
        edit("x.mean(dim=-1, keepdim=True)", "x.mean(dim=-2, keepdim=True)", within="layer_norm"),
        edit("** 2).mean(dim=-1, keepdim=True)", "** 2).mean(dim=-2, keepdim=True)", within="layer_norm"),
    ),
    mistake(
        "over_the_lot",
        edit("x.mean(dim=-1, keepdim=True)", "x.mean(dim=0, keepdim=True)", within="layer_norm"),
        edit("** 2).mean(dim=-1, keepdim=True)", "** 2).mean(dim=0, keepdim=True)", within="layer_norm"),
    ),
    mistake(
        "over_everything",
        edit("x.mean(dim=-1, keepdim=True)", "x.mean()", within="layer_norm"),
        edit("** 2).mean(dim=-1, keepdim=True)", "** 2).mean()", within="layer_norm"),
    ),
    mistake("no_gamma_no_beta", edit("gamma * x_hat + beta", "x_hat", within="layer_norm")),
    mistake("gamma_missing", edit("gamma * x_hat + beta", "x_hat + beta", within="layer_norm")),
    mistake("beta_missing", edit("gamma * x_hat + beta", "gamma * x_hat", within="layer_norm")),
    mistake("beta_scaled_too", edit("gamma * x_hat + beta", "gamma * (x_hat + beta)", within="layer_norm")),
    mistake(
        "not_centred", edit("x.mean(dim=-1, keepdim=True)", "0.0 * x.mean(dim=-1, keepdim=True)", within="layer_norm")
    ),
    mistake(
        "mean_and_deviation_constant",
        edit("(g - along_mean - along_x_hat) / sigma", "g / sigma", within="layer_norm_backward"),
    ),
    mistake("mean_term_missing", edit("g - along_mean - along_x_hat", "g - along_x_hat", within="layer_norm_backward")),
    mistake(
        "deviation_term_missing", edit("g - along_mean - along_x_hat", "g - along_mean", within="layer_norm_backward")
    ),
    mistake(
        "gamma_after_the_projection",
        edit("g = gamma * dY", "g = dY", within="layer_norm_backward"),
        edit(
            "(g - along_mean - along_x_hat) / sigma",
            "gamma * (g - along_mean - along_x_hat) / sigma",
            within="layer_norm_backward",
        ),
    ),
    mistake("gamma_missing_in_dx", edit("g = gamma * dY", "g = dY", within="layer_norm_backward")),
    mistake(
        "gradients_not_summed",
        edit("(dY * x_hat).reshape(-1, x.size(-1)).sum(dim=0)", "dY * x_hat", within="layer_norm_backward"),
        edit(
            "dY.reshape(-1, x.size(-1)).sum(dim=0)  # (d,)\n    return", "dY\n    return", within="layer_norm_backward"
        ),
    ),
    mistake(
        "gradients_averaged",
        edit(
            "(dY * x_hat).reshape(-1, x.size(-1)).sum(dim=0)",
            "(dY * x_hat).reshape(-1, x.size(-1)).mean(dim=0)",
            within="layer_norm_backward",
        ),
        edit(
            "dY.reshape(-1, x.size(-1)).sum(dim=0)  # (d,)\n    return",
            "dY.reshape(-1, x.size(-1)).mean(dim=0)\n    return",
            within="layer_norm_backward",
        ),
    ),
    mistake("dgamma_from_x", edit("(dY * x_hat).reshape", "(dY * x).reshape", within="layer_norm_backward")),
    mistake(
        "dgamma_scaled_by_gamma", edit("(dY * x_hat).reshape", "(g * x_hat).reshape", within="layer_norm_backward")
    ),
    mistake(
        "rms_centred",
        edit(
            "mean_square = (x**2)", "x = x - x.mean(dim=-1, keepdim=True)\n    mean_square = (x**2)", within="rms_norm"
        ),
    ),
    mistake(
        "rms_divided_by_deviation",
        edit(
            "(x**2).mean(dim=-1, keepdim=True)",
            "((x - x.mean(dim=-1, keepdim=True)) ** 2).mean(dim=-1, keepdim=True)",
            within="rms_norm",
        ),
    ),
    mistake("rms_sum_of_squares", edit("(x**2).mean(", "(x**2).sum(", within="rms_norm")),
    mistake(
        "rms_eps_outside", edit("torch.sqrt(mean_square + eps)", "(torch.sqrt(mean_square) + eps)", within="rms_norm")
    ),
    mistake("rms_eps_ignored", edit("torch.sqrt(mean_square + eps)", "torch.sqrt(mean_square)", within="rms_norm")),
    mistake("rms_gamma_missing", edit("gamma * x / torch", "x / torch", within="rms_norm")),
    mistake("rms_root_missing", edit("torch.sqrt(mean_square + eps)", "(mean_square + eps)", within="rms_norm")),
    mistake(
        "rms_gamma_from_one", edit("gamma * x / torch", "(1 + gamma) * x / torch", within="rms_norm"), convention=True
    ),
)

EQUIVALENTS = (
    equivalent(
        "library_and_autograd",
        defines={
            "layer_norm": layer_by_library,
            "layer_norm_backward": backward_by_autograd,
            "rms_norm": rms_by_library,
        },
    ),
    equivalent(
        "moments_and_chain_rule",
        defines={"layer_norm": layer_by_moments, "layer_norm_backward": backward_by_sums, "rms_norm": rms_by_norm},
    ),
    equivalent(
        "loops_and_jacobians", defines={"layer_norm": layer_by_loop, "layer_norm_backward": backward_by_matrices}
    ),
)
