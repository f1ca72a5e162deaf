"""3.2 additive_attention: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text


def additive_softmax_over_features(q, K, Wq, Wk, v, mask=None):
    hidden = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk)  # (B, T, da)
    weights = F.softmax(hidden, dim=-1) @ v  # (B, T)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_without_tanh(q, K, Wq, Wk, v, mask=None):
    energies = ((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_tanh_after_v(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh(((q @ Wq).unsqueeze(1) + K @ Wk) @ v)
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_concatenation_swapped(q, K, Wq, Wk, v, mask=None):
    pairs = torch.cat([K, q.unsqueeze(1).expand(-1, K.size(1), -1)], dim=-1)  # (B, T, dk + dq): keys first
    energies = torch.tanh(pairs @ torch.cat([Wq, Wk])) @ v  # (dq + dk, da): weights of the query first
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_sums_query(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(-1) * q.unsqueeze(1)).sum(dim=1), weights  # (B, dq)


def additive_relu(q, K, Wq, Wk, v, mask=None):
    energies = torch.relu((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_mask_ignored(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_energies_as_weights(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies.masked_fill(~mask, 0.0)
    return (energies.unsqueeze(1) @ K).squeeze(1), energies


def additive_mask_inverted(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies.masked_fill(mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_masked_with_zero(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies * mask
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_masked_after_softmax(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    weights = F.softmax(energies, dim=-1)
    if mask is not None:
        weights = weights * mask
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_softmax_over_batch(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=0)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_sigmoid(q, K, Wq, Wk, v, mask=None):
    energies = torch.sigmoid((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(energies, dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_softmax_twice(q, K, Wq, Wk, v, mask=None):
    energies = torch.tanh((q @ Wq).unsqueeze(1) + K @ Wk) @ v
    if mask is not None:
        energies = energies.masked_fill(~mask, float("-inf"))
    weights = F.softmax(F.softmax(energies, dim=-1), dim=-1)
    return (weights.unsqueeze(1) @ K).squeeze(1), weights


def additive_by_concatenation(q, K, Wq, Wk, v, mask=None):
    pairs = torch.cat([q[:, None].expand(-1, K.size(1), -1), K], dim=-1)  # (B, T, dq + dk)
    energies = F.linear(torch.tanh(F.linear(pairs, torch.cat([Wq, Wk]).T)), v[None])[..., 0]
    if mask is not None:
        energies = torch.where(mask, energies, torch.full_like(energies, -1e9))
    weights = energies.softmax(-1)
    return torch.einsum("bt,btd->bd", weights, K), weights


def additive_renormalised(q, K, Wq, Wk, v, mask=None):
    energies = (torch.tanh((q @ Wq)[:, None, :] + K @ Wk) * v).sum(-1)
    top = energies.max(dim=1, keepdim=True).values if mask is None else energies.masked_fill(~mask, -1e30).amax(1, True)
    weights = torch.exp((energies - top).clamp(max=0.0))
    weights = weights if mask is None else weights * mask.to(weights.dtype)
    weights = weights / weights.sum(dim=1, keepdim=True)
    return (weights[..., None] * K).sum(dim=1), weights


MISCONCEPTIONS = (
    Misconception(
        name="softmax_over_features",
        defines={"additive_attention": additive_softmax_over_features},
        finding=Text(
            "Vos poids sont exactement softmax(tanh(…))·v : le softmax porte sur les da composantes, non sur les T "
            "clés.",
            "Your weights are exactly softmax(tanh(…))·v: the softmax runs over the da features, not over the T keys.",
        ),
        consequence=Text(
            "Les poids d'une phrase ne somment plus à 1 et peuvent être négatifs : le contexte n'est plus une moyenne.",
            "The weights of a sentence no longer sum to 1 and may be negative: the context is no mean any more.",
        ),
        hints=(
            Text("Sommez vos poids sur T : que trouvez-vous ?", "Sum your weights over T: what do you find?"),
            Text(
                "v réduit d'abord (B, T, da) à une énergie par clé, (B, T) ; le softmax vient ensuite.",
                "First v reduces (B, T, da) to one energy for each key, (B, T); the softmax comes next.",
            ),
            Text(
                "weights = F.softmax(torch.tanh(…) @ v, dim=-1).",
                "weights = F.softmax(torch.tanh(…) @ v, dim=-1).",
            ),
        ),
    ),
    Misconception(
        name="tanh_missing",
        defines={"additive_attention": additive_without_tanh},
        finding=Text(
            "Votre sortie est exactement celle d'énergies v·(q·Wq + k·Wk) : la tangente hyperbolique manque.",
            "Your output is exactly that of energies v·(q·Wq + k·Wk): the hyperbolic tangent is missing.",
        ),
        consequence=Text(
            "Sans elle, l'énergie se sépare en a(q) + b(k), et a(q) disparaît dans le softmax : les poids ne dépendent "
            "plus du tout de la requête.",
            "Without it the energy splits into a(q) + b(k), and a(q) cancels in the softmax: the weights do not depend "
            "on the query at all.",
        ),
        hints=(
            Text("Changez la requête : vos poids bougent-ils ?", "Change the query: do your weights move?"),
            Text(
                "Il faut une non-linéarité entre la somme des deux projections et le produit avec v.",
                "A non-linearity is needed between the sum of both projections and the product with v.",
            ),
            Text("hidden = torch.tanh(…), puis hidden @ v.", "hidden = torch.tanh(…), then hidden @ v."),
        ),
    ),
    Misconception(
        name="tanh_after_v",
        defines={"additive_attention": additive_tanh_after_v},
        finding=Text(
            "Vos énergies sont exactement tanh(v·(q·Wq + k·Wk)) : la tangente vient après v au lieu de venir avant.",
            "Your energies are exactly tanh(v·(q·Wq + k·Wk)): the tangent comes after v instead of before.",
        ),
        consequence=Text(
            "Toutes les énergies sont coincées entre −1 et 1 : une clé ne peut peser plus de e² ≈ 7,4 fois une autre.",
            "All energies are stuck between −1 and 1: no key can weigh more than e² ≈ 7.4 times another.",
        ),
        hints=(
            Text(
                "Relisez l'ordre des opérations dans la formule.", "Read the order of operations in the formula again."
            ),
            Text(
                "La tangente s'applique au vecteur caché de forme (B, T, da), pas à l'énergie (B, T).",
                "The tangent applies to the hidden vector of shape (B, T, da), not to the energy (B, T).",
            ),
            Text("energies = torch.tanh(…) @ v.", "energies = torch.tanh(…) @ v."),
        ),
    ),
    Misconception(
        name="concatenation_swapped",
        defines={"additive_attention": additive_concatenation_swapped},
        finding=Text(
            "Vous concaténez [k ; q] face à des poids rangés [Wq ; Wk] : chaque vecteur passe dans la matrice de "
            "l'autre.",
            "You concatenate [k ; q] against weights stacked as [Wq ; Wk]: each vector goes through the "
            "other's matrix.",
        ),
        consequence=Text(
            "Les formes s'accordent, dq + dk = dk + dq, donc rien ne proteste ; mais aucune projection n'est la bonne.",
            "The shapes agree, dq + dk = dk + dq, so nothing complains; yet no projection is the right one.",
        ),
        hints=(
            Text(
                "Quelle matrice projette la requête, et laquelle les clés ?",
                "Which matrix projects the query, which the keys?",
            ),
            Text(
                "[q ; k]·[Wq ; Wk] = q·Wq + k·Wk : les deux ordres doivent être les mêmes.",
                "[q ; k]·[Wq ; Wk] = q·Wq + k·Wk: both orders must be the same.",
            ),
            Text(
                "Le plus sûr est de ne pas concaténer : (q @ Wq).unsqueeze(1) + K @ Wk.",
                "Safest is not to concatenate: (q @ Wq).unsqueeze(1) + K @ Wk.",
            ),
        ),
    ),
    Misconception(
        name="context_sums_query",
        defines={"additive_attention": additive_sums_query},
        finding=Text(
            "Vos poids sont justes, mais le contexte est exactement Σ α_t·q, c'est-à-dire q lui-même.",
            "Your weights are right, but the context is exactly Σ α_t·q, that is, q itself.",
        ),
        consequence=Text(
            "L'attention ne rapporte rien de la phrase : le décodeur ne lit que ce qu'il savait déjà.",
            "Attention brings nothing back from the sentence: the decoder only reads what it already knew.",
        ),
        hints=(
            Text("De quoi le contexte est-il la moyenne pondérée ?", "Of what is the context the weighted mean?"),
            Text("Le contexte est de forme (B, dk), comme une clé.", "The context has shape (B, dk), like a key."),
            Text(
                "context = (weights.unsqueeze(1) @ K).squeeze(1).", "context = (weights.unsqueeze(1) @ K).squeeze(1)."
            ),
        ),
    ),
    Misconception(
        name="relu_energies",
        defines={"additive_attention": additive_relu},
        finding=Text(
            "Votre sortie est exactement celle d'énergies v·ReLU(q·Wq + k·Wk) : la non-linéarité doit être tanh.",
            "Your output is exactly that of energies v·ReLU(q·Wq + k·Wk): the non-linearity must be tanh.",
        ),
        consequence=Text(
            "ReLU met à zéro tout ce qui est négatif : des clés différentes reçoivent la même énergie, et les énergies "
            "positives ne sont plus bornées.",
            "ReLU zeroes all that is negative: different keys get the same energy, and positive energies are "
            "unbounded.",
        ),
        hints=(
            Text("Quelle fonction l'énoncé nomme-t-il ?", "Which function does the statement name?"),
            Text("Elle est impaire et bornée entre −1 et 1.", "It is odd and bounded between −1 and 1."),
            Text("Remplacez torch.relu par torch.tanh.", "Replace torch.relu with torch.tanh."),
        ),
    ),
    Misconception(
        name="padding_attended",
        defines={"additive_attention": additive_mask_ignored},
        finding=Text(
            "Juste sans masque, votre sortie ne tient pas compte de mask : le remplissage reçoit de l'attention.",
            "Right without a mask, your output takes no notice of mask: padding receives attention.",
        ),
        consequence=Text(
            "Le contexte d'une phrase courte dépend de la longueur des autres phrases du lot.",
            "The context of a short sentence depends on the length of the other sentences in the batch.",
        ),
        hints=(
            Text("Quel poids doit recevoir une position de remplissage ?", "Which weight must a padding position get?"),
            Text(
                "Une énergie de −∞ devient un poids nul : masquez avant le softmax.",
                "An energy of −∞ becomes a zero weight: mask before the softmax.",
            ),
            Text(
                'if mask is not None: energies = energies.masked_fill(~mask, float("-inf")).',
                'if mask is not None: energies = energies.masked_fill(~mask, float("-inf")).',
            ),
        ),
    ),
    Misconception(
        name="energies_as_weights",
        defines={"additive_attention": additive_energies_as_weights},
        finding=Text(
            "Vous prenez exactement les énergies pour poids : le softmax manque.",
            "You take exactly the energies as weights: the softmax is missing.",
        ),
        consequence=Text(
            "Des poids négatifs ou plus grands que 1 : la taille du contexte varie avec le nombre de clés.",
            "Negative weights or weights above 1: the size of the context varies with the number of keys.",
        ),
        hints=(
            Text(
                "Vos poids sont-ils positifs ? Somment-ils à 1 sur chaque phrase ?",
                "Are your weights positive? Do they sum to 1 in each sentence?",
            ),
            Text(
                "Quelle fonction change des énergies en probabilités ?",
                "Which function turns energies into probabilities?",
            ),
            Text("weights = F.softmax(energies, dim=-1).", "weights = F.softmax(energies, dim=-1)."),
        ),
    ),
    Misconception(
        name="mask_inverted",
        defines={"additive_attention": additive_mask_inverted},
        finding=Text(
            "Le masque est lu à l'envers : vous cachez exactement les positions où mask vaut True.",
            "The mask is read backwards: you hide exactly the positions where mask is True.",
        ),
        consequence=Text(
            "L'attention ne voit que le remplissage, et une phrase sans remplissage donne des NaN.",
            "Attention sees nothing but padding, and a sentence without padding gives NaN.",
        ),
        hints=(
            Text("Dans ce cours, que signifie True dans un masque ?", "In this course, what does True mean in a mask?"),
            Text(
                "True = peut être regardé ; masked_fill remplit là où son masque vaut True.",
                "True = may be attended to; masked_fill fills where its mask is True.",
            ),
            Text(
                'energies.masked_fill(~mask, float("-inf")), avec le ~.',
                'energies.masked_fill(~mask, float("-inf")), with the ~.',
            ),
        ),
    ),
    Misconception(
        name="masked_with_zero",
        defines={"additive_attention": additive_masked_with_zero},
        finding=Text(
            "Vous mettez à 0 l'énergie des positions masquées : après le softmax, leur poids n'est pas nul (e⁰ = 1).",
            "You set the energy of masked positions to 0: after the softmax their weight is not zero (e⁰ = 1).",
        ),
        consequence=Text(
            "Le remplissage garde une part de l'attention, parfois la plus grande si les énergies sont négatives.",
            "Padding keeps a share of attention, sometimes the largest when energies are negative.",
        ),
        hints=(
            Text(
                "Quelle énergie donne un poids nul après l'exponentielle ?",
                "Which energy gives zero after the exponential?",
            ),
            Text("e^(−∞) = 0, mais e⁰ = 1.", "e^(−∞) = 0, but e⁰ = 1."),
            Text(
                'Remplacez energies * mask par energies.masked_fill(~mask, float("-inf")).',
                'Replace energies * mask with energies.masked_fill(~mask, float("-inf")).',
            ),
        ),
    ),
    Misconception(
        name="masked_after_softmax",
        defines={"additive_attention": additive_masked_after_softmax},
        finding=Text(
            "Vous annulez les poids masqués après le softmax, sans renormaliser : ils ne somment plus à 1.",
            "You zero the masked weights after the softmax without renormalising: they no longer sum to 1.",
        ),
        consequence=Text(
            "Plus une phrase a de remplissage, plus son contexte rétrécit.",
            "The more padding a sentence has, the smaller its context gets.",
        ),
        hints=(
            Text("Sommez les poids d'une phrase courte.", "Sum the weights of a short sentence."),
            Text(
                "Le masque doit agir avant le softmax, qui normalise ensuite entre les seules clés visibles.",
                "The mask must act before the softmax, which then normalises among visible keys only.",
            ),
            Text(
                'energies.masked_fill(~mask, float("-inf")) avant F.softmax.',
                'energies.masked_fill(~mask, float("-inf")) before F.softmax.',
            ),
        ),
    ),
    Misconception(
        name="softmax_over_batch",
        defines={"additive_attention": additive_softmax_over_batch},
        finding=Text(
            "Votre softmax porte exactement sur l'axe du lot (dim=0), non sur les clés.",
            "Your softmax runs exactly over the batch axis (dim=0), not over the keys.",
        ),
        consequence=Text(
            "Les phrases du lot se disputent l'attention entre elles : le résultat d'une phrase dépend de "
            "ses voisines.",
            "Sentences of the batch compete for attention: the result of one depends on its neighbours.",
        ),
        hints=(
            Text("Sur quel axe les poids doivent-ils sommer à 1 ?", "Along which axis must the weights sum to 1?"),
            Text(
                "energies est de forme (B, T) ; les clés sont l'axe T.",
                "energies has shape (B, T); the keys are axis T.",
            ),
            Text("F.softmax(energies, dim=-1).", "F.softmax(energies, dim=-1)."),
        ),
    ),
    Misconception(
        name="sigmoid_for_tanh",
        defines={"additive_attention": additive_sigmoid},
        finding=Text(
            "Votre sortie est exactement celle d'énergies v·σ(q·Wq + k·Wk) : une sigmoïde tient la place de la "
            "tangente hyperbolique.",
            "Your output is exactly that of energies v·σ(q·Wq + k·Wk): a sigmoid stands in the place of the hyperbolic "
            "tangent.",
        ),
        consequence=Text(
            "σ(u) = ½ + ½·tanh(u/2) : une composante cachée ne peut plus être négative, et chaque énergie varie deux "
            "fois moins.",
            "σ(u) = ½ + ½·tanh(u/2): a hidden feature can no longer be negative, and each energy has half the range.",
        ),
        hints=(
            Text(
                "Entre quelles bornes vos composantes cachées restent-elles ? Et dans la formule ?",
                "Between which bounds do your hidden features stay? And in the formula?",
            ),
            Text(
                "La non-linéarité de l'énoncé est impaire, entre −1 et 1.",
                "The statement's non-linearity is odd, between −1 and 1.",
            ),
            Text("Remplacez torch.sigmoid par torch.tanh.", "Replace torch.sigmoid with torch.tanh."),
        ),
    ),
    Misconception(
        name="softmax_twice",
        defines={"additive_attention": additive_softmax_twice},
        finding=Text(
            "Vos poids sont exactement softmax(softmax(énergies)) : la normalisation est faite deux fois.",
            "Your weights are exactly softmax(softmax(energies)): the normalisation is done twice.",
        ),
        consequence=Text(
            "Le second softmax ne reçoit que des nombres entre 0 et 1 : aucun poids ne dépasse e ≈ 2,7 fois un autre, "
            "et le remplissage masqué en retrouve un.",
            "The second softmax gets numbers between 0 and 1 only: no weight exceeds e ≈ 2.7 times another, and masked "
            "padding gets some again.",
        ),
        hints=(
            Text(
                "Combien pèse une position masquée dans vos poids (B, T) ?",
                "How much does a masked position weigh in your weights (B, T)?",
            ),
            Text(
                "Un softmax rend déjà des poids positifs de somme 1 : rien ne reste à normaliser.",
                "One softmax gives positive weights of sum 1 already: nothing is left to normalise.",
            ),
            Text(
                "weights = F.softmax(energies, dim=-1), une seule fois.",
                "weights = F.softmax(energies, dim=-1), once only.",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("concatenation", {"additive_attention": additive_by_concatenation}),
    Equivalent("renormalised", {"additive_attention": additive_renormalised}),
)
