"""4.7 One vector for a sentence: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def mean_by_matrix_product(H, mask):
    m = mask.to(H.dtype)
    lengths = m.sum(1, keepdim=True)
    shares = m / torch.where(lengths == 0, torch.ones_like(lengths), lengths)
    return torch.bmm(shares[:, None, :], H)[:, 0]


def mean_by_sentence(H, mask):
    rows = []
    for h, m in zip(H, mask, strict=True):
        kept = h[m.bool()]
        rows.append(kept.mean(0) if len(kept) else torch.zeros_like(h[0]))
    return torch.stack(rows)


def mean_of_filled(H, mask):
    kept = H.masked_fill(mask[..., None] == 0, float("nan"))
    return torch.nan_to_num(kept.nanmean(dim=1), nan=0.0)


def first_by_index(H):
    return torch.index_select(H, 1, torch.tensor([0])).squeeze(1)


def cosines_by_normalize(U, V):
    return torch.einsum("nd,md->nm", F.normalize(U, dim=-1), F.normalize(V, dim=-1))


def cosines_by_pairs(U, V):
    rows = [[(u @ v) / ((u @ u).sqrt() * (v @ v).sqrt() + 1e-30) for v in V] for u in U]
    return torch.stack([torch.stack(row) for row in rows])


def cosines_of_products(U, V):
    products = U @ V.T
    sizes = torch.outer(torch.linalg.vector_norm(U, dim=1), torch.linalg.vector_norm(V, dim=1))
    return torch.where(sizes > 0, products / sizes.clamp(min=1e-300), torch.zeros_like(products))


WEIGHTS = "mask.to(H.dtype).unsqueeze(-1)"
TOTAL = "(H * weights).sum(dim=1)"
COUNT = "weights.sum(dim=1).clamp(min=1)"
MEAN = "return total / count"
NORMS_U = "U.norm(dim=1, keepdim=True).clamp(min=1e-12)"
NORMS_V = "V.norm(dim=1, keepdim=True).clamp(min=1e-12)"
COSINES = "(U / norms_u) @ (V / norms_v).T"

MISTAKES = (
    mistake("padding_included", edit(WEIGHTS, "torch.ones_like(H[..., :1])")),
    mistake("divided_by_length", edit(COUNT, "H.shape[1]")),
    mistake("divided_by_all", edit(COUNT, "weights.sum().clamp(min=1)")),
    mistake("divided_by_longest", edit(COUNT, "weights.sum(dim=1).max()")),
    mistake("not_divided", edit(MEAN, "return total")),
    mistake("divided_by_root", edit(MEAN, "return total / count.sqrt()")),
    mistake("divided_by_one_more", edit(COUNT, "weights.sum(dim=1) + 1")),
    mistake("mask_inverted", edit(WEIGHTS, "(1 - mask).to(H.dtype).unsqueeze(-1)")),
    mistake("row_of_padding_not_a_number", edit(COUNT, "weights.sum(dim=1)")),
    mistake("maximum", edit(MEAN, 'kept = H.masked_fill(weights == 0, float("-inf"))\n'
                                  "    return kept.amax(dim=1).nan_to_num(neginf=0.0)")),
    mistake("maximum_with_padding", edit(MEAN, "return H.amax(dim=1)")),
    mistake("maximum_after_mask", edit(MEAN, "return (H * weights).amax(dim=1)")),
    mistake("first_for_mean", edit(MEAN, "return H[:, 0]")),
    mistake("last_place", edit(MEAN, "return H[:, -1]")),
    mistake("last_token", edit(MEAN, "last = (mask.sum(1) - 1).clamp(min=0)\n"
                                     "    return H[torch.arange(len(H)), last]")),
    mistake("first_token_left_out", edit(TOTAL, "(H * weights)[:, 1:].sum(dim=1)"),
            edit(COUNT, "weights[:, 1:].sum(dim=1).clamp(min=1)")),
    mistake("mean_of_components", edit(MEAN, "return (H * weights).mean(dim=-1)")),
    mistake("mean_over_batch", edit(MEAN, "return (H * weights).mean(dim=0)")),
    mistake("mean_normalized", edit(MEAN, "mean = total / count\n"
                                          "    return mean / mean.norm(dim=1, keepdim=True).clamp(min=1e-12)")),
    mistake("last_for_cls", edit("H[:, 0]", "H[:, -1]")),
    mistake("second_for_cls", edit("H[:, 0]", "H[:, 1]")),
    mistake("first_sentence", edit("H[:, 0]", "H[0]")),
    mistake("first_component", edit("H[:, 0]", "H[:, :, 0]")),
    mistake("axis_kept", edit("H[:, 0]", "H[:, :1]")),
    mistake("mean_for_cls", edit("H[:, 0]", "H.mean(dim=1)")),
    mistake("scalar_products", edit(COSINES, "U @ V.T")),
    mistake("first_norm_only", edit(COSINES, "(U / norms_u) @ V.T")),
    mistake("second_norm_only", edit(COSINES, "U @ (V / norms_v).T")),
    mistake("squared_norms", edit(COSINES, "(U / norms_u**2) @ (V / norms_v**2).T")),
    mistake("norms_added", edit(COSINES, "U @ V.T / (norms_u + norms_v.T)")),
    mistake("columns_normalized", edit(NORMS_U, NORMS_U.replace("dim=1", "dim=0")),
            edit(NORMS_V, NORMS_V.replace("dim=1", "dim=0"))),
    mistake("norm_of_the_matrix", edit(NORMS_U, "U.norm().clamp(min=1e-12)"),
            edit(NORMS_V, "V.norm().clamp(min=1e-12)")),
    mistake("sums_for_norms", edit(NORMS_U, NORMS_U.replace("norm(dim", "norm(p=1, dim")),
            edit(NORMS_V, NORMS_V.replace("norm(dim", "norm(p=1, dim"))),
    mistake("zero_vector_not_a_number", edit(NORMS_U, "U.norm(dim=1, keepdim=True)"),
            edit(NORMS_V, "V.norm(dim=1, keepdim=True)")),
    mistake("distance", edit(COSINES, f"1 - {COSINES}")),
    mistake("euclidean", edit(COSINES, "torch.cdist(U, V)")),
    mistake("centred", edit(NORMS_U, "(U - U.mean(1, keepdim=True)).norm(dim=1, keepdim=True).clamp(min=1e-12)"),
            edit(NORMS_V, "(V - V.mean(1, keepdim=True)).norm(dim=1, keepdim=True).clamp(min=1e-12)"),
            edit(COSINES, "((U - U.mean(1, keepdim=True)) / norms_u) @ "
                          "((V - V.mean(1, keepdim=True)) / norms_v).T")),
    mistake("absolute_value", edit(COSINES, f"({COSINES}).abs()")),
    mistake("transposed", edit(COSINES, "(V / norms_v) @ (U / norms_u).T")),
    mistake("row_by_row", edit(COSINES, "(U / norms_u * (V / norms_v)).sum(dim=1)")),
)  # fmt: skip

EQUIVALENTS = (
    equivalent(
        "by_matrix_product",
        defines={
            "mean_pooling": mean_by_matrix_product,
            "cls_pooling": first_by_index,
            "cosine_matrix": cosines_by_normalize,
        },
    ),
    equivalent("one_by_one", defines={"mean_pooling": mean_by_sentence, "cosine_matrix": cosines_by_pairs}),
    equivalent("of_filled", defines={"mean_pooling": mean_of_filled, "cosine_matrix": cosines_of_products}),
    equivalent("by_largest", edit(COUNT, "torch.clamp(weights.sum(1), 1e-9)"), edit("H[:, 0]", "H.unbind(1)[0]")),
)
