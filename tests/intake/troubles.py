"""Every trouble that a Linux user can make in a folder: each is planted beside a right answer."""

import contextlib
import os
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from redteam.parts import RUNS_WHAT_LIES_THERE

CANARY = b"CANARY_OF_THE_COURSE"
RIGHT = "def center(X):\n    return X - X.mean(0)"


@dataclass(frozen=True)
class Trouble:
    """``plant(folder)`` makes it; ``points``, of six, are root's, and ``user_points`` an ordinary user's."""

    name: str
    plant: Callable[[Path], None]
    points: float
    user_points: float
    answer: str


TROUBLES: dict[str, Trouble] = {}
FULL = 6.0
ODD_NAMES = [b"x" * 255, b"caf\xe9.txt", b"new\nline", b"\x1b[2J", b"-rf", b"*", b"[a]?", b"$(touch x)", b"\xff\xfe"]
ODD_NAMES += ["\u202egnp.exe".encode(), "é".encode(), b" ", b"...", b"a\\b", b"'\"", b"%s{0}"]


def trouble(points=FULL, user_points=None, answer=RIGHT):
    """Registers the function as the trouble of its name."""

    def register(plant):
        seen = points if user_points is None else user_points
        TROUBLES[plant.__name__] = Trouble(plant.__name__, plant, points, seen, answer)
        return plant

    return register


def course_of(folder):
    """The course that a folder was handed in to: submitted/<student>/mini."""
    return folder.parents[2]


def nest(folder, name, count):
    """Folders inside each other, deeper than any path may be long; returns a descriptor of the last one."""
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(count):
        os.mkdir(name, dir_fd=descriptor)
        inner = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    return descriptor


def link_outside(folder):
    """Links to the gradebook, the solution and the hidden tests, as a student would name them."""
    (folder / "figure.png").symlink_to("../../../gradebook.db")
    (folder / "solved.txt").symlink_to("../../../solutions/mini/mini.ipynb")
    (folder / "tests.txt").symlink_to("../../../grader_tests/mini/center/test_hidden.py")


@trouble(points=0.0, answer=RUNS_WHAT_LIES_THERE)
def links_out(folder):
    link_outside(folder)
    (folder / "all").symlink_to(course_of(folder) / "solutions", target_is_directory=True)


@trouble(points=0.0, answer=RUNS_WHAT_LIES_THERE)
def links_out_behind_paths_at_the_limit(folder):
    """The last folders' own paths still exist; those of the files in them are longer than a path may be."""
    link_outside(folder)
    name = "n" * 250
    room = 4095 - len(os.fsencode(folder.absolute()))
    descriptor = nest(folder, name, room // (len(name) + 1))
    left = room % (len(name) + 1)
    if left > 2:
        os.mkdir("m" * (left - 2), dir_fd=descriptor)
        inner = os.open("m" * (left - 2), os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    for letter in "xy":
        os.close(os.open(letter * 200 + ".pyc", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)


@trouble(points=0.0, answer=RUNS_WHAT_LIES_THERE)
def links_out_behind_closed_folders(folder):
    link_outside(folder)
    for mode in (0o000, 0o444, 0o555):
        closed = folder / f"mode{mode:o}"
        closed.mkdir()
        (closed / "link").symlink_to("../../../../gradebook.db")
        closed.chmod(mode)


@trouble(points=0.0)
def folders_twelve_hundred_deep(folder):
    os.close(nest(folder, "d", 1200))


@trouble(points=0.0)
def paths_beyond_the_limit(folder):
    os.close(nest(folder, "n" * 250, 18))


@trouble(points=0.0)
def many_entries(folder):
    (folder / "many").mkdir()
    for number in range(5000):
        (folder / "many" / str(number)).touch()


@trouble(points=0.0)
def many_folders(folder):
    for number in range(4100):
        (folder / str(number)).mkdir()


@trouble()
def link_loops(folder):
    (folder / "self").symlink_to("self")
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    (folder / "here").symlink_to(".", target_is_directory=True)
    (folder / "up").symlink_to("..", target_is_directory=True)
    (folder / "nowhere").symlink_to("/nowhere")


@trouble()
def links_to_devices_and_processes(folder):
    for number, target in enumerate(("/dev/zero", "/dev/tty", "/proc/self/environ", "/proc/self/fd/0", "/etc/shadow")):
        (folder / f"link{number}").symlink_to(target)


@trouble(points=0.0, answer=RUNS_WHAT_LIES_THERE)
def hard_links_to_the_course(folder):
    course = course_of(folder)
    os.link(course / "gradebook.db", folder / "book.db")
    os.link(course / "solutions" / "mini" / "mini.ipynb", folder / "solved.txt")


@trouble()
def hard_links_among_themselves(folder):
    (folder / "notes.txt").write_text("notes")
    os.link(folder / "notes.txt", folder / "copy.txt")


@trouble()
def files_nobody_may_read(folder):
    for mode in (0o000, 0o200, 0o444, 0o555, 0o777):
        path = folder / f"file{mode:o}.txt"
        path.write_text("x")
        path.chmod(mode)


@trouble()
def folders_nobody_may_enter(folder):
    for mode in (0o000, 0o200, 0o444, 0o555):
        closed = folder / f"folder{mode:o}"
        (closed / "inner").mkdir(parents=True)
        (closed / "x.txt").write_text("x")
        closed.chmod(mode)


@trouble(user_points=0.0)
def the_notebook_may_not_be_read(folder):
    (folder / "mini.ipynb").chmod(0)


@trouble(user_points=0.0)
def the_folder_may_not_be_opened(folder):
    folder.chmod(0)


@trouble(user_points=0.0)
def the_folder_may_be_listed_only(folder):
    folder.chmod(0o444)


@trouble()
def the_folder_may_not_be_written(folder):
    folder.chmod(0o555)


@trouble(points=0.0)
def the_folder_is_a_link(folder):
    other = folder.parent / "elsewhere"
    folder.rename(other)
    folder.symlink_to("elsewhere", target_is_directory=True)


@trouble(points=0.0)
def the_folder_is_a_file(folder):
    (folder / "mini.ipynb").unlink()
    folder.rmdir()
    folder.write_text("un dossier, peut-être")


@trouble(points=0.0)
def the_notebook_is_a_link_to_the_solution(folder):
    (folder / "mini.ipynb").unlink()
    (folder / "mini.ipynb").symlink_to("../../../solutions/mini/mini.ipynb")


@trouble(points=0.0)
def the_notebook_is_a_pipe(folder):
    (folder / "mini.ipynb").unlink()
    os.mkfifo(folder / "mini.ipynb")


@trouble(points=0.0)
def the_notebook_is_a_folder(folder):
    (folder / "mini.ipynb").unlink()
    (folder / "mini.ipynb").mkdir()
    link_outside(folder / "mini.ipynb")


@trouble()
def pipes_sockets_and_devices(folder):
    os.mkfifo(folder / "pipe")
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)  # a socket's path must be short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
    finally:
        os.fchdir(here)
        os.close(here)
    with contextlib.suppress(PermissionError):
        os.mknod(folder / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        os.mknod(folder / "disk", stat.S_IFBLK | 0o666, os.makedev(254, 0))


@trouble()
def names_of_every_kind(folder):
    for name in ODD_NAMES:
        descriptor = os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY)
        os.close(descriptor)
        os.mkdir(os.fsencode(folder) + b"/" + name[:200] + b".d")


@trouble()
def sparse_files(folder):
    for name in ("big.bin", "other.ipynb"):
        with (folder / name).open("wb") as file:
            file.truncate(1 << 40)


@trouble()
def no_times(folder):
    (folder / "timestamp.txt").mkdir()


@trouble()
def a_pipe_for_a_time(folder):
    os.mkfifo(folder / "timestamp.txt")


@trouble()
def a_link_for_a_time(folder):
    (folder / "timestamp.txt").symlink_to("../../../gradebook.db")


@trouble()
def a_file_where_the_course_has_a_folder(folder):
    (folder / "checks").write_text("x")


@trouble()
def a_folder_where_the_course_has_a_file(folder):
    (folder / "checks" / "test_center.py").mkdir(parents=True)


@trouble()
def folders_that_tools_made(folder):
    for name in (".git/objects", ".ipynb_checkpoints", "node_modules/a", "venv/lib"):
        (folder / name).mkdir(parents=True)
        for number in range(1500):
            (folder / name / str(number)).touch()
    (folder / "venv" / "pyvenv.cfg").touch()
    os.close(nest(folder / ".git", "d", 100))


# Names of students' folders: those that are names, and those that no student can have.
STUDENTS = ("[a]*?", "Zoé Ω", "-rf", "a'b\"c", "{0}%s")
NO_STUDENTS = (b"no\nstudent", b"caf\xe9", b"\x1b[31m")
