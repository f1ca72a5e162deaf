"""Archives as platforms make them, written by hand from their sources, around notebooks of the sample course."""

import copy
import json
import zipfile
from datetime import datetime

import nbformat

GOOD = "def center(X):\n    return X - X.mean(axis=0, keepdims=True)"
OTHER = "def center(X):\n    return X - X.mean(0)"
MONDAY, TUESDAY = datetime(2026, 11, 23, 10, 0), datetime(2026, 11, 24, 10, 0)


def notebook(course, code=GOOD, *, without=()):
    """The released notebook with an answer, as bytes; None as an answer leaves it as it is."""
    found = copy.deepcopy(nbformat.read(course.root / "release" / "mini" / "mini.ipynb", 4))
    for cell in found.cells:
        if code is not None and cell.metadata.get("nbgrader", {}).get("grade_id") == "center_code":
            cell.source = code
    found.cells = [c for c in found.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in without]
    return nbformat.writes(found).encode()


def other_notebook():
    """A notebook of nobody's course."""
    return nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])).encode()


def zipped(path, files):
    """A zip archive of (name, content) or (name, content, time); names come as often as they are given."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, *time in files:
            when = (time[0] if time else MONDAY).timetuple()[:6]
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, when)
            archive.writestr(info, content)
    return path


def answer_of(course, student, name="mini.ipynb"):
    """What the student's collected notebook answers."""
    path = course.root / "submitted" / student / "mini" / name
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    (cell,) = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == "center_code"]
    return "".join(cell["source"])
