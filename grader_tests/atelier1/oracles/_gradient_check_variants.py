"""1.13 gradient_check: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np

from attentif.exercises import Equivalent, Misconception, Text


def gradient_check_forward(f, x, eps=1e-5):
    value, a = f(x)  # a (d,)
    n = np.zeros_like(a)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = eps
        n[i] = (f(x + step)[0] - value) / eps
    return np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n))


def gradient_check_divided_by_eps(f, x, eps=1e-5):
    _, a = f(x)  # (d,)
    n = np.zeros_like(a)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = eps
        n[i] = (f(x + step)[0] - f(x - step)[0]) / eps
    return np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n))


def gradient_check_absolute(f, x, eps=1e-5):
    _, a = f(x)  # (d,)
    n = np.zeros_like(a)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = eps
        n[i] = (f(x + step)[0] - f(x - step)[0]) / (2 * eps)
    return np.linalg.norm(a - n)


def gradient_check_not_restored(f, x, eps=1e-5):
    _, a = f(x)  # (d,)
    n = np.zeros_like(a)
    for i in range(len(x)):
        x[i] += eps
        plus = f(x)[0]
        x[i] -= 2 * eps  # and x stays there
        minus = f(x)[0]
        n[i] = (plus - minus) / (2 * eps)
    return np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n))


def gradient_check_tiny_step(f, x, eps=1e-5):
    eps = 1e-12
    _, a = f(x)  # (d,)
    n = np.zeros_like(a)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = eps
        n[i] = (f(x + step)[0] - f(x - step)[0]) / (2 * eps)
    return np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n))


def gradient_check_all_at_once(f, x, eps=1e-5):
    _, a = f(x)  # (d,)
    n = np.zeros_like(a)
    for i in range(len(x)):
        n[i] = (f(x + eps)[0] - f(x - eps)[0]) / (2 * eps)  # every coordinate moves
    return np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n))


def gradient_check_with_restoring(f, x, eps=1e-5):
    a = np.array(f(x)[1])  # (d,)
    n = np.empty_like(a)
    for i in range(x.size):
        old = x[i]
        x[i] = old + eps
        plus, _ = f(x)
        x[i] = old - eps
        minus, _ = f(x)
        x[i] = old
        n[i] = 0.5 * (plus - minus) / eps
    return float(np.linalg.norm(n - a) / (np.linalg.norm(n) + np.linalg.norm(a)))


def gradient_check_by_comprehension(f, x, eps=1e-5):
    a = f(x)[1]  # (d,)
    n = np.array([f(x + eps * e)[0] / (2 * eps) - f(x - eps * e)[0] / (2 * eps) for e in np.eye(len(x))])
    return euclidean_norm(a - n) / (euclidean_norm(a) + euclidean_norm(n))


def euclidean_norm(v):
    return float(np.sqrt(np.sum(v * v)))


MISCONCEPTIONS = (
    Misconception(
        name="forward_difference",
        defines={"gradient_check": gradient_check_forward},
        finding=Text(
            "Votre gradient numérique est exactement la différence avant, (f(x+ε) − f(x))/ε.",
            "Your numerical gradient is exactly the forward difference, (f(x+ε) − f(x))/ε.",
        ),
        consequence=Text(
            "Son erreur est proportionnelle à ε : quand on divise ε par 2, elle est divisée par 2, et non par 4 comme "
            "avec la différence centrée. Un gradient juste paraîtra faux aux tolérances usuelles.",
            "Its error is proportional to ε: halving ε halves it, where a central difference would divide it by 4. A "
            "right gradient will look wrong at the usual tolerances.",
        ),
        hints=(
            Text(
                "Mesurez l'erreur sur cubic avec ε = 0,2 puis 0,1 : par combien est-elle divisée ?",
                "Measure the error on cubic with ε = 0.2, then 0.1: by how much is it divided?",
            ),
            Text(
                "Développez f(x+ε) et f(x−ε) à l'ordre 2 : en soustrayant, le terme en ε² disparaît.",
                "Expand f(x+ε) and f(x−ε) to order 2: on subtracting, the term in ε² vanishes.",
            ),
            Text(
                "(f(x + step)[0] − f(x − step)[0]) / (2 * eps).",
                "(f(x + step)[0] − f(x − step)[0]) / (2 * eps).",
            ),
        ),
    ),
    Misconception(
        name="divided_by_eps",
        defines={"gradient_check": gradient_check_divided_by_eps},
        finding=Text(
            "Votre gradient numérique est exactement le double du bon : (f(x+ε) − f(x−ε)) est divisé par ε, non par "
            "2ε.",
            "Your numerical gradient is exactly twice the right one: (f(x+ε) − f(x−ε)) is divided by ε, not by 2ε.",
        ),
        consequence=Text(
            "Un gradient juste obtient toujours une erreur relative de 1/3 : votre vérification refuse tout ce qui est "
            "bon.",
            "A right gradient always gets a relative error of 1/3: your check turns down all that is right.",
        ),
        hints=(
            Text(
                "Essayez f(x) = 5x à la main : quelle pente trouvez-vous ?",
                "Try f(x) = 5x by hand: which slope do you find?",
            ),
            Text(
                "Quelle distance sépare x + ε de x − ε ?",
                "How far apart are x + ε and x − ε?",
            ),
            Text("Divisez par (2 * eps), parenthèses comprises.", "Divide by (2 * eps), brackets included."),
        ),
    ),
    Misconception(
        name="absolute_error",
        defines={"gradient_check": gradient_check_absolute},
        finding=Text(
            "Vous rendez exactement ‖a − n‖ : c'est l'erreur absolue, sans la division par ‖a‖ + ‖n‖.",
            "You return exactly ‖a − n‖: the absolute error, without the division by ‖a‖ + ‖n‖.",
        ),
        consequence=Text(
            "Le même défaut paraît énorme si la fonction est multipliée par 1000, et invisible si elle l'est par "
            "0,001 : aucun seuil ne convient.",
            "The same slip looks huge if the function is multiplied by 1000, and invisible if by 0.001: no threshold "
            "fits.",
        ),
        hints=(
            Text(
                "Votre résultat change-t-il si l'on multiplie f et son gradient par 1000 ?",
                "Does your result change if f and its gradient are multiplied by 1000?",
            ),
            Text(
                "Une erreur relative compare l'écart à la taille de ce que l'on compare.",
                "A relative error compares the gap with the size of what is compared.",
            ),
            Text(
                "Divisez par (np.linalg.norm(a) + np.linalg.norm(n)).",
                "Divide by (np.linalg.norm(a) + np.linalg.norm(n)).",
            ),
        ),
    ),
    Misconception(
        name="not_restored",
        defines={"gradient_check": gradient_check_not_restored},
        finding=Text(
            "x est modifié sur place et n'est pas remis : après chaque tour, x[i] reste décalé de −ε.",
            "x is changed in place and not put back: after each turn x[i] stays shifted by −ε.",
        ),
        consequence=Text(
            "Les dérivées suivantes sont prises en un autre point, et celui qui vous a confié x (les poids d'un "
            "réseau, le plus souvent) le retrouve abîmé.",
            "The next derivatives are taken at another point, and whoever lent you x (the weights of a network, most "
            "often) gets it back damaged.",
        ),
        hints=(
            Text(
                "Affichez x avant et après l'appel à votre fonction.",
                "Print x before and after the call of your function.",
            ),
            Text(
                "x += … écrit dans le tableau de l'appelant : gardez l'ancienne valeur, ou construisez un autre "
                "tableau.",
                "x += … writes into the caller's array: keep the old value, or build another array.",
            ),
            Text(
                "step = np.zeros_like(x), step[i] = eps, puis f(x + step) et f(x − step).",
                "step = np.zeros_like(x), step[i] = eps, then f(x + step) and f(x − step).",
            ),
        ),
    ),
    Misconception(
        name="tiny_step",
        defines={"gradient_check": gradient_check_tiny_step},
        finding=Text(
            "Votre résultat est celui d'un pas ε = 10⁻¹², quel que soit le eps demandé.",
            "Your result is that of a step ε = 10⁻¹², whatever eps is asked for.",
        ),
        consequence=Text(
            "f(x+ε) et f(x−ε) n'ont plus que trois ou quatre chiffres qui diffèrent : la soustraction ne garde que du "
            "bruit d'arrondi, et une erreur de 10⁻⁴ frappe même un gradient juste.",
            "f(x+ε) and f(x−ε) differ in three or four digits only: the subtraction keeps rounding noise, and an "
            "error of 10⁻⁴ hits even a right gradient.",
        ),
        hints=(
            Text(
                "Tracez l'erreur en fonction de ε, de 10⁻¹ à 10⁻¹⁴ : où est-elle la plus petite ?",
                "Plot the error against ε from 10⁻¹ to 10⁻¹⁴: where is it smallest?",
            ),
            Text(
                "Deux erreurs s'opposent : la troncature, en ε², et l'arrondi, en 10⁻¹⁶/ε. Le bon compromis est près "
                "de 10⁻⁵.",
                "Two errors compete: truncation, as ε², and rounding, as 10⁻¹⁶/ε. The right compromise is near 10⁻⁵.",
            ),
            Text(
                "Servez-vous du paramètre eps, avec 1e-5 comme valeur par défaut dans la signature.",
                "Use the parameter eps, with 1e-5 as its default in the signature.",
            ),
        ),
    ),
    Misconception(
        name="all_at_once",
        defines={"gradient_check": gradient_check_all_at_once},
        finding=Text(
            "Toutes les composantes de votre gradient numérique sont égales : x + eps déplace toutes les coordonnées à "
            "la fois.",
            "All entries of your numerical gradient are equal: x + eps moves all coordinates at once.",
        ),
        consequence=Text(
            "Vous mesurez la somme des dérivées partielles, la pente dans la direction (1, …, 1), au lieu de chacune "
            "d'elles.",
            "You measure the sum of the partial derivatives, the slope along (1, …, 1), instead of each of them.",
        ),
        hints=(
            Text(
                "Que fait NumPy de x + 0.1 quand x est un vecteur ?",
                "What does NumPy make of x + 0.1 when x is a vector?",
            ),
            Text(
                "Une dérivée partielle ne bouge qu'une coordonnée : le déplacement est ε·e_i.",
                "A partial derivative moves one coordinate only: the displacement is ε·e_i.",
            ),
            Text(
                "step = np.zeros_like(x) ; step[i] = eps ; puis f(x + step) et f(x − step).",
                "step = np.zeros_like(x); step[i] = eps; then f(x + step) and f(x − step).",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("restored", {"gradient_check": gradient_check_with_restoring}),
    Equivalent("comprehension", {"gradient_check": gradient_check_by_comprehension}, uses=(euclidean_norm,)),
)
