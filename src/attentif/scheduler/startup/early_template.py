"""The template of the last run, started while the run's own modules are still imported: it is nearly always right."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from attentif.exercises.course import Course
from attentif.grading.preload import VARIABLES
from attentif.kernels.outside import templates
from attentif.kernels.outside.sandbox import Environment, SandboxUnavailable


@dataclass
class EarlyTemplate:
    """A guess at the environment that an atelier's kernels need, and its template, begun."""

    course: Course
    atelier: str
    environment: Environment | None = None

    @property
    def _memory(self) -> Path:
        return self.course.state / "grading" / f"{self.atelier}.environment.json"

    def start(self, *, rerun: bool) -> EarlyTemplate:
        """Begins, unless a run has kept records: then there is perhaps nothing to do. Returns itself."""
        if rerun or not (self.course.state / "graded" / self.atelier).is_dir():
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, SandboxUnavailable):
                known = json.loads(self._memory.read_text(encoding="utf-8"))
                guess = Environment.of(known["preload"], known["sandbox"], variables=VARIABLES)
                templates.begin_template(guess)
                self.environment = guess
        return self

    def keep_if(self, environment: Environment | None) -> None:
        """Ends the template if it is not that of ``environment``, what this run really needs."""
        if self.environment is not None and self.environment != environment:
            templates.discard(self.environment)

    def remember(self, environment: Environment) -> None:
        """The guess of the next run."""
        known = {"preload": list(environment.preload), "sandbox": environment.sandbox}
        with contextlib.suppress(OSError):
            self._memory.write_text(json.dumps(known), encoding="utf-8")
