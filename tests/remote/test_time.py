"""What a call may take: CPU first, a wider limit by the clock on the wall, and one slow first call. Verdicts only."""

import contextlib
import subprocess
import sys
import time

import pytest

from attentif.remote.outside.clock import CallClock
from attentif.remote.outside.student import ended
from attentif.remote.wire.errors import TimeLimit

SOURCE = """
import os, time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds
def sleep(seconds):
    time.sleep(seconds)
    return seconds
def burn_in_a_child(seconds):
    child = os.fork()
    if child == 0:
        burn(seconds)
        os._exit(0)
    return os.waitpid(child, 0)[1]
CACHE, CALLS = {}, []
def compiled(x):
    CALLS.append(x)
    if "code" not in CACHE:
        CACHE["code"] = burn(1.2)
    return x + 1
def compilations():
    return len(CACHE)
def calls():
    return len(CALLS)
def always_slow(x):
    return burn(1.2)
class Model:
    def __init__(self): self.code = None
    def __call__(self, x):
        if "model" not in CACHE:
            CACHE["model"] = burn(1.2)
        return 2 * x
"""


@pytest.fixture
def frozen_with(tmp_path, frozen_process):
    @contextlib.contextmanager
    def frozen(**factors):
        with frozen_process(tmp_path, SOURCE, **{"wall_factor": 200, **factors}) as listener:
            yield listener

    return frozen


@contextlib.contextmanager
def busy_machine(count=8):
    """Processes beside us that compute without end."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def test_a_right_answer_on_a_busy_machine_has_its_time(frozen_with):
    with (
        frozen_with(first_call=0) as listener,
        busy_machine(),
        listener.open_session("exercise", time_limit=1) as student,
    ):
        assert student.burn(0.7) == 0.7


def test_waiting_costs_no_cpu(frozen_with):
    with frozen_with(first_call=0) as listener, listener.open_session("exercise", time_limit=0.5) as student:
        assert student.sleep(1.0) == 1.0


def test_who_sleeps_for_ever_meets_the_wall_limit(frozen_with):
    with frozen_with(wall_factor=2) as listener, listener.open_session("exercise", time_limit=0.5) as student:
        with pytest.raises(TimeLimit) as caught:
            student.sleep(600)
        assert (caught.value.wall, caught.value.seconds) == (True, 1.0)


@pytest.mark.parametrize("name", ["burn", "burn_in_a_child"])
def test_who_computes_for_ever_meets_the_limit_on_cpu(frozen_with, name):
    """In processes of its own, too."""
    with frozen_with() as listener, listener.open_session("exercise", time_limit=0.5) as student:
        with pytest.raises(TimeLimit) as caught:
            getattr(student, name)(600)
        assert not caught.value.wall
        assert ended(student) is caught.value


def test_a_call_that_is_slow_once_is_slow_for_no_session(frozen_with):
    with frozen_with(first_call=2) as listener:
        for _ in range(3):
            with listener.open_session("exercise", time_limit=0.8) as student:
                assert student.compiled(1) == 2
                assert student.compilations() == 1
        assert listener.lost == {}
        with listener.open_session("exercise", time_limit=0.8) as student:
            assert student.compilations() == 1  # what the first session left behind
            assert student.calls() == 1  # the trial left nothing


def test_an_object_may_be_slow_once(frozen_with):
    with frozen_with(first_call=2) as listener, listener.open_session("exercise", time_limit=0.8) as student:
        model = student.Model()
        assert [model(1), model(2)] == [2, 4]


def test_where_time_is_judged_no_call_may_be_slow_once(frozen_with):
    """An answer that remembers its inputs is fast whenever it is asked again."""
    with frozen_with(first_call=2) as listener:
        opened = listener.open_session("exercise", time_limit=0.8, patient=False)
        with opened as student, pytest.raises(TimeLimit):
            student.compiled(1)


def test_what_has_seen_a_hidden_input_serves_no_public_check(frozen_with):
    with frozen_with(first_call=2) as listener:
        with listener.open_session("exercise", time_limit=0.8, hidden=True) as student:
            assert student.compiled(1) == 2
        with listener.open_session("exercise", time_limit=0.8, hidden=True) as student:
            assert student.compilations() == 1
        with listener.open_session("exercise", time_limit=0.8) as student:
            assert student.compilations() == 0


def test_who_is_slow_each_time_meets_the_limit(frozen_with):
    with frozen_with(first_call=2) as listener:
        for _ in range(2):
            with listener.open_session("exercise", time_limit=0.8) as student, pytest.raises(TimeLimit):
                student.always_slow(1)
        assert listener.lost == {"exercise": 1.6}


def test_the_allowance_is_spent_once(frozen_with):
    with frozen_with(first_call=2) as listener:
        with listener.open_session("exercise", time_limit=0.8) as student, pytest.raises(TimeLimit) as caught:
            student.burn(600)
        assert caught.value.seconds == pytest.approx(2.4)
        with listener.open_session("exercise", time_limit=0.8) as student, pytest.raises(TimeLimit) as caught:
            student.burn(600)
        assert caught.value.seconds == 0.8


def test_a_process_of_which_nothing_is_known_has_its_limit_by_the_wall():
    clock = CallClock(0, 0.0, 1000.0)
    time.sleep(0.01)
    with pytest.raises(TimeLimit):
        clock.patience()
