"""docs/authoring.md, followed to the letter: each block is a file, a cell or commands, in the order of the page."""

import re
import shlex
import subprocess
import sys

import nbformat
import pytest
from courses import ROOT, make_course

BLOCK = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")


def attentif_here(course, *arguments):
    """A command of the program in the course's folder: its exit status and what it printed."""
    command = [sys.executable, "-m", "attentif.cli.main", *arguments]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def course(tmp_path):
    """A course that has the first notebook of atelier 1, and no exercise of its own."""
    made = make_course(tmp_path / "course")
    folder = made.root / "source" / "atelier1"
    folder.mkdir(parents=True)
    notebook = nbformat.read(ROOT / "source" / "atelier1" / "01_vecteurs.ipynb", 4)
    notebook.cells = notebook.cells[:2]
    nbformat.write(notebook, folder / "01_vecteurs.ipynb")
    return made


def follow(course, language, place, text):
    """Does what a block of the page says; returns what commands printed."""
    if place.startswith("cell "):
        path = course.root / "source" / "atelier1" / "01_vecteurs.ipynb"
        notebook = nbformat.read(path, 4)
        grade_id = place.removeprefix("cell ")
        (cell,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
        cell.source = text.rstrip("\n")
        nbformat.write(notebook, path)
    elif place:
        path = course.root / place
        assert path.is_file(), f"`attentif new` has not written {place}"
        path.write_text(text, encoding="utf-8")
    elif language == "bash":
        return "".join(run(course, line) for line in text.splitlines() if line)
    return ""


def run(course, line):
    program, *arguments = shlex.split(line.partition("#")[0])
    assert program == "attentif"
    status, printed = attentif_here(course, *arguments)
    assert status == 0, f"{line}:\n{printed}"
    return printed


def test_the_page_makes_an_exercise_that_is_proven_and_released(course):
    printed = "".join(follow(course, *block) for block in BLOCK.findall(PAGE))
    assert printed.count("✓ cosine_distance is proven") == 2
    assert "Vous renvoyez la similarité, non la distance." in printed
    assert "3 pair(s)" not in printed
    assert "2 pair(s) of mistakes can be named" in printed
    released = (course.root / "release" / "atelier1" / "01_vecteurs.ipynb").read_text(encoding="utf-8")
    assert "cosine_distance" in released
    assert "u @ v / norms" not in released


def test_prove_says_what_is_wrong(course):
    assert attentif_here(course, "new", "exercise", "mean_of_squares", "--atelier", "atelier1")[0] == 0
    folder = course.folder("atelier1", "mean_of_squares")
    mistakes = folder / "mistakes.py"
    right = mistakes.read_text()
    mistakes.write_text(right.replace('"np.mean", "np.sum"', '"x**2", "x * x"'))
    status, printed = attentif_here(course, "prove", "mean_of_squares", "--brief")
    assert status == 1
    assert "misconception sum_for_mean cannot be told from the reference" in printed
    assert "mistake sum_for_mean gets full marks" in printed
    mistakes.write_text(right.replace('"x**2", "x"', '"x**3", "x"'))
    status, printed = attentif_here(course, "prove", "mean_of_squares", "--brief")
    assert status == 2
    assert "not_squared: 'x**3' must stand in the reference exactly once" in " ".join(printed.split())
    mistakes.write_text(right)
    (folder / "mistakes.en.md").write_text((folder / "mistakes.en.md").read_text().replace("## sum_for_mean", "## sum"))
    status, printed = attentif_here(course, "prove", "mean_of_squares", "--brief")
    assert status == 2
    assert "mistakes.en.md: nothing about sum_for_mean" in " ".join(printed.split())


def test_an_exercise_is_not_written_over(course):
    assert attentif_here(course, "new", "exercise", "twice", "--atelier", "atelier1")[0] == 0
    status, printed = attentif_here(course, "new", "exercise", "twice", "--atelier", "atelier1")
    assert status == 2
    assert "grader_tests/atelier1/twice exists already" in printed
    status, printed = attentif_here(course, "new", "exercise", "Not a name", "--atelier", "atelier1")
    assert status == 2
