"""What a course's files and cells are called: what is a check cell, which file is hidden, where commands keep state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

STATE = ".attentif"  # beside nbgrader_config.py: what commands keep from one run to the next
REFERENCES = "references"  # in the folder of public checks: tensors and their manifests
HIDDEN_CHECKS = "test_hidden.py"  # in the exercise's folder of grader_tests/

_CALL = r"""^\s*check\(\s*["'](?P<name>[A-Za-z_]\w*)["']\s*"""
_CHECK_CALL = re.compile(_CALL, re.MULTILINE | re.ASCII)
_PREPARATION = "def prepare_notebook("
_CHECK_LINE = re.compile(_CALL + r"(?P<hidden>,\s*hidden\s*=\s*True\s*)?\)\s*$", re.ASCII)


@dataclass(frozen=True)
class CheckCell:
    """What a cell of nothing but ``check("…")`` lines asks for."""

    exercise: str
    hidden: bool


def check_cell(source: str) -> CheckCell | None:
    """What a cell asks for; None if it holds anything else than ``check("…")`` lines for one exercise, and comments."""
    lines = [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    matches = [match for line in lines if (match := _CHECK_LINE.match(line))]
    names = {match["name"] for match in matches}
    if len(names) != 1 or len(matches) != len(lines):
        return None
    return CheckCell(names.pop(), any(match["hidden"] for match in matches))


def exercises_checked(source: str) -> list[str]:
    """The exercises that a cell's lines call ``check`` for, whatever else it holds."""
    return [match["name"] for match in _CHECK_CALL.finditer(source)]


def is_preparation(source: str) -> bool:
    """Whether a cell is the first of a released notebook, which looks for what the notebook needs beside it."""
    code = [line for line in source.splitlines() if line.strip() and not line.startswith("#")]
    return bool(code) and code[0].startswith(_PREPARATION)


def public_checks(exercise: str) -> str:
    """The name of an exercise's public check file."""
    return f"test_{exercise}.py"


def exercise_checked_by(public_file: Path) -> str:
    """The exercise that a public check file is named after."""
    return public_file.stem.removeprefix("test_")


def is_hidden(check_file: Path) -> bool:
    """Whether a check file is one that students never see."""
    return check_file.name == HIDDEN_CHECKS
