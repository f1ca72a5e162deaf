"""The red team's submissions: loading them, handing them in, and looking for what they may have done."""

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from courses import answer, load_module, make_mini_course, submit
from nbgrader.api import Gradebook

ATTACKS = Path(__file__).parent / "attacks"
WRONG = "def center(X):\n    return X * 0"

# Words that stand in secrets only, and digits that all hidden inputs begin with: not those inside another number, as
# in the seconds that a check took.
SECRETS = (
    b"CANARY_SOLUTION",
    b"CANARY_HIDDEN_SOURCE",
    b"CANARY_ENVIRONMENT",
    b"CANARY_HOME",
    b"CANARY_GRADEBOOK",
    b"CANARY_NEIGHBOUR",
    b"31415",
    b"31416",
    b"REACHED_OUTSIDE",
    b"WRITTEN_OUTSIDE",
)
# What a submission may take: little, so that whoever takes all of it costs the class seconds.
LIMITS = {"timeout": 6, "checks_timeout": 2, "checks_wall": 4, "checks_budget": 2, "patience": 6, "memory": 512}
PAYLOAD = "PWNED"  # stands in every script that a submission would like a browser to run


@dataclass(frozen=True)
class Attack:
    """One submission. ``points`` is what it deserves; ``stock`` says why stock nbgrader is not given it, if it is not;
    ``open`` says which hole is known to be there still."""

    name: str
    title: str
    category: str
    points: float
    solution: str | None = WRONG
    edit: Callable[[nbformat.NotebookNode], None] | None = None
    plant: Callable[[Path], None] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    expect: str = ""
    stock: str = ""
    graded: bool = True
    open: str = ""


def load_attacks():
    """Every attack of the folder, in the order of their names."""
    return [_load(path) for path in sorted(ATTACKS.glob("*.py"))]


def _load(path):
    module = load_module(path)
    return Attack(
        name=path.stem,
        title=" ".join(module.__doc__.split()),
        category=module.CATEGORY,
        points=module.POINTS,
        solution=getattr(module, "SOLUTION", WRONG),
        edit=getattr(module, "edit", None),
        plant=getattr(module, "plant", None),
        files=getattr(module, "FILES", {}),
        expect=getattr(module, "EXPECT", ""),
        stock=getattr(module, "STOCK", ""),
        graded=getattr(module, "GRADED", True),
        open=getattr(module, "OPEN", ""),
    )


def hand_in(course, attack):
    """Writes submitted/<attack>/mini/."""

    def edit(notebook):
        if attack.solution is not None:
            answer(attack.solution.strip("\n"))(notebook)
        if attack.edit is not None:
            attack.edit(notebook)

    folder = submit(course, attack.name, "mini", edit).parent
    for name, text in attack.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    if attack.plant is not None:
        attack.plant(folder)


def make_target(folder, notebook):
    """The sample course with secrets laid out in it, and narrow limits."""
    for cell in notebook.cells:
        cell.source = cell.source.replace("### BEGIN SOLUTION", "### BEGIN SOLUTION\n    # CANARY_SOLUTION")
    course = make_mini_course(folder, notebook)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.writelines(f"c.Grade.{name} = {value}\n" for name, value in LIMITS.items())
    add_student(course, "neighbour")
    return course


def add_student(course, student):
    """Puts a student in the gradebook whose address nobody else may see."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student(student, email="CANARY_GRADEBOOK@example.org")


def make_home(folder):
    """A home with a secret, for the grader; returns the environment that names it."""
    folder.mkdir(parents=True)
    (folder / "secret.txt").write_text("CANARY_HOME")
    return {
        "HOME": str(folder),
        "REDTEAM_HOME": str(folder),
        "ATTENTIF_SEED": "CANARY_ENVIRONMENT_SEED",
        "API_TOKEN": "CANARY_ENVIRONMENT_TOKEN",
    }


def grades(course):
    """Student → (score, maximum, waits for a human)."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return {
            s.student.id: (s.score, s.max_score, s.needs_manual_grade) for s in gradebook.assignment_submissions("mini")
        }


def leaks(course, student):
    """The secrets that stand in what the student, or whoever looks over the grades, gets back."""
    found = set()
    for kind in ("autograded", "feedback"):
        for path in (course.root / kind / student).rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                found.update(secret.decode() for secret in SECRETS if re.search(rb"(?<![0-9.])" + secret, content))
    return found - ({"CANARY_NEIGHBOUR"} if student == "neighbour" else set())


def fingerprint(*folders):
    """Path → digest of every ordinary file below the folders."""
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
        if os.path.isfile(path) and not path.is_symlink() and "__pycache__" not in path.parts
    }


def active_parts(html):
    """What in a page a browser would run, load or obey at a submission's wish."""
    return [str(tag)[:200] for tag in BeautifulSoup(html, "html.parser").find_all(True) if _is_active(tag)]


def _is_active(tag):
    if any(name.startswith("on") for name in tag.attrs):
        return True
    addresses = [re.sub(r"[\s\x00-\x1f]", "", str(tag.get(name, ""))).lower() for name in ("href", "src", "action")]
    if any(a.startswith(("javascript:", "vbscript:", "data:text", "data:application")) for a in addresses):
        return True
    if "url(" in str(tag.get("style", "")) or "fixed" in str(tag.get("style", "")):
        return True
    dangerous = (
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "meta",
        "link",
        "svg",
        "title",
        "input",
    )
    return tag.name in dangerous and PAYLOAD in str(tag)


def environment(home):
    """The variables of the grader's process."""
    return {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", **home}
