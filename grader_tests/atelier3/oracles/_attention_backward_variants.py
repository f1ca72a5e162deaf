"""3.6 attention_backward: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text


def forward_parts(Q, K, V, dO, mask):
    """What the backward pass starts from: scores (masked), weights, gradient by the weights, 1/√d_k."""
    scale = 1 / math.sqrt(Q.size(-1))
    scores = Q @ K.transpose(-2, -1) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores, F.softmax(scores, dim=-1), dO @ V.transpose(-2, -1), scale


def backward_diagonal_jacobian(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    dS = P * (1 - P) * dP
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_without_scale(Q, K, V, dO, mask=None):
    _, P, dP, _ = forward_parts(Q, K, V, dO, mask)
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True))
    return dS @ K, dS.transpose(-2, -1) @ Q, P.transpose(-2, -1) @ dO


def backward_without_any_scale(Q, K, V, dO, mask=None):
    scores = Q @ K.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    P, dP = F.softmax(scores, dim=-1), dO @ V.transpose(-2, -1)
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True))
    return dS @ K, dS.transpose(-2, -1) @ Q, P.transpose(-2, -1) @ dO


def backward_softmax_ignored(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    return dP @ K * scale, dP.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_scale_squared(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True)) * scale
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_scores_instead_of_weights(Q, K, V, dO, mask=None):
    scores, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, scores.transpose(-2, -1) @ dO


def backward_dk_not_transposed(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS @ Q * scale, P.transpose(-2, -1) @ dO


def backward_sum_on_queries(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    dS = P * (dP - (P * dP).sum(dim=-2, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_mask_ignored(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, None)
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_without_mean(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    dS = P * dP
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_plain_mean(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    dS = P * (dP - dP.mean(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_mean_of_products(Q, K, V, dO, mask=None):
    _, P, dP, scale = forward_parts(Q, K, V, dO, mask)
    dS = P * (dP - (P * dP).mean(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_scale_missing_forward(Q, K, V, dO, mask=None):
    scores = Q @ K.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    P, dP, scale = F.softmax(scores, dim=-1), dO @ V.transpose(-2, -1), 1 / math.sqrt(Q.size(-1))
    dS = P * (dP - (P * dP).sum(dim=-1, keepdim=True))
    return dS @ K * scale, dS.transpose(-2, -1) @ Q * scale, P.transpose(-2, -1) @ dO


def backward_by_output(Q, K, V, dO, mask=None):
    scaled = Q / Q.size(-1) ** 0.5
    scores = scaled @ K.mT
    if mask is not None:
        scores = torch.where(mask, scores, -1e9)
    P = scores.softmax(dim=-1)
    D = (dO * (P @ V)).sum(dim=-1, keepdim=True)  # the row sum of P∘dP, from the output
    dS = P * (dO @ V.mT - D)
    return dS @ K / Q.size(-1) ** 0.5, dS.mT @ scaled, P.mT @ dO


def backward_by_einsum(Q, K, V, dO, mask=None):
    scale = Q.size(-1) ** -0.5
    scores = torch.einsum("...qd,...kd->...qk", Q, K) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(Q.dtype).min)
    P = torch.softmax(scores, -1)
    dP = torch.einsum("...qv,...kv->...qk", dO, V)
    dS = scale * (P * dP - P * torch.einsum("...qk,...qk->...q", P, dP)[..., None])
    dQ, dK = torch.einsum("...qk,...kd->...qd", dS, K), torch.einsum("...qk,...qd->...kd", dS, Q)
    return dQ, dK, torch.einsum("...qk,...qv->...kv", P, dO)


def backward_by_jacobians(Q, K, V, dO, mask=None):
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    P = F.softmax(scores, dim=-1)
    jacobians = torch.diag_embed(P) - P[..., :, None] * P[..., None, :]  # (…, T_q, T_k, T_k)
    dP = dO @ V.transpose(-2, -1)
    dS = (jacobians @ dP[..., None]).squeeze(-1) / math.sqrt(Q.size(-1))
    return dS @ K, dS.transpose(-2, -1) @ Q, P.transpose(-2, -1) @ dO


def backward_query_by_query(Q, K, V, dO, mask=None):
    dQ, dK, dV = torch.zeros_like(Q), torch.zeros_like(K), torch.zeros_like(V)
    scale = 1 / math.sqrt(Q.size(-1))
    for i in range(Q.size(-2)):
        q, g = Q[..., i, :, None], dO[..., i, :, None]  # (…, d_k, 1), (…, d_v, 1)
        s = (K @ q).squeeze(-1) * scale  # (…, T_k)
        if mask is not None:
            s = s.masked_fill(~mask[..., i if mask.size(-2) > 1 else 0, :], float("-inf"))
        p = s.softmax(-1)
        dp = (V @ g).squeeze(-1)
        ds = p * (dp - (p * dp).sum(-1, keepdim=True)) * scale
        dQ[..., i, :] = (ds[..., None] * K).sum(-2)
        dK += ds[..., None] * q.mT
        dV += p[..., None] * g.mT
    return dQ, dK, dV


MISCONCEPTIONS = (
    Misconception(
        name="diagonal_jacobian",
        defines={"attention_backward": backward_diagonal_jacobian},
        uses=(forward_parts,),
        finding=Text(
            "dV est juste ; pour dQ et dK vous prenez A∘(1 − A)∘dA, la seule diagonale de la jacobienne du softmax.",
            "dV is right; for dQ and dK you take A∘(1 − A)∘dA, the mere diagonal of the softmax's Jacobian.",
        ),
        consequence=Text(
            "Vous oubliez que monter un score fait baisser les autres poids de la ligne : le gradient ne somme plus à "
            "0 sur les clés, et l'apprentissage part de travers.",
            "You forget that raising a score lowers the other weights of its row: the gradient no longer sums to 0 "
            "over keys, and training goes astray.",
        ),
        hints=(
            Text(
                "p(1 − p) est la dérivée d'une sigmoïde : qu'a de plus le softmax ?",
                "p(1 − p) is the derivative of a sigmoid: what more is there in a softmax?",
            ),
            Text(
                "∂p_j/∂s_k = p_j(δ_jk − p_k) : il faut aussi les termes j ≠ k.",
                "∂p_j/∂s_k = p_j(δ_jk − p_k): the terms j ≠ k are needed too.",
            ),
            Text(
                "dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True)).",
                "dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True)).",
            ),
        ),
    ),
    Misconception(
        name="scale_missing_backward",
        defines={"attention_backward": backward_without_scale},
        uses=(forward_parts,),
        finding=Text(
            "dV est juste, mais dQ et dK sont exactement √d_k fois trop grands : le facteur 1/√d_k manque au retour.",
            "dV is right, but dQ and dK are exactly √d_k times too large: the factor 1/√d_k is missing on the way "
            "back.",
        ),
        consequence=Text(
            "W_q et W_k apprendraient avec un pas √d_k fois plus grand que W_v.",
            "W_q and W_k would learn with a step √d_k times that of W_v.",
        ),
        hints=(
            Text(
                "Suivez S = QKᵀ/√d_k à rebours : tout ce qui multiplie à l'aller multiplie au retour.",
                "Follow S = QKᵀ/√d_k backwards: whatever multiplies on the way there multiplies on the way back.",
            ),
            Text(
                "dS est le gradient par rapport aux scores déjà divisés.",
                "dS is the gradient by the scores once divided.",
            ),
            Text(
                "dQ = dS @ K / math.sqrt(d_k), et de même pour dK.",
                "dQ = dS @ K / math.sqrt(d_k), and the same for dK.",
            ),
        ),
    ),
    Misconception(
        name="scale_missing_everywhere",
        defines={"attention_backward": backward_without_any_scale},
        finding=Text(
            "Vos trois gradients sont exactement ceux de softmax(QKᵀ)·V : le facteur 1/√d_k manque à l'aller et au "
            "retour.",
            "Your three gradients are exactly those of softmax(QKᵀ)·V: the factor 1/√d_k is missing both ways.",
        ),
        consequence=Text(
            "Vous dérivez une autre fonction que celle de l'exercice 3.4 : poids trop tranchés, gradients faux.",
            "You differentiate another function than that of exercise 3.4: weights too sharp, gradients wrong.",
        ),
        hints=(
            Text(
                "Comparez les poids que vous recalculez à ceux de l'exercice 3.4.",
                "Compare the weights you recompute with those of exercise 3.4.",
            ),
            Text(
                "Divisez les scores par √d_k, puis dQ et dK aussi.",
                "Divide the scores by √d_k, then dQ and dK as well.",
            ),
            Text(
                "S = Q @ K.transpose(-2, -1) / math.sqrt(d_k), puis dQ = dS @ K / math.sqrt(d_k).",
                "S = Q @ K.transpose(-2, -1) / math.sqrt(d_k), then dQ = dS @ K / math.sqrt(d_k).",
            ),
        ),
    ),
    Misconception(
        name="softmax_ignored",
        defines={"attention_backward": backward_softmax_ignored},
        uses=(forward_parts,),
        finding=Text(
            "dV est juste, mais vous prenez dS = dA : le retour ne traverse pas le softmax.",
            "dV is right, but you take dS = dA: the way back does not go through the softmax.",
        ),
        consequence=Text(
            "dQ et dK ignorent les poids : une clé masquée ou négligée reçoit autant de gradient qu'une autre.",
            "dQ and dK ignore the weights: a masked or neglected key gets as much gradient as any other.",
        ),
        hints=(
            Text(
                "L'aller est QKᵀ → échelle → softmax → ·V : combien d'étapes votre retour a-t-il ?",
                "The way there is QKᵀ → scale → softmax → ·V: how many steps has your way back?",
            ),
            Text(
                "dA est le gradient par rapport aux poids ; il faut encore celui par rapport aux scores.",
                "dA is the gradient by the weights; the one by the scores is still needed.",
            ),
            Text(
                "dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True)).",
                "dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True)).",
            ),
        ),
    ),
    Misconception(
        name="scale_squared",
        defines={"attention_backward": backward_scale_squared},
        uses=(forward_parts,),
        finding=Text(
            "dV est juste, mais dQ et dK sont exactement √d_k fois trop petits : vous divisez deux fois par √d_k.",
            "dV is right, but dQ and dK are exactly √d_k times too small: you divide by √d_k twice.",
        ),
        consequence=Text(
            "W_q et W_k apprendraient √d_k fois plus lentement que W_v.",
            "W_q and W_k would learn √d_k times more slowly than W_v.",
        ),
        hints=(
            Text(
                "Combien de fois √d_k apparaît-il à l'aller ? Et dans votre retour ?",
                "How many times does √d_k occur on the way there? And on your way back?",
            ),
            Text("Divisez dS, ou bien dQ et dK, mais pas les deux.", "Divide dS, or dQ and dK, but not both."),
            Text(
                "dS sans facteur, puis dQ = dS @ K / math.sqrt(d_k).",
                "dS without a factor, then dQ = dS @ K / math.sqrt(d_k).",
            ),
        ),
    ),
    Misconception(
        name="scores_instead_of_weights",
        defines={"attention_backward": backward_scores_instead_of_weights},
        uses=(forward_parts,),
        finding=Text(
            "dQ et dK sont justes, mais dV est calculé avec les scores au lieu des poids : Sᵀ·dO.",
            "dQ and dK are right, but dV is computed with the scores instead of the weights: Sᵀ·dO.",
        ),
        consequence=Text(
            "Une valeur très regardée et une valeur ignorée reçoivent des gradients sans rapport avec leur rôle ; avec "
            "un masque, les −∞ des scores donnent des infinis ou des NaN.",
            "A value much looked at and one ignored get gradients unrelated to their part; with a mask, the −∞ of the "
            "scores give infinities or NaN.",
        ),
        hints=(
            Text("Par quoi V est-il multiplié à l'aller ?", "What is V multiplied by on the way there?"),
            Text(
                "O = A·V est un produit de matrices : dV = Aᵀ·dO, avec les poids A.",
                "O = A·V is a matrix product: dV = Aᵀ·dO, with the weights A.",
            ),
            Text("dV = A.transpose(-2, -1) @ dO.", "dV = A.transpose(-2, -1) @ dO."),
        ),
    ),
    Misconception(
        name="dk_not_transposed",
        defines={"attention_backward": backward_dk_not_transposed},
        uses=(forward_parts,),
        finding=Text(
            "dQ et dV sont justes, mais dK = dS·Q : dS n'est pas transposé.",
            "dQ and dV are right, but dK = dS·Q: dS is not transposed.",
        ),
        consequence=Text(
            "Chaque clé reçoit le gradient d'une requête. Si T_q = T_k, en auto-attention, aucune erreur ne le signale "
            "; sinon les formes ne vont pas ensemble.",
            "Each key gets the gradient of a query. If T_q = T_k, in self-attention, no error tells; otherwise shapes "
            "do not fit.",
        ),
        hints=(
            Text("Écrivez les formes de dS, de Q et de dK.", "Write down the shapes of dS, Q and dK."),
            Text(
                "La clé k reçoit une somme sur les requêtes : Σ_q dS[q, k]·Q[q].",
                "Key k gets a sum over queries: Σ_q dS[q, k]·Q[q].",
            ),
            Text("dK = dS.transpose(-2, -1) @ Q / math.sqrt(d_k).", "dK = dS.transpose(-2, -1) @ Q / math.sqrt(d_k)."),
        ),
    ),
    Misconception(
        name="sum_on_queries",
        defines={"attention_backward": backward_sum_on_queries},
        uses=(forward_parts,),
        finding=Text(
            "dV est juste ; au retour du softmax, la somme Σ A∘dA porte sur les requêtes (dim=-2) au lieu des clés.",
            "dV is right; on the way back through the softmax the sum Σ A∘dA runs over queries (dim=-2), not keys.",
        ),
        consequence=Text(
            "Les requêtes se mélangent : le gradient de l'une dépend des autres, alors que chaque ligne a son softmax.",
            "Queries get mixed: the gradient of one depends on the others, whereas each row has its own softmax.",
        ),
        hints=(
            Text(
                "Selon quel axe le softmax de l'aller normalise-t-il ?",
                "Along which axis does the forward softmax normalise?",
            ),
            Text(
                "La somme du retour porte sur le même axe : celui des clés, le dernier.",
                "The backward sum runs over the same axis: that of keys, the last one.",
            ),
            Text("(A * dA).sum(dim=-1, keepdim=True).", "(A * dA).sum(dim=-1, keepdim=True)."),
        ),
    ),
    Misconception(
        name="mask_ignored",
        defines={"attention_backward": backward_mask_ignored},
        uses=(forward_parts,),
        finding=Text(
            "Vos gradients sont exactement ceux de l'attention sans masque : mask n'a aucun effet.",
            "Your gradients are exactly those of attention without a mask: mask has no effect.",
        ),
        consequence=Text(
            "Des positions cachées à l'aller reçoivent un gradient au retour : le modèle apprend du remplissage, ou de "
            "l'avenir.",
            "Positions hidden on the way there get a gradient on the way back: the model learns from the padding or "
            "from the future.",
        ),
        hints=(
            Text("Quel gradient une clé masquée doit-elle recevoir ?", "What gradient must a masked key get?"),
            Text(
                "Recalculez les poids avec le masque : là où A vaut 0, dS vaut 0 de lui-même.",
                "Recompute the weights with the mask: where A is 0, dS is 0 by itself.",
            ),
            Text(
                'scores = scores.masked_fill(~mask, float("-inf")) avant le softmax recalculé.',
                'scores = scores.masked_fill(~mask, float("-inf")) before the recomputed softmax.',
            ),
        ),
    ),
    Misconception(
        name="mean_missing",
        defines={"attention_backward": backward_without_mean},
        uses=(forward_parts,),
        finding=Text(
            "dV est juste ; pour dQ et dK vous prenez dS = A∘dA : il manque la moyenne à retrancher.",
            "dV is right; for dQ and dK you take dS = A∘dA: the mean to be subtracted is missing.",
        ),
        consequence=Text(
            "Ajouter une même constante à tous les scores d'une ligne ne change pas A, et pourtant votre gradient dit "
            "que si : il ne somme pas à 0 sur les clés.",
            "Adding one constant to all scores of a row does not change A, yet your gradient says that it does: it "
            "does not sum to 0 over keys.",
        ),
        hints=(
            Text(
                "Sommez votre dS sur les clés : que devrait-on trouver ?",
                "Sum your dS over the keys: what should one find?",
            ),
            Text(
                "Monter un score fait baisser les autres poids de la ligne : c'est le terme −a_j Σ_l a_l·dA_l.",
                "Raising a score lowers the other weights of its row: that is the term −a_j Σ_l a_l·dA_l.",
            ),
            Text(
                "dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True)).",
                "dS = A * (dA - (A * dA).sum(dim=-1, keepdim=True)).",
            ),
        ),
    ),
    Misconception(
        name="plain_mean",
        defines={"attention_backward": backward_plain_mean},
        uses=(forward_parts,),
        finding=Text(
            "dV est juste ; mais vous retranchez à dA sa moyenne ordinaire sur les T_k clés, au lieu de sa moyenne "
            "pondérée par A.",
            "dV is right; but you subtract from dA its plain mean over the T_k keys, instead of its mean weighted by "
            "A.",
        ),
        consequence=Text(
            "Les deux ne coïncident que si l'attention est uniforme ; sinon dS ne somme pas à 0 sur les clés : une "
            "part du gradient pousse toute la ligne de scores du même côté, ce qui ne change rien aux poids.",
            "Both agree only for uniform attention; otherwise dS does not sum to 0 over keys: a part of the gradient "
            "pushes a whole row of scores the same way, which does not change the weights.",
        ),
        hints=(
            Text(
                "Sommez votre dS sur les clés : que devrait-on trouver ?",
                "Sum your dS over the keys: what should one find?",
            ),
            Text(
                "La moyenne à retrancher est Σ_l a_l·dA_l : les poids de la ligne en sont les coefficients.",
                "The mean to be subtracted is Σ_l a_l·dA_l: the row's weights are its coefficients.",
            ),
            Text(
                "(A * dA).sum(dim=-1, keepdim=True), et non dA.mean(dim=-1, keepdim=True).",
                "(A * dA).sum(dim=-1, keepdim=True), rather than dA.mean(dim=-1, keepdim=True).",
            ),
        ),
    ),
    Misconception(
        name="mean_divided_by_t_k",
        defines={"attention_backward": backward_mean_of_products},
        uses=(forward_parts,),
        finding=Text(
            "dV est juste ; mais ce que vous retranchez à dA est T_k fois trop petit : la moyenne de A∘dA sur les "
            "clés, au lieu de sa somme.",
            "dV is right; but what you subtract from dA is T_k times too small: the mean of A∘dA over keys, instead of "
            "its sum.",
        ),
        consequence=Text(
            "Les poids A font déjà la moyenne : diviser encore par T_k, c'est presque ne rien retrancher, et dS ne "
            "somme plus à 0 sur les clés.",
            "The weights A do the averaging already: dividing again by T_k hardly subtracts anything, and dS no longer "
            "sums to 0 over keys.",
        ),
        hints=(
            Text(
                "Sommez votre dS sur les clés : que devrait-on trouver ?",
                "Sum your dS over the keys: what should one find?",
            ),
            Text(
                "Une moyenne pondérée par des poids de somme 1 est une somme : Σ_l a_l·dA_l.",
                "A mean weighted by weights of sum 1 is a sum: Σ_l a_l·dA_l.",
            ),
            Text("Remplacez (A * dA).mean(…) par (A * dA).sum(…).", "Replace (A * dA).mean(…) with (A * dA).sum(…)."),
        ),
    ),
    Misconception(
        name="scale_missing_forward",
        defines={"attention_backward": backward_scale_missing_forward},
        finding=Text(
            "Vos gradients sont ceux que donnent des poids A = softmax(QKᵀ) : le facteur 1/√d_k est là au retour, mais "
            "il manque à l'aller.",
            "Your gradients are those that weights A = softmax(QKᵀ) give: the factor 1/√d_k is there on the way back, "
            "but missing on the way there.",
        ),
        consequence=Text(
            "Vous dérivez une autre fonction que celle que l'on calcule : dQ, dK et dV sont faux tous les trois.",
            "You differentiate another function than the one computed: dQ, dK and dV are all three wrong.",
        ),
        hints=(
            Text(
                "Vos poids A sont-ils ceux de l'exercice 3.4 ? Comparez-les.",
                "Are your weights A those of exercise 3.4? Compare them.",
            ),
            Text(
                "1/√d_k multiplie les scores à l'aller, et dS au retour : il sert deux fois.",
                "1/√d_k multiplies the scores on the way there, and dS on the way back: it is used twice.",
            ),
            Text(
                "A = F.softmax(Q @ K.transpose(-2, -1) * scale, dim=-1), avec scale = 1 / math.sqrt(d_k).",
                "A = F.softmax(Q @ K.transpose(-2, -1) * scale, dim=-1), with scale = 1 / math.sqrt(d_k).",
            ),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("row_sum_from_the_output", {"attention_backward": backward_by_output}),
    Equivalent("einsum", {"attention_backward": backward_by_einsum}),
    Equivalent("full_jacobians", {"attention_backward": backward_by_jacobians}),
    Equivalent("query_by_query", {"attention_backward": backward_query_by_query}),
)
