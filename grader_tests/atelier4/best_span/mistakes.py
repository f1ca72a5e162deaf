"""4.13 The best span, the best answer: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import best_span

SCORES = "scores = start_logits[:, None] + end_logits[None, :]"
ALLOWED = "allowed = (i <= j) & (j - i + 1 <= max_length)"
BOTH = "allowed = allowed & is_context[:, None] & is_context[None, :]"
FILL = 'scores = scores.masked_fill(~allowed, float("-inf"))'
GIVEN = "return best // T, best % T, float(scores.max())"
ARGMAX = "best = int(scores.argmax())"
BETTER = "if score > best:"
NULL = "null = min(null, float(start_logits[0] + end_logits[0]))"
DECIDED = "return None if null - best > null_threshold else answer"
FIRST = "for number, (start_logits, end_logits, is_context) in enumerate(windows):"


def independent_maxima(start_logits, end_logits, is_context, max_length):
    if max_length < 1 or not is_context.any():
        raise ValueError("no span is allowed")
    i, j = int(start_logits.argmax()), int(end_logits.argmax())
    return i, j, float(start_logits[i] + end_logits[j])


def maxima_in_the_context(start_logits, end_logits, is_context, max_length):
    if max_length < 1 or not is_context.any():
        raise ValueError("no span is allowed")
    start = start_logits.masked_fill(~is_context, float("-inf"))
    end = end_logits.masked_fill(~is_context, float("-inf"))
    i, j = int(start.argmax()), int(end.argmax())
    return i, j, float(start[i] + end[j])


def start_first(start_logits, end_logits, is_context, max_length):
    if max_length < 1 or not is_context.any():
        raise ValueError("no span is allowed")
    i = int(start_logits.masked_fill(~is_context, float("-inf")).argmax())
    end = end_logits.masked_fill(~is_context, float("-inf"))
    j = i + int(end[i : i + max_length].argmax())
    return i, j, float(start_logits[i] + end[j])


def twenty_candidates(start_logits, end_logits, is_context, max_length):
    if max_length < 1 or not is_context.any():
        raise ValueError("no span is allowed")
    starts = sorted(range(len(start_logits)), key=lambda k: -float(start_logits[k]))[:20]
    ends = sorted(range(len(end_logits)), key=lambda k: -float(end_logits[k]))[:20]
    found = [
        (-float(start_logits[i] + end_logits[j]), i, j)
        for i in starts
        for j in ends
        if is_context[i] and is_context[j] and 0 <= j - i < max_length
    ]
    if not found:
        return 0, 0, float("-inf")
    score, i, j = min(found)
    return i, j, -score


def probabilities_compared(windows, null_threshold=0.0, max_length=30):
    if not windows:
        raise ValueError("no window")
    answer, best, highest, null = None, float("-inf"), 0.0, float("inf")
    for number, (start_logits, end_logits, is_context) in enumerate(windows):
        i, j, score = best_span(start_logits, end_logits, is_context, max_length)
        probability = float(F.softmax(start_logits, dim=0)[i] * F.softmax(end_logits, dim=0)[j])
        if probability > highest:
            answer, best, highest = (number, i, j), score, probability
        null = min(null, float(start_logits[0] + end_logits[0]))
    return None if null - best > null_threshold else answer


def each_window_decides(windows, null_threshold=0.0, max_length=30):
    if not windows:
        raise ValueError("no window")
    answer, best = None, float("-inf")
    for number, (start_logits, end_logits, is_context) in enumerate(windows):
        i, j, score = best_span(start_logits, end_logits, is_context, max_length)
        if float(start_logits[0] + end_logits[0]) - score <= null_threshold and score > best:
            answer, best = (number, i, j), score
    return answer


def by_two_loops(start_logits, end_logits, is_context, max_length):
    best = None
    for i in range(len(start_logits)):
        for j in range(i, len(end_logits)):
            if is_context[i] and is_context[j] and j - i < max_length:
                score = (start_logits[i] + end_logits[j]).item()
                if best is None or score > best[2]:
                    best = i, j, score
    if best is None:
        raise ValueError("nothing allowed")
    return best


def by_band(start_logits, end_logits, is_context, max_length):
    if max_length <= 0 or int(is_context.sum()) == 0:
        raise ValueError("nothing allowed")
    T = start_logits.numel()
    never = torch.full_like(start_logits, float("-inf"))
    pairs = torch.where(is_context, start_logits, never).unsqueeze(1) + torch.where(is_context, end_logits, never)
    band = torch.ones(T, T, dtype=torch.bool).triu().tril(max_length - 1)
    score, place = torch.where(band, pairs, never).flatten().max(dim=0)
    return (*divmod(int(place), T), score.item())


def by_best_end(start_logits, end_logits, is_context, max_length):
    if max_length < 1 or not bool(is_context.any()):
        raise ValueError("nothing allowed")
    found = None
    for i in is_context.nonzero().flatten().tolist():
        ends = end_logits[i : i + max_length][is_context[i : i + max_length]]
        score = float(start_logits[i]) + float(ends.max())
        if found is None or score > found[2]:
            found = i, i + int(ends.argmax()), score
    return found


def by_key(windows, null_threshold=0.0, max_length=30):
    if len(windows) == 0:
        raise ValueError("no window")
    spans = [best_span(*window, max_length) for window in windows]
    nulls = [(start[0] + end[0]).item() for start, end, _ in windows]
    w = max(range(len(windows)), key=lambda k: spans[k][2])
    if min(nulls) > spans[w][2] + null_threshold:
        return None
    return w, spans[w][0], spans[w][1]


def by_sorting(windows, null_threshold=0.0, max_length=30):
    ranked = []
    for w, (start, end, is_context) in enumerate(windows):
        i, j, score = best_span(start, end, is_context, max_length)
        ranked.append((-score, w, i, j))
    if not ranked:
        raise ValueError("no window")
    score, w, i, j = sorted(ranked)[0]
    null = torch.stack([start[0] + end[0] for start, end, _ in windows]).min().item()
    return [w, i, j] if null + score <= null_threshold else None


def all_windows_in_one(windows, null_threshold=0.0, max_length=30):
    if not windows:
        raise ValueError("no window")
    size = max(len(start) for start, _, _ in windows)
    tables = []
    for start, end, inside in windows:
        table = torch.full((size, size), float("-inf"), dtype=torch.float64)
        for i in range(len(start)):
            for j in range(i, min(len(start), i + max_length)):
                if inside[i] and inside[j]:
                    table[i, j] = start[i] + end[j]
        tables.append(table)
    every = torch.stack(tables)
    w, place = divmod(int(every.argmax()), size * size)
    null = min(float(start[0] + end[0]) for start, end, _ in windows)
    return None if null - float(every.max()) > null_threshold else (w, place // size, place % size)


MISTAKES = (
    mistake("independent_maxima", defines={"best_span": independent_maxima}),
    mistake("maxima_in_the_context", defines={"best_span": maxima_in_the_context}),
    mistake("start_first", defines={"best_span": start_first}),
    mistake("twenty_candidates", defines={"best_span": twenty_candidates}),
    mistake("question_allowed", edit("    " + BOTH + "\n", "")),
    mistake("start_anywhere", edit(BOTH, "allowed = allowed & is_context[None, :]")),
    mistake("end_anywhere", edit(BOTH, "allowed = allowed & is_context[:, None]")),
    mistake("end_before_start", edit(ALLOWED, "allowed = j - i + 1 <= max_length")),
    mistake("length_ignored", edit(ALLOWED, "allowed = i <= j")),
    mistake("one_token_refused", edit(ALLOWED, ALLOWED.replace("i <= j", "i < j"))),
    mistake("one_token_too_many", edit(ALLOWED, ALLOWED.replace("j - i + 1", "j - i"))),
    mistake("one_token_too_few", edit(ALLOWED, ALLOWED.replace("<= max_length", "< max_length"))),
    mistake("product_of_logits", edit(SCORES, SCORES.replace("+", "*"))),
    mistake("mean_of_logits", edit(GIVEN, GIVEN.replace("float(scores.max())", "float(scores.max()) / 2"))),
    mistake(
        "probability_as_score",
        edit(SCORES, "scores = F.softmax(start_logits, dim=0)[:, None] * F.softmax(end_logits, dim=0)[None, :]"),
    ),
    mistake(
        "logarithm_of_probability",
        edit(
            SCORES, "scores = F.log_softmax(start_logits, dim=0)[:, None] + F.log_softmax(end_logits, dim=0)[None, :]"
        ),
    ),
    mistake("start_and_end_exchanged", edit(SCORES, "scores = end_logits[:, None] + start_logits[None, :]")),
    mistake("last_excluded", edit(GIVEN, GIVEN.replace("best % T", "best % T + 1"))),
    mistake("zero_for_what_is_not_allowed", edit(FILL, "scores = scores * allowed")),
    mistake("ties_last", edit(ARGMAX, "best = T * T - 1 - int(scores.flatten().flip(0).argmax())")),
    mistake(
        "null_largest",
        edit(NULL, NULL.replace("min(null", "max(null")),
        edit('float("-inf"), float("inf")', 'float("-inf"), float("-inf")'),
    ),
    mistake(
        "null_of_the_best_window",
        edit("    " + NULL, "    null = float(start_logits[0] + end_logits[0]) if answer == (number, i, j) else null"),
    ),
    mistake(
        "null_of_the_first_window",
        edit("    " + NULL, "    null = float(start_logits[0] + end_logits[0]) if number == 0 else null"),
    ),
    mistake("null_of_the_last_window", edit(NULL, NULL.replace("min(null, ", "").replace("0]))", "0])"))),
    mistake("null_start_only", edit(NULL, NULL.replace(" + end_logits[0]", ""))),
    mistake("threshold_sign", edit(DECIDED, DECIDED.replace("> null", "> -null"))),
    mistake("decision_reversed", edit(DECIDED, DECIDED.replace("null - best >", "best - null >"))),
    mistake("threshold_included", edit(DECIDED, DECIDED.replace("> null", ">= null"))),
    mistake("threshold_ignored", edit(DECIDED, DECIDED.replace("> null_threshold", "> 0"))),
    mistake("always_answers", edit(DECIDED, "return answer")),
    mistake("each_window_decides", defines={"best_answer": each_window_decides}, uses=(best_span,)),
    mistake("probabilities_compared", defines={"best_answer": probabilities_compared}, uses=(best_span,)),
    mistake("last_window_at_ties", edit(BETTER, "if score >= best:")),
    mistake("first_window_only", edit("enumerate(windows)", "enumerate(windows[:1])")),
    mistake("last_window_wins", edit(BETTER, "if True:")),
    mistake("length_fixed", edit("is_context, max_length)\n        if", "is_context, 30)\n        if")),
)

EQUIVALENTS = (
    equivalent("by_two_loops", defines={"best_span": by_two_loops}),
    equivalent("by_band", defines={"best_span": by_band}),
    equivalent("by_best_end", defines={"best_span": by_best_end}),
    equivalent("by_key", defines={"best_answer": by_key}, uses=(best_span,)),
    equivalent("by_sorting", defines={"best_answer": by_sorting}, uses=(best_span,)),
    equivalent("all_windows_in_one", defines={"best_answer": all_windows_in_one}),
)
