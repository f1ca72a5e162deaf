"""What the notebook's kernel has run: noted from the cell that imports ``check`` on. Grading never comes here."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from attentif.student.unwritten import CalmStubs

_KEPT = 2000  # executions that are remembered


@dataclass(frozen=True)
class CellRun:
    """One execution of a cell: ``number`` stands beside it in the notebook, ``cell`` is its id ("" where the front end
    tells none), ``compiled`` its source without IPython's own syntax, ``error`` the name of the exception that ended
    it ("" if none), ``when`` the time at its end (seconds since 1970)."""

    number: int
    cell: str
    source: str
    compiled: str
    error: str
    when: float


class KernelLog:
    """The executions of a kernel, oldest first."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self.runs: deque[CellRun] = deque(maxlen=_KEPT)

    def note(self, result: Any) -> None:
        """IPython's event after each cell. Never raises: it would be shown below the student's cell."""
        info, error = getattr(result, "info", None), getattr(result, "error_before_exec", None)
        error = error or getattr(result, "error_in_exec", None)
        source, number = getattr(info, "raw_cell", None), getattr(result, "execution_count", None)
        if not isinstance(source, str):
            return
        self.runs.append(
            CellRun(
                number if isinstance(number, int) else 0,
                getattr(info, "cell_id", None) or "",
                source,
                self._compiled(source),
                type(error).__name__ if error is not None else "",
                time.time(),
            )
        )

    def _compiled(self, source: str) -> str:
        try:
            return str(self._shell.transform_cell(source))
        except Exception:  # a cell that is no Python at all
            return source


def running_shell() -> Any:
    """IPython's shell, where there is one; None elsewhere."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


_logs: dict[int, KernelLog] = {}


def watch_kernel() -> KernelLog | None:
    """The log of this kernel's executions, begun at the first call; None outside IPython, and while a machine grades
    or validates: there each cell is run once, in order."""
    shell = running_shell()
    if shell is None or os.environ.get("NBGRADER_EXECUTION"):
        return None
    if id(shell) not in _logs:
        log = _logs[id(shell)] = KernelLog(shell)
        CalmStubs(shell).install()  # before the log, which is not to note what is no error
        shell.events.register("post_run_cell", log.note)
    return _logs[id(shell)]
