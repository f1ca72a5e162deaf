"""What the site is made of: released notebooks, executed once; nothing that is hidden."""

import nbformat
import pytest
from courses import ROOT, attentif, make_course
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from publishing.sample_lesson import sample_notebook, write_sample

from attentif.exercises.settings import Settings
from attentif.publishing.executed import NotExecuted, executed
from attentif.publishing.figures import UndescribedPicture
from attentif.publishing.lessons import lessons
from attentif.publishing.readings import readings
from attentif.publishing.slides import slides
from attentif.publishing.sources import SiteSource

FORMS = ("https://github.com/uni/cours", "https://github.com/uni/cours/", "https://github.com/uni/cours.git")


def lesson_of(course, *cells):
    """A released module of these cells."""
    write_sample(course.root)
    (lesson,) = lessons(course)
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(new_notebook(cells=list(cells), metadata=kernel), lesson.notebooks[0].path)
    return lesson


def test_a_notebook_is_executed_again_only_when_it_has_changed(tmp_path):
    course = make_course(tmp_path / "course")
    lesson = lesson_of(course, new_code_cell("print(6 * 7)"))
    cache = tmp_path / "cache"

    def printed():
        return executed(lesson, lesson.notebooks[0], cache).cells[0].outputs[0].text

    assert printed() == "42\n"
    (kept,) = cache.iterdir()
    kept.write_text(kept.read_text().replace("42", "kept"))
    assert printed() == "kept\n"
    (lesson.folder / "data.txt").write_text("what the notebook may read")
    assert printed() == "42\n"
    assert len(list(cache.iterdir())) == 1


def test_a_notebook_that_stops_is_named(tmp_path):
    lesson = lesson_of(make_course(tmp_path / "course"), new_code_cell("1 / 0", id="zero"))
    with pytest.raises(NotExecuted, match=r"^module1/1_poids.ipynb, cell zero: ZeroDivisionError: division by zero$"):
        executed(lesson, lesson.notebooks[0], tmp_path / "cache")


def test_a_picture_without_words_is_refused():
    data = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 640x480>"}
    cell = new_code_cell("plot()", id="courbe", outputs=[nbformat.v4.new_output("display_data", data)])
    with pytest.raises(UndescribedPicture, match="module1, cell courbe"):
        slides(new_notebook(cells=[cell]), "module1")


def test_modules_come_first_in_the_order_of_their_numbers(tmp_path):
    for name in ("atelier2", "module10", "module2", "atelier1"):
        write_sample(tmp_path, name)
    course = make_course(tmp_path)
    assert [lesson.name for lesson in lessons(course)] == ["module2", "module10", "atelier1", "atelier2"]
    assert [lesson.label for lesson in lessons(course, ["atelier2"])] == ["Atelier 2"]


@pytest.mark.parametrize("address", FORMS)
def test_colab_opens_what_lies_on_github(tmp_path, address):
    found = colab(tmp_path, address)
    assert found == "https://colab.research.google.com/github/uni/cours/blob/main/release/module1/1_poids.ipynb"


@pytest.mark.parametrize(
    "address", ["", "https://cours.example.org", "https://evil.example.org/https://github.com/a/b"]
)
def test_colab_is_offered_for_no_other_address(tmp_path, address):
    assert colab(tmp_path, address) == ""


def colab(folder, address):
    write_sample(folder)
    course = make_course(folder)
    (lesson,) = lessons(course)
    source = SiteSource(course, Settings(address=address), [lesson], folder / "to", folder / "cache")
    return source.colab(lesson, lesson.notebooks[0])


def test_a_section_of_readings_ends_at_the_next_of_its_level():
    text = "# Titre\n## Pour lire\nun\n### Plus\ndeux\n```\n## code\n```\n## Suite\ntrois"
    notebook = new_notebook(cells=[new_markdown_cell(text), new_markdown_cell("## Pour lire encore\nquatre")])
    assert readings(notebook) == "un\n### Plus\ndeux\n```\n## code\n```\nquatre"
    assert readings(new_notebook(cells=[new_markdown_cell("# Titre")])) == ""


def test_what_is_not_released_is_asked_for(tmp_path):
    course = make_course(tmp_path)
    assert "`attentif release module9`" in attentif(course, "site", "module9", check=False).stdout
    assert "release/ holds no notebook" in attentif(course, "site", check=False).stdout
    assert "no module among what is released" in attentif(course, "slides", check=False).stdout


def test_the_site_reads_nothing_that_students_do_not_receive():
    """Its code names neither source/ nor grader_tests/ nor solutions/."""
    for path in (ROOT / "src" / "attentif" / "publishing").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for hidden in ("grader_tests", "hidden_checks", ".source(", '"source"', "solutions", "oracle"):
            assert hidden not in text, f"{path.name}: {hidden}"


def test_roles_of_cells_are_those_of_slideshows():
    made = slides(sample_notebook(), "module1")  # not executed: no pictures
    assert [page.cell for page in made] == ["titre", "question-de-depart", "retenir"]
    assert ["n(d+1)" in note for note in made[1].notes] == [True, False]
    assert "<a" not in made[1].notes[1]  # a deck has no atelier beside it
