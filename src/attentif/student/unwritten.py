"""Cells that need an answer which is not written yet: a calm line instead of a traceback, and "Run All" goes on.

JupyterLab and nbclient stop at a cell whose *reply* tells of an error. Here IPython is asked to hand the released
stub's own exception to us, and the cell's result is then told to be free of errors. Nothing of this is in place while a
machine grades or validates.
"""

from __future__ import annotations

import contextlib
import dis
import json
import linecache
import re
import sys
from types import TracebackType
from typing import Any

from attentif.exercises.conventions import REFERENCES
from attentif.remote.inside.service import is_student_file
from attentif.student.places import ChecksNotFound, find_checks
from attentif.words import unwritten as words
from attentif.words.language import UnknownLanguage, language
from attentif.words.text import Text


class CalmStubs:
    """Watches one shell; ``install`` begins."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._forgiven: BaseException | None = None
        self._awaited: set[str] = set()  # names that cells left aside would have defined

    def install(self) -> None:
        """From the next cell on."""
        self._shell.set_custom_exc((NotImplementedError, NameError), self._handle)
        self._shell.events.register("post_run_cell", self._forgive)

    def _handle(self, shell: Any, kind: type, error: Any, trace: TracebackType, tb_offset: int | None = None) -> None:
        said = None
        with contextlib.suppress(Exception):  # whatever cannot be looked at is shown as IPython does
            said = self._calm_words(error, trace)
        if said is None:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
            return
        self._forgiven = error
        _drop_half_drawn_figures()
        print(said.to(_language()))

    def _calm_words(self, error: Any, trace: TracebackType) -> Text | None:
        """What is said instead of a traceback; None where the traceback belongs there."""
        if type(error) is NotImplementedError:
            name = _stub(trace)
            return None if name is None else words.after(name, _exercise_number(name))
        missing = getattr(error, "name", None)
        if isinstance(missing, str) and missing in self._awaited and missing not in self._shell.user_ns:
            return words.waits_for(missing)
        return None

    def _forgive(self, result: Any) -> None:
        """IPython's event after each cell: a cell that was left aside has no error."""
        if self._forgiven is None or getattr(result, "error_in_exec", None) is not self._forgiven:
            return
        bare = type(self._forgiven) is NotImplementedError and _stub(self._forgiven.__traceback__) == ""
        self._forgiven = result.error_in_exec = None
        with contextlib.suppress(Exception):
            source = result.info.raw_cell
            # A cell that is nothing but a stub says in its comments what is to be defined there.
            named = set(re.findall(r"[^\W\d]\w*", source)) if bare else set()
            self._awaited |= named | _defined_by(self._shell.transform_cell(source))


def _stub(trace: TracebackType | None) -> str | None:
    """The function whose released stub is still there ("" in a cell without one); None if it was something else that
    raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return None
    code, me = trace.tb_frame.f_code, trace.tb_frame.f_locals.get("self")
    line = linecache.getline(code.co_filename, trace.tb_lineno)
    if not is_student_file(code.co_filename) or "raise NotImplementedError" not in line:
        return None
    if code.co_name == "<module>":
        return ""
    return code.co_name if me is None else type(me).__name__


def _exercise_number(function: str) -> str:
    """The number of the exercise that asks for a function; "" where no public reference tells."""
    with contextlib.suppress(ChecksNotFound, UnknownLanguage, OSError, ValueError, TypeError, KeyError):
        for path in sorted((find_checks() / REFERENCES).glob("*.json")):
            manifest = json.loads(path.read_text(encoding="utf-8"))
            if any(one["name"] == function for one in manifest["functions"]):
                return str(manifest["number"])
    return ""


def _defined_by(source: str) -> set[str]:
    """The names that a cell defines for the others."""
    instructions = dis.get_instructions(compile(source, "<cell>", "exec"))
    return {str(one.argval) for one in instructions if one.opname == "STORE_NAME"}


def _drop_half_drawn_figures() -> None:
    """With the notebook's own backend, figures begun in a cell are shown at its end: these would be empty."""
    pyplot, matplotlib = sys.modules.get("matplotlib.pyplot"), sys.modules.get("matplotlib")
    if pyplot is not None and matplotlib is not None and "inline" in str(matplotlib.get_backend()).lower():
        pyplot.close("all")


def _language() -> Any:
    try:
        return language()
    except UnknownLanguage:
        return "fr"
