"""What is said of NaN and infinities."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text, Words

_KINDS = {
    "nan": Text("des NaN", "NaN"),
    "infinite": Text("des infinis", "infinities"),
    "both": Text("des NaN et des infinis", "NaN and infinities"),
}
_ONLY = {
    "nan": Text("que des NaN", "nothing but NaN"),
    "infinite": Text("que des infinis", "nothing but infinities"),
    "both": Text("que des NaN et des infinis", "nothing but NaN and infinities"),
}


def not_finite(
    names: Sequence[str],
    kind: str,
    *,
    whole: bool,
    rest_is_right: bool,
    rows: bool,
    everywhere: bool,
    shape: bool,
    module: str,
) -> Words:
    """``names``: the outputs concerned, where there are several. ``whole``: no number is left where there is one;
    ``rows``: the last axis is lost as a whole; ``everywhere``: in all that was compared, not in some cases only;
    ``shape``: the shape is wrong too; ``module``: the sub-module out of which the first one comes, if known."""
    fr = " et ".join(f"« {name} »" for name in names) or "votre sortie"
    en = " and ".join(f"`{name}`" for name in names) or "your output"
    if whole:
        only = _ONLY[kind]
        finding = Text(
            f"{fr} : il n'y reste {only.fr}." if names else f"Il ne reste {only.fr} dans {fr}.",
            f"There is {only.en} left in {en}.",
        )
    else:
        what = _KINDS[kind]
        line = (" par lignes entières", " in whole rows") if rows else ("", "")
        rest = (" ; tout le reste est juste", "; all the rest is right") if rest_is_right else ("", "")
        finding = Text(
            f"{_capital(what.fr)} apparaissent dans {fr}{line[0]}{rest[0]}.",
            f"{_capital(what.en)} appear in {en}{line[1]}{rest[1]}.",
        )
    some = Text("", "")
    if not everywhere:
        some = Text(" Certains cas y échappent : qu'ont les autres ?", " Some cases escape: what do the others have?")
    start = Text("", "")
    if module:
        start = Text(
            f" Le premier sort de `{module}` : regardez ce qui y entre.",
            f" The first comes out of `{module}`: look at what goes in.",
        )
    if shape:
        some = Text(f"{some.fr} La forme n'est pas la bonne non plus.", f"{some.en} The shape is not right either.")
    return Words(
        Text(finding.fr + start.fr + some.fr, finding.en + start.en + some.en),
        _consequence() if rest_is_right else _judged_nothing(),
        hints(),
    )


def no_judgement() -> Words:
    """A property could not be judged."""
    return Words(
        Text(
            "Votre code renvoie ici des NaN : il n'y a rien d'autre à juger tant qu'ils sont là.",
            "Your code returns NaN here: nothing else can be judged while they are there.",
        ),
        _consequence(),
        hints(),
    )


def starts(output: str, place: str, value: str) -> Text:
    """Where the first value that is not finite stands."""
    at = f" ({place})" if place else ""
    return Text(
        f"La première valeur non finie de « {output} » ({value}) est{' en' if at else ' là'}{at}.",
        f"The first value of `{output}` that is not finite ({value}) is at{at or ' its only place'}.",
    )


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _consequence() -> Text:
    return Text(
        "Un seul NaN contamine la perte, puis tous les paramètres.",
        "A single NaN spreads to the loss, then to all parameters.",
    )


def _judged_nothing() -> Text:
    return Text(
        "Un NaN se propage à tout ce qu'il touche : tant qu'il y en a, rien d'autre ne peut être jugé.",
        "A NaN spreads to all that it touches: while there is one, nothing else can be judged.",
    )


def hints() -> tuple[Text, Text, Text]:
    """How to find where NaN come from."""
    return (
        Text(
            "Quelle opération donne NaN : 0/0, ∞ − ∞, ∞/∞, 0·∞, log d'un nombre négatif ?",
            "Which operation gives NaN: 0/0, ∞ − ∞, ∞/∞, 0·∞, the log of a negative number?",
        ),
        Text(
            "Affichez .isnan().any() (np.isnan(…).any() en NumPy) après chaque ligne : la première qui dit True est la "
            "bonne.",
            "Print .isnan().any() (np.isnan(…).any() in NumPy) after each line: the first that says True is the one.",
        ),
        Text(
            "Traitez ce cas avant l'opération (maximum soustrait, masque, torch.where), non après.",
            "Handle that case before the operation (maximum subtracted, mask, torch.where), not after.",
        ),
    )
