"""What a solved notebook ends up importing, found by running it once; module names only, kept in a file."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import re
import site
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attentif.kernels.shared.limits import Limits

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_MAX_NAMES = 20_000
_FORMAT = 2
_ILLUSTRATION = "illustration"

# Importable by name, in the order of import; what the notebook's own folder holds is not for the template.
# One string, since a kernel shortens long lists.
_ASK = """" ".join(name for name, module in list(__import__("sys").modules.items())
 if getattr(module, "__spec__", None) is not None and module.__spec__.name == name
 and not str(getattr(module, "__file__", None) or "").startswith({workdir!r} + "/"))"""


class DiscoveryFailed(RuntimeError):
    """The notebook did not run. The message says where it stopped."""


def discover_imports(
    notebook: str | os.PathLike[str],
    state_dir: str | os.PathLike[str],
    *,
    sandbox: str = "bubblewrap",
    readable: Sequence[str | os.PathLike[str]] = (),
    variables: dict[str, str] | None = None,
    limits: Limits | None = None,
    timeout: int = 600,
) -> list[str]:
    """The modules in memory after `notebook` (a solved one) ran to its end, in the order of their import.

    The notebook runs in a cold kernel of the same kind as submissions, with a copy of its folder; cells that are
    nbgrader checks and nothing else are left out, as in grading; figures (cells tagged ``illustration``), which grading
    leaves out, may fail: some need a model that is not there. The list is recorded in
    `state_dir`/<name>.imports.json and used again while notebook, interpreter and installed packages stay the same.
    Raises DiscoveryFailed, or SandboxUnavailable.
    """
    path = Path(notebook)
    source = path.read_bytes()
    key = _fingerprint(source)
    record = (
        Path(state_dir) / f"{path.stem}-{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}.imports.json"
    )
    known = _read_record(record, key)
    if known is not None:
        return known
    names = _run(
        source, path.resolve().parent, sandbox, readable, variables or {}, limits or Limits(wall=timeout * 2.0), timeout
    )
    record.parent.mkdir(parents=True, exist_ok=True)
    partial = record.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps({"format": _FORMAT, "key": key, "modules": names}, indent=0))
    os.replace(partial, record)
    return names


def _fingerprint(source: bytes) -> str:
    digest = hashlib.sha256(source)
    digest.update(sys.version.encode())
    for name in sorted(_installed()):
        digest.update(name.encode())
    return digest.hexdigest()


def _installed() -> Iterator[str]:
    """Name and version of what is installed, as its folder's name says it: to read all metadata takes long."""
    for folder in {*site.getsitepackages(), site.getusersitepackages()}:
        with contextlib.suppress(OSError):
            yield from (name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info")))


def _read_record(record: Path, key: str) -> list[str] | None:
    try:
        data = json.loads(record.read_text())
        if data["format"] != _FORMAT or data["key"] != key:
            return None
        return validated(data["modules"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def validated(names: Any) -> list[str]:
    """`names` if it is a list of module names of reasonable length; ValueError otherwise."""
    if not isinstance(names, list) or len(names) > _MAX_NAMES:
        raise ValueError("not a list of module names")
    for name in names:
        if not isinstance(name, str) or len(name) > 200 or not _NAME.fullmatch(name):
            raise ValueError(f"not a module name: {name!r:.100}")
    return names


def _run(
    source: bytes,
    folder: Path,
    sandbox: str,
    readable: Sequence[str | os.PathLike[str]],
    variables: dict[str, str],
    limits: Limits,
    timeout: int,
) -> list[str]:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    from attentif.kernels.outside.manager import kernel_manager_class
    from attentif.kernels.shared import layout

    notebook = nbformat.reads(source.decode("utf-8"), as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code" and not _is_check(cell)]
    managers = kernel_manager_class(
        sandbox=sandbox, limits=limits, workdir=folder, readable=readable, variables=variables, cold=True
    )
    client = NotebookClient(notebook, kernel_manager_class=managers, kernel_name="python3", timeout=timeout)
    workdir = layout.WORKDIR if sandbox != "none" else str(folder)

    async def run() -> list[str]:
        async with client.async_setup_kernel():
            for index, cell in enumerate(notebook.cells):
                try:
                    await client.async_execute_cell(cell, index)
                except CellExecutionError:
                    if _ILLUSTRATION not in cell.metadata.get("tags", []):
                        raise
            ask: Any = client.kc
            expressions = {"modules": _ASK.format(workdir=workdir)}
            reply = await ask.execute("", silent=True, user_expressions=expressions, reply=True, timeout=60)
            return parse_modules(reply["content"])

    import asyncio

    try:
        return asyncio.run(run())
    except CellExecutionError as error:
        raise DiscoveryFailed(f"a cell of the solved notebook failed: {error.ename}: {error.evalue}") from error


def parse_modules(content: dict[str, Any]) -> list[str]:
    """The names in an execute_reply; DiscoveryFailed when it holds none."""
    try:
        text = content["user_expressions"]["modules"]["data"]["text/plain"]
        names = ast.literal_eval(text).split()
    except (AttributeError, KeyError, TypeError, ValueError, SyntaxError) as error:
        raise DiscoveryFailed("the kernel did not say what it has imported") from error
    return validated([name for name in names if name != "__main__" and _NAME.fullmatch(name)])


def _is_check(cell: Any) -> bool:
    grading = cell.metadata.get("nbgrader", {})
    return bool(grading.get("grade")) and not grading.get("solution")
