"""Questions as authors write them, in Markdown, and as they travel to students: the same text, packed.

A heading ``## m4_q1 · Title``; perhaps a line ``avec : a = 1 | 2 ; b = 3 | 4``; the statement; then either choices
(``- [x] a. text``) or values (``= expression``, ``! expression``), each followed by its reason on lines with ``>``.
"""

from __future__ import annotations

import ast
import base64
import re
import textwrap
import zlib
from pathlib import Path
from typing import Any

from attentif.exercises.questions import Choice, Question, Value

AUTHORED = "questions.md"  # in the module's folder of grader_tests/
PACKED = "questions.txt"  # in the folder of public checks
_HEAD = "# Les questions du module, emballées pour qu'aucune réponse ne se lise par mégarde.\n"
_HEADING = re.compile(r"^## +(?P<name>m\d+_q\d+) +· +(?P<title>.+)$", re.MULTILINE)
_CHOICE = re.compile(r"^- \[(?P<right>[ x])\] +(?P<letter>[a-z])\. +(?P<text>.+)$")
_VALUE = re.compile(r"^(?P<kind>[=!]) +(?P<expression>.+)$")
_DRAWN = re.compile(r"^avec\s*:\s*(?P<drawn>.+)$")


class QuestionsBroken(Exception):
    """A file of questions says something that is no question; the text says which and what."""


def read_questions(path: Path) -> dict[str, Question]:
    """The questions of a file by name, of either kind. Raises QuestionsBroken, OSError."""
    text = path.read_text(encoding="utf-8")
    if path.name == PACKED:
        try:
            text = zlib.decompress(base64.b64decode(text.removeprefix(_HEAD))).decode()
        except (ValueError, zlib.error) as error:
            raise QuestionsBroken(f"{path.name}: damaged ({error})") from None
    return parse_questions(text)


def packed(text: str) -> str:
    """What students receive of a file of questions."""
    return _HEAD + "\n".join(textwrap.wrap(base64.b64encode(zlib.compress(text.encode(), 9)).decode(), 100)) + "\n"


def parse_questions(text: str) -> dict[str, Question]:
    """The questions of a Markdown text by name. Raises QuestionsBroken."""
    heads = list(_HEADING.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    found: dict[str, Question] = {}
    for head, end in zip(heads, ends, strict=True):
        if head["name"] in found:
            raise QuestionsBroken(f"{head['name']} is there twice")
        found[head["name"]] = _question(head["name"], head["title"].strip(), text[head.end() : end])
    return found


def _question(name: str, title: str, body: str) -> Question:
    statement, entries, drawn = list[str](), list[_Entry](), dict[str, list[Any]]()
    for line in body.strip("\n").splitlines():
        choice, value, given = _CHOICE.match(line), _VALUE.match(line), _DRAWN.match(line)
        if choice or value:
            entries.append(_Entry(choice or value))
        elif entries:
            entries[-1].add(line, name)
        elif given and not any(statement):
            drawn = _drawn(given["drawn"], name)
        else:
            statement.append(line)
    question = Question(
        name, title, "\n".join(statement).strip(), _choices(entries), *_values(entries), drawn=drawn
    )  # fmt: skip
    if not question.text or any(not entry.reason for entry in entries):
        raise QuestionsBroken(f"{name}: a question needs a statement, and each answer its reason")
    if (question.right is None) == (sum(choice.right for choice in question.choices) != 1):
        raise QuestionsBroken(f"{name}: one right answer is needed, a choice `[x]` or a value `=`")
    return question


class _Entry:
    """A choice or a value, with the lines that follow it."""

    def __init__(self, match: Any) -> None:
        self.match, self.exact, self._lines = match, False, list[str]()

    def add(self, line: str, name: str) -> None:
        line = line.strip()
        if line == "exact":
            self.exact = True
        elif line.startswith(">"):
            self._lines.append(line[1:].strip())
        elif line:
            raise QuestionsBroken(f"{name}: a reason's lines begin with `>`; this one does not: {line}")

    @property
    def reason(self) -> str:
        return " ".join(self._lines).strip()


def _choices(entries: list[_Entry]) -> tuple[Choice, ...]:
    of = [entry for entry in entries if entry.match.re is _CHOICE]
    return tuple(Choice(e.match["letter"], e.match["text"].strip(), e.reason, e.match["right"] == "x") for e in of)


def _values(entries: list[_Entry]) -> tuple[Value | None, tuple[Value, ...]]:
    of = [entry for entry in entries if entry.match.re is _VALUE]
    right = [Value(e.match["expression"].strip(), e.reason, e.exact) for e in of if e.match["kind"] == "="]
    wrong = [Value(e.match["expression"].strip(), e.reason) for e in of if e.match["kind"] == "!"]
    return (right[0] if len(right) == 1 else None), tuple(wrong)


def _drawn(text: str, name: str) -> dict[str, list[Any]]:
    found = {}
    for part in text.split(";"):
        variable, _, options = part.partition("=")
        try:
            found[variable.strip()] = [ast.literal_eval(option.strip()) for option in options.split("|")]
        except (ValueError, SyntaxError):
            raise QuestionsBroken(f"{name}: `avec : name = 1 | 2 ; other = 3 | 4` cannot be read: {part}") from None
    return found
