"""What is said of a value that is not the right one. Where hidden checks may say it, without any size or value."""

from __future__ import annotations

from collections.abc import Sequence

from attentif.words.text import Text

# What a value is; never its content nor its sizes.
NONE = Text("None (il manque peut-être `return`)", "None (is `return` missing?)")
TENSOR = Text("un tenseur torch", "a torch tensor")
ARRAY = Text("un tableau numpy", "a numpy array")
TUPLE = Text("un tuple", "a tuple")
LIST = Text("une liste", "a list")
BOOLEAN = Text("un booléen", "a boolean")
NUMBER = Text("un nombre", "a number")
STRING = Text("une chaîne de caractères", "a string")
BYTES = Text("des octets (`bytes`)", "`bytes`")
DICT = Text("un dictionnaire", "a dictionary")
OTHER = Text("un objet d'une autre sorte", "an object of another kind")

# What an array holds, by the kind of its dtype.
HOLDS = {
    "bool": Text("des booléens (True/False)", "booleans (True/False)"),
    "int": Text("des entiers", "integers"),
    "float": Text("des nombres à virgule flottante", "floating-point numbers"),
    "complex": Text("des nombres complexes", "complex numbers"),
}


def several_values(function: str, count: int, names: str, got: Text, found: int | None = None) -> Text:
    """So many values are wanted, called ``names``; ``found`` is how many came, where that may be told."""
    wanted = f" ({names})" if names else ""
    told = "" if found is None else f" ({found})"
    return Text(
        f"`{function}` doit renvoyer {count} valeurs{wanted} ; vous renvoyez {got.fr}{told}.",
        f"`{function}` must return {count} values{wanted}; you return {got.en}{told}.",
    )


def single_value(function: str, got: Text) -> Text:
    """One value is wanted."""
    return Text(
        f"`{function}` doit renvoyer une seule valeur ; vous renvoyez {got.fr}.",
        f"`{function}` must return a single value; you return {got.en}.",
    )


def wrong_nesting(function: str, wanted: str, got: Text) -> Text:
    """Tuples inside tuples, otherwise than wanted."""
    return Text(
        f"`{function}` doit renvoyer `{wanted}`, avec ces parenthèses ; vous renvoyez {got.fr}.",
        f"`{function}` must return `{wanted}`, with these parentheses; you return {got.en}.",
    )


def sketched(nesting: str) -> Text:
    """How a student's tuples are nested, as a thing that is returned."""
    return Text(f"`{nesting}`", f"`{nesting}`")


def no_dict(function: str, got: Text) -> Text:
    """A dict is wanted."""
    return Text(
        f"`{function}` doit renvoyer un dictionnaire ; vous renvoyez {got.fr}.",
        f"`{function}` must return a dict; you return {got.en}.",
    )


def missing_keys(function: str, keys: Sequence[str]) -> Text:
    """Keys that a dict lacks."""
    return Text(
        f"Il manque au dictionnaire renvoyé par `{function}` : {', '.join(f'« {key} »' for key in keys)}.",
        f"Missing from the dict returned by `{function}`: {', '.join(keys)}.",
    )


def other_value(output: str, got: Text) -> Text:
    """Something else than the None or the string that is right."""
    return Text(f"« {output} » : vous renvoyez {got.fr}.", f"`{output}`: you return {got.en}.")


def wrong_type(output: str, wanted: str, got: Text) -> Text:
    """Another type than ``wanted``; a number is wanted where that is empty."""
    fr, en = (f"`{wanted}`", f"`{wanted}`") if wanted else ("nombre", "number")
    return Text(
        f"« {output} » doit être un {fr} ; vous renvoyez {got.fr}.",
        f"`{output}` must be a {en}; you return {got.en}.",
    )


def wrong_shape(output: str, axes: str) -> Text:
    """Another shape than the axes, by their names; a single number is wanted where there are none."""
    return Text(
        f"« {output} » n'a pas la bonne forme : attendu {axes or 'un nombre seul'}.",
        f"`{output}` has the wrong shape: expected {axes or 'a single number'}.",
    )


def expected_and_got(output: str, expected: str, got: str) -> Text:
    """Two shapes, or two numbers."""
    return Text(f"« {output} » : attendu {expected}, obtenu {got}.", f"`{output}`: expected {expected}, got {got}.")


def wrong_dtype(output: str, wanted: str, got: str, dtype: str) -> Text:
    """Another kind of dtype; ``wanted`` and ``got`` are keys of ``HOLDS``."""
    theirs, mine = HOLDS[wanted], HOLDS[got]
    return Text(
        f"« {output} » doit contenir {theirs.fr} (dtype {wanted}) ; vous renvoyez {mine.fr} (dtype {dtype}).",
        f"`{output}` must hold {theirs.en} (dtype {wanted}); you return {mine.en} ({dtype}).",
    )


def wrong_values(output: str) -> Text:
    """Type, shape and dtype are right."""
    return Text(
        f"Les valeurs de « {output} » ne sont pas celles attendues.",
        f"The values of `{output}` are not the expected ones.",
    )


def worst_difference(output: str, share: str, place: str, expected: str, got: str) -> Text:
    """How much of an array differs (in per cent), and where it differs most."""
    return Text(
        f"« {output} » : {share} % des valeurs diffèrent ; au plus loin, en ({place}), "
        f"attendu {expected}, obtenu {got}.",
        f"`{output}`: {share}% of the values differ; farthest at ({place}), expected {expected}, got {got}.",
    )


def another_kind(output: str, got: Text, wanted: Text, *, inside: bool) -> Text:
    """Plain data of another kind than asked for: the output itself, or something inside."""
    verb = Text("contient", "holds") if inside else Text("est", "is")
    return Text(
        f"« {output} » {verb.fr} {got.fr} là où l'énoncé demande {wanted.fr}.",
        f"`{output}` {verb.en} {got.en} where the statement asks for {wanted.en}.",
    )


def not_expected(output: str) -> Text:
    """Plain data that differ."""
    return Text(f"« {output} » n'est pas ce qui est attendu.", f"`{output}` is not what is expected.")


def item_counts(place: str, wanted: int, got: int) -> Text:
    """A list of another length."""
    return Text(
        f"« {place} » : {wanted} éléments attendus, {got} obtenus.", f"`{place}`: {wanted} items expected, got {got}."
    )
