"""1.10 power_iteration and stationary_distribution: two questions about the eigenvector that dominates.

Draws have converged long before n_iter, so that counting one multiplication more or less changes nothing. The unit
vector is compared up to its sign, the eigenvalue keeps its own.
"""

from __future__ import annotations

import numpy as np

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def power_iteration(A, n_iter, x0):
    """Dominant eigenvalue (with its sign) and a unit eigenvector, by repeated multiplication.

    A (n, n), n_iter > 0, x0 (n,) -> eigenvalue (a number), v (n,) with ‖v‖₂ = 1.
    """
    v = x0 / np.linalg.norm(x0)  # (n,)
    for _ in range(n_iter):
        v = A @ v  # (n,)
        v = v / np.linalg.norm(v)
    return v @ A @ v, v  # Rayleigh quotient, where vᵀv = 1


def stationary_distribution(P):
    """The distribution π that one step of the chain leaves unchanged: πP = π, Σπ = 1.

    P (n, n), each row sums to 1 -> π (n,).
    """
    n = len(P)
    system = np.vstack([P.T - np.eye(n), np.ones(n)])  # (n + 1, n): (Pᵀ − I)π = 0 and Σπ = 1
    target = np.append(np.zeros(n), 1.0)  # (n + 1,)
    return np.linalg.lstsq(system, target, rcond=None)[0]  # (n,)


def independent_power_iteration(A, n_iter, x0):
    """The answer itself: NumPy's eigenvalue of largest modulus."""
    values, vectors = np.linalg.eig(A)
    i = np.abs(values).argmax()
    return values[i].real, vectors[:, i].real


def independent_stationary_distribution(P):
    """The kernel of (P − I)ᵀ by SciPy, scaled to sum to 1."""
    from scipy.linalg import null_space

    kernel = null_space((P - np.eye(len(P))).T)[:, 0]
    return kernel / kernel.sum()


def with_eigenvalues(rng, values, orthogonal):
    """A matrix (n, n) with these eigenvalues, symmetric or not."""
    n = len(values)
    V = np.linalg.qr(rng.normal(size=(n, n)))[0]
    if orthogonal:
        return V * values @ V.T
    V = V @ (np.eye(n) + np.triu(rng.uniform(0.2, 0.6, size=(n, n)), 1))  # eigenvectors that are not orthogonal
    return V * values @ np.linalg.inv(V)


def spectrum(rng, n, top):
    """n eigenvalues, the first one ``top``, the others at most half as large."""
    return np.concatenate([[top], top * rng.uniform(0.1, 0.5, size=n - 1) * rng.choice([-1, 1], size=n - 1)])


def periodic_chain(rng, sizes):
    """A chain that goes round groups of these sizes: period ``len(sizes)``; (n, n)."""
    n, starts = sum(sizes), np.cumsum([0, *sizes])
    P = np.zeros((n, n))
    for g, size in enumerate(sizes):
        after = (g + 1) % len(sizes)
        P[starts[g] : starts[g + 1], starts[after] : starts[after + 1]] = rng.dirichlet(np.ones(sizes[after]), size)
    return P


def leaky_chain(rng, n):
    """A chain whose last state is left for good, so that its stationary probability is 0; (n, n)."""
    P = np.zeros((n, n))
    P[:-1, :-1] = rng.dirichlet(np.ones(n - 1), n - 1)
    P[-1] = rng.dirichlet(np.ones(n))
    return P


def power_case(name, A, n_iter, x0):
    return Case(name, Call("power_iteration", {"A": A, "n_iter": n_iter, "x0": x0}), dims={"n": len(A)})


def chain_case(name, P):
    return Case(name, Call("stationary_distribution", {"P": P}), dims={"n": len(P)})


def public():
    return [
        power_case("worked_example", np.array([[2.0, 1.0], [1.0, 2.0]]), 60, np.array([1.0, 0.0])),
        power_case("negative", np.array([[-4.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.5]]), 90, np.ones(3)),
        chain_case("weather", np.array([[0.9, 0.1], [0.5, 0.5]])),
        chain_case("back_and_forth", np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.0, 1.0, 0.0]])),
    ]


def draw(rng):
    n = int(rng.integers(4, 7))
    starts = rng.uniform(0.5, 3.0, size=(5, n))
    return [
        power_case("symmetric", with_eigenvalues(rng, spectrum(rng, n, 3.0), True), 61, starts[0]),
        power_case("negative", with_eigenvalues(rng, spectrum(rng, n, -2.5), True), 60, starts[1]),
        power_case("not_symmetric", with_eigenvalues(rng, spectrum(rng, n, 1.7), False), 80, starts[2]),
        power_case("huge", with_eigenvalues(rng, spectrum(rng, n, -40.0), True), 300, starts[3]),
        power_case("tiny", with_eigenvalues(rng, spectrum(rng, n, 1e-3), True), 250, starts[4]),
        chain_case("aperiodic", rng.dirichlet(np.ones(n), n)),
        chain_case("period_2", periodic_chain(rng, [2, n - 1])),
        chain_case("period_3", periodic_chain(rng, [1, 2, 3])),
        chain_case("leaky", leaky_chain(rng, n)),
    ]


EXERCISE = Exercise(
    name="power_iteration",
    atelier="atelier1",
    number="1.10",
    title=Text("Méthode de la puissance et chaînes de Markov", "Power iteration and Markov chains"),
    points=5,
    functions=(
        Function(
            "power_iteration", "(A, n_iter, x0)", (Output("eigenvalue"), Output("v", "n", "up_to_sign", ("unit_rows",)))
        ),
        Function("stationary_distribution", "(P)", (Output("π", "n", properties=("nonnegative", "rows_sum_to_one")),)),
    ),
    reference={"power_iteration": power_iteration, "stationary_distribution": stationary_distribution},
    independent={
        "power_iteration": independent_power_iteration,
        "stationary_distribution": independent_stationary_distribution,
    },
    public=public,
    draw=draw,
)
