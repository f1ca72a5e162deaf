"""4.1 wordpiece: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

from attentif.exercises.unlisted import unlisted

from .oracle import wordpiece_tokenize


def greedy(word, vocab, unk, mark="##", least=1):
    """The longest pieces of at least so many letters; None where nothing fits."""
    pieces, start = [], 0
    while start < len(word):
        prefix = mark if start else ""
        fitting = [e for e in range(start + least, len(word) + 1) if prefix + word[start:e] in vocab]
        if not fitting:
            return None
        pieces.append(prefix + word[start : fitting[-1]])
        start = fitting[-1]
    return pieces


@unlisted("wordpiece_tokenize")
def wordpiece_whole_word_first(word, vocab, unk="[UNK]", max_chars=100):  # a known word is not measured
    if word in vocab:
        return [word]
    return wordpiece_tokenize(word, vocab, unk, max_chars)


@unlisted("wordpiece_tokenize")
def wordpiece_of_the_largest_number(word, vocab, unk="[UNK]", max_chars=100):
    """The piece that comes last in the vocabulary, not the longest."""
    if len(word) > max_chars:
        return [unk]
    pieces, rest = [], word
    while rest:
        mark = "##" if pieces else ""
        fitting = [mark + rest[:e] for e in range(1, len(rest) + 1) if mark + rest[:e] in vocab]
        if not fitting:
            return [unk]
        pieces.append(max(fitting, key=vocab.get))
        rest = rest[len(pieces[-1]) - len(mark) :]
    return pieces


@unlisted("wordpiece_tokenize")
def wordpiece_shortest_way(word, vocab, unk="[UNK]", max_chars=100):  # as few pieces as can be
    if len(word) > max_chars:
        return [unk]
    best = {0: []}
    for end in range(1, len(word) + 1):
        for start in range(end):
            piece = ("##" if start else "") + word[start:end]
            if start in best and piece in vocab and len(best[start]) + 1 < len(best.get(end, [0] * 999)):
                best[end] = [*best[start], piece]
    return best.get(len(word), [unk])


@unlisted("wordpiece_tokenize")
def wordpiece_grown(word, vocab, unk="[UNK]", max_chars=100):
    """Pieces that grow letter by letter, for as long as they are known."""
    if len(word) > max_chars:
        return [unk]
    pieces, start = [], 0
    while start < len(word):
        mark, end = "##" if start else "", start
        while end < len(word) and mark + word[start : end + 1] in vocab:
            end += 1
        if end == start:
            return [unk]
        pieces.append(mark + word[start:end])
        start = end
    return pieces


@unlisted("wordpiece_tokenize")
def wordpiece_unknown_once_begun(word, vocab, unk="[UNK]", max_chars=100):  # an unknown letter does not end the word
    if len(word) > max_chars:
        return [unk]
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if pieces else "") + word[start:end]
            if piece in vocab:
                pieces.append(piece)
                start = end
                break
        else:
            start += 1
    return pieces or [unk]


@unlisted("wordpiece_tokenize", "limit_in_bytes")
def wordpiece_in_bytes(word, vocab, unk="[UNK]", max_chars=100):  # the length is that of the bytes
    return [unk] if len(word.encode()) > max_chars else wordpiece_tokenize(word, vocab, unk, max_chars)


@unlisted("wordpiece_tokenize")
def wordpiece_bare_pieces_too(word, vocab, unk="[UNK]", max_chars=100):
    """A piece without its mark is as good, if it is longer."""
    if len(word) > max_chars:
        return [unk]
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            found = [p for p in (("##" if start else "") + word[start:end], word[start:end]) if p in vocab]
            if found:
                pieces.append(found[0])
                start = end
                break
        else:
            return [unk]
    return pieces


@unlisted("wordpiece_tokenize", "word_cut_at_limit")
def wordpiece_truncated(word, vocab, unk="[UNK]", max_chars=100):  # a long word is cut short
    return wordpiece_tokenize(word[:max_chars], vocab, unk, max_chars)


@unlisted("wordpiece_tokenize")
def wordpiece_two_letters_at_least(word, vocab, unk="[UNK]", max_chars=100):
    if len(word) > max_chars:
        return [unk]
    pieces = greedy(word, vocab, unk, least=2)
    return [unk] if pieces is None else pieces


@unlisted("wordpiece_tokenize")
def wordpiece_counts_pieces(word, vocab, unk="[UNK]", max_chars=100):  # max_chars taken for a number of pieces
    pieces = wordpiece_tokenize(word, vocab, unk, len(word))
    return [unk] if len(pieces) > max_chars else pieces


@unlisted("wordpiece_tokenize")
def wordpiece_longest_anywhere(word, vocab, unk="[UNK]", max_chars=100):
    """The longest piece of the whole word first, then what is left and right of it."""
    if len(word) > max_chars:
        return [unk]

    def cut(start, end):
        if start == end:
            return []
        for n in range(end - start, 0, -1):
            for s in range(start, end - n + 1):
                piece = ("##" if s else "") + word[s : s + n]
                if piece in vocab:
                    return [*cut(start, s), piece, *cut(s + n, end)]
        return [unk]

    pieces = cut(0, len(word))
    return [unk] if unk in pieces else pieces


@unlisted("wordpiece_tokenize")
def wordpiece_mark_left_out_of_the_length(word, vocab, unk="[UNK]", max_chars=100):
    """The length of the piece, mark included, says where the next one begins."""
    if len(word) > max_chars:
        return [unk]
    pieces, start = [], 0
    while start < len(word):
        mark = "##" if start else ""
        fitting = [mark + word[start:e] for e in range(start + 1, len(word) + 1) if mark + word[start:e] in vocab]
        if not fitting:
            return [unk]
        pieces.append(fitting[-1])
        start += len(fitting[-1])
    return pieces
