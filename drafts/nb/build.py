#!/usr/bin/env python3
"""Builds a notebook of atelier 2 from a readable text.  Run inside a worktree:

    .venv/bin/python TOOLS/nb/build.py TOOLS/nb/atelier2/01_jetons.txt   →  source/atelier2/01_jetons.ipynb
    (a folder instead of a file: its *.txt in order, e.g. atelier2/02_positions_et_blocs/05_sinusoidal_encoding.txt)

Cells begin with a line
    %% md ID                     Markdown (typography is mended: ’, narrow no-break spaces)
    %% code ID [illustration]    code
    %% common NAME               a cell shared by all notebooks: TOOLS/nb/common/NAME.py (tag on its first line)
    %% provided EXERCISE ID      the helpers of the oracle's `provided`, after the comment lines that follow
    %% solution EXERCISE         the answer cell, made from the oracle's reference (each body between the SOLUTION marks)
    %% check EXERCISE            the graded check cell, points from the oracle
"""
import ast, inspect, re, sys, textwrap
from pathlib import Path
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
sys.path.insert(0, str(Path(__file__).parent))
from typo import prose
from attentif.exercises.course import find_course
from attentif.references.oracles import load_exercise

MARK = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"


def hyphens(name): return name.replace("_", "-")


def nbgrader(grade_id, **more):
    return {"nbgrader": {"grade": False, "grade_id": grade_id, "locked": False, "schema_version": 3, "solution": False, "task": False, **more}}


def with_marks(item):
    """The source of a function or class, each body between the marks (docstrings stay outside)."""
    source = textwrap.dedent(inspect.getsource(item)).rstrip() + "\n"
    tree = ast.parse(source).body[0]
    functions = [tree] if isinstance(tree, ast.FunctionDef) else [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    lines = source.splitlines(keepends=True)
    for f in reversed(functions):
        body = f.body[1:] if ast.get_docstring(f) else f.body
        pad = " " * body[0].col_offset
        end = f.end_lineno
        lines[end:end] = [pad + "### END SOLUTION\n"]
        start = (f.body[0].end_lineno if ast.get_docstring(f) else body[0].lineno - 1)
        lines[start:start] = [pad + "### BEGIN SOLUTION\n"]
    return "".join(lines).rstrip()


def main(path):
    course = find_course(Path.cwd()); atelier = path.parent.name
    oracle = lambda name: load_exercise(course.oracle(atelier, name))
    parts = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    cells, raw = [], "\n".join(part.read_text(encoding="utf-8") for part in parts)
    for block in re.split(r"^%% ", raw, flags=re.M)[1:]:
        head, _, body = block.partition("\n"); words = head.split(); kind, args = words[0], words[1:]; body = body.strip("\n")
        if kind == "md":
            cell = new_markdown_cell(prose(body), id=args[0])
        elif kind == "code":
            cell = new_code_cell(body, id=args[0])
            if args[1:]: cell.metadata["tags"] = args[1:]
        elif kind == "common":
            source = (Path(__file__).parent / ("common" if atelier == "atelier2" else f"common_{atelier}") / f"{args[0]}.py").read_text(encoding="utf-8")
            first, _, rest = source.partition("\n")
            tags = first.removeprefix("# tags:").split() if first.startswith("# tags:") else []
            cell = new_code_cell((rest if first.startswith("# tags:") else source).strip("\n"), id=args[0])
            if tags: cell.metadata["tags"] = tags
        elif kind == "provided":
            parts = [textwrap.dedent(inspect.getsource(h)).strip() for h in oracle(args[0]).provided]
            wanted = args[2:]
            if wanted: parts = [p for p, h in zip(parts, oracle(args[0]).provided) if h.__name__ in wanted]
            cell = new_code_cell(body + "\n" + "\n\n\n".join(parts), id=args[1])
        elif kind == "solution":
            e = oracle(args[0])
            source = body or "\n\n\n".join(with_marks(e.reference[f.name]) for f in e.functions if f.name in e.reference)
            cell = new_code_cell(source, id=hyphens(args[0]) + "-code", metadata=nbgrader(args[0] + "_code", solution=True))
        elif kind == "check":
            n = args[0]
            cell = new_code_cell(f'check("{n}")\n### BEGIN HIDDEN TESTS\ncheck("{n}", hidden=True)\n### END HIDDEN TESTS',
                id=hyphens(n) + "-check", metadata=nbgrader(n, grade=True, locked=True, points=oracle(n).points))
        else:
            raise SystemExit(f"unknown cell: {head}")
        cells.append(cell)
    ids = [c["id"] for c in cells]; assert len(set(ids)) == len(ids), [i for i in ids if ids.count(i) > 1]
    nb = new_notebook(cells=cells, metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}})
    nb.nbformat_minor = 5
    target = course.root / "source" / atelier / (path.stem + ".ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nb, target); print(target, len(cells), "cells")


main(Path(sys.argv[1]).resolve())
