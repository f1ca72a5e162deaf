"""4.1 WordPiece: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

NO_PIECE = "        if end == start:  # not even one letter\n            return [unk]\n"
WHOLE_WORD = "    pieces, start = [], 0\n"


def from_the_right(word, vocab, unk="[UNK]", max_chars=100):
    if len(word) > max_chars:
        return [unk]
    pieces, end = [], len(word)
    while end > 0:
        start = 0
        while start < end and ("##" if start > 0 else "") + word[start:end] not in vocab:
            start += 1
        if start == end:
            return [unk]
        pieces.insert(0, ("##" if start > 0 else "") + word[start:end])
        end = start
    return pieces


def by_recursion(word, vocab, unk="[UNK]", max_chars=100):
    def rest(start):
        if start == len(word):
            return []
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocab:
                following = rest(end)
                return None if following is None else [piece, *following]
        return None

    pieces = rest(0) if len(word) <= max_chars else None
    return [unk] if pieces is None else pieces


def by_prefixes(word, vocab, unk="[UNK]", max_chars=100):
    known, pieces, left = set(vocab), [], word
    while left and len(word) <= max_chars:
        mark = "##" if pieces else ""
        lengths = [n for n in range(1, len(left) + 1) if mark + left[:n] in known]
        if not lengths:
            return [unk]
        pieces.append(mark + left[: max(lengths)])
        left = left[max(lengths) :]
    return [unk] if left else pieces


def by_marked_text(word, vocab, unk="[UNK]", max_chars=100):
    text, pieces = word, []
    if len(word) > max_chars:
        return [unk]
    while text and text != "##":
        for size in range(len(text), 0, -1):
            if text[:size] in vocab and text[:size] != "##":
                pieces.append(text[:size])
                text = "##" + text[size:]
                break
        else:
            return [unk]
    return pieces


MISTAKES = (
    mistake(
        "shortest_match",
        edit("        end = len(word)\n", "        end = start + 1\n"),
        edit("while end > start and prefix", "while end <= len(word) and prefix"),
        edit("end -= 1", "end += 1"),
        edit("if end == start:", "if end > len(word):"),
    ),
    mistake("from_the_right", defines={"wordpiece_tokenize": from_the_right}),
    mistake("no_mark_written", edit("pieces.append(prefix + word[start:end])", "pieces.append(word[start:end])")),
    mistake("no_mark_at_all", edit('prefix = "##" if start > 0 else ""', 'prefix = ""')),
    mistake("mark_everywhere", edit('prefix = "##" if start > 0 else ""', 'prefix = "##"')),
    mistake(
        "keeps_the_beginning",
        edit(NO_PIECE, "        if end == start:\n            return [*pieces, unk]\n"),
    ),
    mistake(
        "unknown_letter_only",
        edit(
            NO_PIECE,
            "        if end == start:\n            pieces.append(unk)\n            start += 1\n            continue\n",
        ),
    ),
    mistake(
        "unknown_letter_skipped",
        edit(NO_PIECE, "        if end == start:\n            start += 1\n            continue\n"),
    ),
    mistake("letter_always_kept", edit("while end > start and", "while end > start + 1 and")),
    mistake("lower_case", edit(WHOLE_WORD, "    word = word.lower()\n" + WHOLE_WORD)),
    mistake(
        "accents_stripped",
        edit(
            WHOLE_WORD,
            "    import unicodedata\n\n"
            '    word = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))\n'
            + WHOLE_WORD,
        ),
    ),
    mistake("no_limit", edit("    if len(word) > max_chars:\n        return [unk]\n", "")),
    mistake("limit_excluded", edit("len(word) > max_chars", "len(word) >= max_chars")),
    mistake("limit_in_bytes", edit("len(word) > max_chars", 'len(word.encode("utf-8")) > max_chars')),
    mistake("word_cut_at_limit", edit("return [unk]\n    pieces, start", "word = word[:max_chars]\n    pieces, start")),
    mistake(
        "unknown_written_out",
        edit(
            "    if len(word) > max_chars:\n        return [unk]\n",
            '    if len(word) > max_chars:\n        return ["[UNK]"]\n',
        ),
        edit("  # not even one letter\n            return [unk]\n", '\n            return ["[UNK]"]\n'),
    ),
)

EQUIVALENTS = (
    equivalent("by_recursion", defines={"wordpiece_tokenize": by_recursion}),
    equivalent("by_prefixes", defines={"wordpiece_tokenize": by_prefixes}),
    equivalent("by_marked_text", defines={"wordpiece_tokenize": by_marked_text}),
    equivalent("set_of_pieces", edit(WHOLE_WORD, "    vocab = set(vocab)\n" + WHOLE_WORD)),
)
