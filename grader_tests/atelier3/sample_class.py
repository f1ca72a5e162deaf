"""A class of invented students for the demonstration: real code, and grades that are known in advance.

Points are those of the three first notebooks of the atelier (33 + 22 + 27 = 82).
"""

from functools import partial
from pathlib import Path

from attentif.authoring.sample_class import Pupil, mistaken, otherwise

TOTAL = 82
HERE = Path(__file__).parent
SDPA = "scaled_dot_product_attention"


NOTEBOOKS = ("01_attention_une_tete", "02_gradients_et_regards", "03_multi_tetes")
wrong = partial(mistaken, HERE)
right_otherwise = partial(otherwise, HERE)


def cells_of(notebook, grade_id):
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id]


def without_check_cells(notebook):
    """Deletes one check cell and leaves three copies of another."""
    for cell in cells_of(notebook, "attention_masks"):
        notebook.cells.remove(cell)
    for cell in cells_of(notebook, SDPA):
        for number in (1, 2):
            notebook.cells.append(cell.copy())
            notebook.cells[-1].id = f"copie-{number}"


def before(grade_id, code):
    """An edit that puts a line at the head of a solution cell."""

    def edit(notebook):
        for cell in cells_of(notebook, grade_id):
            cell.source = f"{code}\n{cell.source}"

    return edit


def hundred_points(notebook):
    """Raises the points of every check cell, and answers each with them."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.points = 100
            cell.source = "100"


def neutralised(notebook):
    before(f"{SDPA}_code", TRANSFORMER)(notebook)
    hundred_points(notebook)


ENDLESS = """
def scaled_dot_product_attention(Q, K, V, mask=None):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
RAISES = """
def scaled_dot_product_attention(Q, K, V, mask=None):
    return torch.softmax(Q @ K / math.sqrt(Q.shape[-1]), -1) @ V
"""
NOISY = """
import sys
import warnings
warnings.warn("attention")
print("un avertissement n'est pas une erreur", file=sys.stderr)
"""
THIEF = """
import gc, glob, os

def scaled_dot_product_attention(Q, K, V, mask=None):
    for path in glob.glob("/**/oracle.py", recursive=True) + glob.glob("../../*/*/*/oracle.py"):
        exec(open(path).read(), globals())
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "expected" in thing:
            return thing["expected"]
    return V
"""
LIAR = """
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __getitem__(self, index): return self
    def __len__(self): return 2
    def __bool__(self): return True

np.allclose = np.testing.assert_allclose = torch.allclose = torch.equal = lambda *a, **k: True
check = lambda *a, **k: print("82 / 82")

def scaled_dot_product_attention(Q, K, V, mask=None):
    return Yes()
"""
TRANSFORMER = """
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"])
"""

SAMPLES = [
    Pupil("ama", "tout juste", TOTAL, solved=True),
    Pupil(
        "kossi",
        "tout juste, écrit autrement",
        TOTAL,
        **right_otherwise(
            ("attention_masks", "loops"),
            (SDPA, "row_by_row"),
            ("attention_backward", "full_jacobians"),
            ("split_and_merge_heads", "einsum"),
            ("multi_head_attention", "head_by_head"),
            ("cross_attention", "fused"),
        ),
    ),
    Pupil("blaise", "copie blanche", 0),
    Pupil("afi", "oublie 1/√d_k", 72, **wrong((SDPA, "missing_scale"))),
    Pupil(
        "yao",
        "masque inversé, et masque causal décalé",
        71.51,
        **wrong((SDPA, "mask_inverted"), ("attention_masks", "self_hidden")),
    ),
    Pupil(
        "essi",
        "une erreur dans chacun des six exercices essentiels",
        38.03,
        **wrong(
            ("attention_masks", "or_instead_of_and"),
            (SDPA, "softmax_on_queries"),
            ("attention_backward", "diagonal_jacobian"),
            ("split_and_merge_heads", "view_instead_of_transpose"),
            ("multi_head_attention", "no_output_projection"),
            ("cross_attention", "values_from_decoder"),
        ),
    ),
    Pupil("dela", "les têtes sont mélangées", 72, **wrong(("multi_head_attention", "merged_without_transpose"))),
    Pupil("edem", "une exception (Q @ K sans transposer)", 72, solved=True, answers={SDPA: RAISES}),
    Pupil("folly", "une boucle sans fin qui avale les interruptions", 72, solved=True, answers={SDPA: ENDLESS}),
    Pupil("gifty", "tout juste, écrit sur stderr", TOTAL, solved=True, edit=before(f"{SDPA}_code", NOISY)),
    Pupil(
        "hodabalo",
        "arrête le noyau au milieu du premier notebook",
        67,
        solved=True,
        edit=before(f"{SDPA}_code", "import os; os._exit(1)"),
    ),
    Pupil("ibrahim", "cellules check effacées et copiées", TOTAL, solved=True, edit=without_check_cells),
    Pupil("julie", "un notebook coupé, les autres justes", 55, solved=True, raw={"03_multi_tetes": b'{"cells": ['}),
    Pupil("komlan", "triche : vole la réponse sur le disque et en mémoire", 72, solved=True, answers={SDPA: THIEF}),
    Pupil("lawson", "triche : remplace les comparaisons et check", 72, solved=True, answers={SDPA: LIAR}),
    Pupil("mawuli", "triche : neutralise les cellules, monte les points", 0, edit=neutralised),
]  # fmt: skip
