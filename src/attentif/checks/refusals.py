"""Bad input that the statement says to refuse: the student's code must raise, and raise what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attentif.diagnosis.student_errors import is_stub
from attentif.remote.wire.errors import StudentError
from attentif.reports.explanation import fail
from attentif.words import exceptions
from attentif.words.text import Text


def check_refused(
    function: str,
    call: Callable[[], Any],
    *errors: type[Exception],
    finding: Text,
    consequence: Text | None = None,
    hints: tuple[Text, ...] = (),
) -> None:
    """Fails unless ``call`` (of the student's ``function``) raises one of ``errors``.

    ``finding`` is told when it raises nothing; it must not quote the input. An answer that is not written yet, and
    another exception, are told as such.
    """
    try:
        call()
    except StudentError as error:
        if error.type in {wanted.__name__ for wanted in errors}:
            return
        if is_stub(error):
            fail(exceptions.not_written([function]), function=function, unwritten=True)
        finding = exceptions.another_error(function, [wanted.__name__ for wanted in errors])
    fail(finding, consequence=consequence, hints=hints, function=function)
