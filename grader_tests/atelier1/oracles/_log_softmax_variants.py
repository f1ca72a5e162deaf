"""1.5 LogSumExp and log-softmax: the wrong answers worth a name, and other right ones."""

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def lse_unstable(x, axis=-1):
    return np.log(np.sum(np.exp(x), axis=axis))


def lse_max_not_added(x, axis=-1):
    c = np.max(x, axis=axis, keepdims=True)
    return np.log(np.sum(np.exp(x - np.where(np.isfinite(c), c, 0.0)), axis=axis))


def lse_max_added_twice(x, axis=-1):
    c = np.max(x, axis=axis, keepdims=True)
    c = np.where(np.isfinite(c), c, 0.0)
    return np.log(np.sum(np.exp(x - c), axis=axis)) + 2 * np.squeeze(c, axis=axis)


def lse_mean(x, axis=-1):
    c = np.max(x, axis=axis, keepdims=True)
    c = np.where(np.isfinite(c), c, 0.0)
    return np.log(np.mean(np.exp(x - c), axis=axis)) + np.squeeze(c, axis=axis)


def lse_nan_on_empty_row(x, axis=-1):
    c = np.max(x, axis=axis, keepdims=True)
    return np.log(np.sum(np.exp(x - c), axis=axis)) + np.squeeze(c, axis=axis)


def lse_frozen_axis(x, axis=-1):
    c = np.max(x, axis=-1, keepdims=True)
    c = np.where(np.isfinite(c), c, 0.0)
    return np.log(np.sum(np.exp(x - c), axis=-1)) + np.squeeze(c, axis=-1)


def log_of_softmax(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return np.log(e / np.sum(e, axis=axis, keepdims=True))


def log_softmax_unstable(x, axis=-1):
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))


def log_softmax_max_not_added(x, axis=-1):
    c = np.max(x, axis=axis, keepdims=True)
    return x - np.log(np.sum(np.exp(x - c), axis=axis, keepdims=True))


def log_softmax_max_twice(x, axis=-1):
    c = np.max(x, axis=axis, keepdims=True)
    return x - 2 * c - np.log(np.sum(np.exp(x - c), axis=axis, keepdims=True))


def log_softmax_mean(x, axis=-1):
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.mean(np.exp(shifted), axis=axis, keepdims=True))


def log_softmax_frozen_axis(x, axis=-1):
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def lse_by_logaddexp(x, axis=-1):
    return np.logaddexp.reduce(x, axis=axis)


def log_softmax_by_logaddexp(x, axis=-1):
    return x - np.logaddexp.reduce(x, axis=axis, keepdims=True)


def lse_by_torch(x, axis=-1):
    return torch.logsumexp(torch.as_tensor(np.array(x), dtype=torch.float64), dim=axis).numpy()


def log_softmax_by_torch(x, axis=-1):
    return torch.log_softmax(torch.as_tensor(np.array(x), dtype=torch.float64), dim=axis).numpy()


EQUIVALENTS = (
    Equivalent("by_logaddexp", {"logsumexp": lse_by_logaddexp, "log_softmax": log_softmax_by_logaddexp}),
    Equivalent("by_torch", {"logsumexp": lse_by_torch, "log_softmax": log_softmax_by_torch}),
)

LOGSUMEXP_MISCONCEPTIONS = (
    Misconception(
        "lse_unstable",
        {"logsumexp": lse_unstable},
        finding=Text(
            "Votre formule log Σeˣ est juste sur le papier, mais donne inf ou −inf pour de grands |x|.",
            "Your formula log Σeˣ is right on paper, but gives inf or −inf for large |x|.",
        ),
        consequence=Text(
            "e^1000 déborde, alors que le résultat attendu, voisin de 1000, est un nombre tout à fait ordinaire.",
            "e^1000 overflows, while the expected result, close to 1000, is a perfectly ordinary number.",
        ),
        hints=(
            Text("Que vaut `np.exp(1000.0)` ?", "What is `np.exp(1000.0)`?"),
            Text("Σe^x = e^c Σe^(x−c) pour tout c : choisissez c.", "Σe^x = e^c Σe^(x−c) for any c: choose c."),
            Text(
                "c : maximum le long de l'axe, retiré avant `exp`, puis `np.log(somme) + np.squeeze(c, axis=axis)`.",
                "c: maximum along the axis, taken off before `exp`, then `np.log(total) + np.squeeze(c, axis=axis)`.",
            ),
        ),
    ),
    Misconception(
        "lse_max_not_added",
        {"logsumexp": lse_max_not_added},
        finding=Text(
            "Votre sortie est exactement log Σe^(x−c) : le maximum c retiré n'est pas rajouté.",
            "Your output is exactly log Σe^(x−c): the maximum c that was taken off is not added back.",
        ),
        consequence=Text(
            "Le résultat ne dépend plus que des écarts entre les x : ajouter 10 partout ne le change pas.",
            "The result depends only on the gaps between the x: adding 10 everywhere does not change it.",
        ),
        hints=(
            Text(
                "Avec une seule valeur x, que doit valoir le résultat ?",
                "With a single value x, what must the result be?",
            ),
            Text("log(e^c Σe^(x−c)) = c + log Σe^(x−c).", "log(e^c Σe^(x−c)) = c + log Σe^(x−c)."),
            Text("Ajoutez `np.squeeze(c, axis=axis)` à la fin.", "Add `np.squeeze(c, axis=axis)` at the end."),
        ),
    ),
    Misconception(
        "lse_max_added_twice",
        {"logsumexp": lse_max_added_twice},
        finding=Text(
            "Votre sortie est exactement 2c + log Σe^(x−c) : le maximum c est ajouté deux fois.",
            "Your output is exactly 2c + log Σe^(x−c): the maximum c is added twice.",
        ),
        consequence=Text(
            "Ajouter 1 à toutes les valeurs ajouterait 2 au résultat au lieu de 1.",
            "Adding 1 to all values would add 2 to the result instead of 1.",
        ),
        hints=(
            Text(
                "Avec une seule valeur x, que doit valoir le résultat ?",
                "With a single value x, what must the result be?",
            ),
            Text("c est retiré une fois : il se rajoute une fois.", "c is taken off once: it is added back once."),
            Text("`np.log(somme) + c`, rien de plus.", "`np.log(total) + c`, nothing more."),
        ),
    ),
    Misconception(
        "lse_mean",
        {"logsumexp": lse_mean},
        finding=Text(
            "Votre sortie est trop petite d'exactement ln n : une moyenne d'exponentielles remplace leur somme.",
            "Your output is exactly ln n too small: a mean of exponentials stands in for their sum.",
        ),
        consequence=Text(
            "x − logsumexp(x) ne serait plus le logarithme d'une distribution : les probabilités sommeraient à n.",
            "x − logsumexp(x) would no longer be the logarithm of a distribution: probabilities would sum to n.",
        ),
        hints=(
            Text("Que veut dire le « sum » de logsumexp ?", "What does the “sum” in logsumexp mean?"),
            Text("log(S/n) = log S − ln n.", "log(S/n) = log S − ln n."),
            Text("Remplacez `np.mean` par `np.sum`.", "Replace `np.mean` by `np.sum`."),
        ),
    ),
    Misconception(
        "lse_nan_on_empty_row",
        {"logsumexp": lse_nan_on_empty_row},
        finding=Text(
            "Une ligne dont toutes les valeurs sont −inf donne NaN au lieu de −inf.",
            "A row whose values are all −inf gives NaN instead of −inf.",
        ),
        consequence=Text(
            "Σe^(−inf) = 0 et log 0 = −inf. Mais retirer c = −inf calcule −inf − (−inf), qui n'est pas un nombre.",
            "Σe^(−inf) = 0 and log 0 = −inf. But subtracting c = −inf computes −inf − (−inf), which is not a number.",
        ),
        hints=(
            Text("Que vaut le maximum de cette ligne ?", "What is the maximum of that row?"),
            Text(
                "N'importe quel c fini convient, s'il ne fait pas déborder.",
                "Any finite c will do, if nothing overflows.",
            ),
            Text("`c = np.where(np.isfinite(c), c, 0.0)`.", "`c = np.where(np.isfinite(c), c, 0.0)`."),
        ),
    ),
    Misconception(
        "lse_frozen_axis",
        {"logsumexp": lse_frozen_axis},
        finding=Text(
            "Votre fonction réduit toujours le dernier axe : l'argument `axis` est ignoré.",
            "Your function always reduces the last axis: the argument `axis` is ignored.",
        ),
        consequence=Text(
            "La forme du résultat n'est pas celle que l'appelant demande.",
            "The shape of the result is not the one the caller asks for.",
        ),
        hints=(
            Text("Essayez `axis=0` sur un tableau (2, 3).", "Try `axis=0` on a (2, 3) array."),
            Text("Cherchez `-1` écrit en dur dans la fonction.", "Look for a hard-coded `-1` in the function."),
            Text("Passez `axis=axis` à `np.max` et à `np.sum`.", "Pass `axis=axis` to both `np.max` and `np.sum`."),
        ),
    ),
)

LOG_SOFTMAX_MISCONCEPTIONS = (
    Misconception(
        "log_of_softmax",
        {"log_softmax": log_of_softmax},
        finding=Text(
            "Vous prenez le logarithme de softmax(x) : une probabilité arrondie à 0 donne −inf.",
            "You take the logarithm of softmax(x): a probability rounded to 0 gives −inf.",
        ),
        consequence=Text(
            "La vraie valeur, par exemple −2000, est finie ; avec −inf, la perte et son gradient sont perdus.",
            "The true value, for instance −2000, is finite; with −inf, the loss and its gradient are lost.",
        ),
        hints=(
            Text("Que vaut softmax([1000, −1000])[1] en flottants ?", "What is softmax([1000, −1000])[1] in floats?"),
            Text("log(e^x/Σe^x) se simplifie avant tout calcul.", "log(e^x/Σe^x) simplifies before any computing."),
            Text("log softmax(x) = x − logsumexp(x).", "log softmax(x) = x − logsumexp(x)."),
        ),
    ),
    Misconception(
        "log_softmax_unstable",
        {"log_softmax": log_softmax_unstable},
        finding=Text(
            "Votre formule x − log Σeˣ est juste sur le papier, mais l'exponentielle déborde pour de grands logits.",
            "Your formula x − log Σeˣ is right on paper, but the exponential overflows for large logits.",
        ),
        consequence=Text(
            "Le résultat vaut −inf (ou +inf pour des logits très négatifs) au lieu d'une log-probabilité finie.",
            "The result is −inf (or +inf for very negative logits) instead of a finite log-probability.",
        ),
        hints=(
            Text("Que vaut `np.exp(1000.0)` ?", "What is `np.exp(1000.0)`?"),
            Text(
                "Retirez d'abord le maximum de x : rien ne change.", "Subtract the maximum of x first: nothing changes."
            ),
            Text("Réutilisez votre `logsumexp` stable.", "Use your stable `logsumexp`."),
        ),
    ),
    Misconception(
        "log_softmax_max_not_added",
        {"log_softmax": log_softmax_max_not_added},
        finding=Text(
            "Votre sortie est exactement x − log Σe^(x−c) : le maximum c est retiré dans la somme, mais pas dans x.",
            "Your output is exactly x − log Σe^(x−c): the maximum c is subtracted in the sum but not in x.",
        ),
        consequence=Text(
            "exp de votre sortie ne somme pas à 1, et des « log-probabilités » peuvent être positives.",
            "exp of your output does not sum to 1, and “log-probabilities” can be positive.",
        ),
        hints=(
            Text("Une log-probabilité peut-elle être positive ?", "Can a log-probability be positive?"),
            Text(
                "logsumexp(x) = c + log Σe^(x−c) : il faut tout retirer.",
                "logsumexp(x) = c + log Σe^(x−c): subtract all of it.",
            ),
            Text(
                "`x - c - np.log(np.sum(np.exp(x - c), axis=axis, keepdims=True))`.",
                "`x - c - np.log(np.sum(np.exp(x - c), axis=axis, keepdims=True))`.",
            ),
        ),
    ),
    Misconception(
        "log_softmax_max_twice",
        {"log_softmax": log_softmax_max_twice},
        finding=Text(
            "Votre sortie est exactement x − 2c − log Σe^(x−c) : le maximum c est retiré deux fois.",
            "Your output is exactly x − 2c − log Σe^(x−c): the maximum c is subtracted twice.",
        ),
        consequence=Text(
            "Ajouter une constante à tous les logits change votre résultat ; il ne devrait pas bouger.",
            "Adding a constant to all logits changes your result; it should not move.",
        ),
        hints=(
            Text("Comparez log_softmax(x) et log_softmax(x + 10).", "Compare log_softmax(x) and log_softmax(x + 10)."),
            Text("Si x est déjà décalé, sa somme l'est aussi.", "Once x is shifted, so is its sum."),
            Text(
                "Avec `s = x - c` : `s - np.log(np.sum(np.exp(s), axis=axis, keepdims=True))`.",
                "With `s = x - c`: `s - np.log(np.sum(np.exp(s), axis=axis, keepdims=True))`.",
            ),
        ),
    ),
    Misconception(
        "log_softmax_mean",
        {"log_softmax": log_softmax_mean},
        finding=Text(
            "Votre sortie est trop grande d'exactement ln n : la moyenne des exponentielles remplace leur somme.",
            "Your output is exactly ln n too large: the mean of the exponentials stands in for their sum.",
        ),
        consequence=Text("exp de votre sortie somme à n au lieu de 1.", "exp of your output sums to n instead of 1."),
        hints=(
            Text("Sommez `np.exp` de votre résultat.", "Sum `np.exp` of your result."),
            Text("log(S/n) = log S − ln n.", "log(S/n) = log S − ln n."),
            Text("Remplacez `np.mean` par `np.sum`.", "Replace `np.mean` by `np.sum`."),
        ),
    ),
    Misconception(
        "log_softmax_frozen_axis",
        {"log_softmax": log_softmax_frozen_axis},
        finding=Text(
            "Votre fonction normalise toujours le dernier axe : l'argument `axis` est ignoré.",
            "Your function always normalises the last axis: the argument `axis` is ignored.",
        ),
        consequence=Text(
            "La forme est bonne mais les distributions sont prises dans le mauvais sens, sans message d'erreur.",
            "The shape is right but the distributions run the wrong way, without any error message.",
        ),
        hints=(
            Text(
                "Sommez `np.exp` de votre résultat sur l'axe demandé.",
                "Sum `np.exp` of your result over the axis asked for.",
            ),
            Text("Cherchez `-1` écrit en dur dans la fonction.", "Look for a hard-coded `-1` in the function."),
            Text("Passez `axis=axis` à `np.max` et à `np.sum`.", "Pass `axis=axis` to both `np.max` and `np.sum`."),
        ),
    ),
)

MISCONCEPTIONS = LOGSUMEXP_MISCONCEPTIONS + LOG_SOFTMAX_MISCONCEPTIONS
