"""3.12 equivariance_gap: the layers that the notebook gives, the mistakes worth a name, other ways of being right."""

from __future__ import annotations

import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def gap_by_index(f, X, P):
    order = P.argmax(dim=-1)
    return torch.max(torch.abs(f(X[order]) - f(X)[order]))


MISTAKES = (
    mistake("invariance_tested", edit("P @ f(X)", "f(X)")),
    mistake("features_permuted", edit("(f(P @ X) - P @ f(X))", "(f(X @ P) - f(X) @ P)")),
    mistake(
        "causal_mask_left_on",
        edit("f(P @ X)", "causal_self_attention(P @ X)"),
        edit("P @ f(X)", "P @ causal_self_attention(X)"),
    ),
    mistake("inverse_permutation", edit("P @ f(X)", "P.T @ f(X)")),
    mistake("input_not_permuted", edit("f(P @ X)", "f(X)")),
    mistake("absolute_value_missing", edit(".abs()", "")),
    mistake("mean_instead_of_max", edit(".max()", ".mean()")),
    mistake("norm_instead_of_max", edit(".abs().max()", ".norm()")),
    mistake("sum_of_gaps", edit(".max()", ".sum()")),
    mistake("squared_gap", edit(".abs()", ".square()")),
    mistake(
        "relative_gap",
        edit(
            "(f(P @ X) - P @ f(X)).abs().max().item()",
            "((f(P @ X) - P @ f(X)).abs().max() / (P @ f(X)).abs().max()).item()",
        ),
        convention=True,
    ),
)

EQUIVALENTS = (
    equivalent("by_index", defines={"equivariance_gap": gap_by_index}),
    equivalent(
        "undone", edit("(f(P @ X) - P @ f(X)).abs().max().item()", "float((P.T @ f(P @ X) - f(X)).abs().amax())")
    ),
)
