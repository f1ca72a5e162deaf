"""Files that a notebook has written and a student hands in beside it: bytes, bounded; nothing is followed or run.

In grading the folder is the plain copy that the intake made, which no code of the student's can reach; on a student's
own machine it is the notebook's. A file is opened relative to the open folder, through no link and without waiting.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from attentif.reports.explanation import CheckFailure, Explanation
from attentif.words import handed_in as words
from attentif.words.text import Text

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_LINE = 64  # bytes that a line of predictions may have, on average
_TITLES = ("id", "label")
_MARK = b"\xef\xbb\xbf"  # of UTF-8, which some editors put first


@dataclass(frozen=True)
class HandedIn:
    """The files of one hand-in; ``folder`` is None where there are none."""

    folder: Path | None

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file of that name, at the folder's top. CheckFailure, in words for the student, if there is
        none, if it is no regular file, if it cannot be read, or if it has more than ``limit`` bytes."""
        try:
            content = self._opened(name, limit + 1)
        except FileNotFoundError:
            raise _failure(words.missing(name), words.WRITE_IT) from None
        except OSError:
            raise _failure(words.no_file(name), words.WRITE_IT) from None
        if len(content) > limit:
            raise _failure(words.too_large(name, limit))
        return content

    def _opened(self, name: str, limit: int) -> bytes:
        """At most ``limit`` bytes. Raises OSError."""
        if self.folder is None or name != os.path.basename(name):
            raise FileNotFoundError(name)
        folder = os.open(self.folder, _FOLDER_FLAGS)
        try:
            descriptor = os.open(name, _FILE_FLAGS, dir_fd=folder)
        finally:
            os.close(folder)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(f"{name} is no regular file")
        with os.fdopen(descriptor, "rb") as file:
            return file.read(limit)


def predicted_labels(
    files: HandedIn, name: str, ids: Sequence[str], labels: Collection[str] = ("0", "1")
) -> dict[str, str]:
    """id → label, in the order of ``ids``, from a file of lines ``id<TAB>label`` below a line of titles.

    The lines may come in any order, end as on Windows, and follow UTF-8's mark. CheckFailure, in words for the
    student, where the file cannot be read, is no such table, misses an id, repeats one, or has another id or label.
    """
    content = files.read(name, _LINE * (len(ids) + 1)).removeprefix(_MARK)
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _failure(words.no_text(name)) from None
    if "\0" in text or "\r" in text:
        raise _failure(words.no_text(name))
    lines = text.removesuffix("\n").split("\n")
    if lines[0].split("\t") != list(_TITLES):
        raise _failure(words.no_titles(name, _TITLES))
    return _by_id(name, lines[1:], ids, labels)


def _by_id(name: str, lines: Sequence[str], ids: Sequence[str], labels: Collection[str]) -> dict[str, str]:
    """The table's lines, each checked. CheckFailure."""
    known, found = set(ids), dict[str, str]()
    for number, line in enumerate(lines, start=2):
        cells = line.split("\t")
        if len(cells) != len(_TITLES):
            raise _failure(words.no_pair(name, number))
        identity, label = cells
        if identity not in known:
            raise _failure(words.unknown_id(name, number))
        if identity in found:
            raise _failure(words.repeated_id(name, number))
        if label not in labels:
            raise _failure(words.unknown_label(name, number, sorted(labels)))
        found[identity] = label
    if len(found) < len(known):
        raise _failure(words.too_few(name, len(found), len(known)))
    return {identity: found[identity] for identity in ids}


def _failure(finding: Text, *hints: Text) -> CheckFailure:
    return CheckFailure(Explanation(finding, hints=hints))
