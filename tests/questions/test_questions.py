"""Micro-questions: read, drawn, judged; a wrong answer that a known error gives is told its reason."""

import pytest
from questions.sample import QUESTIONS

from attentif.authoring.answer_stubs import _kind
from attentif.authoring.questions import problems, solved
from attentif.exercises.question_files import QuestionsBroken, packed, parse_questions, read_questions
from attentif.exercises.questions import computed, filled, judge
from attentif.words.numbers import in_formula, short

KNOWN = parse_questions(QUESTIONS)
BOUND, CHOICE, LIST = KNOWN.values()


def test_what_authors_write_is_read():
    assert list(KNOWN) == ["m1_q1", "m1_q2", "m1_q3"]
    assert BOUND.drawn == {"n": [0.9, 0.8, 0.95], "T": [50, 40]}
    assert [(c.letter, c.right) for c in CHOICE.choices] == [("a", False), ("b", True)]
    assert CHOICE.choices[0].reason == "Le rayon spectral ne dit que le long terme."
    assert all(problems(question) == [] for question in KNOWN.values())


def test_numbers_are_written_as_french_writes_them():
    assert BOUND.statement() == "La norme vaut $0{,}9$. Que vaut la borne au pas 50 ?"
    assert [short(x) for x in (0.00572642, 1234567, -0.5, 12.6894, 2e-5, 12345.6)] == [
        "0,005726", "1\u202f234\u202f567", "−0,5", "12,69", "2 × 10⁻⁵", "12\u202f346",
    ]  # fmt: skip
    assert in_formula(short(2e-5)) == r"2 \times 10^{-5}"
    assert in_formula(short(-1234.0)) == r"-1\,234"
    assert filled("`Dropout([[1 / 10]])` garde [[9 / 10]]", {}) == "`Dropout(0.1)` garde 0,9"
    assert filled("[[2 / 3:2]] et [[softmax(0, 0)]]", {}) == "0,67 et 0,5 ; 0,5"


def test_a_students_numbers_are_their_own_and_stay():
    drawn = [BOUND.values(numero) for numero in range(1, 60)]
    assert BOUND.values() == BOUND.values(None) == BOUND.values([1]) == {"n": 0.9, "T": 50}
    assert drawn == [BOUND.values(numero) for numero in range(1, 60)]
    assert {(v["n"], v["T"]) for v in drawn} == {(n, T) for n in (0.9, 0.8, 0.95) for T in (50, 40)}
    assert BOUND.values("ama") == BOUND.values("ama")


@pytest.mark.parametrize("numero", [0, 3, 17, "kossi"])
def test_each_answer_has_its_reason(numero):
    n, T = BOUND.values(numero).values()
    right = judge(BOUND, n ** (T - 1) * 1.009, numero)
    assert right.right
    assert f"il y a {T - 1} facteurs" in right.reason
    wrong = judge(BOUND, n**T, numero)
    assert not wrong.right
    assert f"${T}$ facteurs" in wrong.reason
    assert judge(BOUND, n ** (T - 1) * 1.02, numero).reason == ""
    assert not judge(BOUND, n ** (T - 1) * 1.02, numero).right


def test_choices_and_lists():
    assert judge(CHOICE, "b").right
    assert judge(CHOICE, "a").reason.startswith("Le rayon")
    assert judge(LIST, [1.0, -1.0]).right
    assert "n-1" in judge(LIST, [0.7071, -0.7071]).reason
    assert not judge(LIST, [1.0]).right
    assert not judge(LIST, 1.0).right


def test_what_travels_is_the_same_and_is_not_read_by_mistake(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text(packed(QUESTIONS), encoding="utf-8")
    assert read_questions(path) == KNOWN
    assert "facteurs" not in path.read_text(encoding="utf-8")
    path.write_text("# rien\n")
    with pytest.raises(QuestionsBroken):
        read_questions(path)


def test_solutions_say_where_they_come_from():
    assert solved(BOUND) == "reponse = 0.00572642  # 0.9 ** (50 - 1)"
    assert solved(CHOICE) == 'reponse = "b"'
    assert solved(LIST) == "reponse = [1.0, -1.0]  # [1, -1]"
    assert computed(solved(BOUND).partition("#")[2], {}) == pytest.approx(0.00572642)
    assert "lettre" in _kind('"b"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## m1_q1 · x\n\nRien.\n", "one right answer"),
        ("## m1_q1 · x\n\nDeux.\n\n- [x] a. un\n  > oui\n- [x] b. deux\n  > oui\n", "one right answer"),
        ("## m1_q1 · x\n\nSans.\n\n= 1\n", "its reason"),
        ("## m1_q1 · x\n\nLigne.\n\n= 1\n> oui\nperdue\n", "begin with `>`"),
        ("## m1_q1 · x\navec : a = un\n\nMal.\n\n= 1\n> oui\n", "cannot be read"),
        ("## m1_q1 · x\n\nA.\n\n= 1\n> o\n## m1_q1 · y\n\nB.\n\n= 1\n> o\n", "twice"),
    ],
)
def test_a_file_that_says_no_question_is_refused(text, said):
    with pytest.raises(QuestionsBroken, match=said):
        parse_questions(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## m1_q1 · x\navec : a = 2 | 4\n\nA.\n\n= a ** 2\n> o\n! 4 * a - 4\n> n\n", "or too near"),
        ("## m1_q1 · x\n\nA.\n\n= 9\n> o\n! 3\n> n\n! 3.0\n> n\n", "are the same"),
        ("## m1_q1 · x\n\nA [[b]].\n\n= 9\n> o\n", "'b'"),
    ],
)
def test_what_students_could_not_be_told_is_a_problem(text, said):
    (question,) = parse_questions(text).values()
    assert any(said in line for line in problems(question))
