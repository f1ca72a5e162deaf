"""4.13 best_span, best_answer: the best span that may be an answer, then the best of all windows, or no answer.

Logits are drawn so that each rule decides: the two maxima apart, in the question, in the wrong order, too far away.
"""

from __future__ import annotations

import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def best_span(start_logits, end_logits, is_context, max_length):
    """The best answer of a window: first and last token, both included, and its score, the sum of two logits.

    start_logits (T,), end_logits (T,), is_context (T,): True where an answer may be; max_length: the most tokens that
    it may have -> (i, j, score). At equal scores the smallest i, then the smallest j. ValueError if max_length < 1, or
    if no token is one of the context.
    """
    if max_length < 1 or not is_context.any():
        raise ValueError("no span is allowed")
    T = len(start_logits)
    scores = start_logits[:, None] + end_logits[None, :]  # (T, T): row i, column j
    i, j = torch.arange(T)[:, None], torch.arange(T)[None, :]
    allowed = (i <= j) & (j - i + 1 <= max_length)
    allowed = allowed & is_context[:, None] & is_context[None, :]
    scores = scores.masked_fill(~allowed, float("-inf"))
    best = int(scores.argmax())
    return best // T, best % T, float(scores.max())


def best_answer(windows, null_threshold=0.0, max_length=30):
    """The answer of a whole context: (window, i, j), or None if there is none.

    windows: list of (start_logits, end_logits, is_context), one for each window; token 0 is [CLS]. The answer is the
    best span of all windows (the first at equal scores); there is none if null − best > null_threshold, where null is
    the smallest of the windows' scores of "no answer": start_logits[0] + end_logits[0]. ValueError without a window.
    """
    if not windows:
        raise ValueError("no window")
    answer, best, null = None, float("-inf"), float("inf")
    for number, (start_logits, end_logits, is_context) in enumerate(windows):
        i, j, score = best_span(start_logits, end_logits, is_context, max_length)
        if score > best:
            answer, best = (number, i, j), score
        null = min(null, float(start_logits[0] + end_logits[0]))
    return None if null - best > null_threshold else answer


def independent_best_span(start_logits, end_logits, is_context, max_length):
    """Brute force, on plain numbers."""
    start, end, inside = start_logits.tolist(), end_logits.tolist(), is_context.tolist()
    found = []
    for i in (k for k, yes in enumerate(inside) if yes):
        for j in range(i, min(i + max_length, len(inside))):
            if inside[j]:
                found.append((-(start[i] + end[j]), i, j))
    score, i, j = min(found)
    return i, j, -score


def independent_best_answer(windows, null_threshold=0.0, max_length=30):
    """All spans of all windows in one sorted list."""
    spans = []
    for number, window in enumerate(windows):
        i, j, score = independent_best_span(*window, max_length)
        spans.append((-score, number, i, j))
    nulls = sorted(start.tolist()[0] + end.tolist()[0] for start, end, _ in windows)
    score, *place = sorted(spans)[0]
    return tuple(place) if nulls[0] + score <= null_threshold else None


def logits(values):
    return torch.tensor(values, dtype=torch.float64)


def inside(T, first, last):
    return torch.tensor([first <= k <= last for k in range(T)])


def case(name, start, end, is_context, max_length):
    inputs = {"start_logits": start, "end_logits": end, "is_context": is_context, "max_length": max_length}
    return Case(name, Call("best_span", inputs), {"T": len(start)})


def of_windows(name, windows, *more):
    return Case(
        name,
        Call("best_answer", {"windows": windows, **dict(zip(("null_threshold", "max_length"), more, strict=False))}),
    )


#            [CLS] où  vit [SEP] elle vit à  Lomé depuis 2019 [SEP]
START = [1.0, 5.0, 0.0, 0.0, 2.0, 1.0, 3.0, 4.0, 0.0, 2.0, 0.0]
END = [1.5, 0.0, 4.0, 0.0, 4.5, 1.0, 0.0, 3.0, 1.0, 2.5, 6.0]


def window(T, first, last, starts=(), ends=(), null=0.0):
    """Logits of 0 but for those given by place; the null score is split over the two logits of [CLS]."""
    start, end = torch.zeros(T, dtype=torch.float64), torch.zeros(T, dtype=torch.float64)
    for place, value in starts:
        start[place] = value
    for place, value in ends:
        end[place] = value
    start[0], end[0] = 0.75 * null, 0.25 * null
    return start, end, inside(T, first, last)


def simple(T, i, j, best, null):
    """A window whose best span is (i, j); all other logits of the context are 0."""
    return window(T, 3, T - 2, [(i, best / 2)], [(j, best - best / 2)], null)


def hesitating(T, best, null):
    """A window with many spans that are almost as good as its best one, the first."""
    places = range(3, T - 1)
    return window(
        T, 3, T - 2, [(k, best / 2 - (k > 3) / 4) for k in places], [(k, best / 2 - (k > 3) / 4) for k in places], null
    )


def public():
    context = inside(11, 4, 9)
    one, better, sure = simple(9, 4, 5, 9.0, 2.0), simple(7, 3, 4, 10.0, 6.0), simple(8, 5, 6, 2.0, 12.0)
    poor, tie = simple(8, 3, 5, 3.0, 9.0), [simple(6, 3, 4, 4.0, 0.0), simple(7, 4, 4, 4.0, 0.0)]
    crossed = window(9, 3, 7, [(6, 5.0), (3, 4.0)], [(4, 5.0), (7, 4.0)], 1.0)
    nulls = {null: simple(8, 4, 5, 6.0, null) for null in (4.0, 8.0, 12.0)}
    return [
        case("worked_example", logits(START), logits(END), context, 3),
        case("one_token", logits(START), logits(END), context, 1),
        case("without_limit", logits(START), logits(END), context, 30),
        case("negative_logits", -2 - logits(START), -2 - logits(END), context, 3),
        case("ties", logits([0.0] * 5), logits([0.0] * 5), inside(5, 1, 3), 2),
        case("all_context", logits([0.5, -1.0, 2.0, 0.25]), logits([3.0, 0.0, -1.5, 1.0]), inside(4, 0, 3), 2),
        of_windows("worked_example", [one, better, sure]),
        of_windows("one_is_sure_of_nothing", [one, sure]),
        of_windows("no_answer", [poor, sure]),
        of_windows("threshold", [poor, sure], 7.5),
        of_windows("just_at_the_threshold", [poor, sure], 6.0),
        of_windows("small_advantage", [simple(8, 4, 5, 6.0, 5.5)], 1.5),
        of_windows("strict_threshold", [better, one], -9.0),
        of_windows("middle_null_last", [nulls[4.0], nulls[12.0], nulls[8.0]]),
        of_windows("middle_null_first", [nulls[8.0], nulls[12.0], nulls[4.0]]),
        of_windows("largest_null_first", [simple(8, 4, 5, 6.0, 7.0), nulls[4.0], simple(7, 3, 5, 6.5, 5.0)]),
        of_windows("two_say_perhaps", [simple(8, 4, 5, 6.0, 4.0), simple(7, 3, 5, 6.5, 5.0)]),
        of_windows("hesitating", [hesitating(9, 9.0, 3.0), simple(8, 5, 5, 7.0, -1.0)]),
        of_windows("ties", tie),
        of_windows("short_answers", [one, simple(9, 3, 7, 18.0, 2.0), crossed], 0.0, 3),
        of_windows("end_before_start", [crossed], 0.0, 4),
        of_windows("long_answer", [simple(38, 3, 35, 18.0, 2.0), one]),
        of_windows("one_token", [simple(7, 4, 4, 8.0, 5.0)]),
    ]


def noise(rng, T):
    return torch.from_numpy(rng.normal(size=T))


def spans(rng):
    """Windows of different lengths, in each of which one rule decides."""
    T, first = int(rng.integers(13, 16)), int(rng.integers(3, 5))
    last = T - 2

    def drawn(name, starts=(), ends=(), max_length=4):
        start, end = noise(rng, T), noise(rng, T)
        for logit, bonuses in ((start, starts), (end, ends)):
            for place, bonus in bonuses:
                logit[place] += bonus
        return case(name, start, end, inside(T, first, last), max_length)

    middle = first + 4
    return [
        drawn("general"),
        drawn("general_long", max_length=7),
        drawn("in_the_question", [(1, 9.0), (middle, 3.0)], [(2, 9.0), (middle + 1, 3.0)]),
        drawn("begins_in_the_question", [(first - 1, 9.0), (middle, 4.0)], [(first, 4.0)]),
        drawn("ends_after_the_context", [(last, 4.0)], [(last + 1, 9.0)]),
        drawn("cls_first", [(0, 9.0)], [(0, 9.0)]),
        drawn("end_before_start", [(middle + 1, 9.0)], [(middle - 1, 9.0)]),
        drawn("too_far", [(first, 9.0)], [(first + 6, 9.0)]),
        drawn("one_too_far", [(first, 9.0)], [(first + 4, 9.0)]),
        drawn("as_far_as_allowed", [(first, 9.0)], [(first + 3, 9.0)]),
        drawn("one_token", [(middle, 9.0)], [(middle, 9.0)]),
        drawn("one_token_allowed", [(middle, 4.0)], [(middle + 1, 4.0)], 1),
        drawn("not_the_best_start", [(first, 6.0), (first + 5, 5.0)], [(first + 6, 6.0)], 3),
        case("negative", noise(rng, T) - 9, noise(rng, T) - 9, inside(T, first, last), 5),
        case("ties", torch.zeros(T).double(), torch.zeros(T).double(), inside(T, first, last), 3),
        many_candidates(rng),
    ]


def many_candidates(rng):
    """Twenty starts and twenty ends that lead nowhere come before the end of the best span."""
    start, end = 0.1 * noise(rng, 62), 0.1 * noise(rng, 62)
    start[30:54] += 8
    end[4:28] += 8
    start[10] += 9
    start[40] += 4
    end[45] += 6
    return case("many_candidates", start, end, inside(62, 4, 60), 12)


def answers(rng):
    """Windows of different lengths; scores far enough apart that rounding decides nothing."""

    def one(best, null, length=2, T=None):
        """A window whose best span scores ``best`` and has ``length`` tokens."""
        T = T or int(rng.integers(9, 14))
        i = int(rng.integers(3, T - 1 - length))
        share = float(rng.uniform(0.3, 0.7)) * best
        start, end = -1 - 4 * torch.rand(T, generator=chance), -1 - 4 * torch.rand(T, generator=chance)
        start, end = start.double(), end.double()
        start[i], end[i + length - 1] = share, best - share
        start[0] = float(rng.uniform(0.2, 0.8)) * null
        end[0] = null - start[0]
        return start, end, inside(T, 3, T - 2)

    chance = torch.Generator().manual_seed(int(rng.integers(1 << 30)))
    low, high = float(rng.uniform(3, 5)), float(rng.uniform(8, 10))
    mid = (low + high) / 2
    sharp = simple(8, int(rng.integers(3, 6)), 6, low, low - 12)
    exact = window(9, 3, 7, [(4, 2.5)], [(6, 1.0)], null=6.0)
    whole = one(high, low - 2), one(low, low - 4), one(low + 1, low - 1)
    small, middle, large = one(mid, low), one(mid - 0.5, mid + 1), one(mid - 1, high + 2)
    crossed = window(9, 3, 7, [(6, 5.0), (3, 4.0)], [(4, 5.0), (7, 4.0)], low - 2)
    return [
        of_windows("first_is_best", list(whole)),
        of_windows("last_is_best", [*whole[1:], whole[0]]),
        of_windows("one_is_sure_of_nothing", [one(low, -2.0), one(low - 2, high + 4)]),
        of_windows("best_is_unsure", [one(low, low - 3), one(high, high + 4)]),
        of_windows("middle_null_last", [small, large, middle]),
        of_windows("middle_null_first", [middle, large, small]),
        of_windows("largest_null_first", [one(low, high), one(low, low - 2), one(mid, low)]),
        of_windows("two_say_perhaps", [one(mid, 0.75 * mid), one(mid - 1, 0.5 * mid)]),
        of_windows("all_say_no", [one(low, high), one(low - 1, high + 3)]),
        of_windows("threshold_keeps", [one(low, high), one(low - 1, high + 3)], high - low + 1.0),
        of_windows("threshold_refuses", [one(high, low), one(low, low + 1)], low - high - 1.0),
        of_windows("little_above", [one(low, low + 1)], 0.5),
        of_windows("little_below", [one(low, low + 1)], 1.5),
        of_windows("small_advantage", [one(low, low - 0.5)], 1.5),
        of_windows("just_at_the_threshold", [exact], 2.5),
        of_windows("hesitating", [hesitating(12, high, low - 2), sharp]),
        of_windows("ties", [simple(9, 4, 5, mid, 0.0), simple(8, 3, 3, mid, 0.0)]),
        of_windows("short_answers", [one(low, 0.0, 2), one(high, 0.0, 5, 13)], 0.0, 3),
        of_windows("end_before_start", [crossed], 0.0, 4),
        of_windows("long_answer", [one(2 * high, 0.0, 32, 40), one(low, 0.0)]),
        of_windows("one_token", [one(high, mid, 1)]),
        of_windows("negative_scores", [one(-high, -high - 4), one(-low, -high - 2)]),
    ]


def draw(rng):
    return spans(rng) + answers(rng)


EXERCISE = Exercise(
    name="best_span",
    atelier="atelier4",
    number="4.13",
    title=Text("La meilleure réponse, ou aucune", "The best answer, or none"),
    points=7,
    functions=(
        Function(
            "best_span",
            "(start_logits, end_logits, is_context, max_length)",
            (Output("i", compare="exact"), Output("j", compare="exact"), Output("score")),
        ),
        Function(
            "best_answer",
            "(windows, null_threshold=0.0, max_length=30)",
            (Output("answer", compare="data"),),
        ),
    ),
    reference={"best_span": best_span, "best_answer": best_answer},
    independent={"best_span": independent_best_span, "best_answer": independent_best_answer},
    public=public,
    draw=draw,
    core=True,
)
