"""2.5 Sinusoidal encoding: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def encoding_in_single_precision(T, d, base=10000.0):
    if d % 2 == 1:
        raise ValueError(d)
    angles = torch.arange(T).unsqueeze(1) / base ** (torch.arange(0, d, 2) / d)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).reshape(T, d)


def shift_in_single_precision(k, d, base=10000.0):
    if d != 2 * (d // 2):
        raise ValueError(d)
    angles = k / base ** (torch.arange(0, d, 2) / d)
    blocks = [torch.tensor([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]]) for a in angles.tolist()]
    return torch.block_diag(*blocks)


def encoding_by_loops(T, d, base=10000.0):
    if d % 2 != 0:
        raise ValueError("an even number of columns")
    rows = []
    for p in range(T):
        row = []
        for j in range(d):
            angle = p / base ** (2 * (j // 2) / d)
            row.append(math.cos(angle) if j % 2 else math.sin(angle))
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float64)


def shift_by_complex_numbers(k, d, base=10000.0):
    if d & 1:
        raise ValueError("an even number of columns")
    turns = np.exp(1j * k * base ** (-np.arange(0, d, 2) / d))
    M = np.diag(np.repeat(turns.real, 2))
    M[::2, 1::2] += np.diag(turns.imag)
    M[1::2, ::2] -= np.diag(turns.imag)
    return torch.from_numpy(M)


def encoding_by_logarithms(T, d, base=10000.0):
    if d % 2:
        raise ValueError("d is odd")
    frequencies = torch.exp(torch.arange(0, d, 2) * (-math.log(base) / d))
    position = torch.arange(0, T, dtype=torch.float).unsqueeze(1)
    pe = torch.zeros(T, d)
    pe[:, 0::2] = torch.sin(position * frequencies)
    pe[:, 1::2] = torch.cos(position * frequencies)
    return pe


def shift_by_solving(k, d, base=10000.0):
    if d % 2:
        raise ValueError("d is odd")
    frequencies = torch.exp(torch.arange(0, d, 2, dtype=torch.float64) * (-math.log(base) / d))
    M = torch.zeros(d, d, dtype=torch.float64)
    for i, w in enumerate(frequencies):
        here = torch.stack([torch.stack([torch.sin(p * w), torch.cos(p * w)]) for p in (0.0, 1.0 / w)], dim=1)
        there = torch.stack([torch.stack([torch.sin((p + k) * w), torch.cos((p + k) * w)]) for p in (0.0, 1 / w)], 1)
        M[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = there @ torch.linalg.inv(here)
    return M


def encoding_shifted_by_a_quarter_turn(T, d, base=10000.0):
    if d % 2:
        raise ValueError("d is odd")
    columns = torch.arange(d)
    exponents = (columns - columns % 2).double() / d
    return torch.sin(torch.arange(T).double()[:, None] / base**exponents + torch.pi / 2 * (columns % 2))


MISTAKES = (
    mistake(
        "sines_then_cosines",
        edit("PE[:, 0::2] = torch.sin", "PE[:, : d // 2] = torch.sin"),
        edit("PE[:, 1::2] = torch.cos", "PE[:, d // 2 :] = torch.cos"),
        edit("M[2 * i, 2 * i], M[2 * i, 2 * i + 1]", "M[i, i], M[i, d // 2 + i]"),
        edit("M[2 * i + 1, 2 * i], M[2 * i + 1, 2 * i + 1]", "M[d // 2 + i, i], M[d // 2 + i, d // 2 + i]"),
        convention=True,
    ),
    mistake(
        "exponent_twice_too_large",
        edit(
            "(-torch.arange(0, d, 2, dtype=torch.float64) / d)", "(-2 * torch.arange(0, d, 2, dtype=torch.float64) / d)"
        ),
        edit("(-2 * i / d)", "(-4 * i / d)"),
    ),
    mistake(
        "exponent_i_over_d",
        edit("torch.arange(0, d, 2, dtype=torch.float64)", "torch.arange(d // 2, dtype=torch.float64)"),
        edit("(-2 * i / d)", "(-i / d)"),
    ),
    mistake(
        "last_frequency_is_one_over_base",
        edit(
            "torch.arange(0, d, 2, dtype=torch.float64) / d",
            "torch.arange(0, d, 2, dtype=torch.float64) / max(d - 2, 2)",
        ),
        edit("(-2 * i / d)", "(-2 * i / max(d - 2, 2))"),
        convention=True,
    ),
    mistake(
        "cosines_have_their_own_column",
        edit("torch.cos(angles)", "torch.cos(angles * base ** (-1 / d))"),
    ),
    mistake(
        "cosines_have_the_next_frequency",
        edit("torch.cos(angles)", "torch.cos(angles * base ** (-2 / d))"),
    ),
    mistake(
        "cosines_first",
        edit("torch.sin(angles)", "torch.cos(angles)"),
        edit("= torch.cos(angles)", "= torch.sin(angles)"),
    ),
    mistake("positions_from_one", edit("torch.arange(T, dtype", "torch.arange(1, T + 1, dtype")),
    mistake(
        "base_of_a_thousand",
        edit("base ** (-torch", "1000.0 ** (-torch"),
        edit("k * base", "k * 1000.0"),
    ),
    mistake(
        "base_ignored",
        edit("base ** (-torch", "10000.0 ** (-torch"),
        edit("k * base", "k * 10000.0"),
    ),
    mistake(
        "multiplied_instead_of_divided",
        edit("(-torch.arange", "(torch.arange"),
        edit("(-2 * i / d)", "(2 * i / d)"),
    ),
    mistake(
        "decimal_logarithm",
        edit(
            "base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)",
            "torch.exp(-math.log10(base) * torch.arange(0, d, 2, dtype=torch.float64) / d)",
        ),
        edit("base ** (-2 * i / d)", "math.exp(-math.log10(base) * 2 * i / d)"),
    ),
    mistake(
        "integer_division",
        edit("dtype=torch.float64) / d)", "dtype=torch.float64) // d)"),
        edit("(-2 * i / d)", "(-2 * i // d)"),
    ),
    mistake(
        "one_frequency",
        edit("torch.arange(0, d, 2, dtype=torch.float64)", "torch.zeros(d // 2, dtype=torch.float64)"),
        edit("k * base ** (-2 * i / d)", "k"),
    ),
    mistake("sines_only", edit("torch.cos(angles)", "torch.sin(angles)")),
    mistake("shift_backwards", edit("] = c, s", "] = c, -s"), edit("] = -s, c", "] = s, c")),
    mistake("no_minus_sign", edit("] = -s, c", "] = s, c")),
    mistake("shift_by_one", edit("k * base", "base")),
    mistake("shift_back_is_nothing", edit("k * base", "max(k, 0) * base")),
    mistake("shift_always_forward", edit("k * base", "abs(k) * base")),
    mistake("cosines_only_on_the_diagonal", edit("] = c, s", "] = c, 0"), edit("] = -s, c", "] = 0, c")),
)

EQUIVALENTS = (
    equivalent(
        "single_precision",
        defines={"sinusoidal_encoding": encoding_in_single_precision, "shift_matrix": shift_in_single_precision},
    ),
    equivalent(
        "loops_and_complex_numbers",
        defines={"sinusoidal_encoding": encoding_by_loops, "shift_matrix": shift_by_complex_numbers},
    ),
    equivalent(
        "logarithms_and_solving",
        defines={"sinusoidal_encoding": encoding_by_logarithms, "shift_matrix": shift_by_solving},
    ),
    equivalent("quarter_turn", defines={"sinusoidal_encoding": encoding_shifted_by_a_quarter_turn}),
)
