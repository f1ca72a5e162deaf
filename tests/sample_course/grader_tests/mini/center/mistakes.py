"""Centre: two mistakes worth a name, another way of being right."""

import numpy as np

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def by_loop(X):
    return np.stack([column - sum(column) / len(column) for column in X.T], axis=1)


MISTAKES = (
    mistake("row_mean", edit("axis=0", "axis=1")),
    mistake("global_mean", edit("axis=0, keepdims=True", "")),
)

EQUIVALENTS = (equivalent("by_loop", defines={"center": by_loop}),)
