"""The side that lives with the student's code: answers requests, and freezes copies of the kernel.

Nothing here has to be trustworthy: whatever a hijacked agent answers is data, compared on the other side with values
that never come here. It only has to be robust against honest code.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import signal
import socket
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from attentif.remote import probes
from attentif.remote.codec import HEADER, decode, encode, sizes
from attentif.remote.errors import NameMissing, NotCallable, ProtocolError

# Taken now: a student's helper that shadows or replaces one of these later must not break the agent.
_fork, _exit, _waitpid, _setsid, _kill = os.fork, os._exit, os.waitpid, os.setsid, os.kill
_MAX_TEXT = 4000


class Agent:
    """Answers requests about one namespace. ``forward`` lets what student code prints through (on the student's own
    machine); otherwise it is dropped."""

    def __init__(self, namespace: Mapping[str, Any], *, forward: bool = False) -> None:
        self.namespace, self.forward = namespace, forward
        self._objects: dict[int, Any] = {}

    def handle(self, request: bytes) -> bytes:
        """The reply to a request; never raises."""
        try:
            asked = decode(request, lambda number, _: self._objects[number])
            with self._output():
                value = self._answer(asked)
            return encode({"value": value}, self._export)
        except MemoryError:
            return encode({"failure": "memory"})
        except (NameMissing, NotCallable) as error:
            return encode({"failure": type(error).__name__, "name": error.name})
        except ProtocolError as error:
            return encode({"failure": "protocol", "message": str(error)[:_MAX_TEXT]})
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            return encode({"failure": "exception", **describe(error)})

    def _answer(self, asked: dict[str, Any]) -> Any:
        operation = asked["do"]
        if operation == "get":
            return self._get(asked["name"])
        if operation == "call":
            return asked["target"](*asked["args"], **asked["kwargs"])
        if operation == "attribute":
            return getattr(asked["target"], public_name(asked["name"]))
        if operation == "probe":
            return probes.PROBES[asked["name"]](self.namespace, *asked["args"], **asked["kwargs"])
        raise ProtocolError(f"unknown operation {operation!r}")

    def _get(self, name: str) -> Any:
        if public_name(name) not in self.namespace:
            raise NameMissing(name)
        return self.namespace[name]

    def _export(self, value: Any) -> int:
        number = len(self._objects)
        self._objects[number] = value
        return number

    def _output(self) -> contextlib.AbstractContextManager[Any]:
        return contextlib.nullcontext() if self.forward else _silence()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def public_name(name: str) -> str:
    """The name, if it is an ordinary public identifier; ProtocolError for anything private or dunder."""
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise ProtocolError("only public names can be asked for")
    return name


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as bounded text: type, message, line in the student's code, that line's source, traceback."""
    line, source = 0, ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        filename = frame.f_code.co_filename
        if _is_student_file(filename):
            line, source = number, linecache.getline(filename, number).strip()
    try:
        message = str(error)[:_MAX_TEXT]
        shown = "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=-5))
    except Exception:  # an exception whose __str__ fails
        message = shown = ""
    return {
        "type": type(error).__name__[:100],
        "message": message,
        "line": line,
        "cell": source[:300],
        "traceback": shown[-_MAX_TEXT:],
    }


def _is_student_file(filename: str) -> bool:
    if "site-packages" in filename or f"{os.sep}attentif{os.sep}" in filename:
        return False
    return "ipykernel_" in filename or filename.startswith("<") or not filename.startswith(sys.prefix)


# ---------------------------------------------------------------------------------------------------------------
# In a kernel


def bootstrap_code() -> str:
    """The line that a fresh kernel runs before any student code."""
    return "__import__('attentif.remote.agent', fromlist=['x']).bootstrap()"


def snapshot_code(path: str, exercise: str, token: str) -> str:
    """The line that freezes a copy of the kernel for ``exercise``."""
    return f"__import__('sys').modules['attentif.remote.agent'].snapshot({path!r}, {exercise!r}, {token!r})"


def run_cell_code(path: str, nonce: str, source: str) -> str:
    """The line that runs a hand-written grade cell and reports how it went."""
    return f"__import__('sys').modules['attentif.remote.agent'].run_cell({path!r}, {nonce!r}, {source!r})"


def bootstrap() -> None:
    """Puts the working folder last on the import path: a ``torch.py`` beside the notebook must shadow nothing."""
    here = {"", os.getcwd()}
    sys.path[:] = [entry for entry in sys.path if entry not in here] + [""]


def snapshot(path: str, exercise: str, token: str) -> None:
    """Forks a frozen copy of this process that waits for the grader at the socket ``path``. Returns at once in the
    original; never returns in the copy."""
    namespace = _user_namespace()
    if _fork():
        return
    try:
        _detach()
        connection = _connect(path)
        _send(connection, encode({"hello": "snapshot", "exercise": exercise, "token": token}))
        _serve_snapshot(connection, path, namespace)
    except BaseException:
        pass  # the grader sees the connection close, and says so
    finally:
        _exit(0)


def _serve_snapshot(connection: socket.socket, path: str, namespace: Mapping[str, Any]) -> None:
    """Forks a session for each request until the grader hangs up; tells how the last session ended when asked."""
    endings: dict[int, int] = {}
    while (request := _receive(connection)) is not None:
        asked = decode(request)
        if asked["do"] == "fork":
            child = _fork()
            if child == 0:
                connection.close()
                _serve_session(path, asked["token"], namespace)
            _send(connection, encode({"pid": child}))
        else:
            _send(connection, encode({"status": _ending(asked["pid"], endings)}))


def _ending(pid: int, endings: dict[int, int]) -> int | None:
    with contextlib.suppress(OSError):
        while True:
            done, status = _waitpid(-1, os.WNOHANG)
            if not done:
                break
            endings[done] = status
    return endings.get(pid)


def _serve_session(path: str, token: str, namespace: Mapping[str, Any]) -> None:
    code = 0
    try:
        connection = _connect(path)
        _send(connection, encode({"hello": "session", "token": token}))
        agent = Agent(namespace)
        while (request := _receive(connection)) is not None:
            _send(connection, agent.handle(request))
    except MemoryError:
        code = 77
    except BaseException:
        code = 1
    finally:
        _exit(code)


def _detach() -> None:
    """Cuts a fresh fork off from the kernel: its own session, default signals, no tracing, no inherited files."""
    _setsid()
    sys.settrace(None)
    sys.setprofile(None)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    torch.set_num_threads(1)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, 4096)
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()


def run_cell(path: str, nonce: str, source: str) -> None:
    """Runs a grade cell in the notebook's namespace, without the transformers and hooks that student code may have
    put on IPython, and reports over a connection of its own: the nonce shows that this very run came to its end."""
    import ast

    from IPython.core.inputtransformer2 import TransformerManager

    outcome: dict[str, Any] = {"hello": "cell", "nonce": nonce, "shown": None, "error": None}
    try:
        filename = f"<cellule {nonce[:6]}>"
        code = TransformerManager().transform_cell(source)
        linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
        tree = ast.parse(code, filename)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if last is not None:
            tree.body.pop()
        namespace = _user_namespace()
        exec(compile(tree, filename, "exec"), namespace)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), filename, "eval"), namespace)
            outcome["shown"] = None if value is None else repr(value)[:_MAX_TEXT]
    except BaseException as error:
        outcome["error"] = describe(error)
    with contextlib.suppress(OSError):
        connection = _connect(path)
        _send(connection, encode(outcome))
        connection.close()


def _user_namespace() -> dict[str, Any]:
    from IPython import get_ipython

    shell = get_ipython()
    return shell.user_ns if shell is not None else vars(sys.modules["__main__"])


def _connect(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    return connection


def _send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(message)


def _receive(connection: socket.socket) -> bytes | None:
    header = _read_exactly(connection, HEADER.size)
    if header is None:
        return None
    body = _read_exactly(connection, sum(sizes(header)))
    return None if body is None else header + body


def _read_exactly(connection: socket.socket, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(1 << 20, count - len(parts)))
        if not part:
            return None
        parts += part
    return bytes(parts)
