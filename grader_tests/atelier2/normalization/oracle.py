"""2.7 layer_norm, layer_norm_backward and rms_norm. With ε = 0.1, where it stands is seen."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def layer_norm(x, gamma, beta, eps=1e-5):
    """Each vector brought to mean 0 and variance 1, then scaled and moved coordinate by coordinate.

    x (…, d), gamma (d,), beta (d,) -> (…, d).
    """
    mean = x.mean(dim=-1, keepdim=True)  # (…, 1)
    variance = ((x - mean) ** 2).mean(dim=-1, keepdim=True)  # (…, 1), divided by d
    x_hat = (x - mean) / torch.sqrt(variance + eps)  # (…, d)
    return gamma * x_hat + beta  # (…, d)


def layer_norm_backward(x, gamma, eps, dY):
    """Gradients of a loss by x, gamma and beta, given its gradient dY by the output of layer_norm.

    x (…, d), gamma (d,), dY (…, d) -> dx (…, d), dgamma (d,), dbeta (d,).
    """
    mean = x.mean(dim=-1, keepdim=True)  # (…, 1)
    variance = ((x - mean) ** 2).mean(dim=-1, keepdim=True)  # (…, 1)
    sigma = torch.sqrt(variance + eps)  # (…, 1)
    x_hat = (x - mean) / sigma  # (…, d)
    g = gamma * dY  # (…, d), gradient by x_hat
    along_mean = g.mean(dim=-1, keepdim=True)  # (…, 1)
    along_x_hat = x_hat * (g * x_hat).mean(dim=-1, keepdim=True)  # (…, d)
    dx = (g - along_mean - along_x_hat) / sigma  # (…, d)
    dgamma = (dY * x_hat).reshape(-1, x.size(-1)).sum(dim=0)  # (d,)
    dbeta = dY.reshape(-1, x.size(-1)).sum(dim=0)  # (d,)
    return dx, dgamma, dbeta


def rms_norm(x, gamma, eps=1e-5):
    """Each vector divided by the root of its mean square, then scaled coordinate by coordinate; not centred.

    x (…, d), gamma (d,) -> (…, d).
    """
    mean_square = (x**2).mean(dim=-1, keepdim=True)  # (…, 1)
    return gamma * x / torch.sqrt(mean_square + eps)  # (…, d)


def independent_layer_norm(x, gamma, beta, eps=1e-5):
    """PyTorch's own."""
    return F.layer_norm(x, gamma.shape, gamma, beta, eps)


def independent_layer_norm_backward(x, gamma, eps, dY):
    """Autograd through PyTorch's own."""
    x, gamma = x.detach().clone().requires_grad_(), gamma.detach().clone().requires_grad_()
    beta = torch.zeros_like(gamma).requires_grad_()
    return torch.autograd.grad(F.layer_norm(x, gamma.shape, gamma, beta, eps), (x, gamma, beta), dY)


def independent_rms_norm(x, gamma, eps=1e-5):
    """PyTorch's own."""
    return F.rms_norm(x, gamma.shape, gamma, eps)


def normal(rng, *shape, mean=0.0, scale=1.0):
    return torch.from_numpy(rng.normal(mean, scale, size=shape))


def dims_of(x):
    return dict(zip("BTd"[-x.dim() :], x.shape, strict=True))


def layer_case(name, x, gamma, beta, **eps):
    call = Call("layer_norm", {"x": x, "gamma": gamma, "beta": beta, **eps})
    return Case(f"layer_{name}", call, dims_of(x), differentiable=("x", "gamma", "beta"))


def backward_case(name, x, gamma, eps, dY):
    call = Call("layer_norm_backward", {"x": x, "gamma": gamma, "eps": eps, "dY": dY})
    return Case(f"backward_{name}", call, dims_of(x))


def rms_case(name, x, gamma, **eps):
    return Case(f"rms_{name}", Call("rms_norm", {"x": x, "gamma": gamma, **eps}), dims_of(x), ("x", "gamma"))


def vectors(rng, *shape):
    """Vectors whose means and lengths differ from one to another, and are neither 0 nor 1."""
    return normal(rng, *shape, scale=0.8) + normal(rng, *shape[:-1], 1, mean=1.5)


def public():
    rng = np.random.default_rng(27)
    x = torch.tensor([[[1.0, 2.0, 3.0, 6.0], [4.0, 0.0, 0.0, 0.0]]], dtype=torch.float64)  # (1, 2, 4)
    gamma = torch.tensor([1.0, 2.0, 1.0, 0.5], dtype=torch.float64)
    beta = torch.tensor([0.0, 1.0, 0.0, -1.0], dtype=torch.float64)
    dY = torch.tensor([[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 2.0]]], dtype=torch.float64)
    batch, scales = vectors(rng, 2, 3, 5), normal(rng, 5, mean=1.0, scale=0.5)
    return [
        layer_case("worked_example", x, gamma, beta, eps=0.5),
        layer_case("usual_eps", vectors(rng, 2, 4, 6), normal(rng, 6, mean=1.0), normal(rng, 6)),
        layer_case("batch", batch, scales, normal(rng, 5), eps=0.1),
        layer_case("little_variance", 0.1 * x, gamma, beta, eps=0.5),
        backward_case("worked_example", x, gamma, 0.5, dY),
        backward_case("batch", batch, scales, 0.1, normal(rng, 2, 3, 5)),
        rms_case("worked_example", x, gamma, eps=0.5),
        rms_case("usual_eps", vectors(rng, 2, 4, 6), normal(rng, 6, mean=1.0)),
        rms_case("batch", batch, scales, eps=0.1),
    ]


def draw(rng):
    B, T, d = (int(n) for n in rng.permutation([3, 4, 6]))
    wide, eps = d + 7, float(rng.choice([0.1, 0.2]))
    x, other = vectors(rng, B, T, d), vectors(rng, T, B, wide)
    gamma, gammas = normal(rng, d, mean=1.0, scale=0.5), normal(rng, wide, mean=1.0, scale=0.5)
    one, flat = vectors(rng, d), torch.full((1, 2, d), 3.0, dtype=torch.float64)
    return [
        layer_case("batch", x, gamma, normal(rng, d), eps=eps),
        layer_case("wide", other, gammas, normal(rng, wide), eps=0.3),
        layer_case("usual_eps", other, gammas, normal(rng, wide)),
        layer_case("one_vector", one, gamma, normal(rng, d), eps=eps),
        layer_case("small", 1e-2 * x, gamma, normal(rng, d), eps=1e-4),
        layer_case("equal_coordinates", flat, gamma, normal(rng, d), eps=eps),
        backward_case("batch", x, gamma, eps, normal(rng, B, T, d)),
        backward_case("wide", other, gammas, 0.3, normal(rng, T, B, wide)),
        backward_case("one_vector", one, gamma, eps, normal(rng, d)),
        backward_case("small_eps", x, gamma, 1e-5, normal(rng, B, T, d)),
        rms_case("batch", x, gamma, eps=eps),
        rms_case("wide", other, gammas, eps=0.3),
        rms_case("usual_eps", other, gammas),
        rms_case("one_vector", one, gamma, eps=eps),
        rms_case("zeros", 0 * flat, gamma, eps=eps),
    ]


EXERCISE = Exercise(
    name="normalization",
    atelier="atelier2",
    number="2.7",
    title=Text("Normaliser : LayerNorm, son gradient, RMSNorm", "Normalising: LayerNorm, its gradient, RMSNorm"),
    points=7,
    functions=(
        Function("layer_norm", "(x, gamma, beta, eps=1e-5)", (Output("y", "B T d"),)),
        Function(
            "layer_norm_backward",
            "(x, gamma, eps, dY)",
            (Output("dx", "B T d"), Output("dgamma", "d"), Output("dbeta", "d")),
        ),
        Function("rms_norm", "(x, gamma, eps=1e-5)", (Output("y", "B T d"),)),
    ),
    reference={"layer_norm": layer_norm, "layer_norm_backward": layer_norm_backward, "rms_norm": rms_norm},
    independent={
        "layer_norm": independent_layer_norm,
        "layer_norm_backward": independent_layer_norm_backward,
        "rms_norm": independent_rms_norm,
    },
    public=public,
    draw=draw,
    core=True,
)
