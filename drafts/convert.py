"""convert.py ROOT [exercise…]: old layout (oracles/<ex>.py, _<ex>_variants.py, test_<ex>_hidden.py) → a folder for each exercise.

--dry: only say what becomes an edit. Overrides by hand: drafts/overrides/<exercise>.py: EDITS = {name: [(old, new, within)…]}; WHOLE = {names kept whole}.
"""
from __future__ import annotations
import ast, importlib.util, inspect, json, re, shutil, subprocess, sys, textwrap
from pathlib import Path

sys.path.insert(0, 'drafts')
ROOT = Path(sys.argv[1]).resolve(); DRY = '--dry' in sys.argv; SHOW = '--show' in sys.argv
WANTED = [a for a in sys.argv[2:] if not a.startswith('--')]
sys.path.insert(0, str(ROOT / 'src')); sys.path.insert(0, str(ROOT / 'tests'))
import convert_diff as D
import numpy as np, torch
from attentif.exercises.alternatives import Alternative, variant_of
from attentif.exercises.edits import edit
from attentif.references import oracles
from attentif.references.outcome import evaluate
from attentif.references.compare import to_numpy
import attentif.exercises, attentif.exercises.exercise as exmod, importlib
_real = exmod.Exercise
COMBINED = {}
def _Exercise(*a, combined=None, **kw):
    x = _real(*a, **kw)
    if combined: COMBINED[x.name] = combined
    return x
exmod.Exercise = attentif.exercises.Exercise = _Exercise

_cache = {}
def load_exercise(path):
    """Of the old layout."""
    path = Path(path)
    if path not in _cache:
        pkg = oracles._package(path.parent.resolve())
        _cache[path] = importlib.import_module(f'{pkg}.{path.stem}').EXERCISE
    return _cache[path]

def same_bits(a, b):
    if a.raised or b.raised: return a.raised == b.raised
    def eq(x, y):
        if isinstance(x, (tuple, list)) or isinstance(y, (tuple, list)):
            return type(x) is type(y) and len(x) == len(y) and all(map(eq, x, y))
        if isinstance(x, dict): return isinstance(y, dict) and x.keys() == y.keys() and all(eq(x[k], y[k]) for k in x)
        p, q = to_numpy(x), to_numpy(y)
        if p is None or q is None: return repr(x) == repr(y)
        return (type(x) is type(y) or p.ndim == 0) and p.dtype == q.dtype and p.shape == q.shape and p.tobytes() == q.tobytes()
    return eq(a.value, b.value)

def overrides(name):
    p = Path('drafts/overrides') / f'{name}.py'
    ns = {'EDITS': {}, 'WHOLE': set(), 'EXTRA': ''}
    if p.exists(): exec(compile(p.read_text(), str(p), 'exec'), ns)
    return ns

class Ex:
    def __init__(self, atelier, name):
        self.atelier, self.name = atelier, name
        self.base = ROOT / 'grader_tests' / atelier
        self.path = self.base / 'oracles' / f'{name}.py'
        self.vpath = self.base / 'oracles' / f'_{name}_variants.py'
        self.ex = load_exercise(self.path)
        self.full = self.ex.solution_source
        self.cases = self.ex.public() + [c for s in (0, 1, 20261128) for c in self.ex.draws(s, 2)]
        self.over = overrides(name)
        self.right = {}
        self.report = []

    def ref_text(self, fname):
        defs = {n.name: n for n in ast.parse(self.full).body if hasattr(n, 'name')}
        lines = self.full.split('\n'); n = defs[fname]
        return '\n'.join(lines[n.lineno - 1:n.end_lineno])

    def outcomes(self, variant):
        ns = self.ex.namespace(variant)
        return [evaluate(c, ns) for c in self.cases]

    def auto(self, v):
        edits = []; share = 0
        many = len(self.ex.reference) > 1 or len(self.ex.uses) > 0
        for fname, item in v.defines.items():
            var = textwrap.dedent(inspect.getsource(item)).strip()
            if var.startswith('@') or isinstance(item, type) and any(b.__module__ == item.__module__ for b in item.__mro__[1:]): raise ValueError('derived class')
            ref = self.ref_text(fname)
            var = re.sub(r'^(def|class) \w+', rf'\1 {fname}', var, count=1)
            var = D.rename(var, D.infer_renames(ref, var))
            share = max(share, D.size(ref, var))
            es = D.edits_of(self.full, fname, ref, var, many or isinstance(item, type))
            edits += es
        body = sum(len(D.lines_of(self.ref_text(f))) for f in v.defines)
        return [edit(*e) for e in edits], share, body

    def alternative(self, v, whole_equivalents=False):
        """(Alternative, how)"""
        whole = Alternative(v.name, (), v.defines, v.uses, getattr(v, 'convention', False))
        if v.name in self.over['EDITS']:
            alt = Alternative(v.name, tuple(edit(*e) for e in self.over['EDITS'][v.name]), {}, (), getattr(v, 'convention', False))
            how = self.check(v, alt)
            if how in ('equal', 'close'): return alt, 'hand:' + how
            print(f'!! {self.name}.{v.name}: override {how}')
        if v.name in self.over['WHOLE']: return whole, 'whole:asked'
        try: edits, share, body = self.auto(v)
        except (ValueError, AssertionError, OSError, SyntaxError, KeyError) as e: return whole, f'whole:{e}'
        if not edits: return whole, 'whole:no edit'
        changed = sum(len(e.old) + len(e.new) for e in edits)
        lines_new = sum(e.new.count('\n') for e in edits)
        if share > .5 and body > 2: return whole, f'whole:share {share:.2f}'
        if len(edits) > 3: return whole, f'whole:{len(edits)} edits'
        if v in self.ex.equivalents and (len(edits) > 2 or any('\n' in e.old + e.new or 'return' in e.new for e in edits)): return whole, 'whole:equivalent'
        if lines_new > 4: return whole, f'whole:{lines_new} lines'
        alt = Alternative(v.name, tuple(edits), {}, (), getattr(v, 'convention', False))
        how = self.check(v, alt)
        return (alt, 'auto:' + how) if how in ('equal', 'close') else (whole, f'whole:{how}')

    def check(self, v, alt):
        try: got = variant_of(self.ex, alt)
        except Exception as e: return f'broken {e}'
        if set(got.defines) != set(v.defines): return f'defines {sorted(got.defines)} for {sorted(v.defines)}'
        a, b = self.outcomes(v), self.outcomes(got)
        concerned = [(c, x, y) for c, x, y in zip(self.cases, a, b) if c.call.target in v.defines]
        if all(same_bits(x, y) for _, x, y in concerned): return 'equal'
        if all(x.agrees_with(y, self.ex.function(c.call.target)) for c, x, y in concerned): return 'close'
        return 'differs on ' + ', '.join(dict.fromkeys(c.name for c, x, y in concerned if not x.agrees_with(y, self.ex.function(c.call.target))))[:90]

# --- writing

def lit(text, indent=''):
    def one(t):
        esc = t.replace('\\', '\\\\').replace('\n', '\\n').replace('\t', '\\t')
        if '"' in esc and "'" not in esc: return f"'{esc}'"
        return '"' + esc.replace('"', '\\"') + '"'
    parts = [p for p in text.splitlines(keepends=True)] or ['']
    if len(parts) > 1 and parts[0] == '\n': parts = ['\n' + parts[1], *parts[2:]]
    out = []
    for p in parts:
        while len(one(p)) > 104:
            cut = p.rfind(' ', 0, 98 - p[:98].count('"'))
            if cut <= 0: break
            out.append(p[:cut + 1]); p = p[cut + 1:]
        out.append(p)
    return '(' + ' '.join(map(one, out)) + ')' if len(out) > 1 else one(out[0])

def edit_code(e):
    args = [lit(e.old), lit(e.new)]
    args = [a[1:-1] if a.startswith('(') else a for a in args]
    if e.within: args.append(f'within={lit(e.within)}')
    return f"edit({', '.join(args)})"

def alt_code(kind, a):
    args = [lit(a.name)]
    if a.edits: args += [edit_code(e) for e in a.edits]
    else:
        args.append('defines={' + ', '.join(f'{lit(k)}: {v.__name__}' for k, v in a.defines.items()) + '}')
        if a.uses: args.append('uses=(' + ', '.join(u.__name__ for u in a.uses) + ',)')
    if a.convention: args.append('convention=True')
    return f"    {kind}({', '.join(args)}),"

def segment(src, node):
    lines = src.split('\n'); start = min([node.lineno, *[d.lineno for d in getattr(node, 'decorator_list', [])]]) - 1
    while start > 0 and lines[start - 1].startswith('#'): start -= 1
    return '\n'.join(lines[start:node.end_lineno])

def mistakes_py(x, mistakes, equivalents):
    src = x.vpath.read_text()
    tree = ast.parse(src)
    defs = {}
    for n in tree.body:
        if isinstance(n, (ast.FunctionDef, ast.ClassDef)): defs[n.name] = n
        elif isinstance(n, ast.Assign) and len(n.targets) == 1 and isinstance(n.targets[0], ast.Name): defs[n.targets[0].id] = n
    need = set()
    def want(name):
        if name in need or name not in defs: return
        need.add(name)
        for m in ast.walk(defs[name]):
            if isinstance(m, ast.Name): want(m.id)
    for a in (*mistakes, *equivalents):
        for item in (*a.defines.values(), *a.uses): want(item.__name__)
    moved = set(moved_names(x))
    used_moved = sorted(need & moved); need -= moved
    body = [segment(src, n) for name, n in sorted(defs.items(), key=lambda kv: kv[1].lineno) if name in need and name not in ('MISCONCEPTIONS', 'EQUIVALENTS')]
    imports = [segment(src, n) for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom)) and getattr(n, 'module', '') not in ('__future__', 'attentif.exercises', 'attentif.exercises.exercise', 'attentif.words.text')]
    imports = [re.sub(r'from \.(\w+) import', lambda m: 'from .oracle import' if m[1] == x.name else f'from ..{m[1]}.oracle import', i) for i in imports]
    names = ['equivalent', 'mistake'] + (['edit'] if any(a.edits for a in (*mistakes, *equivalents)) else [])
    doc = ast.get_docstring(tree, clean=False)
    if used_moved: imports.append(f"from .oracle import {', '.join(used_moved)}")
    head = f'"""{doc}"""\n\nfrom __future__ import annotations\n\n' + '\n'.join(imports) + '\n\n'
    head += f"from attentif.exercises.alternatives import {', '.join(sorted(set(names) - {'edit'}))}\n" + ("from attentif.exercises.edits import edit\n" if 'edit' in names else '')
    lists = 'MISTAKES = (\n' + '\n'.join(alt_code('mistake', a) for a in mistakes) + '\n)\n\nEQUIVALENTS = (\n' + '\n'.join(alt_code('equivalent', a) for a in equivalents) + '\n)\n'
    return head + '\n\n' + '\n\n\n'.join(body) + ('\n\n\n' if body else '') + lists

def words_md(x, lang):
    title = {'fr': x.ex.title.fr, 'en': x.ex.title.en}[lang]
    said = {'fr': 'ce que lit qui se trompe', 'en': 'what is read by who is mistaken'}[lang]
    groups = {}
    for m in x.ex.misconceptions:
        t = (m.finding, m.consequence, *m.hints)
        groups.setdefault(t, []).append(m.name)
    out = [f'# {x.ex.number} {title}\n']
    for t, names in groups.items():
        s = [getattr(p, lang) for p in t]
        assert all('\n' not in p and p == p.strip() and p for p in s), (x.name, names)
        out.append(f"## {', '.join(names)}\n\n{s[0]}\n\n{s[1]}\n\n" + '\n'.join(f'- {h}' for h in s[2:]) + '\n')
    return '\n'.join(out)

def moved_names(x):
    """What the oracle imports from the variants' module besides the lists: it moves into the oracle, with what it uses."""
    out = []
    for n in ast.parse(x.path.read_text()).body:
        if isinstance(n, ast.ImportFrom) and n.level and (n.module or '') == f'_{x.name}_variants':
            out += [a.name for a in n.names if a.name not in ('MISCONCEPTIONS', 'EQUIVALENTS')]
    if not out: return []
    defs = top_defs(x.vpath.read_text()); need = []
    def want(name):
        if name in need or name not in defs: return
        for m in ast.walk(defs[name]):
            if isinstance(m, ast.Name) and m.id != name: want(m.id)
        need.append(name)
    for name in out: want(name)
    return sorted(need, key=lambda n: defs[n].lineno)

def oracle_py(x):
    src = x.path.read_text()
    moved = moved_names(x)
    if moved:
        vsrc = x.vpath.read_text(); defs = top_defs(vsrc)
        block = '\n\n\n'.join(segment(vsrc, defs[n]) for n in moved) + '\n\n\n'
        imports = '\n'.join(segment(vsrc, n) for n in ast.parse(vsrc).body if isinstance(n, ast.Import) or isinstance(n, ast.ImportFrom) and n.module in ('torch', 'collections.abc', 'typing'))
        src = src.replace('def public(', block + 'def public(', 1)
        src = re.sub(r'^from __future__ import annotations\n', lambda m: m[0] + '\n' + imports + '\n', src, count=1, flags=re.M)
    src = re.sub(rf'^from \._{x.name}_(variants|combined) import \([^)]*\)\n', '', src, flags=re.M)
    src = re.sub(rf'^from \._{x.name}_(variants|combined) import [^\n]*\n', '', src, flags=re.M)
    src = re.sub(r'^    (misconceptions=MISCONCEPTIONS|equivalents=EQUIVALENTS|combined=combined),\n', '', src, flags=re.M)
    src = re.sub(r'^from \._(\w+) import', r'from ..\1 import', src, flags=re.M)
    src = re.sub(r'^from \.(\w+) import', r'from ..\1.oracle import', src, flags=re.M)
    assert 'MISCONCEPTIONS' not in src and 'EQUIVALENTS' not in src and 'combined=' not in src, x.name
    return src

def convert(atelier, name):
    x = Ex(atelier, name)
    done = [(v, *x.alternative(v)) for v in (*x.ex.misconceptions, *x.ex.equivalents)]
    nm = len(x.ex.misconceptions)
    for v, alt, how in done:
        print(f"{name:34} {'M' if v in x.ex.misconceptions else 'E'} {v.name:36} {how}")
        if SHOW and alt.edits:
            for e in alt.edits: print(f'        {e.old!r} -> {e.new!r}' + (f'  @{e.within}' if e.within else ''))
    if not DRY:
        folder = x.base / name; folder.mkdir(exist_ok=True)
        texts = {'oracle.py': oracle_py(x), 'mistakes.py': mistakes_py(x, [a for _, a, _ in done[:nm]], [a for _, a, _ in done[nm:]]),
                 'mistakes.fr.md': words_md(x, 'fr'), 'mistakes.en.md': words_md(x, 'en'), 'test_hidden.py': (x.base / f'test_{name}_hidden.py').read_text()}
        for f, t in texts.items(): (folder / f).write_text(t, encoding='utf-8')
        for old in (x.path, x.vpath, x.base / 'oracles' / f'_{name}_combined.py', x.base / f'test_{name}_hidden.py'): old.unlink(missing_ok=True)
        for _ in range(2):
            subprocess.run(['ruff', 'check', '-q', '--fix', str(folder)], cwd=ROOT); subprocess.run(['ruff', 'format', '-q', str(folder)], cwd=ROOT)
    return [(name, 'M' if i < nm else 'E', v.name, how) for i, (v, _, how) in enumerate(done)]


# --- unlisted mistakes

def unlisted_modules():
    out = []
    for p in sorted((ROOT / 'tests' / 'course').glob('unlisted*.py')):
        m = importlib.import_module(f'course.{p.stem}')
        recs = next((v for k, v in vars(m).items() if k.startswith('UNLISTED') and isinstance(v, list) and v and p.stem == _home(m, k)), None) or []
        out.append((p, m, recs))
    return out

def _home(m, k):
    src = Path(m.__file__).read_text()
    return Path(m.__file__).stem if re.search(rf'^{k}\b[^\n]*=', src, re.M) else ''

def top_defs(src):
    defs = {}
    for n in ast.parse(src).body:
        if isinstance(n, (ast.FunctionDef, ast.ClassDef)): defs[n.name] = n
        elif isinstance(n, ast.Assign):
            for t in n.targets:
                if isinstance(t, ast.Name): defs[t.id] = n
        elif isinstance(n, ast.AnnAssign): defs[n.target.id] = n
    return defs

def convert_unlisted():
    per = {}  # exercise -> list of (module index, label, answer, names)
    mods = unlisted_modules()
    for mi, (p, m, recs) in enumerate(mods):
        for r in recs:
            (answer,) = r.defines
            per.setdefault(r.exercise, []).append((mi, r.label, answer, sorted(r.expected)))
    for ex, recs in per.items():
        seen, bodies, imports = {}, [], set()
        for mi, (p, m, _) in enumerate(mods):
            src = p.read_text(); defs = top_defs(src)
            mine = {label: (answer, names) for i, label, answer, names in recs if i == mi}
            need = set()
            def want(name):
                if name in need or name not in defs: return
                need.add(name)
                node = defs[name]
                for n in ast.walk(node):
                    if isinstance(n, ast.Name) and not any(n in ast.walk(d) for d in getattr(node, 'decorator_list', [])): want(n.id)
            for label in mine: want(label)
            rename = {}
            for name in need:
                text = segment(src, defs[name])
                if name in seen and seen[name] != text: rename[name] = name + ('Again' if name[0].isupper() else '_again')
                elif name not in seen: seen[name] = text
            for name, node in sorted(defs.items(), key=lambda kv: kv[1].lineno):
                if name not in need: continue
                if name in seen and seen[name] == segment(src, node) and any(b[0] == name for b in bodies): continue
                lines = src.split('\n'); text = '\n'.join(lines[node.lineno - 1:node.end_lineno])
                for a, b in rename.items(): text = re.sub(rf'\b{a}\b', b, text)
                if name in mine:
                    answer, names = mine[name]
                    text = '@unlisted(' + ', '.join(lit(n) for n in (answer, *names)) + ')\n' + text
                bodies.append((name, text))
            imports |= {segment(src, n) for n in ast.parse(src).body if isinstance(n, (ast.Import, ast.ImportFrom)) and not (getattr(n, 'module', '') or '').startswith(('course', '__future__'))}
        folder = next((f for f in (ROOT / 'grader_tests').glob(f'*/{ex}')), None)
        if folder is None: print('no folder for', ex); continue
        x = oracles.load_exercise(folder / 'oracle.py') if (folder / 'oracle.py').is_file() else None
        text = f'"""{x.number} {ex}: wrong answers that are not listed; none may get a false name."""\n\nfrom __future__ import annotations\n\n' + '\n'.join(sorted(imports)) + '\n\nfrom attentif.exercises.unlisted import unlisted\n\n\n' + '\n\n\n'.join(t for _, t in bodies) + '\n'
        (folder / 'unlisted.py').write_text(text)
        for _ in range(2):
            subprocess.run(['ruff', 'check', '-q', '--fix', str(folder)], cwd=ROOT); subprocess.run(['ruff', 'format', '-q', str(folder)], cwd=ROOT)
        got = oracles.load_unlisted(folder / 'oracle.py')
        if [(u.label.removesuffix('_again').removesuffix('Again'), u.answer, sorted(u.names)) for u in got] != [(l, a, n) for _, l, a, n in recs]: print('!! unlisted differ', ex, len(got), len(recs))
    return sum(map(len, per.values()))

def main():
    rows = []
    for atelier in ('atelier1', 'atelier2', 'atelier3'):
        names = sorted(p.stem for p in (ROOT / 'grader_tests' / atelier / 'oracles').glob('[!_]*.py'))
        loaded = [n for n in names if not WANTED or n in WANTED]
        for n in names: load_exercise(ROOT / 'grader_tests' / atelier / 'oracles' / f'{n}.py')  # all before any file moves
        for n in loaded: rows += convert(atelier, n)
    if not DRY and not WANTED:
        exmod.Exercise = attentif.exercises.Exercise = _real
        for p in (ROOT / 'grader_tests').glob('*/oracles/_[a-z]*.py'):
            p.rename(p.parent.parent / p.name[1:]); print('shared', p.name)
        print('unlisted', convert_unlisted())
        for a in ('atelier1', 'atelier2', 'atelier3'): 
            f = ROOT / 'grader_tests' / a / 'oracles'
            if f.is_dir():
                shutil.rmtree(f / '__pycache__', ignore_errors=True)
                (f / '__init__.py').unlink(missing_ok=True)
                if not any(f.iterdir()): f.rmdir()
    for kind in 'ME':
        mine = [r for r in rows if r[1] == kind]
        print(kind, len(mine), 'edits', sum(not r[3].startswith('whole') for r in mine), 'close', sum(r[3].endswith(':close') for r in mine))
main()
