"""A notebook's content brought to the form that the format asks for: what is missing is added, what does not belong is
dropped, and nothing that the student wrote is lost."""

from __future__ import annotations

import re
from typing import Any

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_CELLS = ("code", "markdown", "raw")
_OUTPUTS = ("execute_result", "display_data", "stream", "error")
_KINDS: dict[str, type | tuple[type, ...]] = {"name": str, "format": str, "jupyter": dict, "collapsed": bool}


def repaired(content: dict[str, Any], *, bare: bool = False) -> dict[str, Any]:
    """A notebook of format 4.5 made of what ``content`` holds; with ``bare``, without outputs, and without metadata
    but what grading reads."""
    cells = [_cell(cell, bare) for cell in content["cells"] if isinstance(cell, dict)]
    used: set[str] = set()
    for index, cell in enumerate(cells):
        name = cell["id"]
        if not isinstance(name, str) or not _ID.fullmatch(name) or name in used:
            name = _free_id(index, used)
        used.add(name)
        cell["id"] = name
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": _metadata(content.get("metadata"), bare), "cells": cells}


def _free_id(index: int, used: set[str]) -> str:
    name = f"cell-{index + 1}"
    while name in used:
        name += "-"
    return name[:64]


def _metadata(given: Any, bare: bool) -> dict[str, Any]:
    found = dict(given) if isinstance(given, dict) else {}
    kernel, language = found.get("kernelspec"), found.get("language_info")
    if isinstance(kernel, dict) and isinstance(kernel.get("name"), str):
        if not isinstance(kernel.get("display_name"), str):
            found["kernelspec"] = {**kernel, "display_name": kernel["name"]}
    else:
        found.pop("kernelspec", None)
    if not isinstance(language, dict) or any(not isinstance(language.get(n, ""), str) for n in ("name", "mimetype")):
        found.pop("language_info", None)
    elif "name" not in language:
        found["language_info"] = {**language, "name": "python"}
    for name, kind in (("title", str), ("authors", list), ("orig_nbformat", int)):
        if not isinstance(found.get(name), kind):
            found.pop(name, None)
    return {name: found[name] for name in ("kernelspec",) if name in found} if bare else found


def _cell(given: dict[str, Any], bare: bool) -> dict[str, Any]:
    kind = given.get("cell_type")
    kind = kind if isinstance(kind, str) and kind in _CELLS else "markdown" if kind == "heading" else "raw"
    cell = {
        "cell_type": kind,
        "id": given.get("id"),
        "metadata": _cell_metadata(given.get("metadata"), bare),
        "source": _text(given.get("source", given.get("input"))),
    }
    if kind == "code":
        count = given.get("execution_count")
        cell["execution_count"] = count if type(count) is int and count >= 0 else None
        outputs = given.get("outputs")
        cell["outputs"] = [] if bare or not isinstance(outputs, list) else [o for o in outputs if _is_output(o)]
    elif isinstance(given.get("attachments"), dict) and not bare:
        cell["attachments"] = given["attachments"]
    return cell


def _cell_metadata(given: Any, bare: bool) -> dict[str, Any]:
    found = dict(given) if isinstance(given, dict) else {}
    tags = found.get("tags")
    if "tags" in found:
        kept = [tag for tag in tags if isinstance(tag, str) and "," not in tag] if isinstance(tags, list) else []
        found["tags"] = list(dict.fromkeys(tag for tag in kept if tag))
    if bare:
        return {name: found[name] for name in ("nbgrader", "tags") if name in found}
    for name, kind in _KINDS.items():
        if name in found and not isinstance(found[name], kind):
            del found[name]
    times = found.get("execution")
    if "execution" in found and not (isinstance(times, dict) and all(isinstance(t, str) for t in times.values())):
        del found["execution"]
    if found.get("scrolled") not in (True, False, "auto"):
        found.pop("scrolled", None)
    if found.get("name") == "":
        del found["name"]
    return found


def _text(given: Any) -> str:
    if isinstance(given, list):
        return "".join(part for part in given if isinstance(part, str))
    return given if isinstance(given, str) else ""


def _is_output(given: Any) -> bool:
    return isinstance(given, dict) and given.get("output_type") in _OUTPUTS
