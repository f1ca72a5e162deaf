"""Checks: what check files ask, and pytest, which runs them. They need two names from here."""

from attentif.reports.explanation import fail
from attentif.words.text import Text

__all__ = ["Text", "fail"]
