"""1.6 Entropy and KL: the wrong answers worth a name, and other right ones."""

import math

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def entropy_negative(p, base=math.e):
    p = p[p > 0]
    return np.sum(p * np.log(p)) / np.log(base)


def entropy_base_ignored(p, base=math.e):
    p = p[p > 0]
    return -np.sum(p * np.log(p))


def entropy_always_bits(p, base=math.e):
    p = p[p > 0]
    return -np.sum(p * np.log2(p))


def entropy_mean(p, base=math.e):
    kept = p[p > 0]
    return -np.sum(kept * np.log(kept)) / np.log(base) / len(p)


def entropy_nan_at_zero(p, base=math.e):
    return -np.sum(p * np.log(p)) / np.log(base)


def entropy_log1p(p, base=math.e):
    return -np.sum(p * np.log1p(p)) / np.log(base)


def kl_reversed(p, q):
    with np.errstate(divide="ignore"):
        return np.sum(q * np.log(q / p))


def kl_in_bits(p, q):
    kept = p > 0
    return np.sum(p[kept] * np.log2(p[kept] / q[kept]))


def kl_cross_entropy(p, q):
    return -np.sum(p * np.log(q))


def kl_negative(p, q):
    kept = p > 0
    return np.sum(p[kept] * np.log(q[kept] / p[kept]))


def kl_mean(p, q):
    kept = p > 0
    return np.sum(p[kept] * np.log(p[kept] / q[kept])) / len(p)


def kl_nan_at_zero(p, q):
    return np.sum(p * np.log(p / q))


def kl_log1p(p, q):
    return np.sum(p * np.log1p(p / q))


def entropy_by_where(p, base=math.e):
    surprise = np.where(p > 0, -np.log(np.where(p > 0, p, 1.0)), 0.0)
    return np.dot(p, surprise) / math.log(base)


def kl_by_entropies(p, q):
    log_p = np.log(np.where(p > 0, p, 1.0))
    return float(np.dot(p, log_p) - np.dot(p, np.log(q)))


def entropy_by_torch(p, base=math.e):
    return torch.special.entr(torch.as_tensor(p, dtype=torch.float64)).sum().item() / math.log(base)


def kl_by_torch(p, q):
    p, q = torch.as_tensor(p, dtype=torch.float64), torch.as_tensor(q, dtype=torch.float64)
    return (torch.special.xlogy(p, p) - torch.special.xlogy(p, q)).sum().item()


def entropy_by_loop(p, base=math.e):
    return -sum(float(pi) * math.log(pi, base) for pi in p if pi > 0)


def kl_by_loop(p, q):
    return sum(float(pi) * math.log(pi / qi) for pi, qi in zip(p, q, strict=True) if pi > 0)


EQUIVALENTS = (
    Equivalent("by_where", {"entropy": entropy_by_where, "kl_divergence": kl_by_entropies}),
    Equivalent("by_torch", {"entropy": entropy_by_torch, "kl_divergence": kl_by_torch}),
    Equivalent("by_loop", {"entropy": entropy_by_loop, "kl_divergence": kl_by_loop}),
)

ENTROPY_MISCONCEPTIONS = (
    Misconception(
        "entropy_negative",
        {"entropy": entropy_negative},
        finding=Text(
            "Votre sortie est exactement Σp log p : le signe moins manque.",
            "Your output is exactly Σp log p: the minus sign is missing.",
        ),
        consequence=Text(
            "Une entropie négative dirait qu'une distribution étalée est plus certaine qu'une distribution piquée.",
            "A negative entropy would call a flat distribution more certain than a peaked one.",
        ),
        hints=(
            Text("De quel signe est log p quand p ≤ 1 ?", "What is the sign of log p when p ≤ 1?"),
            Text("L'entropie est la moyenne de la surprise −log p.", "Entropy is the mean of the surprise −log p."),
            Text("`-np.sum(p * np.log(p))`.", "`-np.sum(p * np.log(p))`."),
        ),
    ),
    Misconception(
        "entropy_base_ignored",
        {"entropy": entropy_base_ignored},
        finding=Text(
            "Votre sortie est toujours en nats : l'argument `base` est ignoré.",
            "Your output is always in nats: the argument `base` is ignored.",
        ),
        consequence=Text(
            "En base 2, une pièce équilibrée vaudrait 0,693 au lieu de 1 bit.",
            "In base 2, a fair coin would be worth 0.693 instead of 1 bit.",
        ),
        hints=(
            Text("Où `base` apparaît-elle dans votre code ?", "Where does `base` appear in your code?"),
            Text("log_b x = ln x / ln b.", "log_b x = ln x / ln b."),
            Text("Divisez par `np.log(base)`.", "Divide by `np.log(base)`."),
        ),
    ),
    Misconception(
        "entropy_always_bits",
        {"entropy": entropy_always_bits},
        finding=Text(
            "Votre sortie est toujours en bits : le logarithme est en base 2, quelle que soit `base`.",
            "Your output is always in bits: the logarithm is in base 2, whatever `base` is.",
        ),
        consequence=Text(
            "Sans argument, l'entropie doit être en nats : elle est ici trop grande d'un facteur 1/ln 2 ≈ 1,443.",
            "Without argument, entropy must be in nats: here it is too large by a factor 1/ln 2 ≈ 1.443.",
        ),
        hints=(
            Text("Quelle est la valeur par défaut de `base` ?", "What is the default of `base`?"),
            Text("log_b x = ln x / ln b.", "log_b x = ln x / ln b."),
            Text(
                "`np.log(p) / np.log(base)` au lieu de `np.log2(p)`.", "`np.log(p) / np.log(base)`, not `np.log2(p)`."
            ),
        ),
    ),
    Misconception(
        "entropy_mean",
        {"entropy": entropy_mean},
        finding=Text(
            "Votre sortie est exactement l'entropie divisée par n : une moyenne remplace la somme.",
            "Your output is exactly the entropy divided by n: a mean stands in for the sum.",
        ),
        consequence=Text(
            "La pondération par p est déjà une moyenne ; diviser par n en fait une deuxième.",
            "Weighting by p already is a mean; dividing by n makes a second one.",
        ),
        hints=(
            Text(
                "Combien vaut l'entropie de n issues équiprobables ?",
                "What is the entropy of n equally likely outcomes?",
            ),
            Text("H = −Σp log p, sans 1/n.", "H = −Σp log p, without 1/n."),
            Text("Remplacez `np.mean` par `np.sum`.", "Replace `np.mean` by `np.sum`."),
        ),
    ),
    Misconception(
        "entropy_nan_at_zero",
        {"entropy": entropy_nan_at_zero},
        finding=Text(
            "Votre formule est la bonne, mais une probabilité nulle donne 0·log 0 = NaN.",
            "Your formula is right, but a zero probability gives 0·log 0 = NaN.",
        ),
        consequence=Text(
            "Les poids d'une attention masquée contiennent des zéros exacts : leur entropie serait NaN.",
            "The weights of a masked attention hold exact zeros: their entropy would be NaN.",
        ),
        hints=(
            Text("Que vaut la limite de p log p quand p → 0 ?", "What is the limit of p log p as p → 0?"),
            Text("Une issue impossible ne contribue pas à la somme.", "An impossible outcome adds nothing to the sum."),
            Text("Ne gardez que `p = p[p > 0]`.", "Keep only `p = p[p > 0]`."),
        ),
    ),
    Misconception(
        "entropy_log1p",
        {"entropy": entropy_log1p},
        finding=Text(
            "Votre sortie est exactement −Σp log(1 + p) : `log1p` ajoute 1 à son argument.",
            "Your output is exactly −Σp log(1 + p): `log1p` adds 1 to its argument.",
        ),
        consequence=Text(
            "Le NaN en 0 disparaît, mais toutes les valeurs sont fausses, et négatives.",
            "The NaN at 0 is gone, but all values are wrong, and negative.",
        ),
        hints=(
            Text("Que calcule `np.log1p(p)` ?", "What does `np.log1p(p)` compute?"),
            Text("Il faut écarter p = 0, non le décaler.", "p = 0 must be left out, not shifted."),
            Text("`p = p[p > 0]`, puis `np.log(p)`.", "`p = p[p > 0]`, then `np.log(p)`."),
        ),
    ),
)

KL_MISCONCEPTIONS = (
    Misconception(
        "kl_reversed",
        {"kl_divergence": kl_reversed},
        finding=Text(
            "Votre sortie est exactement KL(q‖p) : les deux arguments sont échangés.",
            "Your output is exactly KL(q‖p): the two arguments are swapped.",
        ),
        consequence=Text(
            "KL n'est pas symétrique : KL(q‖p) néglige des modes que KL(p‖q) oblige à couvrir ; +∞ si p a un zéro.",
            "KL is not symmetric: KL(q‖p) neglects modes that KL(p‖q) must cover; +∞ if p has a zero.",
        ),
        hints=(
            Text("Par quelle distribution la somme est-elle pondérée ?", "Which distribution weights the sum?"),
            Text("KL(p‖q) est une moyenne sous p.", "KL(p‖q) is a mean under p."),
            Text("`np.sum(p * np.log(p / q))`.", "`np.sum(p * np.log(p / q))`."),
        ),
    ),
    Misconception(
        "kl_in_bits",
        {"kl_divergence": kl_in_bits},
        convention=True,
        finding=Text(
            "Votre sortie est exactement KL(p‖q)/ln 2 : elle est en bits, on demande des nats.",
            "Your output is exactly KL(p‖q)/ln 2: it is in bits, nats are asked for.",
        ),
        consequence=Text(
            "Comparée à une perte calculée par PyTorch, en nats, elle serait 1,443 fois trop grande.",
            "Next to a loss computed by PyTorch, in nats, it would be 1.443 times too large.",
        ),
        hints=(
            Text("Quelle unité l'énoncé fixe-t-il ?", "Which unit does the statement fix?"),
            Text("Nats : logarithme naturel. Bits : base 2.", "Nats: natural logarithm. Bits: base 2."),
            Text("`np.log`, et non `np.log2`.", "`np.log`, not `np.log2`."),
        ),
    ),
    Misconception(
        "kl_cross_entropy",
        {"kl_divergence": kl_cross_entropy},
        finding=Text(
            "Votre sortie est exactement −Σp ln q : c'est l'entropie croisée, soit KL(p‖q) + H(p).",
            "Your output is exactly −Σp ln q: the cross-entropy, that is KL(p‖q) + H(p).",
        ),
        consequence=Text(
            "Elle ne s'annule pas quand p = q : elle vaut alors H(p).",
            "It does not vanish when p = q: it is then H(p).",
        ),
        hints=(
            Text("Que doit valoir KL(p‖p) ?", "What must KL(p‖p) be?"),
            Text("KL(p‖q) = entropie croisée − entropie de p.", "KL(p‖q) = cross-entropy − entropy of p."),
            Text("Le logarithme porte sur le rapport : `np.log(p / q)`.", "The log is of the ratio: `np.log(p / q)`."),
        ),
    ),
    Misconception(
        "kl_negative",
        {"kl_divergence": kl_negative},
        finding=Text(
            "Votre sortie est exactement −KL(p‖q) : le rapport est inversé, ou un signe moins est de trop.",
            "Your output is exactly −KL(p‖q): the ratio is inverted, or there is one minus sign too many.",
        ),
        consequence=Text(
            "Minimiser cette valeur éloignerait q de p le plus possible.",
            "Minimising this value would push q as far from p as possible.",
        ),
        hints=(
            Text("KL ≥ 0 toujours : est-ce le cas ?", "KL ≥ 0 always: is yours?"),
            Text(
                "Contrairement à l'entropie, KL n'a pas de signe moins devant.",
                "Unlike entropy, KL has no leading minus sign.",
            ),
            Text("`np.sum(p * np.log(p / q))`.", "`np.sum(p * np.log(p / q))`."),
        ),
    ),
    Misconception(
        "kl_mean",
        {"kl_divergence": kl_mean},
        finding=Text(
            "Votre sortie est exactement KL(p‖q)/n : une moyenne remplace la somme.",
            "Your output is exactly KL(p‖q)/n: a mean stands in for the sum.",
        ),
        consequence=Text(
            "C'est le piège de `reduction=\"mean\"` dans PyTorch : la divergence dépend du nombre d'issues.",
            'This is the trap of `reduction="mean"` in PyTorch: the divergence depends on the number of outcomes.',
        ),
        hints=(
            Text("Y a-t-il un 1/n dans la formule ?", "Is there a 1/n in the formula?"),
            Text("La pondération par p est déjà une moyenne.", "Weighting by p already is a mean."),
            Text("Remplacez `np.mean` par `np.sum`.", "Replace `np.mean` by `np.sum`."),
        ),
    ),
    Misconception(
        "kl_nan_at_zero",
        {"kl_divergence": kl_nan_at_zero},
        finding=Text(
            "Votre formule est la bonne, mais pᵢ = 0 donne 0·ln 0 = NaN.",
            "Your formula is right, but pᵢ = 0 gives 0·ln 0 = NaN.",
        ),
        consequence=Text(
            "Une cible « one-hot » a des zéros partout sauf en un point : sa divergence serait toujours NaN.",
            "A one-hot target is zero everywhere but at one place: its divergence would always be NaN.",
        ),
        hints=(
            Text("Que vaut la limite de p ln p quand p → 0 ?", "What is the limit of p ln p as p → 0?"),
            Text("Seules les issues où p > 0 comptent.", "Only outcomes with p > 0 count."),
            Text("`kept = p > 0`, puis `p[kept]` et `q[kept]`.", "`kept = p > 0`, then `p[kept]` and `q[kept]`."),
        ),
    ),
    Misconception(
        "kl_log1p",
        {"kl_divergence": kl_log1p},
        finding=Text(
            "Votre sortie est exactement Σp ln(1 + p/q) : `log1p` ajoute 1 à son argument.",
            "Your output is exactly Σp ln(1 + p/q): `log1p` adds 1 to its argument.",
        ),
        consequence=Text(
            "Deux distributions égales auraient une divergence de ln 2 au lieu de 0.",
            "Two equal distributions would have a divergence of ln 2 instead of 0.",
        ),
        hints=(
            Text("Que calcule `np.log1p` ?", "What does `np.log1p` compute?"),
            Text(
                "Il faut écarter p = 0, non décaler le logarithme.",
                "p = 0 must be left out; do not shift the logarithm.",
            ),
            Text("`np.log(p / q)` sur les indices où p > 0.", "`np.log(p / q)` over the indices where p > 0."),
        ),
    ),
)

MISCONCEPTIONS = ENTROPY_MISCONCEPTIONS + KL_MISCONCEPTIONS
