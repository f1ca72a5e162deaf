"""3.12 equivariance_gap: the layers that the notebook gives, the mistakes worth a name, other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text


def self_attention_layer(X):
    """Self-attention without parameters, softmax(XXᵀ/√d)·X. X (T, d) -> (T, d)."""
    return F.softmax(X @ X.transpose(-2, -1) / math.sqrt(X.size(-1)), dim=-1) @ X


def positional_self_attention(X):
    """The same, once sinusoidal positions have been added to X. X (T, d) -> (T, d)."""
    T, d = X.shape
    position = torch.arange(T, dtype=X.dtype).unsqueeze(1)  # (T, 1)
    column = torch.arange(d)  # (d,)
    angle = position / 10000 ** (2 * (column // 2) / d)  # (T, d)
    return self_attention_layer(X + torch.where(column % 2 == 0, angle.sin(), angle.cos()))


def causal_self_attention(X):
    """Self-attention without parameters where position t sees positions 0 … t only. X (T, d) -> (T, d)."""
    scores = X @ X.transpose(-2, -1) / math.sqrt(X.size(-1))  # (T, T)
    allowed = torch.ones(X.size(0), X.size(0), dtype=torch.bool).tril()
    return F.softmax(scores.masked_fill(~allowed, float("-inf")), dim=-1) @ X


def same_rows(X):
    """The layer that changes nothing. X (T, d) -> (T, d)."""
    return X


def gap_of_invariance(f, X, P):
    return (f(P @ X) - f(X)).abs().max().item()


def gap_of_features(f, X, P):
    return (f(X @ P) - f(X) @ P).abs().max().item()


def gap_of_causal_attention(f, X, P):
    return (causal_self_attention(P @ X) - P @ causal_self_attention(X)).abs().max().item()


def gap_with_inverse(f, X, P):
    return (f(P @ X) - P.T @ f(X)).abs().max().item()


def gap_input_not_permuted(f, X, P):
    return (f(X) - P @ f(X)).abs().max().item()


def gap_signed(f, X, P):
    return (f(P @ X) - P @ f(X)).max().item()


def gap_mean(f, X, P):
    return (f(P @ X) - P @ f(X)).abs().mean().item()


def gap_norm(f, X, P):
    return (f(P @ X) - P @ f(X)).norm().item()


def gap_sum(f, X, P):
    return (f(P @ X) - P @ f(X)).abs().sum().item()


def gap_squared(f, X, P):
    return ((f(P @ X) - P @ f(X)) ** 2).max().item()


def gap_relative(f, X, P):
    moved = P @ f(X)
    return ((f(P @ X) - moved).abs().max() / moved.abs().max()).item()


def gap_by_index(f, X, P):
    order = P.argmax(dim=-1)
    return torch.max(torch.abs(f(X[order]) - f(X)[order]))


def gap_undone(f, X, P):
    return float((P.T @ f(P @ X) - f(X)).abs().amax())


MISCONCEPTIONS = (
    Misconception(
        name="invariance_tested",
        defines={"equivariance_gap": gap_of_invariance},
        finding=Text(
            "Vous mesurez exactement f(PX) − f(X) : c'est l'invariance, que l'auto-attention n'a pas.",
            "You measure exactly f(PX) − f(X): that is invariance, which self-attention does not have.",
        ),
        consequence=Text(
            "L'écart n'est pas nul même sans positions : on conclurait à tort que l'attention connaît l'ordre.",
            "The gap is not zero even without positions: one would wrongly conclude that attention knows about order.",
        ),
        hints=(
            Text(
                "Si l'on permute les mots d'entrée, où se retrouvent les lignes de la sortie ?",
                "If input words are permuted, where do the output's rows go?",
            ),
            Text(
                "Équivariance : la sortie est permutée comme l'entrée. Invariance : elle ne bouge pas (une moyenne, "
                "par exemple).",
                "Equivariance: the output is permuted like the input. Invariance: it does not move (a mean, say).",
            ),
            Text("Comparez f(P @ X) à P @ f(X).", "Compare f(P @ X) with P @ f(X)."),
        ),
    ),
    Misconception(
        name="features_permuted",
        defines={"equivariance_gap": gap_of_features},
        finding=Text(
            "Vous calculez XP : ce sont les coordonnées que vous permutez, non les positions.",
            "You compute XP: you permute the features, not the positions.",
        ),
        consequence=Text(
            "Le calcul ne passe que si d = T, et répond à une autre question : l'ordre des coordonnées.",
            "It only works when d = T, and answers another question: the order of features.",
        ),
        hints=(
            Text(
                "X est de forme (T, d) : quel axe porte les mots ?", "X has shape (T, d): which axis holds the words?"
            ),
            Text(
                "Multiplier à gauche agit sur les lignes, à droite sur les colonnes.",
                "Multiplying on the left acts on rows, on the right on columns.",
            ),
            Text("Écrivez P @ X et P @ f(X).", "Write P @ X and P @ f(X)."),
        ),
    ),
    Misconception(
        name="causal_mask_left_on",
        defines={"equivariance_gap": gap_of_causal_attention},
        uses=(causal_self_attention,),
        finding=Text(
            "Quelle que soit f, vous mesurez l'écart de l'attention causale : f n'est pas appelée, et le masque causal "
            "est resté.",
            "Whatever f is, you measure the gap of causal attention: f is not called, and the causal mask is still on.",
        ),
        consequence=Text(
            "Le masque causal connaît l'ordre à lui seul : avec lui l'attention n'est plus équivariante, même sans "
            "positions.",
            "The causal mask alone knows about order: with it attention is not equivariant, even without positions.",
        ),
        hints=(
            Text("L'argument f sert-il dans votre fonction ?", "Is the argument f used in your function?"),
            Text(
                "Votre mesure doit valoir pour n'importe quelle fonction de (T, d) vers (T, d′).",
                "Your measure must work for any function from (T, d) to (T, d′).",
            ),
            Text("Appelez f deux fois : f(P @ X) et f(X).", "Call f twice: f(P @ X) and f(X)."),
        ),
    ),
    Misconception(
        name="inverse_permutation",
        defines={"equivariance_gap": gap_with_inverse},
        finding=Text(
            "Vous comparez exactement f(PX) à Pᵀf(X) : la sortie est permutée dans l'autre sens que l'entrée.",
            "You compare exactly f(PX) with Pᵀf(X): the output is permuted the other way round from the input.",
        ),
        consequence=Text(
            "Pour un simple échange de deux mots, P = Pᵀ et rien ne se voit ; pour une rotation, l'écart "
            "n'est plus nul.",
            "For a mere swap of two words P = Pᵀ and nothing shows; for a rotation the gap is not zero any more.",
        ),
        hints=(
            Text(
                "Essayez avec une permutation qui n'est pas son propre inverse.",
                "Try a permutation that is not its own inverse.",
            ),
            Text("Entrée et sortie subissent la même P.", "Input and output undergo the same P."),
            Text("Remplacez P.T @ f(X) par P @ f(X).", "Replace P.T @ f(X) with P @ f(X)."),
        ),
    ),
    Misconception(
        name="input_not_permuted",
        defines={"equivariance_gap": gap_input_not_permuted},
        finding=Text(
            "Vous comparez exactement f(X) à P f(X) : l'entrée n'est jamais permutée.",
            "You compare exactly f(X) with P f(X): the input is never permuted.",
        ),
        consequence=Text(
            "On mesure si les lignes de la sortie se ressemblent, rien de la façon dont f traite l'ordre.",
            "This measures whether the output's rows look alike, nothing about how f treats order.",
        ),
        hints=(
            Text("Combien de fois f doit-elle être appelée, et sur quoi ?", "How often must f be called, and on what?"),
            Text("Une fois sur X permuté, une fois sur X.", "Once on the permuted X, once on X."),
            Text("f(P @ X) − P @ f(X).", "f(P @ X) − P @ f(X)."),
        ),
    ),
    Misconception(
        name="absolute_value_missing",
        defines={"equivariance_gap": gap_signed},
        finding=Text(
            "Vous rendez la plus grande différence signée : la valeur absolue manque.",
            "You return the largest signed difference: the absolute value is missing.",
        ),
        consequence=Text(
            "Un écart grand mais négatif passe inaperçu.",
            "A large but negative gap goes unnoticed.",
        ),
        hints=(
            Text(
                "Que rendez-vous si toutes les différences sont négatives ?",
                "What do you return if all differences are negative?",
            ),
            Text("Un écart est une distance : il est positif.", "A gap is a distance: it is positive."),
            Text("(…).abs().max().item().", "(…).abs().max().item()."),
        ),
    ),
    Misconception(
        name="mean_instead_of_max",
        defines={"equivariance_gap": gap_mean},
        finding=Text(
            "Vous rendez la moyenne des écarts absolus : l'énoncé demande le plus grand.",
            "You return the mean absolute gap: the statement asks for the largest.",
        ),
        consequence=Text(
            "Une seule ligne fausse parmi mille disparaît dans la moyenne.",
            "A single wrong row among a thousand vanishes in the mean.",
        ),
        hints=(
            Text("Relisez quelle mesure l'énoncé fixe.", "Read again which measure the statement fixes."),
            Text("C'est la norme infinie de la différence.", "It is the infinity norm of the difference."),
            Text("Remplacez .mean() par .max().", "Replace .mean() with .max()."),
        ),
    ),
    Misconception(
        name="norm_instead_of_max",
        defines={"equivariance_gap": gap_norm},
        finding=Text(
            "Vous rendez la norme euclidienne de la différence : l'énoncé demande le plus grand écart absolu.",
            "You return the Euclidean norm of the difference: the statement asks for the largest absolute gap.",
        ),
        consequence=Text(
            "Cette mesure croît avec la taille de X : deux expériences ne se comparent plus.",
            "This measure grows with the size of X: two experiments cannot be compared any more.",
        ),
        hints=(
            Text("Relisez quelle mesure l'énoncé fixe.", "Read again which measure the statement fixes."),
            Text(
                "Un seul nombre de la différence suffit : le plus grand en valeur absolue.",
                "One number of the difference is enough: the largest in absolute value.",
            ),
            Text("Remplacez .norm() par .abs().max().", "Replace .norm() with .abs().max()."),
        ),
    ),
    Misconception(
        name="sum_of_gaps",
        defines={"equivariance_gap": gap_sum},
        finding=Text(
            "Vous rendez exactement la somme des écarts |f(PX) − P f(X)|, au lieu du plus grand.",
            "You return exactly the sum of the gaps |f(PX) − P f(X)|, instead of the largest.",
        ),
        consequence=Text(
            "La mesure grandit avec T et d : deux couches de tailles différentes ne se comparent plus.",
            "The measure grows with T and d: two layers of different sizes cannot be compared any more.",
        ),
        hints=(
            Text(
                "Que devient votre mesure si X compte deux fois plus de mots ?",
                "What becomes of your measure if X has twice as many words?",
            ),
            Text(
                "L'énoncé demande le pire des T·d' écarts, non leur total.",
                "The statement asks for the worst of the T·d' gaps, not their total.",
            ),
            Text("(f(P @ X) - P @ f(X)).abs().max().", "(f(P @ X) - P @ f(X)).abs().max()."),
        ),
    ),
    Misconception(
        name="squared_gap",
        defines={"equivariance_gap": gap_squared},
        finding=Text(
            "Vous rendez exactement le carré du plus grand écart, au lieu de sa valeur absolue.",
            "You return exactly the square of the largest gap, instead of its absolute value.",
        ),
        consequence=Text(
            "Un petit écart paraît négligeable : 10⁻⁴ devient 10⁻⁸, et l'on croirait la couche équivariante.",
            "A small gap looks negligible: 10⁻⁴ turns into 10⁻⁸, and one would believe the layer equivariant.",
        ),
        hints=(
            Text(
                "Si f est doublée, votre mesure double-t-elle ?",
                "If f is doubled, does your measure double?",
            ),
            Text(
                "Pour oublier le signe d'un écart, il suffit de sa valeur absolue.",
                "To forget the sign of a gap, its absolute value is enough.",
            ),
            Text("Remplacez ** 2 par .abs(), puis .max().", "Replace ** 2 with .abs(), then .max()."),
        ),
    ),
    Misconception(
        name="relative_gap",
        defines={"equivariance_gap": gap_relative},
        finding=Text(
            "Vous rendez exactement un écart relatif, divisé par max|f(X)| : l'énoncé demande l'écart lui-même.",
            "You return exactly a relative gap, divided by max|f(X)|: the statement asks for the gap itself.",
        ),
        consequence=Text(
            "Une bonne mesure en soi, mais une autre ; et elle vaut 0/0 si f est nulle.",
            "A good measure in itself, but another one; and it is 0/0 if f is zero.",
        ),
        convention=True,
        hints=(
            Text(
                "Si f est doublée, votre mesure double-t-elle ?",
                "If f is doubled, does your measure double?",
            ),
            Text(
                "La formule de l'énoncé n'a pas de dénominateur.",
                "The statement's formula has no denominator.",
            ),
            Text("(f(P @ X) - P @ f(X)).abs().max(), sans diviser.", "(f(P @ X) - P @ f(X)).abs().max(), undivided."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("by_index", {"equivariance_gap": gap_by_index}),
    Equivalent("undone", {"equivariance_gap": gap_undone}),
)
