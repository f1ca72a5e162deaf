"""A module's notebook as a test reads it: cells by name, numbers as French writes them."""

import os
import re
from contextlib import chdir

import matplotlib as mpl
import nbformat
from courses import ROOT

from attentif.exercises.question_files import read_questions
from attentif.exercises.questions import judge


class Lecture:
    """``Lecture("module4")``."""

    def __init__(self, module):
        self.folder = ROOT / "source" / module
        (path,) = self.folder.glob("*.ipynb")
        self.cells = {c.id: c.source for c in nbformat.read(path, 4).cells}
        self.questions = read_questions(ROOT / "grader_tests" / module / "questions.md")

    def text(self, cell):
        """A cell with plain spaces, and the decimal commas of formulas as in prose."""
        return re.sub("[\u202f\u00a0]", " ", self.cells[cell]).replace("{,}", ",").replace("\\,", " ")

    def code(self, *cells):
        """The names that these cells leave after the imports; figures and their texts are in ``alts``."""
        mpl.use("Agg")
        alts = []
        imports = self.cells["imports"].partition("import math")[2]
        names = {"__name__": "notebook"}
        os.environ.setdefault("MPLBACKEND", "Agg")
        with chdir(self.folder):
            exec("import math" + imports, names)
            names |= {"show": lambda figure, alt: alts.append((figure, alt)), "alts": alts}
            for cell in cells:
                exec(self.cells[cell], names)
        return names

    def reason(self, question, answer):
        """What is said of an answer with the default numbers, and whether it is right."""
        found = judge(self.questions[question], answer)
        return found.right, re.sub("[\u202f\u00a0]", " ", found.reason).replace("{,}", ",")


def fr(x, digits):
    """A number as the text writes it."""
    return f"{x:,.{digits}f}".replace(",", " ").replace(".", ",").replace("-", "−")
