"""``attentif``: the command line. It parses and prints; the work is done elsewhere."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from attentif import __version__

DESCRIPTION = """\
Author, release, grade and explain a course on Transformers.

  attentif demo                     a class graded end to end, from nothing, in front of you
  attentif roster FILE.csv          the class, from Moodle's or Canvas's list
  attentif collect ATELIER FILE …   hand-ins from Moodle, Canvas, Classroom or a folder
  attentif grade ATELIER            grade what was handed in; say who needs a look, and why
  attentif feedback ATELIER         a page for each student: points, reports, hints, comments
  attentif report ATELIER           the class on one page: exercises, mistakes, who needs a look
  attentif similar ATELIER          answers that are alike, side by side
  attentif export moodle|canvas …   grades and feedback in the files that the platform takes back
  attentif new exercise NAME        files and cells of an exercise that works, to be written over
  attentif prove NAME               one exercise: built, verified, its mistakes graded and shown
  attentif questions                prove micro-questions, write what students receive of them
  attentif references build         write the public reference tensors of every exercise
  attentif references verify        prove that references are right and mistakes are told apart
  attentif release                  student versions from source/, ready to be handed out
  attentif publish FOLDER           what a web server gives to students, and to notebooks in Colab
  attentif site                     the course's pages, from what is released
  attentif slides                   a deck for each module, and its PDF
  attentif data bundle              model and data in one archive, for a class without a network
  attentif doctor                   what this machine offers for safe grading, and what to install

Every nbgrader command (autograde, generate_feedback, export, formgrader, …) works in the same folder.
"""


PUBLISHING = ("site", "slides")
GRADING_NEEDED = "needs the instructor's part: pip install 'attentif[grading]'"
SITE_NEEDED = "needs what pages are made with: pip install 'attentif[notebooks,grading,site]'"
COMMANDS = (
    "demo", "roster", "collect", "grade", "feedback", "report", "similar", "export",
    "new", "prove", "questions", "references", "release", "publish", "data", "doctor",
    *PUBLISHING,
)  # fmt: skip


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """The parser; each subcommand lives in its own module and adds itself. With the name of one, only that module is
    imported: some need seconds for it."""
    parser = argparse.ArgumentParser(
        prog="attentif", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"attentif {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in (command,) if command in COMMANDS else COMMANDS:
        try:
            import_module(f"attentif.cli.{name}").add_to(commands)
        except ModuleNotFoundError as error:
            if name == command or not _is_foreign(error):
                raise
            commands.add_parser(name, help=_needed(name))  # so that --help works in a student's environment
    return parser


def _needed(command: str) -> str:
    """What to install for a command that a student's environment lacks a package for."""
    return SITE_NEEDED if command in PUBLISHING else GRADING_NEEDED


def _is_foreign(error: ModuleNotFoundError) -> bool:
    """Whether what is missing is another package than this one."""
    return bool(error.name) and str(error.name).partition(".")[0] != "attentif"


def _missing(command: str, error: ModuleNotFoundError) -> int:
    """Says that a command needs a package that students do not have; the exit status."""
    if not _is_foreign(error):
        raise error
    print(f"attentif: `{command}` {_needed(command)} (no {error.name} here)", file=sys.stderr)
    return 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit status; what the user did wrong is one line on stderr, status 2."""
    from attentif.cli.errors import UserError

    # nbgrader calls `alembic` by name: it must be found though the virtual environment is not active.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    arguments = sys.argv[1:] if arguments is None else arguments
    command = next(iter(arguments), "")
    try:
        parsed = build_parser(command).parse_args(arguments)
        return int(parsed.run(parsed))
    except ModuleNotFoundError as error:
        return _missing(command, error)
    except UserError as error:
        print(f"attentif: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print("attentif: interrupted", file=sys.stderr)
        return 130


def entry() -> NoReturn:
    """The program: `main`, and an end without the tenth of a second in which Python puts away what was imported."""
    status = [1]
    atexit.register(lambda: _leave(status[0]))  # the first to be registered is the last to be called
    try:
        status[0] = main()
    except SystemExit as end:  # argparse's, or rich's when nobody reads any more
        status[0] = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    sys.exit(status[0])


def _leave(status: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    entry()
