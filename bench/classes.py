"""Two small courses for measuring: a torch notebook and one that imports transformers' model classes.

Each exists twice: for attentif (check cells, checks outside the kernel) and for stock nbgrader (hand-written asserts
in the same cells, which is less work for the kernel than checks would be).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from attentif.exercises.course import Course
from attentif.references import stored
from attentif.references.oracles import load_exercise

ROOT = Path(__file__).resolve().parent.parent
ATELIER = "bench"
POINTS = 6.0
CHECK = 'check("{0}")\n### BEGIN HIDDEN TESTS\ncheck("{0}", hidden=True)\n### END HIDDEN TESTS'


@dataclass(frozen=True)
class Subject:
    """A notebook: its ordinary cells, one exercise, its answers right and wrong, and its asserts."""

    name: str
    exercise: str
    signature: str
    imports: str
    reference: str
    right: tuple[str, str]
    wrong: str
    after: str
    inputs: str
    asserts: str


TORCH = Subject(
    name="torch",
    exercise="attention",
    signature="Q, K, V",
    imports="import math\n\nimport torch\nimport torch.nn.functional as F",
    reference="return F.softmax(Q @ K.T / math.sqrt(Q.shape[-1]), dim=-1) @ V",
    right=(
        "scores = Q @ K.T / math.sqrt(Q.shape[-1])\n    return F.softmax(scores, dim=-1) @ V",
        "scores = (Q / Q.shape[-1] ** 0.5) @ K.transpose(0, 1)\n    scores = scores.exp()\n"
        "    return (scores / scores.sum(-1, keepdim=True)) @ V",
    ),
    wrong="return Q * 0",
    after="layer = torch.nn.Linear(8, 8)\nloss = layer(torch.randn(4, 8)).pow(2).mean()\nloss.backward()\n"
    "print(layer.weight.grad.shape)",
    inputs='"Q": t(5, 4), "K": t(7, 4), "V": t(7, 3)',
    asserts="Q, K, V = (torch.randn(n, 4, dtype=torch.float64) for n in (5, 7, 7))\n"
    "torch.testing.assert_close(attention(Q, K, V), torch.softmax(Q @ K.T / 2, dim=-1) @ V)",
)
TRANSFORMERS = Subject(
    name="transformers",
    exercise="mean_pool",
    signature="hidden, mask",
    imports="import torch\nfrom transformers import BertConfig, BertModel, GPT2Config, GPT2LMHeadModel",
    reference="return (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)",
    right=(
        "kept = hidden * mask.unsqueeze(-1)\n    return kept.sum(dim=1) / mask.sum(dim=1, keepdim=True)",
        "return torch.stack([h[m.bool()].mean(0) for h, m in zip(hidden, mask)])",
    ),
    wrong="return hidden[:, 0] * 0",
    after="config = BertConfig(vocab_size=99, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, "
    "intermediate_size=32)\nmodel = BertModel(config).eval()\nids = torch.randint(0, 99, (2, 7))\n"
    "print(model(ids).last_hidden_state.shape)\n"
    "gpt = GPT2LMHeadModel(GPT2Config(vocab_size=99, n_embd=16, n_layer=2, n_head=2))\nprint(gpt(ids).logits.shape)",
    inputs='"hidden": t(3, 5, 4), "mask": torch.tensor([[1.0, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 1, 1, 1, 0]]).double()',
    asserts="hidden = torch.randn(2, 4, 3, dtype=torch.float64)\n"
    "mask = torch.tensor([[1.0, 1, 1, 0], [1, 0, 0, 0]], dtype=torch.float64)\n"
    "expected = torch.stack([hidden[0, :3].mean(0), hidden[1, 0]])\n"
    "torch.testing.assert_close(mean_pool(hidden, mask), expected)",
)
SUBJECTS = {subject.name: subject for subject in (TORCH, TRANSFORMERS)}

ORACLE = """
import math

import torch
import torch.nn.functional as F
from attentif.exercises.exercise import Call, Case, Exercise, Function, Output, Text


def {exercise}({signature}):
    {reference}


def independent({signature}):
    {independent}


def case(name, rng):
    def t(*shape):
        return torch.from_numpy(rng.normal(size=shape))

    return Case(name, Call("{exercise}", {{{inputs}}}), {{}})


def draw(rng):
    return [case("first", rng), case("second", rng)]


def public():
    import numpy as np

    return draw(np.random.default_rng(0))


EXERCISE = Exercise(
    name="{exercise}",
    atelier="bench",
    number="0.1",
    title=Text("Mesurer", "Measure"),
    points=6,
    functions=(Function("{exercise}", "({signature})", (Output("result", ""),), rtol=1e-9, atol=1e-9),),
    reference={{"{exercise}": {exercise}}},
    independent={{"{exercise}": independent}},
    public=public,
    draw=draw,
)
"""
TESTS = '''
import pytest

pytestmark = pytest.mark.exercise("{exercise}")


@pytest.mark.weight(2)
def test_values{suffix}(student, cases):
    """Les valeurs sont justes.

    Values are right."""
    cases.check_values(student)


@pytest.mark.requires("test_values{suffix}")
def test_inputs{suffix}(student, cases):
    """Les entrées ne changent pas.

    Inputs do not change."""
    cases.check_inputs_unchanged(student)
'''


def make_course(folder: Path, subject: Subject, *, stock: bool) -> Course:
    """A released course; ``stock`` has nbgrader's own configuration and asserts."""
    folder.mkdir(parents=True)
    course = Course(folder)
    source = folder / "source" / ATELIER
    source.mkdir(parents=True)
    nbformat.write(_notebook(subject, stock=stock), source / f"{subject.name}.ipynb")
    if stock:
        (folder / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "bench"\n')
    else:
        _write_checks(course, subject)
    nbgrader(course, "generate_assignment", ATELIER)
    return course


def _write_checks(course: Course, subject: Subject) -> None:
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT.md"):
        shutil.copy(ROOT / name, course.root)
    (course.root / "src").symlink_to(ROOT / "src", target_is_directory=True)
    oracle = course.oracle(ATELIER, subject.exercise)
    oracle.parent.mkdir(parents=True)
    values = {name: getattr(subject, name) for name in ("exercise", "signature", "reference", "inputs")}
    oracle.write_text(ORACLE.format(**values, independent=subject.right[1]))
    public = course.public_checks(ATELIER)
    (public / "references").mkdir(parents=True)
    (public / f"test_{subject.exercise}.py").write_text(TESTS.format(exercise=subject.exercise, suffix=""))
    hidden = course.folder(ATELIER, subject.exercise) / "test_hidden.py"
    hidden.write_text(TESTS.format(exercise=subject.exercise, suffix="_hidden"))
    paths = stored.reference_paths(public / "references", subject.exercise)
    for path, content in zip(paths, stored.build(load_exercise(oracle)), strict=True):
        path.write_bytes(content)


def _notebook(subject: Subject, *, stock: bool) -> nbformat.NotebookNode:
    name = subject.exercise
    body = f"### BEGIN SOLUTION\n    {subject.right[0]}\n    ### END SOLUTION"
    check = subject.asserts if stock else CHECK.format(name)
    cells = [
        new_markdown_cell(f"# {subject.name}"),
        new_code_cell(subject.imports + ("" if stock else "\nfrom attentif import check")),
        new_code_cell(f"def {name}({subject.signature}):\n    {body}", metadata=_mark(f"{name}_code", solution=True)),
        new_code_cell(check, metadata=_mark(name, grade=True, points=POINTS)),
        new_code_cell(subject.after),
        new_code_cell('print("fin")'),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def _mark(grade_id: str, *, grade: bool = False, solution: bool = False, points: float | None = None) -> dict:
    mark = {"schema_version": 3, "grade_id": grade_id, "grade": grade, "solution": solution, "locked": not solution}
    mark["task"] = False
    if points is not None:
        mark["points"] = points
    return {"nbgrader": mark}


def hand_in(course: Course, subject: Subject, count: int) -> None:
    """A class in which half is right, in two ways, a quarter wrong, and a quarter blank."""
    bodies = (subject.right[0], subject.wrong, subject.right[1], 'raise NotImplementedError("à compléter")')
    released = nbformat.read(course.root / "release" / ATELIER / f"{subject.name}.ipynb", 4)
    for number in range(count):
        for cell in released.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                head = f"def {subject.exercise}({subject.signature}):"
                cell.source = f"# student {number}\n{head}\n    {bodies[number % 4]}"
        folder = course.root / "submitted" / f"student{number:04d}" / ATELIER
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(released, folder / f"{subject.name}.ipynb")


def environment() -> dict[str, str]:
    """The environment of every command that is measured."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PATH": path}


def nbgrader(course: Course, *arguments: str) -> None:
    """Runs an nbgrader command; CalledProcessError if it fails."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    subprocess.run(command, cwd=course.root, env=environment(), check=True, capture_output=True)
