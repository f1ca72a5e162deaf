"""What is said of two mistakes at once."""

from __future__ import annotations

from attentif.words.text import Text, Words


def two_mistakes(one: Words, other: Words) -> Words:
    """Both, one after the other; hints go side by side."""
    return Words(
        Text(
            f"Deux erreurs se combinent. L'une, prise seule : {one.finding.fr} L'autre : {other.finding.fr}",
            f"Two mistakes are combined. One, taken alone: {one.finding.en} The other: {other.finding.en}",
        ),
        Text(f"{one.consequence.fr} Et : {other.consequence.fr}", f"{one.consequence.en} And: {other.consequence.en}"),
        tuple(Text(f"① {a.fr} ② {b.fr}", f"① {a.en} ② {b.en}") for a, b in zip(one.hints, other.hints, strict=False)),
    )
