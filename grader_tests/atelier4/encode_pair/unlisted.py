"""4.2 encode_pair: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

from attentif.exercises.unlisted import unlisted

from .oracle import encode_pair


def assembled(a, b, cls, sep):
    """The three lists, nothing cut."""
    return encode_pair(a, b, len(a) + len(b) + 3, cls, sep)


def refused(max_len):
    if max_len < 3:
        raise ValueError("no room")


@unlisted("encode_pair")
def encode_pair_in_proportion(a, b, max_len, cls, sep):  # each loses its share
    refused(max_len)
    room = max_len - 3
    if len(a) + len(b) <= room:
        return assembled(a, b, cls, sep)
    kept = round(room * len(a) / (len(a) + len(b)))
    return assembled(a[:kept], b[: room - kept], cls, sep)


@unlisted("encode_pair", "second_cut_first")
def encode_pair_question_whole(a, b, max_len, cls, sep):
    """Only b loses: a is a question."""
    refused(max_len)
    kept = a[: max_len - 3]
    return assembled(kept, b[: max_len - 3 - len(kept)], cls, sep)


@unlisted("encode_pair")
def encode_pair_one_each(a, b, max_len, cls, sep):  # b, a, b, a …
    refused(max_len)
    a, b, turn = list(a), list(b), 0
    while len(a) + len(b) > max_len - 3:
        (a if (turn % 2 and a) or not b else b).pop()
        turn += 1
    return assembled(a, b, cls, sep)


@unlisted("encode_pair")
def encode_pair_from_the_front_of_b(a, b, max_len, cls, sep):
    refused(max_len)
    a, b = list(a), list(b)
    while len(a) + len(b) > max_len - 3:
        if len(a) > len(b):
            a.pop()
        else:
            b.pop(0)
    return assembled(a, b, cls, sep)


@unlisted("encode_pair", "one_id_too_few")
def encode_pair_too_short_by_one(a, b, max_len, cls, sep):  # while … >= max_len
    refused(max_len)
    a, b = list(a), list(b)
    while a or b:
        if len(a) + len(b) + 3 < max_len:
            break
        (a if len(a) > len(b) else b).pop()
    return assembled(a, b, cls, sep)


@unlisted("encode_pair")
def encode_pair_longer_at_first(a, b, max_len, cls, sep):
    """Which one is longer is asked once."""
    refused(max_len)
    over = max(0, len(a) + len(b) + 3 - max_len)
    if len(a) > len(b):
        lost = min(over, len(a))
        return assembled(a[: len(a) - lost], b[: len(b) - (over - lost)], cls, sep)
    lost = min(over, len(b))
    return assembled(a[: len(a) - (over - lost)], b[: len(b) - lost], cls, sep)


@unlisted("encode_pair", "last_separator_in_first")
def encode_pair_last_separator_of_the_first(a, b, max_len, cls, sep):  # only b's tokens are of segment 1
    ids, types, mask = encode_pair(a, b, max_len, cls, sep)
    types[-1] = 0
    return ids, types, mask


@unlisted("encode_pair")
def encode_pair_after_every_separator(a, b, max_len, cls, sep):
    """The segment is the number of separators before: a separator among the tokens counts."""
    ids, _, mask = encode_pair(a, b, max_len, cls, sep)
    seen, types = 0, []
    for i in ids:
        types.append(seen)
        seen += i == sep
    return ids, types, mask


@unlisted("encode_pair")
def encode_pair_specials_hidden(a, b, max_len, cls, sep):
    ids, types, _ = encode_pair(a, b, max_len, cls, sep)
    return ids, types, [0 if i in (cls, sep) else 1 for i in ids]


@unlisted("encode_pair")
def encode_pair_filled(a, b, max_len, cls, sep):  # up to max_len, with zeros
    ids, types, mask = encode_pair(a, b, max_len, cls, sep)
    rest = [0] * (max_len - len(ids))
    return ids + rest, types + rest, mask + rest


@unlisted("encode_pair")
def encode_pair_empty_one_without_separator(a, b, max_len, cls, sep):
    ids, types, mask = encode_pair(a, b, max_len, cls, sep)
    return (ids, types, mask) if types.count(1) > 1 else (ids[:-1], types[:-1], mask[:-1])


@unlisted("encode_pair", "half_each")
def encode_pair_halves(a, b, max_len, cls, sep):  # the same room for each, whether it fills it or not
    refused(max_len)
    if len(a) + len(b) + 3 <= max_len:
        return assembled(a, b, cls, sep)
    half = (max_len - 3) // 2
    return assembled(a[: max_len - 3 - half], b[:half], cls, sep)


@unlisted("encode_pair")
def encode_pair_no_pair_no_error(a, b, max_len, cls, sep):
    """Three identifiers are the least that it gives."""
    return encode_pair(a, b, max(3, max_len), cls, sep)


@unlisted("encode_pair")
def encode_pair_refuses_an_empty_pair(a, b, max_len, cls, sep):  # at least one token should remain
    if max_len <= 3:
        raise ValueError("no room for a token")
    return encode_pair(a, b, max_len, cls, sep)
