"""The class: who the students are, from a platform's own list (CSV), and who a sender is among them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from attentif.collecting.names import folder_name, glued, words_of
from attentif.collecting.senders import Sender
from attentif.words import collecting as words
from attentif.words.text import Text

_LARGEST = 20_000_000  # bytes
# Headings in Moodle's and Canvas's lists, French and English, folded; the first that a file has is taken.
_FIRST = ("firstname", "prenom")
_LAST = ("lastname", "surname", "nom", "nomdefamille", "familyname")
_FULL = ("fullname", "nomcomplet", "student", "name", "etudiant", "participant", "utilisateur")
MAIL = ("emailaddress", "email", "adressedecourriel", "courriel", "adresseemail", "mail")
_IDS = ("idnumber", "numerodidentification", "sisuserid", "sisloginid", "username", "nomdutilisateur", "identifiant",
        "matricule", "studentid", "studentnumber", "login")  # fmt: skip
_NUMBERS = ("id",)  # Canvas's own
_KINDS = {"first": _FIRST, "last": _LAST, "full": _FULL, "mail": MAIL, "id": _IDS, "number": _NUMBERS}
# Rows of Canvas's lists that are no students, by their words.
NO_STUDENTS = {frozenset({"points", "possible"}), frozenset({"student", "test"}), frozenset({"etudiant", "test"})}
_PARTICIPANT = re.compile(r"Participant\D{0,4}\d+", re.IGNORECASE)  # Moodle's number, another one in each assignment


class BadRoster(Exception):
    """A file is no list of students; the text says what is wrong and what to do."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass(frozen=True)
class Enrolled:
    """One of the class: ``id`` is nbgrader's, and a folder's name; ``number`` is the platform's."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    number: str = ""

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass
class Roster:
    """The students, and the ways to find one of them."""

    students: Sequence[Enrolled] = ()
    _by: dict[tuple[str, object], list[Enrolled]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for student in self.students:
            mail = student.email.casefold()
            keys: list[tuple[str, object]] = [("id", student.id.casefold()), ("number", student.number), ("mail", mail)]
            keys += [("mail", mail.partition("@")[0]), ("words", words_of(student.full_name))]
            keys += [("glued", glued(student.last_name + student.first_name)), ("glued", glued(student.full_name))]
            for kind, key in dict.fromkeys(keys):
                if key:
                    self._by.setdefault((kind, key), []).append(student)

    def who(self, sender: Sender) -> list[Enrolled]:
        """The students that a sender can be: one, several of the same name, or none."""
        name = sender.name.strip()
        if sender.platform == "canvas" and (found := self._by.get(("number", sender.number))):
            return found
        keys: tuple[tuple[str, object], ...] = (
            ("id", name.casefold()), ("mail", name.casefold()), ("words", words_of(name)), ("glued", glued(name)),
        )  # fmt: skip
        for key in keys:
            if found := self._by.get(key):
                return found
        return [] if sender.platform else self._within(words_of(name))

    def bears_a_name(self, part: str) -> bool:
        """Whether a folder is called as one of the class is; an archive may say more beside it."""
        stem, end = part[:-4], part[-4:].casefold()
        if end != ".zip":
            return len(self.who(Sender(part, "", "folder"))) == 1
        found = words_of(stem)
        named = [s for s in self.students if any(w and w <= found for w in (words_of(s.id), words_of(s.full_name)))]
        return len(named) == 1

    def _within(self, found: frozenset[str]) -> list[Enrolled]:
        """Students whose id, or a name that nobody else has, stands among the words of a file's or folder's name."""
        by_id = [s for s in self.students if words_of(s.id) <= found]
        if by_id:
            return by_id
        whole = [s for s in self.students if s.full_name and words_of(s.full_name) <= found]
        if whole:
            return whole
        return [s for s in self.students if s.last_name and words_of(s.last_name) <= found]


def read_roster(content: bytes) -> Roster:
    """The class of a CSV file: comma, semicolon or tab; UTF-8 (with or without its mark), UTF-16 or Latin-1.

    Raises BadRoster."""
    rows = rows_of(content)
    if not rows:
        raise BadRoster(words.EMPTY_LIST)
    headings = [glued(heading) for heading in rows[0]]
    columns = {kind: _column(headings, names) for kind, names in _KINDS.items()}
    if columns["full"] is None and columns["last"] is None and columns["id"] is None and columns["mail"] is None:
        raise BadRoster(words.no_headings(", ".join(rows[0][:8])))
    students = list(filter(None, (_student(row, columns) for row in rows[1:])))
    counts = Counter(student.id for student in students)
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise BadRoster(words.ids_twice(", ".join(twice[:5])))
    if not students:
        raise BadRoster(words.EMPTY_LIST)
    return Roster(students)


def rows_of(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, empty ones left out. Raises BadRoster for what is no text."""
    if len(content) > _LARGEST:
        raise BadRoster(words.LIST_TOO_LONG)
    text = decoded(content)
    if "\x00" in text:
        raise BadRoster(words.NO_CSV)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)) if any(row)]
    except csv.Error as error:
        raise BadRoster(words.NO_CSV) from error


def decoded(content: bytes) -> str:
    """The text of a file as spreadsheets write it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def delimiter_of(text: str) -> str:
    """What separates columns: the sign that the first line has most of."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _column(headings: Sequence[str], names: Iterable[str]) -> int | None:
    return next((headings.index(name) for name in names if name in headings), None)


def _student(row: Sequence[str], columns: dict[str, int | None]) -> Enrolled | None:
    def cell(kind: str) -> str:
        place = columns[kind]
        return row[place].strip() if place is not None and place < len(row) else ""

    first, last = cell("first"), cell("last")
    if not last and not first:
        first, last = _split(cell("full"))
    name = f"{first} {last}".strip()
    if words_of(name) in NO_STUDENTS or (not name and not cell("id") and not cell("mail")):
        return None
    own = "" if _PARTICIPANT.fullmatch(cell("id")) else cell("id")
    chosen = own or cell("mail").partition("@")[0] or name
    return Enrolled(folder_name(chosen), first, last, cell("mail"), cell("number"))


def _split(full: str) -> tuple[str, str]:
    """``Last, First`` as Canvas writes, or ``First Last``."""
    last, comma, first = full.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = full.strip().partition(" ")
    return (first, last.strip()) if last else ("", first)
