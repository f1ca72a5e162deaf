"""Differences between an implementation and the reference, as readable exact edits."""
from __future__ import annotations
import ast, io, tokenize
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

@dataclass
class Tok:
    s: str; type: int; start: int; end: int

@dataclass
class Line:
    toks: list; depth: int
    @property
    def start(self): return self.toks[0].start
    @property
    def end(self): return self.toks[-1].end
    def key(self, ph=None):
        return (self.depth, tuple('§' if ph and t.s in ph and t.type == tokenize.NAME else t.s for t in self.toks))

def lines_of(text):
    offs = [0]
    for l in text.split('\n'): offs.append(offs[-1] + len(l) + 1)
    depth, cur, out = 0, [], []
    for t in tokenize.generate_tokens(io.StringIO(text + '\n').readline):
        if t.type == tokenize.INDENT: depth += 1
        elif t.type == tokenize.DEDENT: depth -= 1
        elif t.type == tokenize.NEWLINE:
            if cur: out.append(Line(cur, depth)); cur = []
        elif t.type in (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER, tokenize.ENCODING): pass
        else:
            cur.append(Tok(t.string, t.type, offs[t.start[0]-1] + t.start[1], offs[t.end[0]-1] + t.end[1]))
    # drop docstrings
    return [l for l in out if not (len(l.toks) == 1 and l.toks[0].type == tokenize.STRING)]

def locals_of(text):
    names = set()
    for n in ast.walk(ast.parse(text)):
        if isinstance(n, ast.arg): names.add(n.arg)
        elif isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store): names.add(n.id)
    return names - {'self'}

def line_offsets(text):
    offs = [0]
    for l in text.split('\n'): offs.append(offs[-1] + len(l) + 1)
    return offs

def pos(text, offs, lineno, col):  # utf8 col -> char offset
    line = text[offs[lineno-1]:offs[lineno]-1]
    return offs[lineno-1] + len(line.encode()[:col].decode())

def rename(text, mapping):
    offs = line_offsets(text); spots = []
    for n in ast.walk(ast.parse(text)):
        if isinstance(n, ast.Name) and n.id in mapping: spots.append((pos(text, offs, n.lineno, n.col_offset), n.id))
        elif isinstance(n, ast.arg) and n.arg in mapping: spots.append((pos(text, offs, n.lineno, n.col_offset), n.arg))
    for start, name in sorted(spots, reverse=True):
        text = text[:start] + mapping[name] + text[start+len(name):]
    return text

def infer_renames(ref, var):
    rl, vl = locals_of(ref), locals_of(var)
    both = rl | vl
    A, B = lines_of(ref), lines_of(var)
    votes = Counter()
    def vote(ta, tb):
        for a, b in zip(ta, tb):
            if a.s in rl and b.s in vl: votes[b.s, a.s] += 1
    sm = SequenceMatcher(None, [l.key(both) for l in A], [l.key(both) for l in B], autojunk=False)
    for tag, i1, i2, j1, j2 in sm.get_opcodes():
        if tag == 'equal':
            for a, b in zip(A[i1:i2], B[j1:j2]): vote(a.toks, b.toks)
        elif tag == 'replace':
            for a, b in zip(A[i1:i2], B[j1:j2]):
                s2 = SequenceMatcher(None, a.key(both)[1], b.key(both)[1], autojunk=False)
                for m in s2.get_matching_blocks(): vote(a.toks[m.a:m.a+m.size], b.toks[m.b:m.b+m.size])
    mapping, used = {}, set()
    for (v, r), n in votes.most_common():
        if v in mapping or r in used: continue
        if v == r: mapping[v] = r; used.add(r)
        elif v not in rl and r not in vl: mapping[v] = r; used.add(r)
    return {v: r for v, r in mapping.items() if v != r}

@dataclass
class Hunk:
    start: int; end: int; new: str; line: bool = False  # chars in ref; line: whole lines

OPEN, CLOSE = '([{', ')]}'
def balanced(toks):
    d = 0
    for t in toks:
        if t.s in OPEN: d += 1
        if t.s in CLOSE:
            d -= 1
            if d < 0: return False
    return d == 0

def phys_end(text, p):
    e = text.find('\n', p)
    return len(text) if e < 0 else e
def phys_start(text, p):
    return text.rfind('\n', 0, p) + 1

def token_hunks(ref, var, a, b):
    sm = SequenceMatcher(None, [t.s for t in a.toks], [t.s for t in b.toks], autojunk=False)
    ops = [list(o) for o in sm.get_opcodes() if o[0] != 'equal']
    # merge hunks that are near, or unbalanced
    merged = []
    for o in ops:
        if merged:
            p = merged[-1]
            unb = not balanced(a.toks[p[1]:p[2]]) or not balanced(b.toks[p[3]:p[4]])
            if o[1] - p[2] <= 3 or unb:
                p[2], p[4] = o[2], o[4]
                continue
        merged.append(o)
    changed = True
    out = []
    for _, i1, i2, j1, j2 in merged:
        # grow until balanced on both sides
        while not (balanced(a.toks[i1:i2]) and balanced(b.toks[j1:j2])):
            if i2 < len(a.toks) and j2 < len(b.toks) and a.toks[i2].s == b.toks[j2].s: i2 += 1; j2 += 1
            elif i1 > 0 and j1 > 0 and a.toks[i1-1].s == b.toks[j1-1].s: i1 -= 1; j1 -= 1
            else: return None
        out.append((i1, i2, j1, j2))
    out = sorted(out); clean = []
    for o in out:
        if clean and o[0] <= clean[-1][1] and (o[0] < clean[-1][1] or o[2] <= clean[-1][3]):
            p = clean[-1]; clean[-1] = (p[0], max(p[1], o[1]), p[2], max(p[3], o[3]))
        else: clean.append(o)
    res = []
    for i1, i2, j1, j2 in clean:
        if i1 == i2:  # insertion: take in the neighbour token on the left (or right)
            if i1 > 0 and j1 > 0 and a.toks[i1-1].s == b.toks[j1-1].s: i1 -= 1; j1 -= 1
            elif i2 < len(a.toks): i2 += 1; j2 += 1
        if not (balanced(a.toks[i1:i2]) and balanced(b.toks[j1:j2])): return None
        s = a.toks[i1].start; e = a.toks[i2-1].end
        if j1 == j2:  # deletion: take the space before
            new = ''
            if s > 0 and ref[s-1] == ' ' and i1 > 0: s -= 1
            elif e < len(ref) and ref[e] == ' ': e += 1
        else: new = var[b.toks[j1].start:b.toks[j2-1].end]
        res.append(Hunk(s, e, new))
    return res

def ratio(a, b):
    return SequenceMatcher(None, [t.s for t in a.toks], [t.s for t in b.toks], autojunk=False).ratio()

def hunks_of(ref, var):
    A, B = lines_of(ref), lines_of(var)
    # the header's name
    sm = SequenceMatcher(None, [l.key() for l in A], [l.key() for l in B], autojunk=False)
    out = []
    def block(i1, i2, j1, j2):
        if i1 == i2 and j1 == j2: return
        if i2 - i1 == j2 - j1:
            for a, b in zip(A[i1:i2], B[j1:j2]):
                if a.key() == b.key(): continue
                hs = token_hunks(ref, var, a, b) if a.depth == b.depth and ratio(a, b) >= .4 else None
                if hs is None: 
                    if a.depth != b.depth: raise ValueError('depth')
                    hs = [Hunk(a.start, a.end, var[b.start:b.end], True)]
                out.extend(hs)
            return
        if i1 == i2:  # insertion of lines B[j1:j2]
            d = B[j1].depth
            text = var[phys_start(var, B[j1].start):B[j2-1].end]
            if i1 < len(A) and A[i1].depth == d:
                a = A[i1]; ind = ref[phys_start(ref, a.start):a.start]
                out.append(Hunk(a.start, a.start, text[len(ind):] + '\n' + ind, True)); return
            a = A[i1-1]; pe = phys_end(ref, a.end)
            out.append(Hunk(pe, pe, '\n' + text, True)); return
        if j1 == j2:
            s = phys_start(ref, A[i1].start) - 1; e = phys_end(ref, A[i2-1].end)
            out.append(Hunk(s, e, '', True)); return
        # try best pairing: align by similarity greedily when one side has one more line
        best = None
        n, m = i2 - i1, j2 - j1
        if min(n, m) <= 3 and abs(n - m) <= 3:
            import itertools
            k = min(n, m)
            for ci in itertools.combinations(range(i1, i2), k):
                for cj in itertools.combinations(range(j1, j2), k):
                    pairs = list(zip(ci, cj))
                    if any(A[i].depth != B[j].depth for i, j in pairs): continue
                    r = [ratio(A[i], B[j]) for i, j in pairs]
                    if min(r) < .5: continue
                    if best is None or sum(r) > best[0]: best = (sum(r), pairs)
        if best:
            pi, pj = i1, j1
            for i, j in best[1]:
                block(pi, i, pj, j); block(i, i+1, j, j+1); pi, pj = i+1, j+1
            block(pi, i2, pj, j2); return
        if A[i1].depth != B[j1].depth: raise ValueError('depth')
        out.append(Hunk(A[i1].start, A[i2-1].end, var[B[j1].start:B[j2-1].end], True))
    for tag, i1, i2, j1, j2 in sm.get_opcodes():
        if tag != 'equal': block(i1, i2, j1, j2)
    return out

def nodes_of(text):
    offs = line_offsets(text); res = []
    for n in ast.walk(ast.parse(text)):
        if not hasattr(n, 'end_lineno'): continue
        s, e = pos(text, offs, n.lineno, n.col_offset), pos(text, offs, n.end_lineno, n.end_col_offset)
        if isinstance(n, (ast.Constant, ast.Name)): continue
        if isinstance(n, ast.UnaryOp) and isinstance(n.operand, ast.Constant): continue
        if isinstance(n, (ast.FunctionDef, ast.ClassDef)): continue
        if isinstance(n, (ast.expr, ast.keyword, ast.stmt)): res.append((s, e, n))
        if isinstance(n, ast.BinOp):
            le = pos(text, offs, n.left.end_lineno, n.left.end_col_offset)
            while le < e and text[le] == ')': le += 1
            res.append((le, e, n))
    return sorted(res, key=lambda r: (r[1]-r[0], r[0]))

def edits_of(full, name, ref, var, within_names):
    """Edits (old, new, within) of the reference's full text that make `name` (its text `ref`) into `var`."""
    hs = hunks_of(ref, var)
    if not hs: return []
    base = full.index(ref)
    nodes = nodes_of(ref)
    def new_of(s, e, hunks):
        t, p = '', s
        for h in sorted(hunks, key=lambda h: h.start):
            t += ref[p:h.start] + h.new; p = h.end
        return t + ref[p:e]
    def unique(s, e):
        old = ref[s:e]
        if full.count(old) == 1: return ''
        if within_names and ref.count(old) == 1: return name
        return None
    done = []  # (s, e, hunks, within)
    todo = sorted(hs, key=lambda h: h.start)
    ranges = []
    for h in todo:
        cands = []
        old = ref[h.start:h.end]
        if h.line:
            if old: cands.append((h.start, h.end))
        else:
            raw_ok = len(old.strip()) >= 5 and not old.strip().isidentifier()
            if raw_ok: cands.append((h.start, h.end))
            cands += [(s, e) for s, e, n in nodes if s <= h.start and h.end <= e and len(ref[s:e].strip()) >= 4]
        ps, pe = phys_start(ref, h.start), phys_end(ref, h.end)
        ind = len(ref[ps:pe]) - len(ref[ps:pe].lstrip())
        for l in lines_of(ref):
            if l.start <= h.start <= phys_end(ref, l.end): cands.append((min(h.start, l.start), max(h.end, l.end)))
        # whole physical lines, then with neighbours
        cands.append((min(h.start, ps + ind), max(h.end, pe)))
        p2 = phys_start(ref, max(ps - 1, 0)); n2 = phys_end(ref, min(pe + 1, len(ref)))
        cands.append((min(h.start, p2 + len(ref[p2:]) - len(ref[p2:].lstrip())), max(h.end, pe)))
        cands.append((min(h.start, ps + ind), max(h.end, n2)))
        cands.append((min(h.start, p2 + len(ref[p2:]) - len(ref[p2:].lstrip())), max(h.end, n2)))
        pick = fallback = None
        for s, e in cands:
            w = unique(s, e)
            if w == '': pick = (s, e, w); break
            if w and fallback is None: fallback = (s, e, w)
        if fallback and (pick is None or pick[1]-pick[0] > fallback[1]-fallback[0] + 30): pick = fallback
        if pick is None: raise ValueError('no anchor for ' + old)
        ranges.append([*pick])
    # merge overlapping ranges
    ranges.sort(); merged = []
    for r in ranges:
        if merged and r[0] < merged[-1][1]:
            m = merged[-1]; m[1] = max(m[1], r[1]); m[2] = unique(m[0], m[1])
        else: merged.append(r)
    res = []
    for s, e, w in merged:
        inside = [h for h in todo if s <= h.start and h.end <= e]
        w = unique(s, e)
        if w is None: raise ValueError('not unique')
        res.append((ref[s:e], new_of(s, e, inside), w))
    assert sum(1 for s, e, w in merged for h in todo if s <= h.start and h.end <= e) == len(todo), 'hunks lost'
    return res

def size(ref, var):
    """How much differs, as a share of the reference's tokens."""
    a = [t.s for l in lines_of(ref) for t in l.toks]; b = [t.s for l in lines_of(var) for t in l.toks]
    same = sum(m.size for m in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
    return (max(len(a), len(b)) - same) / len(a)
