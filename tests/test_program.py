"""The program itself: its exit status and its last words, however it ends."""

import subprocess
import sys

import pytest


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


def test_a_fault_of_ours_is_a_traceback_and_status_1():
    fault = "import sys; sys.argv[1:] = ['doctor']; import attentif.cli.main as m; m.build_parser = None; m.entry()"
    done = subprocess.run([sys.executable, "-c", fault], capture_output=True, text=True)
    assert done.returncode == 1
    assert "TypeError" in done.stderr
