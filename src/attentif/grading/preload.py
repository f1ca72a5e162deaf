"""What a template imports before submissions are run: whatever the atelier's solved notebooks end up importing."""

from __future__ import annotations

from logging import Logger
from pathlib import Path

from attentif.exercises.conventions import STATE
from attentif.kernels.outside.discover import DiscoveryFailed, discover_imports

ALWAYS = ("attentif.remote.inside.agent",)  # every kernel needs it, and torch with it
LAST = "attentif.remote.inside.rehearsal"
VARIABLES = {"NBGRADER_EXECUTION": "autograde"}  # what kernels find in their environment besides

_known: dict[tuple[Path, str], list[str]] = {}


def modules_to_preload(folder: Path | None, sandbox: str, log: Logger) -> list[str]:
    """Names of modules for the notebooks of ``folder`` (source/<atelier>), recorded beside the
    course until a notebook changes. A solved notebook that cannot be run costs speed, not grades: it is said, and
    kernels start with less."""
    if folder is None or not folder.is_dir():
        return list(ALWAYS)
    folder = folder.resolve()
    if (folder, sandbox) not in _known:
        found = dict.fromkeys(ALWAYS)
        for notebook in sorted(folder.glob("*.ipynb")):
            found.update(dict.fromkeys(_discovered(notebook, sandbox, log)))
        _known[folder, sandbox] = [*found, LAST]
    return list(_known[folder, sandbox])


def take_as_known(folder: Path, sandbox: str, modules: list[str]) -> None:
    """Takes over what another process has found."""
    _known[folder.resolve(), sandbox] = list(modules)


def _discovered(notebook: Path, sandbox: str, log: Logger) -> list[str]:
    state = notebook.parent.parent.parent / STATE / "imports"
    try:
        return discover_imports(notebook, state, sandbox=sandbox)
    except DiscoveryFailed as error:
        log.warning("%s cannot be run, so kernels import less in advance: %s", notebook.name, error)
        return []
