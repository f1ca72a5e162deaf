"""4.2 A pair of sentences in one sequence: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

TOO_LONG = "while len(a) + len(b) > max_len - 3:"
LONGER = "longer = a if len(a) > len(b) else b"
TYPES = "token_type_ids = [0] * (len(a) + 2) + [1] * (len(b) + 1)"
MASK = "attention_mask = [1] * len(input_ids)"
LOOP = """\
    while len(a) + len(b) > max_len - 3:
        longer = a if len(a) > len(b) else b
        longer.pop()
"""


def by_lengths(a, b, max_len, cls, sep):
    if max_len < 3:
        raise ValueError("too short")
    n, m = len(a), len(b)
    for _ in range(max(0, n + m + 3 - max_len)):
        if n > m:
            n -= 1
        else:
            m -= 1
    ids = [cls, *a[:n], sep, *b[:m], sep]
    return ids, [0] * (n + 2) + [1] * (m + 1), [1] * len(ids)


def by_recursion(a, b, max_len, cls, sep):
    if max_len < 3:
        raise ValueError("too short")

    def fitted(first, second):
        if len(first) + len(second) + 3 <= max_len:
            return [cls, *first, sep], [*second, sep]
        return fitted(first[:-1], second) if len(first) > len(second) else fitted(first, second[:-1])

    first, second = fitted(a, b)
    return first + second, [0 for _ in first] + [1 for _ in second], [1 for _ in first + second]


def by_segments(a, b, max_len, cls, sep):
    if max_len < 3:
        raise ValueError("too short")
    room = max_len - 3
    if len(a) + len(b) > room:
        half = room // 2
        if len(b) <= half:
            a = a[: room - len(b)]
        elif len(a) <= room - half:
            b = b[: room - len(a)]
        else:
            a, b = a[: room - half], b[:half]
    ids, types, mask = [], [], []
    for segment, part in enumerate(([cls, *a, sep], [*b, sep])):
        for one in part:
            ids.append(one)
            types.append(segment)
            mask.append(1)
    return ids, types, mask


MISTAKES = (
    mistake(
        "cut_after_assembly",
        edit(LOOP, ""),
        edit("input_ids = [cls, *a, sep, *b, sep]", "input_ids = [cls, *a, sep, *b, sep][:max_len]"),
        edit(TYPES, "token_type_ids = ([0] * (len(a) + 2) + [1] * (len(b) + 1))[:max_len]"),
    ),
    mistake("not_cut", edit(LOOP, "")),
    mistake("first_cut_first", edit(LONGER, "longer = a if a else b")),
    mistake("second_cut_first", edit(LONGER, "longer = b if b else a")),
    mistake("ties_cut_first", edit(LONGER, "longer = a if len(a) >= len(b) else b")),
    mistake("shorter_cut", edit(LONGER, "longer = a if (len(a) < len(b) and a) or not b else b")),
    mistake("cut_at_the_beginning", edit("longer.pop()", "longer.pop(0)")),
    mistake(
        "half_each",
        edit(LOOP, "    if len(a) + len(b) > max_len - 3:\n        half = (max_len - 3) // 2\n"
             "        a, b = a[: max_len - 3 - half], b[:half]\n"),
    ),
    mistake("special_tokens_not_counted", edit(TOO_LONG, "while len(a) + len(b) > max_len:")),
    mistake("two_special_tokens_counted", edit(TOO_LONG, "while len(a) + len(b) > max_len - 2:")),
    mistake("one_id_too_few", edit(TOO_LONG, "while a + b and len(a) + len(b) >= max_len - 3:")),
    mistake("second_segment_from_separator", edit(TYPES, "token_type_ids = [0] * (len(a) + 1) + [1] * (len(b) + 2)")),
    mistake("last_separator_in_first", edit(TYPES, "token_type_ids = [0] * (len(a) + 2) + [1] * len(b) + [0]")),
    mistake("one_segment", edit(TYPES, "token_type_ids = [0] * (len(a) + len(b) + 3)")),
    mistake("segments_from_one", edit(TYPES, "token_type_ids = [1] * (len(a) + 2) + [2] * (len(b) + 1)")),
    mistake("segments_swapped", edit(TYPES, "token_type_ids = [1] * (len(a) + 2) + [0] * (len(b) + 1)")),
    mistake("special_tokens_masked", edit(MASK, "attention_mask = [0] + [1] * len(a) + [0] + [1] * len(b) + [0]")),
    mistake("mask_of_second_only", edit(MASK, "attention_mask = list(token_type_ids)")),
    mistake("mask_inverted", edit(MASK, "attention_mask = [0] * len(input_ids)")),
    mistake(
        "no_separator_between",
        edit("[cls, *a, sep, *b, sep]", "[cls, *a, *b, sep]"),
        edit(TYPES, "token_type_ids = [0] * (len(a) + 1) + [1] * (len(b) + 1)"),
    ),
    mistake(
        "no_last_separator",
        edit("[cls, *a, sep, *b, sep]", "[cls, *a, sep, *b]"),
        edit(TYPES, "token_type_ids = [0] * (len(a) + 2) + [1] * len(b)"),
    ),
    mistake("cls_and_sep_swapped", edit("[cls, *a, sep, *b, sep]", "[sep, *a, cls, *b, cls]")),
)  # fmt: skip

EQUIVALENTS = (
    equivalent("by_lengths", defines={"encode_pair": by_lengths}),
    equivalent("by_recursion", defines={"encode_pair": by_recursion}),
    equivalent("by_segments", defines={"encode_pair": by_segments}),
    equivalent("slices", edit("longer.pop()", "del longer[-1]")),
)
