"""1.15 jacobian_norms, clip_gradients: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import numpy as np

from attentif.exercises import Equivalent, Misconception, Text


def jacobian_norms_wrong_order(Wh, hs):
    T, d = hs.shape
    J, norms = np.eye(d), np.ones(T)
    for t in reversed(range(T - 1)):
        J = J @ (Wh * (1 - hs[t + 1] ** 2))
        norms[t] = np.linalg.norm(J, 2)
    return norms


def jacobian_norms_without_tanh(Wh, hs):
    T, d = hs.shape
    J, norms = np.eye(d), np.ones(T)
    for t in reversed(range(T - 1)):
        J = Wh @ J
        norms[t] = np.linalg.norm(J, 2)
    return norms


def jacobian_norms_frobenius(Wh, hs):
    T, d = hs.shape
    J, norms = np.eye(d), np.zeros(T)
    norms[-1] = np.linalg.norm(J)
    for t in reversed(range(T - 1)):
        J = (Wh * (1 - hs[t + 1] ** 2)) @ J
        norms[t] = np.linalg.norm(J)
    return norms


def jacobian_norms_spectral_radius(Wh, hs):
    T, d = hs.shape
    J, norms = np.eye(d), np.ones(T)
    for t in reversed(range(T - 1)):
        J = (Wh * (1 - hs[t + 1] ** 2)) @ J
        norms[t] = np.abs(np.linalg.eigvals(J)).max()
    return norms


def jacobian_norms_wrong_time(Wh, hs):
    T, d = hs.shape
    J, norms = np.eye(d), np.ones(T)
    for t in reversed(range(T - 1)):
        J = (Wh * (1 - hs[t] ** 2)) @ J
        norms[t] = np.linalg.norm(J, 2)
    return norms


def jacobian_norms_mixed_conventions(Wh, hs):
    T, d = hs.shape
    J, norms = np.eye(d), np.ones(T)
    for t in reversed(range(T - 1)):
        J = J @ np.diag(1 - hs[t + 1] ** 2) @ Wh
        norms[t] = np.linalg.norm(J, 2)
    return norms


def clip_gradients_separately(grads, max_norm):
    return [g * min(1.0, max_norm / max(np.linalg.norm(g), 1e-12)) for g in grads]


def clip_gradients_always_rescaled(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * max_norm / norm for g in grads]


def clip_gradients_by_value(grads, max_norm):
    return [np.clip(g, -max_norm, max_norm) for g in grads]


def clip_gradients_sum_of_norms(grads, max_norm):
    norm = sum(np.linalg.norm(g) for g in grads)
    scale = max_norm / norm if norm > max_norm else 1.0
    return [g * scale for g in grads]


def clip_gradients_squared_norm(grads, max_norm):
    norm = sum(np.sum(g**2) for g in grads)  # no square root
    scale = max_norm / norm if norm > max_norm else 1.0
    return [g * scale for g in grads]


def jacobian_norms_by_columns(Wh, hs):
    T = len(hs)
    J, norms = np.eye(len(Wh)), [1.0]
    for t in range(T - 1, 0, -1):
        J = J @ np.diag(1 - hs[t] ** 2) @ Wh.T  # columns: ∂h_T/∂h_t is the transpose
        norms.append(np.linalg.svd(J, compute_uv=False)[0])
    return np.array(norms[::-1])


def jacobian_norms_from_scratch(Wh, hs):
    norms = []
    for t in range(len(hs)):
        J = np.eye(len(Wh))
        for h in hs[t + 1 :]:
            J = J @ Wh @ np.diag(1 - h**2)
        norms.append(np.sqrt(max(np.linalg.eigvalsh(J @ J.T).max(), 0.0)))
    return np.array(norms)


def clip_gradients_by_concatenation(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return [g / max(1.0, norm / max_norm) for g in grads]


def clip_gradients_with_epsilon(grads, max_norm):
    norm = math.sqrt(sum(float((g * g).sum()) for g in grads))
    return tuple(g * min(1.0, max_norm / (norm + 1e-6)) for g in grads)


MISCONCEPTIONS = (
    Misconception(
        name="wrong_order",
        defines={"jacobian_norms": jacobian_norms_wrong_order},
        finding=Text(
            "Vos jacobiennes sont multipliées dans l'ordre inverse : le facteur du pas t+1 est à droite de ceux qui le "
            "suivent.",
            "Your Jacobians are multiplied in the reverse order: the factor of step t+1 stands to the right of those "
            "that follow it.",
        ),
        consequence=Text(
            "Les matrices ne commutent pas : dès deux facteurs la norme est celle d'un autre chemin, que le gradient "
            "ne suit pas.",
            "Matrices do not commute: from two factors on, the norm is that of another path, which the gradient does "
            "not follow.",
        ),
        hints=(
            Text(
                "Avec T = 2 vous avez juste, avec T = 3 non : qu'est-ce qui change ?",
                "With T = 2 you are right, with T = 3 not: what changes?",
            ),
            Text(
                "En convention ligne, une petite variation δ de h_t devient δ·J_{t+1}·J_{t+2}⋯J_T : le temps va de "
                "gauche à droite.",
                "In the row convention, a small change δ of h_t becomes δ·J_{t+1}·J_{t+2}⋯J_T: time runs from left to "
                "right.",
            ),
            Text(
                "En partant de la fin : J = (Wh * (1 − hs[t+1]**2)) @ J.",
                "Starting from the end: J = (Wh * (1 − hs[t+1]**2)) @ J.",
            ),
        ),
    ),
    Misconception(
        name="without_tanh",
        defines={"jacobian_norms": jacobian_norms_without_tanh},
        finding=Text(
            "Vos normes sont exactement celles des puissances de Wh : tanh′ manque.",
            "Your norms are exactly those of the powers of Wh: tanh′ is missing.",
        ),
        consequence=Text(
            "tanh′ ≤ 1 éteint le gradient à chaque pas où une unité sature : vous annoncez une explosion là où le "
            "gradient s'évanouit.",
            "tanh′ ≤ 1 quenches the gradient at each step where a unit saturates: you announce an explosion where "
            "the gradient vanishes.",
        ),
        hints=(
            Text(
                "Votre résultat dépend-il des valeurs de hs ? Doit-il en dépendre ?",
                "Does your result depend on the values of hs? Should it?",
            ),
            Text(
                "h_{t+1} = tanh(a) : dériver a par h_t donne Wh, dériver tanh donne diag(1 − h_{t+1}²).",
                "h_{t+1} = tanh(a): differentiating a by h_t gives Wh, differentiating tanh gives diag(1 − h_{t+1}²).",
            ),
            Text(
                "Wh * (1 − hs[t+1]**2) multiplie la colonne j de Wh par tanh′ de l'unité j.",
                "Wh * (1 − hs[t+1]**2) multiplies column j of Wh by tanh′ of unit j.",
            ),
        ),
    ),
    Misconception(
        name="frobenius",
        defines={"jacobian_norms": jacobian_norms_frobenius},
        finding=Text(
            "Vous rendez exactement la norme de Frobenius des jacobiennes, au lieu de la norme spectrale.",
            "You return exactly the Frobenius norm of the Jacobians instead of the spectral norm.",
        ),
        consequence=Text(
            "Elle additionne toutes les directions : elle vaut √d pour l'identité, et ne dit plus de combien un "
            "gradient peut grandir au pire.",
            "It adds up all directions: it is √d for the identity, and no longer says by how much a gradient can grow "
            "at worst.",
        ),
        hints=(
            Text(
                "Que vaut votre dernière valeur ? Que devrait valoir ‖∂h_T/∂h_T‖₂ ?",
                "What is your last value? What should ‖∂h_T/∂h_T‖₂ be?",
            ),
            Text(
                "La norme spectrale est la plus grande valeur singulière.",
                "The spectral norm is the largest singular value.",
            ),
            Text(
                "np.linalg.norm(J, 2) ; sans le 2, NumPy donne Frobenius.",
                "np.linalg.norm(J, 2); without the 2, NumPy gives Frobenius.",
            ),
        ),
    ),
    Misconception(
        name="spectral_radius",
        defines={"jacobian_norms": jacobian_norms_spectral_radius},
        finding=Text(
            "Vous rendez exactement le rayon spectral (la plus grande |valeur propre|), au lieu de la norme spectrale.",
            "You return exactly the spectral radius (largest |eigenvalue|) instead of the spectral norm.",
        ),
        consequence=Text(
            "Pour une matrice non normale, un vecteur peut beaucoup grandir avant de décroître : le rayon spectral ne "
            "voit pas cette croissance passagère, qui suffit à faire exploser un gradient.",
            "For a non-normal matrix a vector may grow a lot before it decays: the spectral radius misses this "
            "passing growth, which is enough to make a gradient explode.",
        ),
        hints=(
            Text(
                "Essayez J = [[0, 10], [0, 0]] : ses valeurs propres sont nulles. Multiplie-t-elle tout vecteur par 0 "
                "?",
                "Try J = [[0, 10], [0, 0]]: its eigenvalues are zero. Does it multiply every vector by 0?",
            ),
            Text(
                "‖J‖₂ = max ‖Jv‖ / ‖v‖ est une valeur singulière, non une valeur propre.",
                "‖J‖₂ = max ‖Jv‖ / ‖v‖ is a singular value, not an eigenvalue.",
            ),
            Text(
                "np.linalg.norm(J, 2), ou np.linalg.svd(J, compute_uv=False)[0].",
                "np.linalg.norm(J, 2), or np.linalg.svd(J, compute_uv=False)[0].",
            ),
        ),
    ),
    Misconception(
        name="derivative_at_wrong_time",
        defines={"jacobian_norms": jacobian_norms_wrong_time},
        finding=Text(
            "Dans ∂h_{t+1}/∂h_t vous prenez tanh′ à l'état h_t au lieu de h_{t+1}.",
            "In ∂h_{t+1}/∂h_t you take tanh′ at the state h_t instead of h_{t+1}.",
        ),
        consequence=Text(
            "Chaque jacobienne porte la saturation d'un autre pas : h_T n'intervient plus, et l'on accuse le mauvais "
            "instant d'avoir éteint le gradient.",
            "Each Jacobian bears the saturation of another step: h_T no longer plays a part, and the wrong moment is "
            "blamed for quenching the gradient.",
        ),
        hints=(
            Text(
                "Votre résultat dépend-il de hs[T−1] ? Et de hs[0] ?",
                "Does your result depend on hs[T−1]? And on hs[0]?",
            ),
            Text(
                "tanh′ se lit sur la *sortie* de la tangente : pour le pas de h_t à h_{t+1}, c'est h_{t+1}.",
                "tanh′ is read on the *output* of tanh: for the step from h_t to h_{t+1}, that is h_{t+1}.",
            ),
            Text("1 − hs[t + 1]**2.", "1 − hs[t + 1]**2."),
        ),
    ),
    Misconception(
        name="mixed_conventions",
        defines={"jacobian_norms": jacobian_norms_mixed_conventions},
        finding=Text(
            "Vous multipliez des facteurs diag(tanh′)·Wh dans l'ordre de la convention colonne, avec une matrice Wh "
            "qui est en convention ligne.",
            "You multiply factors diag(tanh′)·Wh in the order of the column convention, with a Wh that follows the "
            "row convention.",
        ),
        consequence=Text(
            "C'est la formule des manuels, écrite pour h_t = tanh(Wh·h_{t−1} + …) ; ici h·Wh, et il faudrait Whᵀ. "
            "Transposer la mauvaise moitié change la norme.",
            "It is the textbook formula, written for h_t = tanh(Wh·h_{t−1} + …); here it is h·Wh, and Whᵀ would be "
            "needed. Transposing the wrong half changes the norm.",
        ),
        hints=(
            Text(
                "Écrivez ∂h_{t+1,j}/∂h_{t,i} pour h_{t+1} = tanh(h_t·Wh + …) : quel poids apparaît ?",
                "Write ∂h_{t+1,j}/∂h_{t,i} for h_{t+1} = tanh(h_t·Wh + …): which weight appears?",
            ),
            Text(
                "Choisissez une convention et tenez-la : Wh·diag en lignes, diag·Whᵀ en colonnes.",
                "Choose a convention and keep it: Wh·diag in rows, diag·Whᵀ in columns.",
            ),
            Text(
                "En lignes : J = (Wh * (1 − hs[t+1]**2)) @ J. En colonnes : J = J @ np.diag(1 − hs[t+1]**2) @ Wh.T.",
                "In rows: J = (Wh * (1 − hs[t+1]**2)) @ J. In columns: J = J @ np.diag(1 − hs[t+1]**2) @ Wh.T.",
            ),
        ),
    ),
    Misconception(
        name="clipped_separately",
        defines={"clip_gradients": clip_gradients_separately},
        finding=Text(
            "Vous limitez chaque tableau séparément, avant de les réunir : chacun est comparé seul à max_norm.",
            "You clip each array on its own, before gathering them: each is compared alone with max_norm.",
        ),
        consequence=Text(
            "Les proportions entre paramètres changent, donc la direction du pas aussi ; et la norme globale peut "
            "encore dépasser max_norm, jusqu'à √(nombre de tableaux) fois.",
            "The proportions between parameters change, hence the direction of the step; and the global norm may "
            "still exceed max_norm, up to √(number of arrays) times.",
        ),
        hints=(
            Text(
                "Calculez la norme globale de votre résultat : reste-t-elle sous max_norm ?",
                "Compute the global norm of your result: is it below max_norm?",
            ),
            Text(
                "Tous les gradients forment un seul grand vecteur : accumulez d'abord, limitez ensuite.",
                "All gradients form one long vector: accumulate first, clip afterwards.",
            ),
            Text(
                "norm = np.sqrt(sum(np.sum(g**2) for g in grads)), puis le même facteur pour tous.",
                "norm = np.sqrt(sum(np.sum(g**2) for g in grads)), then the same factor for all.",
            ),
        ),
    ),
    Misconception(
        name="always_rescaled",
        defines={"clip_gradients": clip_gradients_always_rescaled},
        finding=Text(
            "Vous ramenez toujours la norme globale à max_norm, même quand elle est déjà plus petite.",
            "You always bring the global norm to max_norm, even when it is smaller already.",
        ),
        consequence=Text(
            "Près d'un minimum les petits gradients sont gonflés : l'apprentissage ne peut plus se poser, et un "
            "gradient nul donne NaN (0/0).",
            "Near a minimum small gradients are blown up: training can no longer settle, and a zero gradient gives "
            "NaN (0/0).",
        ),
        hints=(
            Text(
                "Que doit rendre la fonction si la norme est la moitié de max_norm ?",
                "What must the function return if the norm is half of max_norm?",
            ),
            Text(
                "Limiter n'est pas normaliser : le facteur ne doit jamais dépasser 1.",
                "Clipping is not normalising: the factor must never exceed 1.",
            ),
            Text(
                "scale = max_norm / norm if norm > max_norm else 1.0.",
                "scale = max_norm / norm if norm > max_norm else 1.0.",
            ),
        ),
    ),
    Misconception(
        name="clipped_by_value",
        defines={"clip_gradients": clip_gradients_by_value},
        finding=Text(
            "Vous bornez chaque coefficient entre −max_norm et max_norm : c'est une limite par valeur, non par norme.",
            "You bound each coefficient between −max_norm and max_norm: that clips by value, not by norm.",
        ),
        consequence=Text(
            "Les grands coefficients sont écrasés, les petits non : la direction du gradient change, et la norme peut "
            "rester très au-dessus de la limite.",
            "Large coefficients are crushed, small ones are not: the direction changes, and the norm may stay far "
            "above the limit.",
        ),
        hints=(
            Text(
                "Le gradient limité doit-il garder sa direction ?",
                "Must the clipped gradient keep its direction?",
            ),
            Text(
                "On multiplie tout par un même facteur, calculé sur la norme.",
                "Everything is multiplied by one factor, computed from the norm.",
            ),
            Text(
                "[g * min(1, max_norm / norm) for g in grads], avec norm la norme globale.",
                "[g * min(1, max_norm / norm) for g in grads], norm being the global norm.",
            ),
        ),
    ),
    Misconception(
        name="sum_of_norms",
        defines={"clip_gradients": clip_gradients_sum_of_norms},
        finding=Text(
            "Votre norme globale est la somme des normes de chaque tableau, Σ‖g‖, au lieu de √Σ‖g‖².",
            "Your global norm is the sum of the norms of the arrays, Σ‖g‖, instead of √Σ‖g‖².",
        ),
        consequence=Text(
            "Elle est toujours plus grande : vous limitez trop tôt et trop fort, d'autant plus que le réseau a de "
            "paramètres.",
            "It is always larger: you clip too early and too hard, the more so as the network has more parameters.",
        ),
        hints=(
            Text(
                "Quelle est la norme du vecteur (3, 4) ? Et si 3 et 4 sont dans deux tableaux ?",
                "What is the norm of the vector (3, 4)? And if 3 and 4 are in two arrays?",
            ),
            Text("Ce sont les carrés qui s'ajoutent (Pythagore).", "It is the squares that add up (Pythagoras)."),
            Text(
                "norm = np.sqrt(sum(np.sum(g**2) for g in grads)).",
                "norm = np.sqrt(sum(np.sum(g**2) for g in grads)).",
            ),
        ),
    ),
    Misconception(
        name="squared_norm",
        defines={"clip_gradients": clip_gradients_squared_norm},
        finding=Text(
            "Vous comparez à max_norm le carré de la norme : la racine carrée manque.",
            "You compare max_norm with the squared norm: the square root is missing.",
        ),
        consequence=Text(
            "Une norme de 10 est traitée comme 100 : le gradient limité est dix fois trop petit.",
            "A norm of 10 is treated as 100: the clipped gradient is ten times too small.",
        ),
        hints=(
            Text(
                "Calculez la norme globale de votre résultat après une limite : vaut-elle max_norm ?",
                "Compute the global norm of your result after clipping: is it max_norm?",
            ),
            Text("‖g‖ = √Σg², pas Σg².", "‖g‖ = √Σg², not Σg²."),
            Text("norm = np.sqrt(…) autour de la somme des carrés.", "norm = np.sqrt(…) around the sum of squares."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("columns", {"jacobian_norms": jacobian_norms_by_columns}),
    Equivalent("from_scratch", {"jacobian_norms": jacobian_norms_from_scratch}),
    Equivalent("concatenation", {"clip_gradients": clip_gradients_by_concatenation}),
    Equivalent("torch_epsilon", {"clip_gradients": clip_gradients_with_epsilon}),
)
