"""The exporter of ``autograde``: it works for the converter that takes submissions in, and for no other."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException

from attentif.grading.autograde import Autograde


class NotTakenIn(NbGraderException):
    """Something would read what students handed in without the intake."""


class SubmissionExporter(NotebookExporter):
    """nbconvert's notebook exporter. Raises NotTakenIn if its parent is not attentif's ``Autograde``."""

    def __init__(self, config: Any = None, **kw: Any) -> None:
        if not isinstance(kw.get("parent"), Autograde):
            raise NotTakenIn("submissions are read by attentif's intake alone: call install() in nbgrader_config.py")
        super().__init__(config=config, **kw)
