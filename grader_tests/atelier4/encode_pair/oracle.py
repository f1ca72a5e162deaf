"""4.2 A pair of sentences in one sequence: [CLS] a [SEP] b [SEP], the longest cut first."""

from __future__ import annotations

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def encode_pair(a, b, max_len, cls, sep):
    """The sequence [CLS] a [SEP] b [SEP] in at most max_len ids, its segments and its mask.

    a, b: lists of ids, max_len >= 3, cls, sep: ids -> three lists of one length: input_ids, token_type_ids (0 up to the
    first separator, then 1), attention_mask (1 everywhere). What is too long loses ids at the end, one at a time, from
    the longer list; from b if both are as long. ValueError if max_len < 3.
    """
    if max_len < 3:
        raise ValueError("max_len must leave room for [CLS] and two [SEP]")
    a, b = list(a), list(b)
    while len(a) + len(b) > max_len - 3:
        longer = a if len(a) > len(b) else b
        longer.pop()
    input_ids = [cls, *a, sep, *b, sep]
    token_type_ids = [0] * (len(a) + 2) + [1] * (len(b) + 1)
    attention_mask = [1] * len(input_ids)
    return input_ids, token_type_ids, attention_mask


def independent_encode_pair(a, b, max_len, cls, sep):
    """The lengths in closed form: each may have half of the room, and what the other leaves."""
    room = max_len - 3
    keep_a = min(len(a), max(room - len(b), (room + 1) // 2))
    keep_b = min(len(b), room - keep_a)
    first, second = [cls, *a[:keep_a], sep], [*b[:keep_b], sep]
    types = [int(i >= len(first)) for i in range(len(first) + len(second))]
    return first + second, types, [1 for _ in types]


def case(name, a, b, max_len, cls=101, sep=102):
    return Case(name, Call("encode_pair", {"a": a, "b": b, "max_len": max_len, "cls": cls, "sep": sep}))


def public():
    return [
        case("worked_example", [11, 12, 13, 14, 15], [21, 22, 23], 9),
        case("everything_fits", [7, 8, 9], [3, 4], 12),
        case("just_fits", [7, 8, 9], [3, 4], 8),
        case("second_is_longer", [7, 8], [31, 32, 33, 34, 35, 36], 8),
        case("equal_lengths", [1, 2, 3, 4], [5, 6, 7, 8], 10),
        case("one_is_much_longer", [41, 42, 43, 44, 45, 46, 47, 48, 49], [5], 7, 1, 2),
        case("empty_second", [7, 8, 9], [], 6, 5, 6),
        case("no_room", [7, 8], [9], 3),
        case("separator_in_the_second", [7, 8], [3, 102, 4], 12),
    ]


def ids(rng, size):
    return [int(i) for i in rng.choice(2000, size=size, replace=False) + 1000]


def draw(rng):
    """Lists of every relation of lengths, with and without room; two ids for the special tokens that no list
    has, but in the last case."""
    cls, sep = (int(i) for i in rng.choice(900, size=2, replace=False) + 1)
    n = int(rng.integers(4, 8))
    return [
        case("everything_fits", ids(rng, n), ids(rng, n + 3), 40, cls, sep),
        case("just_fits", ids(rng, n), ids(rng, 5), n + 8, cls, sep),
        case("one_too_many", ids(rng, n + 2), ids(rng, 4), n + 8, cls, sep),
        case("first_is_longer", ids(rng, n + 6), ids(rng, n), 2 * n + 4, cls, sep),
        case("second_is_longer", ids(rng, n), ids(rng, n + 5), 2 * n + 4, cls, sep),
        case("both_are_cut", ids(rng, 2 * n + 1), ids(rng, 2 * n), 2 * n + 3, cls, sep),
        case("equal_lengths", ids(rng, n), ids(rng, n), 2 * n, cls, sep),
        case("first_is_short", ids(rng, 2), ids(rng, 3 * n), n + 6, cls, sep),
        case("second_is_short", ids(rng, 3 * n), ids(rng, 1), n + 6, cls, sep),
        case("empty_first", [], ids(rng, n), n + 1, cls, sep),
        case("empty_second", ids(rng, n), [], n + 1, cls, sep),
        case("no_room", ids(rng, n), ids(rng, n + 1), 3, cls, sep),
        case("room_for_one", ids(rng, n), ids(rng, n + 1), 4, cls, sep),
        case("separator_in_the_second", ids(rng, n), [*ids(rng, 2), sep, *ids(rng, 2)], n + 7, cls, sep),
    ]


EXERCISE = Exercise(
    name="encode_pair",
    atelier="atelier4",
    number="4.2",
    title=Text("Deux phrases en une séquence", "Two sentences in one sequence"),
    points=6,
    functions=(
        Function(
            "encode_pair",
            "(a, b, max_len, cls, sep)",
            (
                Output("input_ids", compare="data"),
                Output("token_type_ids", compare="data"),
                Output("attention_mask", compare="data"),
            ),
        ),
    ),
    reference={"encode_pair": encode_pair},
    independent={"encode_pair": independent_encode_pair},
    public=public,
    draw=draw,
    core=True,
)
