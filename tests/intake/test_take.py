"""One reader for what students send: whatever is in the folder, a plain copy or a verdict, and no byte from outside."""

import os
import random
import shutil
import stat
import subprocess
import threading
from pathlib import Path

import nbformat
import pytest
from intake.troubles import CANARY, TROUBLES, nest

from attentif.intake import take as take_module
from attentif.intake import verdicts
from attentif.intake.area import private_area
from attentif.intake.bounds import Bounds, MiB
from attentif.intake.course_files import CourseFiles
from attentif.intake.names import is_plain, printable
from attentif.intake.notebooks import UNREADABLE_KEY
from attentif.intake.places import HandIn, Inbox, has_notebook
from attentif.intake.reader import File
from attentif.intake.take import Intake
from attentif.intake.verdicts import IntakeFailed

NOTEBOOK = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]))


@pytest.fixture
def course(tmp_path):
    """A course with secrets; what is planted in it is removed whatever its modes and depth."""
    root = tmp_path / "course"
    for name in ("gradebook.db", "solutions/mini/mini.ipynb", "grader_tests/mini/center/test_hidden.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(CANARY)
    yield root
    subprocess.run(["chmod", "-R", "u+rwX", root], stderr=subprocess.DEVNULL, check=False)
    subprocess.run(["rm", "-rf", root], check=True)


@pytest.fixture
def folder(course):
    """A hand-in of one notebook."""
    folder = course / "submitted" / "eve" / "mini"
    folder.mkdir(parents=True)
    (folder / "mini.ipynb").write_text(NOTEBOOK)
    return folder


@pytest.fixture
def take(course):
    """take(bounds=…) → the verdict on eve's folder, and where its copy is."""
    numbers = iter(range(10**6))

    def take(**bounds):
        files = CourseFiles(frozenset({"checks/test_center.py"}), tuple(course.glob("[gs]*[sb]")))
        intake = Intake(("mini",), files, Bounds(**bounds))
        copy = course.parent / "copies" / str(next(numbers))
        return intake.take(hand_in(course), copy), copy

    return take


def hand_in(course, student="eve"):
    return HandIn(student, course / "submitted", (student, "mini"))


def files_of(copy):
    return sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*"))


def kinds(taken):
    return {each.name: each.kind for each in taken.left_out}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_comes_of_it_is_plain_private_and_ours(course, folder, take, name):
    TROUBLES[name].plant(folder)
    taken, copy = take()
    assert taken.fingerprint == Intake((), CourseFiles(frozenset({"checks/test_center.py"}),
                                       tuple(course.glob("[gs]*[sb]")))).fingerprint(hand_in(course))  # fmt: skip
    content = b""
    for path in (copy, *copy.rglob("*")):
        status = path.lstat()
        assert stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
        assert stat.S_IMODE(status.st_mode) in (0o600, 0o700)
        assert status.st_nlink == 1 or path.is_dir()
        content += path.read_bytes() if path.is_file() else b""
    assert CANARY not in content
    notebook = nbformat.read(copy / "mini.ipynb", 4)
    readable = TROUBLES[name].points > 0 or (taken.refused is None and "mini.ipynb" not in kinds(taken))
    assert (UNREADABLE_KEY in notebook.metadata) == (not readable)
    for each in taken.left_out:
        assert is_plain(each.name)


def test_an_ordinary_hand_in_is_copied(folder, take):
    (folder / "data").mkdir()
    (folder / "data" / "notes.txt").write_text("notes")
    (folder / "run.sh").write_text("true")
    (folder / "run.sh").chmod(0o755)
    taken, copy = take()
    assert (taken.refused, taken.left_out, taken.notebooks) == (None, (), ("mini",))
    assert files_of(copy) == ["data", "data/notes.txt", "mini.ipynb", "run.sh"]
    assert (copy / "data" / "notes.txt").read_text() == "notes"
    assert nbformat.read(copy / "mini.ipynb", 4).cells[0].source == "1 + 1"


def test_what_was_left_out_is_said_by_kind_and_name_and_in_the_notebook(folder, take):
    TROUBLES["pipes_sockets_and_devices"].plant(folder)
    (folder / "café").symlink_to("/etc/passwd")
    os.close(os.open(os.fsencode(folder) + b"/caf\xe9\x1b[2J`<b>", os.O_CREAT))
    taken, copy = take()
    assert {"café": verdicts.LINK, "pipe": verdicts.PIPE, "socket": verdicts.SOCKET}.items() <= kinds(taken).items()
    assert kinds(taken)["caf\\xe9\\x1b[2J`<b>"] == verdicts.ODD_NAME
    last = nbformat.read(copy / "mini.ipynb", 4).cells[-1].source
    assert "café &#40;un lien&#41;" in last
    assert "<b>" not in last


@pytest.mark.parametrize(
    ("plant", "bounds", "word"),
    [
        (lambda folder: os.close(nest(folder, "d", 4)), {"depth": 3}, "imbriqués"),
        (lambda folder: [(folder / str(n)).touch() for n in range(10)], {"entries": 10}, "plus de 10 fichiers"),
        (lambda folder: [(folder / str(n)).write_bytes(bytes(MiB)) for n in range(3)], {"total": 2 * MiB}, "2 Mio"),
        (lambda folder: (folder / ("x" * 101)).touch(), {"path": 100}, "100 octets"),
    ],
)
def test_each_bound_ends_the_hand_in_with_a_reason(folder, take, plant, bounds, word):
    plant(folder)
    taken, copy = take(**bounds)
    assert word in taken.refused.fr
    assert files_of(copy) == ["mini.ipynb"]
    assert word in nbformat.read(copy / "mini.ipynb", 4).cells[0].source


def test_within_the_bounds_nothing_is_refused(folder, take):
    os.close(nest(folder, "d", 3))
    taken, _ = take(depth=3, entries=4)
    assert taken.refused is None


def test_a_file_over_its_bound_is_left_out_and_a_notebook_says_so(folder, take):
    (folder / "big").write_bytes(bytes(11))
    taken, copy = take(file=10)
    assert kinds(taken) == {"big": verdicts.TOO_LARGE}
    _, copy = take(notebook=10)
    assert "dépasse" in nbformat.read(copy / "mini.ipynb", 4).cells[0].source


def test_a_notebook_of_another_name_is_unanswered_and_said(folder, take):
    (folder / "mini.ipynb").rename(folder / "mini (1).ipynb")
    taken, copy = take()
    assert taken.notebooks == ()
    assert "ne s'appelle mini.ipynb" in nbformat.read(copy / "mini.ipynb", 4).cells[0].source


def test_the_fingerprint_tells_what_grading_could_tell(course, folder, take):
    seen = {take()[0].fingerprint}

    def changed(change):
        change()
        now = take()[0].fingerprint
        assert now == take()[0].fingerprint
        assert now not in seen
        seen.add(now)

    changed(lambda: (folder / "a.txt").touch())
    changed(lambda: (folder / "a.txt").write_text("b"))
    changed(lambda: (folder / "a.txt").rename(folder / "b.txt"))
    changed(lambda: (folder / "b.txt").chmod(0o755))
    changed(lambda: (folder / "link").symlink_to("b.txt"))
    changed(lambda: (folder / "empty").mkdir())
    changed(lambda: os.close(nest(folder, "d", 30)))


def test_a_surprise_is_a_verdict(folder, take, monkeypatch):
    def surprise(self):
        raise RuntimeError("surprise")

    (folder / "a.txt").write_text("a")
    monkeypatch.setattr(File, "chunks", surprise)
    taken, copy = take()
    assert "RuntimeError" in taken.refused.en
    assert taken.fingerprint == ""  # read again by the next run
    assert UNREADABLE_KEY in nbformat.read(copy / "mini.ipynb", 4).metadata
    assert files_of(copy) == ["mini.ipynb"]


def test_the_graders_own_trouble_is_no_verdict(folder, take, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(take_module, "_write", full)
    with pytest.raises(IntakeFailed, match="No space"):
        take()


class Swapper:
    """Changes a folder, over and over, while it is read."""

    def __init__(self, folder, secrets):
        self.folder, self.secrets, self.stop = folder, secrets, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def _run(self):
        dice = random.Random(1)
        while not self.stop.is_set():
            for name in ("a.txt", "mini.ipynb", "data"):
                self._replace(self.folder / name, dice)

    def _replace(self, path, dice):
        spare = self.folder.parent / "spare"
        if path.name == "data":
            if path.is_symlink():
                path.unlink()
                path.mkdir()
                (path / "gradebook.db").write_bytes(b"mine")
            else:
                shutil.rmtree(path)
                path.symlink_to(self.secrets, target_is_directory=True)
            return
        if dice.random() < 0.5:
            spare.symlink_to(self.secrets / "gradebook.db")
        else:
            spare.write_bytes(NOTEBOOK.encode() * dice.randrange(1, 3))
        os.replace(spare, path)


def test_links_that_come_and_go_while_it_is_read(course, folder, take):
    (folder / "data").mkdir()
    with Swapper(folder, course):
        for _ in range(150):
            taken, copy = take()
            for path in copy.rglob("*"):
                assert not path.is_symlink()
                assert not path.is_file() or CANARY not in path.read_bytes()
            assert taken.refused is None
            shutil.rmtree(copy)


def test_a_file_that_grows_is_read_as_long_as_it_was(folder, take, monkeypatch):
    path = folder / "a.txt"
    path.write_bytes(b"x" * 100)
    chunks = File.chunks

    def grow(self):
        if self.path == "a.txt":
            path.write_bytes(b"y" * 10_000_000)
        return chunks(self)

    monkeypatch.setattr(File, "chunks", grow)
    _, copy = take()
    assert (copy / "a.txt").stat().st_size == 100


def test_no_descriptor_is_left_open(folder, take):
    for each in ("links_out_behind_paths_at_the_limit", "names_of_every_kind"):
        TROUBLES[each].plant(folder)
    take()
    before = os.listdir("/proc/self/fd")
    for _ in range(5):
        take()
        take(entries=3)
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_hand_ins_are_found_by_name(course, folder):
    for name in ("[a]*", "Zoé", ".hidden"):
        (course / "submitted" / name / "mini").mkdir(parents=True)
    (course / "submitted" / "nobody").mkdir()
    (course / "submitted" / "file").touch()
    os.makedirs(os.fsencode(course) + b"/submitted/caf\xe9/mini")
    found, odd = Inbox.at(course / "submitted" / "\0" / "mini", "\0").hand_ins()
    assert [each.student for each in found] == ["Zoé", "[a]*", "eve"]
    assert odd == ["caf\\xe9"]
    assert [has_notebook(each) for each in found] == [False, False, True]


def test_other_structures_of_folders(course):
    (course / "submitted" / "mini" / "of_eve_2026").mkdir(parents=True)
    found, _ = Inbox.at(course / "submitted" / "mini" / "of_\0_2026", "\0").hand_ins()
    assert [(each.student, each.path.name) for each in found] == [("eve", "of_eve_2026")]
    with pytest.raises(ValueError):
        Inbox.at(course / "\0" / "\0", "\0")


def test_what_a_killed_run_left_is_cleared_away_and_a_living_runs_area_is_not(tmp_path):
    left = tmp_path / "run-left"
    left.mkdir()
    with private_area(tmp_path) as first:
        assert not left.exists()
        assert stat.S_IMODE(first.stat().st_mode) == 0o700
        with private_area(tmp_path) as second:
            assert first.is_dir()
            assert first != second
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a.txt", "a.txt"), ("é", "é"), ("\x1b[2J\n", "\\x1b[2J\\n"), ("\udce9", "\\xe9"), ("\u202e", "\\u202e")],
)
def test_names_are_printable(name, shown):
    assert printable(name) == shown
    assert is_plain(printable(name))
    assert len(printable(name * 1000)) <= 80


def test_a_path_is_a_path(tmp_path):
    assert hand_in(tmp_path).path == Path(tmp_path, "submitted", "eve", "mini")
