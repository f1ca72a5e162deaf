"""2.5 sinusoidal_encoding and shift_matrix: positions as angles, and the rotation that moves them on."""

from __future__ import annotations

import math

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def sinusoidal_encoding(T, d, base=10000.0):
    """One vector per position: sines on even columns, cosines on odd ones.

    d even -> PE (T, d).
    """
    if d % 2:
        raise ValueError("d must be even")
    positions = torch.arange(T, dtype=torch.float64)  # (T,)
    frequencies = base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)  # (d/2,)
    angles = positions[:, None] * frequencies  # (T, 1) * (d/2,) -> (T, d/2)
    PE = torch.zeros(T, d, dtype=torch.float64)
    PE[:, 0::2] = torch.sin(angles)
    PE[:, 1::2] = torch.cos(angles)
    return PE


def shift_matrix(k, d, base=10000.0):
    """The matrix M such that PE[p + k] = M @ PE[p], whatever p; k may be negative.

    d even -> M (d, d).
    """
    if d % 2:
        raise ValueError("d must be even")
    M = torch.zeros(d, d, dtype=torch.float64)
    for i in range(d // 2):
        angle = k * base ** (-2 * i / d)
        c, s = math.cos(angle), math.sin(angle)
        M[2 * i, 2 * i], M[2 * i, 2 * i + 1] = c, s  # sin(a + b) = cos(b) sin(a) + sin(b) cos(a)
        M[2 * i + 1, 2 * i], M[2 * i + 1, 2 * i + 1] = -s, c  # cos(a + b) = -sin(b) sin(a) + cos(b) cos(a)
    return M


def independent_sinusoidal_encoding(T, d, base=10000.0):
    """Real and imaginary parts of powers of one complex number per pair of columns."""
    turns = np.exp(1j * np.float64(base) ** (-2 * np.arange(d // 2) / d))  # (d/2,)
    powers = np.vander(turns, T, increasing=True).T  # (T, d/2)
    return torch.from_numpy(np.stack([powers.imag, powers.real], axis=-1).reshape(T, d))


def independent_shift_matrix(k, d, base=10000.0):
    """Solved from positions: PE[k], …, PE[k + 2d - 1] is a linear map of PE[0], …, PE[2d - 1]."""
    exponent = -2 * np.arange(d // 2) / d

    def rows(first):
        angles = np.arange(first, first + 4 * d)[:, None] * np.float64(base) ** exponent
        return np.stack([np.sin(angles), np.cos(angles)])  # (2, 4d, d/2)

    before, after = rows(0), rows(k)
    M = np.zeros((d, d))
    for i in range(d // 2):  # pair after pair, since low frequencies are nearly the same
        pair = slice(2 * i, 2 * i + 2)
        M[pair, pair] = np.linalg.lstsq(before[:, :, i].T, after[:, :, i].T, rcond=None)[0].T
    return torch.from_numpy(M)


def encoding_case(name, T, d, **base):
    call = Call("sinusoidal_encoding", {"T": T, "d": d, **base})
    return Case(f"encoding_{name}", call, {"T": T, "d": d})


def shift_case(name, k, d, **base):
    return Case(f"shift_{name}", Call("shift_matrix", {"k": k, "d": d, **base}), {"d": d})


def public():
    return [
        encoding_case("worked_example", 3, 4, base=100.0),
        encoding_case("usual_base", 7, 6),
        encoding_case("wide", 5, 8, base=50.0),
        shift_case("worked_example", 1, 4, base=100.0),
        shift_case("usual_base", 3, 6),
        shift_case("back", -2, 8, base=50.0),
    ]


def draw(rng):
    d, e = (int(n) for n in rng.permutation([6, 10]))
    T, k, back = int(rng.choice([7, 9, 11])), int(rng.integers(2, 6)), -int(rng.integers(2, 6))
    base = float(rng.choice([30.0, 200.0, 2500.0]))
    return [
        encoding_case("usual_base", T, d),
        encoding_case("other_base", T + 1, e, base=base),
        encoding_case("long", 37, 12, base=base),
        encoding_case("one_position", 1, d),
        encoding_case("two_columns", T, 2),
        shift_case("usual_base", k, d),
        shift_case("other_base", k, e, base=base),
        shift_case("back", back, d, base=base),
        shift_case("far", 23, 12),
        shift_case("two_columns", k, 2),
        shift_case("none", 0, e),
    ]


EXERCISE = Exercise(
    name="sinusoidal_encoding",
    atelier="atelier2",
    number="2.5",
    title=Text("L’encodage sinusoïdal des positions", "Sinusoidal position encoding"),
    points=6,
    functions=(
        Function("sinusoidal_encoding", "(T, d, base=10000.0)", (Output("PE", "T d"),), "function", 1e-4, 1e-5),
        Function("shift_matrix", "(k, d, base=10000.0)", (Output("M", "d d"),), "function", 1e-4, 1e-5),
    ),
    reference={"sinusoidal_encoding": sinusoidal_encoding, "shift_matrix": shift_matrix},
    independent={
        "sinusoidal_encoding": independent_sinusoidal_encoding,
        "shift_matrix": independent_shift_matrix,
    },
    public=public,
    draw=draw,
    core=True,
)
