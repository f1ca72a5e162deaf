"""The program itself: its exit status and its last words, however it ends."""

import os
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest
from courses import ROOT
from packaging.requirements import Requirement


def attentif(*arguments, **options):
    """Runs the program as a user does."""
    command = [sys.executable, "-m", "attentif.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (["--help"], 0, "attentif grade ATELIER", ""),
        (["--version"], 0, "attentif ", ""),
        (["grade"], 2, "", "required: atelier"),
        (["grade", "atelier3", "--workers", "-1"], 2, "", "--workers must be at least 1"),
        (["doctor"], 0, "bubblewrap", ""),
    ],
)
def test_exit_status(arguments, status, out, err):
    done = attentif(*arguments)
    assert done.returncode == status, done.stderr
    assert out in done.stdout
    assert err in done.stderr


def test_outside_of_a_course_it_says_so(tmp_path):
    done = attentif("grade", "atelier3", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("attentif: ")
    assert "Traceback" not in done.stderr


def what_students_have():
    """The distributions that the library needs without its extras, and what they need."""
    found, left = {}, ["attentif"]
    while left:
        name = left.pop()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # torch's own CUDA libraries, where it is the CPU's
            continue
        needed = map(Requirement, found[name].requires or [])
        left += [one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return [distribution for name, distribution in found.items() if name != "attentif"]


@pytest.fixture(scope="module")
def student_python(tmp_path_factory):
    """A Python that has the library, what it needs, and nothing of its extra for grading."""
    folder = tmp_path_factory.mktemp("student") / "venv"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    asked = [python, "-c", "import site; print(site.getsitepackages()[0])"]
    where = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    (where / "attentif.pth").write_text(f"{ROOT / 'src'}\n")
    for distribution in what_students_have():
        for top in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            if not (where / top).exists():
                (where / top).symlink_to(distribution.locate_file(top))
    return python


def student_s_attentif(python, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [python, "-m", "attentif.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_without_the_grading_extra_help_works(student_python, arguments):
    done = student_s_attentif(student_python, *arguments)
    assert done.returncode == 0, done.stderr
    assert "attentif" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["grade", "atelier3", "--workers", "2"], ["doctor"], ["release"], ["grade", "-h"]]
)
def test_without_the_grading_extra_a_command_says_what_it_needs(student_python, arguments):
    done = student_s_attentif(student_python, *arguments)
    assert done.returncode == 2
    assert f"attentif: `{arguments[0]}` needs the instructor's part: pip install 'attentif[grading]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_of_ours_is_a_traceback_and_status_1():
    fault = "import sys; sys.argv[1:] = ['doctor']; import attentif.cli.main as m; m.build_parser = None; m.entry()"
    done = subprocess.run([sys.executable, "-c", fault], capture_output=True, text=True)
    assert done.returncode == 1
    assert "TypeError" in done.stderr
