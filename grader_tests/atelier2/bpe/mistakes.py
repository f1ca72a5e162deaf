"""2.1 Byte-pair encoding: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import encode_leftmost_pair, encode_longest_token


def merge_pair(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


def merge_first_occurrence(tokens, pair):
    merged, i = [], 0
    while i < len(tokens):
        if b"".join(pair) not in merged and i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


def merge_from_the_right(tokens, pair):
    merged, i = [], len(tokens)
    while i > 0:
        if i > 1 and (tokens[i - 2], tokens[i - 1]) == pair:
            merged.insert(0, tokens[i - 2] + tokens[i - 1])
            i -= 2
        else:
            merged.insert(0, tokens[i - 1])
            i -= 1
    return merged


def train_words_counted_once(words, n_merges):
    splits = {word: [bytes([b]) for b in word.encode("utf-8")] for word in words}
    merges = []
    while len(merges) < n_merges:
        counts = {}
        for word in words:
            tokens = splits[word]
            for i in range(len(tokens) - 1):
                pair = tokens[i], tokens[i + 1]
                counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        splits = {word: merge_pair(tokens, best) for word, tokens in splits.items()}
    return merges


def train_stale_counts(words, n_merges):
    splits = {word: [bytes([b]) for b in word.encode("utf-8")] for word in words}
    merges = []
    counts = {}
    for word, count in words.items():
        tokens = splits[word]
        for i in range(len(tokens) - 1):
            pair = tokens[i], tokens[i + 1]
            counts[pair] = counts.get(pair, 0) + count
    while len(merges) < n_merges:
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        del counts[best]
    return merges


def merge_pair_by_index(tokens, pair):
    merged, rest = [], list(tokens)
    while rest:
        take = 2 if tuple(rest[:2]) == tuple(pair) else 1
        merged.append(b"".join(rest[:take]))
        rest = rest[take:]
    return merged


def merge_pair_looking_back(tokens, pair):
    one, other = pair
    merged, free = [], False
    for token in tokens:
        if free and merged[-1] == one and token == other:
            merged[-1] = one + other
            free = False
        else:
            merged.append(token)
            free = True
    return merged


def train_bpe_by_sorting(words, n_merges):
    def neighbours(tokens):
        return ((tokens[i], tokens[i + 1]) for i in range(len(tokens) - 1))

    texts = [(list(word.encode("utf-8")), count) for word, count in words.items()]
    texts = [([bytes([b]) for b in raw], count) for raw, count in texts]
    merges = []
    for _ in range(n_merges):
        pairs = sorted((pair, count) for tokens, count in texts for pair in neighbours(tokens))
        best, most, total, previous = None, 0, 0, None
        for pair, count in pairs:
            total = total + count if pair == previous else count
            previous = pair
            if total >= most:
                best, most = pair, total
        if best is None:
            return merges
        merges.append(best)
        texts = [(merge_pair(tokens, best), count) for tokens, count in texts]
    return merges


def train_bpe_recursive(words, n_merges):
    def neighbours(tokens):
        return [(tokens[i - 1], tokens[i]) for i in range(1, len(tokens))]

    def learn(texts, left):
        counts = {}
        for tokens, count in texts:
            for one, other in neighbours(tokens):
                counts[one, other] = counts.get((one, other), 0) + count
        if left <= 0 or not counts:
            return []
        most = max(counts.values())
        best = max(pair for pair, count in counts.items() if count == most)
        return [best, *learn([(merge_pair(tokens, best), count) for tokens, count in texts], left - 1)]

    return learn([([bytes([b]) for b in word.encode()], count) for word, count in words.items()], n_merges)


def train_bpe_one_big_list(words, n_merges):
    tokens, weights = [], []
    for word, count in words.items():
        tokens += [bytes([b]) for b in word.encode("utf-8")] + [None]
        weights += [count] * (len(word.encode("utf-8")) + 1)
    merges = []
    while len(merges) < n_merges:
        counts = {}
        for i in range(1, len(tokens)):
            if tokens[i - 1] is not None and tokens[i] is not None:
                counts.setdefault((tokens[i - 1], tokens[i]), []).append(weights[i])
        totals = {pair: sum(found) for pair, found in counts.items()}
        if not totals:
            break
        best = sorted(totals, key=lambda pair: (totals[pair], pair))[-1]
        merges.append(best)
        i = 0
        while i + 1 < len(tokens):
            if (tokens[i], tokens[i + 1]) == best:
                tokens[i : i + 2] = [best[0] + best[1]]
                del weights[i]
            i += 1
    return merges


def encode_bpe_lowest_rank(word, merges):
    rank = {pair: r for r, pair in enumerate(merges)}
    tokens = [bytes([b]) for b in word.encode("utf-8")]
    while len(tokens) > 1:
        ranks = [rank.get((tokens[i], tokens[i + 1]), len(rank)) for i in range(len(tokens) - 1)]
        i = min(range(len(ranks)), key=ranks.__getitem__)
        if ranks[i] == len(rank):
            break
        tokens[i : i + 2] = [tokens[i] + tokens[i + 1]]
    return tokens


def encode_bpe_on_numbers(word, merges):
    names = [bytes([b]) for b in range(256)]
    ids = list(word.encode("utf-8"))
    for one, other in merges:
        names.append(one + other)
        i = 0
        while i < len(ids) - 1:
            if names[ids[i]] == one and names[ids[i + 1]] == other:
                ids[i : i + 2] = [len(names) - 1]
            i += 1
    return [names[i] for i in ids]


def decode_bpe_by_sum(tokens):
    raw = b""
    for token in tokens:
        raw += token
    return str(raw, "utf-8", "replace")


MISTAKES = (
    mistake("first_occurrence_only", defines={"merge_pair": merge_first_occurrence}),
    mistake("from_the_right", defines={"merge_pair": merge_from_the_right}),
    mistake("moves_by_one", edit("i += 2", "i += 1")),
    mistake(
        "ties_first_seen",
        edit("(counts, key=lambda pair: (counts[pair], pair))", "(counts, key=lambda pair: counts[pair])"),
    ),
    mistake(
        "ties_smallest",
        edit(
            "best = max(counts, key=lambda pair: (counts[pair], pair))",
            "best = min(counts, key=lambda pair: (-counts[pair], pair))",
        ),
    ),
    mistake("words_counted_once", defines={"train_bpe": train_words_counted_once}, uses=(merge_pair,)),
    mistake(
        "across_words",
        edit(
            'splits = {word: [bytes([b]) for b in word.encode("utf-8")] for word in words}',
            'words = {"".join(word * count for word, count in words.items()): 1}\n'
            '    splits = {word: [bytes([b]) for b in word.encode("utf-8")] for word in words}',
        ),
    ),
    mistake(
        "without_overlap",
        edit(
            "for i in range(len(tokens) - 1):",
            "i, last = -1, len(tokens) - 2\n            while i < last:\n                i += 1",
        ),
        edit(
            "counts[pair] = counts.get(pair, 0) + count",
            "counts[pair] = counts.get(pair, 0) + count\n                i += tokens[i : i + 3] == [tokens[i]] * 3",
        ),
        convention=True,
    ),
    mistake("stale_counts", defines={"train_bpe": train_stale_counts}, uses=(merge_pair,)),
    mistake(
        "characters_to_train",
        edit(
            'splits = {word: [bytes([b]) for b in word.encode("utf-8")] for word in words}',
            'splits = {word: [letter.encode("utf-8") for letter in word] for word in words}',
        ),
    ),
    mistake("only_repeated_pairs", edit("not counts", "not counts or max(counts.values()) < 2")),
    mistake("never_stops", edit("\n        if not counts:\n            break", "")),
    mistake("longest_token", defines={"encode_bpe": encode_longest_token}),
    mistake("leftmost_pair", defines={"encode_bpe": encode_leftmost_pair}),
    mistake(
        "last_merge_first",
        edit(
            "for pair in merges:\n        tokens = merge_pair(tokens, pair)",
            "for pair in reversed(merges):\n        tokens = merge_pair(tokens, pair)",
        ),
    ),
    mistake(
        "characters_to_encode",
        edit(
            'tokens = [bytes([b]) for b in word.encode("utf-8")]',
            'tokens = [letter.encode("utf-8") for letter in word]',
        ),
    ),
    mistake(
        "each_token_alone",
        edit(
            'b"".join(tokens).decode("utf-8", errors="replace")',
            '"".join(token.decode("utf-8", errors="replace") for token in tokens)',
        ),
    ),
    mistake("strict_decoding", edit(', errors="replace"', "")),
    mistake("ignored_bytes", edit('"replace"', '"ignore"')),
    mistake("latin_1", edit('"utf-8", errors="replace"', '"latin-1"')),
    mistake("spaces_between", edit('b"".join', 'b" ".join')),
)

EQUIVALENTS = (
    equivalent("merge_by_index", defines={"merge_pair": merge_pair_by_index}),
    equivalent("merge_looking_back", defines={"merge_pair": merge_pair_looking_back, "decode_bpe": decode_bpe_by_sum}),
    equivalent("train_by_sorting", defines={"train_bpe": train_bpe_by_sorting}, uses=(merge_pair,)),
    equivalent("train_recursive", defines={"train_bpe": train_bpe_recursive}, uses=(merge_pair,)),
    equivalent("train_one_big_list", defines={"train_bpe": train_bpe_one_big_list}),
    equivalent("encode_lowest_rank", defines={"encode_bpe": encode_bpe_lowest_rank}),
    equivalent("encode_on_numbers", defines={"encode_bpe": encode_bpe_on_numbers}),
)
