"""Reading the results that lie beside graded notebooks, where a student's other files lie too.

Only names that the grader writes are asked for; a file is opened through no link, without waiting, and bounded."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from attentif.reports.results_file import SUFFIX, NotebookResults, ResultsBroken

_LIMIT = 16 * 1024 * 1024  # bytes that a results file may have


def kept_results(folder: Path, student: str, notebook: str) -> NotebookResults | None:
    """The results of a student's notebook that was graded in ``folder``; None where there are none.

    Raises ResultsBroken for what cannot be read, and for somebody else's."""
    path = folder / f"{notebook}{SUFFIX}"
    try:
        text = _text(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ResultsBroken(f"{path} cannot be read") from error
    results = NotebookResults.from_json(text)
    if (results.student, results.notebook) != (student, notebook):
        raise ResultsBroken(f"{path} is of another notebook")
    return results


def _text(path: Path) -> str:
    """A file's text. Raises OSError, ValueError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LIMIT:
        os.close(descriptor)
        raise OSError(f"{path} is no results file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_LIMIT).decode("utf-8")
