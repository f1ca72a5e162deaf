"""Checks: what check files ask, and pytest, which runs them. They need three names from here."""

from attentif.checks.refusals import check_refused
from attentif.reports.explanation import fail
from attentif.words.text import Text

__all__ = ["Text", "check_refused", "fail"]
