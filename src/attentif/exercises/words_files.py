"""The words of an exercise's mistakes, in a Markdown file for each language beside it: prose, and no Python.

    ## mistake_name, another_that_has_the_same_words

    What it computes (a paragraph).

    What follows from it (a paragraph).

    - a first, vague hint
    - a second
    - almost the line of code

A paragraph or a hint may go on over several lines. A first heading ``# …`` is the file's title, for its readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from attentif.words.language import LANGUAGES
from attentif.words.text import Text, Words

_HINT = re.compile(r"(?:[-*]|\d\.)\s+(.*)")
_NAMES = re.compile(r"[a-z][a-z0-9_]*(?:\s*,\s*[a-z][a-z0-9_]*)*")
_PARAGRAPHS, _HINTS = 2, 3


class WordsBroken(Exception):
    """A file of words is missing or not of the form that is expected; the text gives the file, the line and why."""


@dataclass
class _Section:
    """What one language says under one heading. ``line`` is the heading's."""

    path: Path
    line: int
    names: tuple[str, ...]
    paragraphs: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    def checked(self) -> _Section:
        """Itself; raises WordsBroken if anything is missing or too much."""
        found = (len(self.paragraphs), len(self.hints))
        if found != (_PARAGRAPHS, _HINTS):
            raise _broken(
                self.path, self.line, f"{', '.join(self.names)} needs {_PARAGRAPHS} paragraphs (finding, consequence) "
                f"and {_HINTS} hints; it has {found[0]} and {found[1]}",
            )  # fmt: skip
        return self


def words_path(folder: Path, language: str) -> Path:
    """The file of words of one language in an exercise's folder."""
    return folder / f"mistakes.{language}.md"


def load_words(folder: Path) -> dict[str, Words]:
    """Name → words of every mistake of the exercise. Raises WordsBroken if a file is missing or not of the form
    above, or if the two languages do not speak of the same mistakes."""
    french, english = (_read(words_path(folder, language)) for language in LANGUAGES)
    for mine, other, path in ((french, english, words_path(folder, "en")), (english, french, words_path(folder, "fr"))):
        missing = [name for name in mine if name not in other]
        if missing:
            here = mine[missing[0]]
            raise WordsBroken(f"{path}: nothing about {', '.join(missing)} ({here.path.name}, line {here.line})")
    return {name: _joined(section, english[name]) for name, section in french.items()}


def _joined(french: _Section, english: _Section) -> Words:
    finding, consequence = map(Text, french.paragraphs, english.paragraphs)
    return Words(finding, consequence, tuple(map(Text, french.hints, english.hints)))


def _read(path: Path) -> dict[str, _Section]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WordsBroken(f"{path}: cannot be read ({error})") from None
    found: dict[str, _Section] = {}
    for section in _sections(path, lines):
        for name in section.checked().names:
            if name in found:
                raise _broken(path, section.line, f"{name} has words already, line {found[name].line}")
            found[name] = section
    return found


def _sections(path: Path, lines: list[str]) -> Iterator[_Section]:
    """One section after another, paragraphs and hints in the order in which they stand."""
    section: _Section | None = None
    going_on: list[str] | None = None  # what the next line continues
    for number, line in enumerate(map(str.strip, lines), 1):
        if line.startswith("## "):
            if section:
                yield section
            section, going_on = _Section(path, number, _names(path, number, line[3:].strip())), None
        elif line.startswith("# ") and section is None:
            continue
        elif not line:
            going_on = None
        elif section is None or line.startswith("#"):
            raise _broken(path, number, "a heading `## name_of_a_mistake` is expected")
        elif (hint := _HINT.fullmatch(line)) is not None:
            going_on = section.hints
            going_on.append(hint[1])
        elif going_on is not None:
            going_on[-1] += f" {line}"
        elif section.hints:
            raise _broken(path, number, "nothing may follow the hints but another hint")
        else:
            going_on = section.paragraphs
            going_on.append(line)
    if section:
        yield section


def _names(path: Path, number: int, heading: str) -> tuple[str, ...]:
    if not _NAMES.fullmatch(heading):
        raise _broken(path, number, f"{heading!r} is no name of a mistake, nor several separated by commas")
    return tuple(name.strip() for name in heading.split(","))


def _broken(path: Path, number: int, why: str) -> WordsBroken:
    return WordsBroken(f"{path}, line {number}: {why}")
