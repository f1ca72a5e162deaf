"""A rehearsal in a template leaves nothing that its forks could notice."""

import os
import subprocess
import sys

LOOK = """
import random, sys, threading
import numpy, torch
from attentif.remote.inside import agent

def state():
    numbers = numpy.random.get_state()
    return (
        random.getstate(), numbers[1].tolist(), numbers[2:], torch.get_rng_state().tolist(), torch.is_grad_enabled(),
        sys.stdout is sys.__stdout__, threading.active_count(), open("/proc/self/stat").read().split()[19],
    )

before = state()
from attentif.remote.inside import rehearsal
assert state() == before, "something is left"
assert before[-1] == "1", "threads"

answers = []
handle, decode = rehearsal.Agent.handle, rehearsal.decode
rehearsal.decode = lambda *_: None
rehearsal.Agent.handle = lambda self, request: answers.append(decode(handle(self, request), lambda *_: 0))
rehearsal.rehearse()
kinds = [next(iter(answer)) for answer in answers]
asked = len(kinds) // rehearsal._TIMES
assert kinds == kinds[:asked] * rehearsal._TIMES
print(*kinds[:asked])
"""


def test_nothing_is_left_and_every_request_is_answered_as_meant():
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}  # as in a template: torch would start others
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, env=one_thread)
    assert done.stdout.split() == ["value", "value", "failure", "value", "failure", "value", "value"], done.stderr
