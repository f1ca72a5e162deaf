"""The preprocessor that takes the place of nbgrader's ``Execute``: it never lets a kernel grade itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellControlSignal, CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Bool, Enum, Float, Int, Unicode, default

from attentif.checks.remarks import Remarks
from attentif.checks.runner import CheckFilesBroken
from attentif.exercises.course import find_course
from attentif.grading import flags, hand_written, outputs, said
from attentif.grading.budget import Budget
from attentif.grading.flags import Flag
from attentif.grading.plan import CellKind, CellPlan, plan_cell, released_illustrations
from attentif.grading.preload import VARIABLES, modules_to_preload
from attentif.grading.snapshots import SnapshotStudents, grade_exercises, new_token
from attentif.intake.notebooks import UNREADABLE_KEY
from attentif.kernels.outside.folder import FolderTooLarge
from attentif.kernels.outside.manager import kernel_manager_class
from attentif.kernels.shared.limits import Limits
from attentif.references.oracles import OracleBroken
from attentif.remote.outside.listener import SnapshotListener
from attentif.remote.wire import lines
from attentif.remote.wire.errors import RemoteError
from attentif.reports.explanation import Explanation
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.reports.results_file import SUFFIX, GradedExercise, NotebookResults, versions
from attentif.words import grading as words
from attentif.words.language import LANGUAGES, language
from attentif.words.reports import NO_TITLE
from attentif.words.text import Text


class Grade(Execute):
    """Runs a submission's ordinary cells in a kernel; grades its check cells outside of it.

    At a check cell the kernel is frozen in a forked copy. When the last ordinary cell has run and its outputs are
    on the trusted side, the checks run against the copies: nothing a check sends can reach the notebook any more.
    """

    checks_timeout = Float(10.0, help="Seconds of CPU allowed to one call of student code by a check.").tag(config=True)
    checks_wall = Float(
        6.0, help="How many times checks_timeout a call may last by the clock on the wall, on a busy machine or asleep."
    ).tag(config=True)
    checks_first_call = Float(
        2.0,
        help="How many times checks_timeout the slow first calls of an exercise (a compilation, an import) may take "
        "beyond it, all together, where the next call is fast.",
    ).tag(config=True)
    checks_budget = Float(
        20.0, help="Seconds that the checks of one exercise may lose to time limits before the rest is not run."
    ).tag(config=True)
    exercise_budget = Float(
        180.0,
        help="Seconds that the calls of one exercise's checks may take all together, those included that end in time; "
        "the rest is not run, and the report says so.",
    ).tag(config=True)
    notebook_budget = Float(
        600.0,
        help="Seconds that a notebook's cells may take all together, and then all its checks; what comes later is not "
        "run, and the report says so.",
    ).tag(config=True)
    patience = Float(
        30.0, help="Seconds that a kernel has for a line of the grader's: at a check cell, to freeze a copy of itself."
    ).tag(config=True)
    seed = Unicode(
        "attentif",
        help="Secret from which each exercise's hidden draws are seeded, the same for a whole class; change it for "
        "each class. Seeds are recorded.",
    ).tag(config=True)
    record_timing = Bool(False, help="Times in the notebook would make two gradings of one submission differ.").tag(
        config=True
    )
    sandbox = Enum(
        ["bubblewrap", "none"],
        "bubblewrap",
        help="Where student code runs: in a sandbox, or (an explicit choice, said in every report) without one.",
    ).tag(config=True)
    language = Enum(
        LANGUAGES,
        help="The language of reports and of whatever else students read: fr or en. By default what the environment's "
        "ATTENTIF_LANG says, else French.",
    ).tag(config=True)
    memory = Int(2048, help="MiB that a submission may use beyond what every kernel shares.").tag(config=True)
    illustration_tag = Unicode(
        "illustration",
        help="The course's cells with this tag draw figures that no exercise needs: grading leaves them out where a "
        "submission has them unchanged.",
    ).tag(config=True)
    raise_on_iopub_timeout = Bool(False, help="What a cell did not manage to say costs what it said, no more.")
    max_output_bytes = Int(1_000_000, help="What one cell may print before the rest is dropped.").tag(config=True)

    @default("language")
    def _language(self) -> str:
        return language()

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> tuple[NotebookNode, Any]:
        """Grades ``nb`` in place. Whatever the submission does, every grade cell ends with a score."""
        place, started = resources["nbgrader"], monotonic()
        course = find_course(Path.cwd())  # nbgrader's converters work there; never asked of the submission's folder
        self._atelier = str(place["assignment"])
        drawn = released_illustrations(course, self._atelier, str(place["notebook"]), self.illustration_tag)
        self._plans = [plan_cell(cell, course, self._atelier, drawn) for cell in nb.cells]
        self._course, self._identity = course, (self._atelier, str(place["student"]), str(place["notebook"]))
        self._stopped: Text | None = None
        self._printed, self._begun, self._reported = 0, False, False
        self.flags: list[Flag] = []  # why a person should look at this notebook
        self._tokens: dict[str, str] = {}
        self._graded: tuple[GradedExercise, ...] = ()
        self._fingerprints: dict[str, str] = {}  # by exercise
        self._folder = Path(resources.get("metadata", {}).get("path") or ".")  # a plain copy of the hand-in
        self._time = Budget(self.exercise_budget, self.notebook_budget)
        self._notes: dict[int, dict[Text, None]] = {}  # by cell: what the grader says under it, each line once
        unreadable = nb.metadata.get(UNREADABLE_KEY)
        if unreadable:
            self._stopped = words.unreadable(Text(**unreadable))
            self.flags.append(Flag(flags.UNREADABLE, unreadable["en"]))
            self._write_reports(nb, None)
            self._keep_results(resources, started)
            return nb, resources
        self._run(nb, resources, km)
        for index, (cell, plan) in enumerate(zip(nb.cells, self._plans, strict=True)):
            if cell.cell_type != "code":
                continue
            if plan.kind in (CellKind.ORDINARY, CellKind.ILLUSTRATION):
                cell.outputs = outputs.tame(cell.outputs, self.language)
            cell.execution_count = said.count(cell.get("execution_count"))
            cell.outputs += [outputs.note_output(line, self.language) for line in self._notes.get(index, ())]
        nb.metadata.pop("widgets", None)
        self._keep_results(resources, started)
        return nb, resources

    def _keep_results(self, resources: Any, started: float) -> None:
        """Has nbconvert's writer put the reports, as data, beside the graded notebook."""
        atelier, student, notebook = self._identity
        found = tuple((flag.kind, flag.detail) for flag in dict.fromkeys(self.flags))
        seconds = round(monotonic() - started, 3)
        results = NotebookResults(
            atelier, student, notebook, self._graded, found, versions(), seconds, self._fingerprints
        )
        resources.setdefault("outputs", {})[f"{notebook}{SUFFIX}"] = results.to_json().encode()

    def _run(self, nb: NotebookNode, resources: Any, km: Any) -> None:
        solved = self._course.source(self._atelier) if self._course is not None else None
        self.kernel_manager_class = kernel_manager_class(
            preload=modules_to_preload(solved, self.sandbox, self.log),
            sandbox=self.sandbox,
            limits=Limits(  # a backstop: the budget, which can say what it cut, comes first
                memory=self.memory * 1024 * 1024, cpu=2 * self.notebook_budget, wall=2 * self.notebook_budget + 600
            ),
            workdir=str(self._folder),
            variables=VARIABLES,
            ahead=True,
        )
        try:
            super().preprocess(nb, resources, km)
        except FolderTooLarge:
            self._give_up(nb, words.FOLDER_TOO_LARGE, Flag(flags.FOLDER))
        except (DeadKernelError, RuntimeError) as error:
            # The kernel would not start, or its very first answers made no sense; or it was lost later.
            self.log.warning("%s: %s", self._identity, error)
            if self._begun:
                self._give_up(nb, words.SANDBOX_STOPPED, Flag(flags.KERNEL_DIED, str(error)))
            else:
                self._give_up(nb, words.KERNEL_NOT_STARTED, Flag(flags.NO_KERNEL, str(error)))

    def _give_up(self, nb: NotebookNode, reason: Text, flag: Flag) -> None:
        """Says of everything that it was not run, unless it was graded before the kernel made trouble."""
        self.flags.append(flag)
        if not self._reported:
            self._stopped = self._stopped or reason
            self._write_reports(nb, None)

    @contextlib.contextmanager
    def setup_kernel(self, **kwargs: Any) -> Iterator[None]:
        """The kernel, in its sandbox with a copy of the submission's folder; checks run before it is shut down."""
        with super().setup_kernel(**kwargs):
            server, address = self.km.forked.listen()
            with SnapshotListener(
                server, address, wall_factor=self.checks_wall, first_call=self.checks_first_call
            ) as self._listener:
                self._run_quietly(lines.bootstrap_code())
                yield
                self._write_reports(self.nb, self._listener)
                self._reported = True

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Runs, freezes or proves one cell. A kernel that dies ends the run of cells, not the grading."""
        plan, self._begun = self._plans[index], True
        self._printed, self._ended = 0, False
        refused, started = self._refused(), monotonic()
        if plan.kind is CellKind.CHECKS:
            if not self._stopped:
                self._take_snapshot(plan)
            return cell, resources
        if plan.kind is CellKind.ILLUSTRATION:
            return cell, resources
        if self._time.cells_spent and not self._stopped:
            self._stopped = words.cells_too_slow(self.notebook_budget)
            self.flags.append(Flag(flags.BUDGET, f"cell {index + 1}"))
        if self._stopped:
            if cell.cell_type == "code" and plan.kind is CellKind.ORDINARY:
                cell.outputs = [self._error(words.CELL_NOT_RUN, words.cell_not_run(self._stopped))]
            return cell, resources
        try:
            if plan.kind is CellKind.ASSERTIONS:
                self._run_assertions(cell, index)
            else:
                self._run_ordinary(cell, resources, index)
        except CellTimeoutError:
            self._stop(cell, words.cell_endless(index + 1, self.timeout), Flag(flags.TIME_LIMIT, f"cell {index + 1}"))
        except (DeadKernelError, CellExecutionError, RemoteError):
            ended = self.km.ended() if self.km is not None else None
            kind = ended.kind if ended and words.is_limit(ended.kind) else flags.KERNEL_DIED
            self._stop(cell, words.cell_ended(index + 1, kind), Flag(kind, f"cell {index + 1}"))
        except Exception as error:  # messages that the submission forged, in as many ways as there are
            self.log.warning("%s: cell %d: %s: %s", self._identity, index + 1, type(error).__name__, error)
            self._stop(cell, words.cell_forged(index + 1), Flag(flags.FORGED, f"cell {index + 1}"))
        self._time.cells += monotonic() - started
        if self._refused() > refused:
            self._note(index, words.ODD_MESSAGE)
        if index in self._notes and words.END_MISSING in self._notes[index] and not self._stopped:
            with contextlib.suppress(RuntimeError):
                run_sync(self.kc.listen_again)()
        return cell, resources

    def _run_ordinary(self, cell: NotebookNode, resources: Any, index: int) -> None:
        """As nbclient's, whatever the cell's tags: with some of them it would not be run."""
        tags = cell.metadata.pop("tags", None)
        try:
            super().preprocess_cell(cell, resources, index)
        finally:
            if tags is not None:
                cell.metadata["tags"] = tags

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """As nbclient's, of messages that were checked first. An odd one is left out, which the cell says; a cell that
        prints without end fills neither memory nor the notebook."""
        try:
            message = said.checked(msg)
            if message is None:
                return None
            self._printed += said.size(message["content"])
            if self._printed > self.max_output_bytes and message["msg_type"] not in ("status", "execute_input"):
                self._note(cell_index, words.TOO_MUCH)
                return None
            return super().process_message(message, cell, cell_index)
        except CellControlSignal:
            self._ended = True
            raise
        except Exception as error:  # nbclient's too: an update, for instance, of an output that has moved
            self.log.debug("%s: cell %d: %s", self._identity, cell_index + 1, error)
            self._note(cell_index, words.ODD_MESSAGE)
            return None

    def on_cell_executed(self, **kwargs: Any) -> None:
        """As nbgrader's, with a reply that was checked. CellTimeoutError for a cell that an interrupt did not end."""
        reply = kwargs["execute_reply"]
        if not self._ended and "header" not in reply:  # nbclient's own, after the time limit
            raise CellTimeoutError(f"no end after {self.timeout} s")
        if not self._ended:
            self._note(kwargs["cell_index"], words.END_MISSING)
        try:
            reply["content"] = said.checked_reply(reply["content"])
        except said.Odd:
            self._note(kwargs["cell_index"], words.ODD_MESSAGE)
            reply["content"] = {"status": "ok"}
        super().on_cell_executed(**kwargs)

    def _note(self, index: int, line: Text) -> None:
        self._notes.setdefault(index, {})[line] = None

    def _refused(self) -> int:
        """What has arrived so far that is no message."""
        return sum(channel.refused for channel in (self.kc.shell_channel, self.kc.iopub_channel)) if self.kc else 0

    def _stop(self, cell: NotebookNode, reason: Text, flag: Flag) -> None:
        self._stopped = reason
        self.flags.append(flag)
        cell.execution_count = None  # whether its number had arrived before the end is a matter of luck
        cell.outputs = [*cell.get("outputs", []), self._error(words.KERNEL_STOPPED, reason)]

    def _error(self, name: Text, message: Text) -> NotebookNode:
        return outputs.error_output(name.to(self.language), message.to(self.language))

    def _take_snapshot(self, plan: CellPlan) -> None:
        token = new_token()
        self._run_quietly(lines.snapshot_code(self._listener.address, plan.exercise, token))
        with contextlib.suppress(RemoteError):
            self._listener.wait_snapshot(plan.exercise, token, timeout=self.patience)
            self._tokens[plan.exercise] = token

    def _run_quietly(self, code: str) -> None:
        """Runs a line of ours in the kernel. Its reply proves nothing and is only waited for."""
        with contextlib.suppress(Exception):
            run_sync(self._async_run_quietly)(code)

    async def _async_run_quietly(self, code: str) -> None:
        assert self.kc is not None
        sent = await ensure_async(self.kc.execute(code, silent=True, store_history=False, allow_stdin=False))
        deadline = monotonic() + self.patience
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
        awaits = hand_written.awaits(cell.source)
        proxy.source = lines.run_cell_code(self._listener.address, nonce, cell.source, awaits=awaits)
        self.execute_cell(proxy, index, store_history=False)
        self.nb.cells[index] = cell
        cell.execution_count = proxy.execution_count
        printed = [o for o in outputs.tame(proxy.outputs, self.language) if o.output_type in ("stream", "display_data")]
        for output in printed:
            if output.output_type == "stream":
                output.name = "stdout"  # nbgrader gives zero for a word on stderr; a warning is no mistake
        cell.outputs = printed + self._proven_outcome(nonce, cell, index)

    def _proven_outcome(self, nonce: str, cell: NotebookNode, index: int) -> list[NotebookNode]:
        try:
            result = self._listener.wait_cell(nonce, timeout=1.0)
        except (RemoteError, AssertionError):
            return [self._error(words.CELL_NOT_PROVEN, words.UNPROVEN)]
        if result.error:
            return [outputs.error_output(result.error.type, result.error.message)]
        earned = hand_written.worth(result, float(cell.metadata.nbgrader["points"]))
        if earned.odd:
            self.flags.append(Flag(flags.ODD_SCORE, f"cell {index + 1}"))
        return hand_written.value_outputs(result, earned, self.language)

    def _write_reports(self, nb: NotebookNode, listener: SnapshotListener | None) -> None:
        """Grades every CHECKS cell and fills hand-written grade cells that never ran."""
        reports = self._reports(listener)
        graded: dict[str, GradedExercise] = {}
        for index, (cell, plan) in enumerate(zip(nb.cells, self._plans, strict=True)):
            if plan.kind is CellKind.CHECKS:
                points = float(cell.metadata.nbgrader["points"])
                graded[plan.exercise] = GradedExercise(reports[plan.exercise], points)
                note = words.UNPROTECTED if self.sandbox == "none" else None
                cell.outputs = outputs.report_outputs(reports[plan.exercise], points, lang=self.language, note=note)
                cell.execution_count = index + 1
            elif plan.kind is CellKind.ASSERTIONS and self._stopped and not cell.outputs:
                cell.outputs = [self._error(words.CELL_NOT_RUN, words.cell_not_run(self._stopped))]
        self._graded = tuple(graded.values())

    def _reports(self, listener: SnapshotListener | None) -> dict[str, ExerciseReport]:
        wanted = {plan.exercise: plan.hidden for plan in self._plans if plan.kind is CellKind.CHECKS}
        missing = {
            name: words.checks_not_run(self._stopped or words.KERNEL_SILENT)
            for name in wanted
            if listener is None or name not in self._tokens
        }
        if listener is None or self._course is None:
            return {name: _not_run(name, text) for name, text in missing.items()}
        students = SnapshotStudents(
            listener, self.checks_budget, self._time, self.checks_timeout, missing, handed_in=self._folder
        )
        remarks: dict[str, Remarks] = {}
        try:
            reports = grade_exercises(
                students, self._course, self._atelier, wanted, self.seed, self.checks_timeout, remarks
            )
        except (CheckFilesBroken, OracleBroken) as error:
            self.log.error("The checks of %s are broken, nothing was graded by them: %s", self._atelier, error)
            raise
        for name, text in self._time.cut.items():
            reports[name] = replace(reports[name], notices=(*reports[name].notices, text))
            self.flags.append(Flag(flags.BUDGET, name))
        for name, remark in remarks.items():
            self.flags += [Flag(kind, f"{name}: {detail}" if detail else name) for kind, detail in remark.flags]
            if remark.fingerprint:
                self._fingerprints[name] = remark.fingerprint
        for report in reports.values():
            for result in report.results:
                if result.verdict in (Verdict.TIME_LIMIT, Verdict.MEMORY_LIMIT):
                    self.flags.append(Flag(result.verdict.value.replace("_", " "), report.exercise))
                if result.internal:
                    self.flags.append(Flag(flags.CHECK_FAULT, f"{report.exercise}: {result.test}"))
                    self.log.warning("%s: check %s: %s", self._identity, result.test, result.internal)
        return reports


def _not_run(exercise: str, reason: Text) -> ExerciseReport:
    result = CheckResult("not_run", NO_TITLE, 1.0, False, Verdict.NOT_RUN, (Explanation(reason),))
    return ExerciseReport(exercise, (result,), notices=(reason,))
