"""What a student reads in French: the sentences of the library and of the exercises, the prose of the notebooks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from courses import ROOT

# An English word, and the course's own. Names of parameters and code stand in `backticks`, glosses in (*italics*), and
# titles of works before what identifies them: *Title* (arXiv …).
FORBIDDEN = {
    r"features?": "caractéristique",
    r"tokens?": "jeton",
    r"paddings?": "remplissage",
    r"handles?": "objet",
    r"batch(s|es)?": "lot",
    r"embeddings?": "plongement",
    r"datasets?": "jeu de données",
    r"overflows?": "dépassement",
    r"bugs?": "erreur",
    r"learning rate": "pas d'apprentissage",
}
_WORDS = re.compile(rf"(?<!\w)(?<!\w\.)({'|'.join(FORBIDDEN)})(?!\w|\.\w|[(\[])", re.IGNORECASE)
_NOT_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\\begin\{.*?\\end\{[^}]*\}|\(\*[^*]*\*\)|\*[A-Z][^*\n]*\*(?= \((?:arXiv|\d{4}))|\]\([^)]*\)|https?://\S+|<[^>]*>",
    re.DOTALL,
)


def forbidden_words(sentence: str) -> list[str]:
    """The words of a sentence that the course's glossary has another one for."""
    return [found.group(0) for found in _WORDS.finditer(_NOT_PROSE.sub(" ", sentence))]


def sentences() -> Iterator[tuple[str, str]]:
    """(where, French text) of everything that a student may read."""
    for path in sorted((ROOT / "src/attentif").rglob("*.py")):
        yield from _texts(path)
    for path in sorted((ROOT / "grader_tests").rglob("*.py")):
        yield from _texts(path)
        yield from _titles(path)
    for path in sorted((ROOT / "grader_tests").rglob("mistakes.fr.md")):
        yield from _words_of_mistakes(path)
    for path in sorted((ROOT / "grader_tests").glob("*/questions.md")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "source").glob("*/checks/*.py")):
        yield from _texts(path)
        yield from _titles(path)
    for path in sorted((ROOT / "source").glob("*/*.ipynb")):
        yield from _prose(path)
    yield "docs/students.md", (ROOT / "docs/students.md").read_text(encoding="utf-8")


def _place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """The French half of every ``Text(fr, en)``; what an f-string computes is left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            french = node.args[:1] or [keyword.value for keyword in node.keywords if keyword.arg == "fr"]
            for argument in french:
                yield _place(path, node.lineno), _constants(argument)


def _titles(path: Path) -> Iterator[tuple[str, str]]:
    """The first paragraph of each check's docstring, which is its title."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield _place(path, node.lineno), (ast.get_docstring(node) or "").partition("\n\n")[0]


def _words_of_mistakes(path: Path) -> Iterator[tuple[str, str]]:
    """Titles, paragraphs and hints; the names that stand in headings are no prose."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("##"):
            yield _place(path, number), line


def _constants(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.FormattedValue):
        return ""
    return "".join(_constants(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))


def _prose(path: Path) -> Iterator[tuple[str, str]]:
    """Markdown cells."""
    for number, cell in enumerate(nbformat.read(path, 4).cells):
        if cell.cell_type == "markdown":
            yield f"{path.relative_to(ROOT)}, cell {number}", cell.source
