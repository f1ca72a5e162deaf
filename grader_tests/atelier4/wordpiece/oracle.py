"""4.1 WordPiece: the longest piece first, or one unknown token for the whole word."""

from __future__ import annotations

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def wordpiece_tokenize(word, vocab, unk="[UNK]", max_chars=100):
    """The pieces of a word: at each place the longest that the vocabulary has; all but the first begin with "##".

    word: str without spaces, vocab: dict piece -> id -> list of str; [unk] if no piece fits somewhere, or if the word
    has more than max_chars characters.
    """
    if len(word) > max_chars:
        return [unk]
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start > 0 else ""
        end = len(word)
        while end > start and prefix + word[start:end] not in vocab:
            end -= 1
        if end == start:  # not even one letter
            return [unk]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


def independent_wordpiece_tokenize(word, vocab, unk="[UNK]", max_chars=100):
    """The library that BERT's fast tokenizers use."""
    from tokenizers.models import WordPiece  # a grader need not have it

    if not word:
        return []
    ids = {piece: i for i, piece in enumerate(dict.fromkeys([*vocab, unk]))}
    model = WordPiece(vocab=ids, unk_token=unk, max_input_chars_per_word=max_chars)
    return [token.value for token in model.tokenize(word)]


WORDS = ["télé", "##pho", "##phone", "##ner", "##ne", "##r", "t", "##é", "##l", "##p", "##h", "##o", "##n", "##e"]


def vocabulary(pieces):
    return {piece: i for i, piece in enumerate(dict.fromkeys(["[PAD]", "[UNK]", *pieces]))}


def case(name, word, pieces, *, unk="[UNK]", **more):
    inputs = {"word": word, "vocab": vocabulary(pieces)}
    if more or unk != "[UNK]":  # what is given is given by position
        inputs |= {"unk": unk, **more}
    return Case(name, Call("wordpiece_tokenize", inputs))


def longer_inside(word):
    """A vocabulary in which a longer piece waits inside the word, for those who do not begin at its beginning."""
    return [word[0], word[:3], *(f"##{letter}" for letter in word[1:3]), f"##{word[2:]}", f"##{word[3:]}"]


def public():
    return [
        case("worked_example", "téléphoner", WORDS),
        case("whole_word", "télé", WORDS),
        case("longest_first", "abcd", ["a", "ab", "abc", "##b", "##bcd", "##c", "##cd", "##d"]),
        case("dead_end", "abcd", ["ab", "abc", "##cd"]),
        case("unknown_letter", "télé🙂phone", WORDS),
        case("longer_one_inside", "abcdef", longer_inside("abcdef")),
        case("inside_a_word_only", "lama", ["l", "##a", "##m", "ma", "a"]),
        case("capital_letter", "Télé", WORDS),
        case("no_accent", "telephone", ["tele", "##phone", *WORDS]),
        case("too_long", "aaaaa", ["a", "aaaaa", "##a", "##aa"], max_chars=4),
        case("too_long_for_its_letters", "abab", ["a", "b", "##a", "##b"], max_chars=2),
        case("just_short_enough", "éaéa", ["é", "##a", "##aé"], max_chars=4),
        case("another_unknown", "ab", ["a", "<inconnu>"], unk="<inconnu>"),
        case("empty_word", "", WORDS),
    ]


LETTERS = "abéTœ"


def pieces_of(rng, count=26):
    """Random pieces of one to three letters, single letters included, first ones and inner ones apart."""
    found = [str(letter) for letter in rng.permutation(list(LETTERS))[:4]]
    found += ["##" + str(letter) for letter in rng.permutation(list(LETTERS))[:4]]
    while len(found) < count:
        text = "".join(rng.choice(list(LETTERS), size=int(rng.integers(2, 4))))
        found.append(text if rng.random() < 0.4 else "##" + text)
    return found


def word_of(rng, longest=9):
    return "".join(rng.choice(list(LETTERS), size=int(rng.integers(4, longest))))


def telling(rng, pieces, other, tries=4000):
    """A word that the vocabulary can write, and that another way of cutting cuts differently."""
    vocab = vocabulary(pieces)
    for _ in range(tries):
        word = word_of(rng)
        right = wordpiece_tokenize(word, vocab)
        if right != ["[UNK]"] and other(word, vocab) != right:
            return word
    return word_of(rng)


def shortest_first(word, vocab):
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        end = next((e for e in range(start + 1, len(word) + 1) if prefix + word[start:e] in vocab), None)
        if end is None:
            return ["[UNK]"]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


def from_the_right(word, vocab):
    pieces, end = [], len(word)
    while end > 0:
        start = next((s for s in range(end) if ("##" if s else "") + word[s:end] in vocab), None)
        if start is None:
            return ["[UNK]"]
        pieces.insert(0, ("##" if start else "") + word[start:end])
        end = start
    return pieces


def draw(rng):
    """Vocabularies in which the longest piece, the shortest and the way of going matter; letters that are missing."""
    one, other = pieces_of(rng), pieces_of(rng)
    long = "".join(rng.choice(list("ab"), size=int(rng.integers(6, 9))))
    simple = ["a", "b", "##a", "##b", "##ab", "ba", long]
    accents = "é" * int(rng.integers(3, 5)) + "a"
    middle = int(rng.integers(1, len(long) - 1))
    six = "".join(rng.permutation(list("abéTœz")))
    return [
        case("longest_matters", telling(rng, one, shortest_first), one),
        case("direction_matters", telling(rng, other, from_the_right), other),
        *(case(f"general_{i}", word_of(rng), pieces) for i, pieces in enumerate((one, one, other, other))),
        case("missing_letter", long[:middle] + "z" + long[middle:], simple),
        case("missing_last_letter", long + "z", simple),
        case("capital_letter", "Ba", ["ba", *simple, "##B"]),
        case("accents", "é" + long, ["e", "##e", *simple]),
        case("too_long", long, simple, max_chars=len(long) - 1),
        case("just_short_enough", long, simple, max_chars=len(long)),
        case("bytes_are_not_letters", accents, ["é", "##é", "##a"], max_chars=len(accents)),
        case("another_unknown", long[:middle] + "z", [*simple, "<?>"], unk="<?>"),
        case("empty_word", "", simple),
        case("longer_one_inside", six, longer_inside(six)),
        case("too_long_for_its_letters", long, ["a", "b", "##a", "##b"], max_chars=len(long) - 2),
    ]


EXERCISE = Exercise(
    name="wordpiece",
    atelier="atelier4",
    number="4.1",
    title=Text("Découper un mot : WordPiece", "Cutting a word: WordPiece"),
    points=6,
    functions=(
        Function(
            "wordpiece_tokenize", '(word, vocab, unk="[UNK]", max_chars=100)', (Output("pieces", compare="data"),)
        ),
    ),
    reference={"wordpiece_tokenize": wordpiece_tokenize},
    independent={"wordpiece_tokenize": independent_wordpiece_tokenize},
    public=public,
    draw=draw,
    core=True,
)
