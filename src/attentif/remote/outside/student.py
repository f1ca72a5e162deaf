"""``student.name(...)`` on code that lives elsewhere: plain values arrive as values, all else as handles.

Only public names are ever asked for. What numpy, torch, pytest or copy look up on any object (``__array__``,
``__torch_function__``, ``__len__``…) is answered here, with AttributeError.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from attentif.remote.outside.connections import Connection, Pipelined, SocketConnection
from attentif.remote.wire.call import Call
from attentif.remote.wire.codec import DEFAULT_LIMITS, MessageLimits, decode, encode
from attentif.remote.wire.errors import (
    MemoryLimit,
    NameMissing,
    NotCallable,
    ProtocolError,
    RemoteError,
    StudentError,
    TooLarge,
)
from attentif.remote.wire.protocol import MAX_BASES, MAX_TEXT, is_public

Witness = Callable[[Any, Any], None]  # is told what each call was given, and what came back
Question = dict[str, Any]  # what an agent is asked
_MOST_AT_ONCE = 64  # questions, …
_MOST_BYTES = 64 * 1024  # … and bytes of theirs: a socket's buffer takes them though nobody reads


def calling(target: Handle, args: Sequence[Any], kwargs: Mapping[str, Any] | None = None) -> Question:
    """What a handle is called with, as a question."""
    return {"do": "call", "target": target, "args": tuple(args), "kwargs": dict(kwargs or {})}


def probing(probe: str, call: Call, **options: Any) -> Question:
    """A probe of a call, as a question."""
    return {"do": "probe", "name": probe, "call": call.as_tree(), "options": options}


class Student:
    """The student's names as attributes. Arguments go by value; another ``Handle`` or a ``Ref`` goes as what it stands
    for. Any call may raise a RemoteError; TypeError means that an argument cannot be sent.

    A function or class is asked for once: who calls it a hundred times need not ask a hundred times what it is."""

    __slots__ = ("_callables", "_connection", "_limits", "_witness")

    def __init__(self, connection: Connection, limits: MessageLimits = DEFAULT_LIMITS) -> None:
        self._connection, self._limits = connection, limits
        self._callables: dict[str, Handle] = {}
        self._witness: Witness | None = None

    def __getattr__(self, name: str) -> Any:
        if not is_public(name):
            raise AttributeError(name)
        if name in self._callables:
            return self._callables[name]
        value = self._request({"do": "get", "name": name})
        if type(value) is Handle and value._callable:
            self._callables[name] = value
        return value

    def probe(self, probe: str, /, call: Call | str, inputs: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Runs a registered probe of ``attentif.remote.inside.probes`` on a call, beside the student's code. A name
        stands for its call with ``inputs``; ``options`` are the probe's own."""
        asked = Call(call, inputs or {}) if isinstance(call, str) else call
        return self._request(probing(probe, asked, **options))

    def ahead(self, questions: Sequence[Question]) -> list[Callable[[], Any]]:
        """For each question what gives its answer, or raises. Where the connection can, many are asked at once, when
        the first of them is wanted: the answers are to be taken in order."""
        if not isinstance(self._connection, Pipelined):
            return [functools.partial(self._request, question) for question in questions]
        requests = [self._encoded(question) for question in questions]
        found: list[Callable[[], Any]] = []
        for chunk in _chunks(requests):
            begin = len(found)
            batch = _Batch(self._connection, chunk)
            found += [
                functools.partial(self._answer, question, batch, number)
                for number, question in enumerate(questions[begin : begin + len(chunk)])
            ]
        return found

    def _answer(self, asked: Question, batch: _Batch, number: int) -> Any:
        return self._read(asked, batch.reply(number))

    def _request(self, asked: Question) -> Any:
        return self._read(asked, self._connection.ask(self._encoded(asked)))

    def _encoded(self, asked: Question) -> bytes:
        try:
            return encode(asked, self._number_of)
        except ProtocolError as error:
            raise TypeError(f"an argument cannot be sent to the student's code: {error}") from None

    def _read(self, asked: Question, message: bytes) -> Any:
        reply = decode(message, self._make_handle, self._limits)
        if type(reply) is dict and list(reply) == ["value"]:
            if self._witness is not None and asked["do"] == "call":
                self._witness((asked["args"], asked["kwargs"]), reply["value"])
            return reply["value"]
        raise failure_of(reply)

    def _number_of(self, value: Any) -> tuple[int, bool, str]:
        if type(value) is Handle and value._student._connection is self._connection:
            return value._number, value._callable, value._type
        raise ProtocolError(f"a value of type {type(value).__name__} stays on this side")

    def _make_handle(self, number: int, can_be_called: bool, kind: str) -> Handle:
        return Handle(self, number, can_be_called, kind)

    def __repr__(self) -> str:
        return "<the student's code>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a student cannot be copied")


class Handle:
    """An object that stayed in the student's process: it can be called and its public attributes read, no more."""

    __slots__ = ("_callable", "_number", "_student", "_type")

    def __init__(self, student: Student, number: int, can_be_called: bool, kind: str) -> None:
        self._student, self._number, self._callable, self._type = student, number, can_be_called, kind

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._callable:
            raise NotCallable(self._type)
        return self._student._request(calling(self, args, kwargs))

    def __getattr__(self, name: str) -> Any:
        if not is_public(name):
            raise AttributeError(name)
        return self._student._request({"do": "attribute", "target": self, "name": name})

    def __repr__(self) -> str:
        return f"<an object of type {self._type!r} of the student's code>"

    def __copy__(self) -> Handle:
        return self

    def __deepcopy__(self, _memo: Any) -> Handle:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a handle cannot be pickled")


class _Batch:
    """Requests that are sent together once the first reply is wanted."""

    def __init__(self, connection: Pipelined, requests: Sequence[bytes]) -> None:
        self._connection, self._requests = connection, requests
        self._replies: list[bytes] | None = None
        self._error: RemoteError | None = None

    def reply(self, number: int) -> bytes:
        """That reply; the RemoteError that came in its place or before."""
        if self._replies is None:
            self._replies = []
            try:
                for reply in self._connection.ask_all(self._requests):
                    self._replies.append(reply)
            except RemoteError as error:
                self._error = error
        if number < len(self._replies):
            reply, self._replies[number] = self._replies[number], b""  # read once: it need not be kept
            return reply
        assert self._error is not None
        raise self._error


def _chunks(requests: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The requests, as many together as may be sent at once."""
    chunk: list[bytes] = []
    for request in requests:
        if chunk and (len(chunk) == _MOST_AT_ONCE or sum(map(len, chunk)) + len(request) > _MOST_BYTES):
            yield chunk
            chunk = []
        chunk.append(request)
    if chunk:
        yield chunk


def watch(student: Student, witness: Witness) -> None:
    """Has the witness told of each call of the student's code that returns."""
    student._witness = witness


def ended(student: Student) -> RemoteError | None:
    """What ended the student's session (TimeLimit, ProcessDied…); None while it goes on."""
    return getattr(student._connection, "ended", None)


def printed_by(student: Student) -> str:
    """The beginning of what the student's code has printed, where it is kept: on their own machine."""
    return str(getattr(student._connection, "printed", ""))


def limit_memory(student: Student, more: int) -> None:
    """Allows the student's process ``more`` bytes beyond what it holds now, for the rest of the session: what goes
    further fails there, as a MemoryLimit. The system sees to it, not the process."""
    student._connection.limit_memory(more)


def refuse_overtime(student: Student) -> None:
    """From now on a slow first call is not allowed in the student's session."""
    if isinstance(student._connection, SocketConnection):
        student._connection.allowance = 0.0


def rejoin(student: Student) -> bool:
    """Makes a session ready for another check: the generators of random numbers are as at its start, and objects that
    were handed out are forgotten. False if the session has ended."""
    try:
        student._request({"do": "rejoin"})
    except RemoteError:
        return False
    return True


def failure_of(reply: Any) -> RemoteError:
    """The error that a reply tells of; ProtocolError if it tells of none."""
    if type(reply) is not dict:
        return ProtocolError("the reply is not one")
    kind = reply.get("failure")
    if kind == "memory":
        return MemoryLimit()
    if kind == "NameMissing":
        return NameMissing(_text(reply, "name"))
    if kind == "NotCallable":
        return NotCallable(_text(reply, "name"))
    if kind == "large":
        return TooLarge(_shape(reply.get("shape")))
    if kind == "exception":
        return student_error(reply)
    return ProtocolError(_text(reply, "message") or "the reply is not one")


def student_error(told: dict[Any, Any]) -> StudentError:
    """An exception as an agent describes it, every part checked and bounded."""
    line = told.get("line")
    number = line if type(line) is int and 0 <= line < 1_000_000 else 0
    kind = _text(told, "type")[:100] or "Exception"
    told_bases = told.get("bases")
    bases = tuple(b[:100] for b in told_bases[:MAX_BASES] if type(b) is str) if type(told_bases) is list else ()
    return StudentError(kind, _text(told, "message"), number, _text(told, "cell"), _text(told, "traceback"), bases)


def _shape(told: Any) -> tuple[int, ...]:
    """The shape that a process tells of, if it can be one."""
    if type(told) is not list or len(told) > 32:
        return ()
    return tuple(told) if all(type(size) is int and 0 <= size < 1 << 53 for size in told) else ()


def _text(told: dict[Any, Any], key: str) -> str:
    value = told.get(key)
    return value[:MAX_TEXT] if type(value) is str else ""
