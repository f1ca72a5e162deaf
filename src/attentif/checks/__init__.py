"""Checks: the pytest plugin, comparison, diagnosis, references. Check files need two names from here."""

from attentif.reports.explanation import fail
from attentif.words.text import Text

__all__ = ["Text", "fail"]
