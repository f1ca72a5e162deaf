"""1.1 Cosine similarity: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def cosine_of_unit_vectors(u, v):
    u = u / max(np.linalg.norm(u), 1e-12)
    v = v / max(np.linalg.norm(v), 1e-12)
    return float(np.sum(u * v))


def cosine_with_epsilon(u, v):
    return float(np.dot(u, v) / (np.sqrt(np.sum(u**2)) * np.sqrt(np.sum(v**2)) + 1e-12))


MISTAKES = (
    mistake("dot_product", edit("float(u @ v / norms) if norms > 0 else 0.0", "float(u @ v)")),
    mistake("first_norm_only", edit(" * np.linalg.norm(v)", "")),
    mistake("squared_norms", edit("np.linalg.norm(u) * np.linalg.norm(v)", "(u @ u) * (v @ v)")),
    mistake("l1_norms", edit("np.linalg.norm(u) * np.linalg.norm(v)", "np.sum(np.abs(u)) * np.sum(np.abs(v))")),
    mistake(
        "distance",
        edit(
            "return float(u @ v / norms) if norms > 0 else 0.0",
            "return 1 - (float(u @ v / norms) if norms > 0 else 0.0)",
        ),
    ),
    mistake("absolute", edit("u @ v / norms", "abs(u @ v) / norms")),
    mistake("sum_of_norms", edit("norm(u) * np", "norm(u) + np")),
    mistake("nan_at_zero", edit(" if norms > 0 else 0.0", "")),
)

EQUIVALENTS = (
    equivalent("unit_vectors_first", defines={"cosine_similarity": cosine_of_unit_vectors}),
    equivalent("small_epsilon", defines={"cosine_similarity": cosine_with_epsilon}),
)
