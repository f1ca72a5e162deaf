"""4.14 Exact match and F1: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import normalize_answer

COMPOSED = 'text = unicodedata.normalize("NFC", text).lower()'
ELIDED = """text = re.sub(r"\\b[ld]['’]", "", text)"""
MARKS = 'text = "".join(" " if unicodedata.category(c).startswith("P") else c for c in text)'
ARTICLES = 'articles = {"le", "la", "les", "un", "une", "des", "du"}'
JOINED = 'return " ".join(word for word in text.split() if word not in articles)'
WANTED = 'wanted = [normalize_answer(reference) for reference in references or [""]]'
SAME = "return float(normalize_answer(prediction) in wanted)"
FOUND = "found, best = normalize_answer(prediction).split(), 0.0"
EACH = 'for reference in references or [""]:'
WORDS = "wanted = normalize_answer(reference).split()"
COMMON = "common = sum(min(found.count(word), wanted.count(word)) for word in set(found))"
RATES = "precision, recall = common / len(found), common / len(wanted)"
HARMONIC = "score = 2 * precision * recall / (precision + recall)"
ASCII = """"!#$%&'()*+,-./:;<=>?@[]^_`{|}~" + chr(34) + chr(92)"""


def mean_over_references(prediction, references):
    found, scores = normalize_answer(prediction).split(), []
    for reference in references or [""]:
        wanted = normalize_answer(reference).split()
        common = sum(min(found.count(word), wanted.count(word)) for word in set(found))
        if not found and not wanted:
            scores.append(1.0)
        else:
            scores.append(2 * common / (len(found) + len(wanted)))
    return sum(scores) / len(scores)


def of_letters(prediction, references):
    found, best = normalize_answer(prediction).replace(" ", ""), 0.0
    for reference in references or [""]:
        wanted = normalize_answer(reference).replace(" ", "")
        common = sum(min(found.count(letter), wanted.count(letter)) for letter in set(found))
        best = max(best, 2 * common / (len(found) + len(wanted)) if found or wanted else 1.0)
    return best


def word_by_word(text):
    import re
    import unicodedata

    kept = []
    text = unicodedata.normalize("NFC", text.lower())
    for c in "'’":
        text = re.sub(rf"(?<!\w)(l|d){c}", " ", text)
    for word in "".join(c if unicodedata.category(c)[0] != "P" else " " for c in text).split():
        if word in ("le", "la", "les", "un", "une", "des", "du"):
            continue
        kept.append(word)
    return " ".join(kept)


def by_patterns(text):
    import re
    import unicodedata

    marks = "".join(chr(i) for i in range(0x3100) if unicodedata.category(chr(i)).startswith("P"))
    text = unicodedata.normalize("NFC", text).casefold()
    text = re.sub("(?<![^\\W])[ld]['’]", "", text)
    text = re.sub("[" + re.escape(marks) + "]", " ", text)
    text = re.sub(r"\b(?:le|la|les|un|une|des|du)\b", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def exact_by_loop(prediction, references):
    mine = normalize_answer(prediction)
    if len(references) == 0:
        return 1.0 if mine == "" else 0.0
    for reference in references:
        if normalize_answer(reference) == mine:
            return 1.0
    return 0.0


def exact_by_maximum(prediction, references):
    given = references if references else [""]
    return max(int(normalize_answer(prediction) == normalize_answer(one)) for one in given)


def f1_by_removal(prediction, references):
    scores = []
    for reference in references if references else [""]:
        mine, left, common = normalize_answer(prediction).split(), normalize_answer(reference).split(), 0
        total = len(mine) + len(left)
        for word in mine:
            if word in left:
                left.remove(word)
                common += 1
        scores.append(2 * common / total if total else 1.0)
    return max(scores)


def f1_by_counter(prediction, references):
    from collections import Counter

    def one(reference):
        mine, wanted = Counter(normalize_answer(prediction).split()), Counter(normalize_answer(reference).split())
        if not mine or not wanted:
            return float(mine == wanted)
        same = sum((mine & wanted).values())
        if same == 0:
            return 0.0
        precision, recall = same / sum(mine.values()), same / sum(wanted.values())
        return 2 / (1 / precision + 1 / recall)

    return max(map(one, references), default=one(""))


MISTAKES = (
    mistake("capitals_kept", edit(COMPOSED, COMPOSED.replace(".lower()", ""))),
    mistake("accents_decomposed", edit(COMPOSED, "text = text.lower()")),
    mistake("compatibility_form", edit(COMPOSED, COMPOSED.replace("NFC", "NFKC"))),
    mistake(
        "accents_stripped",
        edit(
            COMPOSED,
            'text = unicodedata.normalize("NFD", text).lower()\n'
            '    text = "".join(c for c in text if not unicodedata.combining(c))',
        ),
    ),
    mistake("english_articles", edit(ARTICLES, 'articles = {"a", "an", "the"}')),
    mistake("articles_kept", edit(ARTICLES, "articles = set()")),
    mistake("elided_articles_kept", edit(ELIDED, 'text = re.sub(r"\\b([ld])[\'’]", r"\\1 ", text)')),
    mistake("typed_apostrophe_only", edit(ELIDED, ELIDED.replace("['’]", "'"))),
    mistake("elided_inside_words", edit(ELIDED, ELIDED.replace(r"\b", ""))),
    mistake(
        "single_letters_left_out",
        edit("    " + ELIDED + "\n", ""),
        edit(ARTICLES, ARTICLES.replace('"le"', '"l", "d", "le"')),
    ),
    mistake("punctuation_kept", edit("    " + MARKS + "\n", "")),
    mistake("ascii_punctuation", edit(MARKS, f'text = "".join(" " if c in {ASCII} else c for c in text)')),
    mistake("punctuation_joined", edit(MARKS, MARKS.replace('" " if', '"" if')), convention=True),
    mistake("letters_and_digits_only", edit(MARKS, 'text = "".join(c if c.isalnum() else " " for c in text)')),
    mistake("symbols_left_out", edit(MARKS, MARKS.replace('startswith("P")', 'startswith(("P", "S"))'))),
    mistake(
        "articles_before_punctuation",
        edit("    " + MARKS + "\n", ""),
        edit(
            JOINED,
            'text = " ".join(word for word in text.split() if word not in articles)\n'
            '    return " ".join("".join(" " if unicodedata.category(c).startswith("P") else c for c in text).split())',
        ),
    ),
    mistake(
        "articles_inside_words",
        edit(JOINED, 'return " ".join(re.sub("les|le|la|une|un|des|du", "", text).split())'),
    ),
    mistake("de_left_out", edit(ARTICLES, ARTICLES.replace('"du"', '"du", "de"'))),
    mistake("contractions_left_out", edit(ARTICLES, ARTICLES.replace('"du"', '"du", "au", "aux"'))),
    mistake(
        "plain_spaces_only",
        edit(JOINED, JOINED.replace("split()", 'split(" ")').replace("if word not", "if word and word not")),
    ),
    mistake(
        "exact_without_cleaning",
        edit(WANTED, 'wanted = references or [""]'),
        edit(SAME, "return float(prediction in wanted)"),
    ),
    mistake("exact_references_not_cleaned", edit(WANTED, 'wanted = references or [""]')),
    mistake(
        "exact_if_contained", edit(SAME, "return float(any(normalize_answer(prediction) in one for one in wanted))")
    ),
    mistake(
        "exact_if_containing", edit(SAME, "return float(any(one in normalize_answer(prediction) for one in wanted))")
    ),
    mistake("exact_first_reference", edit(SAME, "return float(normalize_answer(prediction) == wanted[0])")),
    mistake(
        "exact_all_references", edit(SAME, "return float(all(normalize_answer(prediction) == one for one in wanted))")
    ),
    mistake("exact_no_reference", edit(WANTED, WANTED.replace(' or [""]', ""))),
    mistake(
        "exact_in_any_order",
        edit(
            SAME,
            "return float(sorted(normalize_answer(prediction).split()) in [sorted(one.split()) for one in wanted])",
        ),
    ),
    mistake(
        "f1_without_cleaning",
        edit(FOUND, "found, best = prediction.split(), 0.0"),
        edit(WORDS, "wanted = reference.split()"),
    ),
    mistake("f1_references_not_cleaned", edit(WORDS, "wanted = reference.split()")),
    mistake(
        "sets_of_words",
        edit(FOUND, "found, best = list(set(normalize_answer(prediction).split())), 0.0"),
        edit(WORDS, "wanted = list(set(normalize_answer(reference).split()))"),
    ),
    mistake("common_words_once", edit(COMMON, "common = len(set(found) & set(wanted))")),
    mistake("repeated_each_time", edit(COMMON, "common = sum(word in wanted for word in found)")),
    mistake("mean_over_references", defines={"f1_score": mean_over_references}, uses=(normalize_answer,)),
    mistake("f1_first_reference", edit(EACH, 'for reference in (references or [""])[:1]:')),
    mistake("f1_last_reference", edit("best = max(best, score)", "best = score")),
    mistake("f1_no_reference", edit(EACH, "for reference in references:")),
    mistake("arithmetic_mean", edit(HARMONIC, "score = (precision + recall) / 2")),
    mistake("without_factor_two", edit(HARMONIC, "score = precision * recall / (precision + recall)")),
    mistake("precision_only", edit(HARMONIC, "score = precision")),
    mistake("recall_only", edit(HARMONIC, "score = recall")),
    mistake("jaccard", edit(HARMONIC, "score = common / (len(found) + len(wanted) - common)")),
    mistake("empty_is_zero", edit("score = 1.0", "score = 0.0")),
    mistake("empty_is_right", edit("if not found and not wanted:", "if not found or not wanted:")),
    mistake("of_letters", defines={"f1_score": of_letters}, uses=(normalize_answer,)),
)

EQUIVALENTS = (
    equivalent("word_by_word", defines={"normalize_answer": word_by_word}),
    equivalent("by_patterns", defines={"normalize_answer": by_patterns}),
    equivalent("exact_by_loop", defines={"exact_match": exact_by_loop}, uses=(normalize_answer,)),
    equivalent("exact_by_maximum", defines={"exact_match": exact_by_maximum}, uses=(normalize_answer,)),
    equivalent("f1_by_removal", defines={"f1_score": f1_by_removal}, uses=(normalize_answer,)),
    equivalent("f1_by_counter", defines={"f1_score": f1_by_counter}, uses=(normalize_answer,)),
)
