"""Answers requests about a namespace: the half of the agent that also runs on a student's own machine."""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

import attentif
from attentif.remote.inside import generators, probes
from attentif.remote.wire.call import Call
from attentif.remote.wire.codec import decode, encode
from attentif.remote.wire.errors import NameMissing, NotCallable, ProtocolError, TooLarge
from attentif.remote.wire.protocol import MAX_BASES, MAX_TEXT, is_public

# Taken now: a student's helper that shadows or replaces one of these later must not break the agent.
_getattr, _callable, _type, _str, _len = getattr, callable, type, str, len

_MAX_OBJECTS = 10_000
_PACKAGE = os.path.dirname(os.path.abspath(attentif.__file__)) + os.sep
_LIBRARIES = tuple({os.path.realpath(sysconfig.get_path(n)) + os.sep for n in ("stdlib", "platstdlib")})
# "Files" of code that libraries make as they run; other names in angle brackets are notebook cells.
_GENERATED = ("<frozen", "<string>", "<unknown>", "<__array_function__", "<eval_with_key", "<decorator-gen", "<stdin>")
_ALLOCATION_FAILED = ("DefaultCPUAllocator", "not enough memory")


class Agent:
    """Answers requests about one namespace. ``forward``: on the student's own machine, what the code prints is shown
    and an interrupt stops everything; otherwise output is dropped and an interrupt is an error like others."""

    def __init__(self, namespace: Mapping[str, Any], *, forward: bool = False) -> None:
        self.namespace, self.forward = namespace, forward
        self.freeze: Callable[[str, str], None] | None = None  # where a session can leave a frozen copy of itself
        self._objects: list[Any] = []
        self._drawn: dict[str, Any] = {}

    def begin(self) -> None:
        """The first check of a session begins: what later ones are to find again is kept."""
        self._drawn = generators.states()

    def handle(self, request: bytes) -> bytes:
        """The reply to a request. Never raises, but for KeyboardInterrupt on the student's own machine."""
        try:
            return self._reply(request)
        except BaseException as error:
            if self.forward and isinstance(error, KeyboardInterrupt):
                raise
            try:
                return encode(_failure(error))
            except BaseException:  # no memory or no stack left to describe it
                return _LAST_RESORT

    def _reply(self, request: bytes) -> bytes:
        asked = decode(request, self._object)
        with contextlib.nullcontext() if self.forward else _silence():
            value = self._answer(asked)
            return encode({"value": value}, self._export)

    def _answer(self, asked: dict[str, Any]) -> Any:
        operation = asked["do"]
        if operation == "get":
            if not is_public(asked["name"]):
                raise ProtocolError("only public names can be asked for")
            return probes.find(self.namespace, asked["name"], only_callable=False)
        if operation == "call":
            target = asked["target"]
            if not _callable(target):
                raise NotCallable(_type(target).__name__)
            args, kwargs = probes.resolve(self.namespace, (asked["args"], asked["kwargs"]))
            return target(*args, **kwargs)
        if operation == "attribute":
            return _attribute(asked["target"], asked["name"])
        if operation == "probe":
            if asked["name"] not in probes.PROBES:
                raise ProtocolError("no such probe")
            return probes.PROBES[asked["name"]](self.namespace, Call(**asked["call"]), **asked["options"])
        if operation == "rejoin":
            self._objects.clear()
            return generators.restore(self._drawn)
        if operation == "freeze" and self.freeze is not None:
            return self.freeze(asked["exercise"], asked["token"])
        raise ProtocolError("no such operation")

    def _object(self, number: int, _callable: bool, _kind: str) -> Any:
        if number >= _len(self._objects):
            raise ProtocolError("no such handle")
        return self._objects[number]

    def _export(self, value: Any) -> tuple[int, bool, str]:
        if _len(self._objects) >= _MAX_OBJECTS:
            raise ProtocolError("too many objects")
        self._objects.append(value)
        return _len(self._objects) - 1, _callable(value), _str(_type(value).__name__)[:100]


def _attribute(target: Any, name: Any) -> Any:
    if not is_public(name):
        raise ProtocolError("only public names can be asked for")
    try:
        return _getattr(target, name)
    except AttributeError as error:
        if _student_line(error.__traceback__):
            raise
        raise NameMissing(name) from None


# ---------------------------------------------------------------------------------------------------------------
# Exceptions and output


def _failure(error: BaseException) -> dict[str, Any]:
    if isinstance(error, (NameMissing, NotCallable)):
        return {"failure": _type(error).__name__, "name": _str(error.name)[:200]}
    if isinstance(error, TooLarge):
        return {"failure": "large", "shape": list(error.shape)}
    if isinstance(error, ProtocolError):
        return {"failure": "protocol", "message": _str(error)[:MAX_TEXT]}
    if isinstance(error, MemoryError):
        return {"failure": "memory"}
    if isinstance(error, RuntimeError) and any(sign in _text(error) for sign in _ALLOCATION_FAILED):
        return {"failure": "memory"}
    return {"failure": "exception", **describe(error)}


_LAST_RESORT = encode({"failure": "exception", "type": "RecursionError", "message": "", "line": 0, "cell": ""})


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as bounded text: type, builtin classes that it derives from, message, line in the student's code,
    lines around it, traceback."""
    line, excerpt, shown, bases = 0, "", "", list[str]()
    with contextlib.suppress(Exception):
        found = _student_line(error.__traceback__)
        if found:
            line, excerpt = found[1], _excerpt(*found)
    with contextlib.suppress(Exception):  # an exception whose __str__ or __cause__ fails
        shown = "".join(traceback.format_exception(_type(error), error, error.__traceback__, limit=-5))
    with contextlib.suppress(Exception):
        bases = [kind.__name__ for kind in _type(error).__mro__ if kind.__module__ == "builtins"][:MAX_BASES]
    return {
        "type": _str(_type(error).__name__)[:100],
        "bases": bases,
        "message": _text(error),
        "line": line,
        "cell": excerpt[:MAX_TEXT],
        "traceback": shown[-MAX_TEXT:],
    }


def _text(error: BaseException) -> str:
    try:
        return _str(error)[:MAX_TEXT]
    except BaseException:
        return ""


def _student_line(trace: TracebackType | None) -> tuple[str, int] | None:
    """(file, line) of the innermost frame that belongs to the student."""
    found = None
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if is_student_file(filename):
            found = filename, trace.tb_lineno
        trace = trace.tb_next
    return found


def is_student_file(filename: str) -> bool:
    """Whether code of that file is the student's: a notebook's cell, or a file that is no library's."""
    if filename.startswith("<"):
        return not filename.startswith(_GENERATED)
    if "site-packages" in filename or "dist-packages" in filename or filename.startswith(_PACKAGE):
        return False
    return not os.path.realpath(filename).startswith(_LIBRARIES)


def _excerpt(filename: str, line: int) -> str:
    """Three lines before the line and the line itself, numbered, marked by an arrow."""
    shown: list[str] = []
    for number in range(max(1, line - 3), line + 1):
        source = linecache.getline(filename, number).rstrip()[:200]
        if source or shown:
            shown.append(f"{'→' if number == line else ' '} {number:3} {source}")
    return "\n".join(shown)


class Sink(io.TextIOBase):
    """Takes whatever is printed and keeps nothing."""

    encoding = "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(Sink()), contextlib.redirect_stderr(Sink()):
        yield
