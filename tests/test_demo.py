"""The demonstration that the README begins with: a class graded as its stories say."""

import subprocess
import sys

import pytest
from courses import ROOT


@pytest.mark.parametrize(("atelier", "named"), [("atelier3", "merged_without_transpose"), ("atelier2", "not_shifted")])
def test_every_grade_and_every_diagnosis_is_the_expected_one(tmp_path, atelier, named):
    folder = str(tmp_path / "demo")
    command = [sys.executable, "-m", "attentif.cli.main", "demo", "--atelier", atelier, "--folder", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "every grade and every diagnosis as expected" in done.stdout
    assert named in done.stdout  # no word is broken in a log
