"""Probes run beside the student's code and can be made to lie. On the course's own exercises, from a frozen process: a
lie does not hide what it is told about."""

import os
import subprocess
import sys

import pytest
from courses import ROOT

from attentif.exercises.course import Course
from attentif.exercises.exercise import implementation_source
from attentif.grading.budget import Budget
from attentif.grading.snapshots import SnapshotStudents, grade_exercises
from attentif.references.oracles import load_exercise
from attentif.remote.outside.listener import SnapshotListener

COURSE = Course(ROOT)
PROGRAM = """
import sys
from attentif.remote.inside import agent
agent.bootstrap()
exec(compile(open(sys.argv[1]).read(), "<ipython-input-1>", "exec"), globals())
agent.snapshot(*sys.argv[2:])
"""
IMPORTS = "import math\nimport numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
# Every probe that makes a claim says what is best for its author.
LIES = """
from attentif.remote.inside import probes
probes.PROBES["peak_memory"] = lambda *_, **__: 0
probes.PROBES["call_and_inputs"] = lambda _, call: {"inputs": call.inputs}
probes.PROBES["call_and_overwrite"] = lambda names, call: {
    "inputs": call.inputs, "outputs": tuple(output.clone() for output in names[call.target](*call.inputs.values()))
}
"""
DOUBLE_LOOP = """
def squared_distances(X, Y):
    return np.array([[np.sum((x - y) ** 2.0) for y in Y] for x in X])
"""
ALL_DIFFERENCES = """
def squared_distances(X, Y):
    return np.sum((np.asarray(X)[:, None, :] - np.asarray(Y)[None, :, :]) ** 2.0, axis=-1)
"""
WHOLE_MATRIX = """
def blockwise_attention(Q, K, V, block, causal=False):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if causal:
        scores = scores.masked_fill(~torch.ones(scores.shape[-2:], dtype=torch.bool).tril(), float("-inf"))
    return F.softmax(scores, dim=-1) @ V
def largest_tensor(function, *arguments):
    return 1
"""
IN_PLACE = """
def softmax(x, axis=-1):
    x -= x.max(axis=axis, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=axis, keepdims=True)
    return x
"""

VIEWS = """
def sample_batch(ids, B, T, generator=None):
    if len(ids) <= T:
        raise ValueError("too short")
    drawn = ids.unfold(0, T + 1, 1)[torch.randint(0, len(ids) - T, (B,), generator=generator)]
    return drawn[:, :-1], drawn[:, 1:]
"""

ALL_GRAPHS_AT_ONCE = """
def accumulate_gradients(model, micro_batches):
    total = sum(int((targets != -100).sum()) for _, targets in micro_batches)
    if total == 0:
        raise ValueError("no target counts")
    model.zero_grad()
    parts = [F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum") / total for x, y in micro_batches]
    sum(parts).backward()
    return sum(parts).item()
"""
GRAPH_OF_A_MEASURE = """
def evaluate(model, ids, B, T):
    n = (len(ids) - 1) // T
    if n < 1:
        raise ValueError("too short")
    x, y = ids[: n * T].reshape(n, T), ids[1 : n * T + 1].reshape(n, T)
    mode, total = model.training, 0.0
    model.eval()
    for i in range(0, n, B):
        total += F.cross_entropy(model(x[i : i + B]).flatten(0, 1), y[i : i + B].flatten(), reduction="sum").item()
    model.train(mode)
    return total / (n * T)
from attentif.remote.inside import probes
probes.PROBES["training_record"] = lambda *_: []
"""
GRAPHS_IN_THE_HISTORY = """
measured = train
def train(model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0):
    kept = []
    def keeping(step):
        kept.append(model(train_ids[: B * T].view(B, T)).log_softmax(-1).mean())
        return schedule(step)
    return measured(model, optimizer, keeping, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm)
"""


def failed(folder, atelier, exercise, source):
    """The checks that did not pass."""
    right = load_exercise(COURSE.oracle(atelier, exercise))
    provided = implementation_source({}, right.provided)
    (folder / "student.py").write_text(f"{IMPORTS}{provided}\n\n{right.solution_source}\n\n{source}")
    with SnapshotListener.at(folder / "c" / "s") as listener:
        command = [sys.executable, "-c", PROGRAM, folder / "student.py", str(listener.address), exercise, "token"]
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=120)
        listener.wait_snapshot(exercise, "token", 60)
        students = SnapshotStudents(listener, budget=60.0, time=Budget(600.0, 600.0), usual=20.0)
        report = grade_exercises(students, COURSE, atelier, {exercise: True}, "secret", 20.0)[exercise]
    return {result.test for result in report.results if result.verdict.value not in ("passed", "not_run")}


@pytest.mark.parametrize(
    ("atelier", "exercise", "source", "seen"),
    [
        ("atelier1", "squared_distances", DOUBLE_LOOP, "test_without_a_double_loop"),
        ("atelier1", "squared_distances", ALL_DIFFERENCES, "test_without_a_tensor_of_differences"),
        ("atelier3", "blockwise_attention", WHOLE_MATRIX, "test_memory"),
        ("atelier3", "blockwise_attention", WHOLE_MATRIX, "test_never_the_whole_matrix"),
        ("atelier1", "softmax", IN_PLACE, "test_logits_are_left_alone"),
        ("atelier2", "sample_batch", VIEWS, "test_memory_of_their_own"),
        ("atelier2", "gradient_clipping", ALL_GRAPHS_AT_ONCE, "test_one_graph_at_a_time"),
        ("atelier2", "training_loop", GRAPH_OF_A_MEASURE, "test_measuring_takes_little_memory"),
        ("atelier2", "training_loop", GRAPHS_IN_THE_HISTORY, "test_training_takes_no_more_memory_as_it_goes_on"),
    ],
)
def test_a_lie_hides_nothing(tmp_path, atelier, exercise, source, seen):
    assert seen in failed(tmp_path, atelier, exercise, source + LIES)


def test_every_probe_that_checks_give_points_for_is_confirmed():
    """Whoever adds one to a check has to say here by what values."""
    confirmed = {
        "peak_memory": "grader_tests/atelier1/squared_distances/test_hidden.py",  # a call in little memory
        "call_and_overwrite": "grader_tests/atelier2/sample_batch/test_hidden.py",  # what was overwritten must be right
        "training_record": "source/atelier2/checks/test_training_loop.py",  # a deep model's measure in little memory
    }
    files = [*ROOT.glob("grader_tests/*/*/test_hidden.py"), *ROOT.glob("source/*/checks/test_*.py")]
    used = {(str(path.relative_to(ROOT)), line.split('.probe("')[1].split('"')[0]) for path in files
            for line in path.read_text().splitlines() if '.probe("' in line}  # fmt: skip
    assert used == {(path, probe) for probe, path in confirmed.items()}
