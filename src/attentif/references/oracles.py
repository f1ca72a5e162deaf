"""References that compute: the oracle module of an exercise, and fresh cases drawn from a seed."""

from __future__ import annotations

import copy
import functools
import hashlib
import importlib
import sys
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from attentif.exercises.alternatives import AlternativeBroken, completed
from attentif.exercises.exercise import Case, Exercise, Function, Given, Misconception, Variant
from attentif.exercises.unlisted import Unlisted
from attentif.exercises.words_files import WordsBroken, load_words
from attentif.references.candidates import Candidate
from attentif.references.inherited import inherited
from attentif.references.outcome import Outcome, Trace, evaluate
from attentif.references.pairs import Pair, composed_pair, pair_candidate, pairs_of
from attentif.remote.inside import probes
from attentif.remote.wire import codec
from attentif.remote.wire.call import Ref
from attentif.words.text import Text


class OracleBroken(Exception):
    """An oracle module is missing, cannot be imported, or fails on its own cases."""


def load_exercise(path: Path) -> Exercise:
    """The ``EXERCISE`` of an oracle module, with the mistakes and equivalents of ``mistakes.py`` and their words in
    ``mistakes.fr.md`` and ``mistakes.en.md`` beside it. Exercises of one atelier may import each other relatively.

    Raises OracleBroken if there is no such file, no exercise in it, or anything wrong with what stands beside it.
    """
    if not path.is_file():
        raise OracleBroken(f"no oracle module {path.name} in {path.parent}")
    folder = path.parent.resolve()
    package = f"{_package(folder.parent)}.{folder.name}"
    if package not in _loaded:
        exercise = getattr(_import(package, path), "EXERCISE", None)
        if not isinstance(exercise, Exercise):
            raise OracleBroken(f"{path} does not define EXERCISE = Exercise(...)")
        mistakes = path.with_name("mistakes.py")
        _loaded[package] = _completed(exercise, package, mistakes) if mistakes.is_file() else exercise
    return _loaded[package]


_loaded: dict[str, Exercise] = {}


def _completed(exercise: Exercise, package: str, path: Path) -> Exercise:
    module = _import(package, path)
    mistakes, equivalents = (getattr(module, name, None) for name in ("MISTAKES", "EQUIVALENTS"))
    if mistakes is None or equivalents is None:
        raise OracleBroken(f"{path} does not define MISTAKES and EQUIVALENTS")
    try:
        return completed(exercise, mistakes, equivalents, load_words(path.parent))
    except WordsBroken as error:
        raise OracleBroken(str(error)) from error
    except AlternativeBroken as error:
        raise OracleBroken(f"{path}: {error}") from error


def load_unlisted(oracle: Path) -> list[Unlisted]:
    """The wrong answers of ``unlisted.py`` beside an oracle module, in order; none if there is no such file. Raises
    OracleBroken if it cannot be imported."""
    path = oracle.with_name("unlisted.py")
    if not path.is_file():
        return []
    folder = path.parent.resolve()
    module = _import(f"{_package(folder.parent)}.{folder.name}", path)
    return [item for item in vars(module).values() if isinstance(item, Unlisted)]


def _package(atelier: Path) -> str:
    # A name of its own for each atelier: two courses in one process must not see each other's oracles.
    name = "attentif_oracles_" + hashlib.sha256(str(atelier).encode()).hexdigest()[:12]
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(atelier)]
        sys.modules[name] = package
    return name


def _import(package: str, path: Path) -> ModuleType:
    try:
        importlib.invalidate_caches()
        return importlib.import_module(f"{package}.{path.stem}")
    except Exception as error:
        raise OracleBroken(f"{path} cannot be imported: {type(error).__name__}: {error}") from error


@functools.lru_cache(maxsize=64)
def drawn(path: Path, seed: int, count: int = 3) -> OracleReference:
    """The drawn cases of an oracle module's exercise. Remembered, with what the oracle has said of them: a class meets
    the same draws, and its right answers and mistakes are computed once. Raises OracleBroken as ``load_exercise``."""
    return OracleReference.drawn(load_exercise(path), seed, count)


CaseKey = tuple[str, str]


def key_of(case: Case) -> CaseKey:
    """What tells a case from the others of its exercise: the function it calls, and its name."""
    return case.call.target, case.name


_MOST_OTHERS = 8


def _content_of(case: Case) -> Any:
    call = case.call
    inputs = {name: ["Ref", value.name] if isinstance(value, Ref) else value for name, value in call.inputs.items()}
    asked = [{**call.as_tree(), "inputs": inputs}, call.probe]
    return [case.name, dict(case.dims), list(case.differentiable), asked]


@dataclass
class OracleReference:
    """Cases given by the author or drawn afresh, answered by running the oracle when asked (and remembered)."""

    oracle: Exercise
    cases: Sequence[Case]
    hidden: bool = True
    _expected: dict[CaseKey, Any] = field(default_factory=dict)
    _variants: dict[tuple[str, CaseKey], Outcome] = field(default_factory=dict)
    _gradients: dict[tuple[CaseKey, bytes], list[Any]] = field(default_factory=dict)
    _witnesses: Sequence[Case] | None = None
    _pairs: dict[str, list[Candidate]] = field(default_factory=dict)
    _others: dict[Hashable, OracleReference] = field(default_factory=dict)

    @classmethod
    def drawn(cls, exercise: Exercise, seed: int, count: int = 3) -> OracleReference:
        """``count`` fresh draws of hidden cases."""
        return cls(exercise, exercise.draws(seed, count))

    @classmethod
    def public(cls, exercise: Exercise) -> OracleReference:
        """The public cases."""
        return cls(exercise, exercise.public(), hidden=False)

    def of_others(self, *cases: Case) -> OracleReference:
        """The same for cases that a check makes itself. Remembered with what it says of them, as this one is: a check
        makes the same for every student of a class."""
        content = [_content_of(case) for case in cases]
        key = hashlib.sha256(codec.encode(content)).digest(), tuple(case.observe for case in cases)
        if key not in self._others:
            self._others[key] = OracleReference(self.oracle, cases, self.hidden, _witnesses=self.witnesses)
            if len(self._others) > _MOST_OTHERS:  # made otherwise each time: none of them will come again
                self._others.pop(next(iter(self._others)))
        return self._others[key]

    @property
    def exercise(self) -> str:
        """Name of the exercise."""
        return self.oracle.name

    @property
    def title(self) -> Text:
        """The exercise's title."""
        return self.oracle.title

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions that the student defines."""
        return self.oracle.functions

    @property
    def witnesses(self) -> Sequence[Case]:
        """The public cases, where these are hidden ones."""
        if self._witnesses is None:
            self._witnesses = self.oracle.public() if self.hidden else []
        return self._witnesses

    def original(self, case: Case) -> Case:
        """The case as it was drawn, whatever a check made of its inputs (dtype, layout)."""
        return {key_of(c): c for c in self.cases}.get(key_of(case), case)

    def expected(self, case: Case) -> Any:
        """The reference's answer; raises OracleBroken if the reference itself fails."""
        key = key_of(case)
        if key not in self._expected:
            outcome = evaluate(self.original(case), self.oracle.namespace())
            if outcome.raised:
                raise OracleBroken(f"the reference of {self.exercise} raises {outcome.raised} on case {case.name}")
            self._expected[key] = outcome.value
        return self._expected[key]

    def expected_gradients(self, case: Case, cotangent: Any) -> list[Any]:
        """Gradients of ⟨first output, cotangent⟩ through the reference, in the order of ``case.differentiable``.
        Remembered where the inputs are those that were drawn."""
        if self.original(case) is not case:
            return self._gradients_of(case, cotangent)
        key = (key_of(case), cotangent.numpy().tobytes())
        if key not in self._gradients:
            self._gradients[key] = self._gradients_of(case, cotangent)
        return self._gradients[key]

    def _gradients_of(self, case: Case, cotangent: Any) -> list[Any]:
        call = copy.deepcopy(case.call)
        return list(
            probes.gradients(vars(self.oracle.namespace()), call, wrt=list(case.differentiable), cotangent=cotangent)
        )

    def candidates(self, function: str) -> list[Candidate]:
        """The misconceptions that touch ``function``."""
        return [self._candidate(m) for m in self.oracle.misconceptions if function in m.defines]

    def pairs(self, function: str) -> list[Candidate]:
        """Pairs of them whose edits go together, each composed when it is asked what it gives."""
        if function not in self._pairs:
            self._pairs[function] = [
                pair_candidate(pair, self._outcomes_of_pair(pair)) for pair in pairs_of(self.oracle, function)
            ]
        return self._pairs[function]

    def inherited(
        self, function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome], student: Any
    ) -> Given | None:
        """The earlier functions of the student given which all outcomes are right."""
        drawn = [self.original(case) for case in cases]
        return inherited(self.oracle, function, drawn, outcomes, student)

    def submodules(self, case: Case) -> Trace | None:
        """Outputs of the reference's sub-modules; None if it is no module of torch."""
        call = copy.deepcopy(case.call)
        if not issubclass(self.oracle.reference.get(call.target, type(None)), torch.nn.Module):  # type: ignore[arg-type]
            return None
        return probes.hook_outputs(vars(self.oracle.namespace()), replace(call, method=""))

    def _candidate(self, misconception: Misconception) -> Candidate:
        m = misconception
        return Candidate(m.name, m.finding, m.consequence, m.hints, self._outcomes_of(m), m.convention)

    def _outcomes_of(self, variant: Variant) -> Callable[[Case], Outcome]:
        def outcome(case: Case) -> Outcome:
            key = (variant.name, key_of(case))
            if key not in self._variants:
                self._variants[key] = evaluate(self.original(case), self.oracle.namespace(variant))
            return self._variants[key]

        return outcome

    def _outcomes_of_pair(self, pair: Pair) -> Callable[[Case], Outcome]:
        @functools.cache
        def outcomes() -> Callable[[Case], Outcome]:
            variant = composed_pair(self.oracle, pair)
            return self._outcomes_of(variant) if variant else lambda _: Outcome(raised="SyntaxError")

        return lambda case: outcomes()(case)
