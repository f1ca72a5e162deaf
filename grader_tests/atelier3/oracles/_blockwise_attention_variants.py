"""3.16 blockwise_attention: the instrument that the notebook gives, the mistakes, other ways of being right."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises import Equivalent, Misconception, Text


def largest_tensor(function, *arguments):
    """Number of elements of the largest tensor that function(*arguments) makes along the way."""

    class Largest(torch.overrides.TorchFunctionMode):
        size = 0

        def __torch_function__(self, operation, types, args=(), kwargs=None):
            result = operation(*args, **(kwargs or {}))
            if operation is F.scaled_dot_product_attention:  # does not show its scores: count them
                keys = args[1] if len(args) > 1 else kwargs["key"]
                self.size = max(self.size, result[..., 0].numel() * keys.size(-2))
            for item in result if isinstance(result, (tuple, list)) else (result,):
                if isinstance(item, torch.Tensor):
                    self.size = max(self.size, item.numel())
            return result

    with Largest() as largest:
        function(*arguments)
    return largest.size


def block_scores(Q, K, start, block, causal):
    k = K[..., start : start + block, :]
    scores = Q @ k.transpose(-2, -1) / math.sqrt(Q.size(-1))  # (…, T_q, b)
    if causal:
        future = start + torch.arange(k.size(-2)) > torch.arange(Q.size(-2)).unsqueeze(1)
        scores = scores.masked_fill(future, float("-inf"))
    return scores


def blockwise_not_rescaled(Q, K, V, block, causal=False):
    top, total, output = float("-inf"), 0.0, 0.0
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, causal)
        top = scores.amax(dim=-1, keepdim=True).clamp(min=top)
        p = torch.exp(scores - top)
        total = total + p.sum(dim=-1, keepdim=True)
        output = output + p @ V[..., start : start + block, :]
    return output / total


def blockwise_numerator_not_rescaled(Q, K, V, block, causal=False):
    top, total, output = torch.full((), float("-inf"), dtype=Q.dtype), 0.0, 0.0
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, causal)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p = torch.exp(scores - new_top)
        total = total * torch.exp(top - new_top) + p.sum(dim=-1, keepdim=True)
        output = output + p @ V[..., start : start + block, :]
        top = new_top
    return output / total


def blockwise_denominator_not_rescaled(Q, K, V, block, causal=False):
    top, total, output = torch.full((), float("-inf"), dtype=Q.dtype), 0.0, 0.0
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, causal)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p = torch.exp(scores - new_top)
        total = total + p.sum(dim=-1, keepdim=True)
        output = output * torch.exp(top - new_top) + p @ V[..., start : start + block, :]
        top = new_top
    return output / total


def blockwise_last_block_dropped(Q, K, V, block, causal=False):
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    total, output = Q.new_zeros((*Q.shape[:-1], 1)), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for i in range(K.size(-2) // block):
        scores = block_scores(Q, K, i * block, block, causal)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - new_top), torch.exp(top - new_top)
        total = total * rescale + p.sum(dim=-1, keepdim=True)
        output = output * rescale + p @ V[..., i * block : (i + 1) * block, :]
        top = new_top
    return output / total


def blockwise_diagonal_skipped(Q, K, V, block, causal=False):
    query = torch.arange(Q.size(-2)).unsqueeze(1)  # (T_q, 1)
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    total, output = Q.new_zeros((*Q.shape[:-1], 1)), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, False)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - new_top), torch.exp(top - new_top)
        new_total = total * rescale + p.sum(dim=-1, keepdim=True)
        new_output = output * rescale + p @ V[..., start : start + block, :]
        used = query // block > start // block if causal else query >= 0  # whole blocks of the past only
        total, output = torch.where(used, new_total, total), torch.where(used, new_output, output)
        top = torch.where(used, new_top, top)
    return output / total


def blockwise_diagonal_unmasked(Q, K, V, block, causal=False):
    query = torch.arange(Q.size(-2)).unsqueeze(1)  # (T_q, 1)
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    total, output = Q.new_zeros((*Q.shape[:-1], 1)), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, False)
        if causal:
            scores = scores.masked_fill(start // block > query // block, float("-inf"))
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - new_top), torch.exp(top - new_top)
        total = total * rescale + p.sum(dim=-1, keepdim=True)
        output = output * rescale + p @ V[..., start : start + block, :]
        top = new_top
    return output / total


def blockwise_nan_first_block(Q, K, V, block, causal=False):
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    total, output = Q.new_zeros((*Q.shape[:-1], 1)), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in reversed(range(0, K.size(-2), block)):
        scores = block_scores(Q, K, start, block, causal)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))  # −∞ where the block is all future
        p, rescale = torch.exp(scores - new_top), torch.exp(top - new_top)
        total = total * rescale + p.sum(dim=-1, keepdim=True)
        output = output * rescale + p @ V[..., start : start + block, :]
        top = new_top
    return output / total


def blockwise_old_top(Q, K, V, block, causal=False):
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    total, output = Q.new_zeros((*Q.shape[:-1], 1)), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, causal)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - top), torch.exp(top - new_top)
        total = total * rescale + p.sum(dim=-1, keepdim=True)
        output = output * rescale + p @ V[..., start : start + block, :]
        top = new_top
    return output / total


def blockwise_causal_ignored(Q, K, V, block, causal=False):
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    total, output = Q.new_zeros((*Q.shape[:-1], 1)), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, False)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - new_top), torch.exp(top - new_top)
        total = total * rescale + p.sum(dim=-1, keepdim=True)
        output = output * rescale + p @ V[..., start : start + block, :]
        top = new_top
    return output / total


def blockwise_softmax_of_blocks(Q, K, V, block, causal=False):
    starts = range(0, K.size(-2), block)
    outputs = [
        torch.nan_to_num(F.softmax(block_scores(Q, K, start, block, causal), dim=-1)) @ V[..., start : start + block, :]
        for start in starts
    ]
    return sum(outputs) / len(outputs)


def blockwise_without_scale(Q, K, V, block, causal=False):
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    total, output = Q.new_zeros((*Q.shape[:-1], 1)), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, causal) * math.sqrt(Q.size(-1))
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - new_top), torch.exp(top - new_top)
        total = total * rescale + p.sum(dim=-1, keepdim=True)
        output = output * rescale + p @ V[..., start : start + block, :]
        top = new_top
    return output / total


def blockwise_overflow(Q, K, V, block, causal=False):
    total, output = 0.0, 0.0
    for start in range(0, K.size(-2), block):
        p = torch.exp(block_scores(Q, K, start, block, causal))
        total = total + p.sum(dim=-1, keepdim=True)
        output = output + p @ V[..., start : start + block, :]
    return output / total


def blockwise_whole_matrix(Q, K, V, block, causal=False):
    return F.softmax(block_scores(Q, K, 0, K.size(-2), causal), dim=-1) @ V


def blockwise_local_index(Q, K, V, block, causal=False):
    query = torch.arange(Q.size(-2)).unsqueeze(1)  # (T_q, 1)
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    total, output = Q.new_zeros((*Q.shape[:-1], 1)), Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, False)
        if causal:
            scores = scores.masked_fill(torch.arange(scores.size(-1)) > query, float("-inf"))  # as if start were 0
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - new_top), torch.exp(top - new_top)
        total = total * rescale + p.sum(dim=-1, keepdim=True)
        output = output * rescale + p @ V[..., start : start + block, :]
        top = new_top
    return output / total


def blockwise_not_divided(Q, K, V, block, causal=False):
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))
    output = Q.new_zeros((*Q.shape[:-1], V.size(-1)))
    for start in range(0, K.size(-2), block):
        scores = block_scores(Q, K, start, block, causal)
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))
        p, rescale = torch.exp(scores - new_top), torch.exp(top - new_top)
        output = output * rescale + p @ V[..., start : start + block, :]
        top = new_top
    return output


def blockwise_normalised_as_it_goes(Q, K, V, block, causal=False):
    output = torch.zeros(*Q.shape[:-1], V.shape[-1], dtype=Q.dtype)
    lse = torch.full((*Q.shape[:-1], 1), float("-inf"), dtype=Q.dtype)  # log of the sum of exponentials so far
    for start in range(0, K.shape[-2], block):
        scores = (Q * Q.shape[-1] ** -0.5) @ K[..., start : start + block, :].mT
        if causal:
            keys = torch.arange(start, start + scores.shape[-1])
            scores = torch.where(keys <= torch.arange(Q.shape[-2])[:, None], scores, float("-inf"))
        new_lse = torch.logaddexp(lse, scores.logsumexp(-1, keepdim=True))
        output = output * (lse - new_lse).exp() + (scores - new_lse).exp() @ V[..., start : start + block, :]
        lse = new_lse
    return output


def blockwise_two_passes(Q, K, V, block, causal=False):
    starts = range(0, K.size(-2), block)
    top = torch.stack([block_scores(Q, K, s, block, causal).amax(-1, keepdim=True) for s in starts]).amax(0).detach()
    parts = [torch.exp(block_scores(Q, K, s, block, causal) - top) for s in starts]
    total = sum(p.sum(-1, keepdim=True) for p in parts)
    return sum(p / total @ V[..., s : s + block, :] for p, s in zip(parts, starts, strict=True))


def blockwise_query_blocks(Q, K, V, block, causal=False):
    rows = []
    for first in range(0, Q.size(-2), block):
        q = Q[..., first : first + block, :]
        top = torch.full((*q.shape[:-1], 1), -1e30, dtype=Q.dtype)
        total, output = torch.zeros_like(top), torch.zeros(*q.shape[:-1], V.size(-1), dtype=Q.dtype)
        for start in range(0, min(K.size(-2), first + block) if causal else K.size(-2), block):
            scores = q @ K[..., start : start + block, :].transpose(-1, -2) / Q.size(-1) ** 0.5
            if causal:
                keys, queries = torch.arange(start, start + scores.size(-1)), torch.arange(first, first + q.size(-2))
                scores = scores.masked_fill(keys[None, :] > queries[:, None], -1e30)
            new_top = torch.maximum(top, scores.max(dim=-1, keepdim=True).values)
            p = torch.exp(scores - new_top)
            total = total * torch.exp(top - new_top) + p.sum(-1, keepdim=True)
            output = output * torch.exp(top - new_top) + p @ V[..., start : start + block, :]
            top = new_top
        rows.append(output / total)
    return torch.cat(rows, dim=-2)


MISCONCEPTIONS = (
    Misconception(
        name="nothing_rescaled",
        defines={"blockwise_attention": blockwise_not_rescaled},
        uses=(block_scores,),
        finding=Text(
            "Quand le maximum change, ni la somme ni la sortie déjà accumulées ne sont remises à l'échelle : "
            "elles sont "
            "fausses d'un facteur e^(m_ancien − m_nouveau).",
            "When the maximum changes, neither the sum nor the output gathered so far is rescaled: they are off by a "
            "factor e^(m_old − m_new).",
        ),
        consequence=Text(
            "Les premiers blocs pèsent trop dès qu'un plus grand score vient après eux.",
            "The first blocks weigh too much as soon as a larger score comes after them.",
        ),
        hints=(
            Text(
                "Par rapport à quel maximum les exponentielles du premier bloc ont-elles été calculées ?",
                "Against which maximum were the first block's exponentials computed?",
            ),
            Text(
                "e^(s − m_nouveau) = e^(s − m_ancien) · e^(m_ancien − m_nouveau).",
                "e^(s − m_new) = e^(s − m_old) · e^(m_old − m_new).",
            ),
            Text(
                "rescale = exp(top − new_top), puis total = total·rescale + … et output = output·rescale + ….",
                "rescale = exp(top − new_top), then total = total·rescale + … and output = output·rescale + ….",
            ),
        ),
    ),
    Misconception(
        name="numerator_not_rescaled",
        defines={"blockwise_attention": blockwise_numerator_not_rescaled},
        uses=(block_scores,),
        finding=Text(
            "Vous remettez à l'échelle le dénominateur, mais pas le numérateur : la sortie accumulée garde l'ancien "
            "maximum.",
            "You rescale the denominator but not the numerator: the output gathered keeps the old maximum.",
        ),
        consequence=Text(
            "Les poids effectifs ne somment plus à 1 : la sortie sort de l'enveloppe des valeurs.",
            "The effective weights no longer sum to 1: the output leaves the hull of the values.",
        ),
        hints=(
            Text(
                "Donnez à V des lignes toutes égales à 1 : que rend votre fonction ?",
                "Give V rows all equal to 1: what does your function return?",
            ),
            Text(
                "Numérateur et dénominateur sont deux sommes d'exponentielles dans la même unité.",
                "Numerator and denominator are two sums of exponentials in the same unit.",
            ),
            Text("output = output * rescale + p @ v.", "output = output * rescale + p @ v."),
        ),
    ),
    Misconception(
        name="denominator_not_rescaled",
        defines={"blockwise_attention": blockwise_denominator_not_rescaled},
        uses=(block_scores,),
        finding=Text(
            "Vous remettez à l'échelle le numérateur, mais pas le dénominateur : la somme accumulée garde l'ancien "
            "maximum.",
            "You rescale the numerator but not the denominator: the sum gathered keeps the old maximum.",
        ),
        consequence=Text(
            "Le dénominateur est trop grand : la sortie rétrécit vers 0.",
            "The denominator is too large: the output shrinks towards 0.",
        ),
        hints=(
            Text(
                "Donnez à V des lignes toutes égales à 1 : que rend votre fonction ?",
                "Give V rows all equal to 1: what does your function return?",
            ),
            Text(
                "Numérateur et dénominateur sont deux sommes d'exponentielles dans la même unité.",
                "Numerator and denominator are two sums of exponentials in the same unit.",
            ),
            Text(
                "total = total * rescale + p.sum(dim=-1, keepdim=True).",
                "total = total * rescale + p.sum(dim=-1, keepdim=True).",
            ),
        ),
    ),
    Misconception(
        name="last_block_dropped",
        defines={"blockwise_attention": blockwise_last_block_dropped},
        uses=(block_scores,),
        finding=Text(
            "Le dernier bloc, incomplet quand block ne divise pas T_k, n'est pas lu.",
            "The last block, partial when block does not divide T_k, is not read.",
        ),
        consequence=Text(
            "Les dernières clés sont invisibles, et avec un bloc plus grand que T_k il ne reste rien (0/0).",
            "The last keys are invisible, and with a block larger than T_k nothing is left (0/0).",
        ),
        hints=(
            Text(
                "Combien de blocs faut-il pour 11 clés prises 3 par 3 ?",
                "How many blocks are needed for 11 keys taken 3 by 3?",
            ),
            Text("T_k // block arrondit vers le bas.", "T_k // block rounds down."),
            Text(
                "for start in range(0, T_k, block) : la tranche finale se raccourcit d'elle-même.",
                "for start in range(0, T_k, block): the last slice gets shorter by itself.",
            ),
        ),
    ),
    Misconception(
        name="diagonal_block_skipped",
        defines={"blockwise_attention": blockwise_diagonal_skipped},
        uses=(block_scores,),
        finding=Text(
            "En causal, vous sautez tout entier le bloc de la diagonale : chaque requête n'y voit ni elle-même ni ses "
            "proches voisines.",
            "In causal mode you skip the diagonal block entirely: each query sees neither itself nor its close "
            "neighbours.",
        ),
        consequence=Text(
            "Les requêtes du premier bloc n'ont plus aucune clé (0/0 = NaN), les autres perdent leur passé immédiat.",
            "Queries of the first block have no key left (0/0 = NaN), the others lose their immediate past.",
        ),
        hints=(
            Text(
                "Quelles clés la requête 4 doit-elle voir, avec des blocs de 3 ?",
                "Which keys must query 4 see, with blocks of 3?",
            ),
            Text(
                "Un bloc du futur se saute ; celui de la diagonale se masque position par position.",
                "A block of the future may be skipped; that of the diagonal is masked position by position.",
            ),
            Text(
                "scores.masked_fill(start + torch.arange(b) > query, −inf), avec query de forme (T_q, 1).",
                "scores.masked_fill(start + torch.arange(b) > query, −inf), with query of shape (T_q, 1).",
            ),
        ),
    ),
    Misconception(
        name="diagonal_block_unmasked",
        defines={"blockwise_attention": blockwise_diagonal_unmasked},
        uses=(block_scores,),
        finding=Text(
            "En causal, vous masquez par blocs entiers : dans le bloc de la diagonale, chaque requête voit aussi son "
            "futur.",
            "In causal mode you mask whole blocks: within the diagonal block each query sees its future too.",
        ),
        consequence=Text(
            "La fuite ne porte que sur quelques positions, mais elle suffit à un modèle pour tricher.",
            "The leak covers a few positions only, but it is enough for a model to cheat.",
        ),
        hints=(
            Text(
                "Avec un seul grand bloc, votre fonction est-elle encore causale ?",
                "With a single large block, is your function still causal?",
            ),
            Text(
                "Comparez la position de chaque clé à celle de chaque requête, non leurs numéros de bloc.",
                "Compare each key's position with each query's, not their block numbers.",
            ),
            Text(
                "masked_fill(start + torch.arange(b) > query, −inf).",
                "masked_fill(start + torch.arange(b) > query, −inf).",
            ),
        ),
    ),
    Misconception(
        name="nan_when_block_is_all_future",
        defines={"blockwise_attention": blockwise_nan_first_block},
        uses=(block_scores,),
        finding=Text(
            "En causal, les premières requêtes donnent NaN : le premier bloc lu leur est tout entier caché, et "
            "−∞ − (−∞) n'existe pas.",
            "In causal mode the first queries give NaN: the first block read is all hidden from them, and −∞ − (−∞) "
            "does not exist.",
        ),
        consequence=Text(
            "Un maximum courant de −∞ empoisonne la somme, et rien ne la guérit ensuite.",
            "A running maximum of −∞ poisons the sum, and nothing heals it afterwards.",
        ),
        hints=(
            Text("Quel est le maximum d'un bloc où tout vaut −∞ ?", "What is the maximum of a block where all is −∞?"),
            Text(
                "En commençant par la clé 0, chaque requête voit au moins une clé dès le premier bloc.",
                "Starting from key 0, each query sees at least one key in the first block.",
            ),
            Text(
                "Parcourez les blocs par start croissant, ou remplacez un maximum infini par 0 avant d'exponentier.",
                "Go through blocks by increasing start, or replace an infinite maximum by 0 before the exponential.",
            ),
        ),
    ),
    Misconception(
        name="old_maximum_used",
        defines={"blockwise_attention": blockwise_old_top},
        uses=(block_scores,),
        finding=Text(
            "Vous retranchez l'ancien maximum aux scores du bloc : au premier bloc il vaut −∞, et exp(s + ∞) = ∞.",
            "You subtract the old maximum from the block's scores: at the first block it is −∞, and exp(s + ∞) = ∞.",
        ),
        consequence=Text(
            "Tout devient ∞/∞ = NaN.",
            "Everything becomes ∞/∞ = NaN.",
        ),
        hints=(
            Text("Que valent p et total après le premier bloc ?", "What are p and total after the first block?"),
            Text(
                "Le maximum retranché doit déjà tenir compte du bloc courant.",
                "The maximum subtracted must already include the current block.",
            ),
            Text("p = torch.exp(scores − new_top).", "p = torch.exp(scores − new_top)."),
        ),
    ),
    Misconception(
        name="causal_ignored",
        defines={"blockwise_attention": blockwise_causal_ignored},
        uses=(block_scores,),
        finding=Text(
            "Juste sans masque, votre fonction ne tient pas compte de causal=True.",
            "Right without a mask, your function takes no notice of causal=True.",
        ),
        consequence=Text(
            "Chaque position voit les suivantes : inutilisable dans un décodeur.",
            "Each position sees the following ones: useless in a decoder.",
        ),
        hints=(
            Text("L'argument causal sert-il ?", "Is the argument causal used?"),
            Text(
                "La clé start + i est cachée à la requête t si start + i > t.",
                "Key start + i is hidden from query t if start + i > t.",
            ),
            Text(
                "if causal: scores = scores.masked_fill(start + torch.arange(b) > query, −inf).",
                "if causal: scores = scores.masked_fill(start + torch.arange(b) > query, −inf).",
            ),
        ),
    ),
    Misconception(
        name="softmax_of_each_block",
        defines={"blockwise_attention": blockwise_softmax_of_blocks},
        uses=(block_scores,),
        finding=Text(
            "Vous prenez un softmax par bloc, puis la moyenne des blocs : chaque bloc pèse autant que les autres.",
            "You take one softmax for each block, then the mean of the blocks: all blocks weigh the same.",
        ),
        consequence=Text(
            "Un bloc sans intérêt compte autant que celui qui contient la clé cherchée.",
            "A block of no interest counts as much as the one that holds the key sought.",
        ),
        hints=(
            Text(
                "La somme des exponentielles se fait-elle sur toutes les clés ?",
                "Does the sum of exponentials run over all keys?",
            ),
            Text(
                "On ne divise qu'une fois, à la fin, par la somme de tous les blocs.",
                "There is one division only, at the end, by the sum over all blocks.",
            ),
            Text(
                "Accumulez output et total, puis rendez output / total.",
                "Gather output and total, then return output / total.",
            ),
        ),
    ),
    Misconception(
        name="missing_scale",
        defines={"blockwise_attention": blockwise_without_scale},
        uses=(block_scores,),
        finding=Text(
            "Votre sortie est exactement softmax(QKᵀ)V : le facteur 1/√d_k manque.",
            "Your output is exactly softmax(QKᵀ)V: the factor 1/√d_k is missing.",
        ),
        consequence=Text(
            "L'algorithme par blocs est juste, mais il calcule une attention plus tranchée que celle de 3.4.",
            "The blockwise algorithm is right, but it computes a sharper attention than that of 3.4.",
        ),
        hints=(
            Text(
                "Comparez avec votre scaled_dot_product_attention sur un seul bloc.",
                "Compare with your scaled_dot_product_attention on a single block.",
            ),
            Text("Les scores se divisent par √d_k avant le maximum.", "Scores are divided by √d_k before the maximum."),
            Text(
                "scores = Q @ k.transpose(-2, -1) / math.sqrt(Q.size(-1)).",
                "scores = Q @ k.transpose(-2, -1) / math.sqrt(Q.size(-1)).",
            ),
        ),
    ),
    Misconception(
        name="no_maximum",
        defines={"blockwise_attention": blockwise_overflow},
        uses=(block_scores,),
        finding=Text(
            "Juste pour de petits scores, votre fonction déborde sur les grands : aucun maximum n'est retranché.",
            "Right for small scores, your function overflows on large ones: no maximum is subtracted.",
        ),
        consequence=Text(
            "exp(710) est déjà infini en float64 (exp(89) en float32) : ∞/∞ donne NaN.",
            "exp(710) is infinite already in float64 (exp(89) in float32): ∞/∞ gives NaN.",
        ),
        hints=(
            Text(
                "Que rend votre fonction si Q est multipliée par 1000 ?",
                "What does your function return if Q is multiplied by 1000?",
            ),
            Text(
                "Gardez le plus grand score vu jusqu'ici, et retranchez-le.",
                "Keep the largest score seen so far, and subtract it.",
            ),
            Text(
                "new_top = maximum(top, scores.amax(-1, keepdim=True)), puis exp(scores − new_top).",
                "new_top = maximum(top, scores.amax(-1, keepdim=True)), then exp(scores − new_top).",
            ),
        ),
    ),
    Misconception(
        name="whole_matrix",
        defines={"blockwise_attention": blockwise_whole_matrix, "largest_tensor": largest_tensor},
        uses=(block_scores,),
        finding=Text(
            "Les valeurs sont justes, mais votre fonction construit, ou fait construire, la matrice (T_q, "
            "T_k) entière.",
            "The values are right, but your function makes the whole (T_q, T_k) matrix, or has it made.",
        ),
        consequence=Text(
            "C'est la mémoire que l'exercice veut épargner : à T = 100 000, cette matrice pèse 40 Go par tête.",
            "That is the memory the exercise wants to spare: at T = 100,000 this matrix weighs 40 GB a head.",
        ),
        hints=(
            Text(
                "Quel est le plus grand tenseur que largest_tensor mesure ?",
                "What is the largest tensor that largest_tensor measures?",
            ),
            Text(
                "Ne calculez jamais plus de block colonnes de scores à la fois.",
                "Never compute more than block columns of scores at a time.",
            ),
            Text(
                "for start in range(0, T_k, block), avec un maximum et une somme courants.",
                "for start in range(0, T_k, block), with a running maximum and a running sum.",
            ),
        ),
    ),
    Misconception(
        name="block_start_forgotten",
        defines={"blockwise_attention": blockwise_local_index},
        uses=(block_scores,),
        finding=Text(
            "Juste sans masque ; avec causal=True, la place d'une clé est comptée depuis le début de son bloc, non "
            "depuis celui de la phrase.",
            "Right without a mask; with causal=True, the place of a key is counted from the beginning of its block, "
            "not of the sentence.",
        ),
        consequence=Text(
            "Chaque bloc laisse voir ses premières clés à tout le monde : l'avenir fuit dès le deuxième bloc.",
            "Each block shows its first keys to everybody: the future leaks from the second block on.",
        ),
        hints=(
            Text(
                "Quelle place la première clé du deuxième bloc a-t-elle dans la phrase ?",
                "Which place has the second block's first key in the sentence?",
            ),
            Text(
                "Les clés d'un bloc sont aux places start, …, start + b − 1 ; ce sont elles que l'on compare à celle "
                "de la requête.",
                "The keys of a block stand at places start, …, start + b − 1; these are compared with the query's.",
            ),
            Text(
                "future = start + torch.arange(k.size(-2)) > torch.arange(T_q).unsqueeze(1).",
                "future = start + torch.arange(k.size(-2)) > torch.arange(T_q).unsqueeze(1).",
            ),
        ),
    ),
    Misconception(
        name="not_divided",
        defines={"blockwise_attention": blockwise_not_divided},
        uses=(block_scores,),
        finding=Text(
            "Vous rendez exactement Σ e^(s − m)·v : il manque la division finale par ℓ = Σ e^(s − m).",
            "You return exactly Σ e^(s − m)·v: the final division by ℓ = Σ e^(s − m) is missing.",
        ),
        consequence=Text(
            "Les poids d'une requête ne somment pas à 1 : plus elle a de clés, plus sa sortie est grande.",
            "The weights of a query do not sum to 1: the more keys it has, the larger its output.",
        ),
        hints=(
            Text(
                "Avec des valeurs toutes égales à 1, que doit rendre l'attention ?",
                "With values that are all 1, what must attention return?",
            ),
            Text(
                "Le softmax est un quotient : la boucle tient à jour numérateur (…, T_q, d_v) et dénominateur "
                "(…, T_q, 1).",
                "The softmax is a quotient: the loop keeps numerator (…, T_q, d_v) and denominator (…, T_q, 1) up to "
                "date.",
            ),
            Text("return output / total, une fois la boucle finie.", "return output / total, once the loop is over."),
        ),
    ),
)

EQUIVALENTS = (
    Equivalent("log_sum_exp", {"blockwise_attention": blockwise_normalised_as_it_goes}),
    Equivalent("two_passes", {"blockwise_attention": blockwise_two_passes}, uses=(block_scores,)),
    Equivalent("query_blocks", {"blockwise_attention": blockwise_query_blocks}),
)
