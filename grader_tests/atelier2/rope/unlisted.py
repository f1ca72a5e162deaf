"""2.6 rope: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted

from .oracle import apply_rope


def turned(x, angles):
    """angles broadcast to (B, h, T, d_h/2)."""
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)


def frequencies(d, base):
    return base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)


@unlisted("apply_rope", "one_frequency")
def apply_rope_one_frequency(x, positions, base=10000.0):
    return turned(x, positions[:, None, :, None] * torch.ones(x.size(-1) // 2, dtype=torch.float64))


@unlisted("apply_rope", "before_the_heads_are_split")
def apply_rope_frequencies_of_heads(x, positions, base=10000.0):  # head after head, as if d were h · d_h
    h, d = x.size(1), x.size(-1)
    return turned(x, positions[:, None, :, None] * frequencies(h * d, base).view(h, 1, d // 2))


@unlisted("apply_rope")
def apply_rope_reflection(x, positions, base=10000.0):  # a symmetry: both signs swapped on the odd coordinate
    y = apply_rope(x, positions, base).clone()
    y[..., 1::2] *= -1
    return y


@unlisted("apply_rope", "positions_counted_from_the_first")
def apply_rope_relative_to_first(x, positions, base=10000.0):  # positions counted from the sentence's first
    return apply_rope(x, positions - positions[:, :1], base)


@unlisted("apply_rope")
def apply_rope_sorted_positions(x, positions, base=10000.0):
    return apply_rope(x, positions.sort(dim=1).values, base)


@unlisted("apply_rope")
def apply_rope_half_of_the_coordinates(x, positions, base=10000.0):  # partial rotation, as in GPT-J
    half = x.size(-1) // 4 * 2
    if not half:
        return x.clone()
    return torch.cat([apply_rope(x[..., :half], positions, base), x[..., half:]], dim=-1)


@unlisted("apply_rope")
def apply_rope_added(x, positions, base=10000.0):  # x is added, as with a table
    return x + apply_rope(x, positions, base)


@unlisted("apply_rope", "even_overwritten")
def apply_rope_sequential_update(x, positions, base=10000.0):  # the even part is overwritten before the odd one
    angles = positions[:, None, :, None] * frequencies(x.size(-1), base)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    even = x[..., 0::2] * cos - x[..., 1::2] * sin
    odd = even * sin + x[..., 1::2] * cos
    return torch.stack([even, odd], dim=-1).flatten(-2)


@unlisted("apply_rope", "results_not_interleaved")
def apply_rope_halves_out(x, positions, base=10000.0):  # turned well, put together as two halves
    y = apply_rope(x, positions, base)
    return torch.cat([y[..., 0::2], y[..., 1::2]], dim=-1)


@unlisted("apply_rope", "multiplied_instead_of_divided")
def apply_rope_growing_frequencies(x, positions, base=10000.0):  # the sign of the exponent
    return turned(x, positions[:, None, :, None] / frequencies(x.size(-1), base))


@unlisted("apply_rope", "base_ignored")
def apply_rope_base_of_the_paper(x, positions, base=10000.0):  # its argument is ignored
    return apply_rope(x, positions, 10000.0)


@unlisted("apply_rope", "only_stretched")
def apply_rope_without_sines(x, positions, base=10000.0):
    angles = positions[:, None, :, None] * frequencies(x.size(-1), base)
    return x * angles.cos().repeat_interleave(2, dim=-1)
