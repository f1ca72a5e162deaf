"""4.14 Exact match and F1 of answers in French: what is not meaning is taken away first, then words are compared.

Texts are made of words that repeat, elided articles, both apostrophes, hyphens, accents in both forms, emojis.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def normalize_answer(text):
    """The words that count, in small letters, one space between them.

    text: str -> str in composed form (NFC): l' and d' at the beginning of a word (either apostrophe) are taken away,
    then each punctuation mark becomes a space, then the words le la les un une des du are left out.
    """
    import re
    import unicodedata

    text = unicodedata.normalize("NFC", text).lower()
    text = re.sub(r"\b[ld]['’]", "", text)
    text = "".join(" " if unicodedata.category(c).startswith("P") else c for c in text)
    articles = {"le", "la", "les", "un", "une", "des", "du"}
    return " ".join(word for word in text.split() if word not in articles)


def exact_match(prediction, references):
    """1.0 if the prediction and one of the references are the same once normalised, 0.0 otherwise.

    prediction: str, "" for no answer; references: list of str, empty if the question has no answer -> float.
    """
    wanted = [normalize_answer(reference) for reference in references or [""]]
    return float(normalize_answer(prediction) in wanted)


def f1_score(prediction, references):
    """The best F1 of the prediction's words over the references, repeated words counted as often as they are.

    prediction: str, references: list of str, as for exact_match -> float; empty against empty is 1.0.
    """
    found, best = normalize_answer(prediction).split(), 0.0
    for reference in references or [""]:
        wanted = normalize_answer(reference).split()
        common = sum(min(found.count(word), wanted.count(word)) for word in set(found))
        if not found and not wanted:
            score = 1.0
        elif common == 0:
            score = 0.0
        else:
            precision, recall = common / len(found), common / len(wanted)
            score = 2 * precision * recall / (precision + recall)
        best = max(best, score)
    return best


def independent_normalize_answer(text):
    """Letter by letter, a word at a time."""
    words, word, letters = [], "", list(unicodedata.normalize("NFC", text).casefold().replace("’", "'"))
    for letter in [*letters, " "]:
        if letter == "'" and word in ("l", "d"):
            word = ""
        elif letter.isspace() or unicodedata.category(letter)[0] == "P":
            words.append(word)
            word = ""
        else:
            word += letter
    return re.sub(r"(?:^|(?<= ))(?:les?|la|une?|des|du)(?: |$)", "", " ".join(filter(None, words))).strip()


def independent_exact_match(prediction, references):
    """One comparison at a time."""
    same = [independent_normalize_answer(prediction) == independent_normalize_answer(r) for r in references]
    return 1.0 if any(same) or not (references or independent_normalize_answer(prediction)) else 0.0


def independent_f1_score(prediction, references):
    """Twice what two bags of words have in common, over what they hold together (Dice)."""
    bags = [Counter(independent_normalize_answer(r).split()) for r in references] or [Counter()]
    mine = Counter(independent_normalize_answer(prediction).split())
    return max(2 * (mine & b).total() / (mine + b).total() if mine or b else 1.0 for b in bags)


def clean(name, text):
    return Case(name, Call("normalize_answer", {"text": text}))


def both(name, prediction, *references):
    inputs = {"prediction": prediction, "references": list(references)}
    return [Case(name, Call(function, inputs)) for function in ("exact_match", "f1_score")]


def public():
    return [
        clean("worked_example", "« L’Assemblée générale des Nations Unies »"),
        clean("straight_apostrophe", "Quelqu'un d'autre, aujourd'hui : l'ami(e)."),
        clean("hyphens", "Bien-être, bien‐être – porte-clés…"),
        clean("articles_inside_words", "La place du village, une lune : les desserts d’Élodie"),
        clean("letters_by_themselves", "La vitamine D, le point L"),
        clean("other_elisions", "Qu’il n’y ait pas d’école, c’est l'injustice"),
        clean("repeated_articles", "la paix, la loi et la liberté"),
        clean("spaces", "\t10\u202f000\u00a0 francs\n"),
        clean("accents_in_two_forms", "E\u0301te\u0301 à Lome\u0301"),
        clean("marks_that_stay_apart", "ɔ\u0301ɛ\u0303 ñ"),
        clean("symbols_stay", "10 € + 5 $ 🙂"),
        clean("forms_that_look_alike", "12 m² et ½, la case n° 3"),
        clean("nothing_left", "« L’ » & les…"),
        clean("empty", ""),
        clean("only_de_stays", "le président de la République"),
        *both("worked_example", "à l’Assemblée générale", "l’Assemblée générale des Nations Unies"),
        *both("same_but_for_dress", "La liberté.", "liberté"),
        *both("capital_only", "Liberté", "liberté"),
        *both("article_only", "la liberté", "liberté"),
        *both("full_stop_only", "liberté.", "liberté"),
        *both("first_reference", "10 %", "10", "dix"),
        *both("repeated_words", "loi loi loi", "la loi contre la loi"),
        *both("best_reference", "environ 10 %", "10 %", "environ 10 % des serveurs", "peu"),
        *both("part_of_the_reference", "droits", "libres et égaux en dignité et en droits", "libres et égaux"),
        *both("worst_first", "droit au travail", "paix", "droit au travail libre", "travail"),
        *both("repeated_twice", "liberté, liberté", "liberté"),
        *both("nothing_in_common", "Nul", "toute personne"),
        *both("no_answer", ""),
        *both("an_answer_was_not_wanted", "en 1948"),
        *both("an_answer_was_wanted", "", "en 1948"),
        *both("nothing_left", "&", "les"),
        *both("accents_tell", "pêche", "péché"),
    ]


WORDS = ["loi", "droit", "école", "Éwé", "cœur", "été", "forêt", "paix", "travail", "île", "œuvre", "garçon", "Kara"]
APOSTROPHES = "'’"
ARTICLES = ["le", "La", "les", "un", "Une", "des", "DU"]
MARKS = ["«", "»", "…", ",", ".", "!", "–", "(", ")", ";", '"']


def some(rng, choices, size):
    return [str(w) for w in rng.choice(choices, size=size, replace=False)]


def texts(rng):
    """(what is seen, text): one rule each, on words drawn anew."""
    a, b, c, d = some(rng, WORDS, 4)
    one, other = (str(x) for x in rng.permutation(list(APOSTROPHES)))
    article, second = some(rng, ARTICLES, 2)
    mark, last = some(rng, MARKS, 2)
    return [
        ("capitals", f"{a.upper()} {b} {c.capitalize()}"),
        ("articles", f"{article} {a} et {second} {b}"),
        ("elided", f"l{one}{a} d{other}{b} L{other}{c} et D{one}{d}"),
        ("elided_in_marks", f"({b}) «l{one}{a}» (d{other}{c})"),
        ("apostrophe_inside", f"aujourd{one}hui presqu{other}{a} quelqu{other}un"),
        ("other_elisions", f"qu{one}{a} j{other}{b} n{other}{c} s{one}{d}"),
        ("repeated_articles", f"{article} {a}, {article} {b} et {article} {c}"),
        ("single_letters", f"{a} d {b} l {c}"),
        ("marks", f"{mark}{a}{last} {b}{mark}"),
        ("english_articles", f"the {a} a an {b} the"),
        ("hyphens", f"{a}-{b} {b}‐{c}—{d}"),
        ("ends_as_an_article", f"{a}la {b}des lune{c} une"),
        ("de_stays", f"de {a} de la {b} aux {c} au {d}"),
        ("spaces", f"  {a}\u00a0{b}\u202f{c}\n\t{d} "),
        ("accents", unicodedata.normalize("NFD", f"{a} été garçon {b} île")),
        ("marks_that_stay_apart", f"ɔ\u0301{a} ɛ\u0303"),
        ("symbols", f"{int(rng.integers(3, 90))}€ {int(rng.integers(3, 90))} $ + {a} 🙂"),
        ("forms_that_look_alike", f"{int(rng.integers(10, 90))} m² {a} ½ {b}"),
        ("numbers", f"{int(rng.integers(10, 90))},5 % du {a}"),
        ("nothing_left", f"{article} {mark} l{one} {second}{last}"),
    ]


def answers(rng):
    a, b, c, d, e = some(rng, WORDS, 5)
    apostrophe = str(rng.choice(list(APOSTROPHES)))
    return [
        *both("same", f"{a} {b}", f"{a} {b}"),
        *both("dressed", f"« L{apostrophe}{a.upper()} », la {b}.", f"{a} {b}"),
        *both("capital_only", f"{a} {b}".upper(), f"{a} {b}"),
        *both("article_only", f"{a} les {b}", f"{a} {b}"),
        *both("mark_only", f"{a} {b} !", f"{a} {b}"),
        *both("exact_is_first", f"{a}", f"{a}", f"{b} {c}"),
        *both("other_order", f"{b} {a} {c}", f"{a} {b} {c}"),
        *both("inside_the_reference", f"{a} {b}", f"{c} {a} {b} {d} {e}"),
        *both("around_the_reference", f"{a} {b} {c} {d} {e}", f"{c}"),
        *both("partly", f"{a} {b} {c}", f"{a} {b} {d} {e} et"),
        *both("repeated_in_prediction", f"{a} {a} {a} {b}", f"{a} {c} {d}"),
        *both("repeated_in_both", f"{a} {b} {a} {c}", f"{a} {d} {a} {a} {e}"),
        *both("best_of_three", f"{a} {b}", f"{c} {d} {e}", f"{a} {b} {c}", f"{a} {d}"),
        *both("best_is_first", f"{a} {b} {c}", f"{a} {b}", f"{e} {a}", f"{d}"),
        *both("worst_first", f"{a} {b} {c}", f"{e}", f"{a} {c} {d}", f"{b} {d} {e}"),
        *both("repeated_twice", f"{a} {a} {b}", f"{a} {b}"),
        *both("exact_is_last", f"le {a}", f"{b} {a}", f"{a}"),
        *both("letters_in_common", f"{a}{b}", f"{b}{a}"),
        *both("accents", unicodedata.normalize("NFD", f"été {a}"), f"été {a}"),
        *both("accents_matter", f"peche {a}", f"péché {a}"),
        *both("hyphens", f"{a}-{b}", f"{a} {b}"),
        *both("no_answer", ""),
        *both("no_answer_but_an_article", " Les "),
        *both("not_wanted", f"{a} {b}"),
        *both("missing", "", f"{a}"),
        *both("missing_articles", "", f"{a}", "la"),
        *both("nothing_in_common", f"{a} {b}", f"{c} {d} {e}"),
    ]


def draw(rng):
    return [clean(name, text) for name, text in texts(rng)] + answers(rng)


EXERCISE = Exercise(
    name="answer_scores",
    atelier="atelier4",
    number="4.14",
    title=Text("Noter une réponse : exactitude et F1", "Scoring an answer: exact match and F1"),
    points=5,
    functions=(
        Function("normalize_answer", "(text)", (Output("words", compare="data"),)),
        Function("exact_match", "(prediction, references)", (Output("score", compare="exact"),)),
        Function("f1_score", "(prediction, references)", (Output("score"),)),
    ),
    reference={"normalize_answer": normalize_answer, "exact_match": exact_match, "f1_score": f1_score},
    independent={
        "normalize_answer": independent_normalize_answer,
        "exact_match": independent_exact_match,
        "f1_score": independent_f1_score,
    },
    public=public,
    draw=draw,
)
