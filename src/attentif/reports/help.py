"""What helps further on a student's own machine: data, and nothing about how it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from attentif.words.text import Text


@dataclass(frozen=True)
class Help:
    """``question``: the link to ask about the exercise ("" where there is none); ``idea``: that of the solution, once
    there were enough attempts."""

    question: str = ""
    idea: Text | None = None
