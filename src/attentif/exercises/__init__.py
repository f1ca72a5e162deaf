"""An exercise as data; where a course keeps its parts. What oracle modules are written with can be had from here."""

from attentif.exercises.exercise import Case, Equivalent, Exercise, Function, Given, Misconception, Output
from attentif.remote.wire.call import Call, Ref
from attentif.words.text import Text

__all__ = [
    "Call",
    "Case",
    "Equivalent",
    "Exercise",
    "Function",
    "Given",
    "Misconception",
    "Output",
    "Ref",
    "Text",
]
