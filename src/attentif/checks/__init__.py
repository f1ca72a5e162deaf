"""Checks: the pytest plugin, comparison, diagnosis, references. Check files need two names from here."""

from attentif.checks.exercise import Text
from attentif.checks.failures import fail

__all__ = ["Text", "fail"]
