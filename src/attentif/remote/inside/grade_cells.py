"""How a hand-written grade cell runs in a kernel: as IPython would run it, without what may have been put on IPython.

Names, ``await``, magics, ``In``, ``Out`` and ``_`` are as in any cell. The value of the last line goes out as a plain
number, whatever type of Python, numpy or torch it has here.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import linecache
import math
import numbers
import sys
import tokenize
from collections.abc import Iterator
from typing import Any

from attentif.remote.wire.protocol import MAX_TEXT

_NUMERIC = "biufc"  # kinds of numpy's types


class NoSingleNumber(Exception):
    """A value that is numeric, and not one real number: several, none, complex."""


async def execute(source: str, filename: str, namespace: dict[str, Any], shell: Any) -> Any:
    """Executes a cell; the value of its last line if that is an expression (and does not end in a semicolon).

    shell: IPython's, or None where there is none.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    code = TransformerManager().transform_cell(source)
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    tree = ast.parse(code, filename)
    last = tree.body.pop().value if tree.body and isinstance(tree.body[-1], ast.Expr) else None  # type: ignore[attr-defined]
    flags = getattr(getattr(shell, "compile", None), "flags", 0)  # the notebook's "from __future__ import"

    async def run(part: ast.Module | ast.Expression, mode: str) -> Any:
        allowed = flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        compiled = compile(part, filename, mode, allowed, dont_inherit=True)
        result = eval(compiled, namespace)
        return await result if compiled.co_flags & inspect.CO_COROUTINE else result

    with _in_history(shell, source, code) as number:
        await run(tree, "exec")
        value = await run(ast.Expression(last), "eval") if last is not None else None
        if value is None or _ends_in_semicolon(code):
            return None
        _remember(shell, number, value)
        return value


@contextlib.contextmanager
def _in_history(shell: Any, source: str, code: str) -> Iterator[int]:
    """While the cell runs it is the last of ``In``, as in IPython; then it leaves an empty entry: later cells are the
    student's, and are not shown what stands here. Yields the cell's number."""
    count = getattr(shell, "execution_count", 0)
    with contextlib.suppress(Exception):
        shell.history_manager.store_inputs(count, code, source)
    try:
        yield count
    finally:
        with contextlib.suppress(Exception):
            history = shell.history_manager
            for inputs, text in ((history.input_hist_parsed, code), (history.input_hist_raw, source)):
                if inputs[-1] == text.rstrip("\n"):
                    inputs[-1] = ""
            history.db_input_cache.clear()
            history._i00 = shell.user_ns[f"_i{count}"] = ""
        with contextlib.suppress(Exception):
            shell.execution_count = count + 1


def _remember(shell: Any, number: int, value: Any) -> None:
    """Makes a value ``_`` and the last of ``Out``. Versions of IPython differ in when they count a cell."""
    with contextlib.suppress(Exception):
        shell.execution_count += number - shell.displayhook.prompt_count
        shell.displayhook.update_user_ns(value)


def _ends_in_semicolon(code: str) -> bool:
    ignored = (tokenize.ENDMARKER, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT)
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(code).readline) if t.type not in ignored]
    return bool(tokens) and tokens[-1].string == ";"


def plain_value(value: Any) -> bool | float | str | None:
    """The one number that a value is, as a bool or float; a text as it is; None for anything else.

    Arrays and tensors of one element are numbers, in whatever dtype. Raises NoSingleNumber.
    """
    if isinstance(value, str):
        return str.__str__(value)[:MAX_TEXT]
    if type(value) in (bool, float):
        return value
    count = _count(value)
    if count is None:
        return _as_float(value)
    if count == 1:
        item = value
        with contextlib.suppress(Exception):
            item = value.item()
        # numpy's longdouble is its own item
        return _as_float(value) if type(item) is type(value) else plain_value(item)
    if getattr(getattr(value, "dtype", None), "kind", "f") in _NUMERIC:
        raise NoSingleNumber
    return None


def _count(value: Any) -> int | None:
    """How many elements an array or a tensor has; None for anything else."""
    with contextlib.suppress(Exception):
        if callable(getattr(value, "numel", None)):
            return int(value.numel())
        if type(getattr(value, "size", None)) is int and hasattr(value, "item"):
            return int(value.size)
    return None


def _as_float(value: Any) -> float | None:
    if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real):
        raise NoSingleNumber
    if not hasattr(type(value), "__float__") and not hasattr(type(value), "__index__"):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.copysign(sys.float_info.max, 1 if value > 0 else -1)
    except Exception:
        if isinstance(value, numbers.Number) or _count(value) is not None:  # Decimal("sNaN"), a tensor without data
            raise NoSingleNumber from None
        return None
