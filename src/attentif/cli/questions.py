"""``attentif questions``."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from attentif.authoring.question_cells import update_cells
from attentif.authoring.questions import build_questions, modules, problems
from attentif.cli.errors import UserError, course_here
from attentif.exercises.question_files import AUTHORED, QuestionsBroken, read_questions


def add_to(commands: Any) -> None:
    """Adds the subcommand."""
    text = "micro-questions: prove grader_tests/<module>/questions.md, write what students receive of it, and its cells"
    parser = commands.add_parser("questions", help=text, description=text, epilog="example: attentif questions module4")
    parser.add_argument("modules", nargs="*", help="names of modules (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if a file is out of date")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the public files; exit status 1 where a question is wrong, or with --check where a file is stale."""
    course = course_here()
    console = Console()
    known = modules(course)
    unknown = sorted(set(arguments.modules) - set(known))
    if unknown:
        raise UserError(f"no questions for {', '.join(unknown)}; there are: {', '.join(known) or 'none'}")
    wrong, stale = 0, 0
    for module in arguments.modules or known:
        try:
            questions = read_questions(course.hidden_checks(module) / AUTHORED)
            changed = build_questions(course, module, write=not arguments.check)
            for notebook in sorted(course.source(module).glob("*.ipynb"))[:1]:
                changed += [notebook] * update_cells(notebook, questions, write=not arguments.check)
        except QuestionsBroken as error:
            raise UserError(f"grader_tests/{module}/{AUTHORED}: {error}") from error
        for line in [line for question in questions.values() for line in problems(question)]:
            console.print(line, style="red", highlight=False)
            wrong += 1
        stale += len(changed)
        console.print(f"{module}: {len(questions)} questions, {len(changed)} file(s) {_done(arguments)}")
    return 1 if wrong or (arguments.check and stale) else 0


def _done(arguments: argparse.Namespace) -> str:
    return "out of date" if arguments.check else "written"
