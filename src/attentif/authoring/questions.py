"""Questions written in Markdown become what students receive: the packed file, and for each a check and a title."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

from attentif.authoring.prove import write_reference
from attentif.exercises.conventions import public_checks
from attentif.exercises.course import Course
from attentif.exercises.exercise import Exercise
from attentif.exercises.question_files import AUTHORED, PACKED, packed, read_questions
from attentif.exercises.questions import Question, close, computed, filled
from attentif.words.text import Text

POINTS = 1
_APART = 0.03  # a wrong value nearer than that to the right one could not be told
_CHECK = '''\
"""Vérification de la question {name} : la réponse, et la raison de chaque erreur connue."""

import pytest

from attentif.checks import check_answer

pytestmark = pytest.mark.exercise("{name}")


def test_answer(exercise, student, remarks):
    """Votre réponse est la bonne.

    Your answer is the right one."""
    check_answer("{name}", __file__, student, remarks)
'''


def modules(course: Course) -> list[str]:
    """The assignments that have questions."""
    return sorted(path.parent.name for path in (course.root / "grader_tests").glob(f"*/{AUTHORED}"))


def build_questions(course: Course, module: str, *, write: bool = True) -> list[Path]:
    """Writes the public files of a module's questions; returns those that have changed, or would.

    Raises QuestionsBroken if the author's file cannot be read."""
    authored = course.hidden_checks(module) / AUTHORED
    questions = read_questions(authored)
    checks = course.public_checks(module)
    wanted = {checks / PACKED: packed(authored.read_text(encoding="utf-8"))}
    wanted |= {checks / public_checks(name): _CHECK.format(name=name) for name in questions}
    changed = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if not write:
        return changed
    checks.mkdir(parents=True, exist_ok=True)
    for path in changed:
        path.write_text(wanted[path], encoding="utf-8")
    for question in questions.values():
        changed += write_reference(course, as_exercise(module, question))
    return changed


def as_exercise(module: str, question: Question) -> Exercise:
    """The question as an exercise without functions: its number and title, for reports and summaries."""
    number = question.name.replace("_q", ".").upper()
    title = Text(question.title, question.title)
    return Exercise(question.name, module, number, title, POINTS, (), {}, {}, list, lambda _rng: [])


def problems(question: Question) -> list[str]:
    """What is wrong with a question: expressions that cannot be worked out, wrong values too near to the right one or
    to each other, for some of the numbers that may be drawn."""
    found: dict[str, None] = {}
    for drawn in product(*question.drawn.values()):
        values = dict(zip(question.drawn, drawn, strict=True))
        try:
            for text in (question.text, *(c.text + c.reason for c in question.choices)):
                filled(text, values)
            if question.right is None:
                continue
            right = computed(question.right.expression, values)
            wrong = [computed(value.expression, values) for value in question.wrong]
            for value in (question.right, *question.wrong):
                filled(value.reason, values)
        except Exception as error:
            found[f"{question.name}: {error} (with {values})"] = None
            continue
        for value, known in zip(wrong, question.wrong, strict=True):
            near = close(value, right) or (isinstance(right, float) and abs(value - right) <= _APART * abs(right))
            if near and not question.right.exact:
                found[f"{question.name}: {known.expression} is the right value, or too near (with {values})"] = None
        if any(close(a, b) for n, a in enumerate(wrong) for b in wrong[:n]):
            found[f"{question.name}: two wrong values are the same (with {values})"] = None
    return list(found)


def solved(question: Question) -> str:
    """The line of a solved notebook that answers the question as it stands by default."""
    if question.choices:
        return f'reponse = "{next(choice.letter for choice in question.choices if choice.right)}"'
    assert question.right is not None
    value = computed(question.right.expression, question.values())
    shown = [float(f"{x:.6g}") for x in value] if isinstance(value, list) else float(f"{value:.6g}")
    if isinstance(shown, float) and shown.is_integer():
        shown = int(shown)
    origin = _with_numbers(question.right.expression, question)
    return f"reponse = {shown}" + (f"  # {origin}" if origin != str(shown) else "")


def _with_numbers(expression: str, question: Question) -> str:
    values = question.values()

    class _Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.Constant(values[node.id]) if node.id in values else node

    return ast.unparse(_Put().visit(ast.parse(expression, mode="eval")))
