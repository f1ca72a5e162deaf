"""Charts as inline SVG, with a title and a description: they need no script, no font of their own and no network."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640, 220, 40, 34, 14


@dataclass(frozen=True)
class Chart:
    """A chart and its title."""

    title: str
    svg: str


def histogram(counts: Sequence[int], labels: Sequence[str], title: str, description: str) -> Chart:
    """Bars with their counts above, one label below each."""
    most = max([1, *counts])
    width = (_WIDTH - _LEFT) / len(counts)
    room = _HEIGHT - _BOTTOM - _TOP
    bars = []
    for number, (count, label) in enumerate(zip(counts, labels, strict=True)):
        x, height = _LEFT + number * width, room * count / most
        middle, y = x + width / 2, _TOP + room - height
        bars.append(
            f'<rect x="{x + 2:.1f}" y="{y:.1f}" width="{width - 4:.1f}" height="{height:.1f}" class="bar"/>'
            f'<text x="{middle:.1f}" y="{y - 3:.1f}" text-anchor="middle">{count or ""}</text>'
            f'<text x="{middle:.1f}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(label)}</text>'
        )
    base = f'<line x1="{_LEFT}" y1="{_TOP + room}" x2="{_WIDTH}" y2="{_TOP + room}" class="axis"/>'
    return _svg(_HEIGHT, title, description, base + "".join(bars))


def intervals(rows: Sequence[tuple[str, float, tuple[float, float] | None]], title: str, description: str) -> Chart:
    """One line for each row: a point and its interval on the axis from −1 to 1."""
    line, left = 20, 250
    height = line * len(rows) + 40

    def x(value: float) -> float:
        return left + (value + 1) / 2 * (_WIDTH - left - 10)

    parts = [f'<line x1="{x(0):.1f}" y1="6" x2="{x(0):.1f}" y2="{height - 28}" class="axis"/>']
    for tick in (-1, -0.5, 0, 0.5, 1):
        label = f"{tick:g}".replace(".", ",").replace("-", "−")
        parts.append(f'<text x="{x(tick):.1f}" y="{height - 10}" text-anchor="middle">{label}</text>')
    for number, (label, value, interval) in enumerate(rows):
        y = 16 + number * line
        parts.append(f'<text x="{left - 14}" y="{y + 4}" text-anchor="end">{escape(_short(label))}</text>')
        if interval is not None:
            low, high = interval
            parts.append(f'<line x1="{x(low):.1f}" y1="{y}" x2="{x(high):.1f}" y2="{y}" class="range"/>')
        parts.append(f'<circle cx="{x(value):.1f}" cy="{y}" r="4" class="bar"/>')
    return _svg(height, title, description, "".join(parts))


def _short(label: str) -> str:
    return textwrap.shorten(label, 38, placeholder=" …")


def _svg(height: float, title: str, description: str, body: str) -> Chart:
    svg = (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}. {escape(description)}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>"
    )
    return Chart(title, svg)
