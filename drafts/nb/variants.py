"""Writes an exercise's `_<ex>_variants.py` from a short Python file.  Run inside a worktree:

    .venv/bin/python TOOLS/nb/variants.py TOOLS/nb/atelier2/bpe_variants.py → grader_tests/atelier2/oracles/_bpe_variants.py

The short file defines: TITLE (docstring), HEADER (imports and helpers, source), then calls
    edit(BASE, "name", (old, new), …)   a variant = BASE (source with {name}) with exact replacements, each at one place
    code(SOURCE)                        a variant written out (misconceptions that no edit makes; equivalents)
    mis(name, {"target": "function"}, finding, consequence, hint1, hint2, hint3, uses=("helper",), convention=False)
        each text a pair (fr, en); French typography is mended
    eq(name, {"target": "function"}, uses=())
"""
import subprocess, sys, textwrap
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
from typo import prose

V, M, E = [], [], []


def edit(base, name, *changes):
    source = base.replace("{name}", name)
    for old, new in changes:
        assert source.count(old) == 1, (name, old, source.count(old))
        source = source.replace(old, new)
    V.append(source.strip("\n") + "\n")


def code(source):
    V.append(textwrap.dedent(source).strip("\n") + "\n")


def literal(text, pad):
    parts, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) > 92:
            parts.append(line); line = ""
        line += word + " "
    parts.append(line[:-1])
    quoted = [quote(p) for p in parts]
    return quoted[0] if len(quoted) == 1 else ("\n" + pad).join(quoted)


def quote(s):
    s = s.replace("\\", "\\\\").replace("\n", "\\n")
    return f"'{s}'" if '"' in s and "'" not in s else '"' + s.replace('"', '\\"') + '"'


def text(pair, pad):
    fr, en = pair
    return f"Text(\n{pad}    {literal(prose(fr), pad + '    ')},\n{pad}    {literal(en, pad + '    ')},\n{pad})"


def mapping(defines):
    return "{" + ", ".join(f'"{k}": {v}' for k, v in defines.items()) + "}"


def used(uses):
    return f"uses=({', '.join(uses)},)" if uses else ""


def mis(name, defines, finding, consequence, *hints, uses=(), convention=False):
    assert len(hints) == 3, name
    s = f'    Misconception(\n        "{name}",\n        {mapping(defines)},\n'
    s += f"        {used(uses)},\n" if uses else ""
    s += f"        finding={text(finding, '        ')},\n        consequence={text(consequence, '        ')},\n        hints=(\n"
    s += "".join(f"            {text(h, '            ')},\n" for h in hints) + "        ),\n"
    s += "        convention=True,\n" if convention else ""
    M.append(s + "    ),\n")


def eq(name, defines, uses=()):
    E.append(f'    Equivalent("{name}", {mapping(defines)}{", " + used(uses) if uses else ""}),\n')


def main(path):
    scope = {"edit": edit, "code": code, "mis": mis, "eq": eq}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
    out = f'"""{scope["TITLE"]}"""\n\n' + scope["HEADER"].strip("\n") + "\n\n\n" + "\n\n".join(V)
    out += "\n\nEQUIVALENTS = (\n" + "".join(E) + ")\n\nMISCONCEPTIONS = (\n" + "".join(M) + ")\n"
    exercise = path.stem.removesuffix("_variants")
    target = Path("grader_tests/atelier2/oracles") / f"_{exercise}_variants.py"
    target.write_text(out, encoding="utf-8")
    ruff = str(Path(sys.executable).parent / "ruff")
    subprocess.run([ruff, "format", "-q", target]); subprocess.run([ruff, "check", "-q", "--output-format=concise", target])
    print(target, len(M), "misconceptions,", len(E), "equivalents")


main(Path(sys.argv[1]).resolve())
