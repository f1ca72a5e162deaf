"""The preprocessor that takes the place of nbgrader's ``Execute``: it never lets a kernel grade itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Int, Unicode

from attentif.checks.course import find_course
from attentif.checks.exercise import Text
from attentif.checks.failures import Explanation
from attentif.checks.oracles import OracleBroken
from attentif.checks.report import CheckResult, ExerciseReport, Verdict
from attentif.checks.runner import CheckFilesBroken
from attentif.grading import outputs
from attentif.grading.exporter import UNREADABLE
from attentif.grading.plan import CellKind, CellPlan, plan_cell
from attentif.grading.snapshots import SnapshotStudents, grade_exercises, new_token, seed_of
from attentif.remote import agent
from attentif.remote.client import SnapshotListener
from attentif.remote.errors import RemoteError

KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # a fork after an OpenMP pool has started would hang
    "MKL_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
}


class Grade(Execute):
    """Runs a submission's ordinary cells in a kernel; grades its check cells outside of it.

    At a check cell the kernel is frozen in a forked copy. When the last ordinary cell has run and its outputs are
    on the trusted side, the checks run against the copies: nothing a check sends can reach the notebook any more.
    """

    checks_timeout = Float(10.0, help="Seconds allowed to one call of student code by a check.").tag(config=True)
    checks_budget = Float(
        20.0, help="Seconds that the checks of one exercise may lose to time limits before the rest is not run."
    ).tag(config=True)
    seed = Unicode(
        "attentif",
        help="Secret from which the seeds of hidden draws are made; change it for each class. Seeds are recorded.",
    ).tag(config=True)
    record_timing = Bool(False, help="Times in the notebook would make two gradings of one submission differ.").tag(
        config=True
    )
    max_output_bytes = Int(1_000_000, help="What one cell may print before the rest is dropped.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> tuple[NotebookNode, Any]:
        """Grades ``nb`` in place. Whatever the submission does, every grade cell ends with a score."""
        place = resources["nbgrader"]
        course = find_course(Path(resources.get("metadata", {}).get("path") or "."))
        self._atelier = str(place["assignment"])
        self._plans = [plan_cell(cell, course, self._atelier) for cell in nb.cells]
        self._course, self._identity = course, (self._atelier, str(place["student"]), str(place["notebook"]))
        self._stopped, self._printed = "", 0
        self._tokens: dict[str, str] = {}
        unreadable = nb.metadata.get(UNREADABLE)
        if unreadable:
            self._stopped = f"le notebook n'a pas pu être lu. {unreadable}"
            self._write_reports(nb, None)
            return nb, resources
        with tempfile.TemporaryDirectory(prefix="attentif-") as scratch:
            self._scratch = Path(scratch)
            with SnapshotListener(self._scratch / "channel" / "grader.sock") as self._listener:
                self._run(nb, resources, km)
        for cell, plan in zip(nb.cells, self._plans, strict=True):
            if cell.cell_type == "code" and plan.kind is CellKind.ORDINARY:
                cell.outputs = outputs.tame(cell.outputs)
        return nb, resources

    def _run(self, nb: NotebookNode, resources: Any, km: Any) -> None:
        try:
            super().preprocess(nb, resources, km)
        except (DeadKernelError, RuntimeError) as error:
            # The kernel would not start, or its very first answers made no sense.
            self.log.warning("%s: %s", self._identity, error)
            self._stopped = self._stopped or "le noyau n'a pas démarré"
            self._write_reports(nb, None)

    @contextlib.contextmanager
    def setup_kernel(self, **kwargs: Any) -> Iterator[None]:
        """The kernel, in a scratch copy of the submission's folder; checks run before it is shut down."""
        work = self._scratch / "work"
        copy_submission(Path((self.resources.get("metadata") or {}).get("path") or "."), work)
        kwargs.setdefault("cwd", str(work))
        kwargs.setdefault("env", {**os.environ, **KERNEL_ENVIRONMENT})
        with super().setup_kernel(**kwargs):
            self._run_quietly(agent.bootstrap_code())
            yield
            self._write_reports(self.nb, self._listener)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Runs, freezes or proves one cell. A kernel that dies ends the run of cells, not the grading."""
        plan = self._plans[index]
        self._printed = 0
        if plan.kind is CellKind.CHECKS:
            if not self._stopped:
                self._take_snapshot(plan)
            return cell, resources
        if self._stopped:
            if cell.cell_type == "code" and plan.kind is CellKind.ORDINARY:
                cell.outputs = [outputs.error_output("NonExécutée", f"Cellule non exécutée : {self._stopped}.")]
            return cell, resources
        try:
            if plan.kind is CellKind.ASSERTIONS:
                self._run_assertions(cell, index)
            else:
                super().preprocess_cell(cell, resources, index)
        except CellTimeoutError:
            self._stop(cell, f"la cellule {index + 1} ne s'arrêtait pas (limite : {self.timeout} s)")
        except (DeadKernelError, CellExecutionError, RemoteError):
            self._stop(cell, f"la cellule {index + 1} a arrêté le noyau Python")
        return cell, resources

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """As nbclient's, but a cell that prints without end fills neither memory nor the notebook."""
        if msg.get("msg_type") in ("stream", "display_data", "execute_result", "update_display_data", "error"):
            self._printed += len(repr(msg.get("content")))
            if self._printed > self.max_output_bytes:
                return None
        return super().process_message(msg, cell, cell_index)

    def _stop(self, cell: NotebookNode, reason: str) -> None:
        self._stopped = reason
        cell.outputs = [*cell.get("outputs", []), outputs.error_output("NoyauArrêté", reason)]
        with contextlib.suppress(Exception):
            run_sync(self._kill_kernel)()

    async def _kill_kernel(self) -> None:
        if self.km is not None:
            await ensure_async(self.km.shutdown_kernel(now=True))

    def _take_snapshot(self, plan: CellPlan) -> None:
        token = new_token()
        self._run_quietly(agent.snapshot_code(str(self._listener.path), plan.exercise, token))
        with contextlib.suppress(RemoteError):
            self._listener.wait_snapshot(plan.exercise, token, timeout=self.checks_timeout)
            self._tokens[plan.exercise] = token

    def _run_quietly(self, code: str) -> None:
        """Runs a line of ours in the kernel. Its reply proves nothing and is only waited for."""
        with contextlib.suppress(Exception):
            run_sync(self._async_run_quietly)(code)

    async def _async_run_quietly(self, code: str) -> None:
        assert self.kc is not None
        sent = await ensure_async(self.kc.execute(code, silent=True, store_history=False, allow_stdin=False))
        deadline = monotonic() + self.checks_timeout
        while monotonic() < deadline:
            try:
                reply = await ensure_async(self.kc.shell_channel.get_msg(timeout=0.5))
            except Empty:
                await self._async_check_alive()
                continue
            if reply["parent_header"].get("msg_id") == sent:
                return

    def _run_assertions(self, cell: NotebookNode, index: int) -> None:
        """A hand-written grade cell: the agent runs it and reports; without its report the score is zero."""
        nonce = new_token()
        proxy = NotebookNode(cell_type="code", metadata=NotebookNode(), outputs=[], execution_count=None)
        proxy.source = agent.run_cell_code(str(self._listener.path), nonce, cell.source)
        self.execute_cell(proxy, index, store_history=False)
        self.nb.cells[index] = cell
        cell.execution_count = proxy.execution_count
        printed = [o for o in outputs.tame(proxy.outputs) if o.output_type in ("stream", "display_data")]
        for output in printed:
            if output.output_type == "stream":
                output.name = "stdout"  # nbgrader gives zero for a word on stderr; a warning is no mistake
        cell.outputs = printed + self._proven_outcome(nonce, cell)

    def _proven_outcome(self, nonce: str, cell: NotebookNode) -> list[NotebookNode]:
        try:
            result = self._listener.wait_cell(nonce, timeout=1.0)
        except RemoteError:
            message = "Cette cellule ne s'est pas exécutée jusqu'au bout : elle vaut zéro."
            return [outputs.error_output("NonProuvée", message)]
        if result.error:
            return [outputs.error_output(result.error.type, result.error.message)]
        if result.shown is None:
            return []
        points = float(cell.metadata.nbgrader["points"])
        return [outputs.value_output(result.shown, points)]

    def _write_reports(self, nb: NotebookNode, listener: SnapshotListener | None) -> None:
        """Grades every CHECKS cell and fills hand-written grade cells that never ran."""
        reports = self._reports(listener)
        for index, (cell, plan) in enumerate(zip(nb.cells, self._plans, strict=True)):
            if plan.kind is CellKind.CHECKS:
                cell.outputs = outputs.report_outputs(reports[plan.exercise], float(cell.metadata.nbgrader["points"]))
                cell.execution_count = index + 1
            elif plan.kind is CellKind.ASSERTIONS and self._stopped and not cell.outputs:
                cell.outputs = [outputs.error_output("NonExécutée", f"Cellule non exécutée : {self._stopped}.")]

    def _reports(self, listener: SnapshotListener | None) -> dict[str, ExerciseReport]:
        wanted = {plan.exercise: plan.hidden for plan in self._plans if plan.kind is CellKind.CHECKS}
        reason = self._stopped or "le noyau n'a pas répondu à cet endroit du notebook"
        missing = {
            name: Text(f"Non exécuté : {reason}.", "Not run: the kernel had stopped, or did not answer here.")
            for name in wanted
            if name not in self._tokens
        }
        if listener is None or self._course is None:
            return {name: _not_run(name, text) for name, text in missing.items()}
        students = SnapshotStudents(listener, self.checks_budget, missing)
        try:
            seed = seed_of(self.seed, *self._identity)
            reports = grade_exercises(students, self._course, self._atelier, wanted, seed, self.checks_timeout)
        except (CheckFilesBroken, OracleBroken) as error:
            self.log.error("The checks of %s are broken, nothing was graded by them: %s", self._atelier, error)
            raise
        for report in reports.values():
            for result in report.results:
                if result.internal:
                    self.log.warning("%s: check %s: %s", self._identity, result.test, result.internal)
        return reports


def _not_run(exercise: str, reason: Text) -> ExerciseReport:
    title = Text("Vérifications de l'exercice", "Checks of the exercise")
    result = CheckResult("not_run", title, 1.0, False, Verdict.NOT_RUN, (Explanation(reason),))
    return ExerciseReport(exercise, (result,), notices=(reason,))


def copy_submission(source: Path, target: Path, limit: int = 100_000_000) -> None:
    """Copies a submission's ordinary files for the kernel to work in; links, special files and what goes over
    ``limit`` bytes are left behind."""
    target.mkdir(parents=True, exist_ok=True)
    total = 0
    for folder, folders, files in os.walk(source, followlinks=False):
        folders[:] = [name for name in folders if not Path(folder, name).is_symlink()]
        for name in files:
            path = Path(folder, name)
            if path.is_symlink() or not path.is_file():
                continue
            total += path.stat().st_size
            if total > limit:
                return
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
