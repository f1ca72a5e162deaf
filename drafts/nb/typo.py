#!/usr/bin/env python3
"""French typography: « ’ » between letters, narrow no-break spaces before ; : ! ? and inside « ».

    typo.py FILE.py …      mends the French of Text(fr, en) and the first paragraph of test docstrings, in place

`prose(text)` does it for Markdown (code spans, formulas, links, HTML left alone).
"""
import ast, re, sys
from pathlib import Path

NNBSP = "\u202f"
# left alone: fenced code, code spans, display and inline maths, URLs, HTML tags
KEEP = re.compile(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$|<https?:[^>]*>|\]\([^)]*\)|https?://\S+|</?\w+[^>]*>", re.S)


def french(text):
    text = re.sub(r"(?<=\w)'(?=\w)|(?<=\w)'(?=[«`$*])", "’", text)
    text = re.sub(r"[ \u00a0\u202f]+(?=[;:!?»](?!\w|/))", NNBSP, text)
    text = re.sub(r"«[ \u00a0\u202f]*", "«" + NNBSP, text)
    return re.sub(r"(?<=\d) (?=(?:%|€|s|ms|Ko|ko|Mo|kB|min|h)\b|%)", NNBSP, text)


def prose(text):
    # protected pieces become private characters, so that rules see what stands beside them
    kept = []
    def hide(m):
        kept.append(m[0]); return chr(0xF0000 + len(kept) - 1)
    hidden = KEEP.sub(hide, text)
    hidden = re.sub(r"(?<=[A-Za-zÀ-ÿ])'(?=[\U000F0000-\U000FFFFD])", "’", hidden)
    lines = []
    for line in french(hidden).split("\n"):
        if re.fullmatch(r"\s*\|?[\s:|-]+\|?\s*", line):  # a table's rule
            line = line.replace(NNBSP, " ")
        lines.append(line)
    return re.sub(r"[\U000F0000-\U000FFFFD]", lambda m: kept[ord(m[0]) - 0xF0000], "\n".join(lines))


def mend_python(path):
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    spans = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text" and node.args:
            spans.append((node.args[0], None))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and ast.get_docstring(node):
            spans.append((node.body[0].value, "doc"))
    lines = source.split("\n")
    starts = [0]
    for line in lines: starts.append(starts[-1] + len(line.encode()) + 1)
    raw = source.encode()
    for node, kind in sorted(spans, key=lambda s: -(starts[s[0].lineno - 1] + s[0].col_offset)):
        a, b = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        segment = raw[a:b].decode()
        if kind == "doc":
            first, sep, rest = segment.partition("\n\n")
            new = prose(first) + sep + rest
        else:
            # leave the code of f-string fields alone: only text outside braces
            pieces = re.split(r"(\{[^{}]*\})", segment) if re.search(r"\bf[\"']", segment) else [segment]
            new = "".join(p if p.startswith("{") else prose(p) for p in pieces)
        raw = raw[:a] + new.encode() + raw[b:]
    if raw.decode() != source:
        path.write_bytes(raw); print("mended", path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        mend_python(Path(name))
