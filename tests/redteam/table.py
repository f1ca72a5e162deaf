"""Writes the table of docs/security.md: what each attack gets from stock nbgrader, and what it gets here.

Stock nbgrader grades the same submissions with its own configuration and kernel, and with hand-written asserts that are
worth as much. It runs them without protection, so what would hang or harm the machine is not given to it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nbformat
from courses import ROOT, SAMPLE, load_module, make_course
from redteam import gallery

DOCUMENT = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- red team: begin (written by `make redteam`) -->", "<!-- red team: end -->"
STOCK_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "stock"\nc.Execute.timeout = 10\n'

CATEGORIES = (
    "Make the checker lie",
    "Steal the answer",
    "Forge the result",
    "Exit or exhaust",
    "Tamper with the document",
    "Go outside",
    "Controls that must get full marks",
    "Controls that must get none",
)

PUBLIC = """X = np.array([[1.0, 2.0, 0.0], [3.0, 6.0, 1.0]])
expected = np.array([[-1.0, -2.0, -0.5], [1.0, 2.0, 0.5]])
np.testing.assert_allclose(center(X), expected)
once = center(np.array([[1.0, 2.0], [3.0, 6.0]]))
assert np.allclose(center(once), once)"""
HIDDEN = """### BEGIN HIDDEN TESTS
X = 30_000 + 1415.92653589793 + np.random.RandomState(0).normal(size=(5, 3))
given = X.copy()
got = center(X)
expected = X - X.sum(0) / len(X)
np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-7)
assert np.array_equal(X, given)
### END HIDDEN TESTS"""


def stock_notebook(sample):
    """The sample notebook with asserts in place of checks: three points for public ones, three for hidden ones."""
    notebook = sample.mini_notebook()
    notebook.cells[1].source = "import numpy as np"
    notebook.cells[3] = sample.grade_cell("center", PUBLIC, 3)
    notebook.cells.insert(4, sample.grade_cell("center_hidden", HIDDEN, 3))
    for cell in notebook.cells:
        cell.source = cell.source.replace("### BEGIN SOLUTION", "### BEGIN SOLUTION\n    # CANARY_SOLUTION")
    return notebook


def make_stock(folder, sample):
    """The sample course as a user of stock nbgrader would write it."""
    course = make_course(folder)
    (course.root / "nbgrader_config.py").write_text(STOCK_CONFIG)
    (course.root / "src").unlink()
    (course.root / "source" / "mini").mkdir(parents=True)
    (course.root / "grader_tests" / "mini" / "center").mkdir(parents=True)
    (course.root / "grader_tests" / "mini" / "center" / "test_hidden.py").write_text("# CANARY_HIDDEN_SOURCE\n")
    nbformat.write(stock_notebook(sample), course.root / "source" / "mini" / "mini.ipynb")
    run(course, {}, "generate_assignment", "mini")
    gallery.add_student(course, "neighbour")
    return course


def run(course, home, *arguments):
    """An nbgrader command; what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        env=gallery.environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ).stdout


def grade(course, home, attacks, *, stock=False):
    """Hands in, grades and explains; (attack's name, what it got). Where stock nbgrader grades, attacks that change the
    gradebook come last, each by itself."""
    together = [attack for attack in attacks if not (stock and attack.stock == "alone")]
    for group in [together, *([attack] for attack in attacks if attack not in together)]:
        for attack in group:
            gallery.hand_in(course, attack)
        stopping = grade_group(course, home, group)
        run(course, home, "generate_feedback", "mini")
        for attack in group:
            yield attack.name, "stops the class" if attack.name in stopping else result(course, attack.name)


def grade_group(course, home, group):
    """Grades a class; whoever makes the whole run stop is named, taken out, and the rest is graded."""
    stopping = set()
    while True:
        output = run(course, home, "autograde", "mini")
        broken = {name for name in sorted(a.name for a in group if a.graded) if not graded(course, name)} - stopping
        for name in list(broken):
            if f"error processing assignment: {course.root}/submitted/{name}/" in output:
                broken.discard(name)
        if not broken:
            return stopping
        stopping.add(min(broken))
        shutil.rmtree(course.root / "submitted" / min(broken))


def graded(course, name):
    """Whether there is a graded notebook."""
    return any((course.root / "autograded" / name).glob("mini/*.ipynb"))


def result(course, name):
    """What an attack got, in a few words."""
    grades = gallery.grades(course)
    if not graded(course, name):
        text = "no grade"
    else:
        score, _, needs_human = grades[name]
        text = f"{score:g}" + (" (to be graded by hand)" if needs_human else "")
    if gallery.leaks(course, name):
        text += ", and secrets"
    if scripts(course, name):
        text += ", and a script"
    return text


def scripts(course, name):
    """Whether a browser would run something of the submission's in its feedback."""
    return any(
        gallery.active_parts(path.read_text(errors="replace"))
        for path in (course.root / "feedback" / name / "mini").glob("*.html")
    )


def rows(attacks, stock, ours):
    """The table's lines, a heading for each category."""
    for category in CATEGORIES:
        yield f"| **{category}** | | | |"
        for attack in attacks:
            if attack.category == category:
                without = stock.get(attack.name) or f"not run: {attack.stock}"
                yield f"| {attack.title} | {attack.points:g} | {without} | {ours[attack.name]} |"


def main():
    """Runs both graders and rewrites the table."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic
    sample = load_module(SAMPLE / "notebook.py")
    attacks = gallery.load_attacks()
    with tempfile.TemporaryDirectory(prefix="redteam-") as scratch:
        home = gallery.make_home(Path(scratch, "home"))
        os.environ["REDTEAM_HOME"] = home["REDTEAM_HOME"]
        ours = dict(grade(gallery.make_target(Path(scratch, "ours"), sample.mini_notebook()), home, attacks))
        harmless = [attack for attack in attacks if attack.stock in ("", "alone")]
        stock = dict(grade(make_stock(Path(scratch, "stock"), sample), home, harmless, stock=True))
    table = "\n".join(
        ["| attack | deserves | stock nbgrader | here |", "|---|--:|---|---|", *rows(attacks, stock, ours)]
    )
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
    print(f"{DOCUMENT.relative_to(ROOT)}: {len(attacks)} submissions")


if __name__ == "__main__":
    main()
