"""Checks: what check files ask, and pytest, which runs them. What they need of the library stands here."""

from attentif.checks.handed_in import predicted_labels
from attentif.checks.micro_questions import check_answer
from attentif.checks.refusals import check_refused
from attentif.reports.explanation import fail
from attentif.words.text import Text

__all__ = ["Text", "check_answer", "check_refused", "fail", "predicted_labels"]
