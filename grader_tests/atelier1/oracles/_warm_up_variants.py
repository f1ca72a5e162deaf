"""Warm-up: the wrong answers worth a name, and other right ones."""

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def sigmoid_wrong_sign(x):
    return 1 / (1 + np.exp(x))


def sigmoid_exp_ratio(x):
    return np.exp(x) / (1 + np.exp(x))


def sigmoid_tanh(x):
    return np.tanh(x)


def derivative_output_as_input(x):
    return x * (1 - x)


def derivative_tanh_formula(x):
    s = 1 / (1 + np.exp(-x))
    return 1 - s**2


def derivative_exp_ratio(x):
    return np.exp(-x) / (1 + np.exp(-x)) ** 2


def derivative_not_taken(x):
    return 1 / (1 + np.exp(-x))


def flatten_one_dimensional(image):
    return image.reshape(-1)


def flatten_column_major(image):
    return image.reshape(-1, 1, order="F")


def flatten_channels_first(image):
    return image.transpose(2, 0, 1).reshape(-1, 1)


def flatten_row_vector(image):
    return image.reshape(1, -1)


def l1_mean(y_hat, y):
    return np.mean(np.abs(np.ravel(y_hat) - np.ravel(y)))


def l1_broadcast(y_hat, y):
    return np.sum(np.abs(y_hat - y))


def l1_signed(y_hat, y):
    return np.sum(np.ravel(y_hat) - np.ravel(y))


def l1_absolute_outside(y_hat, y):
    return np.abs(np.sum(np.ravel(y_hat) - np.ravel(y)))


def l1_squared(y_hat, y):
    return np.sum((np.ravel(y_hat) - np.ravel(y)) ** 2)


def l2_mean(y_hat, y):
    return np.mean((np.ravel(y_hat) - np.ravel(y)) ** 2)


def l2_broadcast(y_hat, y):
    return np.sum((y_hat - y) ** 2)


def l2_root(y_hat, y):
    return np.linalg.norm(np.ravel(y_hat) - np.ravel(y))


def l2_absolute(y_hat, y):
    return np.sum(np.abs(np.ravel(y_hat) - np.ravel(y)))


def sigmoid_by_tanh(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def derivative_by_tanh(x):
    return 0.25 * (1 - np.tanh(0.5 * x) ** 2)


def flatten_by_ravel(image):
    return np.ravel(image)[:, None]


def l1_by_norm(y_hat, y):
    return np.linalg.norm(np.ravel(y_hat) - np.ravel(y), 1)


def l2_by_dot(y_hat, y):
    d = np.ravel(y_hat) - np.ravel(y)
    return d @ d


def sigmoid_textbook(x):
    return 1 / (1 + np.exp(-x))


def derivative_by_product(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)


def flatten_by_sizes(image):
    return image.reshape(image.shape[0] * image.shape[1] * image.shape[2], 1)


def l1_by_loop(y_hat, y):
    return sum(abs(float(a) - float(b)) for a, b in zip(y_hat.flatten(), y.flatten(), strict=True))


def l2_by_reshape(y_hat, y):
    return np.sum((y_hat.reshape(-1, 1) - y.reshape(-1, 1)) ** 2)


def sigmoid_by_torch(x):
    return torch.sigmoid(torch.from_numpy(np.asarray(x, dtype=float))).numpy()


EQUIVALENTS = (
    Equivalent(
        "by_tanh_and_norms",
        {
            "sigmoid": sigmoid_by_tanh,
            "sigmoid_derivative": derivative_by_tanh,
            "flatten_image": flatten_by_ravel,
            "l1_loss": l1_by_norm,
            "l2_loss": l2_by_dot,
        },
    ),
    # 1 / (1 + exp(-x)) warns of an overflow at -1000, yet its value there, 1 / inf = 0, is right.
    Equivalent(
        "textbook",
        {
            "sigmoid": sigmoid_textbook,
            "sigmoid_derivative": derivative_by_product,
            "flatten_image": flatten_by_sizes,
            "l1_loss": l1_by_loop,
            "l2_loss": l2_by_reshape,
        },
    ),
    Equivalent("by_torch", {"sigmoid": sigmoid_by_torch}),
)


SIGMOID_MISCONCEPTIONS = (
    Misconception(
        "sigmoid_wrong_sign",
        {"sigmoid": sigmoid_wrong_sign},
        finding=Text(
            "Votre sortie est exactement 1/(1 + eˣ) = σ(−x) : le signe de l'exposant est inversé.",
            "Your output is exactly 1/(1 + eˣ) = σ(−x): the sign of the exponent is flipped.",
        ),
        consequence=Text(
            "La courbe descend : un grand score donnerait une probabilité proche de 0, et chaque décision s'inverse.",
            "The curve goes down: a large score would give a probability near 0, and every decision is reversed.",
        ),
        hints=(
            Text("Vers quoi σ(x) doit-elle tendre quand x devient très grand ?", "What must σ(x) tend to for large x?"),
            Text(
                "Pour que 1/(1 + e^□) tende vers 1, e^□ doit tendre vers 0.",
                "For 1/(1 + e^□) to tend to 1, e^□ must tend to 0.",
            ),
            Text("L'exposant est −x : `np.exp(-x)`.", "The exponent is −x: `np.exp(-x)`."),
        ),
    ),
    Misconception(
        "sigmoid_exp_ratio",
        {"sigmoid": sigmoid_exp_ratio},
        finding=Text(
            "Votre formule eˣ/(1 + eˣ) est juste sur le papier, mais donne NaN dès que x dépasse environ 710.",
            "Your formula eˣ/(1 + eˣ) is right on paper, but gives NaN as soon as x exceeds about 710.",
        ),
        consequence=Text(
            "eˣ déborde et vaut inf ; inf/inf n'est pas un nombre. Un seul score extrême suffit à tout gâcher.",
            "eˣ overflows to inf, and inf/inf is not a number. One extreme score is enough to spoil the whole run.",
        ),
        hints=(
            Text("Que vaut `np.exp(1000.0)` ?", "What is `np.exp(1000.0)`?"),
            Text(
                "Divisez haut et bas par eˣ, ou n'élevez e qu'à des puissances négatives : e^(−|x|) ≤ 1.",
                "Divide top and bottom by eˣ, or raise e to negative powers only: e^(−|x|) ≤ 1.",
            ),
            Text(
                "`e = np.exp(-np.abs(x))`, puis `np.where(x >= 0, 1 / (1 + e), e / (1 + e))`.",
                "`e = np.exp(-np.abs(x))`, then `np.where(x >= 0, 1 / (1 + e), e / (1 + e))`.",
            ),
        ),
    ),
    Misconception(
        "sigmoid_tanh",
        {"sigmoid": sigmoid_tanh},
        finding=Text("Votre sortie est exactement tanh(x), et non σ(x).", "Your output is exactly tanh(x), not σ(x)."),
        consequence=Text(
            "tanh va de −1 à 1 : une « probabilité » pourrait être négative.",
            "tanh ranges from −1 to 1: a “probability” could be negative.",
        ),
        hints=(
            Text(
                "Dans quel intervalle une probabilité doit-elle rester ?", "In which interval must a probability lie?"
            ),
            Text(
                "σ et tanh se ressemblent : tanh(x) = 2σ(2x) − 1. Laquelle vaut ½ en 0 ?",
                "σ and tanh look alike: tanh(x) = 2σ(2x) − 1. Which one is ½ at 0?",
            ),
            Text("σ(x) = 1/(1 + e^(−x)).", "σ(x) = 1/(1 + e^(−x))."),
        ),
    ),
)

DERIVATIVE_MISCONCEPTIONS = (
    Misconception(
        "derivative_output_as_input",
        {"sigmoid_derivative": derivative_output_as_input},
        finding=Text(
            "Votre sortie est exactement x(1 − x) : l'argument est traité comme s'il était déjà σ(x).",
            "Your output is exactly x(1 − x): the argument is treated as if it already were σ(x).",
        ),
        consequence=Text(
            "Dès que |x| est grand, cette « pente » est énorme et négative alors que σ est croissante et sature.",
            "As soon as |x| is large this “slope” is huge and negative, while σ increases and saturates.",
        ),
        hints=(
            Text(
                "La fonction reçoit x, l'entrée de σ. Où σ apparaît-elle dans votre code ?",
                "The function receives x, the input of σ. Where does σ appear in your code?",
            ),
            Text(
                "σ′ s'écrit avec σ(x) : calculez d'abord s = σ(x).", "σ′ is written with σ(x): compute s = σ(x) first."
            ),
            Text("`s = sigmoid(x)`, puis `s * (1 - s)`.", "`s = sigmoid(x)`, then `s * (1 - s)`."),
        ),
    ),
    Misconception(
        "derivative_tanh_formula",
        {"sigmoid_derivative": derivative_tanh_formula},
        finding=Text(
            "Votre sortie est exactement 1 − σ(x)² : c'est la forme de la dérivée de tanh, appliquée à σ.",
            "Your output is exactly 1 − σ(x)²: the form of the derivative of tanh, applied to σ.",
        ),
        consequence=Text(
            "La pente tendrait vers 1 pour x très négatif, là où σ est plate : le gradient y serait inventé.",
            "The slope would tend to 1 for very negative x, where σ is flat: a gradient out of nowhere.",
        ),
        hints=(
            Text(
                "Combien vaut σ′(0) ? Et que donne votre formule ?", "What is σ′(0)? And what does your formula give?"
            ),
            Text(
                "1 − t² dérive t = tanh(x). Dérivez (1 + e^(−x))⁻¹ et reconnaissez σ(x) dans le résultat.",
                "1 − t² differentiates t = tanh(x). Differentiate (1 + e^(−x))⁻¹ and recognise σ(x) in the result.",
            ),
            Text("σ′(x) = σ(x)(1 − σ(x)).", "σ′(x) = σ(x)(1 − σ(x))."),
        ),
    ),
    Misconception(
        "derivative_exp_ratio",
        {"sigmoid_derivative": derivative_exp_ratio},
        finding=Text(
            "Votre formule e^(−x)/(1 + e^(−x))² est juste sur le papier, mais donne NaN pour x très négatif.",
            "Your formula e^(−x)/(1 + e^(−x))² is right on paper, but gives NaN for very negative x.",
        ),
        consequence=Text(
            "e^(−x) déborde : inf/inf n'est pas un nombre, et un NaN dans un gradient contamine tous les poids.",
            "e^(−x) overflows: inf/inf is not a number, and a NaN in one gradient contaminates all weights.",
        ),
        hints=(
            Text("Que vaut `np.exp(1000.0)` ?", "What is `np.exp(1000.0)`?"),
            Text(
                "σ′ est paire : on peut remplacer x par |x|, et e^(−|x|) ne déborde jamais.",
                "σ′ is even: x may be replaced by |x|, and e^(−|x|) never overflows.",
            ),
            Text(
                "`s = sigmoid(x)`, puis `s * (1 - s)`, avec une sigmoïde qui ne déborde pas.",
                "`s = sigmoid(x)`, then `s * (1 - s)`, with a sigmoid that does not overflow.",
            ),
        ),
    ),
    Misconception(
        "derivative_not_taken",
        {"sigmoid_derivative": derivative_not_taken},
        finding=Text(
            "Votre sortie est exactement σ(x) : la fonction elle-même, pas sa dérivée.",
            "Your output is exactly σ(x): the function itself, not its derivative.",
        ),
        consequence=Text(
            "Le gradient serait maximal là où σ sature, alors qu'il doit y être presque nul.",
            "The gradient would be largest where σ saturates, where it must almost vanish.",
        ),
        hints=(
            Text("Quelle est la pente de σ pour x très grand ?", "What is the slope of σ for very large x?"),
            Text("Notez s = σ(x) et dérivez (1 + e^(−x))⁻¹.", "Write s = σ(x) and differentiate (1 + e^(−x))⁻¹."),
            Text("Le résultat est `s * (1 - s)`.", "The result is `s * (1 - s)`."),
        ),
    ),
)

FLATTEN_MISCONCEPTIONS = (
    Misconception(
        "flatten_one_dimensional",
        {"flatten_image": flatten_one_dimensional},
        finding=Text(
            "Vous renvoyez un vecteur à un seul axe, (h·w·c,), au lieu d'une colonne (h·w·c, 1).",
            "You return a vector with a single axis, (h·w·c,), instead of a column (h·w·c, 1).",
        ),
        consequence=Text(
            "Un vecteur à un axe se combine autrement : avec une colonne (n, 1), `a - b` produit une matrice (n, n).",
            "A one-axis vector combines differently: with a column (n, 1), `a - b` gives an (n, n) matrix.",
        ),
        hints=(
            Text("Affichez `.shape` de votre résultat.", "Print `.shape` of your result."),
            Text("Il manque un dernier axe, de longueur 1.", "A last axis is missing, of length 1."),
            Text("`image.reshape(-1, 1)`.", "`image.reshape(-1, 1)`."),
        ),
    ),
    Misconception(
        "flatten_column_major",
        {"flatten_image": flatten_column_major},
        finding=Text(
            "Vos pixels sont rangés dans l'ordre « F » : l'indice de ligne varie le plus vite.",
            "Your pixels come in “F” order: the row index varies fastest.",
        ),
        consequence=Text(
            "La forme est bonne mais les valeurs sont mélangées : la même entrée ne désigne plus le même pixel.",
            "The shape is right but the values are shuffled: an entry no longer stands for the same pixel.",
        ),
        hints=(
            Text("Quel axe doit varier le plus vite : le premier ou le dernier ?", "Which axis must vary fastest?"),
            Text(
                "L'ordre par défaut de NumPy (« C ») fait varier le dernier axe, c, le plus vite.",
                "NumPy's default order (“C”) makes the last axis, c, vary fastest.",
            ),
            Text(
                'Retirez `order="F"` ou la transposition : `image.reshape(-1, 1)`.',
                'Remove `order="F"` or the transpose: `image.reshape(-1, 1)`.',
            ),
        ),
    ),
    Misconception(
        "flatten_channels_first",
        {"flatten_image": flatten_channels_first},
        finding=Text(
            "Vous rangez tous les pixels d'un canal, puis ceux du canal suivant, comme pour une image (c, h, w).",
            "You list all pixels of one channel, then those of the next, as for a (c, h, w) image.",
        ),
        consequence=Text(
            "L'image reçue est (h, w, c) : les trois couleurs d'un même pixel doivent rester voisines.",
            "The image received is (h, w, c): the three colours of one pixel must stay neighbours.",
        ),
        hints=(
            Text(
                "Regardez les trois premières valeurs attendues : à quel pixel appartiennent-elles ?",
                "Look at the first three expected values: which pixel do they belong to?",
            ),
            Text("Aucune permutation d'axes n'est nécessaire ici.", "No permutation of axes is needed here."),
            Text("`image.reshape(-1, 1)`, sans `transpose`.", "`image.reshape(-1, 1)`, without `transpose`."),
        ),
    ),
    Misconception(
        "flatten_row_vector",
        {"flatten_image": flatten_row_vector},
        finding=Text(
            "Vous renvoyez une ligne (1, h·w·c) au lieu d'une colonne (h·w·c, 1).",
            "You return a row (1, h·w·c) instead of a column (h·w·c, 1).",
        ),
        consequence=Text(
            "Les données d'une couche linéaire écrite `W @ x` arriveraient couchées : les formes ne s'accordent plus.",
            "The data of a linear layer written `W @ x` would arrive lying down: the shapes no longer fit.",
        ),
        hints=(
            Text("Laquelle des deux longueurs doit valoir 1 ?", "Which of the two lengths must be 1?"),
            Text("Dans `reshape`, −1 veut dire « ce qui reste ».", "In `reshape`, −1 means “whatever is left”."),
            Text("`reshape(-1, 1)` et non `reshape(1, -1)`.", "`reshape(-1, 1)`, not `reshape(1, -1)`."),
        ),
    ),
)

LOSS_MISCONCEPTIONS = (
    Misconception(
        "l1_mean",
        {"l1_loss": l1_mean},
        finding=Text(
            "Votre sortie est exactement la moyenne des |ŷ − y|, soit la somme demandée divisée par n.",
            "Your output is exactly the mean of |ŷ − y|, that is the sum asked for divided by n.",
        ),
        consequence=Text(
            "L'énoncé fixe une somme : avec une moyenne, l'échelle de la perte et de ses gradients change avec n.",
            "The statement asks for a sum: with a mean, the scale of the loss and its gradients changes with n.",
        ),
        hints=(
            Text("Relisez la formule : y a-t-il un 1/n ?", "Read the formula again: is there a 1/n?"),
            Text("Σ se traduit par `np.sum`.", "Σ translates to `np.sum`."),
            Text("Remplacez `np.mean` par `np.sum`.", "Replace `np.mean` by `np.sum`."),
        ),
    ),
    Misconception(
        "l1_broadcast",
        {"l1_loss": l1_broadcast},
        finding=Text(
            "Avec ŷ de forme (n, 1) et y de forme (n,), votre soustraction forme une matrice (n, n) : "
            "vous sommez toutes les paires.",
            "With ŷ of shape (n, 1) and y of shape (n,), your subtraction makes an (n, n) matrix: you sum all pairs.",
        ),
        consequence=Text(
            "Aucune erreur ne s'affiche et la perte est fausse : c'est le piège le plus courant de la diffusion NumPy.",
            "No error is raised and the loss is wrong: the most common trap of NumPy broadcasting.",
        ),
        hints=(
            Text("Affichez `(y_hat - y).shape`.", "Print `(y_hat - y).shape`."),
            Text("Donnez la même forme aux deux tableaux avant de soustraire.", "Give both arrays one shape first."),
            Text("`np.ravel(y_hat) - np.ravel(y)`.", "`np.ravel(y_hat) - np.ravel(y)`."),
        ),
    ),
    Misconception(
        "l1_signed",
        {"l1_loss": l1_signed},
        finding=Text(
            "Votre sortie est exactement Σ(ŷ − y) : la valeur absolue manque.",
            "Your output is exactly Σ(ŷ − y): the absolute value is missing.",
        ),
        consequence=Text(
            "Les erreurs de signes opposés se compensent : une très mauvaise prédiction peut avoir une perte nulle.",
            "Errors of opposite signs cancel: a very bad prediction may have a loss of zero.",
        ),
        hints=(
            Text("Une perte peut-elle être négative ?", "Can a loss be negative?"),
            Text(
                "Chaque écart doit compter positivement, avant la somme.",
                "Each gap must count as positive, before summing.",
            ),
            Text("`np.sum(np.abs(...))`.", "`np.sum(np.abs(...))`."),
        ),
    ),
    Misconception(
        "l1_absolute_outside",
        {"l1_loss": l1_absolute_outside},
        finding=Text(
            "Votre sortie est exactement |Σ(ŷ − y)| : la valeur absolue est prise après la somme.",
            "Your output is exactly |Σ(ŷ − y)|: the absolute value is taken after the sum.",
        ),
        consequence=Text(
            "Les écarts de signes opposés se sont déjà compensés : une très mauvaise prédiction peut avoir une perte "
            "nulle.",
            "Gaps of opposite signs have cancelled already: a very bad prediction may have a loss of zero.",
        ),
        hints=(
            Text("Que vaut votre perte pour les écarts +1 et −1 ?", "What is your loss for the gaps +1 and −1?"),
            Text("Chaque écart doit être positif avant la somme.", "Each gap must be positive before the sum."),
            Text(
                "`np.sum(np.abs(...))`, non `np.abs(np.sum(...))`.", "`np.sum(np.abs(...))`, not `np.abs(np.sum(...))`."
            ),
        ),
    ),
    Misconception(
        "l1_squared",
        {"l1_loss": l1_squared},
        finding=Text(
            "Votre sortie est exactement Σ(ŷ − y)² : c'est la perte L2.",
            "Your output is exactly Σ(ŷ − y)²: the L2 loss.",
        ),
        consequence=Text(
            "Le carré donne un poids énorme aux valeurs aberrantes ; L1 est choisie justement pour l'éviter.",
            "Squaring gives outliers a huge weight, which is just what L1 is chosen to avoid.",
        ),
        hints=(
            Text("Quelle puissance de l'écart entre dans L1 ?", "Which power of the gap enters L1?"),
            Text("L1 somme les valeurs absolues, L2 les carrés.", "L1 sums absolute values, L2 squares."),
            Text("`np.sum(np.abs(...))`.", "`np.sum(np.abs(...))`."),
        ),
    ),
    Misconception(
        "l2_mean",
        {"l2_loss": l2_mean},
        finding=Text(
            "Votre sortie est exactement la moyenne des (ŷ − y)², soit la somme demandée divisée par n.",
            "Your output is exactly the mean of (ŷ − y)², that is the sum asked for divided by n.",
        ),
        consequence=Text(
            "C'est l'erreur quadratique moyenne, une autre convention : l'échelle de la perte change avec n.",
            "This is the mean squared error, another convention: the scale of the loss changes with n.",
        ),
        hints=(
            Text("Relisez la formule : y a-t-il un 1/n ?", "Read the formula again: is there a 1/n?"),
            Text("Σ se traduit par `np.sum`.", "Σ translates to `np.sum`."),
            Text("Remplacez `np.mean` par `np.sum`.", "Replace `np.mean` by `np.sum`."),
        ),
    ),
    Misconception(
        "l2_broadcast",
        {"l2_loss": l2_broadcast},
        finding=Text(
            "Avec ŷ de forme (n, 1) et y de forme (n,), votre soustraction forme une matrice (n, n) : "
            "vous sommez les carrés de toutes les paires.",
            "With ŷ of shape (n, 1) and y of shape (n,), your subtraction makes an (n, n) matrix: "
            "you sum the squares of all pairs.",
        ),
        consequence=Text(
            "Aucune erreur ne s'affiche, et un modèle parfait garderait une perte strictement positive.",
            "No error is raised, and a perfect model would keep a strictly positive loss.",
        ),
        hints=(
            Text("Affichez `(y_hat - y).shape`.", "Print `(y_hat - y).shape`."),
            Text("Donnez la même forme aux deux tableaux avant de soustraire.", "Give both arrays one shape first."),
            Text("`np.ravel(y_hat) - np.ravel(y)`.", "`np.ravel(y_hat) - np.ravel(y)`."),
        ),
    ),
    Misconception(
        "l2_root",
        {"l2_loss": l2_root},
        finding=Text(
            "Votre sortie est exactement √Σ(ŷ − y)² : la norme euclidienne, et non la somme des carrés.",
            "Your output is exactly √Σ(ŷ − y)²: the Euclidean norm, not the sum of squares.",
        ),
        consequence=Text(
            "La racine change le gradient : il ne diminue plus à mesure que la prédiction s'améliore, "
            "et n'est pas défini en 0.",
            "The root changes the gradient: it no longer shrinks as the prediction improves, and is undefined at 0.",
        ),
        hints=(
            Text("La formule contient-elle une racine ?", "Does the formula contain a root?"),
            Text("`np.linalg.norm` prend la racine à la fin.", "`np.linalg.norm` takes the root at the end."),
            Text("`np.sum(d ** 2)` avec d = ŷ − y aplati.", "`np.sum(d ** 2)` with d = ŷ − y flattened."),
        ),
    ),
    Misconception(
        "l2_absolute",
        {"l2_loss": l2_absolute},
        finding=Text(
            "Votre sortie est exactement Σ|ŷ − y| : c'est la perte L1.", "Your output is exactly Σ|ŷ − y|: the L1 loss."
        ),
        consequence=Text(
            "Les grands écarts ne sont pas pénalisés davantage que les petits, ce que L2 doit faire.",
            "Large gaps are not penalised more than small ones, which is what L2 is for.",
        ),
        hints=(
            Text("Quelle puissance de l'écart entre dans L2 ?", "Which power of the gap enters L2?"),
            Text("L1 somme les valeurs absolues, L2 les carrés.", "L1 sums absolute values, L2 squares."),
            Text("`np.sum((...) ** 2)`.", "`np.sum((...) ** 2)`."),
        ),
    ),
)

MISCONCEPTIONS = SIGMOID_MISCONCEPTIONS + DERIVATIVE_MISCONCEPTIONS + FLATTEN_MISCONCEPTIONS + LOSS_MISCONCEPTIONS
