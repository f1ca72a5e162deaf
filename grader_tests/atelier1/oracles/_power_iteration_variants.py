"""1.10 power_iteration, stationary_distribution: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np

from attentif.exercises import Equivalent, Misconception, Text


def power_iteration_not_normalised(A, n_iter, x0):
    x = x0
    for _ in range(n_iter):
        x = A @ x  # (n,)
    return (x @ A @ x) / (x @ x), x


def power_iteration_norm_as_eigenvalue(A, n_iter, x0):
    v = x0 / np.linalg.norm(x0)  # (n,)
    for _ in range(n_iter):
        v = A @ v
        v = v / np.linalg.norm(v)
    return np.linalg.norm(A @ v), v


def power_iteration_rayleigh_undivided(A, n_iter, x0):
    x = x0
    for _ in range(n_iter):
        x = A @ x
        x = x / np.abs(x).max()  # largest entry 1: bounded, but not of norm 1
    return x @ A @ x, x / np.linalg.norm(x)


def stationary_column_convention(P):
    p = np.ones(len(P)) / len(P)  # (n,)
    for _ in range(1000):
        p = P @ p
    return p / p.sum()


def stationary_plain_iteration(P):
    p = np.eye(len(P))[0]  # (n,), all the mass on the first state
    for _ in range(1000):
        p = p @ P
    return p


def stationary_unit_norm(P):
    values, vectors = np.linalg.eig(P.T)
    v = vectors[:, np.abs(values - 1).argmin()].real  # (n,), ‖v‖₂ = 1
    return np.abs(v)


def power_iteration_by_largest_entry(A, n_iter, x0):
    x = x0
    for _ in range(n_iter):
        x = A @ x
        x = x / np.abs(x).max()
    return (x @ A @ x) / (x @ x), x / np.linalg.norm(x)


def power_iteration_positive_first(A, n_iter, x0):
    v = x0
    for _ in range(n_iter):
        v = v / np.sqrt(np.sum(v**2))
        w = A @ v  # (n,)
        eigenvalue, v = float(np.vdot(v, w)), w
    v = v / np.linalg.norm(v)
    return eigenvalue, v if v[0] > 0 else -v


def stationary_by_eigenvector(P):
    values, vectors = np.linalg.eig(P.T)
    v = vectors[:, np.abs(values - 1).argmin()].real  # (n,)
    return v / v.sum()


def stationary_by_lazy_chain(P):
    lazy = (P + np.eye(len(P))) / 2  # staying put half of the time: same π, no period
    for _ in range(40):
        lazy = lazy @ lazy
        lazy = lazy / lazy.sum(axis=1, keepdims=True)
    return lazy[0]


MISCONCEPTIONS = (
    Misconception(
        name="not_normalised",
        defines={"power_iteration": power_iteration_not_normalised},
        finding=Text(
            "Votre vecteur est exactement Aᵏx₀, jamais ramené à la norme 1.",
            "Your vector is exactly Aᵏx₀, never brought back to norm 1.",
        ),
        consequence=Text(
            "Sa longueur est multipliée par |λ| à chaque tour : elle dépasse ce qu'un flottant peut contenir (inf, "
            "puis NaN) si |λ| > 1, et tombe à 0 si |λ| < 1.",
            "Its length is multiplied by |λ| at each turn: it leaves the range of floats (inf, then NaN) if |λ| > 1 "
            "and falls to 0 if |λ| < 1.",
        ),
        hints=(
            Text(
                "Affichez la norme de votre vecteur à chaque tour : que devient-elle après 500 tours ?",
                "Print the norm of your vector at each turn: what has become of it after 500 turns?",
            ),
            Text(
                "Seule la direction compte : on peut changer la longueur du vecteur à chaque tour sans rien perdre.",
                "Only the direction matters: the vector's length may be changed at each turn without losing anything.",
            ),
            Text(
                "Dans la boucle, après v = A @ v, ajoutez v = v / np.linalg.norm(v).",
                "In the loop, after v = A @ v, add v = v / np.linalg.norm(v).",
            ),
        ),
    ),
    Misconception(
        name="norm_as_eigenvalue",
        defines={"power_iteration": power_iteration_norm_as_eigenvalue},
        finding=Text(
            "Le vecteur est juste ; votre valeur propre est exactement ‖Av‖, donc |λ| : son signe est perdu.",
            "The vector is right; your eigenvalue is exactly ‖Av‖, that is |λ|: its sign is lost.",
        ),
        consequence=Text(
            "Quand λ < 0 le vecteur change de sens à chaque tour, et vous annoncez pourtant une dilatation sans "
            "retournement : Av ≠ λv.",
            "When λ < 0 the vector flips at each turn, yet you announce a stretch without a flip: Av ≠ λv.",
        ),
        hints=(
            Text(
                "Essayez votre fonction sur −A : la valeur propre doit changer de signe.",
                "Try your function on −A: the eigenvalue must change sign.",
            ),
            Text(
                "Une norme est toujours positive. Quel produit de v et de Av garde le sens ?",
                "A norm is never negative. Which product of v and Av keeps the direction?",
            ),
            Text(
                "Utilisez le quotient de Rayleigh : λ = vᵀAv (avec ‖v‖ = 1), soit v @ A @ v.",
                "Use the Rayleigh quotient: λ = vᵀAv (with ‖v‖ = 1), that is v @ A @ v.",
            ),
        ),
    ),
    Misconception(
        name="rayleigh_undivided",
        defines={"power_iteration": power_iteration_rayleigh_undivided},
        finding=Text(
            "Le vecteur rendu est juste ; votre valeur propre est exactement xᵀAx, pris sur un x de plus grande "
            "coordonnée 1 : il manque la division par xᵀx.",
            "The vector returned is right; your eigenvalue is exactly xᵀAx, taken on an x whose largest entry is 1: "
            "the division by xᵀx is missing.",
        ),
        consequence=Text(
            "Votre λ est multiplié par ‖x‖² : il dépend de la longueur du vecteur, ce qu'une valeur propre ne fait "
            "jamais.",
            "Your λ is multiplied by ‖x‖²: it depends on the vector's length, which no eigenvalue does.",
        ),
        hints=(
            Text(
                "Si l'on double x, que devient votre λ ? Que devrait-il devenir ?",
                "If x is doubled, what becomes of your λ? What should become of it?",
            ),
            Text(
                "Pour Ax = λx, on a xᵀAx = λ·xᵀx : isolez λ.",
                "For Ax = λx, one has xᵀAx = λ·xᵀx: solve for λ.",
            ),
            Text(
                "λ = (x @ A @ x) / (x @ x), ou bien calculez v @ A @ v avec le vecteur unitaire v.",
                "λ = (x @ A @ x) / (x @ x), or compute v @ A @ v with the unit vector v.",
            ),
        ),
    ),
    Misconception(
        name="column_convention",
        defines={"stationary_distribution": stationary_column_convention},
        finding=Text(
            "Vous rendez la distribution uniforme : c'est ce que donne p ← P·p quand les lignes de P somment à 1.",
            "You return the uniform distribution: it is what p ← P·p gives when the rows of P sum to 1.",
        ),
        consequence=Text(
            "Avec P[i, j] = probabilité d'aller de i vers j, P·p fait la moyenne sur les états d'arrivée, et un "
            "vecteur constant n'y bouge plus : la chaîne n'a pas été prise en compte.",
            "With P[i, j] = probability of going from i to j, P·p averages over the states one goes to, and a "
            "constant vector no longer moves: the chain was not used at all.",
        ),
        hints=(
            Text(
                "Qu'est-ce qui somme à 1 dans P, les lignes ou les colonnes ? Que vaut P·(1, …, 1) ?",
                "What sums to 1 in P, rows or columns? What is P·(1, …, 1)?",
            ),
            Text(
                "La probabilité d'être en j à l'instant suivant est Σ_i p_i·P[i, j] : p est un vecteur ligne, à "
                "gauche.",
                "The probability of being in j next is Σ_i p_i·P[i, j]: p is a row vector, on the left.",
            ),
            Text(
                "Remplacez P @ p par p @ P (ou P.T @ p), vecteurs propres compris : np.linalg.eig(P.T).",
                "Replace P @ p with p @ P (or P.T @ p), eigenvectors included: np.linalg.eig(P.T).",
            ),
        ),
    ),
    Misconception(
        name="plain_iteration",
        defines={"stationary_distribution": stationary_plain_iteration},
        finding=Text(
            "Votre résultat est exactement pPᵏ, parti du premier état : juste quand la chaîne oublie son départ, faux "
            "quand elle est périodique.",
            "Your result is exactly pPᵏ, started from the first state: right when the chain forgets its start, wrong "
            "when it is periodic.",
        ),
        consequence=Text(
            "Une chaîne périodique fait tourner la masse sans jamais se stabiliser : votre réponse dépend de la parité "
            "du nombre de tours.",
            "A periodic chain moves the mass round and never settles: your answer depends on how many turns were made.",
        ),
        hints=(
            Text(
                "Suivez p sur la chaîne à deux états qui s'échangent, P = [[0, 1], [1, 0]].",
                "Follow p on the chain of two states that swap, P = [[0, 1], [1, 0]].",
            ),
            Text(
                "πP = π est un système d'équations linéaires : il a une solution même quand pPᵏ ne converge pas. Ou "
                "bien faites « hésiter » la chaîne : (P + I)/2 a le même π, et plus de période.",
                "πP = π is a linear system: it has a solution even where pPᵏ does not converge. Or make the chain "
                "hesitate: (P + I)/2 has the same π and no period.",
            ),
            Text(
                "Dans la boucle : p = (p + p @ P) / 2.",
                "In the loop: p = (p + p @ P) / 2.",
            ),
        ),
    ),
    Misconception(
        name="unit_norm",
        defines={"stationary_distribution": stationary_unit_norm},
        finding=Text(
            "La direction est juste, mais votre vecteur est de norme 1 : sa somme ne vaut pas 1.",
            "The direction is right, but your vector has norm 1: its sum is not 1.",
        ),
        consequence=Text(
            "Ce n'est pas une distribution de probabilité : les fréquences d'occupation que l'on y lirait dépassent "
            "100 % au total.",
            "It is not a probability distribution: the occupation frequencies read from it add up to more than 100%.",
        ),
        hints=(
            Text("Calculez π.sum().", "Compute π.sum()."),
            Text(
                "np.linalg.eig rend des vecteurs de norme euclidienne 1 ; une distribution a pour somme 1.",
                "np.linalg.eig returns vectors of Euclidean norm 1; a distribution sums to 1.",
            ),
            Text(
                "π = v / v.sum(), ce qui règle aussi le signe.",
                "π = v / v.sum(), which settles the sign as well.",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("largest_entry", {"power_iteration": power_iteration_by_largest_entry}),
    Equivalent("positive_first", {"power_iteration": power_iteration_positive_first}),
    Equivalent("eigenvector", {"stationary_distribution": stationary_by_eigenvector}),
    Equivalent("lazy_chain", {"stationary_distribution": stationary_by_lazy_chain}),
)
