"""4.14 normalize_answer, exact_match, f1_score: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import re
import string
import unicodedata
from difflib import SequenceMatcher

from attentif.exercises.unlisted import unlisted

from .oracle import exact_match, f1_score, normalize_answer


@unlisted("normalize_answer", "letters_and_digits_only")
def normalize_letters_only(text):  # everything but letters and digits becomes a space
    text = unicodedata.normalize("NFC", text).lower()
    text = re.sub(r"\b[ld]['’]", "", text)
    words = re.sub(r"[^\w\s]", " ", text).split()
    return " ".join(w for w in words if w not in {"le", "la", "les", "un", "une", "des", "du"})


@unlisted("normalize_answer")
def normalize_all_elisions(text):  # c', j', n', qu', s' too
    text = unicodedata.normalize("NFC", text).lower()
    return normalize_answer(re.sub(r"\b(?:[cdjlmnst]|qu)['’]", "", text))


@unlisted("normalize_answer")
def normalize_articles_first_word_only(text):  # only an article at the beginning of the answer
    text = re.sub(r"\b[ld]['’]", "", unicodedata.normalize("NFC", text).lower())
    words = "".join(" " if unicodedata.category(c).startswith("P") else c for c in text).split()
    return " ".join(words[1:] if words and words[0] in {"le", "la", "les", "un", "une", "des", "du"} else words)


@unlisted("normalize_answer")
def normalize_also_de_et_a(text):  # more little words are left out
    return " ".join(w for w in normalize_answer(text).split() if w not in {"de", "à", "et", "au", "aux"})


@unlisted("normalize_answer")
def normalize_sorted_words(text):
    return " ".join(sorted(normalize_answer(text).split()))


@unlisted("normalize_answer")
def normalize_without_plural(text):  # a final s is taken away
    return " ".join(w.rstrip("s") for w in normalize_answer(text).split())


@unlisted("normalize_answer")
def normalize_edges_only(text):  # punctuation is stripped off the words' edges
    text = re.sub(r"\b[ld]['’]", "", unicodedata.normalize("NFC", text).lower())
    words = (w.strip(string.punctuation + "«»…’–") for w in text.split())
    return " ".join(w for w in words if w and w not in {"le", "la", "les", "un", "une", "des", "du"})


@unlisted("normalize_answer")
def normalize_each_article_once(text):  # the first occurrence alone
    text = re.sub(r"\b[ld]['’]", "", unicodedata.normalize("NFC", text).lower())
    words = "".join(" " if unicodedata.category(c).startswith("P") else c for c in text).split()
    for article in ("le", "la", "les", "un", "une", "des", "du"):
        if article in words:
            words.remove(article)
    return " ".join(words)


@unlisted("exact_match", "exact_in_any_order")
def exact_sorted_words(prediction, references):  # in any order
    mine = sorted(normalize_answer(prediction).split())
    return float(any(mine == sorted(normalize_answer(r).split()) for r in references or [""]))


@unlisted("exact_match")
def exact_begins_with(prediction, references):
    mine = normalize_answer(prediction)
    return float(any(mine.startswith(normalize_answer(r)) for r in references or [""]))


@unlisted("exact_match")
def exact_mean(prediction, references):  # the share of references
    return sum(exact_match(prediction, [r]) for r in references or [""]) / len(references or [""])


@unlisted("exact_match")
def exact_nothing_is_always_right(prediction, references):  # silence counts as right
    return 1.0 if not normalize_answer(prediction) else exact_match(prediction, references)


@unlisted("f1_score", "of_letters")
def f1_of_letters(prediction, references):  # letters are compared, not words
    return f1_score(" ".join(normalize_answer(prediction)), [" ".join(normalize_answer(r)) for r in references])


@unlisted("f1_score")
def f1_in_order(prediction, references):  # words in the same order
    mine = normalize_answer(prediction).split()
    scores = []
    for reference in references or [""]:
        wanted = normalize_answer(reference).split()
        scores.append(SequenceMatcher(None, mine, wanted, autojunk=False).ratio())
    return max(scores)


@unlisted("f1_score")
def f1_geometric(prediction, references):  # the root of precision times recall
    best = 0.0
    for reference in references or [""]:
        f1 = f1_score(prediction, [reference])
        n, m = len(normalize_answer(prediction).split()), len(normalize_answer(reference).split())
        best = max(best, f1 if not n or not m else f1 * (n + m) / 2 / (n * m) ** 0.5)
    return best


@unlisted("f1_score", "jaccard")
def f1_jaccard(prediction, references):  # common words over words of either
    f1 = f1_score(prediction, references)
    return f1 / (2 - f1)


@unlisted("f1_score")
def f1_of_all_references_joined(prediction, references):
    return f1_score(prediction, [" ".join(references)])
