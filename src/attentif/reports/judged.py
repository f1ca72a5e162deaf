"""Which source a local report judged: data, and nothing about how it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from attentif.words.text import Text


@dataclass(frozen=True)
class Judged:
    """``source`` says which executions were judged (None where nothing is known of them); ``doubts`` why that may not
    be what stands in the notebook now."""

    source: Text | None = None
    doubts: tuple[Text, ...] = ()
