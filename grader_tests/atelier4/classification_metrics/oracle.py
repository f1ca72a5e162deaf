"""4.11 classification_metrics, bootstrap_interval: what a set of predictions is worth, and how surely.

Classes are named by ids that need not follow one another: one that stands on neither side is left out. The bootstrap is
deterministic: its resamples are drawn at once, by the generator that the notebook gives. The metrics that it is handed
tell truth from predictions.
"""

from __future__ import annotations

import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text


def seeded_generator(seed):
    """A random generator of its own: the same seed gives the same draws."""
    return torch.Generator().manual_seed(seed)


def share_correct(y, p):
    """The accuracy. y (N,) truth, p (N,) predictions -> float."""
    return (y == p).double().mean().item()


def recall_of_class_one(y, p):
    """Which share of class 1 is found; 0 if it has no example. y (N,) truth, p (N,) predictions -> float."""
    ones = y == 1
    return (p[ones] == 1).double().mean().item() if ones.any() else 0.0


def classification_metrics(y, p):
    """Accuracy, macro F1 and Matthews' correlation of predictions.

    y (N,): true classes, p (N,): predicted classes, int64 -> {"accuracy": ..., "macro_f1": ..., "mcc": ...}, floats.
    The classes are those that stand in y or in p; the correlation is 0 where it is not defined.
    """
    if y.shape != p.shape or y.dim() != 1 or len(y) == 0:
        raise ValueError("one prediction for each example, and one example at least")
    classes = torch.unique(torch.cat([y, p]))  # (K,)
    is_truth = (y[:, None] == classes).double()  # (N,K)
    is_guess = (p[:, None] == classes).double()  # (N,K)
    right = (is_truth * is_guess).sum(0)  # (K,) true positives
    truth, guess = is_truth.sum(0), is_guess.sum(0)  # (K,) each
    n, correct = len(y), right.sum()
    f1 = 2 * right / (truth + guess).clamp(min=1)  # (K,)
    covariance = n * correct - (truth * guess).sum()
    spread = ((n**2 - (truth**2).sum()) * (n**2 - (guess**2).sum())).sqrt()
    mcc = covariance / spread if spread > 0 else torch.zeros(())
    return {"accuracy": (correct / n).item(), "macro_f1": f1.mean().item(), "mcc": mcc.item()}


def bootstrap_interval(y, p, metric, n, seed, level=0.95):
    """The percentile interval of a metric over n resamples.

    y (N,), p (N,): truth and predictions; metric(y, p) -> float; the rows of one torch.randint of shape (n, N), by
    seeded_generator(seed), are the resamples -> (low, high), floats, which leave out (1 - level)/2 on each side.
    """
    if y.shape != p.shape or len(y) == 0 or n < 1 or not 0 < level < 1:
        raise ValueError("one prediction for each example, one resample at least, and a level in (0, 1)")
    generator = seeded_generator(seed)
    rows = torch.randint(len(y), (n, len(y)), generator=generator)  # (n,N), with repetitions
    values = torch.tensor([metric(y[row], p[row]) for row in rows], dtype=torch.float64)  # (n,)
    tail = (1 - level) / 2
    low, high = torch.quantile(values, torch.tensor([tail, 1 - tail], dtype=torch.float64))
    return low.item(), high.item()


def independent_metrics(y, p):
    """scikit-learn's."""
    from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

    y, p = y.numpy(), p.numpy()
    return {
        "accuracy": float(accuracy_score(y, p)),
        "macro_f1": float(f1_score(y, p, average="macro", zero_division=0)),
        "mcc": float(matthews_corrcoef(y, p)),
    }


def independent_interval(y, p, metric, n, seed, level=0.95):
    """NumPy's percentiles, over resamples drawn one after the other; a share of good answers by scikit-learn."""
    import numpy as np
    from sklearn.metrics import accuracy_score, recall_score

    N, generator = len(y), torch.Generator().manual_seed(seed)
    of_sklearn = {
        "share_correct": accuracy_score,
        "recall_of_class_one": lambda y, p: recall_score(y, p, labels=[1], average="macro", zero_division=0),
    }
    found = []
    for _ in range(n):
        rows = torch.randint(N, (N,), generator=generator)
        found.append(of_sklearn[metric.__name__](y[rows].numpy(), p[rows].numpy()))
    return tuple(float(q) for q in np.percentile(found, [50 * (1 - level), 50 * (1 + level)]))


def metrics(name, y, p):
    inputs = {"y": torch.as_tensor(y, dtype=torch.int64), "p": torch.as_tensor(p, dtype=torch.int64)}
    return Case(name, Call("classification_metrics", inputs), {"N": len(y)})


def interval(name, y, p, metric, n, seed, level=None):
    inputs = {"y": torch.as_tensor(y), "p": torch.as_tensor(p), "metric": Ref(metric), "n": n, "seed": seed}
    if level is not None:
        inputs["level"] = level
    return Case(name, Call("bootstrap_interval", inputs), {"N": len(y)})


Y = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2]
P = [0, 0, 0, 0, 1, 2, 1, 1, 0, 1]


def public():
    return [
        metrics("worked_example", Y, P),
        metrics("two_classes", [1, 1, 1, 0, 0, 1, 0, 1], [1, 1, 0, 0, 1, 1, 1, 1]),
        metrics("class_without_prediction", [0, 0, 1, 1, 4, 4, 1], [0, 1, 1, 1, 0, 1, 1]),
        metrics("class_only_predicted", [1, 1, 3, 3, 3, 1], [1, 2, 3, 3, 2, 3]),
        metrics("one_answer_always", [1, 0, 1, 0, 1], [1, 1, 1, 1, 1]),
        interval("interval_of_accuracy", Y, P, "share_correct", 40, 3),
        interval(
            "interval_of_recall",
            [1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0],
            [1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0],
            "recall_of_class_one",
            30,
            5,
            0.8,
        ),
        interval("half_of_the_values", Y, P, "share_correct", 50, 7, 0.5),
    ]


def guesses(rng, y, classes, good):
    """Predictions right with a probability of each class's own."""
    y = np_array(y)
    found = rng.choice(classes, size=len(y))
    for k, share in zip(classes, good, strict=True):
        own = y == k
        found[own & (rng.random(len(y)) < share)] = k
    return found


def np_array(values):
    return torch.as_tensor(values).numpy()


def draw(rng):
    def truth(classes, shares, n):
        return rng.permutation([*classes, *rng.choice(classes, size=n - len(classes), p=shares)])

    two = truth([0, 1], [0.3, 0.7], 41)
    three = truth([0, 1, 2], [0.6, 0.3, 0.1], 53)
    far = truth([1, 4, 9], [0.2, 0.5, 0.3], 37)
    seen = truth([0, 2], [0.6, 0.4], 31)
    small = truth([0, 1], [0.6, 0.4], 23)
    said = guesses(rng, small, [0, 1], [0.5, 0.7])
    n, seed = int(rng.integers(30, 60)), int(rng.integers(1, 1000))
    return [
        metrics("two_classes", two, guesses(rng, two, [0, 1], [0.4, 0.8])),
        metrics("three_classes", three, guesses(rng, three, [0, 1, 2], [0.8, 0.5, 0.3])),
        metrics("far_ids", far, guesses(rng, far, [1, 4, 9], [0.7, 0.4, 0.6])),
        metrics("class_only_predicted", seen, rng.permutation([*seen[:24], 1, 1, 1, 0, 2, 0, 0])),
        metrics("class_without_prediction", three, guesses(rng, three % 2, [0, 1], [0.7, 0.4])),
        metrics("one_answer_always", two, [1] * len(two)),
        metrics("one_class_only", [3] * 5, [3] * 5),
        metrics("nothing_right", [0, 1, 2, 1, 0, 0], [1, 2, 0, 0, 2, 1]),
        interval("interval_of_accuracy", small, said, "share_correct", n, seed),
        interval(
            "interval_of_recall", small, said, "recall_of_class_one", n + 7, seed + 1, float(rng.uniform(0.6, 0.9))
        ),
    ]


EXERCISE = Exercise(
    name="classification_metrics",
    atelier="atelier4",
    number="4.11",
    title=Text("Mesurer, et savoir de combien on se trompe", "To measure, and to know how far it may be off"),
    points=6,
    functions=(
        Function(
            "classification_metrics",
            "(y, p)",
            (Output("accuracy"), Output("macro_f1"), Output("mcc")),
            rtol=1e-5,
            atol=1e-6,
        ),
        Function(
            "bootstrap_interval",
            "(y, p, metric, n, seed, level=0.95)",
            (Output("low"), Output("high")),
            rtol=1e-5,
            atol=1e-6,
        ),
    ),
    reference={"classification_metrics": classification_metrics, "bootstrap_interval": bootstrap_interval},
    independent={"classification_metrics": independent_metrics, "bootstrap_interval": independent_interval},
    public=public,
    draw=draw,
    provided=(seeded_generator, share_correct, recall_of_class_one),
    core=True,
)
