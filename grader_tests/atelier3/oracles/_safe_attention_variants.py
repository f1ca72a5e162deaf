"""3.5 safe_attention: the helper that the notebook gives, the mistakes worth a name, other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text


def attention_gradients(attention, Q, K, V, mask=None):
    """Gradients of ½‖output‖² by Q, K and V, through the attention function given; the shapes of Q, K and V."""
    Q, K, V = (x.detach().clone().requires_grad_() for x in (Q, K, V))
    output, _ = attention(Q, K, V, mask)
    (output**2 / 2).sum().backward()
    return tuple(torch.zeros_like(x) if x.grad is None else x.grad for x in (Q, K, V))


def safe_attention_nan(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def safe_attention_uniform(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def safe_attention_additive_bias(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores + torch.zeros(mask.shape, dtype=Q.dtype).masked_fill(~mask, float("-inf"))
        weights = torch.nan_to_num(F.softmax(scores, dim=-1), nan=0.0)
    else:
        weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def safe_attention_product_with_infinity(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores + (1 - mask.to(Q.dtype)) * float("-inf")
    weights = F.softmax(scores, dim=-1)
    return weights @ V, weights


def safe_attention_output_only(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is None:
        weights = F.softmax(scores, dim=-1)
        return weights @ V, weights
    weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=-1)
    return (weights @ V).masked_fill(~mask.any(dim=-1, keepdim=True), 0.0), weights


def safe_attention_inverted(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        weights = torch.nan_to_num(F.softmax(scores.masked_fill(mask, float("-inf")), dim=-1), nan=0.0)
    return weights @ V, weights


def safe_attention_masked_after(Q, K, V, mask=None):
    weights = F.softmax(Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)), dim=-1)
    if mask is not None:
        weights = weights * mask
    return weights @ V, weights


def safe_attention_without_scale(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1)
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=-1).masked_fill(~mask, 0.0)
    return weights @ V, weights


def safe_attention_mask_ignored(Q, K, V, mask=None):
    weights = F.softmax(Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)), dim=-1)
    return weights @ V, weights


def safe_attention_dead_if_any_hidden(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is None:
        weights = F.softmax(scores, dim=-1)
    else:
        alive = mask.all(dim=-1, keepdim=True)  # True where nothing is hidden
        weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=-1).masked_fill(~(mask & alive), 0.0)
    return weights @ V, weights


def safe_attention_nan_to_num(Q, K, V, mask=None):
    scores = (Q / math.sqrt(Q.size(-1))) @ K.mT
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = torch.nan_to_num(torch.softmax(scores, dim=-1), nan=0.0)
    return weights @ V, weights


def safe_attention_finite_fill(Q, K, V, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", Q, K) * Q.size(-1) ** -0.5
    if mask is None:
        weights = scores.softmax(-1)
    else:
        weights = torch.where(mask, scores, torch.finfo(Q.dtype).min).softmax(-1) * mask
    return torch.einsum("...qk,...kd->...qd", weights, V), weights


def safe_attention_guarded_sum(Q, K, V, mask=None):
    scores = Q @ K.transpose(-2, -1) / Q.size(-1) ** 0.5
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand(scores.shape)
    top = scores.detach().masked_fill(~mask, -1e300 if Q.dtype == torch.float64 else -1e30).amax(-1, keepdim=True)
    weights = torch.where(mask, (scores - top).clamp(max=0.0), 0.0).exp() * mask
    total = weights.sum(-1, keepdim=True)
    weights = weights / torch.where(total > 0, total, 1.0)
    return weights @ V, weights


MISCONCEPTIONS = (
    Misconception(
        name="nan_rows",
        defines={"safe_attention": safe_attention_nan},
        finding=Text(
            "Les lignes entièrement masquées donnent NaN : le softmax d'une ligne de −∞ vaut 0/0 (et multiplier "
            "ensuite par le masque n'y change rien, NaN·0 = NaN).",
            "Fully masked rows give NaN: the softmax of a row of −∞ is 0/0 (and multiplying by the mask afterwards "
            "does not help, NaN·0 = NaN).",
        ),
        consequence=Text(
            "Un seul NaN se propage à la perte, puis à tous les paramètres : l'entraînement est perdu en un pas.",
            "A single NaN spreads to the loss, then to all parameters: training is lost in one step.",
        ),
        hints=(
            Text(
                "Que valent exp(−∞) et leur somme sur une ligne où tout est masqué ?",
                "What are exp(−∞) and their sum on a row where everything is masked?",
            ),
            Text(
                "Repérez ces lignes, mask.any(dim=-1, keepdim=True), et remplacez leurs poids par 0.",
                "Find these rows, mask.any(dim=-1, keepdim=True), and replace their weights with 0.",
            ),
            Text(
                "weights = F.softmax(scores, dim=-1).masked_fill(~mask, 0.0) : remplir, non multiplier.",
                "weights = F.softmax(scores, dim=-1).masked_fill(~mask, 0.0): fill, do not multiply.",
            ),
        ),
    ),
    Misconception(
        name="uniform_rows",
        defines={"safe_attention": safe_attention_uniform},
        finding=Text(
            "Vos lignes entièrement masquées ont exactement le poids 1/T_k partout : −10⁹ sur toute la ligne, c'est "
            "encore l'égalité.",
            "Your fully masked rows have weight exactly 1/T_k everywhere: −10⁹ on the whole row still makes a tie.",
        ),
        consequence=Text(
            "La requête qui ne doit rien voir reçoit la moyenne de toutes les valeurs masquées : une fuite "
            "silencieuse.",
            "The query that may see nothing gets the mean of all masked values: a silent leak.",
        ),
        hints=(
            Text(
                "Le softmax est inchangé si l'on ajoute une constante à toute la ligne : qu'est-ce que cela implique ?",
                "The softmax does not change when a constant is added to a whole row: what follows?",
            ),
            Text(
                "Il faut une étape de plus, après le softmax, pour les positions masquées.",
                "One more step is needed for masked positions, after the softmax.",
            ),
            Text(
                "weights = weights.masked_fill(~mask, 0.0) après le softmax, puis weights @ V.",
                "weights = weights.masked_fill(~mask, 0.0) after the softmax, then weights @ V.",
            ),
        ),
    ),
    Misconception(
        name="nan_gradient",
        defines={"safe_attention": safe_attention_additive_bias, "attention_gradients": attention_gradients},
        finding=Text(
            "Les valeurs sont justes, mais le gradient contient des NaN : un biais de −∞ est ajouté aux scores, et "
            "nan_to_num ne nettoie que l'aller.",
            "The values are right, but the gradient holds NaN: a bias of −∞ is added to the scores, and nan_to_num "
            "cleans the forward pass only.",
        ),
        consequence=Text(
            "La perte paraît saine, et tous les paramètres deviennent NaN au premier pas de l'optimiseur.",
            "The loss looks healthy, and all parameters turn NaN at the optimizer's first step.",
        ),
        hints=(
            Text(
                "Le gradient retraverse le softmax de la ligne morte : par quoi y est-il multiplié ?",
                "The gradient goes back through the softmax of the dead row: what is it multiplied by there?",
            ),
            Text(
                "L'addition laisse passer le NaN jusqu'à Q et K ; masked_fill, lui, met ce gradient à 0.",
                "Addition lets NaN through to Q and K; masked_fill sets that gradient to 0.",
            ),
            Text(
                'Remplacez scores + biais par scores.masked_fill(~mask, float("-inf")), ou gardez des scores finis sur '
                "les lignes sans clé.",
                'Replace scores + bias with scores.masked_fill(~mask, float("-inf")), or keep finite scores on rows '
                "without any key.",
            ),
        ),
    ),
    Misconception(
        name="zero_times_infinity",
        defines={"safe_attention": safe_attention_product_with_infinity},
        finding=Text(
            "Avec un masque, les lignes deviennent NaN même quand des clés sont visibles : (1 − mask)·(−∞) vaut "
            "0·(−∞) = NaN là où mask vaut True.",
            "With a mask, rows turn NaN even where keys are visible: (1 − mask)·(−∞) is 0·(−∞) = NaN where mask is "
            "True.",
        ),
        consequence=Text(
            "Aucune position n'est épargnée : dès qu'un masque est donné, il ne reste pas un nombre.",
            "No position is spared: as soon as a mask is given, not one number is left.",
        ),
        hints=(
            Text("Combien vaut 0 × ∞ en virgule flottante ?", "What is 0 × ∞ in floating point?"),
            Text(
                "Un masque se choisit, il ne se multiplie pas : pensez à masked_fill ou torch.where.",
                "A mask selects, it does not multiply: think of masked_fill or torch.where.",
            ),
            Text(
                'scores.masked_fill(~mask, float("-inf")), puis le soin des lignes sans clé.',
                'scores.masked_fill(~mask, float("-inf")), then care for rows without keys.',
            ),
        ),
    ),
    Misconception(
        name="weights_not_zeroed",
        defines={"safe_attention": safe_attention_output_only},
        finding=Text(
            "La sortie des lignes entièrement masquées est bien 0, mais leurs poids restent uniformes, 1/T_k.",
            "The output of fully masked rows is 0 as it should, but their weights are still uniform, 1/T_k.",
        ),
        consequence=Text(
            "Qui affiche ou mesure ces poids (entropie, cartes d'attention) croit que la requête a regardé partout.",
            "Whoever shows or measures these weights (entropy, attention maps) believes the query looked everywhere.",
        ),
        hints=(
            Text(
                "Les deux valeurs renvoyées doivent raconter la même histoire.",
                "Both returned values must tell the same story.",
            ),
            Text(
                "Annulez les poids eux-mêmes ; la sortie, leur produit avec V, suivra.",
                "Zero the weights themselves; the output, their product with V, will follow.",
            ),
            Text(
                "weights = weights.masked_fill(~mask, 0.0), puis output = weights @ V.",
                "weights = weights.masked_fill(~mask, 0.0), then output = weights @ V.",
            ),
        ),
    ),
    Misconception(
        name="mask_inverted",
        defines={"safe_attention": safe_attention_inverted},
        finding=Text(
            "Le masque est lu à l'envers : ce sont les positions où mask vaut True que vous cachez.",
            "The mask is read backwards: you hide the positions where mask is True.",
        ),
        consequence=Text(
            "Les lignes sans aucune clé voient tout, et les lignes sans masque ne voient plus rien.",
            "Rows without any key see everything, and rows without masking see nothing.",
        ),
        hints=(
            Text("Que signifie True dans les masques de ce cours ?", "What does True mean in this course's masks?"),
            Text(
                "True = peut être regardé ; masked_fill remplit là où l'on lui donne True.",
                "True = may be attended to; masked_fill fills where it is given True.",
            ),
            Text("Ajoutez le ~ : masked_fill(~mask, …).", "Add the ~: masked_fill(~mask, …)."),
        ),
    ),
    Misconception(
        name="masked_after_softmax",
        defines={"safe_attention": safe_attention_masked_after},
        finding=Text(
            "Les lignes mortes sont bien nulles, mais vous masquez après le softmax seulement : les autres lignes ne "
            "somment plus à 1.",
            "Dead rows are zero as they should, but you mask after the softmax only: the other rows no "
            "longer sum to 1.",
        ),
        consequence=Text(
            "Les clés cachées comptent encore au dénominateur : leur contenu change la sortie.",
            "Hidden keys still count in the denominator: their content changes the output.",
        ),
        hints=(
            Text("Sommez les poids d'une ligne masquée en partie.", "Sum the weights of a partly masked row."),
            Text(
                "Le masque agit deux fois : avant le softmax pour normaliser, après pour les lignes sans clé.",
                "The mask acts twice: before the softmax to normalise, after it for rows without keys.",
            ),
            Text(
                'scores.masked_fill(~mask, float("-inf")), softmax, puis .masked_fill(~mask, 0.0).',
                'scores.masked_fill(~mask, float("-inf")), softmax, then .masked_fill(~mask, 0.0).',
            ),
        ),
    ),
    Misconception(
        name="missing_scale",
        defines={"safe_attention": safe_attention_without_scale},
        finding=Text(
            "Les lignes sans clé sont bien nulles, mais les autres sont exactement softmax(QKᵀ) : le facteur 1/√d_k "
            "manque.",
            "Rows without keys are zero as they should, but the others are exactly softmax(QKᵀ): the factor 1/√d_k is "
            "missing.",
        ),
        consequence=Text(
            "La variance des scores croît comme d_k : le softmax sature sur une clé, et le gradient s'éteint.",
            "The variance of scores grows like d_k: the softmax saturates on one key, and the gradient fades.",
        ),
        hints=(
            Text(
                "Sans masque, votre fonction rend-elle ce que rend celle de l'exercice 3.4 ?",
                "Without a mask, does your function give what that of exercise 3.4 gives?",
            ),
            Text(
                "Le soin des lignes vides ne change rien à la formule : les scores se divisent toujours par √d_k.",
                "Care for empty rows leaves the formula alone: scores are still divided by √d_k.",
            ),
            Text(
                "scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)).",
                "scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1)).",
            ),
        ),
    ),
    Misconception(
        name="mask_ignored",
        defines={"safe_attention": safe_attention_mask_ignored},
        finding=Text(
            "Votre sortie est exactement celle qu'on obtient sans masque : mask n'a aucun effet.",
            "Your output is exactly the one without a mask: mask has no effect.",
        ),
        consequence=Text(
            "Rien n'est NaN, mais toutes les requêtes lisent ce qu'on voulait leur cacher.",
            "Nothing is NaN, but all queries read what was to be hidden from them.",
        ),
        hints=(
            Text("Où mask apparaît-il dans votre fonction ?", "Where does mask appear in your function?"),
            Text(
                "Le masque agit deux fois : avant le softmax pour normaliser, après pour les lignes sans clé.",
                "The mask acts twice: before the softmax to normalise, after it for rows without keys.",
            ),
            Text(
                "scores.masked_fill(~mask, −10⁹), softmax, puis .masked_fill(~mask, 0.0).",
                "scores.masked_fill(~mask, −10⁹), softmax, then .masked_fill(~mask, 0.0).",
            ),
        ),
    ),
    Misconception(
        name="dead_if_any_hidden",
        defines={"safe_attention": safe_attention_dead_if_any_hidden},
        finding=Text(
            "Vous annulez toute ligne qui a une clé cachée : seules les lignes sans rien de masqué survivent.",
            "You zero every row that has a hidden key: only rows with nothing masked survive.",
        ),
        consequence=Text(
            "Presque toutes les phrases d'un lot ont du remplissage : leur attention tout entière est perdue.",
            "Nearly all sentences of a batch have padding: all of their attention is lost.",
        ),
        hints=(
            Text(
                "Une requête à qui il reste une seule clé est-elle sans rien à regarder ?",
                "Has a query with a single key left nothing to look at?",
            ),
            Text(
                "Une ligne est vide si toutes ses clés sont cachées, et vivante dès qu'une seule est visible.",
                "A row is empty if all its keys are hidden, and alive as soon as one is visible.",
            ),
            Text(
                "mask.any(dim=-1, keepdim=True), et non mask.all(…).",
                "mask.any(dim=-1, keepdim=True), rather than mask.all(…).",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("nan_to_num", {"safe_attention": safe_attention_nan_to_num}),
    Equivalent("finite_fill", {"safe_attention": safe_attention_finite_fill}),
    Equivalent("guarded_sum", {"safe_attention": safe_attention_guarded_sum}),
)
