"""The pytest plugin of who types ``pytest``: a student in a released folder, an author in a course.

The notebooks beside the check files are run in this process, and their names are what is checked.
"""

from __future__ import annotations

import pytest

from attentif.checks.run import RUN
from attentif.student.local import folder_run

pytest_plugins = ["attentif.checks.plugin"]


def pytest_configure(config: pytest.Config) -> None:
    """Gives the checks their run."""
    config.stash[RUN] = folder_run()
