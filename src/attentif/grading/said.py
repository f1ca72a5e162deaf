"""What a kernel says of a cell, checked where it arrives: data of the kinds that a notebook may hold, or nothing.

The process that sends these messages is the submission's. nbclient writes their fields into the notebook as they are;
it is only shown messages that were made anew here, field by field.
"""

from __future__ import annotations

from typing import Any

MAX_COUNT = 2**31 - 1
MAX_KINDS = 50  # mime types of one output
_OUTPUTS = ("display_data", "execute_result", "update_display_data")
_KEPT = ("text/plain", "image/png")  # what `outputs.tame` keeps of an output: the rest need not travel further
# Of these nothing reaches a graded notebook: widgets have no browser here.
IGNORED = frozenset({"comm_open", "comm_msg", "comm_close", "execute_reply", "input_request", "debug_event"})


class Odd(Exception):
    """A message that no honest kernel sends: it is left out, and the cell says so."""


def checked(message: dict[str, Any]) -> dict[str, Any] | None:
    """The same message made of checked fields only; None if nothing of it belongs in a notebook. Raises Odd.

    message: as jupyter_client unpacks it, its header, parent_header and content being dictionaries.
    """
    kind, content = message["msg_type"], message["content"]
    if kind in IGNORED:
        return None
    if kind == "status":
        fields: dict[str, Any] = {"execution_state": _text(content, "execution_state")}
    elif kind == "execute_input":
        fields = {"execution_count": count(content.get("execution_count"))}
    elif kind == "stream":
        fields = {"name": _text(content, "name"), "text": joined(content.get("text"))}
        if fields["name"] not in ("stdout", "stderr"):
            raise Odd("a stream of another name")
    elif kind in _OUTPUTS:
        fields = _output(kind, content)
    elif kind == "error":
        fields = error(content)
    elif kind == "clear_output":
        fields = {"wait": content.get("wait") is True}
    else:
        raise Odd("a message of an unknown kind")
    parent = {"msg_id": message["parent_header"].get("msg_id")}
    return {"header": {"msg_type": kind}, "msg_type": kind, "parent_header": parent, "content": fields, "buffers": []}


def checked_reply(content: dict[str, Any]) -> dict[str, Any]:
    """The content of the reply that ends a cell: its status, and the error if there was one. Raises Odd."""
    status = content.get("status")
    if status == "error":
        return {"status": "error", **error(content)}
    if status not in ("ok", "abort", "aborted"):
        raise Odd("a reply without a status")
    return {"status": status}


def count(value: Any) -> int | None:
    """A cell's number if a notebook can hold it, else None: it is only shown."""
    return value if type(value) is int and 0 <= value <= MAX_COUNT else None


def error(content: dict[str, Any]) -> dict[str, Any]:
    """The fields of an exception: name, text and the lines of its traceback. Raises Odd."""
    lines = content.get("traceback")
    if type(lines) is not list or not all(type(line) is str for line in lines):
        raise Odd("a traceback that is no list of lines")
    return {"ename": _text(content, "ename"), "evalue": _text(content, "evalue"), "traceback": lines}


def joined(value: Any) -> str:
    """A text that may come as its lines. Raises Odd."""
    if type(value) is list and all(type(line) is str for line in value):
        return "".join(value)
    if type(value) is not str:
        raise Odd("a text of another type")
    return value


def size(fields: dict[str, Any]) -> int:
    """Characters in checked fields."""
    data = fields.get("data", {})
    texts = [v for v in (*fields.values(), *data.values()) if type(v) is str]
    return sum(map(len, [*texts, *fields.get("traceback", [])]))


def _text(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    if type(value) is not str:
        raise Odd(f"{name} is no text")
    return value


def _output(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    data, metadata = content.get("data"), content.get("metadata", {})
    if type(data) is not dict or type(metadata) is not dict or len(data) > MAX_KINDS:
        raise Odd("an output without data by kind")
    for mime, value in data.items():
        if not mime.endswith("json"):  # of these any structure may be the value
            joined(value)
    fields: dict[str, Any] = {"data": {m: joined(v) for m, v in data.items() if m in _KEPT}, "metadata": {}}
    if kind == "execute_result":
        fields["execution_count"] = count(content.get("execution_count"))
    transient = content.get("transient")
    if transient is not None:
        fields["transient"] = {"display_id": _display_id(transient)}
    return fields


def _display_id(transient: Any) -> str | None:
    identity = transient.get("display_id") if type(transient) is dict else transient
    if identity is not None and type(identity) is not str:
        raise Odd("an output's identity is no text")
    return identity
