"""2.1 Byte-pair encoding: merge_pair, train_bpe, encode_bpe, decode_bpe."""

from __future__ import annotations

import io
import re
from itertools import combinations, pairwise

import numpy as np

from attentif.exercises import Call, Case, Exercise, Function, Given, Output, Text


def merge_pair(tokens, pair):
    """The tokens with every occurrence of a pair made one token, from left to right.

    tokens: list of bytes, pair: (bytes, bytes) -> a new list of bytes.
    """
    merged, i = [], 0
    while i < len(tokens):
        if i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == pair:
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


def train_bpe(words, n_merges):
    """The first n_merges merges (fewer if no pair is left), in the order in which they are learned.

    words: dict word -> number of occurrences -> list of pairs (bytes, bytes).
    """
    splits = {word: [bytes([b]) for b in word.encode("utf-8")] for word in words}  # word -> its tokens
    merges = []
    while len(merges) < n_merges:
        counts = {}  # pair -> occurrences in the whole text
        for word, count in words.items():
            tokens = splits[word]
            for i in range(len(tokens) - 1):
                pair = tokens[i], tokens[i + 1]
                counts[pair] = counts.get(pair, 0) + count
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        splits = {word: merge_pair(tokens, best) for word, tokens in splits.items()}
    return merges


def encode_bpe(word, merges):
    """The tokens of a word: its bytes, then every merge in turn, the first learned first.

    word: str, merges: list of pairs (bytes, bytes) -> list of bytes.
    """
    tokens = [bytes([b]) for b in word.encode("utf-8")]
    for pair in merges:
        tokens = merge_pair(tokens, pair)
    return tokens


def decode_bpe(tokens):
    """The text of a list of tokens; bytes that are no text become "�".

    tokens: list of bytes -> str.
    """
    return b"".join(tokens).decode("utf-8", errors="replace")


def independent_merge_pair(tokens, pair):
    """A letter for each distinct token, and str.replace, which works from left to right."""
    letters = {token: chr(0x4E00 + i) for i, token in enumerate(dict.fromkeys([*pair, *tokens]))}
    text = "".join(letters[token] for token in tokens).replace("".join(letters[token] for token in pair), "\0")
    names = {letter: token for token, letter in letters.items()} | {"\0": b"".join(pair)}
    return [names[letter] for letter in text]


def independent_train_bpe(words, n_merges):
    """Sennrich's way: each word a line of symbols between spaces, merged by a regular expression."""
    lines = {}
    for word, n in words.items():
        line = " ".join(f"{b:02x}" for b in word.encode())
        lines[line] = lines.get(line, 0) + n
    found = []
    for _ in range(n_merges):
        pairs = [(pair, n) for line, n in lines.items() for pair in pairwise(line.split())]
        if not pairs:
            break
        total = {pair: sum(n for other, n in pairs if other == pair) for pair, _ in pairs}
        most = max(total.values())
        one, other = max(pair for pair, n in total.items() if n == most)  # hexadecimal sorts as bytes do
        found.append((bytes.fromhex(one), bytes.fromhex(other)))
        pattern = re.compile(rf"(?<!\S){one} {other}(?!\S)")
        lines = {pattern.sub(one + other, line): n for line, n in lines.items()}
    return found


def independent_encode_bpe(word, merges):
    """The library that language models use, one letter for each byte."""
    from tokenizers.models import BPE  # a grader need not have it

    names = [bytes([b]).decode("latin-1") for b in range(256)]
    pairs = [tuple(part.decode("latin-1") for part in pair) for pair in merges]
    vocabulary = {name: i for i, name in enumerate(dict.fromkeys(names + [a + b for a, b in pairs]))}
    model = BPE(vocab=vocabulary, merges=pairs)
    return [token.value.encode("latin-1") for token in model.tokenize(word.encode().decode("latin-1"))]


def independent_decode_bpe(tokens):
    """A text file that is read."""
    return io.TextIOWrapper(io.BytesIO(bytearray().join(tokens)), "utf-8", "replace", newline="").read()


CORPUS = {"low": 1, "lower": 1, "newest": 1, "widest": 1}
ACCENTS = ["été", "élève", "cœur", "œuf", "naïve", "ɖevi", "ŋutsu", "ɛyʊ", "ñʊʊ", "🙂", "🙂🙃", "forêt", "là", "Ŋkɔ"]


def words_case(name, words, n_merges):
    return Case(f"train_{name}", Call("train_bpe", {"words": words, "n_merges": n_merges}))


def encode_case(name, word, merges):
    return Case(f"encode_{name}", Call("encode_bpe", {"word": word, "merges": merges}))


def pair_case(name, tokens, pair):
    return Case(f"pair_{name}", Call("merge_pair", {"tokens": tokens, "pair": pair}))


def text_case(name, tokens):
    return Case(f"decode_{name}", Call("decode_bpe", {"tokens": tokens}))


def encode_longest_token(word, merges):
    raw = word.encode("utf-8")
    known = {one + other for one, other in merges}
    tokens, start = [], 0
    while start < len(raw):
        end = len(raw)
        while end > start + 1 and raw[start:end] not in known:
            end -= 1
        tokens.append(raw[start:end])
        start = end
    return tokens


def encode_leftmost_pair(word, merges):
    tokens = [bytes([b]) for b in word.encode("utf-8")]
    known = set(merges)
    i = 0
    while i + 1 < len(tokens):
        if (tokens[i], tokens[i + 1]) in known:
            tokens = [*tokens[:i], tokens[i] + tokens[i + 1], *tokens[i + 2 :]]
            i = 0
        else:
            i += 1
    return tokens


def public():
    merges = train_bpe(CORPUS, 4)
    ate = "été".encode()
    return [
        pair_case("worked_example", [b"n", b"e", b"w", b"e", b"s", b"t"], (b"e", b"s")),
        pair_case("twice", [b"e", b"l", b"l", b"e", b"l", b"l"], (b"l", b"l")),
        pair_case("twice_and_more", [b"l", b"l", b"e", b"l", b"l", b"e"], (b"l", b"l")),
        pair_case("same_bytes", [b"ab", b"c", b"a", b"bc", b"e"], (b"a", b"bc")),  # "ab", "c" is another pair
        pair_case("three_in_a_row", [b"a", b"a", b"a"], (b"a", b"a")),
        words_case("worked_example", CORPUS, 4),
        words_case("counted", {"abab": 3, "bc": 5, "cb": 4, "ca": 5}, 3),
        words_case("accents", {"été": 4, "thé": 2, "téléphone": 1}, 3),
        words_case("repeated_letters", {"aaa": 2, "ab": 3}, 2),
        words_case("few_pairs", {"le": 2, "la": 1}, 10),
        words_case("nothing", {}, 5),
        encode_case("worked_example", "lowest", merges),
        encode_case("order", "abcd", [(b"c", b"d"), (b"b", b"cd"), (b"a", b"b")]),
        encode_case("accents", "thé", [(b"\xc3", b"\xa9"), (b"t", b"h")]),
        encode_case("no_merge", "œuf", []),
        encode_case("empty_word", "", merges),
        text_case("worked_example", [b"l", b"o", b"w", b"est"]),
        text_case("split_letter", [ate[:1], ate[1:4], ate[4:]]),
        text_case("not_text", [b"a", b"\xc3", b"b"]),
        text_case("nothing", []),
    ]


def letters(rng, alphabet, longest):
    return "".join(rng.choice(list(alphabet), size=int(rng.integers(3, longest))))


def corpus(rng, alphabet, size, longest=8):
    """Random words of few letters, with multiplicities that count."""
    return {letters(rng, alphabet, longest): int(rng.integers(1, 9)) for _ in range(size)}


def ties(rng):
    """All letters once: every pair ties, and the order of the words decides for who takes the first one seen."""
    text = "".join(rng.permutation(list("abcdefghijklmnop")))
    return {text[i : i + 4]: 3 for i in range(0, 16, 4)}


def draw(rng):
    """Words drawn until the rank of merges matters: another order of merging must give other tokens."""
    few, many = corpus(rng, "abc", 7), corpus(rng, "est", 30)
    accents = {str(word): int(rng.integers(1, 6)) for word in rng.choice(ACCENTS, 8, replace=False)}
    merges, merges_of_accents = train_bpe(many, 20), train_bpe(accents, 9)
    letter = str(rng.choice(list("xyz")))
    word, tokens = "été🙂cœur", [letter.encode()] * int(rng.choice([5, 7])) + [b"b", letter.encode(), letter.encode()]
    raw = word.encode()
    cut = sorted(rng.choice(np.arange(1, len(raw)), 6, replace=False).tolist())
    return [
        pair_case("several", [bytes([b]) for b in (letters(rng, "ab", 6) * 3).encode()], (b"a", b"b")),
        pair_case("in_a_row", tokens, (letter.encode(), letter.encode())),
        pair_case("absent", [b"ab", b"c", b"ab"], (b"a", b"b")),
        pair_case(
            "same_bytes", [b"a", letter.encode() + b"b", b"a" + letter.encode(), b"b"], (b"a" + letter.encode(), b"b")
        ),
        pair_case("of_long_tokens", [b"ab", b"c", b"ab", b"c", b"c"], (b"ab", b"c")),
        words_case("few_letters", few, 6),
        words_case("many_words", many, 12),
        words_case("ties", ties(rng), 5),
        words_case("accents", accents, 9),
        words_case("in_a_row", {letter * 5 + "b": 2, letter + "b": 9, "b" + letter: 5}, 4),
        words_case("until_nothing_is_left", {**corpus(rng, "ab", 3, 5), "cde": 1}, 40),
        words_case("no_merge_wanted", few, 0),
        *(encode_case(f"order_{i}", w, merges) for i, w in enumerate(telling_words(rng, merges))),
        encode_case("accents", letters(rng, "éœ", 5) + "🙂", merges_of_accents),
        encode_case("known_word", max(many, key=len), merges),
        encode_case("empty_word", "", merges),
        text_case("split_letters", [raw[a:b] for a, b in pairwise([0, *cut, len(raw)])]),
        text_case("not_text", [b"\xff", letter.encode(), raw[:1], b"b", raw[-1:]]),
        text_case("nothing", []),
    ]


def telling_words(rng, merges):
    """Four words that tell the longest token first and the leftmost pair first from the right answer, and apart."""
    cuts = (encode_bpe, encode_longest_token, encode_leftmost_pair)
    found = []
    for one, other in combinations(cuts, 2):
        words = (letters(rng, "est", 12) for _ in range(3000))
        found.append(next((word for word in words if one(word, merges) != other(word, merges)), "rest"))
    return [*found, letters(rng, "est", 12)]


def trained_with(merge_pair):
    """train_bpe and encode_bpe, their merging left to another function."""

    def train(words, n_merges):
        splits = {word: [bytes([b]) for b in word.encode("utf-8")] for word in words}
        merges = []
        while len(merges) < n_merges:
            counts = {}
            for word, count in words.items():
                for pair in pairwise(splits[word]):
                    counts[pair] = counts.get(pair, 0) + count
            if not counts:
                break
            merges.append(max(counts, key=lambda pair: (counts[pair], pair)))
            splits = {word: merge_pair(tokens, merges[-1]) for word, tokens in splits.items()}
        return merges

    def encode(word, merges):
        tokens = [bytes([b]) for b in word.encode("utf-8")]
        for pair in merges:
            tokens = merge_pair(tokens, pair)
        return tokens

    return {"train_bpe": train, "encode_bpe": encode}


EXERCISE = Exercise(
    name="bpe",
    atelier="atelier2",
    number="2.1",
    title=Text("Apprendre un vocabulaire : le BPE", "Learning a vocabulary: BPE"),
    points=8,
    functions=(
        Function("merge_pair", "(tokens, pair)", (Output("tokens", compare="data"),)),
        Function("train_bpe", "(words, n_merges)", (Output("merges", compare="data"),)),
        Function("encode_bpe", "(word, merges)", (Output("tokens", compare="data"),)),
        Function("decode_bpe", "(tokens)", (Output("text", compare="data"),)),
    ),
    reference={
        "merge_pair": merge_pair,
        "train_bpe": train_bpe,
        "encode_bpe": encode_bpe,
        "decode_bpe": decode_bpe,
    },
    independent={
        "merge_pair": independent_merge_pair,
        "train_bpe": independent_train_bpe,
        "encode_bpe": independent_encode_bpe,
        "decode_bpe": independent_decode_bpe,
    },
    public=public,
    draw=draw,
    core=True,
    given=(Given(("merge_pair",), trained_with),),
)
