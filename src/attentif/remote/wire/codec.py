"""Values as data: a JSON tree beside safetensors bytes. Nothing here can execute what it reads.

Carried by value: None, bool, int, float, complex, str, bytes, lists, tuples, sets, dicts, numpy arrays and scalars,
torch tensors, dtypes; other real numbers (long doubles, fractions, decimals) as the float nearest to them. Everything
else is a *handle*: a number for an object that stays where it is. What is read is rebuilt as exact plain types,
whatever the sender's objects claimed to be, within bounds that are checked before memory is used. A message is ``bytes
of the tree, bytes of the tensors`` (two big-endian unsigned 64-bit integers), the tree, the tensors. Torch is imported
only where a tensor is met: a numpy notebook need not pay for it.
"""

from __future__ import annotations

import functools
import json
import math
import numbers
import re
import struct
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from attentif.remote.wire.call import Ref
from attentif.remote.wire.errors import ProtocolError, TooLarge

if TYPE_CHECKING:
    import torch

HEADER = struct.Struct(">QQ")
_MiB = 1024 * 1024
# Name of a dtype (numpy's and torch's agree): (safetensors' name, bytes of one element)
DTYPES = {
    "bool": ("BOOL", 1),
    "uint8": ("U8", 1),
    "int8": ("I8", 1),
    "uint16": ("U16", 2),
    "int16": ("I16", 2),
    "uint32": ("U32", 4),
    "int32": ("I32", 4),
    "uint64": ("U64", 8),
    "int64": ("I64", 8),
    "float16": ("F16", 2),
    "bfloat16": ("BF16", 2),
    "float32": ("F32", 4),
    "float64": ("F64", 8),
}
_COMPLEX = {"complex64": "float32", "complex128": "float64"}
_FROM_SAFETENSORS = {code: (name, size) for name, (code, size) in DTYPES.items()}
_PLAIN = {np.dtype(name): name for name in DTYPES if name != "bfloat16"}
_NUMPY_DTYPES = frozenset(DTYPES) - {"bfloat16"} | frozenset(_COMPLEX)
_TORCH_DTYPES = frozenset(DTYPES) | frozenset(_COMPLEX)
# A closed string, or one that never closes: either way the search goes on behind it, so that it is linear.
_JSON_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_HEX = re.compile(r"-?0x[0-9a-f]+\Z")
_EXACT_IN_JSON = 1 << 53
_SAME_HASH = 1000
_MAX_AXES = 32


@dataclass(frozen=True)
class MessageLimits:
    """Bounds on one message: all bytes, bytes, depth and nodes of its tree, tensors, elements of a tensor, characters
    of a string, bits of an integer."""

    bytes: int = 256 * _MiB
    tree_bytes: int = 32 * _MiB
    depth: int = 32
    nodes: int = 100_000
    tensors: int = 4096
    elements: int = 256 * _MiB
    string: int = 8_000_000
    int_bits: int = 16_384


DEFAULT_LIMITS = MessageLimits()


class RawTensor(NamedTuple):
    """A dense tensor as bytes: a dtype of DTYPES, a shape, and the elements in C order, little-endian."""

    dtype: str
    shape: tuple[int, ...]
    data: np.ndarray  # uint8, one axis

    def numpy(self) -> np.ndarray:
        """A fresh array."""
        return self.data.copy().view(np.dtype(self.dtype)).reshape(self.shape)

    def torch(self) -> torch.Tensor:
        """A fresh tensor."""
        import torch

        dtype = getattr(torch, self.dtype, None)
        if not isinstance(dtype, torch.dtype):
            raise ProtocolError(f"this version of torch has no {self.dtype}")
        if not self.data.size:
            return torch.empty(self.shape, dtype=dtype)
        if self.dtype in _NUMPY_DTYPES:
            return torch.from_numpy(self.numpy())
        return torch.from_numpy(self.data.copy()).view(dtype).reshape(self.shape)


Export = Callable[[Any], tuple[int, bool, str]]  # (number, whether it can be called, name of its type)
Import = Callable[[int, bool, str], Any]
Keep = Callable[[RawTensor], str]
Take = Callable[[str], RawTensor]


def encode(value: Any, export: Export | None = None, limits: MessageLimits = DEFAULT_LIMITS) -> bytes:
    """The message that carries ``value``. ``export`` numbers an object that cannot go by value; without it such an
    object is refused. Raises ProtocolError, with a sentence that says what cannot go."""
    tensors: list[RawTensor] = []
    size = 0

    def keep(raw: RawTensor) -> str:
        nonlocal size
        size += raw.data.size
        if len(tensors) >= limits.tensors or size > limits.bytes:
            raise ProtocolError(f"more than {limits.bytes // _MiB} MiB, or more than {limits.tensors} tensors")
        tensors.append(raw)
        return f"t{len(tensors) - 1}"

    tree = _Writer(keep, export, limits).write(value, 0)
    text = _JSON.encode(tree).encode("utf-8", "surrogatepass")
    blob = _save_tensors(tensors)
    total = len(text) + sum(map(len, blob))
    if len(text) > limits.tree_bytes or total > limits.bytes:
        raise ProtocolError(f"a value of {total} bytes is too large")
    return b"".join((HEADER.pack(len(text), total - len(text)), text, *blob))


def decode(
    message: bytes | bytearray | memoryview, make_handle: Import | None = None, limits: MessageLimits = DEFAULT_LIMITS
) -> Any:
    """The value that a message carries. Raises ProtocolError, and nothing else, for whatever is not a message."""
    view = memoryview(message)
    text_size, blob_size = sizes(view[: HEADER.size], limits)
    if len(view) != HEADER.size + text_size + blob_size:
        raise ProtocolError("the message is not as long as it says")
    try:
        tree = _parse_json(bytes(view[HEADER.size : HEADER.size + text_size]), limits.nodes)
        tensors = _load_tensors(view[HEADER.size + text_size :], limits)
        value = _Reader(lambda name: _take(tensors, name), make_handle, limits).read(tree, 0)
    except ProtocolError:
        raise
    except RecursionError:
        raise ProtocolError("the message is too deep") from None
    except MemoryError:
        raise ProtocolError("the message is too large") from None
    except Exception as error:
        raise ProtocolError(f"not a message ({type(error).__name__})") from None
    if tensors:
        raise ProtocolError("the message has tensors that belong to nothing")
    return value


def sizes(header: bytes | bytearray | memoryview, limits: MessageLimits = DEFAULT_LIMITS) -> tuple[int, int]:
    """(bytes of the tree, bytes of the tensors) that a header announces; ProtocolError if beyond the bounds."""
    if len(header) != HEADER.size:
        raise ProtocolError("the message has no header")
    text_size, blob_size = HEADER.unpack(header)
    if text_size > limits.tree_bytes or text_size + blob_size > limits.bytes:
        raise ProtocolError(f"a message of {text_size + blob_size} bytes is too large")
    return text_size, blob_size


def to_tree(
    value: Any,
    keep: Callable[[torch.Tensor], str],
    export: Export | None = None,
    limits: MessageLimits = DEFAULT_LIMITS,
) -> Any:
    """The JSON tree of ``value``; ``keep`` stores each tensor (an array is given as one) and returns its name."""
    return _Writer(lambda raw: keep(raw.torch()), export, limits).write(value, 0)


def from_tree(
    tree: Any,
    tensors: Mapping[str, torch.Tensor],
    make_handle: Import | None = None,
    limits: MessageLimits = DEFAULT_LIMITS,
) -> Any:
    """The value of a JSON tree whose tensors are given; they are copied. Raises ProtocolError."""

    def take(name: str) -> RawTensor:
        if name not in tensors:
            raise ProtocolError("a tensor is missing")
        return _raw_torch(tensors[name])

    return _Reader(take, make_handle, limits).read(tree, 0)


# ---------------------------------------------------------------------------------------------------------------
# Values to trees


_CONTAINERS = frozenset({list, tuple, dict})


class _Writer:
    """Looks at what objects *are* (``type``), never at what they say they are, and reads them by their base class."""

    def __init__(self, keep: Keep, export: Export | None, limits: MessageLimits) -> None:
        self.keep, self.export, self.limits, self.nodes = keep, export, limits, 0
        torch = sys.modules.get("torch")
        self.tensor = None if torch is None else torch.Tensor

    def write(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > self.limits.depth:
            raise ProtocolError(f"a value nested more than {self.limits.depth} deep cannot be carried")
        if self.nodes > self.limits.nodes:
            raise ProtocolError(f"a value of more than {self.limits.nodes} parts cannot be carried")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return self._write_string(value)
        if kind is self.tensor and (raw := _raw_seen_by_numpy(value, self.limits)) is not None:
            return {"torch": self.keep(raw)}
        if kind in _CONTAINERS:
            return self._write_container(value, kind, depth)
        if issubclass(kind, np.generic) and not issubclass(kind, (str, bytes)):  # before float: np.float64 is one
            return self._write_array(value, scalar=True)
        if issubclass(kind, int):
            return self._write_int(int.__index__(value))
        if issubclass(kind, float):
            return _write_float(float.__float__(value))
        if issubclass(kind, str):
            return self._write_string(str.__str__(value))
        return self._write_container(value, kind, depth)

    def _write_int(self, value: int) -> Any:
        if value.bit_length() > self.limits.int_bits:
            raise ProtocolError(f"an integer of {value.bit_length()} bits is too large")
        return value if abs(value) < _EXACT_IN_JSON else {"int": hex(value)}

    def _write_string(self, value: str) -> str:
        if len(value) > self.limits.string:
            raise ProtocolError(f"a string of {len(value)} characters is too long")
        return value

    def _write_container(self, value: Any, kind: type, depth: int) -> Any:
        if issubclass(kind, list):
            return self._write_items(list.__iter__(value), depth)
        if issubclass(kind, tuple):
            return {"tuple": self._write_items(tuple.__iter__(value), depth)}
        if issubclass(kind, dict):
            return {"dict": [[self._write_key(k, depth), self.write(v, depth + 1)] for k, v in dict.items(value)]}
        if issubclass(kind, (set, frozenset)):
            tag, base = ("set", set) if issubclass(kind, set) else ("frozenset", frozenset)
            return {tag: [self._write_key(item, depth) for item in base.__iter__(value)]}
        if issubclass(kind, (bytes, bytearray)):
            content = bytes.__getitem__(value, slice(None)) if issubclass(kind, bytes) else bytearray.copy(value)
            if len(content) > self.limits.tree_bytes // 2:
                raise ProtocolError(f"{len(content)} bytes are too many")
            return {"bytes": b64encode(content).decode("ascii")}
        if issubclass(kind, np.ndarray):
            return self._write_array(value, scalar=False)
        return self._write_other(value, kind, depth)

    def _write_items(self, items: Iterable[Any], depth: int) -> list[Any]:
        return [self.write(item, depth + 1) for item in items]

    def _write_key(self, key: Any, depth: int) -> Any:
        """A key, or a member of a set: scalars and tuples of scalars; numpy's scalars become Python's."""
        if type(key) is str and depth < self.limits.depth and self.nodes < self.limits.nodes:
            self.nodes += 1
            return self._write_string(key)
        if issubclass(type(key), np.generic):
            key = np.array(key, subok=False).item()
        tree = self.write(key, depth + 1)
        if isinstance(tree, list) or (isinstance(tree, dict) and next(iter(tree)) not in _KEY_TAGS):
            raise ProtocolError(f"a key of type {_type_name(key)} cannot be carried")
        return tree

    def _write_array(self, value: Any, *, scalar: bool) -> Any:
        if not scalar and np.ndarray.nbytes.__get__(value) > self.limits.bytes:  # before it is copied
            raise TooLarge(np.ndarray.shape.__get__(value))
        array = _narrowed(np.array(value, copy=True, order="C", subok=False))
        name = array.dtype.name
        if name not in _NUMPY_DTYPES:
            raise ProtocolError(f"a numpy array of dtype {name[:50]} cannot be carried: numbers and booleans only")
        tag = ("complex" if name in _COMPLEX else "numpy") + ("_scalar" if scalar else "")
        return {tag: self.keep(_raw_numpy(array))}

    def _write_other(self, value: Any, kind: type, depth: int) -> Any:
        if issubclass(kind, complex):
            return {"complex_number": [_write_float(float(value.real)), _write_float(float(value.imag))]}
        torch = sys.modules.get("torch")
        if torch is not None and issubclass(kind, torch.Tensor):
            raw = _raw_torch(value, self.limits)
            dtype = torch.Tensor.dtype.__get__(value)
            return {("torch_complex" if _torch_name(dtype) in _COMPLEX else "torch"): self.keep(raw)}
        if torch is not None and kind is torch.dtype and _torch_name(value) in _TORCH_DTYPES:
            return {"dtype": _torch_name(value)}
        if issubclass(kind, np.dtype) and value.name in _NUMPY_DTYPES:
            return {"numpy_dtype": value.name}
        if issubclass(kind, (Decimal, numbers.Real)):
            return _write_float(_nearest_float(value))
        if kind is Ref:
            return {"ref": self._write_string(value.name)}
        if self.export is None:
            raise ProtocolError(f"a value of type {_type_name(value)} cannot be carried")
        number, can_be_called, name = self.export(value)
        return {"handle": [number, can_be_called, name]}


def _write_float(value: float) -> Any:
    return value if math.isfinite(value) else {"float": repr(value)}


def _nearest_float(value: Any) -> float:
    try:
        return float(value)
    except (OverflowError, ValueError):
        raise ProtocolError(f"a {_type_name(value)} that no float comes near cannot be carried") from None


def _narrowed(array: np.ndarray) -> np.ndarray:
    """Numbers wider than 64 bits (long doubles), rounded to 64: how wide they are differs from machine to machine."""
    if array.dtype.kind not in "fc" or array.dtype.itemsize <= (8 if array.dtype.kind == "f" else 16):
        return array
    with np.errstate(all="ignore"):  # what is beyond the largest float becomes infinite
        return array.astype(np.float64 if array.dtype.kind == "f" else np.complex128)


def _type_name(value: Any) -> str:
    return str(type(value).__name__)[:100]


def _raw_numpy(array: np.ndarray) -> RawTensor:
    """A plain contiguous array; a complex one gets a last axis (real, imaginary)."""
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    name, shape = array.dtype.name, array.shape
    if name in _COMPLEX:
        name, shape = _COMPLEX[name], (*shape, 2)
    return RawTensor(name, shape, array.reshape(-1).view(np.uint8))


def _raw_torch(value: torch.Tensor, limits: MessageLimits = DEFAULT_LIMITS) -> RawTensor:
    """The tensor's numbers alone: no subclass, no graph, dense, on the CPU; complex ones with a last axis of two.
    Raises TooLarge before it copies what no message can carry."""
    import torch

    if type(value) is torch.Tensor:
        return _raw_plain(value.detach(), limits)
    with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
        return _raw_plain(torch.Tensor.detach(value), limits)


def _raw_seen_by_numpy(tensor: torch.Tensor, limits: MessageLimits) -> RawTensor | None:
    """The same by the shortest way, for real numbers in this machine's memory; None for any other tensor."""
    try:
        array = tensor.detach().numpy()
    except (RuntimeError, TypeError):
        return None
    name = _PLAIN.get(array.dtype)
    if name is None:
        return None
    if array.nbytes > limits.bytes:
        raise TooLarge(array.shape)
    return RawTensor(name, array.shape, np.frombuffer(array.tobytes(), np.uint8))


def _raw_plain(tensor: torch.Tensor, limits: MessageLimits) -> RawTensor:
    import torch

    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
        raise ProtocolError(f"a tensor of layout {tensor.layout} on {tensor.device} cannot be carried: dense only")
    if type(tensor) is not torch.Tensor:
        tensor = tensor.as_subclass(torch.Tensor)
    if tensor.numel() * tensor.element_size() > limits.bytes:
        raise TooLarge(tuple(tensor.shape))
    tensor = tensor.cpu().resolve_conj().resolve_neg()
    name = _torch_name(tensor.dtype)
    if name not in _TORCH_DTYPES:
        raise ProtocolError(f"a tensor of dtype {name} cannot be carried")
    if name in _COMPLEX:
        name, tensor = _COMPLEX[name], torch.view_as_real(tensor)
    flat = tensor.clone(memory_format=torch.contiguous_format).reshape(-1)
    return RawTensor(name, tuple(tensor.shape), flat.view(torch.uint8).numpy())


@functools.cache
def _torch_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


# ---------------------------------------------------------------------------------------------------------------
# Trees to values


_KEY_TAGS = frozenset({"tuple", "int", "float", "bytes", "complex_number", "dtype", "frozenset"})
_KEY_TYPES = (type(None), bool, int, float, complex, str, bytes, tuple, frozenset)


class _Reader:
    def __init__(self, take: Take, make_handle: Import | None, limits: MessageLimits) -> None:
        self.take, self.make_handle, self.limits, self.nodes = take, make_handle, limits, 0

    def read(self, tree: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > self.limits.depth or self.nodes > self.limits.nodes:
            raise ProtocolError("a value is too deep or has too many parts")
        kind = type(tree)
        if tree is None or kind is bool or kind is int or kind is float:
            return tree
        if kind is str:
            if len(tree) > self.limits.string:
                raise ProtocolError("a string is too long")
            return tree
        if kind is list:
            return [self.read(item, depth + 1) for item in tree]
        if kind is dict and len(tree) == 1:
            ((tag, content),) = tree.items()
            reader = _READERS.get(tag)
            if reader is not None and type(content) is reader[0]:
                return reader[1](self, content, depth)
        raise ProtocolError("a part of the message has no known kind")

    def read_tuple(self, content: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self.read(item, depth + 1) for item in content)

    def read_dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        if any(type(pair) is not list or len(pair) != 2 for pair in content):
            raise ProtocolError("a dictionary is malformed")
        keys = self._read_keys([pair[0] for pair in content], depth)
        result = dict(zip(keys, (self.read(pair[1], depth + 1) for pair in content), strict=True))
        if len(result) != len(content):
            raise ProtocolError("a dictionary has a key twice")
        return result

    def read_set(self, content: list[Any], depth: int) -> set[Any]:
        return set(self._read_keys(content, depth))

    def read_frozenset(self, content: list[Any], depth: int) -> frozenset[Any]:
        return frozenset(self._read_keys(content, depth))

    def _read_keys(self, trees: list[Any], depth: int) -> list[Any]:
        keys = [self.read(tree, depth + 1) for tree in trees]
        if any(type(key) is not str and not _can_be_key(key) for key in keys):
            raise ProtocolError("a dictionary or set has a key that cannot be one")
        # Numbers made to have one hash would take hours to insert.
        if len(keys) > _SAME_HASH and len(keys) - len({hash(key) for key in keys}) > _SAME_HASH:
            raise ProtocolError("the keys of a dictionary or set collide")
        return keys

    def read_int(self, content: str, depth: int) -> int:
        if len(content) > self.limits.int_bits // 4 + 4 or not _HEX.match(content):
            raise ProtocolError("an integer is malformed or too large")
        return int(content, 16)

    def read_float(self, content: str, depth: int) -> float:
        if content not in ("nan", "inf", "-inf"):
            raise ProtocolError("a float is malformed")
        return float(content)

    def read_complex(self, content: list[Any], depth: int) -> complex:
        parts = [self.read(part, depth + 1) for part in content]
        if len(parts) != 2 or any(type(part) is not float for part in parts):
            raise ProtocolError("a complex number is malformed")
        return complex(*parts)

    def read_bytes(self, content: str, depth: int) -> bytes:
        return b64decode(content, validate=True)

    def read_torch(self, name: str, depth: int) -> Any:
        return self.take(name).torch()

    def read_torch_complex(self, name: str, depth: int) -> Any:
        import torch

        return torch.view_as_complex(self._take_pairs(name).torch())

    def read_numpy(self, name: str, depth: int) -> np.ndarray:
        raw = self.take(name)
        if raw.dtype not in _NUMPY_DTYPES:
            raise ProtocolError(f"numpy has no {raw.dtype}")
        return raw.numpy()

    def read_complex_array(self, name: str, depth: int) -> np.ndarray:
        pairs = self._take_pairs(name).numpy()
        return pairs.view(np.complex64 if pairs.dtype == np.float32 else np.complex128).reshape(pairs.shape[:-1])

    def read_numpy_scalar(self, name: str, depth: int) -> Any:
        return _scalar(self.read_numpy(name, depth))

    def read_complex_scalar(self, name: str, depth: int) -> Any:
        return _scalar(self.read_complex_array(name, depth))

    def _take_pairs(self, name: str) -> RawTensor:
        raw = self.take(name)
        if raw.dtype not in _COMPLEX.values() or raw.shape[-1:] != (2,):
            raise ProtocolError("complex numbers are malformed")
        return raw

    def read_dtype(self, name: str, depth: int) -> Any:
        import torch

        if name not in _TORCH_DTYPES or not hasattr(torch, name):
            raise ProtocolError("an unknown dtype")
        return getattr(torch, name)

    def read_numpy_dtype(self, name: str, depth: int) -> Any:
        if name not in _NUMPY_DTYPES:
            raise ProtocolError("an unknown dtype")
        return np.dtype(name)

    def read_ref(self, name: str, depth: int) -> Ref:
        return Ref(name)

    def read_handle(self, content: list[Any], depth: int) -> Any:
        if self.make_handle is None or [type(part) for part in content] != [int, bool, str] or content[0] < 0:
            raise ProtocolError("a handle where there can be none")
        return self.make_handle(content[0], content[1], content[2][:100])


# tag: (type of its content, how it is read)
_READERS: dict[str, tuple[type, Callable[[_Reader, Any, int], Any]]] = {
    "tuple": (list, _Reader.read_tuple),
    "dict": (list, _Reader.read_dict),
    "set": (list, _Reader.read_set),
    "frozenset": (list, _Reader.read_frozenset),
    "int": (str, _Reader.read_int),
    "float": (str, _Reader.read_float),
    "complex_number": (list, _Reader.read_complex),
    "bytes": (str, _Reader.read_bytes),
    "torch": (str, _Reader.read_torch),
    "torch_complex": (str, _Reader.read_torch_complex),
    "numpy": (str, _Reader.read_numpy),
    "numpy_scalar": (str, _Reader.read_numpy_scalar),
    "complex": (str, _Reader.read_complex_array),
    "complex_scalar": (str, _Reader.read_complex_scalar),
    "dtype": (str, _Reader.read_dtype),
    "numpy_dtype": (str, _Reader.read_numpy_dtype),
    "ref": (str, _Reader.read_ref),
    "handle": (list, _Reader.read_handle),
}


def _can_be_key(key: Any) -> bool:
    if type(key) in (tuple, frozenset):
        return all(_can_be_key(item) for item in key)
    if type(key) in _KEY_TYPES:
        return True
    torch = sys.modules.get("torch")
    return torch is not None and type(key) is torch.dtype


def _scalar(array: np.ndarray) -> Any:
    if array.ndim:
        raise ProtocolError("a scalar has axes")
    return array[()]


def _take(tensors: dict[str, RawTensor], name: str) -> RawTensor:
    """Each tensor is used once: a short message must not unfold into a large value."""
    if name not in tensors:
        raise ProtocolError("a tensor is missing or used twice")
    return tensors.pop(name)


def _parse_json(text: bytes, nodes: int, decoder: json.JSONDecoder | None = None) -> Any:
    """JSON of at most about ``nodes`` parts, counted before anything is built; no NaN, no number beyond a float."""
    if _count_marks(text, 0, len(text)) > 4 * nodes + 4:  # perhaps only because of its strings
        _check_parts(text, 4 * nodes + 4)
    return (decoder or _STRICT_JSON).decode(text.decode("utf-8", "surrogatepass"))


def _count_marks(text: bytes, start: int, end: int) -> int:
    return sum(text.count(mark, start, end) for mark in (b",", b"[", b"{"))


def _check_parts(text: bytes, most: int) -> None:
    """Refuses a text with more than ``most`` parts outside of strings, or more strings than that."""
    parts = end = 0
    for number, string in enumerate(_JSON_STRING.finditer(text)):
        parts += _count_marks(text, end, string.start())
        end = string.end()
        if max(parts, number) > most:
            raise ProtocolError("a value has too many parts")
    if parts + _count_marks(text, end, len(text)) > most:
        raise ProtocolError("a value has too many parts")


def _small_int(text: str) -> int:
    if len(text) > 20:
        raise ProtocolError("an integer is malformed")
    return int(text)


def _finite_float(text: str) -> float:
    value = float(text) if len(text) <= 40 else math.inf
    if not math.isfinite(value):
        raise ProtocolError("a float is malformed")
    return value


def _no_constant(text: str) -> Any:
    raise ProtocolError("a float is malformed")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # made once: there are thousands of messages
_STRICT_JSON = json.JSONDecoder(parse_int=_small_int, parse_float=_finite_float, parse_constant=_no_constant)
_ENTRIES_JSON = json.JSONDecoder()  # each number is looked at afterwards: whole, and no larger than the message


# ---------------------------------------------------------------------------------------------------------------
# The safetensors format: bytes of its header (little-endian, 64 bits), header (JSON), elements


def _save_tensors(tensors: list[RawTensor]) -> list[Any]:
    if not tensors:
        return []
    entries, end = [], 0
    for index, raw in enumerate(tensors):
        begin, end = end, end + raw.data.size
        entries.append(
            f'"t{index}":{{"dtype":"{DTYPES[raw.dtype][0]}","shape":{list(raw.shape)},"data_offsets":[{begin},{end}]}}'
        )
    header = f"{{{','.join(entries)}}}".encode()
    header += b" " * (-len(header) % 8)
    return [struct.pack("<Q", len(header)), header, *(raw.data for raw in tensors)]


def _load_tensors(blob: memoryview, limits: MessageLimits) -> dict[str, RawTensor]:
    """The tensors by name; their elements must fill the message exactly, in the order of the header."""
    if not blob:
        return {}
    if len(blob) < 8:
        raise ProtocolError("the tensors have no header")
    (size,) = struct.unpack("<Q", blob[:8])
    if size > len(blob) - 8 or size > 1024 * (limits.tensors + 1):
        raise ProtocolError("the header of the tensors is too long")
    entries = _parse_json(bytes(blob[8 : 8 + size]), limits.tensors * (_MAX_AXES + 4), _ENTRIES_JSON)
    elements = np.frombuffer(blob[8 + size :], np.uint8)
    if type(entries) is not dict or len(entries) > limits.tensors:
        raise ProtocolError("the header of the tensors is malformed")
    tensors, end = {}, 0
    for name, entry in entries.items():
        dtype, shape, count = _read_entry(entry, limits)
        if entry["data_offsets"] != [end, end + count]:
            raise ProtocolError("the tensors are not where the header says")
        tensors[name] = RawTensor(dtype, shape, elements[end : end + count])
        end += count
        if dtype == "bool" and count and tensors[name].data.max() > 1:
            raise ProtocolError("a boolean is neither true nor false")
    if end != elements.size:
        raise ProtocolError("the tensors are not where the header says")
    return tensors


def _read_entry(entry: Any, limits: MessageLimits) -> tuple[str, tuple[int, ...], int]:
    """(dtype, shape, bytes) of one tensor."""
    if type(entry) is not dict or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ProtocolError("the header of the tensors is malformed")
    code, shape = entry["dtype"], entry["shape"]
    if type(code) is not str or code not in _FROM_SAFETENSORS:
        raise ProtocolError("a dtype that is not allowed")
    if type(shape) is not list or len(shape) > _MAX_AXES:
        raise ProtocolError("a shape that is none")
    count = axes = 1  # axes: what the others hold where one is empty
    for length in shape:
        if type(length) is not int or length < 0:
            raise ProtocolError("a shape that is none")
        count *= length
        axes *= length or 1
    if axes > limits.elements:
        raise ProtocolError("a tensor has too many elements")
    dtype, size = _FROM_SAFETENSORS[code]
    return dtype, tuple(shape), count * size
