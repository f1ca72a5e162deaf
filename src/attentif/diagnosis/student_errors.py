"""Putting what went wrong in student code into words that help."""

from __future__ import annotations

import builtins
import re
from typing import Any

from attentif.exercises.exercise import Function
from attentif.remote.wire import errors
from attentif.remote.wire.call import Call, Ref
from attentif.reports.explanation import Explanation
from attentif.words import errors as words
from attentif.words import exceptions as said
from attentif.words.text import Text

_IN_FUNCTION = re.compile(r"^  File .*, line \d+, in (\w+)$", re.MULTILINE)
_MISSING_NAME = re.compile(r"name '(\w+)' is not defined")


def builtin_kind(error: errors.StudentError) -> str:
    """The builtin exception that an error is, or derives from; "Exception" where its process names none."""
    return next((name for name in (error.type, *error.bases) if _is_builtin(name)), "Exception")


def _is_builtin(name: str) -> bool:
    kind = getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, BaseException) and name not in ("Exception", "BaseException")


def help_for(kind: str, message: str) -> tuple[Text, ...]:
    """A hint about an exception: from its message where that says more than its type."""
    missing = _MISSING_NAME.search(message)
    if missing is not None and missing.group(1) in words.IMPORTS:
        return (words.missing_import(missing.group(1)),)
    for signs, text in words.CLUES:
        if any(sign in message for sign in signs):
            return (text,)
    meaning = meaning_of(kind)
    return (meaning.hint,) if meaning else ()


def meaning_of(kind: str) -> words.ErrorMeaning | None:
    """What a builtin exception means, or else the nearest one that it derives from."""
    parents = getattr(builtins, kind).__mro__ if _is_builtin(kind) else ()
    return next((words.KINDS[parent.__name__] for parent in parents if parent.__name__ in words.KINDS), None)


def not_written(function: str, call: Call) -> Explanation:
    """The stub is still there: of the function called or, where a helper of the course calls it, of what this is
    handed."""
    handed = [value.name for value in call.inputs.values() if isinstance(value, Ref)] or [function]
    return Explanation(said.not_written(handed), hints=said.WRITE_IT, function=function, unwritten=True)


def is_stub(error: errors.StudentError) -> bool:
    """Whether an error is the released stub's own, and not one that a library raised for want of something."""
    stopped_at = error.cell.splitlines()[-1:]
    return error.type == "NotImplementedError" and all("raise NotImplementedError" in line for line in stopped_at)


def explain_stub(error: errors.StudentError, *, hidden: bool) -> Explanation:
    """A stub that a check file met by itself; its name is known from the traceback, which hidden checks do not use."""
    names = [] if hidden else _IN_FUNCTION.findall(error.traceback)
    if names:
        return Explanation(said.not_written(names[-1:]), hints=said.WRITE_IT, function=names[-1], unwritten=True)
    return Explanation(said.SOMETHING_NOT_WRITTEN, hints=said.WRITE_IT, unwritten=True)


def definition_problem(function: Function, call: Call, student: Any) -> Explanation | None:
    """What is wrong with the definition itself: no such name, not callable, or not callable with these arguments."""
    try:
        accepted = student.probe("accepts", call.outline())
    except (errors.NameMissing, errors.NotCallable) as error:
        return explain_remote(error)
    if accepted is None:
        return None
    expected, found = f"{function.name}{function.signature}", f"{function.name}{accepted}"
    return Explanation(said.wrong_signature(expected, found), function=function.name)


def explain_error(function: Function | None, error: errors.StudentError, *, hidden: bool) -> Explanation:
    """An exception in student code. For hidden checks neither its message nor a foreign type name is shown or used:
    both are chosen by the student's code and could carry the inputs away. The builtin that it derives from is told."""
    name = function.name if function else ""
    if isinstance(error, errors.StateMisfit):
        return _explain_misfit(name, error)
    builtin = builtin_kind(error)
    subject, meaning = said.named(name, said.YOUR_CODE), meaning_of(builtin)
    kind, line = (builtin, 0) if hidden else (error.type, error.line)
    return Explanation(
        said.stops(subject, kind, line, meaning.what if meaning else None),
        None if hidden else said.quoted(error.type, error.message, error.cell),
        hints=help_for(builtin, "" if hidden else error.message),
        function=name,
    )


def _explain_misfit(function: str, error: errors.StateMisfit) -> Explanation:
    """A module that does not take the fixed parameters; hidden checks know its own ones without their names."""
    subject = said.named(function, said.YOUR_MODULE)
    return Explanation(
        said.misfit(subject, error.missing, error.misshapen, error.extra),
        consequence=said.MISFIT_CONSEQUENCE,
        hints=said.MISFIT_HINTS,
        function=function,
    )


def explain_remote(error: errors.RemoteError) -> Explanation:
    """Anything else that can end a conversation with the student's process."""
    if isinstance(error, errors.NameMissing):
        return Explanation(said.missing(error.name), function=error.name)
    if isinstance(error, errors.NotCallable):
        return Explanation(said.no_function(error.name), function=error.name)
    if isinstance(error, errors.TimeLimit):
        if error.wall:
            return Explanation(said.waiting(error.seconds), hints=said.WAITING_HINTS)
        return Explanation(said.too_slow(error.seconds), hints=said.SLOW_HINTS)
    if isinstance(error, errors.MemoryLimit):
        return Explanation(said.TOO_MUCH_MEMORY, hints=said.MEMORY_HINTS)
    if isinstance(error, errors.TooLarge):
        return Explanation(said.TOO_LARGE, said.of_shape(error.shape), hints=said.MEMORY_HINTS)
    if isinstance(error, errors.ProcessDied):
        return Explanation(said.PROCESS_ENDED)
    return Explanation(said.UNREADABLE)
