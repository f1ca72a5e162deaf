"""A module of questions, from its author's Markdown to grades: released, answered at home, graded by both commands."""

import nbformat
import pytest
from courses import answer, attentif, gradebook_of, make_course, nbgrader, submit
from questions.sample import write_module
from student.notebook_kernel import NotebookKernel

RIGHT = {"m1_q1": "reponse = 0.9 ** 49", "m1_q2": 'reponse = "B."', "m1_q3": "reponse = np.array([1.0, -1])"}
HAND_INS = {
    "right": RIGHT,
    "wrong": {"m1_q1": "reponse = 0.9 ** 50", "m1_q2": 'reponse = "a"', "m1_q3": "reponse = [1]"},
    "own": {"m1_q1": "numero = 'kossi'\nreponse = {own}", "m1_q2": "reponse = 2", "m1_q3": "reponse = 'x'"},
    "comma": {"m1_q1": "reponse = 0,5", "m1_q2": "reponse = object()"},
    "text": {"m1_q1": "reponse = '0,00572'"},
    "blank": {},
    "hostile": {"m1_q1": "class A(float):\n    __eq__ = lambda *_: True\nreponse = A()", "m1_q3": "reponse = [1e999]"},
}
POINTS = {"right": 3, "wrong": 0, "own": 1, "comma": 0, "text": 1, "blank": 0, "hostile": 0}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    found = make_course(tmp_path_factory.mktemp("modules") / "course")
    write_module(found)
    nbgrader(found, "generate_assignment", "module1")
    return found


def own_right_value(course):
    from attentif.exercises.question_files import AUTHORED, read_questions
    from attentif.exercises.questions import computed

    question = read_questions(course.hidden_checks("module1") / AUTHORED)["m1_q1"]
    return computed(question.right.expression, question.values("kossi"))


def hand_in(course, student, answers):
    def edit(notebook):
        notebook.cells[0].source += "\nimport numpy as np"
        for name, code in answers.items():
            answer(code.format(own=own_right_value(course)), f"{name}_reponse")(notebook)

    submit(course, student, "module1", edit, name="1_cours")


def test_what_students_receive_is_a_line_to_complete(course):
    cells = nbformat.read(course.release("module1") / "1_cours.ipynb", 4).cells
    stubs = [c.source for c in cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert [stub.partition("#")[0] for stub in stubs] == ["reponse = ...  "] * 3
    assert ["lettre" in stub for stub in stubs] == [False, True, False]
    texts = [p for p in course.release("module1").rglob("*") if p.suffix in (".ipynb", ".py", ".json", ".txt")]
    released = "".join(path.read_text(encoding="utf-8") for path in texts)
    assert "facteurs" not in released
    assert "0.0057" not in released


def test_at_home(course):
    notebook = course.release("module1") / "1_cours.ipynb"
    kernel = NotebookKernel(notebook.parent, notebook)
    try:
        kernel.run("from attentif import check, question\nnumero = 0")
        assert "La norme vaut $0{,}9$" in kernel.run('question("m1_q1")')[1]
        assert "Pas encore de réponse" in kernel.run('reponse = ...\ncheck("m1_q1")')[1]
        assert "Vous avez compté $50$ facteurs" in kernel.run('reponse = 0.9 ** 50\ncheck("m1_q1")')[1]
        assert "écrivez `0.5`, avec un point" in kernel.run('reponse = 12,69\ncheck("m1_q1")')[1]
        assert "son signe" in kernel.run('reponse = -(0.9 ** 49)\ncheck("m1_q1")')[1]
        assert "un pourcentage" in kernel.run('reponse = 0.5726\ncheck("m1_q1")')[1]
        status, shown = kernel.run('reponse = 0.9 ** 49\ncheck("m1_q1")')
        assert status == "ok"
        assert "il y a 49 facteurs" in shown
        assert "une de ces lettres" in kernel.run('reponse = "z"\ncheck("m1_q2")')[1]
        assert "m1_q1, m1_q2, m1_q3" in kernel.run('question("m1_q9")')[1]
        shown = kernel.run("check.summary()")[1]
        assert "Une borne · 1 point · 1/1" in shown
    finally:
        kernel.close()


@pytest.mark.parametrize("command", ["attentif", "nbgrader"])
def test_graded(course, command):
    for student, answers in HAND_INS.items():
        hand_in(course, student, answers)
    if command == "attentif":
        attentif(course, "grade", "module1")
    else:
        nbgrader(course, "autograde", "module1", "--force")
    with gradebook_of(course) as gradebook:
        scores = {student: gradebook.find_submission("module1", student).score for student in HAND_INS}
    assert scores == POINTS


def test_the_command_proves_and_keeps(course):
    assert "module1: 3 questions, 0 file(s) out of date" in attentif(course, "questions", "--check").stdout
    path = course.public_checks("module1") / "questions.txt"
    path.write_text("# autre\n")
    authored = course.hidden_checks("module1") / "questions.md"
    text = authored.read_text(encoding="utf-8")
    more = "\n## m1_q4 · Encore\n\nUn de plus ?\n\n= 2\n> Oui.\n! 3\n> Non.\n"
    authored.write_text(text.replace("L'influence…", "Elle…") + more, encoding="utf-8")
    done = attentif(course, "questions", "--check", "module1", check=False)
    assert done.returncode == 1
    attentif(course, "questions", "module1")
    assert attentif(course, "questions", "--check").returncode == 0
    cells = nbformat.read(course.source("module1") / "1_cours.ipynb", 4).cells
    assert any(cell.source.startswith("**Question — Un choix.** Elle…") for cell in cells)
    assert cells[-1].source == 'check("m1_q4")'
    assert cells[-2].source == "### BEGIN SOLUTION\nreponse = 2\n### END SOLUTION"
    assert "no questions for module9" in attentif(course, "questions", "module9", check=False).stdout
