"""Making courses for tests, handing in, and running nbgrader as a person would."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from attentif.exercises.course import Course
from attentif.references import stored
from attentif.references.oracles import load_exercise

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests" / "sample_course"
# The long form of the proofs over all answers of the course: hours, before a release.
EVERY_ANSWER = bool(os.environ.get("ATTENTIF_EVERY_ANSWER"))
# nbgrader calls `alembic` by name: it is found though the virtual environment may not be active.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def nbgrader(course, *arguments, check=True, **environment):
    """Runs an nbgrader command in a course; returns the finished process with its output in ``stdout``."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        env={**os.environ, "PATH": PATH, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
    )
    assert not check or done.returncode == 0, done.stdout
    return done


def attentif(course, *arguments, check=True, timeout=280):
    """Runs ``attentif`` in a course; returns the finished process, its output in ``stdout``."""
    done = subprocess.run(
        [sys.executable, "-m", "attentif.cli.main", *arguments],
        cwd=course.root,
        env={**os.environ, "PATH": PATH, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )
    assert not check or done.returncode == 0, done.stdout
    return done


def gradebook_of(course):
    """The course's gradebook, to be used with ``with``."""
    return Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "attentif")


def load_module(path):
    """A module from a file that is on no import path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_course(folder, config=ROOT / "nbgrader_config.py"):
    """An empty course with the repository's own configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(config, folder / "nbgrader_config.py")
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT.md"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "src").symlink_to(ROOT / "src", target_is_directory=True)
    return Course(folder)


def make_mini_course(folder, notebook):
    """The sample course with its public references built and its assignment released."""
    course = make_course(folder)
    shutil.copytree(SAMPLE / "source", folder / "source")
    shutil.copytree(SAMPLE / "grader_tests", folder / "grader_tests")
    nbformat.write(notebook, folder / "source" / "mini" / "mini.ipynb")
    exercise = load_exercise(course.oracle("mini", "center"))
    references = course.references("mini")
    references.mkdir()
    for path, content in zip(stored.reference_paths(references, "center"), stored.build(exercise), strict=True):
        path.write_bytes(content)
    nbgrader(course, "generate_assignment", "mini")
    return course


def submit(course, student, atelier, edit=None, name="mini"):
    """Hands in the released notebook after ``edit(notebook)``; returns its path."""
    notebook = nbformat.read(course.root / "release" / atelier / f"{name}.ipynb", 4)
    if edit is not None:
        edit(notebook)
    path = course.root / "submitted" / student / atelier / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def answer(code, grade_id="center_code"):
    """An edit that puts ``code`` in a solution cell."""

    def edit(notebook):
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
                cell.source = code

    return edit
