"""The wheel that releases carry: small, whole, and the same bytes for the same version."""

import subprocess
import sys
import zipfile

from courses import ROOT

from attentif.authoring import student_wheel

USE = """
import sys
from attentif import check, __version__
from attentif.student.local import folder_run
import attentif
print(__version__)
print(attentif.__file__)
print(*sorted({m.split(".")[1] for m in sys.modules if m.startswith("attentif.")}))
"""


def test_the_same_version_is_the_same_bytes(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    one, other = (student_wheel.build_wheel(tmp_path / name) for name in ("one", "other"))
    assert one.name == other.name == student_wheel.wheel_name()
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_size < 500_000


def test_it_holds_no_grader_and_works_alone(tmp_path):
    wheel = student_wheel.build_wheel(tmp_path)
    rooms = {name.split("/")[1] for name in zipfile.ZipFile(wheel).namelist() if name.startswith("attentif/")}
    assert not rooms & {"cli", "grading", "scheduler", "intake", "authoring"}
    alone = tmp_path / "alone"
    zipfile.ZipFile(wheel).extractall(alone)
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, env={"PYTHONPATH": str(alone)}, capture_output=True, text=True
    )
    version, file, *_ = done.stdout.splitlines()
    assert version == student_wheel.wheel_version(), done.stderr
    assert file.startswith(str(alone))


def test_every_module_that_it_needs_is_in_it(tmp_path):
    """Each module of the wheel can be imported where only the wheel is."""
    alone = tmp_path / "alone"
    wheel = zipfile.ZipFile(student_wheel.build_wheel(tmp_path))
    wheel.extractall(alone)
    modules = [n.removesuffix(".py").replace("/", ".") for n in wheel.namelist() if n.endswith(".py")]
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name.removesuffix('.__init__'))"
    done = subprocess.run(
        [sys.executable, "-c", code, *modules],
        cwd=tmp_path,
        env={"PYTHONPATH": str(alone)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_change_of_the_grader_changes_no_version(tmp_path, monkeypatch):
    """The version follows what students receive, and nothing else."""
    import shutil

    import attentif

    copy = tmp_path / "attentif"
    shutil.copytree(ROOT / "src" / "attentif", copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(attentif, "__file__", str(copy / "__init__.py"))
    before = student_wheel.wheel_version()
    for name in ("grading/preprocessor.py", "kernels/inside/kernel.py", "cli/main.py"):
        (copy / name).write_text((copy / name).read_text() + "\n# changed\n")
    assert student_wheel.wheel_version() == before
    (copy / "student" / "check.py").write_text("# changed\n")
    assert student_wheel.wheel_version() != before
