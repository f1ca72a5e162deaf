"""What a student calls files and puts in archives changes nobody else's hand-in, no time, and stops nothing."""

import os
import shutil
from datetime import datetime, timedelta, timezone

import pytest
from collecting.hand_ins import GOOD, MONDAY, OTHER, TUESDAY, answer_of, notebook, zipped
from collecting.test_collect import CLASS, collect, course, reasons, taken  # noqa: F401  (a fixture among them)

from attentif.collecting.roster import Enrolled, Roster
from attentif.exercises.settings import Settings
from attentif.words import collecting as words

BOBS = (  # the hand-in is Essi's (102, essi); the name that she gave her file or folder says that it is Yao's
    "essiagbodjan_102_55_yao_attempt_2099-01-01-00-00-00_mini.ipynb",
    "Essi Élodie Agbodjan_7_assignsubmission_file_Yao Abalo_8_assignsubmission_file_mini.ipynb",
    "Essi Élodie Agbodjan - x_yao_attempt_2099-01-01-00-00-00_mini.ipynb",
    "Essi Élodie Agbodjan - abaloyao_103_5_mini.ipynb",
    "mini_essi_attempt_2026-11-23-10-00-00_x_yao_attempt_2099-01-01-00-00-00_mini.ipynb",
    "Essi Élodie Agbodjan/Yao Abalo/mini.ipynb",
    "Essi Élodie Agbodjan/Yao Abalo - mini.ipynb",
    "Essi Élodie Agbodjan/Yao Abalo_8_assignsubmission_file_/mini.ipynb",
    "essi/yao+mini+2099-01-01 00:00:00.000000 UTC/mini.ipynb",
    "essi.zip/yao/mini.ipynb",
    "mini_essi.zip/Yao Abalo/mini.ipynb",
    "Essi Élodie Agbodjan - rendu.zip/Yao Abalo - mini.ipynb",
)


@pytest.mark.parametrize("name", BOBS)
def test_nobody_hands_in_for_another(course, tmp_path, name):  # noqa: F811
    name, _, inner = name.partition(".zip/")
    content = notebook(course)
    if inner:
        name, content = f"{name}.zip", zipped(tmp_path / "inner.zip", [(inner, content)]).read_bytes()
    yaos = ("Yao Abalo_8_assignsubmission_file_/mini.ipynb", notebook(course, OTHER))
    collection = collect(course, zipped(tmp_path / "a.zip", [yaos, (name, content, TUESDAY)]))
    assert taken(collection) == {"essi": "new", "yao": "new"}, collection.aside
    assert (answer_of(course, "essi"), answer_of(course, "yao")) == (GOOD, OTHER)


def test_an_archive_of_the_students_own_sets_no_time(course, tmp_path):  # noqa: F811
    inner = zipped(tmp_path / "inner.zip", [("mini.ipynb", notebook(course), MONDAY)]).read_bytes()
    archive = zipped(tmp_path / "a.zip", [("Yao Abalo_8_assignsubmission_file_/r.zip", inner, TUESDAY)])
    settings = Settings(due={"mini": MONDAY.replace(hour=23, tzinfo=timezone.utc)})
    (placed,) = collect(course, archive, settings=settings).placed
    assert placed.late


@pytest.mark.parametrize("time", ["9999-12-31-23-59-59", "0001-01-01-00-00-00"])
def test_a_time_of_no_calendar_is_left_aside(course, tmp_path, time):  # noqa: F811
    archive = zipped(tmp_path / "a.zip", [(f"mini_yao_attempt_{time}_mini.ipynb", notebook(course))])
    for hours in (-11, 11):
        shutil.rmtree(course.root / "submitted", ignore_errors=True)
        settings = Settings(zone=timezone(timedelta(hours=hours)))
        assert taken(collect(course, archive, settings=settings)) == {"yao": "new"}
    assert datetime.fromtimestamp((course.root / "submitted/yao/mini/mini.ipynb").stat().st_mtime).year == MONDAY.year


def test_a_file_of_no_time_is_collected(course, tmp_path):  # noqa: F811
    path = tmp_path / "rendus" / "yao" / "mini.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook(course))
    os.utime(path, (2**40, 2**40))
    assert taken(collect(course, tmp_path / "rendus")) == {"yao": "new"}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("member", [("z{}", 300, 30), ("n{}", 0, 5000)], ids=["bytes", "entries"])
def test_a_bomb_of_one_student_stops_nobody(course, tmp_path, monkeypatch, packed, member):  # noqa: F811
    name, mebibytes, count = member
    bomb = zipped(tmp_path / "bomb.zip", [(name.format(n), b"\0" * (mebibytes << 10)) for n in range(count)])
    if mebibytes:  # what they promise; nothing of it is read
        content = bytearray(bomb.read_bytes())
        place = content.find(b"PK\x01\x02")
        while place >= 0:
            content[place + 24 : place + 28] = (mebibytes << 20).to_bytes(4, "little")
            place = content.find(b"PK\x01\x02", place + 1)
        bomb.write_bytes(content)
    files = {"yao/mini.ipynb": notebook(course), "essi/bomb.zip": bomb.read_bytes()}
    if packed:
        source = zipped(tmp_path / "a.zip", list(files.items()))
    else:
        source = tmp_path / "a"
        for path, content in {**files, "essi.zip": files["essi/bomb.zip"]}.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(content)
    collection = collect(course, source)
    assert taken(collection) == {"yao": "new"}
    assert set(reasons(collection).values()) == {words.HEAVY_ARCHIVE}


def test_a_link_in_the_place_of_a_student_is_moved_aside(course, tmp_path):  # noqa: F811
    """As `unzip` leaves it of an archive with links: one leads outside, one to somebody else's hand-in."""
    outside = tmp_path / "outside"
    outside.mkdir()
    mine = [("Yao Abalo_8_assignsubmission_file_/mini.ipynb", notebook(course))]
    collect(course, zipped(tmp_path / "a.zip", mine))
    (course.root / "submitted" / "essi").symlink_to("yao", target_is_directory=True)
    (course.root / "submitted" / "ama").symlink_to(outside, target_is_directory=True)
    hers = [(f"{name}_8_assignsubmission_file_/mini.ipynb", notebook(course, None))
            for name in ("Essi Élodie Agbodjan", "Ama Koffi-Mensah")]  # fmt: skip
    assert set(taken(collect(course, zipped(tmp_path / "b.zip", hers)))) == {"ama", "essi"}
    assert not list(outside.iterdir())
    assert answer_of(course, "yao") == GOOD != answer_of(course, "essi")
    assert not any(path.is_symlink() for path in (course.root / "submitted").iterdir())


@pytest.mark.parametrize("student", ["../outside", "a/b", "..", ".hidden", "a\x1bb"])
def test_an_identifier_that_is_no_folders_name_is_said(course, tmp_path, student):  # noqa: F811
    archive = zipped(tmp_path / "a.zip", [("Yao Abalo_8_assignsubmission_file_/mini.ipynb", notebook(course))])
    before = sorted(course.root.rglob("*"))
    collection = collect(course, archive, roster=Roster([Enrolled(student, "Yao", "Abalo")]))
    assert not collection.placed
    assert "cannot name a folder" in reasons(collection)["mini.ipynb"].en
    assert [path for path in sorted(course.root.rglob("*")) if ".attentif" not in path.parts] == before


def test_what_is_shown_while_files_are_read_can_be_shown(course, tmp_path):  # noqa: F811
    seen = []
    archive = zipped(tmp_path / "a.zip", [("yao/\x1b]0;x\x07.ipynb", notebook(course))])
    collect(course, archive, seen=seen.append)
    assert seen
    assert all(path.isprintable() for path in seen)
