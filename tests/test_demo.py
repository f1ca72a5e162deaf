"""The demonstration that the README begins with: a class graded as its stories say."""

import subprocess
import sys

from courses import ROOT


def test_every_grade_and_every_diagnosis_is_the_expected_one(tmp_path):
    command = [sys.executable, "-m", "attentif.cli.main", "demo", "--folder", str(tmp_path / "demo")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "every grade and every diagnosis as expected" in done.stdout
    assert "merged_without_transpose" in done.stdout  # no word is broken in a log
