"""Whether a public reference file still says what its oracle gives today.

What goes into a call is compared byte for byte. Right answers are compared within the function's tolerance and
misconceptions by what they are and whether they raise: another processor rounds differently, and nobody's files are
out of date for that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from attentif.exercises.exercise import Exercise
from attentif.references import stored
from attentif.references.compare import same_answer
from attentif.remote.wire import codec
from attentif.remote.wire.call import Call


def stale_reasons(folder: Path, exercise: Exercise) -> list[str]:
    """What in the exercise's file of ``folder`` is not as its oracle says; empty if nothing. Raises ReferenceBroken if
    the file cannot be read."""
    kept = stored.load(folder, exercise.name)
    text, tensors = stored.build(exercise)
    fresh = stored.parse(json.loads(text), tensors)
    manifest, _ = stored.reference_paths(folder, exercise.name)
    reasons = []
    if _outline(json.loads(manifest.read_text(encoding="utf-8"))) != _outline(json.loads(text)):
        reasons.append("its cases, functions or messages have changed")
    elif any(_given(a.call) != _given(b.call) for a, b in zip(kept.cases, fresh.cases, strict=True)):
        reasons.append("the inputs of its cases have changed")
    else:
        for case in fresh.cases:
            if not same_answer(kept.expected(case), fresh.expected(case), exercise.function(case.call.target)):
                reasons.append(f"the right answer to case {case.name} has changed")
    return reasons


_ROUNDED = ("sha256", "built_with", "expected", "submodules")


def _given(call: Call) -> bytes:
    """Everything that the student's code is given, down to the last bit."""
    return codec.encode([dict(part or {}) for part in (call.inputs, call.init, call.state)])


def _outline(manifest: dict[str, Any]) -> Any:
    """The manifest without what rounding decides: tensors' names, checksum, library versions, numbers given."""
    kept = {key: value for key, value in manifest.items() if key not in _ROUNDED}
    kept["cases"] = [_case_outline(case) for case in manifest["cases"]]
    kept["misconceptions"] = [_misconception_outline(m) for m in manifest["misconceptions"]]
    return kept


def _case_outline(case: dict[str, Any]) -> Any:
    parts = {key: case[key] for key in ("name", "dims", "differentiable", "target", "method")}
    names = [[name for name, _ in case[key] or []] for key in ("inputs", "init", "state")]
    return parts, names


def _misconception_outline(misconception: dict[str, Any]) -> Any:
    outcomes = {
        function: {name: told.get("raised") for name, told in cases.items()}
        for function, cases in misconception["outcomes"].items()
    }
    return {**misconception, "outcomes": outcomes}
