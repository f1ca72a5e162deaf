"""1.15 vanishing_gradients: how a gradient shrinks or grows through time, and how to clip it.

With Wh = αQ (Q orthogonal) and states 0, where tanh′ = 1, the norms are exactly α^(T−t); a triangular Wh tells a
spectral norm from a spectral radius. Clipping is drawn below, above and far above the limit, and on zeros.
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def jacobian_norms(Wh, hs):
    """Spectral norms ‖∂h_T/∂h_t‖₂ along one sequence of h_t = tanh(x_t Wx + h_{t−1} Wh + b), t = 1…T.

    Wh (d, d), hs (T, d) -> norms (T,), the last one 1.
    """
    T, d = hs.shape
    J = np.eye(d)  # (d, d), ∂h_T/∂h_t
    norms = np.ones(T)  # (T,)
    for t in reversed(range(T - 1)):
        J = (Wh * (1 - hs[t + 1] ** 2)) @ J  # Wh·diag(tanh′), then what follows
        norms[t] = np.linalg.norm(J, 2)
    return norms


def clip_gradients(grads, max_norm):
    """The gradients, scaled together so that their global norm is at most max_norm.

    grads: list of arrays of any shapes, max_norm > 0 -> list of arrays of the same shapes.
    """
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))  # one norm for all
    scale = max_norm / norm if norm > max_norm else 1.0
    return [g * scale for g in grads]


def independent_jacobian_norms(Wh, hs):
    """Autograd through the recurrence, the inputs chosen so that it passes through these states."""
    Wh, hs = torch.tensor(Wh), torch.tensor(hs)
    inputs = [torch.atanh(hs[t]) - hs[t - 1] @ Wh for t in range(1, len(hs))]

    def last_state(h, t):
        for x in inputs[t:]:
            h = torch.tanh(x + h @ Wh)
        return h

    jacobians = [torch.autograd.functional.jacobian(lambda h, t=t: last_state(h, t), hs[t]) for t in range(len(hs))]
    return torch.stack([torch.linalg.matrix_norm(J, 2) for J in jacobians]).numpy()


def independent_clip_gradients(grads, max_norm):
    """torch.nn.utils.clip_grad_norm_ (which adds 1e-6 to the norm)."""
    parameters = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in grads]
    for parameter, g in zip(parameters, grads, strict=True):
        parameter.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad.numpy() for parameter in parameters]


def norms_case(name, Wh, hs):
    return Case(name, Call("jacobian_norms", {"Wh": Wh, "hs": hs}), dims={"T": len(hs), "d": len(Wh)})


def clip_case(name, grads, max_norm):
    (n, d), _, _ = (g.shape for g in grads)
    return Case(name, Call("clip_gradients", {"grads": grads, "max_norm": max_norm}), dims={"n": n, "d": d})


def trajectory(rng, Wh, T):
    """States (T, d) of the recurrence under random inputs."""
    h, hs = rng.uniform(-0.8, 0.8, size=len(Wh)), []
    for _ in range(T):
        h = np.tanh(h @ Wh + rng.normal(size=len(Wh)))
        hs.append(h)
    return np.stack(hs)


def gradients_of_norm(rng, norm, n, d):
    """Three arrays, (n, d), (d, d) and (d,), of that global norm, the first the smallest and the last the largest."""
    shapes, shares = [(n, d), (d, d), (d,)], np.sqrt([0.04, 0.24, 0.72])
    grads = [rng.normal(size=shape) for shape in shapes]
    return [g / np.linalg.norm(g) * share * norm for g, share in zip(grads, shares, strict=True)]


def public():
    rotation = np.array([[0.6, -0.8], [0.8, 0.6]])
    shear = np.array([[0.9, 0.7, 0.0], [0.0, 0.5, -1.2], [0.0, 0.0, 0.8]])
    # Norms 3, 4 and 12, hence a global norm of 13.
    grads = [np.array([[2.0, 0.0], [1.0, 0.0], [0.0, -2.0]]), np.array([[0.0, 0.0], [-4.0, 0.0]]), np.array([7.2, 9.6])]
    return [
        norms_case("worked_example", 0.5 * rotation, np.zeros((4, 2))),
        norms_case("with_tanh", shear, trajectory(np.random.default_rng(115), shear, 5)),
        clip_case("worked_clip", grads, 6.5),
        clip_case("under_the_limit", grads, 20.0),
    ]


def draw(rng):
    T, d, n = (int(size) for size in rng.permutation([3, 4, 5, 6])[:3])
    T = T + 3
    Q = np.linalg.qr(rng.normal(size=(d, d)))[0]
    triangular = np.triu(rng.normal(size=(d, d)), 1) + np.diag(rng.uniform(0.4, 0.9, size=d))
    dense = rng.normal(size=(d, d)) / np.sqrt(d)
    norm = float(rng.uniform(20.0, 40.0))
    grads = gradients_of_norm(rng, norm, n, d)
    return [
        norms_case("vanishing", 0.5 * Q, np.zeros((T, d))),
        norms_case("steady", Q, np.zeros((T, d))),
        norms_case("exploding", 1.5 * Q, np.zeros((T, d))),
        norms_case("not_normal", triangular, trajectory(rng, triangular, T)),
        norms_case("dense", dense, trajectory(rng, dense, T)),
        norms_case("one_step", dense, trajectory(rng, dense, 1)),
        clip_case("clipped", grads, norm / 2),
        clip_case("strongly_clipped", gradients_of_norm(rng, 3000.0, n, d), 1.0),
        clip_case("under_the_limit", grads, norm * 1.25),
        clip_case("small", gradients_of_norm(rng, 0.1, n, d), 1.0),
        clip_case("zeros", [0.0 * g for g in grads], 1.0),
    ]


EXERCISE = Exercise(
    name="vanishing_gradients",
    atelier="atelier1",
    number="1.15",
    title=Text("Gradients évanescents et explosifs", "Vanishing and exploding gradients"),
    points=7,
    functions=(
        Function("jacobian_norms", "(Wh, hs)", (Output("norms", "T"),)),
        Function(
            "clip_gradients",
            "(grads, max_norm)",
            (Output("grads[0]", "n d"), Output("grads[1]", "d d"), Output("grads[2]", "d")),
        ),
    ),
    reference={"jacobian_norms": jacobian_norms, "clip_gradients": clip_gradients},
    independent={"jacobian_norms": independent_jacobian_norms, "clip_gradients": independent_clip_gradients},
    public=public,
    draw=draw,
    core=True,
)
