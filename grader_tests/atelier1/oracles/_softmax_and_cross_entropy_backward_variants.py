"""1.12 softmax_backward, cross_entropy_backward: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Equivalent, Misconception, Text


def softmax_backward_diagonal(p, dp):
    return p * (1 - p) * dp


def softmax_backward_unweighted(p, dp):
    return dp - (p * dp).sum(axis=-1, keepdims=True)


def softmax_backward_plain_sum(p, dp):
    return p * (dp - dp.sum(axis=-1, keepdims=True))


def softmax_backward_wrong_axis(p, dp):
    return p * (dp - (p * dp).sum(axis=0, keepdims=True))


def softmax_backward_wrong_sign(p, dp):
    return p * ((p * dp).sum(axis=-1, keepdims=True) - dp)


def softmax_backward_mean(p, dp):
    return p * (dp - (p * dp).mean(axis=-1, keepdims=True))


def cross_entropy_backward_summed(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    return p - np.eye(logits.shape[1])[y]


def cross_entropy_backward_wrong_sign(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    return (np.eye(logits.shape[1])[y] - p) / len(y)


def cross_entropy_backward_divided_by_all(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    return (p - np.eye(logits.shape[1])[y]) / logits.size


def cross_entropy_backward_stops_at_p(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    one_hot = np.eye(logits.shape[1])[y]  # (B, C)
    return -one_hot / p / len(y)


def cross_entropy_backward_stops_at_p_summed(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    one_hot = np.eye(logits.shape[1])[y]  # (B, C)
    return -one_hot / p


def cross_entropy_backward_stops_at_p_indexed(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    one_hot = np.eye(logits.shape[1])[y]  # (B, C)
    return np.where(one_hot > 0, -1 / p, 0) / len(y)


def cross_entropy_backward_stops_at_p_summed_indexed(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    one_hot = np.eye(logits.shape[1])[y]  # (B, C)
    return np.where(one_hot > 0, -1 / p, 0)


def cross_entropy_backward_one_everywhere(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    return (p - 1) / len(y)


def cross_entropy_backward_wrong_axis(logits, y):
    p = np.exp(logits - logits.max(axis=0, keepdims=True))  # (B, C)
    p = p / p.sum(axis=0, keepdims=True)
    return (p - np.eye(logits.shape[1])[y]) / len(y)


def cross_entropy_backward_shifted_label(logits, y):
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    return (p - np.eye(logits.shape[1])[y - 1]) / len(y)  # label 0 becomes −1: the last class


def cross_entropy_backward_unstable(logits, y):
    p = np.exp(logits)  # (B, C)
    p = p / p.sum(axis=-1, keepdims=True)
    return (p - np.eye(logits.shape[1])[y]) / len(y)


def softmax_backward_by_jacobian(p, dp):
    return np.stack([(np.diag(q) - np.outer(q, q)) @ g for q, g in zip(p, dp, strict=True)])  # (C, C) @ (C,) per row


def softmax_backward_expanded(p, dp):
    return p * dp - p * np.einsum("bc,bc->b", p, dp)[:, None]


def cross_entropy_backward_by_indices(logits, y):
    shifted = logits - logits.max(axis=1)[:, None]  # (B, C)
    d = np.exp(shifted - np.log(np.exp(shifted).sum(axis=1))[:, None])
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    return d


def cross_entropy_backward_by_torch(logits, y):
    z = torch.tensor(logits, requires_grad=True)
    torch.nn.functional.cross_entropy(z, torch.tensor(y)).backward()
    return z.grad.numpy()


STOPS_AT_P = {
    "finding": Text(
        "Votre sortie est exactement −onehot(y)/p/B : c'est le gradient par rapport aux probabilités, pas encore "
        "aux logits.",
        "Your output is exactly −onehot(y)/p/B: the gradient by the probabilities, not yet by the logits.",
    ),
    "consequence": Text(
        "Il manque la traversée du softmax : les mauvaises classes ne reçoivent rien, et la division par un p "
        "minuscule fait exploser la bonne.",
        "The way back through the softmax is missing: wrong classes receive nothing, and dividing by a tiny p "
        "makes the right one explode.",
    ),
    "hints": (
        Text(
            "Par rapport à quoi dérivez-vous : p ou z ?",
            "What do you differentiate by: p or z?",
        ),
        Text(
            "Il reste une étape de la règle de la chaîne, que vous venez d'écrire : softmax_backward(p, dp).",
            "One step of the chain rule is left, which you have just written: softmax_backward(p, dp).",
        ),
        Text(
            "En simplifiant softmax_backward(p, −onehot/p), il reste p − onehot ; divisez par B.",
            "softmax_backward(p, −onehot/p) simplifies to p − onehot; divide by B.",
        ),
    ),
}

STOPS_AT_P_SUMMED = {
    "finding": Text(
        "Votre sortie est exactement −onehot(y)/p : le gradient par rapport aux probabilités, pas encore aux "
        "logits, et sans la moyenne sur le lot.",
        "Your output is exactly −onehot(y)/p: the gradient by the probabilities, not yet by the logits, and "
        "without the mean over the batch.",
    ),
    "consequence": Text(
        "Il manque la traversée du softmax : les mauvaises classes ne reçoivent rien, et la division par un p "
        "minuscule fait exploser la bonne.",
        "The way back through the softmax is missing: wrong classes receive nothing, and dividing by a tiny p "
        "makes the right one explode.",
    ),
    "hints": (
        Text("Par rapport à quoi dérivez-vous : p ou z ?", "What do you differentiate by: p or z?"),
        Text(
            "La perte est une moyenne : 1/B. Puis vient la règle de la chaîne : softmax_backward(p, dp).",
            "The loss is a mean: 1/B. Then comes the chain rule: softmax_backward(p, dp).",
        ),
        Text("(p − onehot) / len(y).", "(p − onehot) / len(y)."),
    ),
}

MISCONCEPTIONS = (
    Misconception(
        name="diagonal",
        defines={"softmax_backward": softmax_backward_diagonal},
        finding=Text(
            "Votre sortie est exactement p(1−p)·dp : seule la diagonale de la jacobienne est prise en compte.",
            "Your output is exactly p(1−p)·dp: only the diagonal of the Jacobian is taken into account.",
        ),
        consequence=Text(
            "C'est la dérivée d'une sigmoïde, où chaque sortie est seule. Dans un softmax, monter un logit fait "
            "baisser toutes les autres probabilités : vous ignorez ces C−1 effets.",
            "It is the derivative of a sigmoid, where each output stands alone. In a softmax, raising one logit "
            "lowers all other probabilities: you ignore these C−1 effects.",
        ),
        hints=(
            Text(
                "Si z₁ augmente, qu'arrive-t-il à p₂ ? Où cela se lit-il dans votre formule ?",
                "If z₁ increases, what happens to p₂? Where does your formula say so?",
            ),
            Text(
                "∂p_i/∂z_j = p_i(δ_ij − p_j). Sommez dp_i·∂p_i/∂z_j sur tous les i, pas seulement i = j.",
                "∂p_i/∂z_j = p_i(δ_ij − p_j). Sum dp_i·∂p_i/∂z_j over all i, not only i = j.",
            ),
            Text(
                "p * (dp − (p * dp).sum(axis=-1, keepdims=True)).",
                "p * (dp − (p * dp).sum(axis=-1, keepdims=True)).",
            ),
        ),
    ),
    Misconception(
        name="unweighted",
        defines={"softmax_backward": softmax_backward_unweighted},
        finding=Text(
            "Votre sortie est exactement dp − Σp·dp : le facteur p devant la parenthèse manque.",
            "Your output is exactly dp − Σp·dp: the factor p before the bracket is missing.",
        ),
        consequence=Text(
            "Une classe de probabilité presque nulle reçoit autant de gradient qu'une classe probable, et la somme du "
            "gradient sur les classes n'est plus 0.",
            "A class of nearly zero probability receives as much gradient as a likely one, and the gradient no "
            "longer sums to 0 over the classes.",
        ),
        hints=(
            Text(
                "Ajouter une constante à tous les logits ne change pas p : que doit valoir la somme de dz sur une "
                "ligne ?",
                "Adding a constant to all logits does not change p: what must dz sum to on a row?",
            ),
            Text(
                "Partez de dz_j = Σ_i dp_i·p_i(δ_ij − p_j) et mettez p_j en facteur.",
                "Start from dz_j = Σ_i dp_i·p_i(δ_ij − p_j) and factor p_j out.",
            ),
            Text("Multipliez votre résultat par p : p * (dp − …).", "Multiply your result by p: p * (dp − …)."),
        ),
    ),
    Misconception(
        name="plain_sum",
        defines={"softmax_backward": softmax_backward_plain_sum},
        finding=Text(
            "Votre sortie est exactement p(dp − Σdp) : dans la somme, dp n'est pas pondéré par p.",
            "Your output is exactly p(dp − Σdp): within the sum, dp is not weighted by p.",
        ),
        consequence=Text(
            "On doit retrancher la moyenne de dp sous la loi p ; la somme simple est C fois trop grosse quand p est "
            "uniforme, et le gradient ne somme plus à 0.",
            "The mean of dp under p must be subtracted; the plain sum is C times too large when p is uniform, and "
            "the gradient no longer sums to 0.",
        ),
        hints=(
            Text(
                "Que doit valoir dz si dp est constant sur une ligne ?",
                "What must dz be if dp is constant on a row?",
            ),
            Text(
                "Ce que l'on retranche est une espérance, Σ_i p_i·dp_i.",
                "What is subtracted is an expectation, Σ_i p_i·dp_i.",
            ),
            Text(
                "Remplacez dp.sum(…) par (p * dp).sum(axis=-1, keepdims=True).",
                "Replace dp.sum(…) with (p * dp).sum(axis=-1, keepdims=True).",
            ),
        ),
    ),
    Misconception(
        name="wrong_axis",
        defines={"softmax_backward": softmax_backward_wrong_axis},
        finding=Text(
            "Votre somme Σp·dp porte sur l'axe 0, celui des exemples, au lieu de celui des classes.",
            "Your sum Σp·dp runs over axis 0, that of the samples, instead of that of the classes.",
        ),
        consequence=Text(
            "Les exemples d'un même lot se mélangent : le gradient de l'un dépend des autres, alors que chaque ligne a "
            "son propre softmax.",
            "The samples of a batch get mixed: the gradient of one depends on the others, though each row has a "
            "softmax of its own.",
        ),
        hints=(
            Text(
                "Le gradient d'une ligne doit-il changer quand on change une autre ligne ?",
                "Must the gradient of a row change when another row is changed?",
            ),
            Text(
                "La somme doit avoir la forme (B, 1) : une valeur par exemple.",
                "The sum must have shape (B, 1): one value per sample.",
            ),
            Text("(p * dp).sum(axis=-1, keepdims=True).", "(p * dp).sum(axis=-1, keepdims=True)."),
        ),
    ),
    Misconception(
        name="wrong_sign",
        defines={"softmax_backward": softmax_backward_wrong_sign},
        finding=Text(
            "Votre sortie est exactement l'opposé du gradient attendu.",
            "Your output is exactly the opposite of the expected gradient.",
        ),
        consequence=Text(
            "La descente de gradient monterait : la perte augmente à chaque pas.",
            "Gradient descent would climb: the loss grows at each step.",
        ),
        hints=(
            Text(
                "Prenez dp nul sauf une composante positive : dans quel sens faut-il bouger ce logit pour monter p ?",
                "Take dp zero but for one positive entry: which way must that logit move to raise p?",
            ),
            Text(
                "∂p_i/∂z_i = p_i(1 − p_i) est positif.",
                "∂p_i/∂z_i = p_i(1 − p_i) is positive.",
            ),
            Text("p * (dp − Σp·dp), et non p * (Σp·dp − dp).", "p * (dp − Σp·dp), not p * (Σp·dp − dp)."),
        ),
    ),
    Misconception(
        name="mean_instead_of_sum",
        defines={"softmax_backward": softmax_backward_mean},
        finding=Text(
            "Vous retranchez exactement la moyenne de p·dp sur les classes, au lieu de sa somme.",
            "You subtract exactly the mean of p·dp over the classes instead of its sum.",
        ),
        consequence=Text(
            "p est déjà une pondération qui somme à 1 : diviser encore par C rend le terme retranché C fois trop "
            "petit, et le gradient ne somme plus à 0.",
            "p is already a weighting that sums to 1: dividing by C once more makes the subtracted term C times too "
            "small, and the gradient no longer sums to 0.",
        ),
        hints=(
            Text(
                "Que doit valoir dz si dp est constant sur une ligne ?",
                "What must dz be if dp is constant on a row?",
            ),
            Text(
                "Σ_i p_i·dp_i est déjà la moyenne de dp sous la loi p.",
                "Σ_i p_i·dp_i already is the mean of dp under p.",
            ),
            Text("Remplacez .mean par .sum : (p * dp).sum(axis=-1, keepdims=True).", "Replace .mean with .sum."),
        ),
    ),
    Misconception(
        name="not_averaged",
        defines={"cross_entropy_backward": cross_entropy_backward_summed},
        finding=Text(
            "Votre sortie est exactement softmax(z) − onehot(y) : la division par B manque.",
            "Your output is exactly softmax(z) − onehot(y): the division by B is missing.",
        ),
        consequence=Text(
            "C'est le gradient de la somme des pertes, non de leur moyenne : le pas effectif grandit avec la taille du "
            "lot, et il faudrait changer le taux d'apprentissage avec elle.",
            "It is the gradient of the sum of the losses, not of their mean: the effective step grows with the batch "
            "size, and the learning rate would have to change with it.",
        ),
        hints=(
            Text(
                "Dupliquez le lot (chaque exemple deux fois) : la perte moyenne change-t-elle ? Et votre gradient ?",
                "Duplicate the batch (each sample twice): does the mean loss change? And your gradient?",
            ),
            Text(
                "L = (1/B)·Σ_b L_b : ce facteur 1/B reste devant chaque ligne.",
                "L = (1/B)·Σ_b L_b: this factor 1/B stays before each row.",
            ),
            Text("Divisez par len(y).", "Divide by len(y)."),
        ),
    ),
    Misconception(
        name="opposite_sign",
        defines={"cross_entropy_backward": cross_entropy_backward_wrong_sign},
        finding=Text(
            "Votre sortie est exactement (onehot(y) − softmax(z))/B : le signe est inversé.",
            "Your output is exactly (onehot(y) − softmax(z))/B: the sign is reversed.",
        ),
        consequence=Text(
            "Retrancher ce gradient éloigne de la bonne réponse : la perte augmente à chaque pas.",
            "Subtracting this gradient moves away from the right answer: the loss grows at each step.",
        ),
        hints=(
            Text(
                "Pour baisser la perte, il faut monter le logit de la bonne classe : quel signe a donc sa dérivée ?",
                "To lower the loss, the logit of the right class must go up: so what is the sign of its derivative?",
            ),
            Text(
                "L = −z_y + log Σ e^z : dérivez chaque terme par z_j.",
                "L = −z_y + log Σ e^z: differentiate each term by z_j.",
            ),
            Text("(p − one_hot) / len(y).", "(p − one_hot) / len(y)."),
        ),
    ),
    Misconception(
        name="divided_by_all",
        defines={"cross_entropy_backward": cross_entropy_backward_divided_by_all},
        finding=Text(
            "Votre sortie est exactement (softmax(z) − onehot(y))/(B·C) : vous divisez aussi par le nombre de classes.",
            "Your output is exactly (softmax(z) − onehot(y))/(B·C): you divide by the number of classes too.",
        ),
        consequence=Text(
            "Le gradient est C fois trop petit : avec un vocabulaire de 50 000 mots, plus rien n'apprend.",
            "The gradient is C times too small: with a vocabulary of 50,000 words nothing learns any more.",
        ),
        hints=(
            Text(
                "Combien de pertes la moyenne réunit-elle : B, C ou B·C ?",
                "How many losses does the mean gather: B, C or B·C?",
            ),
            Text(
                "Il y a une perte par exemple ; la somme sur les classes fait partie de chaque perte.",
                "There is one loss per sample; the sum over the classes is part of each loss.",
            ),
            Text("Divisez par len(y), pas par logits.size.", "Divide by len(y), not by logits.size."),
        ),
    ),
    Misconception(
        name="stops_at_probabilities",
        defines={"cross_entropy_backward": cross_entropy_backward_stops_at_p},
        **STOPS_AT_P,
    ),
    Misconception(
        name="stops_at_probabilities_indexed",
        defines={"cross_entropy_backward": cross_entropy_backward_stops_at_p_indexed},
        **STOPS_AT_P,
    ),
    Misconception(
        name="stops_at_probabilities_summed",
        defines={"cross_entropy_backward": cross_entropy_backward_stops_at_p_summed},
        **STOPS_AT_P_SUMMED,
    ),
    Misconception(
        name="stops_at_probabilities_summed_indexed",
        defines={"cross_entropy_backward": cross_entropy_backward_stops_at_p_summed_indexed},
        **STOPS_AT_P_SUMMED,
    ),
    Misconception(
        name="one_everywhere",
        defines={"cross_entropy_backward": cross_entropy_backward_one_everywhere},
        finding=Text(
            "Votre sortie est exactement (softmax(z) − 1)/B : vous retranchez 1 à toutes les classes.",
            "Your output is exactly (softmax(z) − 1)/B: you subtract 1 from all classes.",
        ),
        consequence=Text(
            "Tous les gradients sont négatifs : la mise à jour monte tous les logits ensemble, la bonne réponse n'y "
            "joue aucun rôle.",
            "All gradients are negative: the update raises all logits together, and the right answer plays no part.",
        ),
        hints=(
            Text(
                "Votre résultat dépend-il de y ? Doit-il en dépendre ?",
                "Does your result depend on y? Should it?",
            ),
            Text(
                "Le 1 ne concerne que la bonne classe de chaque exemple, celle d'indice y[b] à la ligne b.",
                "The 1 concerns only the right class of each sample, that of index y[b] on row b.",
            ),
            Text("p[np.arange(len(y)), y] −= 1, puis p / len(y).", "p[np.arange(len(y)), y] −= 1, then p / len(y)."),
        ),
    ),
    Misconception(
        name="softmax_over_batch",
        defines={"cross_entropy_backward": cross_entropy_backward_wrong_axis},
        finding=Text(
            "Votre softmax est pris sur l'axe 0 : il normalise sur les exemples du lot au lieu des classes.",
            "Your softmax is taken over axis 0: it normalises over the samples of the batch instead of the classes.",
        ),
        consequence=Text(
            "Les exemples se disputent une même probabilité ; avec un seul exemple, p vaut 1 partout.",
            "The samples compete for one probability; with a single sample, p is 1 everywhere.",
        ),
        hints=(
            Text(
                "Sur quel axe vos probabilités somment-elles à 1 ?",
                "Along which axis do your probabilities sum to 1?",
            ),
            Text(
                "Chaque ligne de logits (B, C) est un exemple, avec son propre softmax.",
                "Each row of logits (B, C) is a sample, with a softmax of its own.",
            ),
            Text(
                "Utilisez axis=-1 et keepdims=True, pour le maximum comme pour la somme.",
                "Use axis=-1 and keepdims=True, for the maximum as for the sum.",
            ),
        ),
    ),
    Misconception(
        name="shifted_label",
        defines={"cross_entropy_backward": cross_entropy_backward_shifted_label},
        finding=Text(
            "Votre 1 est placé sur la classe y−1 : les étiquettes sont lues comme si elles commençaient à 1.",
            "Your 1 is put on class y−1: labels are read as if they started from 1.",
        ),
        consequence=Text(
            "L'étiquette 0 devient −1, que NumPy lit sans erreur comme la dernière classe : le modèle apprend "
            "consciencieusement la mauvaise réponse.",
            "Label 0 becomes −1, which NumPy reads without an error as the last class: the model diligently learns "
            "the wrong answer.",
        ),
        hints=(
            Text(
                "Quelle classe désigne y = 0 ? Et que renvoie a[−1] en NumPy ?",
                "Which class is y = 0? And what does a[−1] return in NumPy?",
            ),
            Text("Les classes sont numérotées de 0 à C−1.", "Classes are numbered from 0 to C−1."),
            Text("one_hot = np.eye(C)[y], sans décalage.", "one_hot = np.eye(C)[y], without a shift."),
        ),
    ),
    Misconception(
        name="unstable_softmax",
        defines={"cross_entropy_backward": cross_entropy_backward_unstable},
        finding=Text(
            "La formule est juste, mais votre softmax déborde : e^z sans retrancher le maximum donne inf/inf = NaN.",
            "The formula is right but your softmax overflows: e^z without subtracting the maximum gives inf/inf = NaN.",
        ),
        consequence=Text(
            "Un seul logit au-delà de 710 remplit la ligne de NaN, et de là tous les poids du réseau en une mise à "
            "jour.",
            "A single logit beyond 710 fills its row with NaN, and from there all weights of the network in one "
            "update.",
        ),
        hints=(
            Text("Que vaut np.exp(1000) ?", "What is np.exp(1000)?"),
            Text(
                "Retrancher une constante à tous les logits d'une ligne ne change pas le softmax.",
                "Subtracting a constant from all logits of a row does not change the softmax.",
            ),
            Text(
                "np.exp(logits − logits.max(axis=-1, keepdims=True)).",
                "np.exp(logits − logits.max(axis=-1, keepdims=True)).",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("jacobian", {"softmax_backward": softmax_backward_by_jacobian}),
    Equivalent("expanded", {"softmax_backward": softmax_backward_expanded}),
    Equivalent("indices", {"cross_entropy_backward": cross_entropy_backward_by_indices}),
    Equivalent("torch", {"cross_entropy_backward": cross_entropy_backward_by_torch}),
)
