"""``check("name")``: what a student types below an exercise.

In a notebook it shows a report and returns nothing to worry about; where a machine is to decide (``nbgrader
validate``, stock ``nbgrader autograde``, a script), a failed check raises.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attentif.checks.run import Run
from attentif.checks.runner import run_checks
from attentif.exercises.conventions import HIDDEN_CHECKS, exercise_checked_by, public_checks
from attentif.exercises.course import find_course
from attentif.exercises.handout import read_handout
from attentif.references.folder import FolderReferences
from attentif.reports.help import Help
from attentif.reports.judged import Judged
from attentif.reports.pages import html_report, plain_report
from attentif.reports.progress import Progress
from attentif.reports.results import ExerciseReport
from attentif.student.ideas import ATTEMPTS, idea_of
from attentif.student.kernel import running_shell, watch_kernel
from attentif.student.local import NamespaceStudents
from attentif.student.notebook import open_notebook
from attentif.student.places import ChecksNotFound, find_checks
from attentif.student.sources import judge_sources
from attentif.student.summary import exercise_heading, summarise
from attentif.words import checks as words
from attentif.words.language import VARIABLE, Language, UnknownLanguage, language
from attentif.words.progress import not_established

MACHINE_MODES = ("validate", "autograde")


class CheckFailed(AssertionError):
    """Not every check passed; the message is the report in plain text."""


class ChecksInterrupted(KeyboardInterrupt):
    """The person interrupted the checks. What there is to say stands in the report: IPython shows no traceback."""

    def _render_traceback_(self) -> list[str]:
        return []


class UnknownExercise(Exception):
    """No such exercise; the message lists those that exist, nearest first."""


@dataclass(frozen=True)
class ShownReport:
    """A report that shows itself: HTML where there is HTML, plain text elsewhere."""

    report: ExerciseReport
    lang: Language
    judged: Judged
    help: Help

    def __repr__(self) -> str:
        return plain_report(self.report, lang=self.lang, judged=self.judged, help=self.help)

    def _repr_html_(self) -> str:
        return html_report(self.report, lang=self.lang, judged=self.judged, help=self.help)


class Check:
    """``check("name")`` and ``check.summary()``: what a notebook imports."""

    def __init__(self) -> None:
        self._reports: dict[str, ExerciseReport] = {}  # the last of each exercise
        self._failures: Counter[str] = Counter()  # how often each exercise has failed in this kernel

    def __call__(
        self,
        exercise: str,
        *,
        hidden: bool = False,
        lang: str | None = None,
        namespace: Mapping[str, Any] | None = None,
    ) -> None:
        """Runs the public checks of ``exercise`` on the notebook's functions and shows the report.

        ``hidden=True`` runs the hidden checks; they exist only in the course's own repository. ``lang`` is the report's
        language, "fr" or "en": by default what the environment's ATTENTIF_LANG says, else the course's. ``namespace``
        replaces the caller's global names. Raises UnknownExercise or ChecksNotFound, each with what to do about it,
        and UnknownLanguage.
        """
        chosen = language(lang or _course_language())
        names = namespace if namespace is not None else sys._getframe(1).f_globals
        folder = find_checks(lang=chosen)
        files = _files(folder, exercise, hidden=hidden, lang=chosen)
        references = FolderReferences()
        run = Run(NamespaceStudents(names, Path.cwd()), references)
        report = run_checks(run, files, [exercise])[exercise]
        if os.environ.get("NBGRADER_EXECUTION") in MACHINE_MODES and not report.passed:
            raise CheckFailed(plain_report(report, lang=chosen))
        functions = [function.name for function in references.load(exercise, files[0]).functions]
        failed = not (report.passed or report.waiting or run.interrupted)
        self._failures[exercise] += failed
        help = self._help(folder, exercise, chosen) if failed else Help()
        _show(ShownReport(report, chosen, _judged(names, functions), help))
        if run.interrupted:
            self._reports.pop(exercise, None)
            raise ChecksInterrupted
        if not hidden:
            self._reports[exercise] = report

    def summary(self, *, lang: str | None = None) -> None:
        """Shows the atelier's exercises, the points at stake, which public checks pass so far, what to do next, and
        whether the notebooks are ready to be handed in. Never raises."""
        chosen: Language = "fr"
        try:
            chosen = language(lang or _course_language())
            log = watch_kernel()
            runs = list(log.runs) if log is not None else []
            _show(summarise(find_checks(lang=chosen), self._reports, runs, open_notebook(), chosen))
        except Exception as error:  # a last cell that fails would stand between a notebook and its grade
            reason = str(error) if isinstance(error, (ChecksNotFound, UnknownLanguage)) else type(error).__name__
            print(not_established(reason).to(chosen))

    def _help(self, checks: Path, exercise: str, lang: Language) -> Help:
        number, title = exercise_heading(checks, exercise)
        question = read_handout(checks).question(f"{number} {title.to(lang)}".strip())
        return Help(question, idea_of(checks, exercise) if self._failures[exercise] >= ATTEMPTS else None)

    def __repr__(self) -> str:
        return 'check("…"), check.summary()'


check = Check()


def _course_language() -> str | None:
    """The language that the course's settings name, where the environment names none."""
    if os.environ.get(VARIABLE):
        return None
    try:
        return read_handout(find_checks()).language or None
    except ChecksNotFound:
        return None


def _judged(names: Mapping[str, Any], functions: Sequence[str]) -> Judged:
    log = watch_kernel()
    return judge_sources(names, functions, list(log.runs), open_notebook()) if log is not None else Judged()


def _files(folder: Path, exercise: str, *, hidden: bool, lang: Language) -> list[Path]:
    if hidden:
        course = find_course(folder)
        atelier = folder.resolve().parent.name
        path = course.folder(atelier, exercise) / HIDDEN_CHECKS if course else None
        if path is None or not path.is_file():
            raise ChecksNotFound(words.hidden_checks_not_found(exercise).to(lang))
        return [path]
    path = folder / public_checks(exercise)
    if not path.is_file():
        known = sorted(map(exercise_checked_by, folder.glob(public_checks("*"))))
        near = difflib.get_close_matches(exercise, known, n=len(known), cutoff=0.0)
        raise UnknownExercise(words.unknown_exercise(exercise, near).to(lang))
    return [path]


def _show(shown: ShownReport | Progress) -> None:
    """In IPython the report is displayed, so that two checks in one cell both show; elsewhere it is printed."""
    if running_shell() is None:
        print(shown)
        return
    from IPython.display import display

    display(shown)


watch_kernel()  # from the cell on that imports `check`
