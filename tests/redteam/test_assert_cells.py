"""Hand-written assert cells: less protected than checks, but no submission gets more than they are worth or stops the
run, and a cell whose run nobody reports is zero."""

import nbformat
import pytest
from courses import answer, make_course, nbgrader, submit
from redteam import gallery

HONEST = "def add(a, b):\n    return a + b"
AGENT = "import sys\nagent = sys.modules['attentif.remote.inside.agent']\n"

# student: (code, points out of 11)
CLASS = {
    "honest": (HONEST, 7.0),
    "silent": (AGENT + "agent.run_cell = lambda *a: None", 0.0),
    "other_nonce": (AGENT + "run = agent.run_cell\nagent.run_cell = lambda p, n, s: run(p, 'x' * 32, s)", 0.0),
    "error_of_another_kind": (
        AGENT
        + "encode = agent.encode\n"
        + "agent.encode = lambda m, *a: encode({**m, 'error': {'failure': 'memory'}} if 'shown' in m else m, *a)",
        0.0,
    ),
    "strange_values": (
        AGENT
        + "encode = agent.encode\n"
        + "agent.encode = lambda m, *a: encode({**m, 'shown': '-inf', 'error': [1]} if 'shown' in m else m, *a)",
        None,
    ),
    "empty_text": (
        AGENT + "encode = agent.encode\n"
        "agent.encode = lambda m, *a: encode({**m, 'shown': '', 'error': None} if 'shown' in m else m, *a)",
        None,
    ),
    "hooks": ("get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])", 0.0),
    "dies": ("import os\ndef add(a, b): os._exit(0)", 0.0),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, notebooks):
    """The course after the class was graded."""
    course = make_course(tmp_path_factory.mktemp("asserts"))
    (course.root / "source" / "mini").mkdir(parents=True)
    nbformat.write(notebooks.vanilla_notebook(), course.root / "source" / "mini" / "mini.ipynb")
    nbgrader(course, "generate_assignment", "mini")
    for student, (code, _) in CLASS.items():
        submit(course, student, "mini", answer(code, "add_code"))
    log = nbgrader(course, "autograde", "mini", check=False)
    return course, log


def test_the_run_ends_well(graded):
    assert graded[1].returncode == 0, graded[1].stdout[-4000:]


@pytest.mark.parametrize("student", CLASS)
def test_points(graded, student):
    score, maximum, _ = gallery.grades(graded[0])[student]
    assert maximum == 11.0
    assert 0.0 <= score <= 7.0
    assert CLASS[student][1] in (None, score)
