"""The template of the last run, started while the run's own modules are still imported: it is nearly always right."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

from attentif.checks.course import Course
from attentif.grading.preload import VARIABLES
from attentif.kernels import templates
from attentif.kernels.host import TemplateFailed
from attentif.kernels.sandbox import Environment, SandboxUnavailable

STATE = ".attentif"


@dataclass
class EarlyTemplate:
    """A guess at the environment that an atelier's kernels need, and its template, started in a thread."""

    course: Course
    atelier: str
    _environment: Environment | None = None
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._start, daemon=True)

    @property
    def _memory(self) -> Path:
        return self.course.root / STATE / "grading" / f"{self.atelier}.environment.json"

    def start(self, *, rerun: bool) -> EarlyTemplate:
        """Begins, unless a run has kept records: then there is perhaps nothing to do. Returns itself."""
        if rerun or not (self.course.root / STATE / "graded" / self.atelier).is_dir():
            self._thread.start()
        return self

    def _start(self) -> None:
        try:
            known = json.loads(self._memory.read_text(encoding="utf-8"))
            environment = Environment.of(known["preload"], known["sandbox"], variables=VARIABLES)
            templates.get_template(environment)
        except (OSError, ValueError, KeyError, TypeError, SandboxUnavailable, TemplateFailed):
            return
        self._environment = environment

    def keep_if(self, environment: Environment | None) -> None:
        """Ends the template if it is not that of ``environment``, what this run really needs."""
        if self._thread.ident is None:
            return
        self._thread.join()
        if self._environment is not None and self._environment != environment:
            templates.discard(self._environment)

    def remember(self, environment: Environment) -> None:
        """The guess of the next run."""
        known = {"preload": list(environment.preload), "sandbox": environment.sandbox}
        with contextlib.suppress(OSError):
            self._memory.write_text(json.dumps(known), encoding="utf-8")
