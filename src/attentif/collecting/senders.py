"""Who sent a file: what the folders and names that platforms make of hand-ins say about it.

* Moodle (*Download all submissions*): ``Full name_1234_assignsubmission_file[_]/f.ipynb`` in folders, or flat,
  ``Full name_1234_assignsubmission_file_f.ipynb``; 1234 is the number of *Participant 1234* in its worksheet
  (mod/assign/locallib.php, ``assign::download_submissions``).
* Canvas (*Download submissions*): ``lastnamefirstname[_LATE]_<user>_<submission>_f[-2].ipynb``.
* Google Classroom: a folder for each student, or ``Full name - f.ipynb``.
* nbgrader: the exchange's ``inbound/<student>+<assignment>+<time>[+random]``, ``submitted/<student>/<assignment>``, and
  the names of `zip_collect`'s manual, ``<name>_<student>_attempt_<time>_f.ipynb`` (Blackboard).
* Anything else: the folder that holds the file, or words of its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?", re.DOTALL)
_ANONYMOUS = re.compile(r"Participant(?:e|\(e\))?[ _-]?\d*", re.IGNORECASE)  # Moodle, before identities are revealed
_CANVAS = re.compile(r"(?P<name>[^_\s]+)(?:_LATE)?_(?P<number>\d+)_\d+_(?!attempt_)(?P<rest>.+)", re.DOTALL)
_EXCHANGE = re.compile(r"(?P<name>[^+]+)\+[^+]+\+(?P<time>[^+]+)(?:\+.*)?")
_ATTEMPT = re.compile(r"(?:.+?_)??(?P<name>[^_]+)_attempt_(?P<time>[0-9-]+)_(?P<rest>.+)", re.DOTALL)
_CLASSROOM = re.compile(r"(?P<name>(?:(?! - ).)*[^\W\d_](?:(?! - ).)*) - (?P<rest>.+)", re.DOTALL)
_SEPARATORS = re.compile(r"[\W_]+")
_COPY = re.compile(r"(?: ?\((?P<n>\d+)\)|-(?P<v>\d+))$")
_CONTAINERS = {"submitted", "downloaded", "extracted", "archive", "inbound", "submissions", "classroom", "rendus"}


@dataclass(frozen=True)
class Sender:
    """Who sent a file: ``name`` as the platform writes it, ``number`` its own number for them, empty if it gives
    none. ``platform`` is empty where only folders or the file's name tell; ``rest`` is the file's own name; ``time``
    has no zone where the platform writes none."""

    name: str
    rest: str
    platform: str = ""
    number: str = ""
    time: datetime | None = None

    @property
    def anonymous(self) -> bool:
        """Whether the platform hides who it is."""
        return self.platform == "moodle" and bool(_ANONYMOUS.fullmatch(self.name))


def sender_of(
    parts: tuple[str, ...],
    assignments: frozenset[str] = frozenset(),
    known: Callable[[str], bool] = lambda name: False,
) -> Sender:
    """Who sent the file with these folders and name; ``assignments`` are folders' names that are no student's, folded;
    ``known`` tells whether a folder or an archive bears the name of one of the class.

    What is outside says whose it is: names further inside are the sender's own to choose, and may be somebody else's.
    A loose file's sender has its stem for a name: the roster's names are looked for in it."""
    for place, part in enumerate(parts):
        for recognised in (_moodle, _exchange, _canvas, _attempt):
            found = recognised(part, parts[place + 1 :])
            if found is not None:
                return found
        if place + 1 < len(parts) and folded(part) not in assignments | _CONTAINERS and known(part):
            return Sender(part, parts[-1])
    folders = [part for part in parts[:-1] if folded(part) not in assignments | _CONTAINERS]
    loose = _CLASSROOM.fullmatch(parts[-1])
    if loose is not None:
        return Sender(loose["name"].strip(), loose["rest"], "classroom")
    if folders:
        return Sender(folders[-1], parts[-1])
    return Sender(parts[-1].rpartition(".")[0] or parts[-1], parts[-1])


def _moodle(part: str, below: tuple[str, ...]) -> Sender | None:
    found = _MOODLE.fullmatch(part)
    if found is None:
        return None
    return Sender(found["name"], below[-1] if below else found["rest"] or "", "moodle", found["number"])


def _canvas(part: str, below: tuple[str, ...]) -> Sender | None:
    found = _CANVAS.fullmatch(part)
    if found is None:
        return None
    rest = below[-1] if below else found["rest"]
    return Sender(found["name"], rest, "canvas", found["number"])


def _exchange(part: str, below: tuple[str, ...]) -> Sender | None:
    found = _EXCHANGE.fullmatch(part)
    if found is None or not below:
        return None
    return Sender(found["name"], below[-1], "nbgrader", time=_time(found["time"], "%Y-%m-%d %H:%M:%S.%f %Z"))


def _attempt(part: str, below: tuple[str, ...]) -> Sender | None:
    found = _ATTEMPT.fullmatch(part)
    if found is None or " - " in part[: found.start("name")]:  # Classroom's, of a file that bears such a name
        return None
    time = _time(found["time"], "%Y-%m-%d-%H-%M-%S")
    return Sender(found["name"], below[-1] if below else found["rest"], "nbgrader", time=time)


def _time(text: str, form: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(text.strip(), form)
    return None


def copy_number(name: str) -> int:
    """The n of ``name (n).ipynb`` and ``name-n.ipynb``, as browsers and Canvas number the next copies; 0 for the
    first."""
    found = _COPY.search(name.rpartition(".")[0])
    return int(found["n"] or found["v"]) if found and len(found["n"] or found["v"]) < 4 else 0


def folded(folder: str) -> str:
    """A folder's name, however people write it: ``atelier3``, ``Atelier 3``, ``atelier_3``, ``ATELIER-3`` are one."""
    return _SEPARATORS.sub("", folder.casefold())
