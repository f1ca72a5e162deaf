"""Every attack is handed in to one class that is graded once: no undeserved point, no harm, a clear verdict.

`attentif grade` grades all of them, several at a time; `nbgrader autograde`, one at a time, some of each category
(`make redteam` gives it all).
"""

import functools
import os
import re
import subprocess
import sys
import time
from types import SimpleNamespace

import nbformat
import pytest
from redteam import gallery

from attentif.kernels.shared import processes, syscalls
from attentif.reports.results_file import NotebookResults

ATTACKS = {attack.name: attack for attack in gallery.load_attacks()}
COMMANDS = {
    "attentif": ("attentif.cli.main", "grade", "mini", "--workers", "4"),
    "nbgrader": ("nbgrader", "autograde", "mini"),
}
ONE_AT_A_TIME = (
    "agent_replaced",
    "redefined_check",
    "hidden_tests_read",
    "neighbour_read",
    "input_sent_to_notebook",
    "messages_forged",
    "results_forged",
    "kernel_says_ok",
    "exit_in_function",
    "memory_bomb",
    "output_flood",
    "check_deleted",
    "folder_is_a_link",
    "html_in_outputs",
    "files_of_others_written",
    "gradebook_written",
    "right",
    "right_with_check_moved",
    "neighbour",
    "stub",
    "empty",
)
HANDED_IN = {"attentif": tuple(ATTACKS), "nbgrader": ONE_AT_A_TIME}

APART_BY = "command"
pytestmark = pytest.mark.timeout(1500)


def each(chosen=lambda attack: True):
    """Parametrizes a test by class and attack."""
    pairs = [(command, name) for command, names in HANDED_IN.items() for name in names if chosen(ATTACKS[name])]
    return pytest.mark.parametrize(("command", "name"), pairs)


by_each_command = pytest.mark.parametrize("command", COMMANDS)


def run(course, home, module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=course.root,
        env=gallery.environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=1200,
    )


@pytest.fixture(scope="module")
def sieges(tmp_path_factory, notebooks):
    """By command: the class, graded when it is first asked for."""
    return functools.cache(lambda command: besiege(tmp_path_factory, notebooks, command))


@pytest.fixture
def siege(sieges, command):
    """The class that a test is about."""
    return sieges(command)


def besiege(tmp_path_factory, notebooks, command):
    """The class, graded and explained; what was there before and after, and what was said."""
    folder = tmp_path_factory.mktemp("redteam")
    home = gallery.make_home(folder / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDTEAM_HOME", home["REDTEAM_HOME"])
        course = gallery.make_target(folder / "course", notebooks.mini_notebook())
        for name in HANDED_IN[command]:
            gallery.hand_in(course, ATTACKS[name])
    kept = [course.root / name for name in ("source", "grader_tests", "release", "submitted")]
    before = gallery.fingerprint(*kept)
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)  # what the grader leaves behind becomes this process's child
    known = _living()
    graded = run(course, home, *COMMANDS[command])
    explained = run(course, home, "nbgrader", "generate_feedback", "mini")
    (folder / "graded.log").write_text(graded.stdout)
    (folder / "explained.log").write_text(explained.stdout)
    left = _left_behind(known)
    return SimpleNamespace(
        course=course,
        folder=folder,
        graded=graded,
        explained=explained,
        before=before,
        after=gallery.fingerprint(*kept),
        left=left,
        grades=gallery.grades(course),
    )


def _living():
    return {pid for pid in processes.descendants(os.getpid()) if not processes.is_zombie(pid)}


def _left_behind(known):
    """Processes below this one that were not there before, after a moment of grace."""
    for _ in range(100):
        left = _living() - known
        if not left:
            break
        time.sleep(0.1)
    return left


@each()
def test_it_gets_what_it_deserves_and_no_human_is_needed(siege, name):
    if not ATTACKS[name].graded:
        assert name not in siege.grades
        return
    score, maximum, needs_human = siege.grades[name]
    assert (score, maximum, needs_human) == (ATTACKS[name].points, 6.0, False)


@each()
def test_it_learns_nothing(siege, name, request):
    if ATTACKS[name].open:
        request.applymarker(pytest.mark.xfail(reason=ATTACKS[name].open, strict=True))
    assert gallery.leaks(siege.course, name) == set()


@each(lambda attack: attack.graded)
def test_its_feedback_can_be_opened_in_a_browser(siege, name):
    (path,) = (siege.course.root / "feedback" / name / "mini").glob("*.html")
    assert gallery.active_parts(path.read_text()) == []


@each(lambda attack: attack.graded)
def test_what_is_kept_of_it_is_a_notebook(siege, name):
    (path,) = (siege.course.root / "autograded" / name / "mini").glob("*.ipynb")
    nbformat.validate(nbformat.read(path, 4))


@each(lambda attack: attack.expect)
def test_the_feedback_says_what_happened(siege, name):
    html = (siege.course.root / "feedback" / name / "mini" / "mini.html").read_text()
    assert ATTACKS[name].expect in html.replace("&#39;", "'")


@by_each_command
def test_the_commands_end_as_if_nothing_had_happened(siege):
    assert siege.graded.returncode == 0, siege.graded.stdout[-5000:]
    assert siege.explained.returncode == 0, siege.explained.stdout[-5000:]


@by_each_command
def test_nothing_outside_was_changed(siege):
    """Sources, checks, releases and what was handed in."""
    assert siege.before == siege.after


@by_each_command
def test_nothing_was_planted(siege):
    home = siege.folder / "home"
    assert (home / "secret.txt").read_text() == "CANARY_HOME"
    assert not (home / ".ipython").exists()
    assert not [where for where, folders, files in os.walk(siege.folder) if "redteam_marker" in (*folders, *files)]
    assert not (siege.folder.parent / "redteam_marker").exists()


@by_each_command
def test_results_files_are_the_graders_own(siege):
    """One for each notebook of the release, with the points of the gradebook; none that a submission brought."""
    folder = siege.course.root / "autograded" / "results_forged" / "mini"
    (path,) = folder.glob("*.results.json")
    (center,) = NotebookResults.from_json(path.read_text()).exercises
    assert (center.score, center.points) == (0.0, 6.0)
    assert not list((siege.course.root / "feedback").rglob("*.results.json"))


@by_each_command
def test_nothing_is_left_running(siege):
    assert siege.left == set()


@by_each_command
def test_the_log_says_no_secret(siege):
    """At the beginning of a number, as elsewhere: a page may have 131416 bytes."""
    log = siege.explained.stdout.encode()
    assert not [secret for secret in gallery.SECRETS if re.search(rb"(?<![0-9.])" + secret, log)]


def test_there_are_enough_attacks():
    honest = [attack for attack in ATTACKS.values() if attack.category.startswith("Controls")]
    assert len(ATTACKS) - len(honest) >= 55
    assert len(honest) >= 12


@by_each_command
def test_secrets_are_really_there(siege):
    """The tests above would see a leak: each secret stands where it is hidden."""
    root = siege.course.root
    places = [root / "source", root / "grader_tests", root / "submitted" / "neighbour", siege.folder / "home"]
    content = b"".join(p.read_bytes() for place in places for p in place.rglob("*") if p.is_file())
    content += (root / "gradebook.db").read_bytes()
    for word in (b"SOLUTION", b"HIDDEN_SOURCE", b"HOME", b"GRADEBOOK", b"NEIGHBOUR"):
        assert b"CANARY_" + word in content
    assert b"31415" in content


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x onerror=PWNED>",
        "<script>PWNED</script>",
        "<a href=' java\tscript:PWNED'>x</a>",
        "<svg><p>PWNED</p></svg>",
        "<iframe srcdoc='PWNED'></iframe>",
    ],
)
def test_active_parts_are_seen(html):
    assert gallery.active_parts(html)
