"""4.12 char_to_token_span, label_windows: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

from attentif.exercises.unlisted import unlisted

from .oracle import char_to_token_span, label_windows


def of_context(sequence_ids, context_id):
    return [k for k, text in enumerate(sequence_ids) if text == context_id]


@unlisted("char_to_token_span")
def span_starting_pieces(offsets, sequence_ids, start, end, context_id=1):  # pieces that begin inside the answer
    if char_to_token_span(offsets, sequence_ids, start, end, context_id) == (0, 0):
        return 0, 0
    begun = [k for k in of_context(sequence_ids, context_id) if start <= offsets[k][0] < end]
    return (begun[0], begun[-1]) if begun else (0, 0)


@unlisted("char_to_token_span", "whole_pieces_only")
def span_inner_pieces(offsets, sequence_ids, start, end, context_id=1):  # pieces that lie inside the answer
    if char_to_token_span(offsets, sequence_ids, start, end, context_id) == (0, 0):
        return 0, 0
    inner = [k for k in of_context(sequence_ids, context_id) if start <= offsets[k][0] and offsets[k][1] <= end]
    return (inner[0], inner[-1]) if inner else (0, 0)


@unlisted("char_to_token_span", "exact_boundaries")
def span_exact_edges(offsets, sequence_ids, start, end, context_id=1):  # a piece begins at start, one stops at end
    char_to_token_span(offsets, sequence_ids, start, end, context_id)
    first = [k for k in of_context(sequence_ids, context_id) if offsets[k][0] == start]
    last = [k for k in of_context(sequence_ids, context_id) if offsets[k][1] == end]
    return (first[0], last[0]) if first and last else (0, 0)


@unlisted("char_to_token_span")
def span_first_token_alone(offsets, sequence_ids, start, end, context_id=1):
    first, _ = char_to_token_span(offsets, sequence_ids, start, end, context_id)
    return first, first


@unlisted("char_to_token_span")
def span_as_length(offsets, sequence_ids, start, end, context_id=1):  # first token and how many
    first, last = char_to_token_span(offsets, sequence_ids, start, end, context_id)
    return first, last - first + 1 if first else 0


@unlisted("char_to_token_span")
def span_clipped(offsets, sequence_ids, start, end, context_id=1):  # the part that the window holds, if most of it
    whole = char_to_token_span(offsets, sequence_ids, start, end, context_id)
    touched = [k for k in of_context(sequence_ids, context_id) if offsets[k][0] < end and offsets[k][1] > start]
    held = sum(min(end, offsets[k][1]) - max(start, offsets[k][0]) for k in touched)
    return (touched[0], touched[-1]) if whole == (0, 0) and 2 * held > end - start else whole


@unlisted("char_to_token_span")
def span_by_middles(offsets, sequence_ids, start, end, context_id=1):  # pieces whose middle is in the answer
    if char_to_token_span(offsets, sequence_ids, start, end, context_id) == (0, 0):
        return 0, 0
    middle = [k for k in of_context(sequence_ids, context_id) if start <= sum(offsets[k]) / 2 < end]
    return (middle[0], middle[-1]) if middle else (0, 0)


@unlisted("char_to_token_span")
def span_counted_without_specials(offsets, sequence_ids, start, end, context_id=1):  # special tokens are not counted
    first, last = char_to_token_span(offsets, sequence_ids, start, end, context_id)
    if not first:
        return 0, 0
    before = sum(text is None for text in sequence_ids[:first])
    return first - before, last - before


@unlisted("char_to_token_span")
def span_last_context_token(offsets, sequence_ids, start, end, context_id=1):  # no answer: the window's last token
    span = char_to_token_span(offsets, sequence_ids, start, end, context_id)
    return span if span != (0, 0) else (len(offsets) - 1, len(offsets) - 1)


@unlisted("label_windows", "one_window_per_example")
def windows_first_holder_only(offsets, sequence_ids, sample_mapping, answers, context_id=1):  # one window an example
    spans, done = [], set()
    for span, example in zip(
        label_windows(offsets, sequence_ids, sample_mapping, answers, context_id), sample_mapping, strict=True
    ):
        spans.append((0, 0) if example in done else span)
        if span != (0, 0):
            done.add(example)
    return spans


@unlisted("label_windows")
def windows_first_answer(offsets, sequence_ids, sample_mapping, answers, context_id=1):  # the first answer for all
    given = next(answer for answer in answers if answer is not None)
    return label_windows(offsets, sequence_ids, [0] * len(sample_mapping), [given], context_id)


@unlisted("label_windows")
def windows_by_example(offsets, sequence_ids, sample_mapping, answers, context_id=1):  # sorted by example
    spans = label_windows(offsets, sequence_ids, sample_mapping, answers, context_id)
    return [spans[w] for w in sorted(range(len(spans)), key=lambda w: sample_mapping[w])]


@unlisted("label_windows")
def windows_end_included(offsets, sequence_ids, sample_mapping, answers, context_id=1):  # one character more
    longer = [None if answer is None else (answer[0], answer[1] + 1) for answer in answers]
    return label_windows(offsets, sequence_ids, sample_mapping, longer, context_id)
