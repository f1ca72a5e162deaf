"""Values as data: a JSON tree beside safetensors bytes. Nothing here can execute what it reads.

Carried by value: None, bool, int, float, str, bytes, lists, tuples, dicts, numpy arrays and scalars, torch tensors
and dtypes. Everything else is a *handle*: a number that stands for an object which stays where it is. What is read
is rebuilt as exact plain types, whatever the sender's objects claimed to be, within bounds checked before memory is
used. A message is ``length of tree, length of tensors`` (two unsigned 64-bit integers), tree, tensors.
"""

from __future__ import annotations

import json
import math
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors.torch
import torch

from attentif.remote.errors import ProtocolError

HEADER = struct.Struct(">QQ")
TORCH_DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
    )
}
NUMPY_DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
COMPLEX_DTYPES = ("complex64", "complex128")


@dataclass(frozen=True)
class Limits:
    """Bounds on one message: bytes, depth and nodes of the tree, tensors, characters of a string, bits of an int."""

    bytes: int = 256 * 1024 * 1024
    tree_bytes: int = 16 * 1024 * 1024
    depth: int = 32
    nodes: int = 200_000
    tensors: int = 4096
    string: int = 1_000_000
    int_bits: int = 4096


DEFAULT_LIMITS = Limits()
Export = Callable[[Any], int]
Import = Callable[[int, bool], Any]


def encode(value: Any, export: Export | None = None, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The message that carries ``value``. ``export`` gives a number to an object that cannot go by value; without
    it such an object is refused with ProtocolError."""
    tensors: dict[str, torch.Tensor] = {}

    def keep(tensor: torch.Tensor) -> str:
        name = f"t{len(tensors)}"
        tensors[name] = tensor
        return name

    tree = to_tree(value, keep, export, limits)
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    blob = safetensors.torch.save(tensors) if tensors else b""
    if len(text) > limits.tree_bytes or len(text) + len(blob) > limits.bytes:
        raise ProtocolError(f"a message of {len(text) + len(blob)} bytes is too large")
    return HEADER.pack(len(text), len(blob)) + text + blob


def decode(message: bytes, make_handle: Import | None = None, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value that a message carries. Raises ProtocolError, and nothing else, for whatever is not a message."""
    text_size, blob_size = sizes(message[: HEADER.size], limits)
    if len(message) != HEADER.size + text_size + blob_size:
        raise ProtocolError("the message is not as long as it says")
    text = message[HEADER.size : HEADER.size + text_size]
    try:
        tree = json.loads(text.decode("utf-8", "surrogatepass"))
        blob = message[HEADER.size + text_size :]
        tensors = safetensors.torch.load(bytes(blob)) if blob else {}
        if len(tensors) > limits.tensors:
            raise ProtocolError("too many tensors")
        return from_tree(tree, tensors, make_handle, limits)
    except ProtocolError:
        raise
    except RecursionError:
        raise ProtocolError("the message is too deep") from None
    except MemoryError:
        raise ProtocolError("the message is too large") from None
    except Exception as error:  # json, utf-8 and safetensors each have their own ways of refusing
        raise ProtocolError(f"not a message ({type(error).__name__})") from None


def sizes(header: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[int, int]:
    """(bytes of the tree, bytes of the tensors) that a header announces; ProtocolError if beyond the bounds."""
    if len(header) != HEADER.size:
        raise ProtocolError("the message has no header")
    text_size, blob_size = HEADER.unpack(header)
    if text_size > limits.tree_bytes or text_size + blob_size > limits.bytes:
        raise ProtocolError(f"a message of {text_size + blob_size} bytes is too large")
    return text_size, blob_size


def to_tree(
    value: Any, keep: Callable[[torch.Tensor], str], export: Export | None = None, limits: Limits = DEFAULT_LIMITS
) -> Any:
    """The JSON tree of ``value``; ``keep`` stores each tensor and returns its name."""
    return _Writer(keep, export, limits).write(value, 0)


def from_tree(
    tree: Any,
    tensors: Mapping[str, torch.Tensor],
    make_handle: Import | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """The value of a JSON tree whose tensors are given. Raises ProtocolError."""
    return _Reader(tensors, make_handle, limits).read(tree, 0)


class _Writer:
    def __init__(self, keep: Callable[[torch.Tensor], str], export: Export | None, limits: Limits) -> None:
        self.keep, self.export, self.limits, self.nodes = keep, export, limits, 0

    def write(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > self.limits.depth or self.nodes > self.limits.nodes:
            raise ProtocolError("a value is too deep or has too many parts")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            if value.bit_length() > self.limits.int_bits:
                raise ProtocolError("an integer is too large")
            return value if value.bit_length() < 53 else {"int": hex(value)}
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if kind is str:
            if len(value) > self.limits.string:
                raise ProtocolError("a string is too long")
            return value
        return self._write_compound(value, kind, depth)

    def _write_compound(self, value: Any, kind: type, depth: int) -> Any:
        if kind is list:
            return [self.write(item, depth + 1) for item in value]
        if kind is tuple or kind is torch.Size:
            return {"tuple": [self.write(item, depth + 1) for item in tuple.__iter__(value)]}
        if kind is dict:
            return {"dict": [[self.write(k, depth + 1), self.write(v, depth + 1)] for k, v in value.items()]}
        if kind is bytes:
            return {"bytes": b64encode(value).decode()}
        if isinstance(value, torch.Tensor):
            return {"torch": self.keep(plain_tensor(value))}
        if isinstance(value, (np.ndarray, np.generic)):
            return self._write_array(value)
        if kind is torch.dtype and str(value).removeprefix("torch.") in TORCH_DTYPES:
            return {"dtype": str(value).removeprefix("torch.")}
        if self.export is None:
            raise ProtocolError(f"a value of type {kind.__name__} cannot be carried")
        return {"handle": [self.export(value), callable(value)]}

    def _write_array(self, value: Any) -> Any:
        array = np.array(value, copy=True, order="C", subok=False)
        name = array.dtype.name
        if name in COMPLEX_DTYPES:
            return {"complex": self.keep(torch.from_numpy(np.stack([array.real, array.imag], axis=-1)))}
        if name not in NUMPY_DTYPES:
            raise ProtocolError(f"an array of dtype {name} cannot be carried")
        return {"numpy": self.keep(torch.from_numpy(array.astype(array.dtype.newbyteorder("="), copy=False)))}


def plain_tensor(value: torch.Tensor) -> torch.Tensor:
    """The tensor's numbers alone: detached, dense, contiguous, on the CPU, of torch.Tensor's own type."""
    with torch._C.DisableTorchFunctionSubclass():
        tensor = value.detach()
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_complex():
            tensor = torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor.to_dense()
        tensor = tensor.as_subclass(torch.Tensor)
        # A copy: views that share memory cannot be saved together.
        return tensor.resolve_neg().cpu().clone(memory_format=torch.contiguous_format)


class _Reader:
    def __init__(self, tensors: Mapping[str, torch.Tensor], make_handle: Import | None, limits: Limits) -> None:
        self.tensors, self.make_handle, self.limits, self.nodes = tensors, make_handle, limits, 0

    def read(self, tree: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > self.limits.depth or self.nodes > self.limits.nodes:
            raise ProtocolError("a value is too deep or has too many parts")
        if tree is None or isinstance(tree, bool):
            return tree
        if isinstance(tree, (int, float)):
            return tree
        if isinstance(tree, str):
            if len(tree) > self.limits.string:
                raise ProtocolError("a string is too long")
            return tree
        if isinstance(tree, list):
            return [self.read(item, depth + 1) for item in tree]
        if isinstance(tree, dict) and len(tree) == 1:
            ((kind, content),) = tree.items()
            return self._read_tagged(kind, content, depth)
        raise ProtocolError("a part of the message has no known kind")

    def _read_tagged(self, kind: str, content: Any, depth: int) -> Any:
        if kind == "tuple" and isinstance(content, list):
            return tuple(self.read(item, depth + 1) for item in content)
        if kind == "dict" and isinstance(content, list):
            return self._read_dict(content, depth)
        if kind == "int" and isinstance(content, str) and len(content) <= self.limits.int_bits // 4 + 3:
            return int(content, 16)
        if kind == "float" and content in ("nan", "inf", "-inf"):
            return float(content)
        if kind == "bytes" and isinstance(content, str):
            return b64decode(content, validate=True)
        if kind in ("torch", "numpy", "complex") and isinstance(content, str):
            return self._read_tensor(kind, content)
        if kind == "dtype" and content in TORCH_DTYPES:
            return TORCH_DTYPES[content]
        if kind == "handle" and self.make_handle is not None and isinstance(content, list) and len(content) == 2:
            number, is_callable = content
            if type(number) is int and type(is_callable) is bool:
                return self.make_handle(number, is_callable)
        raise ProtocolError("a part of the message has no known kind")

    def _read_dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        result = {}
        for pair in content:
            if not isinstance(pair, list) or len(pair) != 2:
                raise ProtocolError("a dictionary is malformed")
            key = self.read(pair[0], depth + 1)
            if not isinstance(key, (str, int, float, bool, tuple, type(None))):
                raise ProtocolError("a dictionary has a key that cannot be one")
            result[key] = self.read(pair[1], depth + 1)
        return result

    def _read_tensor(self, kind: str, name: str) -> Any:
        tensor = self.tensors.get(name)
        if tensor is None or tensor.dtype not in TORCH_DTYPES.values():
            raise ProtocolError("a tensor is missing or of a dtype that is not allowed")
        if kind == "torch":
            return tensor
        if tensor.dtype is torch.bfloat16:
            raise ProtocolError("numpy has no bfloat16")
        array = tensor.numpy()
        if kind == "complex":
            if array.dtype not in (np.float32, np.float64) or array.ndim == 0 or array.shape[-1] != 2:
                raise ProtocolError("a complex array is malformed")
            result = np.empty(array.shape[:-1], np.complex64 if array.dtype == np.float32 else np.complex128)
            result.real, result.imag = array[..., 0], array[..., 1]
            return result
        return array
