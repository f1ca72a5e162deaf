"""1.14 rnn: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def rnn_forward_initial_state_ignored(X, h0, Wx, Wh, b):
    hs, h = [], np.zeros_like(h0)  # h (B, d)
    for x in X:
        h = np.tanh(x @ Wx + h @ Wh + b)
        hs.append(h)
    return np.stack(hs)


def rnn_forward_time_reversed(X, h0, Wx, Wh, b):
    hs, h = np.zeros((*X.shape[:2], len(b))), h0
    for t in reversed(range(len(X))):
        h = np.tanh(X[t] @ Wx + h @ Wh + b)
        hs[t] = h
    return hs


def rnn_forward_state_not_updated(X, h0, Wx, Wh, b):
    return np.stack([np.tanh(x @ Wx + h0 @ Wh + b) for x in X])


def rnn_forward_without_tanh(X, h0, Wx, Wh, b):
    hs, h = [], h0
    for x in X:
        h = x @ Wx + h @ Wh + b
        hs.append(h)
    return np.stack(hs)


def rnn_forward_column_convention(X, h0, Wx, Wh, b):
    hs, h = [], h0
    for x in X:
        h = np.tanh(x @ Wx + h @ Wh.T + b)
        hs.append(h)
    return np.stack(hs)


def rnn_backward_tanh_not_squared(X, h0, Wx, Wh, b, hs, dhs):
    dX, dWx, dWh, db = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        h_prev = hs[t - 1] if t > 0 else h0
        da = (dhs[t] + dh) * (1 - hs[t])
        dX[t] = da @ Wx.T
        dWx += X[t].T @ da
        dWh += h_prev.T @ da
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def rnn_backward_current_state(X, h0, Wx, Wh, b, hs, dhs):
    dX, dWx, dWh, db = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dX[t] = da @ Wx.T
        dWx += X[t].T @ da
        dWh += hs[t].T @ da
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def rnn_backward_not_accumulated(X, h0, Wx, Wh, b, hs, dhs):
    dX = np.zeros_like(X)
    dh = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        h_prev = hs[t - 1] if t > 0 else h0
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dX[t] = da @ Wx.T
        dWx = X[t].T @ da
        dWh = h_prev.T @ da
        db = da.sum(axis=0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def rnn_backward_last_step_only(X, h0, Wx, Wh, b, hs, dhs):
    dX = np.zeros_like(X)
    dh = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        h_prev = hs[t - 1] if t > 0 else h0
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dX[t] = da @ Wx.T
        if t == len(X) - 1:
            dWx = X[t].T @ da
            dWh = h_prev.T @ da
            db = da.sum(axis=0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def rnn_backward_wh_not_transposed(X, h0, Wx, Wh, b, hs, dhs):
    dX, dWx, dWh, db = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        h_prev = hs[t - 1] if t > 0 else h0
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dX[t] = da @ Wx.T
        dWx += X[t].T @ da
        dWh += h_prev.T @ da
        db += da.sum(axis=0)
        dh = da @ Wh
    return dX, dh, dWx, dWh, db


def rnn_backward_initial_state_ignored(X, h0, Wx, Wh, b, hs, dhs):
    dX, dWx, dWh, db = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        h_prev = hs[t - 1] if t > 0 else np.zeros_like(h0)
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dX[t] = da @ Wx.T
        dWx += X[t].T @ da
        dWh += h_prev.T @ da
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def rnn_backward_forward_in_time(X, h0, Wx, Wh, b, hs, dhs):
    dX, dWx, dWh, db = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)
    for t in range(len(X)):
        h_prev = hs[t - 1] if t > 0 else h0
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dX[t] = da @ Wx.T
        dWx += X[t].T @ da
        dWh += h_prev.T @ da
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def rnn_backward_truncated(X, h0, Wx, Wh, b, hs, dhs):
    dX, dWx, dWh, db = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    for t in reversed(range(len(X))):
        h_prev = hs[t - 1] if t > 0 else h0
        da = dhs[t] * (1 - hs[t] ** 2)
        dX[t] = da @ Wx.T
        dWx += X[t].T @ da
        dWh += h_prev.T @ da
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def rnn_backward_wraps_around(X, h0, Wx, Wh, b, hs, dhs):
    dX, dWx, dWh, db = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dX[t] = da @ Wx.T
        dWx += X[t].T @ da
        dWh += hs[t - 1].T @ da  # hs[-1] at t = 0
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def rnn_forward_by_torch(X, h0, Wx, Wh, b):
    X, h, Wx, Wh, b = (torch.tensor(a) for a in (X, h0, Wx, Wh, b))
    hs = []
    for x in X:
        h = torch.tanh(x @ Wx + h @ Wh + b)
        hs.append(h)
    return torch.stack(hs).numpy()


def rnn_forward_inputs_first(X, h0, Wx, Wh, b):
    A = X @ Wx + b  # (T, B, d), all inputs in one product
    hs = np.empty_like(A)
    hs[0] = np.tanh(A[0] + h0 @ Wh)
    for t in range(1, len(A)):
        hs[t] = np.tanh(A[t] + hs[t - 1] @ Wh)
    return hs


def rnn_backward_by_autograd(X, h0, Wx, Wh, b, hs, dhs):
    X, h0, Wx, Wh, b = inputs = [torch.tensor(a, requires_grad=True) for a in (X, h0, Wx, Wh, b)]
    loss, h = 0.0, h0
    for x, dh in zip(X, torch.tensor(dhs), strict=True):
        h = torch.tanh(x @ Wx + h @ Wh + b)
        loss = loss + (h * dh).sum()
    return [g.numpy() for g in torch.autograd.grad(loss, inputs)]


def rnn_backward_sums_last(X, h0, Wx, Wh, b, hs, dhs):
    before = np.concatenate([h0[None], hs[:-1]])  # (T, B, d), h_{t−1}
    dA, dh = np.zeros_like(hs), np.zeros_like(h0)
    for t in range(len(X) - 1, -1, -1):
        dA[t] = (1 - hs[t]) * (1 + hs[t]) * (dhs[t] + dh)
        dh = dA[t] @ Wh.T
    dWx = np.einsum("tbn,tbd->nd", X, dA)
    dWh = np.einsum("tbe,tbd->ed", before, dA)
    return dA @ Wx.T, dh, dWx, dWh, dA.sum(axis=(0, 1))


MISCONCEPTIONS = (
    Misconception(
        name="initial_state_ignored",
        defines={"rnn_forward": rnn_forward_initial_state_ignored},
        finding=Text(
            "Votre sortie est exactement celle d'un départ à zéro : h0 n'est pas utilisé.",
            "Your output is exactly that of a start from zero: h0 is not used.",
        ),
        consequence=Text(
            "Le réseau oublie ce qui précède : un décodeur perd le résumé de l'encodeur, et un texte lu par morceaux "
            "recommence à chaque morceau.",
            "The network forgets what came before: a decoder loses the encoder's summary, and a text read in chunks "
            "starts anew at each chunk.",
        ),
        hints=(
            Text(
                "Changez h0 : votre sortie change-t-elle ?",
                "Change h0: does your output change?",
            ),
            Text(
                "Au premier pas, h_{t−1} est h0, donné par l'appelant.",
                "At the first step, h_{t−1} is h0, given by the caller.",
            ),
            Text("Avant la boucle : h = h0.", "Before the loop: h = h0."),
        ),
    ),
    Misconception(
        name="time_reversed",
        defines={"rnn_forward": rnn_forward_time_reversed},
        finding=Text(
            "Votre sortie est exactement celle d'une lecture à rebours, de X[T−1] à X[0].",
            "Your output is exactly that of a reading backwards, from X[T−1] to X[0].",
        ),
        consequence=Text(
            "L'état à l'instant t dépend du futur et non du passé : le réseau ne peut plus prédire la suite.",
            "The state at time t depends on the future, not on the past: the network can no longer predict what "
            "follows.",
        ),
        hints=(
            Text(
                "Changez le dernier pas de X : quels états changent ? Lesquels devraient changer ?",
                "Change the last step of X: which states change? Which ones should?",
            ),
            Text(
                "À l'aller on suit le temps ; c'est au retour qu'on le remonte.",
                "Forward follows time; it is backward that goes against it.",
            ),
            Text("for t in range(T), de 0 à T−1.", "for t in range(T), from 0 to T−1."),
        ),
    ),
    Misconception(
        name="state_not_updated",
        defines={"rnn_forward": rnn_forward_state_not_updated},
        finding=Text(
            "À chaque pas vous repartez de h0 : l'état calculé n'est pas transmis au pas suivant.",
            "At each step you start from h0 again: the state computed is not passed to the next step.",
        ),
        consequence=Text(
            "Il n'y a plus de récurrence : chaque sortie ne dépend que de son entrée, sans mémoire.",
            "There is no recurrence left: each output depends on its own input only, without memory.",
        ),
        hints=(
            Text(
                "Changez X[0] : votre hs[1] change-t-il ?",
                "Change X[0]: does your hs[1] change?",
            ),
            Text(
                "La variable qui entre dans h·Wh doit être l'état que l'on vient de calculer.",
                "The variable that enters h·Wh must be the state just computed.",
            ),
            Text(
                "Dans la boucle : h = np.tanh(x @ Wx + h @ Wh + b).", "In the loop: h = np.tanh(x @ Wx + h @ Wh + b)."
            ),
        ),
    ),
    Misconception(
        name="without_tanh",
        defines={"rnn_forward": rnn_forward_without_tanh},
        finding=Text(
            "Votre sortie est exactement la récurrence linéaire : la tangente hyperbolique manque.",
            "Your output is exactly the linear recurrence: the hyperbolic tangent is missing.",
        ),
        consequence=Text(
            "Rien ne borne plus les états, qui croissent comme les puissances de Wh, et T couches linéaires n'en font "
            "qu'une.",
            "Nothing bounds the states any more: they grow like the powers of Wh, and T linear layers make only one.",
        ),
        hints=(
            Text(
                "Vos états restent-ils entre −1 et 1 ?",
                "Do your states stay between −1 and 1?",
            ),
            Text(
                "La non-linéarité s'applique à la somme des trois termes.",
                "The non-linearity applies to the sum of the three terms.",
            ),
            Text("h = np.tanh(x @ Wx + h @ Wh + b).", "h = np.tanh(x @ Wx + h @ Wh + b)."),
        ),
    ),
    Misconception(
        name="column_convention",
        defines={"rnn_forward": rnn_forward_column_convention},
        finding=Text(
            "Vous calculez exactement tanh(x_t Wx + h_{t−1} Whᵀ + b) : Wh est transposée.",
            "You compute exactly tanh(x_t Wx + h_{t−1} Whᵀ + b): Wh is transposed.",
        ),
        consequence=Text(
            "Wh est carrée, donc aucune erreur ne vous prévient ; mais le poids Wh[i, j] relie alors j à i, et les "
            "gradients par Wh seraient transposés eux aussi.",
            "Wh is square, so no error warns you; but the weight Wh[i, j] then joins j to i, and the gradients by Wh "
            "would be transposed too.",
        ),
        hints=(
            Text(
                "L'énoncé met les états en lignes : à droite ou à gauche de Wh ?",
                "The statement writes states as rows: left or right of Wh?",
            ),
            Text(
                "En convention ligne, (B, d)·(d, d) : h à gauche, Wh telle quelle à droite, comme pour Wx.",
                "In the row convention, (B, d)·(d, d): h on the left, Wh as it is on the right, as for Wx.",
            ),
            Text("h @ Wh, sans .T.", "h @ Wh, without .T."),
        ),
    ),
    Misconception(
        name="tanh_not_squared",
        defines={"rnn_backward": rnn_backward_tanh_not_squared},
        finding=Text(
            "Vos gradients sont exactement ceux obtenus avec tanh′ = 1 − h, au lieu de 1 − h².",
            "Your gradients are exactly those given by tanh′ = 1 − h instead of 1 − h².",
        ),
        consequence=Text(
            "Pour h = −0,9 le facteur vaut 1,9 au lieu de 0,19 : les unités saturées amplifient le gradient au lieu de "
            "l'éteindre, et il explose en remontant le temps.",
            "For h = −0.9 the factor is 1.9 instead of 0.19: saturated units amplify the gradient instead of "
            "quenching it, and it explodes on its way back in time.",
        ),
        hints=(
            Text(
                "Quelle est la dérivée de tanh en fonction de sa propre valeur ? Vérifiez-la à la main en 0 et en ±1.",
                "What is the derivative of tanh in terms of its own value? Check it by hand at 0 and ±1.",
            ),
            Text("tanh′(a) = 1 − tanh(a)².", "tanh′(a) = 1 − tanh(a)²."),
            Text("da = (dhs[t] + dh) * (1 − hs[t]**2).", "da = (dhs[t] + dh) * (1 − hs[t]**2)."),
        ),
    ),
    Misconception(
        name="current_state",
        defines={"rnn_backward": rnn_backward_current_state},
        finding=Text(
            "Tout est juste sauf dWh, où vous utilisez h_t au lieu de h_{t−1}.",
            "All is right but dWh, where you use h_t instead of h_{t−1}.",
        ),
        consequence=Text(
            "Le gradient relie la sortie à elle-même, et non à l'état qui l'a produite : Wh apprend un décalage d'un "
            "pas.",
            "The gradient ties the output to itself, not to the state that produced it: Wh learns one step off.",
        ),
        hints=(
            Text(
                "Dans h_t = tanh(x_t Wx + … Wh + b), qu'est-ce qui multiplie Wh ?",
                "In h_t = tanh(x_t Wx + … Wh + b), what multiplies Wh?",
            ),
            Text(
                "C'est 1.11 : dW = (entrée)ᵀ·(gradient de la sortie), et l'entrée de Wh au pas t est h_{t−1}.",
                "It is 1.11: dW = (input)ᵀ·(gradient of the output), and the input of Wh at step t is h_{t−1}.",
            ),
            Text(
                "h_prev = hs[t − 1] if t > 0 else h0, puis dWh += h_prev.T @ da.",
                "h_prev = hs[t − 1] if t > 0 else h0, then dWh += h_prev.T @ da.",
            ),
        ),
    ),
    Misconception(
        name="not_accumulated",
        defines={"rnn_backward": rnn_backward_not_accumulated},
        finding=Text(
            "dX et dh0 sont justes ; dWx, dWh et db ne contiennent qu'un seul pas de temps, le dernier visité (t = 0).",
            "dX and dh0 are right; dWx, dWh and db hold a single time step, the last one visited (t = 0).",
        ),
        consequence=Text(
            "Les mêmes poids servent à tous les pas : sans la somme, le réseau n'apprend que du premier mot de chaque "
            "phrase.",
            "The same weights serve all steps: without the sum, the network learns from the first word of each "
            "sentence only.",
        ),
        hints=(
            Text(
                "Combien de fois Wx intervient-elle dans le calcul de hs ?",
                "How many times does Wx come into the computation of hs?",
            ),
            Text(
                "Les contributions à un paramètre partagé s'ajoutent : ici sur t, en plus du lot.",
                "Contributions to a shared parameter add up: here over t, besides the batch.",
            ),
            Text(
                "Partez de zéros avant la boucle et écrivez dWx += …, dWh += …, db += ….",
                "Start from zeros before the loop and write dWx += …, dWh += …, db += ….",
            ),
        ),
    ),
    Misconception(
        name="last_step_only",
        defines={"rnn_backward": rnn_backward_last_step_only},
        finding=Text(
            "dX et dh0 sont justes ; dWx, dWh et db ne contiennent que le dernier pas de temps (t = T − 1).",
            "dX and dh0 are right; dWx, dWh and db hold the last time step only (t = T − 1).",
        ),
        consequence=Text(
            "Les mêmes poids servent à tous les pas : sans la somme, le réseau n'apprend que du dernier mot de chaque "
            "phrase.",
            "The same weights serve all steps: without the sum, the network learns from the last word of each "
            "sentence only.",
        ),
        hints=(
            Text(
                "Combien de fois Wx intervient-elle dans le calcul de hs ?",
                "How many times does Wx come into the computation of hs?",
            ),
            Text(
                "Les contributions à un paramètre partagé s'ajoutent : ici sur t, en plus du lot.",
                "Contributions to a shared parameter add up: here over t, besides the batch.",
            ),
            Text(
                "Partez de zéros avant la boucle et écrivez dWx += …, dWh += …, db += …, à chaque pas.",
                "Start from zeros before the loop and write dWx += …, dWh += …, db += …, at each step.",
            ),
        ),
    ),
    Misconception(
        name="wh_not_transposed",
        defines={"rnn_backward": rnn_backward_wh_not_transposed},
        finding=Text(
            "Le gradient remonte le temps par da·Wh : la transposée de Wh manque.",
            "The gradient goes back in time through da·Wh: the transpose of Wh is missing.",
        ),
        consequence=Text(
            "Wh est carrée, donc rien ne vous prévient ; mais dès le deuxième pas remonté, chaque unité reçoit "
            "l'erreur d'une autre.",
            "Wh is square, so nothing warns you; but from the second step back on, each unit receives the error of "
            "another.",
        ),
        hints=(
            Text(
                "Le dernier pas est-il juste, et les précédents faux ? Que se passe-t-il entre deux pas ?",
                "Is the last step right and are the earlier ones wrong? What happens between two steps?",
            ),
            Text(
                "C'est 1.11 encore : pour Y = HW, dH = dY·Wᵀ.",
                "It is 1.11 again: for Y = HW, dH = dY·Wᵀ.",
            ),
            Text("dh = da @ Wh.T.", "dh = da @ Wh.T."),
        ),
    ),
    Misconception(
        name="initial_state_ignored_backward",
        defines={"rnn_backward": rnn_backward_initial_state_ignored},
        finding=Text(
            "Tout est juste sauf dWh : au premier pas vous prenez h_{t−1} = 0 au lieu de h0.",
            "All is right but dWh: at the first step you take h_{t−1} = 0 instead of h0.",
        ),
        consequence=Text(
            "Il manque à dWh la contribution de h0 : l'erreur ne se voit pas quand h0 est nul, et surgit dès qu'il "
            "transmet un contexte.",
            "The contribution of h0 is missing from dWh: invisible when h0 is zero, it appears as soon as h0 carries "
            "a context.",
        ),
        hints=(
            Text(
                "Votre résultat est-il juste quand h0 = 0 ? Et sinon ?",
                "Is your result right when h0 = 0? And otherwise?",
            ),
            Text(
                "hs commence à h_1 : l'état qui précède hs[0] est h0.",
                "hs starts from h_1: the state before hs[0] is h0.",
            ),
            Text("h_prev = hs[t − 1] if t > 0 else h0.", "h_prev = hs[t − 1] if t > 0 else h0."),
        ),
    ),
    Misconception(
        name="forward_in_time",
        defines={"rnn_backward": rnn_backward_forward_in_time},
        finding=Text(
            "Votre rétropropagation parcourt le temps à l'endroit, de t = 0 à T−1.",
            "Your backpropagation runs through time forwards, from t = 0 to T−1.",
        ),
        consequence=Text(
            "Le gradient passe du passé vers le futur : h_1 ne reçoit rien de h_2, qui pourtant dépend de lui.",
            "The gradient goes from past to future: h_1 receives nothing from h_2, which yet depends on it.",
        ),
        hints=(
            Text(
                "De quels états h_{t+1} dépend-il ? Dans quel ordre faut-il alors connaître les gradients ?",
                "Which states does h_{t+1} depend on? So in which order must the gradients be known?",
            ),
            Text(
                "Le gradient de h_t attend celui de h_{t+1} : on part de la fin.",
                "The gradient of h_t waits for that of h_{t+1}: start from the end.",
            ),
            Text("for t in reversed(range(T)).", "for t in reversed(range(T))."),
        ),
    ),
    Misconception(
        name="truncated",
        defines={"rnn_backward": rnn_backward_truncated},
        finding=Text(
            "Le gradient venu du futur est perdu : vous n'utilisez que dhs[t], le gradient direct de chaque pas.",
            "The gradient from the future is lost: you only use dhs[t], the direct gradient of each step.",
        ),
        consequence=Text(
            "C'est une rétropropagation tronquée à un pas : une erreur commise à la fin ne corrige jamais ce que le "
            "réseau a retenu du début.",
            "It is backpropagation truncated to one step: an error made at the end never corrects what the network "
            "kept from the beginning.",
        ),
        hints=(
            Text(
                "Si seule la dernière sortie compte (dhs nul ailleurs), que vaut votre dX[0] ?",
                "If only the last output counts (dhs zero elsewhere), what is your dX[0]?",
            ),
            Text(
                "h_t agit sur la perte par deux chemins : directement (dhs[t]) et à travers h_{t+1} (dh).",
                "h_t acts on the loss along two paths: directly (dhs[t]) and through h_{t+1} (dh).",
            ),
            Text(
                "da = (dhs[t] + dh) * (1 − hs[t]**2), puis dh = da @ Wh.T pour le tour suivant.",
                "da = (dhs[t] + dh) * (1 − hs[t]**2), then dh = da @ Wh.T for the next turn.",
            ),
        ),
    ),
    Misconception(
        name="last_state_at_first_step",
        defines={"rnn_backward": rnn_backward_wraps_around},
        finding=Text(
            "Tout est juste sauf dWh : au premier pas, l'état précédent est hs[−1], le dernier de la suite, au lieu de "
            "h0.",
            "All is right but dWh: at the first step the previous state is hs[−1], the last of the sequence, instead "
            "of h0.",
        ),
        consequence=Text(
            "Python lit un indice négatif depuis la fin, sans rien dire : la fin de la suite passe pour son "
            "commencement.",
            "Python reads a negative index from the end, without a word: the end of the sequence is taken for its "
            "beginning.",
        ),
        hints=(
            Text(
                "Quel état précède X[0] ? Lequel votre boucle utilise-t-elle alors ?",
                "Which state comes before X[0]? Which one does your loop use there?",
            ),
            Text(
                "hs[t − 1] n'est l'état précédent que si t > 0.",
                "hs[t − 1] is the previous state only if t > 0.",
            ),
            Text(
                "h_prev = hs[t − 1] if t > 0 else h0, puis dWh += h_prev.T @ da.",
                "h_prev = hs[t − 1] if t > 0 else h0, then dWh += h_prev.T @ da.",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("torch", {"rnn_forward": rnn_forward_by_torch}),
    Equivalent("inputs_first", {"rnn_forward": rnn_forward_inputs_first}),
    Equivalent("autograd", {"rnn_backward": rnn_backward_by_autograd}),
    Equivalent("sums_last", {"rnn_backward": rnn_backward_sums_last}),
)
