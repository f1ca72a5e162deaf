"""1.11 linear_layer: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np

from attentif.exercises import Equivalent, Misconception, Text


def linear_forward_missing_bias(X, W, b):
    return X @ W


def linear_forward_transposed_weight(X, W, b):
    return X @ W.T + b


def linear_backward_weight_averaged(X, W, b, dY):
    return dY @ W.T, X.T @ dY / len(X), dY.sum(axis=0)


def linear_backward_weight_transposed(X, W, b, dY):
    return dY @ W.T, dY.T @ X, dY.sum(axis=0)


def linear_backward_upstream_forgotten(X, W, b, dY):
    return dY @ W.T, X.T @ np.ones_like(dY), dY.sum(axis=0)


def linear_backward_bias_averaged(X, W, b, dY):
    return dY @ W.T, X.T @ dY, dY.mean(axis=0)


def linear_backward_bias_wrong_axis(X, W, b, dY):
    return dY @ W.T, X.T @ dY, dY.sum(axis=1)


def linear_backward_bias_not_reduced(X, W, b, dY):
    return dY @ W.T, X.T @ dY, dY


def linear_backward_input_not_transposed(X, W, b, dY):
    return dY @ W, X.T @ dY, dY.sum(axis=0)


def linear_forward_by_einsum(X, W, b):
    return np.einsum("bn,nm->bm", X, W) + b[None, :]


def linear_forward_by_loops(X, W, b):
    Y = np.zeros((X.shape[0], W.shape[1]), dtype=X.dtype)  # (B, m)
    for i, x in enumerate(X):
        for j, w in enumerate(W.T):
            Y[i, j] = np.dot(x, w) + b[j]
    return Y


def linear_backward_by_einsum(X, W, b, dY):
    return np.einsum("bm,nm->bn", dY, W), np.einsum("bn,bm->nm", X, dY), np.einsum("bm->m", dY)


def linear_backward_by_samples(X, W, b, dY):
    dX = np.stack([W @ g for g in dY])  # (B, n)
    dW = sum(np.outer(x, g) for x, g in zip(X, dY, strict=True))  # one (n, m) matrix per sample
    return dX, dW, np.ones(len(dY), dtype=dY.dtype) @ dY


def linear_backward_by_augmentation(X, W, b, dY):
    X1 = np.hstack([X, np.ones((len(X), 1), dtype=X.dtype)])  # (B, n + 1): the bias is the weight of a constant input
    dW1 = X1.T @ dY  # (n + 1, m)
    return [(W @ dY.T).T, dW1[:-1], dW1[-1]]


MISCONCEPTIONS = (
    Misconception(
        name="missing_bias",
        defines={"linear_forward": linear_forward_missing_bias},
        finding=Text("Votre sortie est exactement XW : le biais b manque.", "Your output is exactly XW: b is missing."),
        consequence=Text(
            "La couche envoie toujours 0 sur 0 : aucun seuil ne peut être appris, et db ne servirait à rien.",
            "The layer always sends 0 to 0: no threshold can be learnt, and db would be of no use.",
        ),
        hints=(
            Text("Que vaut votre sortie quand X est nul ?", "What is your output when X is zero?"),
            Text(
                "b, de forme (m,), s'ajoute à chaque ligne de XW, de forme (B, m) : la diffusion s'en charge.",
                "b, of shape (m,), is added to each row of XW, of shape (B, m): broadcasting does it.",
            ),
            Text("return X @ W + b", "return X @ W + b"),
        ),
    ),
    Misconception(
        name="transposed_weight",
        defines={"linear_forward": linear_forward_transposed_weight},
        finding=Text(
            "Vous calculez exactement XWᵀ + b : la matrice W est transposée.",
            "You compute exactly XWᵀ + b: the matrix W is transposed.",
        ),
        consequence=Text(
            "C'est la convention de torch.nn.Linear, qui range ses poids en (m, n). Ici W est (n, m) : si n ≠ m, "
            "les formes ne vont pas ensemble ; si n = m, rien ne vous prévient et chaque poids relie les mauvais "
            "neurones.",
            "This is the convention of torch.nn.Linear, which stores its weights as (m, n). Here W is (n, m): if "
            "n ≠ m the shapes do not fit; if n = m nothing warns you and each weight joins the wrong units.",
        ),
        hints=(
            Text(
                "Écrivez les formes l'une sous l'autre : (B, n), puis celle de W, et cherchez (B, m).",
                "Write the shapes one under the other: (B, n), then that of W, and look for (B, m).",
            ),
            Text(
                "Dans un produit, les deux axes voisins doivent être le même : (B, n)·(n, m).",
                "In a product the two neighbouring axes must be the same: (B, n)·(n, m).",
            ),
            Text("return X @ W + b, sans transposition.", "return X @ W + b, without a transpose."),
        ),
    ),
    Misconception(
        name="weight_averaged",
        defines={"linear_backward": linear_backward_weight_averaged},
        finding=Text(
            "dX et db sont justes ; votre dW est exactement XᵀdY/B : une division par la taille du lot est en trop.",
            "dX and db are right; your dW is exactly XᵀdY/B: there is one division by the batch size too many.",
        ),
        consequence=Text(
            "La moyenne sur le lot, s'il y en a une, est déjà dans dY (c'est la perte qui divise). La refaire ici rend "
            "les pas B fois trop petits pour W seul : W et b n'apprennent plus à la même vitesse.",
            "The mean over the batch, if there is one, is already in dY (the loss divides). Doing it again makes the "
            "steps of W alone B times too small: W and b no longer learn at the same pace.",
        ),
        hints=(
            Text(
                "La couche linéaire connaît-elle la perte ? Qui décide d'une moyenne ?",
                "Does the linear layer know the loss? Who decides to take a mean?",
            ),
            Text(
                "Chaque exemple contribue x_bᵀdy_b, et les contributions d'un paramètre partagé s'ajoutent.",
                "Each sample contributes x_bᵀdy_b, and the contributions to a shared parameter add up.",
            ),
            Text("dW = X.T @ dY, sans division.", "dW = X.T @ dY, without a division."),
        ),
    ),
    Misconception(
        name="weight_transposed",
        defines={"linear_backward": linear_backward_weight_transposed},
        finding=Text(
            "dX et db sont justes ; votre dW est exactement dYᵀX, la transposée du gradient attendu.",
            "dX and db are right; your dW is exactly dYᵀX, the transpose of the expected gradient.",
        ),
        consequence=Text(
            "Un gradient a toujours la forme de ce par quoi l'on dérive : W − η·dW n'a pas de sens si n ≠ m, et "
            "mélange lignes et colonnes si n = m.",
            "A gradient always has the shape of what one differentiates by: W − η·dW is meaningless if n ≠ m, and "
            "mixes rows and columns if n = m.",
        ),
        hints=(
            Text("Comparez dW.shape et W.shape.", "Compare dW.shape with W.shape."),
            Text(
                "On cherche (n, m) à partir de X (B, n) et dY (B, m) : l'axe B doit disparaître au milieu.",
                "(n, m) is wanted from X (B, n) and dY (B, m): the axis B must vanish in the middle.",
            ),
            Text("(n, B)·(B, m) : dW = X.T @ dY.", "(n, B)·(B, m): dW = X.T @ dY."),
        ),
    ),
    Misconception(
        name="upstream_forgotten",
        defines={"linear_backward": linear_backward_upstream_forgotten},
        finding=Text(
            "dX et db sont justes ; votre dW est exactement Xᵀ·1 : dY n'y entre pas.",
            "dX and db are right; your dW is exactly Xᵀ·1: dY is not in it.",
        ),
        consequence=Text(
            "C'est la dérivée de ΣY, non celle de la perte : W serait mis à jour de la même façon, quelle que soit "
            "l'erreur commise.",
            "It is the derivative of ΣY, not of the loss: W would be updated in the same way whatever the error.",
        ),
        hints=(
            Text(
                "Votre dW change-t-il si vous doublez dY ? Doit-il changer ?",
                "Does your dW change when dY is doubled? Should it?",
            ),
            Text(
                "Règle de la chaîne : ∂L/∂W = (dérivée locale X) combinée avec (gradient reçu dY).",
                "Chain rule: ∂L/∂W = (local derivative X) combined with (gradient received dY).",
            ),
            Text("dW = X.T @ dY.", "dW = X.T @ dY."),
        ),
    ),
    Misconception(
        name="bias_averaged",
        defines={"linear_backward": linear_backward_bias_averaged},
        finding=Text(
            "dX et dW sont justes ; votre db est exactement la moyenne de dY sur le lot, au lieu de la somme.",
            "dX and dW are right; your db is exactly the mean of dY over the batch instead of the sum.",
        ),
        consequence=Text(
            "Le biais reçoit un gradient B fois trop petit : il apprend B fois moins vite que les poids.",
            "The bias receives a gradient B times too small: it learns B times more slowly than the weights.",
        ),
        hints=(
            Text(
                "Le même b sert aux B exemples : que fait-on des contributions à un paramètre partagé ?",
                "The same b serves all B samples: what does one do with contributions to a shared parameter?",
            ),
            Text(
                "Elles s'ajoutent. Si la perte est une moyenne, la division par B est déjà dans dY.",
                "They add up. If the loss is a mean, the division by B is already in dY.",
            ),
            Text("db = dY.sum(axis=0).", "db = dY.sum(axis=0)."),
        ),
    ),
    Misconception(
        name="bias_wrong_axis",
        defines={"linear_backward": linear_backward_bias_wrong_axis},
        finding=Text(
            "dX et dW sont justes ; votre db somme dY sur l'axe des sorties : il est de forme (B,), non (m,).",
            "dX and dW are right; your db sums dY over the axis of the outputs: its shape is (B,), not (m,).",
        ),
        consequence=Text(
            "Vous obtenez un nombre par exemple alors qu'il y a un biais par sortie : la mise à jour de b échouerait, "
            "ou se tromperait sans bruit quand B = m.",
            "You get one number per sample whereas there is one bias per output: the update of b would fail, or "
            "silently go wrong when B = m.",
        ),
        hints=(
            Text("Comparez db.shape et b.shape.", "Compare db.shape with b.shape."),
            Text(
                "b a été recopié sur l'axe B à l'aller ; au retour, c'est cet axe-là que l'on somme.",
                "b was copied along the axis B on the way forward; on the way back that axis is summed.",
            ),
            Text("db = dY.sum(axis=0).", "db = dY.sum(axis=0)."),
        ),
    ),
    Misconception(
        name="bias_not_reduced",
        defines={"linear_backward": linear_backward_bias_not_reduced},
        finding=Text(
            "dX et dW sont justes ; votre db est dY lui-même, de forme (B, m).",
            "dX and dW are right; your db is dY itself, of shape (B, m).",
        ),
        consequence=Text(
            "Après b − η·db, le biais deviendrait une matrice (B, m) : un biais différent pour chaque exemple, et une "
            "couche qui ne marche plus dès que B change.",
            "After b − η·db the bias would be a (B, m) matrix: a different bias for each sample, and a layer that "
            "breaks as soon as B changes.",
        ),
        hints=(
            Text("Quelle forme doit avoir le gradient de b ?", "What shape must the gradient of b have?"),
            Text(
                "À l'aller, la diffusion a recopié b sur B lignes : au retour, on somme les B copies.",
                "Forward, broadcasting copied b to B rows: backward, the B copies are summed.",
            ),
            Text("db = dY.sum(axis=0).", "db = dY.sum(axis=0)."),
        ),
    ),
    Misconception(
        name="input_not_transposed",
        defines={"linear_backward": linear_backward_input_not_transposed},
        finding=Text(
            "Votre dX est exactement dY·W : la transposée de W manque.",
            "Your dX is exactly dY·W: the transpose of W is missing.",
        ),
        consequence=Text(
            "Si n ≠ m, le produit est impossible ; si n = m, il passe sans bruit, et l'erreur remonte dans les mauvais "
            "neurones : les couches du dessous apprennent n'importe quoi.",
            "If n ≠ m the product is impossible; if n = m it runs silently, and the error goes back to the wrong "
            "units: the layers below learn nonsense.",
        ),
        hints=(
            Text(
                "Écrivez les formes : dY est (B, m), W est (n, m), dX doit être (B, n).",
                "Write the shapes: dY is (B, m), W is (n, m), dX must be (B, n).",
            ),
            Text(
                "x_i agit sur y_j par W[i, j] ; donc dx_i = Σ_j dy_j·W[i, j] : la somme porte sur le second axe de W.",
                "x_i acts on y_j through W[i, j]; so dx_i = Σ_j dy_j·W[i, j]: the sum runs over the second axis of W.",
            ),
            Text("dX = dY @ W.T.", "dX = dY @ W.T."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("einsum", {"linear_forward": linear_forward_by_einsum, "linear_backward": linear_backward_by_einsum}),
    Equivalent("loops", {"linear_forward": linear_forward_by_loops, "linear_backward": linear_backward_by_samples}),
    Equivalent("augmentation", {"linear_backward": linear_backward_by_augmentation}),
)
