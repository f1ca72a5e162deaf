"""What the student's process may say during a hidden check: values to be compared, and no words of its own.

A report quotes some of what is found there: a name that does not exist, a signature, a generator that was used. In a
process that has seen hidden inputs each of these could be chosen to carry them out.
"""

from __future__ import annotations

from typing import Any

from attentif.remote.outside.student import Question, Student
from attentif.remote.wire.errors import NameMissing, NotCallable, ProtocolError, StudentError

_HIDDEN_SIGNATURE = "(…)"
_GENERATORS = ("random", "numpy", "torch")


class WordlessStudent(Student):
    """A Student whose process has no influence on words: names are those asked for, labels those that are possible."""

    def __init__(self, student: Student) -> None:
        super().__init__(student._connection, student._limits)

    def _read(self, asked: Question, message: bytes) -> Any:
        try:
            reply = super()._read(asked, message)
        except (NameMissing, NotCallable) as error:
            name = _name_asked_for(asked)
            raise type(error)(name) if name else StudentError("NameError") from None
        return _in_our_words(asked, reply) if asked["do"] == "probe" else reply


def _name_asked_for(asked: Question) -> str:
    """The name of the student's that a request is about; empty when it is about an object."""
    if asked["do"] == "get":
        return str(asked["name"])
    if asked["do"] == "probe":
        return str(asked["call"]["target"])
    return ""


def _in_our_words(asked: Question, reply: Any) -> Any:
    """The reply of a probe; ProtocolError when it holds words that the probe could not have found."""
    if asked["name"] == "accepts":
        return None if reply is None else _HIDDEN_SIGNATURE
    if asked["name"] == "rng_used":
        return _subset(reply, _GENERATORS)
    if asked["name"] == "make":
        return _misfits(asked["call"]["state"], reply)
    return reply


def _misfits(state: Any, reply: Any) -> dict[str, Any]:
    """An instance, with the fixed parameters that do not fit, by name; the module's own, without."""
    if not isinstance(reply, dict):
        raise ProtocolError("a probe answered with something else than what it looks for")
    found = {kind: _subset(reply.get(kind) or [], tuple(state)) for kind in ("missing", "misshapen")}
    return {"made": reply.get("made"), **found, "extra": ["…"] if reply.get("extra") else []}


def _subset(reply: Any, possible: tuple[str, ...]) -> list[str]:
    if not isinstance(reply, list) or not all(isinstance(word, str) and word in possible for word in reply):
        raise ProtocolError("a probe answered with something else than what it looks for")
    return reply
