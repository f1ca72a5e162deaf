"""Class lists as platforms and spreadsheets write them."""

import pytest

from attentif.collecting.roster import BadRoster, Enrolled, read_roster

MOODLE = "First name,Last name,ID number,Email address\nAma,Koffi,t-101,ama@univ.tg\n"
FRENCH = "Prénom;Nom;Numéro d’identification;Adresse de courriel\nAma;Koffi;t-101;ama@univ.tg\n"
WORKSHEET = "Identifiant,Nom complet,Adresse de courriel,Statut\nParticipant 71,Ama Koffi,ama@univ.tg,Remis\n"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,mini (9)\n"
    '    Points Possible,,,,,6\n"Koffi, Ama",101,t-101,ama,A,\n"Student, Test",999,,x,A,\n'
)
AMA = Enrolled("t-101", "Ama", "Koffi", "ama@univ.tg")


@pytest.mark.parametrize(
    "content",
    [MOODLE.encode(), MOODLE.replace(",", "\t").encode("utf-16"), FRENCH.encode("utf-8-sig"), FRENCH.encode("cp1252")],
    ids=["moodle", "tabs_utf16", "french_bom", "french_latin"],
)
def test_a_list_gives_the_class(content):
    assert list(read_roster(content).students) == [AMA]


def test_canvas_rows_that_are_no_students_are_left_out():
    assert list(read_roster(CANVAS.encode()).students) == [Enrolled("t-101", "Ama", "Koffi", "", "101")]


def test_moodles_worksheet_names_students_by_their_address():
    assert list(read_roster(WORKSHEET.encode()).students) == [Enrolled("ama", "Ama", "Koffi", "ama@univ.tg")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "no student"),
        (b"a,b\n1,2\n", "names no known column"),
        (b"\x00\x01\x02", "is no CSV"),
        (MOODLE.encode() + b"Yao,Abalo,t-101,y@x\n", "comes twice: t-101"),
        (MOODLE.encode().splitlines()[0], "no student"),
    ],
)
def test_what_is_no_list_is_said(content, expected):
    with pytest.raises(BadRoster, match=expected):
        read_roster(content)
