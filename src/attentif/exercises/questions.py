"""Micro-questions: one answer, a choice or a number, and for each error that is known the reason why it is one.

A number may be drawn: ``numero``, which the student sets, says which of the question's values are theirs.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from attentif.words.numbers import in_formula, short

TOLERANCE = 0.01  # of a number's size
_MARK = re.compile(r"\[\[(?P<expression>.+?)(?::(?P<digits>\d))?\]\]")
_NAMES: Mapping[str, Any] = {
    **{name: getattr(math, name) for name in ("exp", "log", "log2", "log10", "sqrt", "sin", "cos", "pi")},
    **{"abs": abs, "min": min, "max": max, "sum": sum, "round": round, "range": range},
    "softmax": lambda *scores: [math.exp(s) / sum(map(math.exp, scores)) for s in scores],
}


@dataclass(frozen=True)
class Choice:
    """One of the answers offered: a letter, what it says, and why it is right or not."""

    letter: str
    text: str
    reason: str
    right: bool


@dataclass(frozen=True)
class Value:
    """A number, or a list of them, as an expression of what is drawn, and why it is right or how one comes by it."""

    expression: str
    reason: str
    exact: bool = False


@dataclass(frozen=True)
class Question:
    """``name`` is "m4_q1"; ``drawn`` maps names to the values that they are drawn from, the first by default.

    Either ``choices`` or ``right`` is there; ``wrong`` are values that known errors produce.
    """

    name: str
    title: str
    text: str
    choices: tuple[Choice, ...] = ()
    right: Value | None = None
    wrong: tuple[Value, ...] = ()
    drawn: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def values(self, numero: object = 0) -> dict[str, Any]:
        """What the student of that number is given: the same each time. 0, and what is no number or text, is the
        default."""
        if type(numero) not in (int, str) or numero in (0, ""):
            return {name: options[0] for name, options in self.drawn.items()}
        chance = random.Random(f"{self.name} {numero}")
        return {name: chance.choice(options) for name, options in self.drawn.items()}

    @property
    def heading(self) -> str:
        """What stands before the statement, in Markdown."""
        return f"**Question — {self.title}{'' if self.title.endswith(('?', '!', '…')) else '.'}**"

    def statement(self, numero: object = 0) -> str:
        """The question in Markdown, with the student's numbers and the choices."""
        lines = [filled(self.text, self.values(numero))]
        lines += [f"- **{c.letter}.** {filled(c.text, self.values(numero))}" for c in self.choices]
        return "\n\n".join(lines[:1]) + ("\n\n" + "\n".join(lines[1:]) if self.choices else "")


@dataclass(frozen=True)
class Judgement:
    """Whether an answer is right, and what is said of it; ``reason`` is empty where nothing is known of the answer."""

    right: bool
    reason: str


def judge(question: Question, answer: Any, numero: object = 0) -> Judgement:
    """``answer`` is a letter for a question with choices, else a number or a list of numbers, as floats."""
    values = question.values(numero)
    for choice in question.choices:
        if answer == choice.letter:
            return Judgement(choice.right, filled(choice.reason, values))
    if question.right is None:
        return Judgement(False, "")
    if close(answer, computed(question.right.expression, values), exact=question.right.exact):
        return Judgement(True, filled(question.right.reason, values))
    for wrong in question.wrong:
        if close(answer, computed(wrong.expression, values)):
            return Judgement(False, filled(wrong.reason, values))
    return Judgement(False, "")


def computed(expression: str, values: Mapping[str, Any]) -> Any:
    """An expression of the course's own author, worked out: a float or a list of floats. Raises what it raises."""
    found = eval(expression, {"__builtins__": {}, **_NAMES, **values})  # the author's, never a student's
    return [float(x) for x in found] if isinstance(found, (list, tuple)) else float(found)


def close(answer: Any, right: Any, *, exact: bool = False) -> bool:
    """Whether two numbers, or lists of as many, are the same: within one hundredth of their size."""
    if isinstance(right, list) or isinstance(answer, list):
        if not isinstance(answer, list) or not isinstance(right, list) or len(answer) != len(right):
            return False
        largest = max(map(abs, right), default=0.0)
        return all(abs(a - r) <= TOLERANCE * abs(r) + 1e-3 * largest for a, r in zip(answer, right, strict=True))
    return bool(abs(answer - right) <= (1e-9 if exact else TOLERANCE) * abs(right) + (1e-6 if right == 0 else 0))


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A text with its ``[[expressions]]`` worked out, written as French, a formula or code writes numbers."""

    def number(mark: re.Match[str]) -> str:
        digits, before = mark["digits"], text[: mark.start()]
        value = computed(mark["expression"], values)
        if before.count("`") % 2:  # code keeps its point
            return f"{value:g}"
        written = _written(value, None if digits is None else int(digits))
        return in_formula(written) if before.count("$") % 2 else written

    return _MARK.sub(number, text)


def _written(value: Any, digits: int | None) -> str:
    if isinstance(value, list):
        return " ; ".join(short(each, digits) for each in value)
    return short(value, digits)
