"""Everything that a worker will need, imported and used once, in the process that workers are forked from."""

from __future__ import annotations

import importlib

for _name in (
    "attentif.scheduler.startup.quick_imports",  # first
    "attentif.scheduler.worker",
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
    """What each worker would do at its first submission: compile schemas and the page of a report, bring the
    gradebook's tables and classes together."""
    import nbformat
    from sqlalchemy.orm import configure_mappers

    from attentif.reports.pages import report_template

    for relaxed in (False, True):
        nbformat.validate(nbformat.v4.new_notebook(), relax_add_props=relaxed)
    report_template()
    configure_mappers()
