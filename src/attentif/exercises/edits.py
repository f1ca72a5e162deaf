"""Exact edits of a source: a mistake said as what a student would have written in the place of something right.

An edit must apply exactly once, so that a reference which changes can never leave a mistake behind that means
something else, or nothing. Edits whose places do not overlap go together in any number.
"""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


class EditBroken(Exception):
    """An edit does not apply exactly once, or leaves something that is no Python; the text says which and why."""


@dataclass(frozen=True)
class Edit:
    """``old`` becomes ``new``. ``within`` is the function, class or ``Class.method`` in which ``old`` is looked for:
    the whole source if empty."""

    old: str
    new: str
    within: str = ""


def edit(old: str, new: str, within: str = "") -> Edit:
    """``old`` becomes ``new``, once; ``within`` names the function, class or ``Class.method`` where."""
    return Edit(old, new, within)


@dataclass(frozen=True)
class Change:
    """An edit that has found its place: characters ``start`` to ``end`` become ``new``."""

    start: int
    end: int
    new: str

    def overlaps(self, other: Change) -> bool:
        """Whether the two want the same characters."""
        return self.start < other.end and other.start < self.end


def located(source: str, edits: Iterable[Edit]) -> list[Change]:
    """The edits' places in ``source``, in order. Raises EditBroken if one has no place, several, or another's."""
    changes = sorted((_located(source, each) for each in edits), key=lambda change: change.start)
    for one, other in itertools.pairwise(changes):
        if one.overlaps(other):
            raise EditBroken(f"the edit of {source[one.start : one.end]!r} overlaps another")
    return changes


def _located(source: str, wanted: Edit) -> Change:
    start, end = span_of(source, wanted.within) if wanted.within else (0, len(source))
    where = f"in {wanted.within}" if wanted.within else "in the reference"
    count = source.count(wanted.old, start, end) if wanted.old else 0
    if count != 1:
        raise EditBroken(f"{wanted.old!r} must stand {where} exactly once; it stands there {count} times")
    place = source.index(wanted.old, start, end)
    return Change(place, place + len(wanted.old), wanted.new)


def apply(source: str, changes: Sequence[Change]) -> str:
    """``source`` with all the changes, which are in order and do not overlap."""
    parts, done = [], 0
    for change in changes:
        parts += [source[done : change.start], change.new]
        done = change.end
    return "".join([*parts, source[done:]])


def composed(changes: Sequence[Change], more: Sequence[Change]) -> list[Change] | None:
    """Both lists of changes of one source, in order; None if any two overlap."""
    if any(one.overlaps(other) for one in changes for other in more):
        return None
    return sorted([*changes, *more], key=lambda change: change.start)


def span_of(source: str, name: str) -> tuple[int, int]:
    """Where the definition ``name`` (``Class.method`` for a method) begins and ends. Raises EditBroken if there is
    none."""
    body: Sequence[ast.stmt] = ast.parse(source).body
    found: ast.stmt | None = None
    for part in name.split("."):
        found = next((node for node in body if getattr(node, "name", None) == part), None)
        if found is None:
            raise EditBroken(f"the reference defines no {name}")
        body = getattr(found, "body", [])
    assert found is not None
    lengths = [len(line) + 1 for line in source.split("\n")]
    return sum(lengths[: found.lineno - 1]), sum(lengths[: found.end_lineno])


@functools.lru_cache(maxsize=64)
def definitions(source: str) -> Mapping[str, str]:
    """Name → source of each function and class that ``source`` defines. Raises EditBroken if it is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise EditBroken(f"what the edits leave is no Python: {error.msg}, line {error.lineno}") from None
    lines = source.split("\n")  # once: ast.get_source_segment splits the source again for each definition
    return {node.name: _text_of(node, lines) for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def _text_of(node: ast.FunctionDef | ast.ClassDef, lines: Sequence[str]) -> str:
    """A definition that begins a line, without what follows it in its last one. Columns count bytes."""
    *before, last = lines[node.lineno - 1 : node.end_lineno]
    return "\n".join([*before, last.encode()[: node.end_col_offset].decode()])


def changed_names(before: Mapping[str, str], after: Mapping[str, str], answers: AbstractSet[str]) -> set[str]:
    """The definitions that are not the same in both, and those that use a helper which is not. A definition that only
    uses another of the ``answers`` stays as it was: each answer is judged for itself."""
    changed = {name for name, text in after.items() if before.get(name) != text}
    uses = {name: _names_in(text) for name, text in after.items()}
    while more := {name for name, used in uses.items() if used & (changed - answers)} - changed:
        changed |= more
    return changed


def _names_in(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
