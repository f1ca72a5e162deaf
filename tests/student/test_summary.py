"""``check.summary()``: where a student is, and whether the notebook is ready to be handed in."""

import os
import shutil
import time

import nbformat
from courses import ROOT, answer
from student.notebook_kernel import NotebookKernel
from student.released import RIGHT, names

from attentif.student.check import Check
from attentif.student.summary import file_read, summarise

STUB = 'def center(X):\n    raise NotImplementedError("à compléter")'


def summary(check, capsys, **options):
    capsys.readouterr()
    check.summary(**options)
    return capsys.readouterr().out


def save(folder, code, *, run, failed=False, name="mini.ipynb"):
    notebook = nbformat.read(folder / "mini.ipynb", 4)
    answer(code)(notebook)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            cell.execution_count = number if run else None
            cell.outputs = []
    if failed:
        notebook.cells[-2].outputs = [nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])]
    nbformat.write(notebook, folder / name)


def test_what_there_is_to_do_follows_what_was_checked(folder, capsys):
    check = Check()
    shown = summary(check, capsys)
    assert "Centrer · 6 points · pas encore vérifié ici · exécuter la cellule check(…)" in shown
    assert "6 points en tout." in shown
    check("center", namespace=names(STUB))
    assert "Centrer · 6 points · 0/2 · écrire la réponse" in summary(check, capsys)
    check("center", namespace=names(RIGHT.replace("mean(0)", "mean(1, keepdims=True)")))
    assert "Centrer · 6 points · 0/2 · corriger" in summary(check, capsys)
    check("center", namespace=names(RIGHT))
    shown = summary(check, capsys)
    assert "Centrer · 6 points · 2/2 · rien : toutes passent" in shown
    assert "Toutes les vérifications publiques passent." in shown


def test_ready_or_what_stands_in_the_way(folder, capsys):
    check = Check()
    save(folder, RIGHT, run=False)
    shown = summary(check, capsys)
    assert "Avant de rendre :" in shown
    assert "mini.ipynb : 4 cellules jamais exécutées" in shown
    save(folder, RIGHT, run=True, failed=True)
    assert "mini.ipynb : 1 cellule en erreur." in summary(check, capsys)
    save(folder, RIGHT, run=True)
    shown = summary(check, capsys)
    assert "Prêt à rendre." in shown
    assert "À rendre, sous leur nom d'origine : mini.ipynb." in shown
    save(folder, RIGHT, run=True, name="mini-Copy1.ipynb")
    assert "mini-Copy1.ipynb et mini.ipynb contiennent le même exercice (center)" in summary(check, capsys)


def test_a_file_beside_the_notebook_is_to_be_handed_in_too(folder, capsys):
    save(folder, RIGHT, run=True)
    path = folder / "checks" / "test_center.py"
    path.write_text(path.read_text() + '\nFILE = "found.tsv"\n')
    assert "found.tsv" not in summary(Check(), capsys)  # nothing reads it
    path.write_text(path.read_text() + "\n\ndef test_file(exercise, handed_in):\n    handed_in.read(FILE, 9)\n")
    shown = summary(Check(), capsys)
    assert "À rendre, sous leur nom d'origine : mini.ipynb, found.tsv." in shown
    assert "found.tsv : ce fichier manque encore, exécutez la cellule de mini.ipynb qui l'écrit." in shown
    (folder / "found.tsv").write_text("id")
    shown = summary(Check(), capsys)
    assert "manque encore" not in shown
    assert "Prêt à rendre." in shown


def test_the_predictions_of_atelier_4_are_to_be_handed_in():
    assert file_read(ROOT / "source" / "atelier4" / "checks" / "test_predictions.py") == "predictions.tsv"
    assert file_read(ROOT / "source" / "atelier4" / "checks" / "test_lora.py") == ""


def test_it_never_raises(folder, capsys):
    check = Check()
    (folder / "notes.ipynb").write_text("{")
    assert "notes.ipynb : ce fichier ne s'ouvre pas comme un notebook." in summary(check, capsys)
    assert "Le bilan n'a pas pu être établi" in summary(check, capsys, lang="klingon")
    shutil.rmtree(folder / "checks")
    assert "Le bilan n'a pas pu être établi" in summary(check, capsys)


def test_it_exists_in_english(folder, capsys):
    for lang, mine, other in (("fr", "Où vous en êtes", "Where you are"), ("en", "Where you are", "Où vous en êtes")):
        shown = summary(Check(), capsys, lang=lang)
        assert mine in shown
        assert other not in shown


def test_it_exists_as_a_page_that_quotes_names_of_files(folder):
    save(folder, RIGHT, run=True, name="a&b.ipynb")
    page = summarise(folder / "checks", {}, [], None, "fr")._repr_html_()
    assert "pas encore vérifié ici" in page
    assert "a&amp;b.ipynb" in page
    assert "a&b" not in page


def test_in_a_kernel_what_was_run_counts_more_than_an_older_file(folder):
    save(folder, RIGHT, run=False)
    os.utime(folder / "mini.ipynb", (time.time() - 60,) * 2)
    kernel = NotebookKernel(folder, folder / "mini.ipynb")
    try:
        for cell in nbformat.read(folder / "mini.ipynb", 4).cells:
            if cell.cell_type == "code":
                kernel.run(cell.source, cell.id)
        status, shown = kernel.run("check.summary()", "last")
    finally:
        kernel.close()
    assert status == "ok"
    assert "2/2" in shown
    assert "jamais exécutée" not in shown
    assert "enregistrez (Ctrl+S)" in shown
