"""Values travel whole, or are refused; what is malformed is refused, and nothing else happens."""

import json
import math
import pickle
import struct
import tracemalloc

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from attentif.remote.codec import HEADER, NUMPY_DTYPES, TORCH_DTYPES, Limits, decode, encode
from attentif.remote.errors import ProtocolError

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=20)
)
KEYS = st.text(max_size=5) | st.integers() | st.booleans() | st.none()
TREES = st.recursive(
    SCALARS,
    lambda children: (
        st.lists(children, max_size=4)
        | st.lists(children, max_size=4).map(tuple)
        | st.dictionaries(KEYS, children, max_size=4)
    ),
    max_leaves=20,
)
ARRAYS = hnp.arrays(
    dtype=st.sampled_from([*NUMPY_DTYPES, "complex64", "complex128"]),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)


@given(TREES)
@settings(max_examples=300, deadline=None)
def test_plain_values_round_trip(value):
    result = decode(encode(value))
    assert result == value
    assert repr(result) == repr(value)  # types too: True is not 1, (1,) is not [1], -0.0 is not 0.0


@pytest.mark.parametrize("value", [math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 2**53, 2**64 + 1])
def test_difficult_numbers_round_trip(value):
    assert repr(decode(encode(value))) == repr(value)


def test_nan_round_trips():
    assert math.isnan(decode(encode(math.nan)))


@given(ARRAYS)
@settings(max_examples=300, deadline=None)
def test_arrays_round_trip(array):
    result = decode(encode([array]))[0]
    assert type(result) is np.ndarray
    assert (result.dtype, result.shape) == (array.dtype, array.shape)
    assert result.tobytes() == np.ascontiguousarray(array).tobytes()


@pytest.mark.parametrize("dtype", TORCH_DTYPES.values(), ids=TORCH_DTYPES.keys())
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4), (1, 2, 3, 4)])
def test_tensors_round_trip(dtype, shape):
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    result = decode(encode({"x": tensor}))["x"]
    assert type(result) is torch.Tensor
    assert (result.dtype, result.shape) == (dtype, tensor.shape)
    assert torch.equal(result, tensor)


def test_what_a_tensor_is_besides_its_numbers_stays_behind():
    parameter = torch.nn.Parameter(torch.eye(3))
    view = torch.arange(12.0).reshape(3, 4).T
    for tensor in (parameter, view, view[::2], torch.eye(3).to_sparse(), torch.ones(2, requires_grad=True) * 2):
        result = decode(encode(tensor))
        assert type(result) is torch.Tensor
        assert not result.requires_grad
        assert torch.equal(result, tensor.detach().to_dense() if tensor.is_sparse else tensor.detach())


def test_tensors_that_share_memory_arrive_apart():
    base = torch.zeros(4)
    one, other = decode(encode([base, base[:2]]))
    one += 1
    assert torch.equal(other, torch.zeros(2))


class LyingTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func is torch.allclose or func is torch.equal:
            return True
        return super().__torch_function__(func, types, args, kwargs or {})


class LyingArray(np.ndarray):
    def __eq__(self, other):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return np.True_


def test_lying_subclasses_arrive_as_plain_numbers():
    tensor = decode(encode(torch.zeros(2).as_subclass(LyingTensor)))
    array = decode(encode(np.zeros(2).view(LyingArray)))
    assert type(tensor) is torch.Tensor
    assert type(array) is np.ndarray
    assert not torch.allclose(tensor, torch.ones(2))
    assert not np.allclose(array, 1)


class LyingInt(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("value", [object(), LyingInt(3), np.array([object()]), {1, 2}, lambda: 0, np.array(["a"])])
def test_what_is_no_data_is_refused_where_handles_are_not_wanted(value):
    with pytest.raises(ProtocolError):
        encode(value)


def test_an_object_becomes_a_number_and_stays_where_it_is():
    exported = []
    message = encode([len, object], lambda value: exported.append(value) or len(exported) - 1)
    assert decode(message, lambda number, is_callable: (number, is_callable)) == [(0, True), (1, True)]
    assert exported == [len, object]
    with pytest.raises(ProtocolError):
        decode(message)


def tree_message(tree, blob=b""):
    text = json.dumps(tree).encode()
    return HEADER.pack(len(text), len(blob)) + text + blob


BLOB = safetensors.torch.save({"t0": torch.zeros(2)})
MALFORMED = {
    "empty": b"",
    "short header": b"\0" * 5,
    "announces more than it has": HEADER.pack(100, 0) + b"1",
    "announces 2**60 bytes": HEADER.pack(10, 2**60) + b"1",
    "announces a huge tree": HEADER.pack(2**40, 0),
    "trailing bytes": tree_message(1) + b"x",
    "no json": HEADER.pack(3, 0) + b"{,}",
    "no utf-8": HEADER.pack(2, 0) + b"\xff\xfe",
    "a pickle": HEADER.pack(len(pickle.dumps([1])), 0) + pickle.dumps([1]),
    "deep": HEADER.pack(200_000, 0) + b"[" * 200_000,
    "deep but balanced": tree_message(json.loads("[" * 40 + "]" * 40)),
    "unknown tag": tree_message({"exec": "1"}),
    "two tags": tree_message({"tuple": [], "dict": []}),
    "tuple of no list": tree_message({"tuple": 3}),
    "dict of triples": tree_message({"dict": [[1, 2, 3]]}),
    "dict with a list as key": tree_message({"dict": [[[1], 2]]}),
    "dict with a nested unhashable key": tree_message({"dict": [[{"tuple": [[1]]}, 2]]}),
    "int that is no number": tree_message({"int": "zz"}),
    "int of a million digits": tree_message({"int": "f" * 1_000_000}),
    "decimal of a million digits": HEADER.pack(1_000_000, 0) + b"9" * 1_000_000,
    "float that is code": tree_message({"float": "__import__('os')"}),
    "bytes that are no base64": tree_message({"bytes": "é"}),
    "missing tensor": tree_message({"torch": "t7"}, BLOB),
    "tensor name of a wrong type": tree_message({"torch": [1]}, BLOB),
    "complex of a wrong shape": tree_message({"complex": "t0"}, safetensors.torch.save({"t0": torch.zeros(3)})),
    "truncated tensors": tree_message({"torch": "t0"}, BLOB[:-3]),
    "tensors that are none": tree_message({"torch": "t0"}, b"\x08" + b"\0" * 7 + b"not json"),
    "too many nodes": tree_message([0] * 300_000),
    "a string of two million characters": tree_message("x" * 2_000_000),
    "a handle where none is wanted": tree_message({"handle": [0, True]}),
    "unknown dtype": tree_message({"dtype": "object"}),
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_malformed_is_refused(message):
    with pytest.raises(ProtocolError):
        decode(message)


@pytest.mark.parametrize(("limits", "value"), [
    (Limits(depth=3), [[[[1]]]]),
    (Limits(nodes=5), [1] * 10),
    (Limits(string=5), "123456"),
    (Limits(bytes=1000), torch.zeros(1000)),
])  # fmt: skip
def test_bounds_hold_both_ways(limits, value):
    with pytest.raises(ProtocolError):
        encode(value, limits=limits)
    with pytest.raises(ProtocolError):
        decode(encode(value), limits=limits)


class Canary:
    fired = False

    def __reduce__(self):
        return (setattr, (Canary, "fired", True))


def mutations(count, seed=0):
    """Valid messages spoiled in every way: bits, cuts, insertions, lengths, foreign bytes, wrong dtypes and offsets."""
    rng = np.random.default_rng(seed)
    values = [
        {"value": [torch.randn(2, 3), np.arange(4), (1, None, "x"), {"a": b"bytes"}]},
        {"failure": "exception", "type": "ValueError", "message": "m" * 50, "line": 3, "cell": "", "traceback": ""},
        {"value": {"k" + str(i): float(i) for i in range(20)}},
        {"value": np.array([1 + 2j, 3])},
    ]
    bases = [encode(value) for value in values] + [pickle.dumps(Canary()), tree_message({"value": {"float": "nan"}})]
    for _ in range(count):
        message = bytearray(bases[rng.integers(len(bases))])
        for _ in range(rng.integers(1, 6)):
            place = int(rng.integers(0, max(len(message), 1)))
            kind = rng.integers(6)
            if kind == 0 and message:
                message[place % len(message)] ^= 1 << int(rng.integers(8))
            elif kind == 1:
                del message[place : place + int(rng.integers(1, 20))]
            elif kind == 2:
                message[place:place] = rng.bytes(int(rng.integers(1, 20)))
            elif kind == 3:
                message[:16] = struct.pack(">QQ", int(rng.integers(0, 2**40)), int(rng.integers(0, 2**40)))
            elif kind == 4:
                message[16:16] = b'{"' + rng.choice([b"torch", b"numpy", b"dict", b"int"]) + b'":'
            else:
                text = bytes(message).replace(b"F32", rng.choice([b"F64", b"I64", b"BF16", b"C64", b"F8_E4M3", b"U64"]))
                message = bytearray(text)
            if kind != 3 and rng.random() < 0.7 and len(message) >= 16:  # make the lengths true again
                split = int(rng.integers(0, len(message) - 15))
                known = struct.unpack(">QQ", bytes(message[:16]))[0]
                split = known if known <= len(message) - 16 and rng.random() < 0.8 else split
                message[:16] = struct.pack(">QQ", split, len(message) - 16 - split)
        yield bytes(message)


def test_twenty_thousand_malformed_replies_do_no_harm():
    refused = accepted = 0
    tracemalloc.start()
    for message in mutations(20_000):
        try:
            decode(message, lambda number, is_callable: None)
            accepted += 1
        except ProtocolError:
            refused += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused + accepted == 20_000
    assert refused > 10_000  # the mutations do spoil messages
    assert accepted > 100  # and some reach the deepest parts of the decoder
    assert peak < 64 * 1024 * 1024
    assert not Canary.fired
