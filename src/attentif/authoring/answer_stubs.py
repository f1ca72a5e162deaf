"""What students see in place of a question's answer: a line to be completed, where code has a stub that raises."""

from __future__ import annotations

import re

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

_ANSWER = re.compile(r"### BEGIN SOLUTION\nreponse = (?P<value>.+)\n### END SOLUTION", re.ASCII)


class ClearAnswers(ClearSolutions):
    """nbgrader's ClearSolutions, which knows what an answer to a question looks like."""

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        match = _ANSWER.fullmatch(cell.source.strip())
        if match is None:
            return bool(super()._replace_solution_region(cell, language))
        cell.source = f"reponse = ...  # {_kind(match['value'])}"
        return True


def _kind(value: str) -> str:
    if value.startswith('"'):
        return 'une lettre entre guillemets : "a"'
    return "une liste de nombres : [1, 0.5]" if value.startswith("[") else "un nombre, avec un point : 0.5"
