"""The library that a release carries: one small wheel with what students need, its version made from its content.

Equal versions hold equal bytes, and a change of the grader makes no release stale: only what students receive counts.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import attentif

PATTERN = "attentif-*.whl"
REQUIREMENTS = "requirements.txt"
_ROOMS = (
    "checks",
    "diagnosis",
    "exercises",
    "figures",
    "kernels/shared",
    "models",
    "references",
    "remote",
    "reports",
    "student",
    "words",
)
_GRADERS = ("remote/inside/agent.py", "remote/inside/rehearsal.py", "remote/outside/listener.py")
_VERSION_LINE = '__version__ = "{}"'
_PROJECT = """\
[project]
name = "attentif"
version = "{version}"
description = "Checks and diagnosis for the notebooks of a course on Transformers: what students need."
requires-python = ">=3.10"
license = "BSD-3-Clause"
dependencies = {dependencies}

[project.entry-points.pytest11]
attentif = "attentif.student.pytest_plugin"

[tool.hatch.build.targets.wheel]
packages = ["attentif"]
"""


def build_wheel(folder: Path) -> Path:
    """Writes the wheel into ``folder``; the same bytes for the same version. Returns its path."""
    from hatchling.builders.wheel import WheelBuilder

    with tempfile.TemporaryDirectory(prefix="attentif-wheel-") as scratch:
        root = Path(scratch)
        _stage(root)
        built = next(iter(WheelBuilder(str(root)).build(directory=scratch, versions=["standard"])))
        return Path(shutil.copyfile(built, folder / Path(built).name))


def requirements() -> str:
    """What ``pip install -r requirements.txt`` installs in a released folder."""
    return "\n".join([f"./checks/{wheel_name()}", *_dependencies("notebooks")]) + "\n"


def wheel_version() -> str:
    """The version of what students would receive now: the library's, and a digest of the files."""
    digest = hashlib.sha256(repr(_dependencies("")).encode())
    for path in _files():
        digest.update(f"\0{_name(path)}\0".encode() + path.read_bytes())
    return f"{attentif.__version__}+s{digest.hexdigest()[:10]}"


def wheel_name() -> str:
    """The file name of that wheel."""
    return f"attentif-{wheel_version()}-py3-none-any.whl"


def _stage(root: Path) -> None:
    """A project of the students' files alone, for the builder."""
    for path in _files():
        target = root / "attentif" / _name(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    version, init = wheel_version(), root / "attentif" / "__init__.py"
    told = _VERSION_LINE.format(attentif.__version__), _VERSION_LINE.format(version)
    init.write_text(init.read_text(encoding="utf-8").replace(*told), encoding="utf-8")
    project = _PROJECT.format(version=version, dependencies=_dependencies(""))
    (root / "pyproject.toml").write_text(project.replace("'", '"'), encoding="utf-8")


def _files() -> Iterator[Path]:
    package = _package()
    yield from (package / "__init__.py", package / "kernels" / "__init__.py")
    for room in _ROOMS:
        for path in sorted((package / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and _name(path) not in _GRADERS:
                yield path


def _package() -> Path:
    return Path(attentif.__file__).parent


def _name(path: Path) -> str:
    return path.relative_to(_package()).as_posix()


def _dependencies(extra: str) -> list[str]:
    """The library's requirements that belong to an extra; those of everybody for ""."""
    found = []
    for requirement in requires("attentif") or []:
        name, _, marker = requirement.partition(";")
        if (f"extra == '{extra}'" in marker.replace('"', "'")) if extra else "extra ==" not in marker:
            found.append(name.strip())
    return sorted(found)
