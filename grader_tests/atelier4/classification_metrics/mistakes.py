"""4.11 classification_metrics, bootstrap_interval: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import seeded_generator


def by_confusion_matrix(y, p):
    if len(y) == 0 or y.shape != p.shape:
        raise ValueError("out of range")
    ids, places = torch.unique(torch.cat([y, p]), return_inverse=True)
    K, N = len(ids), len(y)
    table = torch.bincount(places[:N] * K + places[N:], minlength=K * K).reshape(K, K).double()
    rows, columns, diagonal = table.sum(1), table.sum(0), table.diag()
    recall = torch.where(rows > 0, diagonal / rows.clamp(min=1), 0.0)
    precision = torch.where(columns > 0, diagonal / columns.clamp(min=1), 0.0)
    both = precision + recall
    f1 = torch.where(both > 0, 2 * precision * recall / both.clamp(min=1e-30), 0.0)
    expected = (rows * columns).sum() / N
    spread = (N - (rows**2).sum() / N) * (N - (columns**2).sum() / N)
    mcc = float((diagonal.sum() - expected) / spread**0.5) if spread > 0 else 0.0
    return {"mcc": mcc, "macro_f1": float(f1.mean()), "accuracy": float(diagonal.sum() / N)}


def one_resample_after_the_other(y, p, metric, n, seed, level=0.95):
    if n <= 0 or level <= 0 or level >= 1 or len(y) != len(p) or len(y) == 0:
        raise ValueError("out of range")
    generator = seeded_generator(seed)
    values = []
    for _ in range(n):
        rows = torch.randint(0, len(y), (len(y),), generator=generator)
        values.append(metric(y[rows], p[rows]))
    return tuple(float(q) for q in np.quantile(values, [(1 - level) / 2, (1 + level) / 2]))


def class_by_class(y, p):
    if len(y) != len(p) or not len(y):
        raise ValueError("out of range")
    y, p = y.tolist(), p.tolist()
    scores = []
    for k in set(y) | set(p):
        hits = sum(1 for a, b in zip(y, p, strict=True) if a == k and b == k)
        scores.append(2 * hits / (y.count(k) + p.count(k)))
    n, hits = len(y), sum(a == b for a, b in zip(y, p, strict=True))
    above = n * hits - sum(y.count(k) * p.count(k) for k in set(y))
    below = (n * n - sum(y.count(k) ** 2 for k in set(y))) * (n * n - sum(p.count(k) ** 2 for k in set(p)))
    return {
        "accuracy": hits / n,
        "macro_f1": sum(scores) / len(scores),
        "mcc": above / below**0.5 if below else 0.0,
    }


def by_sorting(y, p, metric, n, seed, level=0.95):
    if not (0 < level < 1) or n < 1 or len(y) == 0 or len(y) != len(p):
        raise ValueError("out of range")
    rows = torch.randint(0, y.numel(), (n, y.numel()), generator=torch.Generator().manual_seed(seed))
    values = sorted(float(metric(y[row], p[row])) for row in rows)

    def quantile(q):
        place = q * (n - 1)
        below = int(place)
        above = min(below + 1, n - 1)
        return values[below] + (place - below) * (values[above] - values[below])

    return quantile(0.5 - level / 2), quantile(0.5 + level / 2)


def by_correlation(y, p):
    if y.dim() != 1 or y.shape != p.shape or y.numel() == 0:
        raise ValueError("out of range")
    classes = sorted({*y.tolist(), *p.tolist()})
    place = {k: i for i, k in enumerate(classes)}
    a = F.one_hot(torch.tensor([place[k] for k in y.tolist()]), len(classes)).double()
    b = F.one_hot(torch.tensor([place[k] for k in p.tolist()]), len(classes)).double()
    f1 = [2 * float(a[:, k] @ b[:, k]) / float(a[:, k].sum() + b[:, k].sum()) for k in range(len(classes))]
    a, b = a - a.mean(0), b - b.mean(0)
    below = float((a * a).sum() * (b * b).sum())
    return {
        "accuracy": float((y == p).float().mean()),
        "macro_f1": float(np.mean(f1)),
        "mcc": float((a * b).sum()) / below**0.5 if below > 1e-12 else 0.0,
    }


CLASSES = "classes = torch.unique(torch.cat([y, p]))"
F1 = "f1 = 2 * right / (truth + guess).clamp(min=1)"
MACRO = '"macro_f1": f1.mean().item()'
ACCURACY = '"accuracy": (correct / n).item()'
COVARIANCE = "covariance = n * correct - (truth * guess).sum()"
SPREAD = "spread = ((n**2 - (truth**2).sum()) * (n**2 - (guess**2).sum())).sqrt()"
MCC = "mcc = covariance / spread if spread > 0 else torch.zeros(())"
ROWS = "rows = torch.randint(len(y), (n, len(y)), generator=generator)"
VALUES = "[metric(y[row], p[row]) for row in rows]"
QUANTILES = "low, high = torch.quantile(values, torch.tensor([tail, 1 - tail], dtype=torch.float64))"
RETURN = "return low.item(), high.item()"

MISTAKES = (
    # accuracy
    mistake("error_rate", edit(ACCURACY, '"accuracy": (1 - correct / n).item()')),
    mistake("percent", edit(ACCURACY, '"accuracy": (100 * correct / n).item()')),
    mistake("balanced_accuracy", edit(ACCURACY, '"accuracy": (right / truth.clamp(min=1))[truth > 0].mean().item()')),
    # macro F1
    mistake("micro_f1", edit(MACRO, '"macro_f1": (correct / n).item()')),
    mistake("weighted_f1", edit(MACRO, '"macro_f1": ((truth / n) * f1).sum().item()')),
    mistake("recall", edit(F1, "f1 = right / truth.clamp(min=1)")),
    mistake("precision", edit(F1, "f1 = right / guess.clamp(min=1)")),
    mistake(
        "plain_mean_of_both",
        edit(F1, "f1 = (right / truth.clamp(min=1) + right / guess.clamp(min=1)) / 2"),
    ),
    mistake(
        "f1_of_means",
        edit(
            MACRO,
            '"macro_f1": (\n        2 * (right / truth.clamp(min=1)).mean() * (right / guess.clamp(min=1)).mean()\n'
            "        / ((right / truth.clamp(min=1)).mean() + (right / guess.clamp(min=1)).mean()).clamp(min=1e-30)\n"
            "    ).item()",
        ),
        convention=True,
    ),
    mistake("absent_classes_counted", edit(CLASSES, "classes = torch.arange(int(max(y.max(), p.max())) + 1)")),
    mistake("f1_of_the_first_class", edit(MACRO, '"macro_f1": f1[0].item()')),
    mistake("f1_of_the_last_class", edit(MACRO, '"macro_f1": f1[-1].item()')),
    mistake("classes_of_truth_only", edit(MACRO, '"macro_f1": f1[truth > 0].mean().item()')),
    mistake("classes_of_predictions_only", edit(MACRO, '"macro_f1": f1[guess > 0].mean().item()')),
    mistake("jaccard", edit(F1, "f1 = right / (truth + guess - right).clamp(min=1)")),
    mistake("two_forgotten", edit(F1, "f1 = right / (truth + guess).clamp(min=1)")),
    mistake("f1_summed", edit(MACRO, '"macro_f1": f1.sum().item()')),
    # Matthews' correlation
    mistake("kappa", edit(SPREAD, "spread = n**2 - (truth * guess).sum()")),
    mistake("root_forgotten", edit(SPREAD, "spread = (n**2 - (truth**2).sum()) * (n**2 - (guess**2).sum())")),
    mistake("not_centred", edit(COVARIANCE, "covariance = n * correct")),
    mistake("spread_of_truth_only", edit(SPREAD, "spread = n**2 - (truth**2).sum()")),
    mistake("squared", edit(MCC, MCC.replace("covariance / spread", "(covariance / spread) ** 2"))),
    mistake("undefined_is_nan", edit(MCC, "mcc = covariance / spread")),
    mistake("undefined_is_one", edit(MCC, MCC.replace("zeros", "ones"))),
    # the bootstrap
    mistake(
        "without_replacement",
        edit(ROWS, "rows = torch.stack([torch.randperm(len(y), generator=generator) for _ in range(n)])"),
    ),
    mistake("pairs_broken", edit(VALUES, "[metric(y[row], p[row.flip(0)]) for row in rows]")),
    mistake("truth_only_resampled", edit(VALUES, "[metric(y[row], p) for row in rows]")),
    mistake("predictions_only_resampled", edit(VALUES, "[metric(y, p[row]) for row in rows]")),
    mistake("truth_and_predictions_swapped", edit(VALUES, "[metric(p[row], y[row]) for row in rows]")),
    mistake("sizes_swapped", edit(ROWS, "rows = torch.randint(len(y), (len(y), n), generator=generator)")),
    mistake("last_never_drawn", edit(ROWS, "rows = torch.randint(len(y) - 1, (n, len(y)), generator=generator)")),
    mistake("first_never_drawn", edit(ROWS, "rows = torch.randint(1, len(y), (n, len(y)), generator=generator)")),
    mistake("one_example_less", edit(ROWS, "rows = torch.randint(len(y), (n, len(y) - 1), generator=generator)")),
    mistake("seed_ignored", edit("generator = seeded_generator(seed)", "generator = seeded_generator(0)")),
    mistake(
        "normal_interval",
        edit(QUANTILES, "low, high = values.mean() - 1.96 * values.std(), values.mean() + 1.96 * values.std()"),
    ),
    mistake(
        "reflected",
        edit(RETURN, "return 2 * metric(y, p) - high.item(), 2 * metric(y, p) - low.item()"),
        convention=True,
    ),
    mistake("both_tails_on_each_side", edit("tail = (1 - level) / 2", "tail = 1 - level")),
    mistake("always_95", edit("tail = (1 - level) / 2", "tail = 0.025")),
    mistake("level_as_tail", edit("tail = (1 - level) / 2", "tail = level / 2")),
    mistake("extremes", edit(QUANTILES, "low, high = values.min(), values.max()")),
    mistake("ends_swapped", edit(RETURN, "return high.item(), low.item()")),
    mistake(
        "lower_neighbour",
        edit(QUANTILES, QUANTILES.replace("64))", '64), interpolation="lower")')),
        convention=True,
    ),
    mistake(
        "nearest_neighbour",
        edit(QUANTILES, QUANTILES.replace("64))", '64), interpolation="nearest")')),
        convention=True,
    ),
)

EQUIVALENTS = (
    equivalent(
        "by_confusion_matrix",
        defines={
            "classification_metrics": by_confusion_matrix,
            "bootstrap_interval": one_resample_after_the_other,
        },
        uses=(seeded_generator,),
    ),
    equivalent("class_by_class", defines={"classification_metrics": class_by_class, "bootstrap_interval": by_sorting}),
    equivalent("by_correlation", defines={"classification_metrics": by_correlation}),
)
