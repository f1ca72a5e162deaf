"""2.6 RoPE: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def rope_by_complex_numbers(x, positions, base=10000.0):
    B, h, T, d = x.shape
    if d % 2:
        raise ValueError("an odd dimension")
    angles = positions.unsqueeze(-1) / base ** (torch.arange(0, d, 2).double() / d)
    turns = torch.polar(torch.ones_like(angles), angles).unsqueeze(1)
    pairs = torch.view_as_complex(x.double().reshape(B, h, T, d // 2, 2).contiguous())
    return torch.view_as_real(pairs * turns).reshape(B, h, T, d).to(x.dtype)


def rope_by_every_two(x, positions, base=10000.0):
    if x.shape[-1] % 2 == 1:
        raise ValueError("an odd dimension")
    inverse = 1.0 / (base ** (torch.arange(0, x.shape[-1], 2).float() / x.shape[-1]))
    angles = torch.einsum("bt,i->bti", positions.float(), inverse).repeat_interleave(2, dim=-1)[:, None]
    turned = torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).reshape(x.shape)
    return x * angles.cos().to(x.dtype) + turned * angles.sin().to(x.dtype)


def rope_by_blocks(x, positions, base=10000.0):
    B, _, T, d = x.shape
    if d != 2 * (d // 2):
        raise ValueError("an odd dimension")
    rows = []
    for b in range(B):
        turned = []
        for t in range(T):
            angles = [float(positions[b, t]) * base ** (-2 * i / d) for i in range(d // 2)]
            blocks = [[[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]] for a in angles]
            R = torch.block_diag(*[torch.tensor(block, dtype=x.dtype) for block in blocks])
            turned.append(x[b, :, t] @ R.T)
        rows.append(torch.stack(turned, dim=1))
    return torch.stack(rows)


def rope_through_halves(x, positions, base=10000.0):
    d = x.size(-1)
    if d % 2:
        raise ValueError("an odd dimension")
    x = torch.cat([x[..., ::2], x[..., 1::2]], dim=-1)
    angles = positions[:, None, :, None].to(torch.float64) * base ** (-2 * torch.arange(d // 2).double() / d)
    cos, sin = torch.cat([angles.cos()] * 2, dim=-1), torch.cat([angles.sin()] * 2, dim=-1)
    first, second = x.chunk(2, dim=-1)
    x = x * cos.to(x) + torch.cat([-second, first], dim=-1) * sin.to(x)
    return x.unflatten(-1, (2, d // 2)).transpose(-1, -2).flatten(-2)


def rope_by_assignment(x, positions, base=10000.0):
    if x.size(3) % 2:
        raise ValueError("an odd dimension")
    result = torch.empty_like(x)
    for i in range(x.size(3) // 2):
        angle = (positions.double() * base ** (-2 * i / x.size(3)))[:, None]
        c, s = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        a, b = x[..., 2 * i], x[..., 2 * i + 1]
        result[..., 2 * i], result[..., 2 * i + 1] = c * a - s * b, s * a + c * b
    return result


MISTAKES = (
    mistake(
        "halves_instead_of_neighbours",
        edit("even, odd = x[..., 0::2], x[..., 1::2]", "even, odd = x[..., : d_h // 2], x[..., d_h // 2 :]"),
        edit(
            "torch.stack([turned_even, turned_odd], dim=-1).flatten(-2)", "torch.cat([turned_even, turned_odd], dim=-1)"
        ),
        convention=True,
    ),
    mistake(
        "other_direction",
        edit("even * cos - odd * sin", "even * cos + odd * sin"),
        edit("even * sin + odd * cos", "odd * cos - even * sin"),
    ),
    mistake(
        "results_not_interleaved",
        edit(
            "torch.stack([turned_even, turned_odd], dim=-1).flatten(-2)", "torch.cat([turned_even, turned_odd], dim=-1)"
        ),
    ),
    mistake(
        "halves_interleaved",
        edit("even, odd = x[..., 0::2], x[..., 1::2]", "even, odd = x[..., : d_h // 2], x[..., d_h // 2 :]"),
    ),
    mistake("positions_ignored", edit("positions[:, None, :, None]", "torch.arange(x.size(2))[None, None, :, None]")),
    mistake(
        "positions_of_the_first_sentence",
        edit("positions[:, None, :, None]", "positions[:1, None, :, None]"),
    ),
    mistake(
        "positions_counted_from_the_first",
        edit("positions[:, None, :, None]", "(positions - positions[:, :1])[:, None, :, None]"),
    ),
    mistake("positions_plus_one", edit("positions[:, None, :, None]", "(positions + 1)[:, None, :, None]")),
    mistake(
        "exponent_i_over_d",
        edit("torch.arange(0, d_h, 2, dtype=torch.float64)", "torch.arange(d_h // 2, dtype=torch.float64)"),
    ),
    mistake(
        "exponent_twice_too_large",
        edit(
            "(-torch.arange(0, d_h, 2, dtype=torch.float64) / d_h)",
            "(-2 * torch.arange(0, d_h, 2, dtype=torch.float64) / d_h)",
        ),
    ),
    mistake("multiplied_instead_of_divided", edit("(-torch.arange", "(torch.arange")),
    mistake("base_ignored", edit("base ** (", "10000.0 ** (")),
    mistake(
        "one_frequency",
        edit("torch.arange(0, d_h, 2, dtype=torch.float64)", "torch.zeros(d_h // 2, dtype=torch.float64)"),
    ),
    mistake(
        "before_the_heads_are_split",
        edit(
            "frequencies = base ** (-torch.arange(0, d_h, 2, dtype=torch.float64) / d_h)",
            "d = x.size(1) * d_h\n    frequencies = base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)",
        ),
        edit("* frequencies", "* frequencies.reshape(x.size(1), 1, d_h // 2)"),
    ),
    mistake("both_signs_plus", edit("even * cos - odd * sin", "even * cos + odd * sin")),
    mistake("sine_and_cosine_swapped", edit("cos, sin = torch", "sin, cos = torch")),
    mistake("even_overwritten", edit("even * sin + odd * cos", "turned_even * sin + odd * cos")),
    mistake(
        "added_instead_of_turned",
        edit("even * cos - odd * sin", "even + sin"),
        edit("even * sin + odd * cos", "odd + cos"),
    ),
    mistake(
        "angles_of_halves_on_neighbours",
        edit(
            "even, odd = x[..., 0::2], x[..., 1::2]",
            "even, odd, cos, sin = x[..., 0::2], x[..., 1::2], cos.repeat(1, 1, 1, 2), sin.repeat(1, 1, 1, 2)",
        ),
        edit("even * cos - odd * sin", "even * cos[..., 0::2] - odd * sin[..., 0::2]"),
        edit("even * sin + odd * cos", "even * sin[..., 1::2] + odd * cos[..., 1::2]"),
    ),
    mistake(
        "only_stretched", edit("even * cos - odd * sin", "even * cos"), edit("even * sin + odd * cos", "odd * cos")
    ),
)

EQUIVALENTS = (
    equivalent("complex_numbers", defines={"apply_rope": rope_by_complex_numbers}),
    equivalent("rotate_every_two", defines={"apply_rope": rope_by_every_two}),
    equivalent("a_block_matrix_per_token", defines={"apply_rope": rope_by_blocks}),
    equivalent("through_halves", defines={"apply_rope": rope_through_halves}),
    equivalent("pair_after_pair", defines={"apply_rope": rope_by_assignment}),
)
