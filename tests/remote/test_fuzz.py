"""Twenty thousand and more spoiled replies: each is a value or a ProtocolError, in bounded memory, and nothing runs."""

import contextlib
import json
import pickle
import resource
import socket
import struct
import threading
import tracemalloc

import numpy as np
import pytest
import torch

from attentif.remote.outside.connections import SocketConnection
from attentif.remote.outside.student import Student
from attentif.remote.wire.codec import HEADER, MessageLimits, decode, encode
from attentif.remote.wire.errors import RemoteError

COUNT = 24_000
TAGS = (b"torch", b"numpy", b"dict", b"set", b"int", b"tuple", b"complex", b"bytes", b"handle", b"dtype", b"float")


class Canary:
    fired = False

    def __reduce__(self):
        return (setattr, (Canary, "fired", True))


def bases():
    values = [
        {"value": [torch.ones(2, 3), np.arange(4), (1, None, "x"), {"a": b"bytes"}]},
        {"value": {"x": torch.full((3,), float("nan")), "y": np.float32(2), "z": torch.tensor([1 + 1j])}},
        {"failure": "exception", "type": "ValueError", "message": "m" * 50, "line": 3, "cell": "", "traceback": ""},
        {"value": {f"k{i}": float(i) for i in range(20)}},
        {"value": [np.array([1 + 2j, 3]), {1, 2}, 2**80, float("inf"), torch.bfloat16]},
        {"value": torch.tensor([True, False])},
        {"value": 1.5},
    ]
    text = json.dumps({"dict": [["value", {"handle": [0, True, "f"]}]]}).encode()
    return [*map(encode, values), pickle.dumps({"value": Canary()}), HEADER.pack(len(text), 0) + text]


def spoil(message, rng):
    place = int(rng.integers(0, len(message) + 1))
    kind = int(rng.integers(8))
    if kind == 0 and message:
        message[place % len(message)] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del message[place : place + int(rng.integers(1, 20))]
    elif kind == 2:
        message[place:place] = rng.bytes(int(rng.integers(1, 20)))
    elif kind == 3:
        message[:16] = struct.pack(">QQ", int(rng.integers(0, 2**40)), int(rng.integers(0, 2**62)))
    elif kind == 4:
        message[16:16] = b'{"' + TAGS[rng.integers(len(TAGS))] + b'":'
    elif kind == 5:
        new = (b"F64", b"I64", b"BF16", b"C64", b"F8_E4M3", b"U64", b"BOOL")[rng.integers(7)]
        message[:] = bytes(message).replace((b"F32", b"I64")[rng.integers(2)], new)
    elif kind == 6:
        old, new = ((b"torch", b"numpy"), (b"[2,3]", b"[3,2]"), (b"[2,3]", b"[2,-3]"), (b"[0,24]", b"[0,999999999]"),
                    (b"t0", b"t1"), (b"numpy", b"torch"), (b"1", b"1e400"), (b"[", b"[["))[rng.integers(8)]  # fmt: skip
        message[:] = bytes(message).replace(old, new)
    else:
        message[place:place] = b"[" * int(rng.integers(1, 5000))


def spoiled(count, seed=0):
    """Bits flipped, parts cut, inserted, renamed, lengths falsified; and in part made consistent again."""
    rng = np.random.default_rng(seed)
    good = bases()
    for number in range(count):
        if number % 20 == 0:
            yield rng.bytes(int(rng.integers(0, 200)))
            continue
        message = bytearray(good[rng.integers(len(good))])
        text_size = struct.unpack(">Q", message[:8])[0]
        before = len(message)
        for _ in range(rng.integers(1, 5)):
            spoil(message, rng)
        if rng.random() < 0.7 and len(message) >= 16:
            grown = max(0, text_size + len(message) - before) if rng.random() < 0.7 else text_size
            split = min(grown, len(message) - 16)
            message[:16] = struct.pack(">QQ", split, len(message) - 16 - split)
        yield bytes(message)


@pytest.mark.timeout(120)
def test_the_decoder():
    accepted = refused = 0
    list(spoiled(100))
    tracemalloc.start()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for message in spoiled(COUNT):
        try:
            decode(message, lambda *handle: handle)
            accepted += 1
        except RemoteError:
            refused += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident
    assert accepted + refused == COUNT
    assert refused > COUNT // 2  # the mutations do spoil messages
    assert accepted > COUNT // 100  # and some reach the deepest parts of the decoder
    assert peak < 32 * 1024 * 1024
    assert grown < 256 * 1024  # KiB
    assert not Canary.fired


@pytest.mark.parametrize("tree", [b"[" + b"[]," * 8_000_000 + b"1]", b"[" + b'{"a":1},' * 3_000_000 + b"1]"])
def test_a_short_text_cannot_become_a_large_tree(tree):
    tracemalloc.start()
    with pytest.raises(RemoteError):
        decode(HEADER.pack(len(tree), 0) + tree)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * len(tree)


class Replies:
    """A connection whose other side answers each request with the next of given messages."""

    def __init__(self, messages):
        self.messages = iter(messages)

    def ask(self, request):
        return next(self.messages)


def test_the_client():
    student = Student(Replies(spoiled(2000, seed=1)))
    outcomes = set()
    for _ in range(2000):
        try:
            value = student.softmax
            outcomes.add("value")
            if callable(value):
                outcomes.add("handle")
        except RemoteError as error:
            outcomes.add(type(error).__name__)
    assert {"value", "ProtocolError", "StudentError"} <= outcomes
    assert not Canary.fired


def answer(other, data):
    """Answers one request with raw bytes and hangs up."""

    def run():
        with contextlib.suppress(OSError):
            other.recv(1000)
            other.sendall(data)
            other.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_the_socket():
    """Through a real socket: every spoiled message, shorter or longer than it says, ends at once in a RemoteError."""
    outcomes = {}
    for message in spoiled(1500, seed=2):
        ours, theirs = socket.socketpair()
        thread = answer(theirs, message)
        connection = SocketConnection(ours, time_limit=20)
        try:
            decode(connection.ask(encode(1)), lambda *handle: handle)
            name = "value"
        except RemoteError as error:
            name = type(error).__name__
        connection.kill()
        thread.join(5)
        assert not thread.is_alive()
        outcomes[name] = outcomes.get(name, 0) + 1
    assert set(outcomes) <= {"value", "ProtocolError", "ProcessDied"}
    assert min(outcomes.get("ProtocolError", 0), outcomes.get("ProcessDied", 0)) > 20


def test_an_announced_length_costs_nothing_until_it_comes():
    ours, theirs = socket.socketpair()
    answer(theirs, HEADER.pack(1000, 250 * 1024 * 1024) + b"x" * 100)
    tracemalloc.start()
    with pytest.raises(RemoteError):
        SocketConnection(ours, time_limit=5, limits=MessageLimits()).ask(encode(1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024
