"""What the server imports from which workers are forked: what they need at once, and what they would import later."""

from __future__ import annotations

import atexit
import importlib
import os

for _name in (
    "attentif.grading.lean",  # first
    "attentif.grading.scheduler_worker",
    "attentif.grading.hooks",
    "attentif.grading.restore",
    "_pytest.helpconfig",
    "_pytest.skipping",
    "_pytest.tracemalloc",
    "_pytest.warnings",
    "numpy.random",
    "sqlalchemy.dialects.sqlite",
):
    importlib.import_module(_name)

# Python would take a second to put away what was imported, and whoever reads the command's output would wait for it.
atexit.register(os._exit, 0)
