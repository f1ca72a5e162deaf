"""``question("m4_q1")``: a question's statement, with the numbers that belong to this student."""

from __future__ import annotations

import sys

from attentif.exercises.question_files import PACKED, read_questions
from attentif.student.kernel import running_shell
from attentif.student.places import find_checks
from attentif.words import questions as words
from attentif.words.language import language


class UnknownQuestion(Exception):
    """No such question; the message lists those of the module."""


def question(name: str, numero: int | str | None = None) -> None:
    """Shows the question. ``numero`` is by default the notebook's variable of that name.

    Raises ChecksNotFound or UnknownQuestion, each with what to do about it."""
    known = read_questions(find_checks() / PACKED)
    if name not in known:
        raise UnknownQuestion(words.unknown(name, list(known)).to(language()))
    mine = sys._getframe(1).f_globals.get("numero", 0) if numero is None else numero
    statement = f"{known[name].heading} {known[name].statement(mine)}"
    if running_shell() is None:
        print(statement)
        return
    from IPython.display import display

    display({"text/markdown": statement, "text/plain": statement}, raw=True)
