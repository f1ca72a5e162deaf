"""Grades go back in the platform's own file, of which nothing else changes."""

import zipfile

import pytest
from courses import attentif, gradebook_of, make_course

from attentif.collecting.roster import Enrolled, Roster
from attentif.exporting.canvas import fill_gradebook
from attentif.exporting.grades import FinalGrade
from attentif.exporting.moodle import feedback_zip, fill_worksheet
from attentif.exporting.sheets import BadSheet, Sheet

CLASS = Roster(
    [
        Enrolled("ama", "Ama", "Koffi", "ama@univ.tg", "101"),
        Enrolled("essi", "Essi Élodie", "Agbodjan", "e@univ.tg", "102"),
    ]
)
GRADES = {
    "ama": FinalGrade(8.5, 10.0, False),
    "essi": FinalGrade(10 / 3, 10.0, True),
    "yao": FinalGrade(1.0, 10.0, False),
}

ENGLISH = (
    '"Identifier","Full name","Email address","Status","Grade","Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\r\n'
    '"Participant 71","Ama Koffi","ama@univ.tg","Submitted for grading","","100.00","Yes",'
    '"Monday, 23 November 2026, 10:00 AM","-","a ""b"", c"\r\n'
    '"Participant 72","Essi Élodie Agbodjan","e@univ.tg","Submitted for grading","12.00","100.00","Yes","-","-",""\r\n'
    '"Participant 73","Kodjo Inconnu","k@univ.tg","No submission","","100.00","Yes","-","-",""\r\n'
)
FRENCH = (
    "Identifiant;Nom complet;Numéro d’identification;Adresse de courriel;Statut;Note;Note maximale\n"
    "Participant 71;Ama Koffi;;ama@univ.tg;Remis pour évaluation;;20,00\n"
    "Participant 72;Essi Élodie Agbodjan;;e@univ.tg;Remis pour évaluation;;20,00\n"
)


def filled(content, fill, *others):
    sheet = Sheet.read(content)
    return fill(sheet, GRADES, CLASS, *others), sheet.written()


def test_moodles_worksheet_is_filled_and_nothing_else_changes():
    done, written = filled(ENGLISH.encode(), fill_worksheet)
    expected = ENGLISH.replace('grading","","100', 'grading","85","100').replace('"12.00"', '"33.33333"')
    assert written.decode() == expected
    assert (done.filled, done.unknown, done.without_row) == (["ama", "essi"], ["Kodjo Inconnu"], ["yao"])
    assert done.unfinished == ["essi"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "utf-8"])
def test_a_french_worksheet_in_any_encoding(encoding):
    _, written = filled(FRENCH.encode(encoding), fill_worksheet)
    first, second = FRENCH.splitlines()[1:]
    changed = FRENCH.replace(first, first.replace(";;20", ";17;20")).replace(
        second, second.replace(";;20", ";6.66667;20")
    )
    assert written == changed.encode(encoding)


def test_a_row_without_a_grade_keeps_what_it_has():
    sheet = Sheet.read(ENGLISH.encode())
    done = fill_worksheet(sheet, {"ama": GRADES["ama"]}, CLASS)
    assert done.ungraded == ["essi"]
    assert [row[4] for row in sheet.rows] == ["85", "12.00", ""]


def test_without_a_class_list_rows_are_found_by_name_and_number():
    sheet = Sheet.read(ENGLISH.encode())
    done = fill_worksheet(sheet, {"kodjo_inconnu_73": FinalGrade(5, 10, False)}, Roster())
    assert done.filled == ["kodjo_inconnu_73"]
    assert [row[4] for row in sheet.rows] == ["", "12.00", "50"]


def test_feedback_has_the_names_that_moodle_matches(tmp_path):
    pages = tmp_path / "feedback" / "ama" / "mini"
    pages.mkdir(parents=True)
    page = pages / "mini.html"
    page.write_text("<p>é</p>")
    done, _ = filled(ENGLISH.encode(), fill_worksheet)
    assert feedback_zip(tmp_path / "f.zip", {"ama": [page], "yao": [page]}, done.places) == 1
    (name,) = zipfile.ZipFile(tmp_path / "f.zip").namelist()
    full, number, kind, sort, rest = name.split("_", 4)
    assert (full, number, kind, sort, rest) == ("Ama Koffi", "71", "assignsubmission", "file", "/mini.html")


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (1),Atelier 3 (9),Final Score\n"
    "    Points Possible,,,,,5,20,(read only)\n"
    '"Koffi, Ama",101,,x1,A,4,,77\n'
    '"Agbodjan, Essi Élodie",102,,x2,A,EX,EX,\n'
    '"Inconnu, Kodjo",103,,x3,A,,,\n'
    '"Student, Test",999,,x9,A,,,\n'
)


def test_canvas_column_is_filled_excused_stay_excused():
    done, written = filled(CANVAS.encode(), fill_gradebook, "atelier3")
    assert written.decode() == CANVAS.replace("x1,A,4,,77", "x1,A,4,17,77")
    assert (done.filled, done.kept, done.unknown) == (["ama"], ["essi"], ["Inconnu, Kodjo"])


@pytest.mark.parametrize(
    ("content", "fill", "others", "expected"),
    [
        (b"", fill_worksheet, (), "no CSV"),
        (b"a,b\n1,2\n", fill_worksheet, (), "no column for the identifier"),
        (ENGLISH.replace("100.00", "cent").encode(), fill_worksheet, (), "not a number: cent"),
        (CANVAS.encode(), fill_gradebook, ("atelier2",), "no column for atelier2: name one with --column"),
        (CANVAS.encode(), fill_gradebook, ("x", "s"), "columns for s"),
    ],
)
def test_what_is_not_the_sheet_is_said(content, fill, others, expected):
    with pytest.raises(BadSheet, match=expected):
        filled(content, fill, *others)


def test_the_commands_read_the_gradebook(tmp_path):
    course = make_course(tmp_path / "course")
    (course.root / "source" / "mini").mkdir(parents=True)
    (tmp_path / "sheet.csv").write_text(ENGLISH, encoding="utf-8", newline="")
    (tmp_path / "class.csv").write_text("id number,full name\nama,Ama Koffi\n", encoding="utf-8")
    arguments = ("export", "moodle", "mini", "--worksheet", str(tmp_path / "sheet.csv"))
    assert "does not know mini" in attentif(course, *arguments, check=False).stdout
    attentif(course, "roster", str(tmp_path / "class.csv"))
    graded(course)
    told = attentif(course, *arguments, "--feedback", str(tmp_path / "f.zip")).stdout
    assert "sheet-rempli.csv: 1 grades" in told
    assert "run `attentif feedback mini` first" in told
    written = (tmp_path / "sheet-rempli.csv").read_text(encoding="utf-8")
    assert '"Participant 71","Ama Koffi","ama@univ.tg","Submitted for grading","65","100.00"' in written


def graded(course):
    """Ama's grade: 7 by hand over an automatic 3, half a point less for being late."""
    with gradebook_of(course) as known:
        known.add_assignment("mini")
        known.add_notebook("n", "mini")
        known.add_grade_cell("cell", "n", "mini", max_score=10, cell_type="code")
        known.add_submission("mini", "ama")
        grade = known.find_grade("cell", "n", "mini", "ama")
        grade.auto_score, grade.manual_score = 3, 7
        known.find_submission_notebook("n", "mini", "ama").late_submission_penalty = 0.5
        known.db.commit()
