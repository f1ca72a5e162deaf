"""2.1 bpe: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from attentif.exercises.unlisted import unlisted

from .oracle import merge_pair


def bytes_of(word):
    return [bytes([b]) for b in word.encode("utf-8")]


def learned(words, n_merges, count, best, least=1):
    """Training with another way to count or to choose."""
    splits, merges = {word: bytes_of(word) for word in words}, []
    for _ in range(n_merges):
        counts = Counter()
        for word, n in words.items():
            for pair in pairwise(splits[word]):
                counts[pair] += count(n, word)
        if not counts or max(counts.values()) < least:
            break
        pair = best(counts)
        merges.append(pair)
        splits = {word: merge_pair(tokens, pair) for word, tokens in splits.items()}
    return merges


@unlisted("merge_pair", "first_occurrence_only")
def merge_pair_first_only(tokens, pair):
    for i in range(len(tokens) - 1):
        if (tokens[i], tokens[i + 1]) == pair:
            return [*tokens[:i], tokens[i] + tokens[i + 1], *tokens[i + 2 :]]
    return list(tokens)


@unlisted("merge_pair", "from_the_right")
def merge_pair_from_the_right(tokens, pair):
    merged, i = [], len(tokens) - 1
    while i >= 0:
        if i > 0 and (tokens[i - 1], tokens[i]) == pair:
            merged.insert(0, tokens[i - 1] + tokens[i])
            i -= 2
        else:
            merged.insert(0, tokens[i])
            i -= 1
    return merged


@unlisted("merge_pair")
def merge_pair_either_order(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and {tokens[i], tokens[i + 1]} == set(pair):
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@unlisted("train_bpe", "words_counted_once")
def train_bpe_words_counted_once(words, n_merges):
    return learned(words, n_merges, lambda n, word: 1, lambda c: max(c, key=lambda p: (c[p], p)))


@unlisted("train_bpe", "ties_first_seen")
def train_bpe_first_seen(words, n_merges):
    return learned(words, n_merges, lambda n, word: n, lambda c: max(c, key=c.get))


@unlisted("train_bpe", "ties_smallest")
def train_bpe_smallest_at_a_tie(words, n_merges):
    return learned(words, n_merges, lambda n, word: n, lambda c: min(c, key=lambda p: (-c[p], p)))


@unlisted("train_bpe", "only_repeated_pairs")
def train_bpe_stops_below_two(words, n_merges):  # a pair met once teaches nothing, some say
    return learned(words, n_merges, lambda n, word: n, lambda c: max(c, key=lambda p: (c[p], p)), least=2)


@unlisted("train_bpe")
def train_bpe_longest_at_a_tie(words, n_merges):
    return learned(words, n_merges, lambda n, word: n, lambda c: max(c, key=lambda p: (c[p], len(p[0]) + len(p[1]), p)))


@unlisted("train_bpe")
def train_bpe_once_per_letter(words, n_merges):  # long words weigh more
    return learned(words, n_merges, lambda n, word: n * len(word), lambda c: max(c, key=lambda p: (c[p], p)))


@unlisted("train_bpe", "stale_counts")
def train_bpe_all_at_once(words, n_merges):  # the most frequent pairs of bytes; nothing is merged
    counts = Counter()
    for word, n in words.items():
        for pair in pairwise(bytes_of(word)):
            counts[pair] += n
    return sorted(counts, key=lambda p: (counts[p], p), reverse=True)[:n_merges]


@unlisted("encode_bpe")
def encode_bpe_until_nothing_changes(word, merges):  # a merge that comes late opens an earlier one again
    tokens = bytes_of(word)
    while True:
        before = tokens
        for pair in reversed(merges):
            tokens = merge_pair(tokens, pair)
        if tokens == before:
            return tokens


@unlisted("encode_bpe")
def encode_bpe_one_merge(word, merges):  # return inside the loop
    tokens = bytes_of(word)
    for pair in merges:
        merged = merge_pair(tokens, pair)
        if merged != tokens:
            return merged
    return tokens


@unlisted("encode_bpe", "characters_to_encode")
def encode_bpe_of_letters(word, merges):
    tokens = [letter.encode() for letter in word]
    for pair in merges:
        tokens = merge_pair(tokens, pair)
    return tokens


@unlisted("decode_bpe", "spaces_between")
def decode_bpe_with_spaces(tokens):
    return b" ".join(tokens).decode("utf-8", errors="replace")


@unlisted("decode_bpe", "latin_1")
def decode_bpe_in_latin_1(tokens):
    return b"".join(tokens).decode("latin-1")


@unlisted("decode_bpe")
def decode_bpe_question_marks(tokens):
    return b"".join(tokens).decode("utf-8", errors="replace").replace("�", "?")


@unlisted("train_bpe")
def train_bpe_ties_by_joined_bytes(words, n_merges):
    return learned(words, n_merges, lambda n, word: n, lambda c: max(c, key=lambda p: (c[p], p[0] + p[1])))


@unlisted("train_bpe")
def train_bpe_ties_by_second(words, n_merges):
    return learned(words, n_merges, lambda n, word: n, lambda c: max(c, key=lambda p: (c[p], p[1], p[0])))


@unlisted("train_bpe")
def train_bpe_last_seen(words, n_merges):
    return learned(words, n_merges, lambda n, word: n, lambda c: max(reversed(list(c)), key=c.get))


@unlisted("encode_bpe")
def encode_bpe_each_merge_once(word, merges):  # only the first place of each merge
    tokens = bytes_of(word)
    for one, other in merges:
        for i in range(len(tokens) - 1):
            if (tokens[i], tokens[i + 1]) == (one, other):
                tokens = [*tokens[:i], one + other, *tokens[i + 2 :]]
                break
    return tokens


@unlisted("encode_bpe", "last_merge_first")
def encode_bpe_last_merge_first(word, merges):
    tokens = bytes_of(word)
    for pair in reversed(merges):
        tokens = merge_pair(tokens, pair)
    return tokens


@unlisted("decode_bpe", "ignored_bytes")
def decode_bpe_ignoring(tokens):
    return b"".join(tokens).decode("utf-8", errors="ignore")


@unlisted("decode_bpe", "each_token_alone")
def decode_bpe_token_by_token(tokens):
    return "".join(token.decode("utf-8", errors="replace") for token in tokens)


@unlisted("merge_pair")
def merge_pair_never_last(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 2 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


@unlisted("merge_pair")
def merge_pair_by_joined_bytes(tokens, pair):
    joined, merged, i = b"".join(pair), [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and tokens[i] + tokens[i + 1] == joined:
            merged.append(joined)
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged
