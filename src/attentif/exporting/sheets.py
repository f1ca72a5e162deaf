"""A platform's CSV file, changed in some cells and in nothing else: encoding, separator and other columns stay."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from attentif.collecting.names import glued
from attentif.collecting.roster import decoded, delimiter_of


class BadSheet(Exception):
    """A file is not the sheet that it should be; the text says what is missing."""


@dataclass
class Sheet:
    """Rows of cells below ``headings``, and how the file was written: ``delimiter``, ``mark`` and ``encoding``, ``end``
    of a line, whether every cell is ``quoted``."""

    headings: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    mark: bytes = b""
    encoding: str = "utf-8"
    end: str = "\r\n"
    quoted: bool = False
    _folded: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._folded = [glued(heading) for heading in self.headings]

    @classmethod
    def read(cls, content: bytes) -> Sheet:
        """The sheet of a file. Raises BadSheet for what is no CSV file with headings."""
        text = decoded(content)
        delimiter = delimiter_of(text)
        try:
            headings, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        except (csv.Error, ValueError) as error:
            raise BadSheet("it is no CSV file with a line of headings") from error
        mark, encoding = _encoding(content)
        return cls(
            headings, rows, delimiter, mark, encoding, "\r\n" if "\r\n" in text else "\n", _all_quoted(text, delimiter)
        )

    def column(self, names: Iterable[str], what: str) -> int:
        """The place of the first heading of these (folded) that is there. Raises BadSheet, which says ``what``."""
        found = self.find(names)
        if found is None:
            raise BadSheet(f"it has no column for {what} (found: {', '.join(self.headings[:12])})")
        return found

    def find(self, names: Iterable[str]) -> int | None:
        """The place of the first heading of these that is there; None for none."""
        return next((self._folded.index(name) for name in names if name in self._folded), None)

    def cell(self, row: Sequence[str], place: int | None) -> str:
        """A cell's text; empty where the row is short, or ``place`` is None."""
        return row[place].strip() if place is not None and place < len(row) else ""

    def written(self) -> bytes:
        """The file."""
        text = io.StringIO(newline="")
        writer = csv.writer(
            text,
            delimiter=self.delimiter,
            lineterminator=self.end,
            quoting=csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL,
        )
        writer.writerows([self.headings, *self.rows])
        return self.mark + text.getvalue().encode(self.encoding)


def _encoding(content: bytes) -> tuple[bytes, str]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return mark, encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return b"", "cp1252"
    return b"", "utf-8"


def _all_quoted(text: str, delimiter: str) -> bool:
    """Whether every cell of the first line stands between quotes, as Moodle writes them."""
    cells = text.partition("\n")[0].strip("\r").split(delimiter)
    return all(cell.startswith('"') and cell.endswith('"') for cell in cells)
