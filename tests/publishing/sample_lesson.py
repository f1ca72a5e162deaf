"""A released module in small: what the authors of modules write, every kind of cell once."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FIGURE = """\
import base64, io
import matplotlib.pyplot as plt
from IPython.display import display
fig, ax = plt.subplots(figsize=(8, 4))
ax.plot([0, 1, 2], [0, 1, 4])
buffer = io.BytesIO()
fig.savefig(buffer, format="png")
plt.close(fig)
said = {"image/png": {"alt": "Une courbe qui monte de 0 à 4, de plus en plus vite.", "width": 800}}
display({"image/png": buffer.getvalue(), "text/plain": "courbe"}, raw=True, metadata=said)"""

QUESTION = """\
from IPython.display import Markdown, display
display(Markdown("**Question — Le biais.** Combien de nombres a $b$ ?"))"""

CELLS = [
    ("md", "titre", "slide", "# Module 1 · Compter les poids\n\nCombien de nombres une couche apprend-elle ?"),
    ("code", "imports", "skip", "import math"),
    ("md", "question-de-depart", "slide", "## Une couche, combien de nombres ?\n\n$$\\underbrace{y}_{(n)}=W\\,x+b$$"),
    ("md", "prose", "notes", "La matrice $W$ a $n\\times d$ nombres, le biais en a $n$ : ensemble, $n(d+1)$."),
    ("code", "figure", "fragment", FIGURE),
    ("md", "legende", "notes", "**Figure 1.** La courbe monte : voyez l’[atelier](../atelier1/1_poids.ipynb)."),
    ("code", "calcul", "subslide", "print('8 × 8 + 8 =', 8 * 8 + 8)"),
    ("md", "m1_q1", "skip", "**Question — Une petite couche.** Que valent $n(d+1)$ pour $n=d=8$ ?"),
    ("question", "m1-q2-question", "skip", QUESTION),
    ("answer", "m1-q1-reponse", "skip", "# À VOUS\nraise NotImplementedError('à compléter')"),
    ("check", "m1-q1-check", "skip", 'check("m1_q1")'),
    ("md", "retenir", "slide", "## À retenir\n\n* Une couche de $d$ vers $n$ apprend $n(d+1)$ nombres."),
    ("md", "lire", "skip", "## Pour lire\n\n* Vaswani et coll., arXiv 1706.03762 : la table 3."),
]  # fmt: skip


def sample_notebook():
    """The module's notebook, as it is released: without outputs."""
    cells = []
    for kind, name, role, source in CELLS:
        cell = new_markdown_cell(source, id=name) if kind == "md" else new_code_cell(source, id=name)
        cell.metadata["slideshow"] = {"slide_type": role}
        if kind == "question":
            cell.metadata["tags"] = ["question", "illustration"]
        if kind in ("answer", "check"):
            mark = {"grade": kind == "check", "solution": kind == "answer", "grade_id": name, "locked": False}
            cell.metadata["nbgrader"] = {**mark, "schema_version": 3, "task": False}
        cells.append(cell)
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return new_notebook(cells=cells, metadata=kernel)


def write_sample(course, name="module1"):
    """Puts it into a course's release/; returns its path."""
    path = course / "release" / name / "1_poids.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(sample_notebook(), path)
    return path
