"""An exercise in a folder: oracle, mistakes as edits of its reference, words beside; what is wrong is told."""

import numpy as np
import pytest
import torch

from attentif.references.oracles import OracleBroken, load_exercise

ORACLE = """
import math

import numpy as np

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def half(x):
    return x / 2


def spread(x):
    centred = half(x) - x.mean()
    return math.sqrt((centred**2).sum())


def total(x):
    return half(x).sum() + 0 * spread(x)


def draw(rng):
    return [Case("one", Call(name, {"x": rng.normal(size=5)}), {"n": 5}) for name in ("spread", "total")]


EXERCISE = Exercise(
    name="spread", atelier="mini", number="0", title=Text("Essai", "Trial"), points=1,
    functions=tuple(Function(name, "(x)", (Output("y"),)) for name in ("spread", "total")),
    reference={"spread": spread, "total": total}, independent={"spread": spread, "total": total},
    public=lambda: draw(np.random.default_rng(0)), draw=draw, uses=(half,),
)
"""
MISTAKES = """
from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def by_norm(x):
    return np.linalg.norm(x / 2 - x.mean())


MISTAKES = (
    mistake("not_centred", edit(" - x.mean()", "")),
    mistake("not_halved", edit("x / 2", "x")),
    mistake("nothing", defines={"spread": lambda x: 0.0}),
)
EQUIVALENTS = (equivalent("torch", edit("(centred**2).sum()", "float(torch.tensor(centred).square().sum())")),)
"""
WORDS = "".join(f"## {name}\nA.\n\nB.\n- 1\n- 2\n- 3\n\n" for name in ("not_centred", "not_halved", "nothing"))
X = np.array([1.0, 2.0, 6.0])


def folder_with(folder, oracle=ORACLE, mistakes=MISTAKES, words=WORDS):
    """The path of the oracle module of an exercise that these files make."""
    (folder / "spread").mkdir()
    for name, text in {
        "oracle.py": oracle,
        "mistakes.py": mistakes,
        "mistakes.fr.md": words,
        "mistakes.en.md": words,
    }.items():
        (folder / "spread" / name).write_text(text)
    return folder / "spread" / "oracle.py"


def test_edits_become_implementations(tmp_path):
    exercise = load_exercise(folder_with(tmp_path))
    names = exercise.namespace(exercise.misconceptions[0])
    assert names.spread(X) == pytest.approx(np.sqrt((X**2).sum()) / 2)
    assert list(exercise.misconceptions[0].defines) == ["spread"]
    assert exercise.equivalents[0].defines["spread"](X) == pytest.approx(exercise.reference["spread"](X))


def test_an_edited_helper_changes_every_answer_that_calls_it(tmp_path):
    exercise = load_exercise(folder_with(tmp_path))
    assert set(exercise.misconceptions[1].defines) == {"spread", "total"}
    assert exercise.namespace(exercise.misconceptions[1]).total(X) == X.sum()


def test_an_edited_answer_leaves_those_that_call_it_as_they_were(tmp_path):
    exercise = load_exercise(folder_with(tmp_path))
    assert exercise.namespace(exercise.misconceptions[0]).total is exercise.reference["total"]


def test_a_mistake_may_be_shown_by_a_helper_that_is_asked_about_it(tmp_path):
    """It is a candidate for the helper's cases; what is pasted in a notebook is the answer alone."""
    oracle = ORACLE.replace(
        "EXERCISE =", "def twice(function, x):\n    return 2 * function(x)\n\n\nEXERCISE ="
    ).replace("uses=(half,)", "uses=(half,), provided=(twice,)")
    mistakes = MISTAKES.replace('- x.mean()", "")', '- x.mean()", ""), shown_by=(twice,)').replace(
        "def by_norm", "from .oracle import twice\n\n\ndef by_norm"
    )
    exercise = load_exercise(folder_with(tmp_path, oracle=oracle, mistakes=mistakes))
    shown = exercise.misconceptions[0]
    assert set(shown.defines) == {"spread", "twice"}
    assert exercise.namespace(shown).twice(shown.defines["spread"], X) == pytest.approx(np.sqrt((X**2).sum()))
    assert "twice" not in shown.source()


def test_the_source_of_an_edited_answer_stands_alone_in_a_notebook(tmp_path):
    exercise = load_exercise(folder_with(tmp_path))
    source = exercise.misconceptions[1].source()
    names = {"math": __import__("math")}
    exec(source, names)
    assert names["spread"](X) == exercise.misconceptions[1].defines["spread"](X)
    assert "half(x)" in source


def test_edits_may_use_what_a_notebook_imports(tmp_path):
    exercise = load_exercise(folder_with(tmp_path))
    assert exercise.equivalents[0].defines["spread"].__globals__["torch"] is torch


def other_mistakes(old, new):
    return {"mistakes": MISTAKES.replace(old, new)}


WRONG = {
    "an edit that applies nowhere": (other_mistakes("x / 2", "x / 3"), "mistakes.py: not_halved: 'x / 3' must"),
    "an edit that applies twice": (other_mistakes("x / 2", "half(x)"), "mistakes.py: not_halved: 'half(x)' must"),
    "an edit that leaves no Python": (other_mistakes('"x / 2", "x"', '"x / 2", "x /"'), "not_halved: what the edits"),
    "edits and an implementation": (
        other_mistakes('edit("x / 2", "x")', 'edit("x / 2", "x"), defines={"spread": by_norm}'),
        "not_halved: either edits or whole implementations",
    ),
    "no list of mistakes": (other_mistakes("MISTAKES =", "ERRORS ="), "does not define MISTAKES and EQUIVALENTS"),
    "a mistake without words": ({"words": WORDS.replace("## nothing", "## less")}, "mistakes.py: less has words but"),
    "words of another form": ({"words": WORDS.replace("- 2\n", "")}, "mistakes.fr.md, line 1: not_centred needs"),
    "no exercise": ({"oracle": ORACLE.replace("EXERCISE =", "OTHER =")}, "does not define EXERCISE"),
    "an oracle that raises": ({"oracle": "1 / 0"}, "oracle.py cannot be imported: ZeroDivisionError"),
}


@pytest.mark.parametrize(("files", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told(tmp_path, files, told):
    with pytest.raises(OracleBroken) as caught:
        load_exercise(folder_with(tmp_path, **files))
    assert told in str(caught.value)


def test_exercises_of_one_atelier_import_each_other(tmp_path):
    path = folder_with(tmp_path)
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "oracle.py"
    other.write_text("from ..spread.oracle import EXERCISE\n")
    assert load_exercise(other).reference is load_exercise(path).reference
