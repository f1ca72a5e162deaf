"""4.12 The tokens of an answer: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import char_to_token_span

CONTEXT = "context = [k for k, text in enumerate(sequence_ids) if text == context_id]"
OUTSIDE = "if not context or offsets[context[0]][0] > start or offsets[context[-1]][1] < end:"
TOUCHED = "touched = [k for k in context if offsets[k][0] < end and offsets[k][1] > start]"
GIVEN = "return touched[0], touched[-1]"
EACH = "for window, example in enumerate(sample_mapping):"
WITHOUT = "for window in range(len(sample_mapping)):"
KEPT = "        spans.append(span)\n"
SHIFTED = "\n    start, end = start + shift, end + shift"
NOTHING = "    if not touched:  # nothing but spaces\n        return 0, 0\n"


def between_two_searches(offsets, sequence_ids, start, end, context_id=1):
    """The search that is found in most tutorials: the first piece that ends too soon, plus one."""
    if start < 0 or end <= start:
        raise ValueError("an answer has at least one character")
    context = [k for k, text in enumerate(sequence_ids) if text == context_id]
    if not context or offsets[context[0]][0] > start or offsets[context[-1]][1] < end:
        return 0, 0
    first, last = context[0], context[-1]
    while first <= context[-1] and offsets[first][0] <= start:
        first += 1
    while last >= context[0] and offsets[last][1] >= end:
        last -= 1
    return first - 1, last + 1


def exact_boundaries(offsets, sequence_ids, start, end, context_id=1):
    if start < 0 or end <= start:
        raise ValueError("an answer has at least one character")
    first = last = None
    for k, text in enumerate(sequence_ids):
        if text == context_id and offsets[k][0] == start:
            first = k
        if text == context_id and offsets[k][1] == end:
            last = k
    return (0, 0) if first is None or last is None else (first, last)


def one_window_per_example(offsets, sequence_ids, sample_mapping, answers, context_id=1):
    spans, done = [], set()
    for window, example in enumerate(sample_mapping):
        span = 0, 0
        if answers[example] is not None and example not in done:
            start, end = answers[example]
            span = char_to_token_span(offsets[window], sequence_ids[window], start, end, context_id)
        if span != (0, 0):
            done.add(example)
        spans.append(span)
    return spans


def by_characters(offsets, sequence_ids, start, end, context_id=1):
    if start < 0 or end <= start:
        raise ValueError("no answer")
    where, left, right = {}, None, None
    for k in range(len(offsets)):
        if sequence_ids[k] == context_id:
            left = offsets[k][0] if left is None else left
            right = offsets[k][1]
            for character in range(*offsets[k]):
                where[character] = k
    inside = [where[c] for c in range(start, end) if c in where]
    if not inside or start < left or end > right:
        return 0, 0
    return inside[0], inside[-1]


def by_two_pointers(offsets, sequence_ids, start, end, context_id=1):
    if not 0 <= start < end:
        raise ValueError("no answer")
    if context_id not in sequence_ids:
        return 0, 0
    low = sequence_ids.index(context_id)
    high = len(sequence_ids) - 1 - sequence_ids[::-1].index(context_id)
    if offsets[low][0] > start or offsets[high][1] < end:
        return 0, 0
    while offsets[low][1] <= start:
        low += 1
    while offsets[high][0] >= end:
        high -= 1
    return (low, high) if low <= high else (0, 0)


def by_arrays(offsets, sequence_ids, start, end, context_id=1):
    if start < 0 or start >= end:
        raise ValueError("no answer")
    places = np.asarray(offsets).reshape(-1, 2)
    mine = np.array([text == context_id for text in sequence_ids])
    if not mine.any() or places[mine, 0].min() > start or places[mine, 1].max() < end:
        return 0, 0
    touched = np.flatnonzero(mine & (places[:, 0] < end) & (places[:, 1] > start))
    return (int(touched.min()), int(touched.max())) if touched.size else (0, 0)


def label_windows_by_zip(offsets, sequence_ids, sample_mapping, answers, context_id=1):
    return [
        char_to_token_span(places, texts, *answers[i], context_id) if answers[i] else (0, 0)
        for places, texts, i in zip(offsets, sequence_ids, sample_mapping, strict=True)
    ]


def label_windows_by_examples(offsets, sequence_ids, sample_mapping, answers, context_id=1):
    spans = [(0, 0)] * len(offsets)
    for example, answer in enumerate(answers):
        for window in range(len(offsets)):
            if sample_mapping[window] == example and answer is not None:
                spans[window] = char_to_token_span(
                    offsets[window], sequence_ids[window], answer[0], answer[1], context_id
                )
    return spans


MISTAKES = (
    mistake("end_included", edit(TOUCHED, TOUCHED.replace("[0] < end", "[0] <= end"))),
    mistake("piece_before_included", edit(TOUCHED, TOUCHED.replace("[1] > start", "[1] >= start"))),
    mistake("last_character_left_out", edit(TOUCHED, TOUCHED.replace("[0] < end", "[0] < end - 1"))),
    mistake("last_excluded", edit(GIVEN, "return touched[0], touched[-1] + 1")),
    mistake("question_searched_too", edit(CONTEXT, CONTEXT.replace("text == context_id", "text is not None"))),
    mistake("second_text_always", edit(CONTEXT, CONTEXT.replace("text == context_id", "text == 1"))),
    mistake("answer_clipped", edit(OUTSIDE, "if not context:")),
    mistake("clipped_at_the_beginning", edit(OUTSIDE, OUTSIDE.replace(" or offsets[context[0]][0] > start", ""))),
    mistake("clipped_at_the_end", edit(OUTSIDE, OUTSIDE.replace(" or offsets[context[-1]][1] < end", ""))),
    mistake("edge_refused", edit(OUTSIDE, OUTSIDE.replace("[1] < end", "[1] <= end"))),
    mistake(
        "minus_one_outside",
        edit(OUTSIDE + "\n        return 0, 0", OUTSIDE + "\n        return -1, -1"),
        edit(NOTHING, "    if not touched:\n        return -1, -1\n"),
    ),
    mistake("counted_from_the_context", edit(GIVEN, "return touched[0] - context[0], touched[-1] - context[0]")),
    mistake(
        "whole_pieces_only",
        edit(TOUCHED, TOUCHED.replace("[0] < end and offsets[k][1] > start", "[0] >= start and offsets[k][1] <= end")),
    ),
    mistake("between_two_searches", defines={"char_to_token_span": between_two_searches}),
    mistake("exact_boundaries", defines={"char_to_token_span": exact_boundaries}),
    mistake(
        "characters_of_the_window",
        edit(CONTEXT, CONTEXT + "\n    shift = offsets[context[0]][0] if context else 0" + SHIFTED),
    ),
    mistake(
        "characters_after_the_question",
        edit(
            CONTEXT,
            CONTEXT + "\n    before = [k for k, text in enumerate(sequence_ids) if text == 0]\n"
            "    shift = offsets[before[-1]][1] + 1 if before else 0" + SHIFTED,
        ),
    ),
    mistake("window_taken_for_example", edit(EACH, WITHOUT + "\n        example = window")),
    mistake(
        "one_window_for_each_example", edit("enumerate(sample_mapping)", "enumerate(sample_mapping[: len(answers)])")
    ),
    mistake("first_example_for_all", edit(EACH, WITHOUT + "\n        example = 0")),
    mistake("without_answer_left_out", edit(KEPT, "    " + KEPT)),
    mistake("outside_left_out", edit(KEPT, "        if span != (0, 0):\n    " + KEPT)),
    mistake("one_window_per_example", defines={"label_windows": one_window_per_example}, uses=(char_to_token_span,)),
)

EQUIVALENTS = (
    equivalent("by_characters", defines={"char_to_token_span": by_characters}),
    equivalent("by_two_pointers", defines={"char_to_token_span": by_two_pointers}),
    equivalent("by_arrays", defines={"char_to_token_span": by_arrays}),
    equivalent("windows_by_zip", defines={"label_windows": label_windows_by_zip}, uses=(char_to_token_span,)),
    equivalent("windows_by_examples", defines={"label_windows": label_windows_by_examples}, uses=(char_to_token_span,)),
)
