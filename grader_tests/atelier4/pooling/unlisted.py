"""4.7 pooling: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted

from .oracle import cosine_matrix, mean_pooling


@unlisted("mean_pooling", "first_token_left_out")
def mean_pooling_without_cls(H, mask):  # the special token at the front is left out
    return mean_pooling(H[:, 1:], mask[:, 1:])


@unlisted("mean_pooling")
def mean_pooling_without_ends(H, mask):
    """Neither the first nor the last real token."""
    inner = mask.long().clone()
    last = mask.long().cumsum(1).argmax(1)
    inner[torch.arange(len(H)), last] = 0
    inner[:, 0] = 0
    return mean_pooling(H, inner)


@unlisted("mean_pooling")
def mean_pooling_prefix(H, mask):
    """The first n tokens, n their number: a mask with holes is not seen."""
    n = mask.long().sum(1)
    return torch.stack([H[b, : int(n[b])].mean(0) if n[b] else torch.zeros_like(H[b, 0]) for b in range(len(H))])


@unlisted("mean_pooling", "divided_by_root")
def mean_pooling_by_square_root(H, mask):
    m = mask.to(H.dtype)[..., None]
    return (H * m).sum(1) / m.sum(1).clamp(min=1).sqrt()


@unlisted("mean_pooling", "mean_normalized")
def mean_pooling_unit(H, mask):  # normalized to length 1
    return F.normalize(mean_pooling(H, mask), dim=1)


@unlisted("mean_pooling", "divided_by_one_more")
def mean_pooling_plus_one(H, mask):
    """The divisor is n + 1, so that it is never 0."""
    m = mask.to(H.dtype)[..., None]
    return (H * m).sum(1) / (m.sum(1) + 1)


@unlisted("mean_pooling")
def mean_pooling_nonzero_rows(H, mask):
    """The divisor counts the vectors that are not zero."""
    kept = H * mask.to(H.dtype)[..., None]
    return kept.sum(1) / (kept != 0).any(-1).sum(1, keepdim=True).clamp(min=1)


@unlisted("mean_pooling")
def mean_pooling_softmax_weights(H, mask):  # a softmax of the mask: padding weighs less, not nothing
    weights = mask.to(H.dtype).softmax(1)[..., None]
    return (H * weights).sum(1) * (mask.to(H.dtype).sum(1, keepdim=True) > 0)


@unlisted("mean_pooling")
def mean_pooling_all_batch(H, mask):
    """One divisor for the batch: the mean number of tokens."""
    m = mask.to(H.dtype)[..., None]
    return (H * m).sum(1) / m.sum(1).mean().clamp(min=1)


@unlisted("mean_pooling")
def mean_pooling_empty_is_first(H, mask):
    """A row of padding gives its first vector."""
    mine = mask.clone()
    mine[mine.long().sum(1) == 0, 0] = 1
    return mean_pooling(H, mine)


@unlisted("mean_pooling")
def mean_pooling_median(H, mask):
    rows = [H[b][mask[b].bool()] for b in range(len(H))]
    return torch.stack([r.quantile(0.5, dim=0) if len(r) else H.new_zeros(H.size(2)) for r in rows])


@unlisted("cls_pooling")
def cls_pooling_tanh(H):  # as the pooler does
    return torch.tanh(H[:, 0])


@unlisted("cls_pooling")
def cls_pooling_first_of_batch(H):
    """H[0] for each: the wrong axis, in the right shape."""
    return H[:1, 0].expand(len(H), -1).clone()


@unlisted("cls_pooling", "second_for_cls")
def cls_pooling_second(H):
    return H[:, min(1, H.size(1) - 1)]


@unlisted("cls_pooling")
def cls_pooling_unit(H):
    return F.normalize(H[:, 0], dim=1)


@unlisted("cosine_matrix")
def cosine_matrix_soft(U, V):  # a small number is added to the divisor
    return U @ V.T / (U.norm(dim=1)[:, None] * V.norm(dim=1) + 1e-2)


@unlisted("cosine_matrix")
def cosine_matrix_sum_of_norms(U, V):
    norms = U.norm(dim=1)[:, None] + V.norm(dim=1)
    return torch.where(norms > 0, 2 * U @ V.T / norms.clamp(min=1e-12), torch.zeros_like(norms))


@unlisted("cosine_matrix")
def cosine_matrix_positive(U, V):
    """Never below 0."""
    return cosine_matrix(U, V).clamp(min=0)


@unlisted("cosine_matrix", "centred")
def cosine_matrix_centred(U, V):  # a correlation
    return cosine_matrix(U - U.mean(1, keepdim=True), V - V.mean(1, keepdim=True))


@unlisted("cosine_matrix")
def cosine_matrix_from_zero_to_one(U, V):
    return (1 + cosine_matrix(U, V)) / 2


@unlisted("cosine_matrix")
def cosine_matrix_zero_is_its_own(U, V):
    """The zero vector has cosine 1 with the zero vector."""
    both = (U == 0).all(1)[:, None] & (V == 0).all(1)
    return torch.where(both, torch.ones_like(U[:1, :1]), cosine_matrix(U, V))


@unlisted("cosine_matrix")
def cosine_matrix_at_least_one(U, V):
    """Norms are clamped at 1, as the divisor of the mean."""
    return U @ V.T / (U.norm(dim=1, keepdim=True).clamp(min=1) * V.norm(dim=1).clamp(min=1))
