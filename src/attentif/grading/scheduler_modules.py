"""Everything that a worker will need, imported and used once, in the process that workers are forked from."""

from __future__ import annotations

import importlib

for _name in (
    "attentif.grading.lean",  # first
    "attentif.grading.scheduler_worker",
    "attentif.grading.hooks",
    "attentif.grading.restore",
    "_pytest._argcomplete",
    "_pytest.helpconfig",
    "_pytest.skipping",
    "_pytest.tracemalloc",
    "_pytest.warnings",
    "numpy.random",
    "sqlalchemy.dialects.sqlite",
):
    importlib.import_module(_name)


def warm_up() -> None:
    """What each worker would do at its first submission: compile the schema of notebooks, bring tables and classes
    together."""
    import nbformat
    from sqlalchemy.orm import configure_mappers

    nbformat.validate(nbformat.v4.new_notebook())
    configure_mappers()
