"""The check of a micro-question: the notebook's ``reponse``, judged by the module's file of questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from attentif.checks.remarks import Remarks
from attentif.exercises.question_files import PACKED, read_questions
from attentif.exercises.questions import Question, close, computed, judge
from attentif.remote.outside.student import Handle
from attentif.remote.wire.errors import RemoteError
from attentif.reports.explanation import CheckFailure, Explanation
from attentif.words import questions as words
from attentif.words.text import Text

_LONGEST = 64  # numbers in a list


def check_answer(name: str, check_file: str, student: Any, remarks: Remarks) -> None:
    """Passes where ``reponse`` is right, and has the student told why; else CheckFailure with the reason that belongs
    to that very error. ``check_file`` stands beside the packed questions. Raises QuestionsBroken."""
    question = read_questions(Path(check_file).parent / PACKED)[name]
    numero = _numero(student)
    answer = _answer(question, numero, student)
    found = judge(question, answer, numero)
    reason = Text(found.reason, found.reason)
    if found.right:
        remarks.tell_student(reason)
        return
    if found.reason:
        raise CheckFailure(Explanation(reason, diagnosis=f"{name}_{_label(question, answer, numero)}"))
    raise CheckFailure(Explanation(_relation(question, answer, numero), hints=words.REREAD))


def _numero(student: Any) -> object:
    """What the notebook says of who the student is; 0 where it says nothing that can be used."""
    try:
        found = student.numero
    except RemoteError:
        return 0
    return found if type(found) in (int, str) else 0


def _answer(question: Question, numero: object, student: Any) -> Any:
    """A letter, a float or a list of floats. CheckFailure where there is none."""
    try:
        found = student.reponse
    except RemoteError:
        found = None
    if found is None or type(found) is Handle:  # `...`, as released, stays on its side
        raise CheckFailure(Explanation(words.UNANSWERED, unwritten=True))
    if question.choices:
        letters = [choice.letter for choice in question.choices]
        letter = found.strip(" .()").lower() if type(found) is str else ""
        if letter not in letters:
            raise CheckFailure(Explanation(words.a_letter(letters)))
        return letter
    wanted = computed(question.right.expression, question.values(numero)) if question.right else 0.0
    numbers = _numbers(found)
    if isinstance(wanted, list):
        if numbers is None or len(numbers) != len(wanted):
            raise CheckFailure(Explanation(words.a_list(len(wanted))))
        return numbers
    if type(found) is tuple and len(found) == 2:
        raise CheckFailure(Explanation(words.COMMA))
    if numbers is None or len(numbers) != 1:
        raise CheckFailure(Explanation(words.A_NUMBER))
    return numbers[0]


def _numbers(found: Any) -> list[float] | None:
    """The finite numbers that a value is or holds; None if it is none."""
    if type(found) is str:
        found = found.strip().replace(",", ".")
    if isinstance(found, torch.Tensor):
        found = found.detach().cpu().numpy()
    try:
        array = np.asarray(found, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError, OverflowError):
        return None
    return [float(x) for x in array] if array.size <= _LONGEST and np.isfinite(array).all() else None


def _label(question: Question, answer: Any, numero: object) -> str:
    """Which known error it is: the choice's letter, or the wrong value's place."""
    if question.choices:
        return str(answer)
    values = question.values(numero)
    return str(
        next(n for n, wrong in enumerate(question.wrong, 1) if close(answer, computed(wrong.expression, values)))
    )


def _relation(question: Question, answer: Any, numero: object) -> Text:
    """How a value that nothing explains differs from the right one, where that is simple."""
    right = computed(question.right.expression, question.values(numero)) if question.right else None
    if isinstance(right, float) and isinstance(answer, float):
        if close(-answer, right):
            return words.OPPOSITE
        if close(answer * 100, right) or close(answer / 100, right):
            return words.PERCENT
    return words.UNKNOWN_ERROR
