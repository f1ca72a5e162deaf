"""The guide's own commands, executed: a released folder, a new environment, nothing else."""

import os
import re
import shutil
import subprocess

from courses import ROOT
from fresh import alone, with_what_is_here

GUIDE = (ROOT / "docs" / "students.md").read_text(encoding="utf-8")
BLOCKS = dict(
    re.findall(r"\*\*(Linux|macOS|Windows|Ensuite)[^\n]*(?:\n[^\n`]+)*\n\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
)
TRY = "python -c 'from attentif import check; check.summary(); check(\"{}\", namespace={{}})'"


def bash(folder, line):
    done = subprocess.run(
        ["bash", "-euc", line], cwd=folder, env=alone(), capture_output=True, text=True, timeout=250
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_system_has_its_line():
    assert BLOCKS.keys() == {"Linux", "macOS", "Windows", "Ensuite"}
    assert all(BLOCKS[system].strip().count("\n") == 0 for system in ("Linux", "macOS", "Windows"))
    assert "py -3" in BLOCKS["Windows"]
    assert "Set-ExecutionPolicy" in BLOCKS["Windows"]
    assert "whl/cpu" in BLOCKS["Linux"]


def test_the_lines_for_linux_work_in_the_released_folder_alone(tmp_path):
    """What is installed here is lent to the new environment, so that pip has nothing to download but the course's own
    wheel, which lies in the folder."""
    folder = tmp_path / "atelier3"
    shutil.copytree(ROOT / "release" / "atelier3", folder)
    make, activate, *install = BLOCKS["Linux"].strip().split(" && ")
    bash(folder, make)
    with_what_is_here(folder / ".venv")
    bash(folder, " && ".join([activate, *install]))
    later = BLOCKS["Ensuite"].replace("jupyter lab", "python -m jupyterlab --version").strip().split("\n")
    exercise = "attention_masks"
    shown = bash(
        folder, " && ".join([*later, TRY.format(exercise), "python -c 'import attentif; print(attentif.__file__)'"])
    )
    assert re.match(r"\d+\.\d+", shown)
    assert "Où vous en êtes" in shown
    assert "attention_masks" not in shown.partition("Où vous")[0]
    assert "définissez" in shown
    assert shown.strip().endswith(os.path.join("site-packages", "attentif", "__init__.py"))
    assert str(folder) in shown.splitlines()[-1]
