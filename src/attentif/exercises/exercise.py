"""What an exercise is: plain data that a course author writes and everything else reads.

An exercise names the functions (or classes) a student defines, how they are called, what they return, the
reference that is right, the mistakes worth a name and the other ways of being right. A *call* is data too, so
that one description serves the student's laptop, the sandboxed kernel, the reference and every misconception.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np

from attentif.exercises.edits import Change
from attentif.remote.wire.call import Call
from attentif.words.text import Text

Comparison = Literal["close", "exact", "up_to_sign", "data"]


@dataclass(frozen=True)
class Output:
    """One value that a function returns.

    ``axes`` names the axes, separated by spaces (``"B h T_q d_v"``); an empty string is a scalar. ``compare``
    is ``"close"`` (floats), ``"exact"`` (booleans, integers), ``"up_to_sign"`` (each row up to its sign) or, for the
    only output of a function, ``"data"`` (bytes, text, numbers, lists of them: equal as a whole, lists as tuples).
    ``properties`` are names of ``attentif.diagnosis.properties`` that right values have: a wrong answer that nothing
    names is told by the first that it lacks.
    """

    name: str
    axes: str = ""
    compare: Comparison = "close"
    properties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Function:
    """A name the student must define: a function, or a class whose instances are called.

    ``signature`` is shown to students when theirs cannot be called like it. ``rtol`` and ``atol`` hold for answers
    computed in float64; float32 ones, even if cast back, get at least rtol 1e-4 and atol 1e-5.
    """

    name: str
    signature: str
    outputs: tuple[Output, ...]
    kind: Literal["function", "class"] = "function"
    rtol: float = 1e-6
    atol: float = 1e-8


@dataclass(frozen=True)
class Case:
    """A call worth making: ``dims`` maps axis names to sizes, ``differentiable`` names the float inputs by which
    the first output is differentiated (empty: gradients are not checked). ``observe`` maps (call inputs, student's
    value) to what is compared, on the trusted side only: for answers that are right by what they do, not by their
    value. Public cases cannot have one, since their file holds data and no code."""

    name: str
    call: Call
    dims: Mapping[str, int] = field(default_factory=dict)
    differentiable: tuple[str, ...] = ()
    observe: Callable[[Mapping[str, Any], Any], Any] | None = None


@dataclass(frozen=True)
class Variant:
    """An implementation of one or several of an exercise's functions other than the reference.

    ``defines`` maps the student's names to implementations. ``uses`` are helpers (functions or classes) that the
    implementations call: their source goes along when the variant is placed in a notebook. Where the variant is an
    edited reference, ``changes`` are the edits and ``text`` is what they leave of the definitions that they touch.
    """

    name: str
    defines: Mapping[str, Callable[..., Any]]
    uses: tuple[Any, ...] = ()
    changes: tuple[Change, ...] = ()
    text: str = ""

    def source(self) -> str:
        """Python source that defines the student's names, to be pasted in a solution cell."""
        return self.text or implementation_source(self.defines, self.uses)


@dataclass(frozen=True)
class Misconception(Variant):
    """A wrong implementation that deserves a name: what it computes, what follows, three graded hints.

    ``convention``: right elsewhere, but another convention than the one that the statement fixes; the message says so.
    """

    finding: Text = field(default=Text("", ""))
    consequence: Text = field(default=Text("", ""))
    hints: tuple[Text, ...] = ()
    convention: bool = False


@dataclass(frozen=True)
class Equivalent(Variant):
    """Another way of being right, which must get full marks."""


@dataclass(frozen=True)
class Given:
    """Functions of earlier exercises that students may call in this one.

    ``written_with(*functions)`` makes implementations, like ``reference``, that call the functions handed over in the
    order of ``names``. Handed the student's own, they tell a mistake of this exercise from one that it inherits; where
    several of an exercise's ``given`` explain it, the one with the fewest names is blamed.
    """

    names: tuple[str, ...]
    written_with: Callable[..., Mapping[str, Callable[..., Any]]]


@dataclass(frozen=True)
class Exercise:
    """Everything the course knows about one exercise.

    ``reference`` is compared with ``independent`` (another library's code) by ``attentif references verify``.
    ``public`` returns the cases students receive, ``draw(rng)`` one fresh draw of hidden cases: every regime,
    all dimensions pairwise different. ``provided`` are helpers that the notebook gives to students, whose source
    stands in an ungraded cell. ``given`` says which earlier functions students may call. Without ``functions`` it is an
    exercise whose checks read files that are handed in.
    """

    name: str
    atelier: str
    number: str
    title: Text
    points: int
    functions: tuple[Function, ...]
    reference: Mapping[str, Callable[..., Any]]
    independent: Mapping[str, Callable[..., Any]]
    public: Callable[[], list[Case]]
    draw: Callable[[np.random.Generator], list[Case]]
    misconceptions: tuple[Misconception, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    uses: tuple[Any, ...] = ()
    provided: tuple[Any, ...] = ()
    core: bool = False
    given: tuple[Given, ...] = ()

    def function(self, name: str) -> Function:
        """The function of that name; ``KeyError`` if the exercise has none."""
        return {f.name: f for f in self.functions}[name]

    def draws(self, seed: int, count: int = 3) -> list[Case]:
        """``count`` independent draws of hidden cases, reproducible from ``seed``."""
        return [
            replace(case, name=f"{case.name}#{i}")
            for i in range(count)
            for case in self.draw(np.random.default_rng([seed, i]))
        ]

    def namespace(self, variant: Variant | None = None) -> SimpleNamespace:
        """The reference's functions, those of ``variant`` in their place where it defines them."""
        provided = {item.__name__: item for item in self.provided}
        return SimpleNamespace(**{**provided, **self.reference, **(variant.defines if variant else {})})

    @cached_property
    def solution_source(self) -> str:
        """Python source of the reference, to be pasted in a solution cell."""
        return implementation_source(self.reference, self.uses)


def implementation_source(defines: Mapping[str, Callable[..., Any]], uses: Sequence[Any]) -> str:
    """Source of the helpers, then of each implementation, then the student's names bound to them."""
    return "\n\n\n".join(_source_parts(defines, uses)) + "\n"


def _source_parts(defines: Mapping[str, Callable[..., Any]], uses: Sequence[Any]) -> Iterator[str]:
    seen: set[str] = set()
    for item in (*uses, *defines.values()):
        if item.__name__ not in seen:
            seen.add(item.__name__)
            yield textwrap.dedent(inspect.getsource(item)).strip()
    bindings = [f"{name} = {item.__name__}" for name, item in defines.items() if name != item.__name__]
    if bindings:
        yield "\n".join(bindings)
