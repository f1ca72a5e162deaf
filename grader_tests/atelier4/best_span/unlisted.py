"""4.13 best_span, best_answer: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted

from .oracle import best_answer, best_span


def best_of(scores):
    """The place of the largest of a square table, and its value."""
    best = int(scores.argmax())
    return best // len(scores), best % len(scores), float(scores.max())


def table(start_logits, end_logits, is_context, max_length):
    """The sums of allowed spans, minus infinity elsewhere."""
    best_span(start_logits, end_logits, is_context, max_length)  # refuses what is to be refused
    i, j = torch.arange(len(start_logits))[:, None], torch.arange(len(start_logits))[None, :]
    allowed = (i <= j) & (j - i < max_length) & is_context[:, None] & is_context[None, :]
    return (start_logits[:, None] + end_logits[None, :]).masked_fill(~allowed, float("-inf"))


@unlisted("best_span")
def span_end_then_start(start_logits, end_logits, is_context, max_length):  # the best end first, then its best start
    scores = table(start_logits, end_logits, is_context, max_length)
    j = int(end_logits.masked_fill(~is_context, float("-inf")).argmax())
    i = int(scores[:, j].argmax())
    return i, j, float(scores[i, j])


@unlisted("best_span", "mean_of_logits")
def span_mean_score(start_logits, end_logits, is_context, max_length):  # the mean of two logits
    i, j, score = best_span(start_logits, end_logits, is_context, max_length)
    return i, j, score / 2


@unlisted("best_span")
def span_per_token(start_logits, end_logits, is_context, max_length):  # scores divided by the number of tokens
    scores = table(start_logits, end_logits, is_context, max_length)
    places = torch.arange(len(scores))
    return best_of(scores / (places[None, :] - places[:, None] + 1).abs().clamp(min=1))


@unlisted("best_span")
def span_longest_at_ties(start_logits, end_logits, is_context, max_length):  # the longest of equal scores
    scores = table(start_logits, end_logits, is_context, max_length)
    places = torch.arange(len(scores)).double()
    i, j, _ = best_of(scores + 1e-7 * (places[None, :] - places[:, None]))
    return i, j, float(scores[i, j])


@unlisted("best_span")
def span_absolute_logits(start_logits, end_logits, is_context, max_length):
    return best_span(start_logits.abs(), end_logits.abs(), is_context, max_length)


@unlisted("best_span")
def span_counted_in_the_context(start_logits, end_logits, is_context, max_length):  # places counted from the context
    first = int(is_context.int().argmax())
    i, j, score = best_span(start_logits, end_logits, is_context, max_length)
    return i - first, j - first, score


@unlisted("best_span", "logarithm_of_probability")
def span_log_probabilities(start_logits, end_logits, is_context, max_length):
    return best_span(start_logits.log_softmax(0), end_logits.log_softmax(0), is_context, max_length)


@unlisted("best_span")
def span_swapped_back(start_logits, end_logits, is_context, max_length):  # the two maxima, put in order
    best_span(start_logits, end_logits, is_context, max_length)
    i, j = (int(x.masked_fill(~is_context, float("-inf")).argmax()) for x in (start_logits, end_logits))
    return min(i, j), max(i, j), float(start_logits[i] + end_logits[j])


@unlisted("best_span")
def span_cut_to_length(start_logits, end_logits, is_context, max_length):  # too long a span is cut short
    i, j, score = best_span(start_logits, end_logits, is_context, len(start_logits))
    best_span(start_logits, end_logits, is_context, max_length)
    return i, min(j, i + max_length - 1), score


@unlisted("best_answer", "null_of_the_best_window")
def answer_null_of_the_best_window(windows, null_threshold=0.0, max_length=30):
    found = best_answer(windows, float("inf"), max_length)
    start, end, _ = windows[found[0]]
    score = float(start[found[1]] + end[found[2]])
    return None if float(start[0] + end[0]) - score > null_threshold else found


@unlisted("best_answer")
def answer_sum_of_nulls(windows, null_threshold=0.0, max_length=30):
    found = best_answer(windows, float("inf"), max_length)
    best = float(windows[found[0]][0][found[1]] + windows[found[0]][1][found[2]])
    null = sum(float(start[0] + end[0]) for start, end, _ in windows)
    return None if null - best > null_threshold else found


@unlisted("best_answer")
def answer_of_the_least_sure_of_nothing(windows, null_threshold=0.0, max_length=30):  # the window of the smallest null
    if best_answer(windows, null_threshold, max_length) is None:
        return None
    w = min(range(len(windows)), key=lambda k: float(windows[k][0][0] + windows[k][1][0]))
    return w, *best_span(*windows[w], max_length)[:2]


@unlisted("best_answer", "each_window_decides")
def answer_window_by_window(windows, null_threshold=0.0, max_length=30):  # the best of the windows that answer
    kept = [w for w in range(len(windows)) if best_answer([windows[w]], null_threshold, max_length) is not None]
    if not kept:
        return None
    w, i, j = best_answer([windows[w] for w in kept], float("inf"), max_length)
    return kept[w], i, j


@unlisted("best_answer")
def answer_null_as_a_pair(windows, null_threshold=0.0, max_length=30):  # (0, 0, 0) for no answer
    return best_answer(windows, null_threshold, max_length) or (0, 0, 0)


@unlisted("best_answer")
def answer_threshold_scaled(windows, null_threshold=0.0, max_length=30):  # a ratio of the best score
    found = best_answer(windows, float("inf"), max_length)
    best = float(windows[found[0]][0][found[1]] + windows[found[0]][1][found[2]])
    null = min(float(start[0] + end[0]) for start, end, _ in windows)
    return None if null - best > null_threshold * abs(best) else found
