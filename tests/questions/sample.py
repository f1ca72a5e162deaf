"""A sample module: three questions and their notebook."""

from nbformat.v4 import new_code_cell, new_notebook

from attentif.authoring.question_cells import question_cells
from attentif.authoring.questions import build_questions
from attentif.exercises.question_files import AUTHORED, parse_questions

QUESTIONS = """\
# Questions

## m1_q1 · Une borne
avec : n = 0.9 | 0.8 | 0.95 ; T = 50 | 40

La norme vaut $[[n]]$. Que vaut la borne au pas [[T]] ?

= n ** (T - 1)
> Oui : il y a [[T - 1]] facteurs, et la borne est [[n ** (T - 1):4]].

! n ** T
> Vous avez compté $[[T]]$ facteurs ; de 1 à [[T]] il y en a [[T - 1]].

## m1_q2 · Un choix

L'influence…

- [ ] a. se réduit
  > Le rayon spectral ne dit
  > que le long terme.
- [x] b. peut croître, puis s'évanouit
  > Oui.

## m1_q3 · Une normalisation

Normalisez $(3, -1)$.

= [1, -1]
> Oui.

! [sqrt(0.5), -sqrt(0.5)]
> C'est l'écart type avec $n-1$.
"""


def notebook(questions):
    cells = [new_code_cell("from attentif import check, question\nnumero = 0")]
    for question in questions.values():
        cells += question_cells(question)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(metadata={"kernelspec": kernel}, cells=cells)


def write_module(course):
    """The module in a course's source/ and grader_tests/, its public files built."""
    import nbformat

    hidden = course.hidden_checks("module1")
    hidden.mkdir(parents=True)
    (hidden / AUTHORED).write_text(QUESTIONS, encoding="utf-8")
    course.source("module1").mkdir(parents=True)
    nbformat.write(notebook(parse_questions(QUESTIONS)), course.source("module1") / "1_cours.ipynb")
    build_questions(course, "module1")
