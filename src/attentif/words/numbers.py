"""Numbers as French writes them."""

from __future__ import annotations

import re

FRENCH = str.maketrans({",": "\u202f", ".": ",", "-": "−"})
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def short(value: float, digits: int | None = None) -> str:
    """A number for a sentence: four significant digits, or that many decimals; whole numbers whole."""
    if digits is not None:
        return f"{value:,.{digits}f}".translate(FRENCH)
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,d}".translate(FRENCH)
    if 1000 <= abs(value) < 1e15:
        return f"{value:,.0f}".translate(FRENCH)
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    raised = f" × 10{str(int(exponent)).translate(_RAISED)}" if exponent else ""
    return mantissa.translate(FRENCH) + raised


def in_formula(text: str) -> str:
    """The same inside a formula: a comma that opens no list, a thin space, an exponent."""
    text = text.replace(",", "{,}").replace("\u202f", r"\,").replace("−", "-")
    return re.sub(r" × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: rf" \times 10^{{{m[1].translate(_LOWERED)}}}", text)
