"""4.11 classification_metrics, bootstrap_interval: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted

from .oracle import bootstrap_interval, classification_metrics, seeded_generator


def counts(y, p):
    """The classes, and of each: its examples, its predictions, its successes."""
    classes = torch.unique(torch.cat([y, p]))
    truth, guess = (y[:, None] == classes).double(), (p[:, None] == classes).double()
    return classes, truth.sum(0), guess.sum(0), (truth * guess).sum(0)


@unlisted("classification_metrics", "f1_of_means")
def metrics_f1_of_means(y, p):  # F1 of the mean precision and the mean recall
    found = classification_metrics(y, p)
    _, truth, guess, right = counts(y, p)
    precision, recall = (right / guess.clamp(min=1)).mean(), (right / truth.clamp(min=1)).mean()
    f1 = 2 * precision * recall / (precision + recall) if precision + recall > 0 else torch.zeros(())
    return {**found, "macro_f1": f1.item()}


@unlisted("classification_metrics", "plain_mean_of_both")
def metrics_f1_arithmetic(y, p):  # half of precision plus recall
    found = classification_metrics(y, p)
    _, truth, guess, right = counts(y, p)
    return {**found, "macro_f1": ((right / guess.clamp(min=1) + right / truth.clamp(min=1)) / 2).mean().item()}


@unlisted("classification_metrics")
def metrics_f1_median(y, p):
    _, truth, guess, right = counts(y, p)
    return {**classification_metrics(y, p), "macro_f1": (2 * right / (truth + guess)).median().item()}


@unlisted("classification_metrics", "jaccard")
def metrics_jaccard(y, p):  # intersection over union
    _, truth, guess, right = counts(y, p)
    return {**classification_metrics(y, p), "macro_f1": (right / (truth + guess - right)).mean().item()}


@unlisted("classification_metrics", "kappa")
def metrics_kappa(y, p):  # Cohen's kappa
    found = classification_metrics(y, p)
    _, truth, guess, _right = counts(y, p)
    chance = (truth * guess).sum() / len(y) ** 2
    return {**found, "mcc": ((found["accuracy"] - chance) / (1 - chance)).item() if chance < 1 else 0.0}


@unlisted("classification_metrics")
def metrics_pearson_of_ids(y, p):  # the correlation of the numbers of the classes
    found = classification_metrics(y, p)
    a, b = y.double() - y.double().mean(), p.double() - p.double().mean()
    spread = (a.square().sum() * b.square().sum()).sqrt()
    return {**found, "mcc": ((a * b).sum() / spread).item() if spread > 0 else 0.0}


@unlisted("classification_metrics")
def metrics_mcc_never_negative(y, p):
    found = classification_metrics(y, p)
    return {**found, "mcc": max(0.0, found["mcc"])}


@unlisted("classification_metrics", "spread_of_truth_only")
def metrics_mcc_spread_of_truth(y, p):  # only the truth's spread, twice
    found = classification_metrics(y, p)
    _, truth, guess, right = counts(y, p)
    spread = len(y) ** 2 - (truth**2).sum()
    covariance = len(y) * right.sum() - (truth * guess).sum()
    return {**found, "mcc": (covariance / spread).item() if spread > 0 else 0.0}


@unlisted("classification_metrics", "error_rate")
def metrics_error_rate(y, p):
    found = classification_metrics(y, p)
    return {**found, "accuracy": 1 - found["accuracy"]}


def values_of(y, p, metric, n, seed):
    rows = torch.randint(len(y), (n, len(y)), generator=seeded_generator(seed))
    return torch.tensor([metric(y[row], p[row]) for row in rows], dtype=torch.float64)


@unlisted("bootstrap_interval", "reflected")
def interval_around_the_measure(y, p, metric, n, seed, level=0.95):  # pivotal: twice the measure less the quantiles
    low, high = bootstrap_interval(y, p, metric, n, seed, level)
    measure = metric(y, p)
    return 2 * measure - high, 2 * measure - low


@unlisted("bootstrap_interval")
def interval_of_the_mean(y, p, metric, n, seed, level=0.95):  # divided by the root of the number of resamples
    values = values_of(y, p, metric, n, seed)
    half = 1.96 * values.std().item() / n**0.5
    bootstrap_interval(y, p, metric, n, seed, level)
    return values.mean().item() - half, values.mean().item() + half


@unlisted("bootstrap_interval")
def interval_observed_values(y, p, metric, n, seed, level=0.95):  # no interpolation
    bootstrap_interval(y, p, metric, n, seed, level)
    values = values_of(y, p, metric, n, seed).sort().values
    cut = int(n * (1 - level) / 2)
    return values[cut].item(), values[n - 1 - cut].item()


@unlisted("bootstrap_interval", "extremes")
def interval_smallest_and_largest(y, p, metric, n, seed, level=0.95):
    bootstrap_interval(y, p, metric, n, seed, level)
    values = values_of(y, p, metric, n, seed)
    return values.min().item(), values.max().item()


@unlisted("bootstrap_interval")
def interval_same_resample(y, p, metric, n, seed, level=0.95):  # the generator is made anew for each resample
    bootstrap_interval(y, p, metric, n, seed, level)
    row = torch.randint(len(y), (len(y),), generator=seeded_generator(seed))
    return metric(y[row], p[row]), metric(y[row], p[row])


@unlisted("bootstrap_interval")
def interval_of_half_samples(y, p, metric, n, seed, level=0.95):  # half as many examples in each resample
    bootstrap_interval(y, p, metric, n, seed, level)
    rows = torch.randint(len(y), (n, len(y) // 2), generator=seeded_generator(seed))
    values = torch.tensor([metric(y[row], p[row]) for row in rows], dtype=torch.float64)
    low, high = torch.quantile(values, torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=torch.float64))
    return low.item(), high.item()


@unlisted("bootstrap_interval")
def interval_one_sided(y, p, metric, n, seed, level=0.95):
    bootstrap_interval(y, p, metric, n, seed, level)
    values = values_of(y, p, metric, n, seed)
    return torch.quantile(values, 1 - level).item(), values.max().item()


@unlisted("classification_metrics")
def metrics_macro_of_the_present(y, p):  # classes that are neither found nor predicted count for nothing
    _, truth, guess, right = counts(y, p)
    f1 = 2 * right / (truth + guess)
    return {**classification_metrics(y, p), "macro_f1": f1[right > 0].mean().item() if right.any() else 0.0}


@unlisted("classification_metrics", "root_forgotten")
def metrics_mcc_without_the_root(y, p):
    _, truth, guess, right = counts(y, p)
    n = len(y)
    product = (n**2 - (truth**2).sum()) * (n**2 - (guess**2).sum())
    mcc = (n * right.sum() - (truth * guess).sum()) / product if product > 0 else torch.zeros(())
    return {**classification_metrics(y, p), "mcc": mcc.item()}


@unlisted("classification_metrics", "balanced_accuracy")
def metrics_balanced(y, p):  # the mean of recalls for the accuracy
    _, truth, _, right = counts(y, p)
    return {**classification_metrics(y, p), "accuracy": (right / truth.clamp(min=1))[truth > 0].mean().item()}


@unlisted("classification_metrics", "precision")
def metrics_precision_for_f1(y, p):
    _, _, guess, right = counts(y, p)
    return {**classification_metrics(y, p), "macro_f1": (right / guess.clamp(min=1)).mean().item()}


@unlisted("bootstrap_interval")
def interval_of_three_deviations(y, p, metric, n, seed, level=0.95):  # the normal law's, around the measure
    bootstrap_interval(y, p, metric, n, seed, level)
    values = values_of(y, p, metric, n, seed)
    half = torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor((1 + level) / 2)).item() * values.std().item()
    return metric(y, p) - half, metric(y, p) + half


@unlisted("bootstrap_interval")
def interval_made_even(y, p, metric, n, seed, level=0.95):  # as far below the measure as above
    low, high = bootstrap_interval(y, p, metric, n, seed, level)
    half = max(high - metric(y, p), metric(y, p) - low)
    return metric(y, p) - half, metric(y, p) + half


@unlisted("bootstrap_interval")
def interval_without_ties(y, p, metric, n, seed, level=0.95):  # each value counts once
    bootstrap_interval(y, p, metric, n, seed, level)
    values = values_of(y, p, metric, n, seed).unique()
    low, high = torch.quantile(values, torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=torch.float64))
    return low.item(), high.item()
