"""The cells that a release adds to each notebook, and what the course's address serves to those that come alone."""

import hashlib
import http.server
import re
import shutil
import subprocess
import threading
from datetime import timedelta

import nbformat
import pytest
from courses import ROOT, answer, attentif, gradebook_of, nbgrader, submit
from fresh import alone, fresh_python
from student.notebook_kernel import NotebookKernel
from student.released import RIGHT

from attentif.authoring.archive import archive, whole_release
from attentif.authoring.completion import colab_link, handout_of
from attentif.exercises.course import Course
from attentif.exercises.settings import Settings, read_settings

SETTINGS = """\
title = "Transformers & Cie"
address = "{address}/"
hand_in = "https://moodle.example/devoir?id=3"
forum = "https://forum.example/nouveau?titre={{exercise}}"
timezone = "Africa/Lagos"
[ateliers.mini]
due = 2026-12-01T23:59:00
[ateliers.mini.extensions]
ama = 2026-12-08T23:59:00
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(folder, address) of a web server on this machine."""
    folder = tmp_path_factory.mktemp("served")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def course(released_mini_course, served, tmp_path_factory):
    """The sample course, its address that of the server, released and published."""
    folder, address = served
    root = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(released_mini_course.root, root, symlinks=True)
    (root / "course.toml").write_text(SETTINGS.format(address=address), encoding="utf-8")
    course = Course(root)
    attentif(course, "release", "mini")
    attentif(course, "publish", str(folder))
    return course


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    return fresh_python(tmp_path_factory.mktemp("fresh") / "venv")


def notebook_of(course):
    return course.release("mini") / "mini.ipynb"


def preparation(path):
    return next(cell.source for cell in nbformat.read(path, 4).cells if cell.id == "course-preparation")


def prepare(python, source, folder):
    """Runs a first cell in a folder, outside of any notebook program."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run([python, "-c", source], cwd=folder, env=alone(), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def archive_served(served):
    (path,) = (served[0] / "mini").glob("colab-*.zip")
    return path


def test_a_notebook_alone_fetches_all_it_needs_and_works(course, python, tmp_path):
    shutil.copy(notebook_of(course), tmp_path / "mini.ipynb")
    code = [cell for cell in nbformat.read(tmp_path / "mini.ipynb", 4).cells if cell.cell_type == "code"]
    kernel = NotebookKernel(tmp_path, tmp_path / "mini.ipynb", python, **alone())
    try:
        assert kernel.run("import importlib.util as u; print(u.find_spec('attentif'))")[1] == "None\n"
        assert "Tout est prêt" in kernel.run(code[0].source, code[0].id)[1]
        assert kernel.run(code[0].source, code[0].id) == ("ok", "")  # a second time there is nothing to do
        kernel.run(code[1].source, code[1].id)
        kernel.run(RIGHT.replace("mean(0)", "mean(1, keepdims=True)"), code[2].id)
        wrong = kernel.run(code[3].source, code[3].id)[1]
        kernel.run(RIGHT, code[2].id)
        right = kernel.run(code[3].source, code[3].id)[1]
        status, summary = kernel.run(code[-1].source, code[-1].id)
    finally:
        kernel.close()
    assert "Vous soustrayez la moyenne des lignes." in wrong
    assert "Poser une question sur cet exercice → https://forum.example/nouveau?titre=0.1%20Centrer" in wrong
    assert "Centrer : 2 vérifications sur 2" in right
    assert "forum.example" not in right
    assert status == "ok"
    assert "Transformers & Cie — où vous en êtes" in summary
    assert "au plus tard le mardi 1er décembre 2026 à 23 h 59 (UTC+01:00), sauf délai" in summary
    assert "Où rendre : https://moodle.example/devoir?id=3." in summary
    assert "ama" not in (tmp_path / "checks" / "course.json").read_text()


def test_an_archive_that_is_not_this_notebook_s_is_not_opened(course, python, served, tmp_path):
    path = archive_served(served)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"center", b"centre", 1))
    try:
        status, said = prepare(python, preparation(notebook_of(course)), tmp_path / "alone")
    finally:
        path.write_bytes(content)
    assert status != 0
    assert "n'est pas celle de ce notebook" in said
    assert not list((tmp_path / "alone").iterdir())


def test_without_a_network_it_says_how_to_go_on_and_that_works(course, python, served, tmp_path):
    path = archive_served(served)
    folder = tmp_path / "alone"
    path.rename(path.with_suffix(".away"))
    try:
        status, said = prepare(python, preparation(notebook_of(course)), folder)
        shutil.copy(path.with_suffix(".away"), folder / path.name)
        after = prepare(python, preparation(notebook_of(course)) + "\nimport pathlib, sys; print(sys.prefix)", folder)
    finally:
        path.with_suffix(".away").rename(path)
    assert status != 0
    assert "La préparation n'a pas abouti : HTTP Error 404" in said
    assert f"déposez {path.name} à côté de ce notebook" in said
    assert after[0] == 0, after[1]
    assert (folder / "checks" / "references").is_dir()


def test_without_an_address_it_says_what_is_missing(released_mini_course, tmp_path_factory):
    """In an environment of its own: the other tests install the library into theirs."""
    python = fresh_python(tmp_path_factory.mktemp("fresh") / "venv")
    folder = tmp_path_factory.mktemp("alone")
    source = preparation(notebook_of(released_mini_course))
    assert "http" not in source
    status, said = prepare(python, source, folder)
    assert status != 0
    assert "il lui faut le dossier « checks »" in said
    shutil.copytree(released_mini_course.release("mini") / "checks", folder / "checks")
    status, said = prepare(python, source + "\nimport attentif; print(attentif.__version__)", folder)
    assert status == 0, said
    assert "+s" in said  # the wheel that lies in checks


def test_the_last_cell_is_the_summary_and_ours_carry_no_mark(course):
    cells = nbformat.read(notebook_of(course), 4).cells
    assert [cell.get("id") for cell in cells[:2]] == ["course-badge", "course-preparation"]
    assert cells[-1].source.splitlines()[-1] == "check.summary()"
    assert not any("nbgrader" in cell.metadata for cell in (*cells[:2], cells[-1]))
    assert "illustration" in cells[1].metadata.tags
    assert "illustration" in cells[-1].metadata.tags


def test_where_colab_opens_a_notebook(tmp_path):
    path = tmp_path / "atelier3" / "01_a.ipynb"
    raw = Settings(address="https://raw.githubusercontent.com/owner/course/main/site")
    assert colab_link(path, raw).endswith(".com/github/owner/course/blob/main/site/atelier3/01_a.ipynb")
    other = Settings(address="https://cours.example/x")
    assert colab_link(path, other).endswith("#fileId=https%3A%2F%2Fcours.example%2Fx%2Fatelier3%2F01_a.ipynb")


def test_hand_ins_of_every_release_are_graded_alike(course):
    """With our cells, without them, and with those of an earlier release: the same points, and nothing is fetched."""

    def before(notebook):
        answer(RIGHT)(notebook)
        notebook.cells = [cell for cell in notebook.cells if not cell.get("id", "").startswith("course-")]

    def stale(notebook):
        answer(RIGHT)(notebook)
        for cell in notebook.cells:
            if cell.id == "course-preparation":
                cell.source = re.sub(r"digest=.*", "digest='0',", cell.source)

    for student, edit in {"before": before, "now": answer(RIGHT), "stale": stale}.items():
        submit(course, student, "mini", edit)
    nbgrader(course, "autograde", "mini")
    with gradebook_of(course) as known:
        scores = {s: known.find_submission("mini", s).score for s in ("before", "now", "stale")}
    assert scores == {"before": 6, "now": 6, "stale": 6}
    graded = nbformat.read(course.root / "autograded" / "stale" / "mini" / "mini.ipynb", 4)
    assert not next(cell for cell in graded.cells if cell.id == "course-preparation").outputs


def test_what_is_served(course, served):
    folder, address = served
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "Transformers &amp; Cie" in page
    assert "mardi 1er décembre 2026" in page
    for link in re.findall(r'href="([^"#:]+)"', page):
        assert (folder / link).is_file(), link
    digest = hashlib.sha256(archive_served(served).read_bytes()).hexdigest()
    assert digest in preparation(notebook_of(course))
    assert archive_served(served).name in preparation(notebook_of(course))
    assert f"{address}/mini/" in preparation(notebook_of(course))


def test_an_archive_has_the_same_bytes_whenever_it_is_made(course, tmp_path):
    copy = tmp_path / "mini"
    shutil.copytree(course.release("mini"), copy, copy_function=shutil.copyfile)  # other times, other modes
    (copy / "checks" / "__pycache__").mkdir()
    (copy / "checks" / "__pycache__" / "x.pyc").write_bytes(b"x")
    kept = course.release("mini")
    assert archive(copy, whole_release(copy)) == archive(kept, whole_release(kept))


def test_a_release_follows_course_toml(course, served, tmp_path):
    """Until it is made again nothing is published; what was published stays."""
    text = (course.root / "course.toml").read_text(encoding="utf-8")
    assert "is up to date" in attentif(course, "release", "--check", "mini").stdout
    try:
        (course.root / "course.toml").write_text(text.replace("-01T23", "-02T23"), encoding="utf-8")
        said = attentif(course, "release", "--check", "mini", check=False).stdout
        assert "release/mini/checks/course.json is older" in said
        assert "release/mini/mini.ipynb is older" in said
        (course.release("mini") / "checks" / "course.json").write_text("{}")
        refused = attentif(course, "publish", str(tmp_path / "new"), check=False).stdout
        assert "older than course.toml or its files: attentif release mini" in refused
        assert not (tmp_path / "new").exists()
        attentif(course, "release", "mini")
        before = archive_served(served)
        attentif(course, "publish", str(served[0]))
        assert before.is_file()
        assert len(list((served[0] / "mini").glob("colab-*.zip"))) == 2
    finally:
        (course.root / "course.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('forun = "https://a"', "forun: no such setting"),
        ('address = "file:///etc"', "address must begin with https:// or http://"),
        ('forum = "javascript:alert(1)"', "forum must begin with"),
        ('[ateliers.mini]\ndate = "x"', "[ateliers.mini] date: no such setting"),
        ("[ateliers.mini]\nextensions = 3", "extensions] must be a table"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(released_mini_course, tmp_path, line, told):
    copy = Course(tmp_path / "course")
    copy.source("mini").mkdir(parents=True)
    shutil.copy(released_mini_course.root / "nbgrader_config.py", copy.root)
    shutil.copy(released_mini_course.source("mini") / "mini.ipynb", copy.source("mini"))
    (copy.root / "course.toml").write_text(line + "\n", encoding="utf-8")
    done = attentif(copy, "release", "mini", check=False)
    assert done.returncode == 2
    assert told in done.stdout
    assert "Traceback" not in done.stdout


def test_the_file_that_is_handed_out_and_the_guide_s_say_what_is_read(tmp_path):
    """The repository's own, its settings no longer commented out, and the guide's example."""
    own = re.sub(r"^# (?=[a-z_]+ = |\[)", "", (ROOT / "course.toml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    guide = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    example = next(block for block in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL) if "address" in block)
    assert (read_settings(ROOT).title, read_settings(ROOT).address, read_settings(ROOT).due) == ("", "", {})
    for text in (own, example):
        (tmp_path / "course.toml").write_text(text, encoding="utf-8")
        settings = read_settings(tmp_path)
        assert settings.title == "Transformers, master 2"
        assert settings.places["atelier3"].startswith("https://moodle.")
        assert settings.extension("atelier3", "ama") == timedelta(days=7)
        assert handout_of(settings, "atelier3").question("3.4 L'attention").endswith("=3.4%20L%27attention")
