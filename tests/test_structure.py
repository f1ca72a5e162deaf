"""The shape of the repository: syntax is Python 3.10's, notebooks and releases are clean. (Imports: `make lint`.)"""

import ast
import hashlib
import importlib.metadata
import inspect
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest
from courses import ROOT
from packaging.requirements import Requirement

from attentif.cli.references import file_problems
from attentif.exercises.course import Course
from attentif.references.oracles import load_exercise
from attentif.student.notebook import without_magics

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COURSE = Course(ROOT)
ATELIERS = COURSE.ateliers()
CODED = [atelier for atelier in ATELIERS if COURSE.exercises(atelier)]  # the others are modules: lectures and questions
NOTEBOOKS = sorted(p for a in ATELIERS for p in (ROOT / "source" / a).glob("*.ipynb"))
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


@pytest.mark.parametrize("name", [n for n in TRACKED if n.endswith(".py")])
def test_syntax_is_that_of_python_3_10(name):
    if (ROOT / name).exists():
        ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 10))


def test_the_installed_package_asks_for_what_pyproject_says():
    """Releases carry a wheel made from the installed package's metadata."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {(Requirement(r).name, str(Requirement(r).specifier)) for r in said["dependencies"]}
    for extra in said.get("optional-dependencies", {}).values():
        wanted |= {(Requirement(r).name, str(Requirement(r).specifier)) for r in extra}
    asked = map(Requirement, importlib.metadata.requires("attentif") or ())
    assert {(r.name, str(r.specifier)) for r in asked} == wanted, (
        "the installed package is older than pyproject.toml: run `make check` again, which installs it anew"
    )


def test_sentences_stand_in_words():
    """Who corrects a sentence finds it there; elsewhere a Text is only put together of what is read or named."""
    elsewhere = []
    for path in sorted((ROOT / "src" / "attentif").rglob("*.py")):
        room = path.relative_to(ROOT / "src" / "attentif").parts[0]
        if room in ("words", "models"):  # what is said of models stands in models/messages.py
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                elsewhere += [f"{path.relative_to(ROOT)}:{node.lineno}"] if any(map(_is_sentence, node.args)) else []
    assert not elsewhere


def _is_sentence(node):
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and bool(node.value))


def test_no_two_public_classes_of_the_library_have_one_name():
    places = {}
    for path in sorted((ROOT / "src" / "attentif").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert not {name: found for name, found in places.items() if len(found) > 1}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_source_notebooks_carry_no_outputs(path):
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


@pytest.mark.parametrize("path", sorted(ROOT.glob("source/*/*.ipynb")), ids=lambda path: path.stem)
def test_no_provided_cell_that_grading_runs_calls_an_answer(path):
    """An endless loop would stop the kernel there, and cost the exercises that follow: such cells are illustrations."""
    code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    answers, provided = [], []
    for cell in code:
        mark = cell.metadata.get("nbgrader", {})
        statements = ast.parse(without_magics(cell.source)).body
        if mark.get("solution"):
            answers += [node.name for node in statements if isinstance(node, DEFINITIONS)]
        elif not mark.get("grade") and "illustration" not in cell.metadata.get("tags", []):
            provided += [node for node in statements if not isinstance(node, DEFINITIONS)]
    used = {node.id for statement in provided for node in ast.walk(statement) if isinstance(node, ast.Name)}
    assert answers or path.parent.name not in CODED
    assert not used & set(answers)


@pytest.mark.parametrize("atelier", CODED)
def test_check_cells_and_oracles_agree(atelier):
    """Each exercise has one check cell, worth what its oracle says; together, 100 points."""
    points = {}
    for path in (ROOT / "source" / atelier).glob("*.ipynb"):
        for cell in nbformat.read(path, 4).cells:
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("grade"):
                assert mark["grade_id"] not in points
                points[mark["grade_id"]] = mark["points"]
                name = mark["grade_id"]
                assert cell.source.splitlines()[0] == f'check("{name}")'
                assert f'check("{name}", hidden=True)' in cell.source
    assert points == {name: load_exercise(COURSE.oracle(atelier, name)).points for name in COURSE.exercises(atelier)}
    assert sum(points.values()) == 100


@pytest.mark.parametrize("atelier", CODED)
def test_what_the_notebook_provides_is_what_the_oracle_provides(atelier):
    """A helper that the statement gives must be the very one that references are computed with."""
    given = [
        (node.name, body_of(node))
        for path in (ROOT / "source" / atelier).glob("*.ipynb")
        for cell in nbformat.read(path, 4).cells
        if cell.cell_type == "code"
        for node in ast.parse(without_magics(cell.source)).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    for name in COURSE.exercises(atelier):
        for helper in load_exercise(COURSE.oracle(atelier, name)).provided:
            (expected,) = ast.parse(textwrap.dedent(inspect.getsource(helper))).body
            assert (helper.__name__, body_of(expected)) in given, f"{name}: {helper.__name__}"


def body_of(node):
    """A function's arguments and statements, or what a class is derived from and defines; docstrings left out."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [ast.dump(node)]
    statements = node.body[1:] if ast.get_docstring(node) else node.body
    if isinstance(node, ast.ClassDef):
        return [[ast.dump(base) for base in node.bases], *(body_of(statement) for statement in statements)]
    return [ast.dump(node.args), *(ast.dump(statement) for statement in statements)]


@pytest.mark.parametrize(
    ("atelier", "name"), [(a, e) for a in ATELIERS for e in COURSE.exercises(a)], ids=lambda value: value
)
def test_public_reference_files_are_what_the_oracles_give(atelier, name):
    assert file_problems(COURSE, atelier, name) == []


@pytest.mark.parametrize("atelier", ATELIERS)
def test_the_committed_release_is_what_the_source_gives(atelier):
    done = subprocess.run(
        [sys.executable, "-m", "attentif.cli.main", "release", "--check", atelier],
        cwd=ROOT, capture_output=True, text=True, timeout=250,
    )  # fmt: skip
    assert done.returncode == 0, f"run `make release`: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("path", sorted((ROOT / "release").rglob("*.ipynb")), ids=lambda p: p.stem)
def test_releases_have_stubs_and_nothing_hidden(path):
    notebook = nbformat.read(path, 4)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "hidden=True" not in text
    assert "BEGIN SOLUTION" not in text
    assert "BEGIN HIDDEN" not in text
    assert text.count("NotImplementedError") + text.count("reponse = ...") >= 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_solutions_were_executed_and_pass_every_check(path):
    solved = nbformat.read(ROOT / "solutions" / path.parent.name / path.name, 4)
    source = nbformat.read(path, 4)
    assert [c.source for c in solved.cells] == [c.source for c in source.cells], "run `make solutions`"
    for cell in solved.cells:
        assert not [o for o in cell.get("outputs", []) if o.output_type == "error"], cell.source
        if cell.metadata.get("nbgrader", {}).get("grade"):
            shown = "".join(o["data"]["text/plain"] for o in cell.outputs if "data" in o)
            assert "✓" in shown
            assert "✗" not in shown


def test_data_files_are_those_whose_checksums_are_given():
    stated = dict(re.findall(r"`([\w./-]+)`[^\n]*?`([0-9a-f]{64})`", (ROOT / "data" / "README.md").read_text()))
    files = [p for p in (ROOT / "data").rglob("*") if p.is_file() and p.suffix not in (".md", ".py")]
    assert files
    for path in files:
        name = path.relative_to(ROOT / "data").as_posix()
        matching = [digest for stated_name, digest in stated.items() if stated_name.endswith(name)]
        assert matching == [hashlib.sha256(path.read_bytes()).hexdigest()], name


def test_nothing_of_this_machine_is_committed():
    pattern = re.compile(r"(^|[^\w.~-])/(work|root|farm)/", re.MULTILINE)
    for name in TRACKED:
        path = ROOT / name
        if path.suffix in (".safetensors", ".whl", ".png") or not path.is_file():
            continue
        if path.parent.name == "handbook" and path.suffix == ".txt":  # a book on Debian speaks of /root
            continue
        assert path.stat().st_size < 5 * 1024 * 1024, name
        if path.resolve() == Path(__file__).resolve():
            continue
        assert not pattern.search(path.read_text(encoding="utf-8")), name


def test_no_predictions_are_handed_out():
    """What the solved notebook wrote, left in source/, would go into the release."""
    assert not [name for name in TRACKED if Path(name).name == "predictions.tsv"]


def test_manifests_name_no_machine():
    for path in (ROOT / "source").rglob("references/*.json"):
        assert set(json.loads(path.read_text())["built_with"]) == {"torch", "numpy"}
