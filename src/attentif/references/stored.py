"""References that are read: the public file of an exercise, tensors and a manifest, no code.

``<exercise>.safetensors`` holds every array; ``<exercise>.json`` is the manifest: the functions, the public cases,
the right answers, and for each misconception its words and what it gives. A student gets a diagnosis offline.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch

from attentif.exercises.exercise import Case, Exercise, Function, Given, Output
from attentif.references.candidates import Candidate
from attentif.references.oracles import CaseKey, OracleReference, key_of
from attentif.references.outcome import Outcome, Trace
from attentif.remote.wire import codec
from attentif.remote.wire.call import Call, Ref
from attentif.words.text import Text

FORMAT = 1


class ReferenceBroken(Exception):
    """A public reference file is missing, damaged, or of another version."""


@dataclass
class StoredReference:
    """What a public reference file holds."""

    exercise: str
    title: Text
    functions: Sequence[Function]
    cases: Sequence[Case]
    answers: dict[CaseKey, Any]
    misconceptions: list[tuple[tuple[str, ...], Candidate]]
    traces: dict[CaseKey, Trace] = field(default_factory=dict)
    hidden: bool = False

    @property
    def witnesses(self) -> Sequence[Case]:
        """None: the public cases are all there is."""
        return []

    def expected(self, case: Case) -> Any:
        """The right answer to a public case; KeyError for a case that is not in the file."""
        return self.answers[key_of(case)]

    def expected_gradients(self, case: Case, cotangent: Any) -> list[Any]:
        """Public files hold no gradients: gradient checks belong in the hidden file."""
        raise NotImplementedError(f"public case {case.name}: gradients are checked in hidden files only")

    def of_others(self, *cases: Case) -> StoredReference:
        """Raises ReferenceBroken: to answer other cases takes the reference's code, which no public file holds."""
        raise ReferenceBroken(f"{self.exercise}: a public check has no right answers to cases of its own")

    def candidates(self, function: str) -> list[Candidate]:
        """The misconceptions that touch ``function``."""
        return [candidate for functions, candidate in self.misconceptions if function in functions]

    def pairs(self, function: str) -> list[Candidate]:
        """None: see ``attentif.references.pairs``."""
        return []

    def inherited(
        self, function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome], student: Any
    ) -> Given | None:
        """None: to run the reference on the student's functions takes its code, which no public file holds."""
        return None

    def submodules(self, case: Case) -> Trace | None:
        """Outputs of the reference's sub-modules on a case of a class."""
        return self.traces.get(key_of(case))


def reference_paths(folder: Path, exercise: str) -> tuple[Path, Path]:
    """(manifest, tensors) of an exercise in a ``references`` folder."""
    return folder / f"{exercise}.json", folder / f"{exercise}.safetensors"


def build(exercise: Exercise) -> tuple[bytes, bytes]:
    """(manifest, tensors) of the exercise's public cases, the same bytes at every build."""
    reference = OracleReference.public(exercise)
    trees = _Trees()
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "exercise": exercise.name,
        "number": exercise.number,
        "title": asdict(exercise.title),
        "functions": [asdict(function) for function in exercise.functions],
        "cases": [_store_case(case, trees) for case in reference.cases],
        "expected": [trees.store(reference.expected(case)) for case in reference.cases],
        "misconceptions": [
            {
                "name": m.name,
                "functions": sorted(m.defines),
                "finding": asdict(m.finding),
                "consequence": asdict(m.consequence),
                "hints": [asdict(hint) for hint in m.hints],
                "outcomes": _store_outcomes(reference, m.name, sorted(m.defines), trees),
                **({"convention": True} if m.convention else {}),
            }
            for m in exercise.misconceptions
        ],
        **_store_traces(reference, trees),
        "built_with": {"torch": torch.__version__.partition("+")[0], "numpy": np.__version__},
    }
    tensors = trees.tensors_file()
    manifest["sha256"] = hashlib.sha256(tensors).hexdigest()
    return (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(), tensors


def load(folder: Path, exercise: str) -> StoredReference:
    """Reads and verifies a public reference file.

    Raises ReferenceBroken, with a line that says which file and why, if it is missing or damaged.
    """
    manifest_path, tensors_path = reference_paths(folder, exercise)
    try:
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        raw = tensors_path.read_bytes()
    except (OSError, ValueError) as error:
        raise ReferenceBroken(f"{manifest_path.name}: cannot be read ({error})") from error
    if manifest.get("format") != FORMAT:
        raise ReferenceBroken(f"{manifest_path.name}: format {manifest.get('format')}, this version reads {FORMAT}")
    if hashlib.sha256(raw).hexdigest() != manifest["sha256"]:
        raise ReferenceBroken(f"{tensors_path.name}: does not match its manifest; fetch the folder `checks` again")
    return parse(manifest, raw)


def parse(manifest: dict[str, Any], raw: bytes) -> StoredReference:
    """The reference that a manifest and its tensors hold."""
    tensors = safetensors.torch.load(raw)
    cases = [_load_case(c, tensors) for c in manifest["cases"]]
    answers = [codec.from_tree(tree, tensors) for tree in manifest["expected"]]
    return StoredReference(
        exercise=manifest["exercise"],
        title=Text(**manifest["title"]),
        functions=[_load_function(f) for f in manifest["functions"]],
        cases=cases,
        answers={key_of(case): answer for case, answer in zip(cases, answers, strict=True)},
        misconceptions=[_load_misconception(m, tensors) for m in manifest["misconceptions"]],
        traces={
            (function, name): [(label, codec.from_tree(tree, tensors)) for label, tree in trace]
            for function, name, trace in manifest.get("submodules", [])
        },
    )


class _Trees:
    """Stores values as JSON trees whose tensors all go to one file, equal tensors once."""

    def __init__(self) -> None:
        self.tensors: dict[str, torch.Tensor] = {}
        self._names: dict[bytes, str] = {}

    def store(self, value: Any) -> Any:
        return codec.to_tree(value, self._add)

    def _add(self, tensor: torch.Tensor) -> str:
        plain = tensor.detach().contiguous()
        content = str((plain.dtype, tuple(plain.shape))).encode() + safetensors.torch.save({"t": plain})
        name = self._names.setdefault(content, f"t{len(self._names)}")
        self.tensors[name] = plain
        return name

    def tensors_file(self) -> bytes:
        return safetensors.torch.save(self.tensors or {"empty": torch.zeros(0)})


def _store_outcomes(reference: OracleReference, name: str, functions: list[str], trees: _Trees) -> dict[str, Any]:
    (candidate,) = [c for c in reference.candidates(functions[0]) if c.name == name]
    outcomes: dict[str, dict[str, Any]] = {name: {} for name in functions}
    for case in reference.cases:
        if case.call.target in functions:
            outcome = candidate.outcome(case)
            told = {"raised": outcome.raised} if outcome.raised else {"value": trees.store(outcome.value)}
            outcomes[case.call.target][case.name] = told
    return outcomes


def _store_traces(reference: OracleReference, trees: _Trees) -> dict[str, Any]:
    """What the sub-modules of classes give, for exercises that have classes."""
    found = [
        [*key_of(case), [[label, trees.store(value)] for label, value in trace]]
        for case in reference.cases
        if case.call.init is not None and (trace := reference.submodules(case))
    ]
    return {"submodules": found} if found else {}


def _store_case(case: Case, trees: _Trees) -> dict[str, Any]:
    call = case.call
    return {
        "name": case.name,
        "dims": dict(case.dims),
        "differentiable": list(case.differentiable),
        "target": call.target,
        "method": call.method,
        "inputs": [[name, _store_input(value, trees)] for name, value in call.inputs.items()],
        "init": None if call.init is None else [[n, trees.store(v)] for n, v in call.init.items()],
        "state": None if call.state is None else [[n, trees.store(v)] for n, v in call.state.items()],
        **({"probe": call.probe} if call.probe else {}),
    }


def _store_input(value: Any, trees: _Trees) -> Any:
    return {"ref": value.name} if isinstance(value, Ref) else {"value": trees.store(value)}


def _load_case(stored: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Case:
    def values(pairs: list[Any] | None) -> dict[str, Any] | None:
        return None if pairs is None else {name: codec.from_tree(tree, tensors) for name, tree in pairs}

    inputs = {
        name: Ref(tree["ref"]) if "ref" in tree else codec.from_tree(tree["value"], tensors)
        for name, tree in stored["inputs"]
    }
    init, state = values(stored["init"]), values(stored["state"])
    call = Call(stored["target"], inputs, init, state, stored["method"], stored.get("probe", ""))
    return Case(stored["name"], call, stored["dims"], tuple(stored["differentiable"]))


def _load_function(stored: dict[str, Any]) -> Function:
    outputs = tuple(Output(**{**o, "properties": tuple(o.get("properties", ()))}) for o in stored["outputs"])
    return Function(**{**stored, "outputs": outputs})


def _load_misconception(stored: dict[str, Any], tensors: dict[str, torch.Tensor]) -> tuple[tuple[str, ...], Candidate]:
    outcomes = {
        (function, name): Outcome(raised=told["raised"])
        if "raised" in told
        else Outcome(codec.from_tree(told["value"], tensors))
        for function, cases in stored["outcomes"].items()
        for name, told in cases.items()
    }
    candidate = Candidate(
        stored["name"],
        Text(**stored["finding"]),
        Text(**stored["consequence"]),
        tuple(Text(**hint) for hint in stored["hints"]),
        lambda case: outcomes.get(key_of(case), Outcome()),
        stored.get("convention", False),
    )
    return tuple(stored["functions"]), candidate
