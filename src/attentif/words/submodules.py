"""What is said of the first sub-module that diverges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from attentif.words.text import Text

How = Literal["differs", "not called", "partly used", "bypassed", "called less", "called again", "after"]


@dataclass(frozen=True)
class Diverging:
    """The parts of the message."""

    finding: Text
    consequence: Text | None
    hints: tuple[Text, Text, Text]


def diverging(name: str, how: How, before: Sequence[str], unused: Sequence[str] = ()) -> Diverging:
    """``name`` is empty where all sub-modules agree (``how`` is "after"); those of ``before`` do in any case, and are
    told without their parts. "partly used": it is not called, and its weights ``unused`` change nothing; "bypassed":
    all of its weights do, otherwise."""
    right = ", ".join(f"`{n}`" for n in before if not any(n.startswith(f"{whole}.") for whole in before))
    so_far = Text(f"{right} : sorties justes. " if right else "", f"{right}: right outputs. " if right else "")
    told = _finding(name, how, unused)
    consequence = None
    if how == "differs":
        consequence = Text(
            "Ses poids sont ceux qu'on lui a donnés : c'est ce qui y entre, ou la façon dont il est construit, qu'il "
            "faut revoir.",
            "Its weights are those it was given: what goes in, or the way it is built, is to be looked at.",
        )
    return Diverging(Text(so_far.fr + told.fr, so_far.en + told.en), consequence, _hints(name, how))


def _finding(name: str, how: How, unused: Sequence[str]) -> Text:
    if how == "differs":
        return Text(
            f"La première sortie qui diffère est celle de `{name}`.",
            f"The first output that differs is that of `{name}`.",
        )
    if how == "not called":
        return Text(
            f"`{name}` n'est jamais appelé, et ses poids ne changent rien à votre sortie.",
            f"`{name}` is never called, and its weights change nothing in your output.",
        )
    if how == "partly used":
        fr, en = " et ".join(f"`{n}`" for n in unused), " and ".join(f"`{n}`" for n in unused)
        one = len(unused) == 1
        return Text(
            f"{fr} ne {'change' if one else 'changent'} rien à votre sortie.",
            f"{en} {'changes' if one else 'change'} nothing in your output.",
        )
    if how == "bypassed":
        return Text(
            f"L'écart naît ensuite, là où la formule passe par `{name}` : vous y utilisez ses poids autrement.",
            f"The gap begins after them, where the formula goes through `{name}`: you use its weights otherwise there.",
        )
    if how == "called less":
        return Text(
            f"`{name}` n'est pas appelé assez de fois : un appel manque.",
            f"`{name}` is not called often enough: a call is missing.",
        )
    if how == "called again":
        return Text(f"`{name}` est appelé une fois de trop.", f"`{name}` is called once too often.")
    return Text(
        "Tous vos sous-modules rendent ce qu'il faut : c'est ce que vous faites ensuite de leurs sorties qui n'est pas "
        "juste.",
        "All your sub-modules give what they must: what you do with their outputs afterwards is not right.",
    )


def _hints(name: str, how: How) -> tuple[Text, Text, Text]:
    first = Text("Relisez `forward` étape par étape.", "Read `forward` again step by step.")
    if how == "differs":
        return (
            first,
            Text(
                "Affichez la forme et quelques valeurs à l'entrée et à la sortie de cette étape.",
                "Print the shape and a few values before and after that step.",
            ),
            Text(
                f"Comparez ce que vous donnez à `{name}` avec la formule de l'énoncé.",
                f"Compare what you give to `{name}` with the statement's formula.",
            ),
        )
    if how in ("partly used", "bypassed"):
        return (
            first,
            Text(
                f"Que fait `{name}(x)` que votre calcul ne fait pas, biais et transposition compris ?",
                f"What does `{name}(x)` do that your computation does not, bias and transpose included?",
            ),
            Text(f"Appelez `{name}` lui-même : `self.{name}(…)`.", f"Call `{name}` itself: `self.{name}(…)`."),
        )
    if how == "after":
        return (
            first,
            Text(
                "Affichez la forme et quelques valeurs après chacune des dernières lignes.",
                "Print the shape and a few values after each of the last lines.",
            ),
            Text(
                "Comparez vos dernières lignes (résidus, concaténation, return) avec la formule de l'énoncé.",
                "Compare your last lines (residuals, concatenation, return) with the statement's formula.",
            ),
        )
    if how == "called again":
        return (
            first,
            Text(f"Comptez les appels de `{name}`.", f"Count the calls of `{name}`."),
            Text("Lequel la formule ne demande-t-elle pas ?", "Which one does the formula not ask for?"),
        )
    return (
        first,
        Text(f"À quelle étape de la formule `{name}` sert-il ?", f"At which step of the formula is `{name}` of use?"),
        Text(f"Ajoutez à cette étape l'appel de `{name}`.", f"Add the call of `{name}` at that step."),
    )
