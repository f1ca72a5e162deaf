"""Values travel whole, or are refused; what is malformed is refused, and nothing else happens."""

import collections
import json
import math
import pickle
import sys
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import safetensors
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from attentif.remote.wire.call import Ref
from attentif.remote.wire.codec import DTYPES, HEADER, MessageLimits, decode, encode, from_tree, sizes, to_tree
from attentif.remote.wire.errors import ProtocolError

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=20)
)
KEYS = st.recursive(SCALARS, lambda keys: st.lists(keys, max_size=3).map(tuple), max_leaves=4)
TREES = st.recursive(
    SCALARS,
    lambda children: (
        st.lists(children, max_size=4)
        | st.lists(children, max_size=4).map(tuple)
        | st.dictionaries(KEYS, children, max_size=4)
        | st.sets(KEYS, max_size=3)
        | st.frozensets(KEYS, max_size=3)
    ),
    max_leaves=20,
)
NUMPY_DTYPES = sorted(set(DTYPES) - {"bfloat16"} | {"complex64", "complex128"})
ARRAYS = hnp.arrays(
    dtype=st.sampled_from(NUMPY_DTYPES),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)


def same(one, other):
    """Equality that tells True from 1, 0.0 from -0.0, (1,) from [1]."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return len(one) == len(other) and all(map(same, one.items(), other.items()))
    if isinstance(one, (set, frozenset)):
        return one == other and sorted(map(repr, one)) == sorted(map(repr, other))
    return repr(one) == repr(other)


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_plain_values_round_trip(value):
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 2**53, 2**64 + 1, -(2**53), "\ud800"]
)
def test_difficult_scalars_round_trip(value):
    assert same(decode(encode({value: [value]})), {value: [value]})


@given(ARRAYS)
@settings(max_examples=200, deadline=None)
def test_arrays_round_trip(array):
    result = decode(encode([array]))[0]
    assert type(result) is np.ndarray
    assert (result.dtype, result.shape) == (array.dtype, array.shape)
    assert result.tobytes() == array.tobytes()
    assert result.flags.writeable
    assert result.flags.owndata or result.base.flags.writeable


@given(ARRAYS.filter(lambda array: array.size))
@settings(max_examples=100, deadline=None)
def test_numpy_scalars_round_trip(array):
    scalar = array.reshape(-1)[0]
    result = decode(encode(scalar))
    assert type(result) is type(scalar)
    assert result.tobytes() == scalar.tobytes()


@pytest.mark.parametrize("dtype", sorted({*DTYPES, "complex64", "complex128"}))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4), (1, 2, 3, 4)])
def test_tensors_round_trip(dtype, shape):
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(getattr(torch, dtype))
    result = decode(encode({"x": tensor}))["x"]
    assert type(result) is torch.Tensor
    assert (result.dtype, result.shape) == (tensor.dtype, tensor.shape)
    assert result.tolist() == tensor.tolist()


def test_nan_and_infinity_in_tensors_round_trip():
    tensor = torch.tensor([math.nan, math.inf, -math.inf, -0.0])
    assert decode(encode(tensor)).view(torch.int32).tolist() == tensor.view(torch.int32).tolist()


@pytest.mark.parametrize("array", [
    np.arange(6).reshape(2, 3).T, np.arange(10)[::3], np.arange(3, dtype=">i4"), np.ma.masked_array([1, 2]),
    np.broadcast_to(np.float32(1), (2, 2)), np.asfortranarray(np.eye(3)), np.arange(4)[::-1],
])  # fmt: skip
def test_arrays_of_any_layout_arrive_contiguous(array):
    result = decode(encode(array))
    assert type(result) is np.ndarray
    assert result.flags.c_contiguous
    assert result.dtype.isnative
    assert np.array_equal(result, np.asarray(array))


def test_what_a_tensor_is_besides_its_numbers_stays_behind():
    view = torch.arange(12.0).reshape(3, 4).T
    conjugate = torch.tensor([1 + 2j]).conj()
    for tensor in (torch.nn.Parameter(torch.eye(3)), view, view[::2], torch.ones(2, requires_grad=True) * 2, conjugate,
                   conjugate.imag, torch.ones(1).expand(3)):  # fmt: skip
        result = decode(encode(tensor))
        assert type(result) is torch.Tensor
        assert not result.requires_grad
        assert result.is_contiguous()
        assert torch.equal(result, tensor.detach())


def test_tensors_that_share_memory_arrive_apart():
    base = torch.zeros(4)
    one, other, third = decode(encode([base, base[:2], base]))
    one += 1
    assert torch.equal(other, torch.zeros(2))
    assert torch.equal(third, torch.zeros(4))


class LyingTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True


class LyingArray(np.ndarray):
    dtype = shape = property(lambda self: 1 / 0)

    def __eq__(self, other):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return np.True_

    def __array__(self, *args, **kwargs):
        return np.ones(2)


class LyingList(list):
    def __iter__(self):
        return iter([1, 2, 3])

    def __eq__(self, other):
        return True


class LyingInt(int):
    def __eq__(self, other):
        return True

    def __index__(self):
        return 42

    __hash__ = int.__hash__


class LyingDict(dict):
    __class__ = property(lambda self: list)

    def items(self):
        return [("right", 1)]


def test_lying_subclasses_arrive_as_what_they_are():
    tensor = decode(encode(torch.zeros(2).as_subclass(LyingTensor)))
    array = decode(encode(np.zeros(2).view(LyingArray)))
    assert type(tensor) is torch.Tensor
    assert tensor.tolist() == [0, 0]
    assert type(array) is np.ndarray
    assert array.tolist() == [0, 0]
    lies = [LyingList([7]), LyingInt(3), LyingDict(wrong=2), collections.OrderedDict(a=1), torch.Size([2])]
    assert same(decode(encode(lies)), [[7], 3, {"wrong": 2}, {"a": 1}, (2,)])


def test_named_tuples_arrive_as_tuples():
    point = collections.namedtuple("point", "x y")(1, 2)
    values, indices = torch.tensor([1.0, 3.0]).max(0)
    assert decode(encode(point)) == (1, 2)
    assert type(decode(encode(torch.tensor([1.0, 3.0]).max(0)))) is tuple
    assert decode(encode((values, indices)))[1] == 1


@pytest.mark.parametrize("value", [torch.bfloat16, torch.float64, torch.int64, np.dtype("float32"), Ref("softmax")])
def test_dtypes_and_names_round_trip(value):
    result = decode(encode([value]))[0]
    assert result == value
    assert type(result) is type(value)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    QUANTIZED = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8)

OTHER_NUMBERS = {
    "long double": (np.longdouble("0.1"), 0.1),
    "beyond a float": (np.longdouble(10) ** 400, math.inf),
    "fraction": (Fraction(-1, 4), -0.25),
    "decimal": (Decimal("0.5"), 0.5),
    "decimal that is none": (Decimal("NaN"), math.nan),
}


@pytest.mark.parametrize(("value", "nearest"), OTHER_NUMBERS.values(), ids=OTHER_NUMBERS.keys())
def test_other_numbers_arrive_as_the_nearest_float(value, nearest):
    result, nested = decode(encode([value, (value, {"loss": value})]))
    for number in (result, nested[0], nested[1]["loss"]):
        assert type(number) in (float, np.float64)
        np.testing.assert_equal(float(number), nearest)


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize <= 8, reason="long doubles are doubles here")
def test_arrays_of_long_doubles_arrive_as_doubles():
    array = decode(encode(np.array([0.5, 2.0], np.longdouble)))
    assert array.dtype == np.float64
    assert array.tolist() == [0.5, 2.0]
    assert decode(encode(np.array([1j], np.clongdouble))).dtype == np.complex128


CANNOT_GO = {
    "too large a fraction": (Fraction(1 << 5000), "Fraction"),
    "object": (object(), "object"),
    "object array": (np.array([object()]), "object"),
    "text array": (np.array(["a"]), "str"),
    "dates": (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime64"),
    "function": (lambda: 0, "function"),
    "sparse": (torch.eye(3).to_sparse(), "sparse"),
    "meta": (torch.empty(3, device="meta"), "meta"),
    "quantized": (QUANTIZED, "layout"),
    "tensor as key": ({torch.ones(1): 1}, "Tensor"),
    "huge int": (1 << 100_000, "integer"),
}


@pytest.mark.parametrize(("value", "word"), CANNOT_GO.values(), ids=CANNOT_GO.keys())
def test_what_is_no_data_is_refused_by_name(value, word):
    with pytest.raises(ProtocolError, match=word):
        encode(value)


def test_a_loop_of_references_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(ProtocolError, match="deep"):
        encode(loop)


def test_an_object_becomes_a_number_and_stays_where_it_is():
    exported = []

    def export(value):
        exported.append(value)
        return len(exported) - 1, callable(value), type(value).__name__

    message = encode([len, object()], export)
    assert decode(message, lambda *handle: handle) == [(0, True, "builtin_function_or_method"), (1, False, "object")]
    assert exported[0] is len
    with pytest.raises(ProtocolError):
        decode(message)


def test_the_tensors_are_safetensors():
    message = encode([np.arange(3), torch.zeros(2, dtype=torch.bfloat16)])
    text, _ = sizes(message[: HEADER.size])
    found = {name: (t["dtype"], t["shape"]) for name, t in safetensors.deserialize(message[HEADER.size + text :])}
    assert found == {"t0": ("I64", [3]), "t1": ("BF16", [2])}


def test_trees_with_tensors_elsewhere():
    kept = {}

    def keep(tensor):
        kept[f"k{len(kept)}"] = tensor
        return f"k{len(kept) - 1}"

    tree = json.loads(json.dumps(to_tree([np.arange(3), torch.eye(2), (1, {"a": 1j})], keep)))
    assert all(type(tensor) is torch.Tensor for tensor in kept.values())
    array, tensor, rest = from_tree(tree, kept)
    tensor += 1
    assert array.tolist() == [0, 1, 2]
    assert rest == (1, {"a": 1j})
    assert torch.equal(kept["k1"], torch.eye(2))  # what was read is a copy
    with pytest.raises(ProtocolError):
        from_tree(tree, {})


# ---------------------------------------------------------------------------------------------------------------


def tree_message(tree, blob=b""):
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return HEADER.pack(len(text), len(blob)) + text + blob


def blob_of(entries, data=b""):
    header = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return len(header).to_bytes(8, "little") + header + data


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"t0": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}


GOOD = blob_of(entry(), b"\0" * 8)
MALFORMED = {
    "empty": b"",
    "short header": b"\0" * 5,
    "announces more than it has": HEADER.pack(100, 0) + b"1",
    "announces 2**60 bytes": HEADER.pack(10, 2**60) + b"1",
    "announces a huge tree": HEADER.pack(2**40, 0),
    "trailing bytes": tree_message(1) + b"x",
    "no json": tree_message(b"{,}"),
    "no utf-8": tree_message(b"\xff\xfe"),
    "a pickle": tree_message(pickle.dumps([1])),
    "deep": tree_message(b"[" * 200_000),
    "deep but balanced": tree_message(b"[" * 40 + b"]" * 40),
    "very deep but balanced": tree_message(b"[" * 50_000 + b"]" * 50_000),
    "deep tags": tree_message(b'{"tuple":[' * 5000 + b"]}" * 5000),
    "unknown tag": tree_message({"exec": "1"}),
    "two tags": tree_message({"tuple": [], "dict": []}),
    "no tag": tree_message({}),
    "tuple of no list": tree_message({"tuple": 3}),
    "dict of triples": tree_message({"dict": [[1, 2, 3]]}),
    "dict with a list as key": tree_message({"dict": [[[1], 2]]}),
    "dict with a nested unhashable key": tree_message({"dict": [[{"tuple": [[1]]}, 2]]}),
    "dict with a key twice": tree_message({"dict": [[1, 2], [1, 3]]}),
    "dict with equal keys": tree_message({"dict": [[1, 2], [True, 3]]}),
    "set of lists": tree_message({"set": [[1]]}),
    "int that is no number": tree_message({"int": "zz"}),
    "int with underscores": tree_message({"int": "0x1_0"}),
    "int of a million digits": tree_message({"int": "0x" + "f" * 1_000_000}),
    "decimal of a million digits": tree_message(b"9" * 1_000_000),
    "decimal of 21 digits": tree_message(b"9" * 21),
    "float beyond floats": tree_message(b"1e999"),
    "bare NaN": tree_message(b"NaN"),
    "bare Infinity": tree_message(b"[-Infinity]"),
    "float that is code": tree_message({"float": "__import__('os')"}),
    "complex of three": tree_message({"complex_number": [1.0, 2.0, 3.0]}),
    "bytes that are no base64": tree_message({"bytes": "é"}),
    "missing tensor": tree_message({"torch": "t7"}, GOOD),
    "tensor of no name": tree_message({"torch": [1]}, GOOD),
    "tensor used twice": tree_message([{"torch": "t0"}, {"torch": "t0"}], GOOD),
    "tensor not used": tree_message(1, GOOD),
    "complex of a wrong shape": tree_message({"complex": "t0"}, blob_of(entry(shape=[3], offsets=[0, 12]), b"\0" * 12)),
    "complex of integers": tree_message({"torch_complex": "t0"}, blob_of(entry("I32"), b"\0" * 8)),
    "scalar with axes": tree_message({"numpy_scalar": "t0"}, GOOD),
    "numpy bfloat16": tree_message({"numpy": "t0"}, blob_of(entry("BF16", [4]), b"\0" * 8)),
    "truncated tensors": tree_message({"torch": "t0"}, GOOD[:-3]),
    "tensors that are none": tree_message({"torch": "t0"}, b"\x08" + b"\0" * 7 + b"not json"),
    "tensors of three bytes": tree_message({"torch": "t0"}, b"abc"),
    "header longer than the message": tree_message({"torch": "t0"}, b"\xff" * 8 + b"{}"),
    "unknown dtype of tensors": tree_message({"torch": "t0"}, blob_of(entry("F8_E4M3", [8]), b"\0" * 8)),
    "object dtype": tree_message({"torch": "t0"}, blob_of(entry("O", [1]), b"\0" * 8)),
    "negative shape": tree_message({"torch": "t0"}, blob_of(entry(shape=[-2, -1]), b"\0" * 8)),
    "shape of floats": tree_message({"torch": "t0"}, blob_of(entry(shape=[2.0]), b"\0" * 8)),
    "shape of booleans": tree_message({"torch": "t0"}, blob_of(entry(shape=[True, 2]), b"\0" * 8)),
    "shape too large for the bytes": tree_message({"torch": "t0"}, blob_of(entry(shape=[2**20]), b"\0" * 8)),
    "empty but enormous": tree_message({"torch": "t0"}, blob_of(entry(shape=[0, 2**62], offsets=[0, 0]))),
    "a hundred axes": tree_message({"torch": "t0"}, blob_of(entry(shape=[1] * 100, offsets=[0, 4]), b"\0" * 4)),
    "offsets that overlap": tree_message(
        [{"torch": "t0"}, {"torch": "t1"}], blob_of({**entry(), "t1": entry()["t0"]}, b"\0" * 8)
    ),
    "offsets with a hole": tree_message({"torch": "t0"}, blob_of(entry(offsets=[8, 16]), b"\0" * 16)),
    "offsets backwards": tree_message({"torch": "t0"}, blob_of(entry(offsets=[8, 0]), b"\0" * 8)),
    "offsets of text": tree_message({"torch": "t0"}, blob_of(entry(offsets=["0", "8"]), b"\0" * 8)),
    "booleans that are 7": tree_message({"torch": "t0"}, blob_of(entry("BOOL", [8]), b"\7" * 8)),
    "metadata": tree_message({"torch": "t0"}, blob_of({"__metadata__": {"a": "b"}, **entry()}, b"\0" * 8)),
    "header that is a list": tree_message({"torch": "t0"}, blob_of([1])),
    "header that is deep": tree_message({"torch": "t0"}, blob_of(b"[" * 100_000)),
    "too many nodes": tree_message([0] * 500_000),
    "nodes in one tuple": tree_message({"tuple": [0] * 150_000}),
    "a string of nine million characters": tree_message("x" * 9_000_000),
    "a handle where none is wanted": tree_message({"handle": [0, True, "f"]}),
    "unknown dtype": tree_message({"dtype": "object"}),
    "dtype that is a function": tree_message({"dtype": "load"}),
    "unknown numpy dtype": tree_message({"numpy_dtype": "O"}),
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_malformed_is_refused(message):
    with pytest.raises(ProtocolError):
        decode(message)


def test_the_good_neighbours_of_the_malformed_are_read():
    assert decode(tree_message({"torch": "t0"}, GOOD)).tolist() == [0, 0]
    assert decode(tree_message({"dict": [[1, 2], [2, 3]]})) == {1: 2, 2: 3}
    assert decode(tree_message(b"[" * 30 + b"]" * 30)) != 0
    assert decode(tree_message({"int": "-0x10"})) == -16


@pytest.mark.parametrize(
    "handle", [[-1, True, "f"], [True, True, "f"], [0.0, True, "f"], [0, 1, "f"], [0, True], [0, True, 3]]
)
def test_malformed_handles_are_refused(handle):
    with pytest.raises(ProtocolError):
        decode(tree_message({"handle": handle}), lambda *_: None)


@pytest.mark.parametrize(("limits", "value"), [
    (MessageLimits(depth=3), [[[[1]]]]),
    (MessageLimits(nodes=5), [1] * 10),
    (MessageLimits(string=5), "123456"),
    (MessageLimits(bytes=1000), torch.zeros(1000)),
    (MessageLimits(tree_bytes=100), ["12345678"] * 20),
    (MessageLimits(tensors=2), [np.zeros(1)] * 3),
    (MessageLimits(int_bits=64), 1 << 100),
])  # fmt: skip
def test_bounds_hold_both_ways(limits, value):
    with pytest.raises(ProtocolError):
        encode(value, limits=limits)
    with pytest.raises(ProtocolError):
        decode(encode(value), limits=limits)


def test_elements_of_one_tensor_are_bounded():
    with pytest.raises(ProtocolError):
        decode(encode(torch.zeros(100)), limits=MessageLimits(elements=99))
    assert decode(encode(torch.zeros(99)), limits=MessageLimits(elements=99)).shape == (99,)


def test_a_text_full_of_commas_is_still_a_text():
    text = ',[{"' * 200_000
    assert decode(encode(text)) == text


@pytest.mark.timeout(20)
def test_keys_made_to_collide_are_refused_at_once():
    modulus = sys.hash_info.modulus
    pairs = [[{"int": hex(i * modulus)}, 0] for i in range(1, 30_000)]
    with pytest.raises(ProtocolError, match="collide"):
        decode(tree_message({"dict": pairs}))
    with pytest.raises(ProtocolError, match="collide"):
        decode(tree_message({"set": [key for key, _ in pairs]}))


@pytest.mark.timeout(20)
def test_quotes_made_to_slow_the_reader_down_are_refused_at_once():
    with pytest.raises(ProtocolError):
        decode(tree_message(b'"' + b'\\"' * 3_000_000))
    with pytest.raises(ProtocolError):
        decode(tree_message(b'"\\' * 3_000_000))
