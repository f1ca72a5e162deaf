"""The template that a run starts before it knows what it needs: kept if it is the right one, ended if not."""

import psutil
import pytest

from attentif.exercises.course import Course
from attentif.grading.preload import VARIABLES
from attentif.kernels.outside import templates
from attentif.kernels.outside.sandbox import Environment
from attentif.scheduler.startup.early_template import EarlyTemplate

NEEDED = Environment.of(["json"], "none", variables=VARIABLES)


@pytest.mark.parametrize("right", [True, False])
def test_a_wrong_guess_is_ended(tmp_path, right):
    (tmp_path / ".attentif" / "grading").mkdir(parents=True)
    guess = NEEDED if right else Environment.of(["csv"], "none", variables=VARIABLES)
    EarlyTemplate(Course(tmp_path), "mini").remember(guess)
    early = EarlyTemplate(Course(tmp_path), "mini").start(rerun=True)
    pid = templates.get_template(guess).pid  # the one that the guess started
    early.keep_if(NEEDED)
    assert psutil.pid_exists(pid) == right
    templates.close_templates()


def test_nothing_is_started_without_a_guess(tmp_path):
    early = EarlyTemplate(Course(tmp_path), "mini").start(rerun=True)
    early.keep_if(NEEDED)
    assert early.environment is None
