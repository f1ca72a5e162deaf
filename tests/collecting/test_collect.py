"""A class's archives become submitted/<student>/<atelier>/, and what is not taken is listed with its reason."""

import os
import shutil
import socket
import stat
import zipfile
from datetime import datetime, timezone

import pytest
from collecting.hand_ins import GOOD, MONDAY, OTHER, TUESDAY, answer_of, notebook, other_notebook, zipped
from courses import answer, attentif, gradebook_of, nbgrader, submit

from attentif.collecting.collect import Collecting
from attentif.collecting.gradebook import files_beside, set_due
from attentif.collecting.roster import Enrolled, Roster
from attentif.collecting.senders import sender_of
from attentif.collecting.unpacking import CannotOpen
from attentif.exercises.course import Course
from attentif.exercises.settings import Settings, read_settings
from attentif.words import collecting as words
from attentif.words import intake as intake_words

CLASS = Roster(
    [
        Enrolled("ama", "Ama", "Koffi-Mensah", "ama.k@univ.tg", "101"),
        Enrolled("essi", "Essi Élodie", "Agbodjan", "essi@univ.tg", "102"),
        Enrolled("yao", "Yao", "Abalo", "yao@univ.tg", "103"),
    ]
)
WHO = {"ama": "Ama Koffi-Mensah", "essi": "Essi Élodie Agbodjan", "yao": "Yao Abalo"}


@pytest.fixture
def course(released_mini_course, tmp_path):
    """A course with a released assignment, where nobody has handed in."""
    folder = tmp_path / "course"
    shutil.copytree(released_mini_course.root, folder, symlinks=True)
    return Course(folder)


def collect(course, *sources, roster=CLASS, **others):
    dry_run = others.pop("dry_run", False)
    return Collecting(course, "mini", roster, **others).collect(sources, dry_run=dry_run)


def taken(collection):
    return {placed.student: placed.change for placed in collection.placed}


def reasons(collection):
    """Last part of the path → reason, for what was not taken."""
    return {aside.path.rpartition("/")[2]: aside.reason for aside in collection.aside}


def three(course, pattern):
    """One file for each of the class, named by the pattern."""
    return [(pattern.format(name=WHO[s], number=n, n=s), notebook(course)) for n, s in enumerate(WHO, 7001)]


LAYOUTS = {
    "moodle_folders": "{name}_{number}_assignsubmission_file_/mini.ipynb",
    "moodle_folders_newer": "{name}_{number}_assignsubmission_file/mini.ipynb",
    "moodle_flat": "{name}_{number}_assignsubmission_file_mini (1).ipynb",
    "moodle_in_french": "{name}_{number}_assignsubmission_file_/Atelier 3/mon notebook à rendre.ipynb",
    "classroom_folders": "Classe A/Mini/{name}/mini.ipynb",
    "classroom_flat": "{name} - mini.ipynb",
    "nbgrader_exchange": "{n}+mini+2026-11-23 10:00:00.000000 UTC+ab12/mini.ipynb",
    "nbgrader_submitted": "submitted/{n}/mini/mini.ipynb",
    "zip_collect": "mini_{n}_attempt_2026-11-23-10-00-00_mini.ipynb",
    "loose_by_id": "mini_{n}.ipynb",
    "loose_by_name": "{name}.ipynb",
    "case_and_underscores": "rendus/Mini/{name}/MINI.ipynb",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_platforms_archive_gives_each_student_a_folder(course, tmp_path, layout):
    archive = zipped(tmp_path / "Mini-123.zip", three(course, LAYOUTS[layout]))
    collection = collect(course, archive)
    assert taken(collection) == dict.fromkeys(WHO, "new"), collection.aside
    assert not collection.aside
    assert {answer_of(course, student) for student in WHO} == {GOOD}
    stamp = (course.root / "submitted" / "ama" / "mini" / "timestamp.txt").read_text()
    assert stamp == "2026-11-23 10:00:00 UTC\n"


def test_canvas_names_are_glued_and_numbered(course, tmp_path):
    files = [
        ("koffimensahama_101_555_mini.ipynb", notebook(course)),
        ("agbodjanessielodie_LATE_102_556_mini-1.ipynb", notebook(course)),
        ("xyz_103_557_mini-2.ipynb", notebook(course, OTHER)),
        ("xyz_103_557_mini-1.ipynb", notebook(course)),
    ]
    collection = collect(course, zipped(tmp_path / "submissions.zip", files))
    assert taken(collection) == dict.fromkeys(WHO, "new")
    assert answer_of(course, "yao") == OTHER
    assert reasons(collection) == {"xyz_103_557_mini-1.ipynb": words.OLDER}


@pytest.mark.parametrize("name", ["mini (1).ipynb", "mini_Mensah.ipynb", "Untitled.ipynb", "MINI.IPYNB", "x.ipynb"])
def test_a_notebook_is_known_by_its_cells(course, tmp_path, name):
    folder = tmp_path / "tout" / "Ama Koffi-Mensah"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(notebook(course))
    assert taken(collect(course, tmp_path / "tout")) == {"ama": "new"}


def test_marks_lost_by_an_editor_leave_the_calls_of_check(course, tmp_path):
    plain = notebook(course).replace(b'"nbgrader"', b'"autre"')
    archive = zipped(tmp_path / "a.zip", [("Yao Abalo/mini.ipynb", plain)])
    (placed,) = collect(course, archive).placed
    assert (placed.student, placed.incomplete) == ("yao", ("mini.ipynb",))


MOODLE = "Yao Abalo_7_assignsubmission_file_/"
VERSIONS = {
    "the_newest_counts": ([("a.ipynb", GOOD, MONDAY), ("b.ipynb", OTHER, TUESDAY)], OTHER, words.OLDER),
    "a_copy_is_newer_than_its_original": (
        [("m.ipynb", GOOD, MONDAY), ("m (1).ipynb", OTHER, MONDAY)],
        OTHER,
        words.OLDER,
    ),
    "an_answer_counts_before_a_stub": ([("a.ipynb", GOOD, MONDAY), ("b.ipynb", None, TUESDAY)], GOOD, words.BLANK),
    "equal_copies": ([("a.ipynb", GOOD, MONDAY), ("b.ipynb", GOOD, MONDAY)], GOOD, words.SAME),
}


@pytest.mark.parametrize("case", VERSIONS)
def test_one_version_counts(course, tmp_path, case):
    files, expected, reason = VERSIONS[case]
    archive = zipped(tmp_path / "a.zip", [(MOODLE + name, notebook(course, code), time) for name, code, time in files])
    collection = collect(course, archive)
    assert answer_of(course, "yao") == expected
    assert list(reasons(collection).values()) == [reason]


@pytest.mark.parametrize(("lost", "reason"), [("center_code", words.INCOMPLETE), ("center", words.NOT_OF_THE_COURSE)])
def test_a_whole_notebook_counts_before_one_that_lost_a_cell(course, tmp_path, lost, reason):
    files = [("a.ipynb", notebook(course), MONDAY), ("b.ipynb", notebook(course, OTHER, without=(lost,)), TUESDAY)]
    archive = zipped(tmp_path / "a.zip", [(MOODLE + name, content, time) for name, content, time in files])
    collection = collect(course, archive)
    assert answer_of(course, "yao") == GOOD
    assert reasons(collection) == {"b.ipynb": reason}


def test_a_second_run_changes_nothing_and_a_newer_archive_replaces(course, tmp_path):
    first = zipped(tmp_path / "a.zip", [(MOODLE + "mini.ipynb", notebook(course), MONDAY)])
    newer = zipped(tmp_path / "b.zip", [(MOODLE + "mini.ipynb", notebook(course, OTHER), TUESDAY)])
    assert taken(collect(course, first)) == {"yao": "new"}
    before = state(course)
    again = collect(course, first)
    assert (taken(again), again.aside) == ({"yao": "unchanged"}, [])
    assert state(course) == before
    assert taken(collect(course, newer, dry_run=True)) == {"yao": "newer"}
    assert state(course) == before
    assert taken(collect(course, newer)) == {"yao": "newer"}
    assert answer_of(course, "yao") == OTHER
    kept = list((course.state / "collected").glob("mini-yao-*/mini/mini.ipynb"))
    assert len(kept) == 1
    late_again = collect(course, first)
    assert (taken(late_again), answer_of(course, "yao")) == ({"yao": "unchanged"}, OTHER)
    assert reasons(late_again) == {"mini.ipynb": words.OLDER}


def state(course):
    """Everything in submitted/ and what is kept of earlier versions: paths, contents and times."""
    roots = (course.root / "submitted", course.state / "collected")
    files = [path for root in roots for path in sorted(root.rglob("*")) if path.is_file()]
    return [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in files]


def test_what_was_put_by_hand_is_kept_when_it_is_replaced(course, tmp_path):
    folder = course.root / "submitted" / "yao" / "mini"
    folder.mkdir(parents=True)
    (folder / "mini.ipynb").write_bytes(notebook(course, None))
    (folder / "notes.txt").write_text("à moi")
    archive = zipped(tmp_path / "a.zip", [(MOODLE + "mini.ipynb", notebook(course), MONDAY)])
    assert taken(collect(course, archive)) == {"yao": "newer"}
    (kept,) = (course.state / "collected").glob("mini-yao-*/mini/notes.txt")
    assert kept.read_text() == "à moi"


def test_what_is_not_taken_is_listed_with_its_reason(course, tmp_path):
    encrypted = zipfile.ZipInfo(MOODLE + "secret.ipynb", MONDAY.timetuple()[:6])
    inner = zipped(tmp_path / "inner.zip", [("mini.ipynb", notebook(course))]).read_bytes()
    deep = zipped(tmp_path / "deep.zip", [("inner.zip", inner)]).read_bytes()
    link = zipfile.ZipInfo(MOODLE + "link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    files = [
        (MOODLE + "other.ipynb", other_notebook()),
        (MOODLE + "rapport.pdf", b"%PDF"),
        (MOODLE + "rendu.rar", b"Rar!"),
        (MOODLE + "coupe.zip", inner[: len(inner) // 2]),
        (MOODLE + "profond.zip", deep),
        (MOODLE + "cut.ipynb", notebook(course)[:200]),
        (link, "/etc/passwd"),
        ("../../../evil.ipynb", notebook(course)),
        ("C:/evil2.ipynb", notebook(course)),
        ("/etc/evil3.ipynb", notebook(course)),
        ("Kodjo Inconnu_9_assignsubmission_file_/mini.ipynb", notebook(course)),
        ("Participant_12_assignsubmission_file_/m.ipynb", notebook(course)),
        ("__MACOSX/Yao Abalo_7_assignsubmission_file_/._mini.ipynb", b"\x00"),
        (encrypted, b"x"),
    ]
    archive = zipped(tmp_path / "a.zip", files)
    encrypt(archive, "secret.ipynb")
    collection = collect(course, archive)
    assert [(placed.student, placed.unreadable) for placed in collection.placed] == [("yao", ("mini.ipynb",))]
    assert reasons(collection) == {
        "other.ipynb": words.NOT_OF_THE_COURSE,
        "rapport.pdf": words.NO_NOTEBOOK,
        "rendu.rar": words.OTHER_ARCHIVE,
        "coupe.zip": words.BROKEN_ARCHIVE,
        "inner.zip": words.ARCHIVE_IN_ARCHIVE,
        "link.ipynb": intake_words.KINDS["link"],
        "evil.ipynb": words.BAD_NAME,
        "evil2.ipynb": words.BAD_NAME,
        "evil3.ipynb": words.BAD_NAME,
        "mini.ipynb": words.NOBODY,
        "m.ipynb": words.ANONYMOUS,
        "secret.ipynb": words.ENCRYPTED,
    }
    assert not list(tmp_path.rglob("evil*"))


def encrypt(archive, name):
    """Sets the flag of an encrypted member in both of the archive's records of it."""
    content = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := content.find(signature, place + 1)) >= 0:
            if name.encode() in content[place : place + 140].split(b"PK", 2)[1]:
                content[place + offset] |= 1
    archive.write_bytes(content)


def test_a_notebook_that_cannot_be_read_is_handed_in_where_there_is_nothing_better(course, tmp_path):
    archive = zipped(tmp_path / "a.zip", [(MOODLE + "mini.ipynb", notebook(course)[:200])])
    (placed,) = collect(course, archive).placed
    assert (placed.student, placed.unreadable) == ("yao", ("mini.ipynb",))


def test_an_archive_in_a_hand_in_is_opened(course, tmp_path):
    inner = zipped(tmp_path / "inner.zip", [("rendu/mini.ipynb", notebook(course))]).read_bytes()
    assert taken(collect(course, zipped(tmp_path / "a.zip", [(MOODLE + "rendu.zip", inner)]))) == {"yao": "new"}


def test_a_name_that_comes_twice_in_an_archive_is_read_once(course, tmp_path):
    files = [(MOODLE + "mini.ipynb", notebook(course)), (MOODLE + "mini.ipynb", notebook(course, OTHER))]
    with pytest.warns(UserWarning, match="Duplicate"):
        archive = zipped(tmp_path / "a.zip", files)
    collection = collect(course, archive)
    assert answer_of(course, "yao") == OTHER
    assert reasons(collection) == {"mini.ipynb": words.TWICE_IN_ARCHIVE}


def test_names_of_old_archives_keep_their_accents(course, tmp_path):
    name = "Essi Élodie Agbodjan_7_assignsubmission_file_/mini.ipynb"
    raw = name.encode().decode("cp437")
    archive = tmp_path / "a.zip"
    zipped(archive, [(name, notebook(course))])
    content = archive.read_bytes()
    assert name.encode() in content
    plain = bytearray(content)  # the mark of UTF-8 is taken away from both records
    for signature, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        plain[content.find(signature) + offset] &= ~0x08
    archive.write_bytes(plain)
    assert zipfile.ZipFile(archive).namelist() == [raw]
    assert taken(collect(course, archive)) == {"essi": "new"}


def test_a_bomb_is_left_aside(course, tmp_path):
    bomb = zipped(
        tmp_path / "bomb.zip", [(MOODLE + "zeros.ipynb", b"0" * 60_000_000), (MOODLE + "m.ipynb", notebook(course))]
    )
    collection = collect(course, bomb)
    assert taken(collection) == {"yao": "new"}
    assert reasons(collection)["zeros.ipynb"].en == "too large"


def test_an_archive_that_lies_about_sizes_is_left_aside(course, tmp_path):
    content = bytearray(zipped(tmp_path / "a.zip", [(MOODLE + "m.ipynb", notebook(course))]).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.find(signature) + offset
        content[place : place + 4] = (10).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(content)
    collection = collect(course, tmp_path / "a.zip")
    assert not collection.placed
    assert list(reasons(collection).values()) == [words.BROKEN_MEMBER]


def test_a_file_that_the_notebook_writes_comes_along(course, tmp_path):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.Autograde.exclude_overwriting = {"mini": ["predictions.tsv"]}\n')
    files = [(MOODLE + "mini.ipynb", notebook(course)), (MOODLE + "predictions.tsv", b"id\tlabel\n1\t0\n")]
    archive = zipped(tmp_path / "a.zip", [*files, (MOODLE + "autre.tsv", b"x")])
    collection = collect(course, archive, files=files_beside(course, "mini"))
    assert (course.root / "submitted/yao/mini/predictions.tsv").read_bytes() == files[1][1]
    assert reasons(collection) == {"autre.tsv": words.NO_NOTEBOOK}


def test_a_hostile_folder_gives_its_plain_files(course, tmp_path):
    folder = tmp_path / "class" / "Yao Abalo"
    folder.mkdir(parents=True)
    (folder / "mini.ipynb").write_bytes(notebook(course))
    (folder / "shadow.ipynb").symlink_to(course.root / "source" / "mini" / "mini.ipynb")
    os.mkfifo(folder / "pipe.ipynb")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(folder)
        listener.bind("s.ipynb")
        os.chdir(here)
    collection = collect(course, tmp_path / "class")
    assert taken(collection) == {"yao": "new"}
    assert {reason.en for reason in reasons(collection).values()} == {"link", "named pipe", "socket"}
    assert sorted(p.name for p in (course.root / "submitted/yao/mini").iterdir()) == ["mini.ipynb", "timestamp.txt"]


def test_what_is_in_a_students_folder_is_never_followed(course, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (course.root / "submitted" / "yao").mkdir(parents=True)
    (course.root / "submitted" / "yao" / "mini").symlink_to(outside, target_is_directory=True)
    archive = zipped(tmp_path / "a.zip", [(MOODLE + "mini.ipynb", notebook(course))])
    collect(course, archive)
    assert not list(outside.iterdir())
    assert answer_of(course, "yao") == GOOD
    assert not (course.root / "submitted" / "yao" / "mini").is_symlink()


def test_a_name_of_two_students_is_nobodys(course, tmp_path):
    twins = Roster([Enrolled("a1", "Ama", "Koffi"), Enrolled("a2", "Koffi", "Ama")])
    collection = collect(course, zipped(tmp_path / "a.zip", [("Ama Koffi/mini.ipynb", notebook(course))]), roster=twins)
    assert not collection.placed
    assert reasons(collection) == {"mini.ipynb": words.several("a1, a2")}


def test_without_a_class_list_folders_bear_the_platforms_names(course, tmp_path):
    archive = zipped(tmp_path / "a.zip", three(course, LAYOUTS["moodle_folders"]))
    collection = collect(course, archive, roster=Roster())
    assert list(taken(collection)) == ["ama_koffi_mensah_7001", "essi_elodie_agbodjan_7002", "yao_abalo_7003"]


@pytest.mark.parametrize(
    ("layout", "platform", "number"),
    [
        ("moodle_folders", "moodle", "7001"),
        ("moodle_folders_newer", "moodle", "7001"),
        ("moodle_flat", "moodle", "7001"),
        ("classroom_flat", "classroom", ""),
        ("nbgrader_exchange", "nbgrader", ""),
        ("zip_collect", "nbgrader", ""),
        ("loose_by_name", "", ""),
    ],
)
def test_a_name_tells_the_platform(layout, platform, number):
    sender = sender_of(tuple(LAYOUTS[layout].format(name=WHO["ama"], number=7001, n="ama").split("/")))
    assert (sender.platform, sender.number) == (platform, number)


def test_late_hand_ins_are_marked_but_for_an_extension(course, tmp_path):
    due = datetime(2026, 11, 22, tzinfo=timezone.utc)
    settings = Settings(due={"mini": due}, extensions={("mini", "essi"): datetime(2026, 12, 1, tzinfo=timezone.utc)})
    archive = zipped(tmp_path / "a.zip", three(course, LAYOUTS["moodle_folders"])[:2])
    collection = collect(course, archive, settings=settings)
    assert {p.student: p.late for p in collection.placed} == {"ama": True, "essi": False}
    assert collection.silent == ["yao"]


def test_what_is_no_source_is_said_before_anything_changes(course, tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"%PDF")
    archive = zipped(tmp_path / "a.zip", three(course, LAYOUTS["moodle_folders"]))
    with pytest.raises(CannotOpen, match="neither a folder"):
        collect(course, archive, tmp_path / "x.pdf")
    assert not (course.root / "submitted").exists()


def test_from_the_list_and_the_archive_to_the_grades(course, tmp_path):
    """The commands, as an instructor types them."""
    (tmp_path / "participants.csv").write_text(
        "Prénom;Nom;Numéro d'identification;Adresse de courriel\n"
        "Ama;Koffi-Mensah;ama;ama.k@univ.tg\nYao;Abalo;yao;yao@univ.tg\nEssi;Agbodjan;;essi@univ.tg\n",
        encoding="utf-8-sig",
    )
    (course.root / "course.toml").write_text(
        'timezone = "Africa/Lome"\n[ateliers.mini]\ndue = 2026-11-23T12:00:00\n', encoding="utf-8"
    )
    files = [
        ("Ama Koffi-Mensah_71_assignsubmission_file_/mini.ipynb", notebook(course), MONDAY),
        (
            "Abalo Yao_72_assignsubmission_file_/mini (3).ipynb",
            notebook(course, "def center(X):\n    return X"),
            TUESDAY,
        ),
    ]
    archive = zipped(tmp_path / "Rendus é.zip", files)
    assert "3 students: 3 new, 0 changed" in attentif(course, "roster", str(tmp_path / "participants.csv")).stdout
    assert "3 students: 0 new, 0 changed" in attentif(course, "roster", str(tmp_path / "participants.csv")).stdout
    told = attentif(course, "collect", "mini", str(archive)).stdout
    assert "2 students: 2 new" in told
    assert all(word in told for word in ("late", "yao", "sent nothing", "essi"))
    attentif(course, "grade", "mini")
    with gradebook_of(course) as gradebook:
        found = {s.student.id: (s.score, s.total_seconds_late) for s in gradebook.assignment_submissions("mini")}
        names = {s.id: (s.first_name, s.email) for s in gradebook.students}
    assert found == {"ama": (6.0, 0.0), "yao": (0.0, 22 * 3600.0)}
    assert names["essi"] == ("Essi", "essi@univ.tg")


HALF_A_POINT_A_DAY = """
from nbgrader.plugins import LateSubmissionPlugin
class HalfAPointADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5 * -(-total_seconds_late // 86400)
c.AssignLatePenalties.plugin_class = HalfAPointADay
"""


@pytest.mark.parametrize("command", ["attentif", "nbgrader"])
def test_extensions_of_course_toml_are_taken_off_what_is_late(course, command):
    """By both commands; one that is granted once all is graded counts at the next run, for that student alone."""
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + HALF_A_POINT_A_DAY, encoding="utf-8")
    dates = "[ateliers.mini]\ndue = 2026-11-23T12:00:00Z\n[ateliers.mini.extensions]\nama = 2026-11-25T12:00:00Z\n"
    settings = course.root / "course.toml"
    settings.write_text(dates, encoding="utf-8")
    due = read_settings(course.root).due["mini"]
    set_due(course, "mini", due)
    for student in ("ama", "yao"):
        path = submit(course, student, "mini", answer("def center(X):\n    return X - X.mean(0)"))
        (path.parent / "timestamp.txt").write_text("2026-11-24 10:00:00 UTC")

    def graded():
        if command == "attentif":
            said = attentif(course, "grade", "mini").stdout
        else:
            said = nbgrader(course, "autograde", "mini", "--force").stdout
        with gradebook_of(course) as known:
            found = {s.student.id: s.score - s.late_submission_penalty for s in known.assignment_submissions("mini")}
        return found, said

    assert graded()[0] == {"ama": 6, "yao": 5.5}
    settings.write_text(dates + "yao = 2026-11-24T12:00:00Z\n", encoding="utf-8")
    points, said = graded()
    assert points == {"ama": 6, "yao": 6}
    assert command == "nbgrader" or "1 unchanged" in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("collect", "minni", "x"), "no atelier called minni; there are: mini"),
        (("collect", "mini", "nowhere.zip"), "no such file or folder: nowhere.zip"),
        (("roster", "nowhere.csv"), "nowhere.csv: No such file"),
    ],
)
def test_mistakes_of_the_command_are_said_at_once(course, arguments, expected):
    done = attentif(course, *arguments, check=False)
    assert done.returncode == 2
    assert expected in done.stdout
