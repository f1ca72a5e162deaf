"""Two matrices and their difference as tables of coloured cells. What differs is marked by a sign, never by colour
alone; every colour is light, for black digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from attentif.reports.explanation import Picture
from attentif.words import reports as words
from attentif.words.text import Text

_WIDE = 20.0  # from how many times the median on a linear scale would show one colour for all but a few cells
_OUTSIDE, _NO_NUMBER, _SAME = "#f2b66d", "#e9958c", "#f4f4f4"
_DIFFERS, _EQUAL = "≠", "="
_Rgb = tuple[int, int, int]
_PALE, _BLUE, _ORANGE, _VIOLET = (247, 251, 255), (107, 174, 214), (244, 165, 80), (178, 160, 220)


@dataclass(frozen=True)
class PictureCell:
    """A number as it is shown."""

    text: str
    colour: str
    differs: bool = False


@dataclass(frozen=True)
class PictureRow:
    """A row: its index, with the axis' name in the first."""

    name: str
    cells: list[PictureCell]


@dataclass(frozen=True)
class PicturePanel:
    """One matrix: ``corner`` names both axes, ``columns`` are the indices of the second."""

    corner: str
    columns: list[str]
    rows: list[PictureRow]


@dataclass(frozen=True)
class PicturePanels:
    """What is drawn of a picture."""

    student: PicturePanel
    expected: PicturePanel
    difference: PicturePanel
    legend: Text


def draw(picture: Picture) -> PicturePanels:
    """The student's matrix and the expected one on the scale of the expected one, and student minus expected."""
    finite = [v for row in picture.expected for v in row if math.isfinite(v)]
    level, wide = _scale(finite)
    decimals = _decimals(finite)
    differs = picture.differs or _differences(picture)
    gaps = _gaps(picture, differs)

    def shown(rows: list[list[float]], marked: bool) -> PicturePanel:
        def cell(i: int, j: int) -> PictureCell:
            differing = marked and differs[i][j]
            return PictureCell(
                (f"{_DIFFERS} " if differing else "") + _number(rows[i][j], decimals),
                _colour(level(rows[i][j])),
                differing,
            )

        return _panel(picture, cell)

    return PicturePanels(
        shown(picture.student, True),
        shown(picture.expected, False),
        _panel(picture, _difference_cell(gaps, differs, decimals)),
        words.picture_legend(picture.name, picture.rows, picture.columns, picture.place, wide=wide),
    )


def _panel(picture: Picture, cell: Callable[[int, int], PictureCell]) -> PicturePanel:
    count, width = len(picture.expected), len(picture.expected[0]) if picture.expected else 0
    rows = [PictureRow(str(i), [cell(i, j) for j in range(width)]) for i in range(count)]
    corner = f"{picture.rows} ↓ {picture.columns} →" if picture.rows and picture.columns else ""
    return PicturePanel(corner, [str(j) for j in range(width)], rows)


def _difference_cell(
    gaps: list[list[float]], differs: Sequence[Sequence[bool]], decimals: int
) -> Callable[[int, int], PictureCell]:
    largest = max((abs(g) for row in gaps for g in row if math.isfinite(g)), default=0.0) or 1.0

    def cell(i: int, j: int) -> PictureCell:
        gap = gaps[i][j]
        if not differs[i][j]:
            return PictureCell(_EQUAL, _SAME)
        if not math.isfinite(gap):
            return PictureCell(f"{_DIFFERS} {gap}", _NO_NUMBER, True)
        colour = _between(_PALE, _ORANGE if gap > 0 else _VIOLET, abs(gap) / largest)
        return PictureCell(f"{gap:+.{decimals}f}", colour, True)

    return cell


def _gaps(picture: Picture, differs: Sequence[Sequence[bool]]) -> list[list[float]]:
    return [
        [mine - wanted if wrong else 0.0 for mine, wanted, wrong in zip(*rows, strict=True)]
        for rows in zip(picture.student, picture.expected, differs, strict=True)
    ]


def _differences(picture: Picture) -> list[list[bool]]:
    """Where no comparison says which entries differ: those that are not equal."""
    return [
        [mine != wanted and not (math.isnan(mine) and math.isnan(wanted)) for mine, wanted in zip(*rows, strict=True)]
        for rows in zip(picture.student, picture.expected, strict=True)
    ]


def _scale(finite: Sequence[float]) -> tuple[Callable[[float], float], bool]:
    """(value → level, 0 to 1 over the values; whether the scale is compressed). Where a few values are far larger than
    most, it is linear near zero and logarithmic beyond, so that the others do not share one colour."""
    sizes = [abs(v) for v in finite if v]
    middle = median(sizes) if sizes else 1.0
    wide = bool(sizes) and max(sizes) > _WIDE * middle
    bend: Callable[[float], float] = (lambda v: math.asinh(v / middle)) if wide else float
    low, high = (bend(min(finite)), bend(max(finite))) if finite else (0.0, 1.0)
    span = (high - low) or 1.0
    return lambda v: (bend(v) - low) / span if math.isfinite(v) else math.nan, wide


def _decimals(finite: Sequence[float]) -> int:
    """Two decimals, or as many as show three digits of most values."""
    sizes = [abs(v) for v in finite if v]
    return min(max(2 - math.floor(math.log10(median(sizes))), 2), 5) if sizes and median(sizes) < 0.1 else 2


def _number(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return str(value)
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if not float(text) else text


def _colour(level: float) -> str:
    """White to blue; outside the expected range, orange; not a number, red."""
    if not math.isfinite(level):
        return _NO_NUMBER
    if level < -0.01 or level > 1.01:
        return _OUTSIDE
    return _between(_PALE, _BLUE, min(max(level, 0.0), 1.0))


def _between(one: _Rgb, other: _Rgb, share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(one, other, strict=True))
