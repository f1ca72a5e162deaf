"""4.12 The tokens of an answer: from characters to positions in a window, (0, 0) where it does not hold them.

Offsets are drawn without a text: pieces that touch, spaces between, accents of NFD texts that no piece holds.
"""

from __future__ import annotations

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def char_to_token_span(offsets, sequence_ids, start, end, context_id=1):
    """The first and the last token of the answer, both included; (0, 0) if the window does not hold all of it.

    offsets: for each token (begin, end), its characters in its own text; sequence_ids: for each token the number of its
    text, None for special tokens; start, end: the answer's characters in the context, end excluded -> (first, last).
    ValueError if start < 0 or end <= start.
    """
    if start < 0 or end <= start:
        raise ValueError("an answer has at least one character")
    context = [k for k, text in enumerate(sequence_ids) if text == context_id]
    if not context or offsets[context[0]][0] > start or offsets[context[-1]][1] < end:
        return 0, 0
    touched = [k for k in context if offsets[k][0] < end and offsets[k][1] > start]
    if not touched:  # nothing but spaces
        return 0, 0
    return touched[0], touched[-1]


def label_windows(offsets, sequence_ids, sample_mapping, answers, context_id=1):
    """The label of each window of a batch.

    offsets, sequence_ids: one list for each window; sample_mapping: for each window the number of its example; answers:
    for each example (start, end), or None if its context holds no answer -> list of (first, last), one for each window.
    """
    spans = []
    for window, example in enumerate(sample_mapping):
        span = 0, 0
        if answers[example] is not None:
            start, end = answers[example]
            span = char_to_token_span(offsets[window], sequence_ids[window], start, end, context_id)
        spans.append(span)
    return spans


def independent_char_to_token_span(offsets, sequence_ids, start, end, context_id=1):
    """Character by character: the token that holds each of them, as a tokenizer's own table does."""
    holder = {}
    for k, ((begin, stop), text) in enumerate(zip(offsets, sequence_ids, strict=True)):
        holder |= {character: k for character in range(begin, stop) if text == context_id}
    found = sorted({holder[character] for character in range(start, end) if character in holder})
    whole = bool(found) and min(holder) <= start and max(holder) >= end - 1
    return (found[0], found[-1]) if whole else (0, 0)


def independent_label_windows(offsets, sequence_ids, sample_mapping, answers, context_id=1):
    """Example by example; the windows are put back in their order afterwards."""
    label = {}
    for example, answer in enumerate(answers):
        for window in (w for w, e in enumerate(sample_mapping) if e == example):
            given = offsets[window], sequence_ids[window]
            label[window] = independent_char_to_token_span(*given, *answer, context_id) if answer else (0, 0)
    return [label[window] for window in sorted(label)]


def sequence(question, context, padding=0, context_first=False):
    """(offsets, sequence_ids) of [CLS] question [SEP] context [SEP], or of the context first."""
    texts = (context, question) if context_first else (question, context)
    offsets, ids = [(0, 0)], [None]
    for number, text in enumerate(texts):
        offsets += [*text, (0, 0)]
        ids += [number] * len(text) + [None]
    return offsets + [(0, 0)] * padding, ids + [None] * padding


def case(name, window, start, end, *context_id):
    offsets, sequence_ids = window
    inputs = {"offsets": offsets, "sequence_ids": sequence_ids, "start": start, "end": end}
    return Case(name, Call("char_to_token_span", inputs | dict(zip(["context_id"], context_id, strict=False))))


def batch(name, windows, sample_mapping, answers, *context_id):
    inputs = {
        "offsets": [offsets for offsets, _ in windows],
        "sequence_ids": [ids for _, ids in windows],
        "sample_mapping": sample_mapping,
        "answers": answers,
    }
    return Case(name, Call("label_windows", inputs | dict(zip(["context_id"], context_id, strict=False))))


QUESTION = [(0, 2), (3, 6), (7, 10), (11, 12)]  # Où vit Ama ?
CONTEXT = [(0, 3), (4, 7), (8, 9), (10, 12), (12, 14), (15, 21), (22, 26), (26, 27)]  # Ama vit à Lo|mé depuis 2019|.
NFD = [(0, 3), (4, 7), (8, 9), (11, 13), (13, 15), (17, 23), (24, 28), (28, 29)]  # the same, accents by themselves
LOME = 10, 14


def public():
    cut = [sequence(QUESTION, CONTEXT[i : i + 4]) for i in (0, 2, 4)]
    whole = sequence(QUESTION, CONTEXT, padding=2)
    return [
        case("worked_example", whole, *LOME),
        case("first_window", cut[0], *LOME),
        case("second_window", cut[1], *LOME),
        case("third_window", cut[2], *LOME),
        case("outside", cut[2], 0, 3),
        case("year_before_a_full_stop", whole, 22, 26),
        case("full_stop_in_the_answer", whole, 22, 27),
        case("first_character", whole, 0, 3),
        case("inside_a_piece", whole, 16, 19),
        case("ends_inside_a_piece", whole, 8, 11),
        case("whole_window", cut[1], 8, 21),
        case("accent_by_itself", sequence(QUESTION, NFD), 11, 16),
        case("accent_at_the_end", sequence(QUESTION, [*NFD[:3], (10, 12), (13, 14)]), 10, 13),
        case("begins_with_a_space", whole, 9, 14),
        case("context_first", sequence(QUESTION, CONTEXT, context_first=True), *LOME, 0),
        case("no_context", sequence(QUESTION, []), *LOME),
        batch("worked_example", cut, [0, 0, 0], [LOME]),
        batch("two_examples", [*cut[:2], whole], [0, 0, 1], [LOME, (0, 7)]),
        batch("other_order", [whole, cut[1], cut[0]], [1, 0, 0], [LOME, (22, 26)]),
        batch("fewer_windows_than_examples", [whole, cut[1]], [2, 0], [LOME, (0, 3), (4, 9)]),
        batch("no_answer", [whole, cut[1], whole], [0, 1, 2], [None, LOME, (15, 26)]),
        batch("held_by_two", [sequence(QUESTION, CONTEXT[:5]), sequence(QUESTION, CONTEXT[2:7])], [0, 0], [LOME]),
        batch("context_first", [sequence(QUESTION, CONTEXT, context_first=True)], [0], [LOME], 0),
    ]


def pieces(rng, gaps, widest=5):
    """Pieces after these gaps: 0 inside a word, 1 after a space or an accent, 2 after both."""
    offsets, place = [], 0
    for gap in gaps:
        begin = place + gap
        place = begin + int(rng.integers(2, widest))
        offsets.append((begin, place))
    return offsets


def question_of(rng, size):
    return pieces(rng, [0, *(int(g) for g in rng.integers(0, 2, size=size - 1))])


def spans(rng):
    """One window over a context of 14 pieces, and answers of every kind; what they begin and end at is where mistakes
    differ: a piece that touches them, a space, an accent of its own, the edge of the window."""
    question = question_of(rng, int(rng.integers(7, 9)))
    text = pieces(rng, [0, 1, 0, 0, 0, 1, 1, 0, 2, 1, 0, 1, 0, 1])
    text[4] = text[4][0], text[5][0] - 1  # ends a word
    padding = int(rng.integers(0, 4))
    all_of_it = sequence(question, text, padding)
    first = int(rng.integers(3, 5))
    later = sequence(question, text[first:12], padding)
    one = text[10][0]
    short = [*text[:10], (one, one + 1), *((b, e) for b, e in text[11:])]
    return [
        case("touched_on_both_sides", all_of_it, text[2][0], text[3][1]),
        case("first_character", all_of_it, 0, text[0][1]),
        case("between_spaces", all_of_it, text[5][0], text[5][1]),
        case("inside_a_piece", all_of_it, text[6][0] + 1, text[6][1]),
        case("ends_inside_a_piece", all_of_it, text[5][0], text[7][0] + 1),
        case("ends_with_an_accent", all_of_it, text[6][0], text[7][1] + 1),
        case("begins_with_a_space", all_of_it, text[6][0] - 1, text[7][1]),
        case("only_a_space", all_of_it, text[5][1], text[6][0]),
        case("last_of_one_character", sequence(question, short, padding), short[9][0], one + 1),
        case("later_window", later, text[7][0], text[9][1]),
        case("whole_window", later, text[first][0], text[11][1]),
        case("cut_at_the_beginning", later, text[first - 1][0], text[first + 1][1]),
        case("cut_at_the_end", later, text[10][0], text[12][1]),
        case("longer_than_the_window", later, text[first - 1][0], text[12][1]),
        case("before_the_window", later, text[0][0], text[1][1]),
        case("after_the_window", later, text[12][0], text[13][1]),
        case("context_first", sequence(question, text, padding, True), text[6][0], text[9][1], 0),
        case("no_context", sequence(question, [], padding), text[1][0], text[2][1]),
    ]


def windows_of(rng, text, width, overlap):
    question = question_of(rng, int(rng.integers(5, 8)))
    starts = range(0, max(1, len(text) - overlap), width - overlap)
    return [sequence(question, text[i : i + width]) for i in starts]


def batches(rng):
    """Three examples in several windows, in their order and in another; one has no answer."""
    gaps = [0, 1, 0, 1, 0, 0, 1, 0, 2, 1, 0, 1]
    texts = [pieces(rng, gaps[:n]) for n in (9, 11, 12)]
    found = [windows_of(rng, text, 5, 3) for text in texts]
    answers = [(text[k][0], text[k + 1][1]) for text, k in zip(texts, rng.permutation([3, 4, 5]), strict=True)]
    windows = [window for group in found for window in group]
    mapping = [i for i, group in enumerate(found) for _ in group]
    order = [int(i) for i in rng.permutation(len(windows))]
    half = [len(found[0]) + 1, 1, len(found[0]) + len(found[1])]  # one window of each: of examples 1, 0 and 2
    empty = [answers[0], None, answers[2]]
    reversed_texts = [sequence(question_of(rng, 6), text, context_first=True) for text in texts[:2]]
    return [
        batch("in_order", windows, mapping, answers),
        batch("in_any_order", [windows[i] for i in order], [mapping[i] for i in order], answers),
        batch("one_window_of_each", [windows[i] for i in half], [1, 0, 2], answers),
        batch("one_without_an_answer", windows, mapping, empty),
        batch("context_first", reversed_texts, [0, 1], answers[:2], 0),
    ]


def draw(rng):
    return spans(rng) + batches(rng)


EXERCISE = Exercise(
    name="answer_tokens",
    atelier="atelier4",
    number="4.12",
    title=Text("Les jetons d’une réponse", "The tokens of an answer"),
    points=7,
    functions=(
        Function(
            "char_to_token_span",
            "(offsets, sequence_ids, start, end, context_id=1)",
            (Output("first", compare="exact"), Output("last", compare="exact")),
        ),
        Function(
            "label_windows",
            "(offsets, sequence_ids, sample_mapping, answers, context_id=1)",
            (Output("spans", compare="data"),),
        ),
    ),
    reference={"char_to_token_span": char_to_token_span, "label_windows": label_windows},
    independent={
        "char_to_token_span": independent_char_to_token_span,
        "label_windows": independent_label_windows,
    },
    public=public,
    draw=draw,
    core=True,
)
