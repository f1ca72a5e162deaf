"""4.8 classification_head: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.unlisted import unlisted

from .oracle import ClassificationHead


@unlisted("ClassificationHead", "tanh_in_the_head")
class HeadTanh(ClassificationHead):
    """As in RoBERTa: the vector is squashed before the linear layer."""

    def forward(self, pooled):
        return self.linear(torch.tanh(self.dropout(pooled)))


@unlisted("ClassificationHead", "module:dropout")
class HeadNormed(ClassificationHead):
    def forward(self, pooled):
        return self.linear(self.dropout(F.normalize(pooled, dim=-1)))


@unlisted("ClassificationHead", "module:dropout")
class HeadRelu(ClassificationHead):
    def forward(self, pooled):
        return self.linear(self.dropout(F.relu(pooled)))


@unlisted("ClassificationHead", "module:after")
class HeadCentred(ClassificationHead):
    """Logits made to sum to 0: the loss does not see it."""

    def forward(self, pooled):
        z = super().forward(pooled)
        return z - z.mean(-1, keepdim=True)


@unlisted("ClassificationHead", "dropout_twice")
class HeadDropsTwice(ClassificationHead):
    """Before the linear layer and after it."""

    def forward(self, pooled):
        return self.dropout(self.linear(self.dropout(pooled)))


@unlisted("ClassificationHead", "module:dropout")
class HeadKeepsP(ClassificationHead):
    """dropout taken for the probability of keeping."""

    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__(d_model, n_classes, 1 - dropout)


@unlisted("ClassificationHead", "drops_whole_sentences")
class HeadDropsWholeVectors(ClassificationHead):
    """One draw for each sentence."""

    def forward(self, pooled):
        return self.linear(self.dropout(torch.ones_like(pooled[:, :1])) * pooled)


@unlisted("ClassificationHead", "same_places_for_all")
class HeadOneMaskForAll(ClassificationHead):
    """One mask of dropout for the batch."""

    def forward(self, pooled):
        return self.linear(self.dropout(torch.ones_like(pooled[:1])) * pooled)


@unlisted("ClassificationHead")
class HeadGaussian(ClassificationHead):
    """Noise of the same variance, not zeros."""

    def forward(self, pooled):
        if self.training:
            p = self.dropout.p
            pooled = pooled * (1 + (p / (1 - p)) ** 0.5 * torch.randn_like(pooled))
        return self.linear(pooled)


@unlisted("ClassificationHead", "module:dropout")
class HeadFixedRate(nn.Module):
    """0.1, whatever was asked."""

    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__()
        self.dropout = nn.Dropout(0.1)
        self.linear = nn.Linear(d_model, n_classes)

    def forward(self, pooled):
        return self.linear(self.dropout(pooled))


@unlisted("ClassificationHead")
class HeadHalf(ClassificationHead):
    """The default of nn.Dropout, 0.5, is the default here too."""

    def __init__(self, d_model, n_classes, dropout=0.5):
        super().__init__(d_model, n_classes, dropout)


@unlisted("classification_loss")
def classification_loss_ignores_the_unknown(logits, labels):  # -1 is left out silently
    return F.cross_entropy(logits, labels, ignore_index=-1)


@unlisted("classification_loss")
def classification_loss_squares(logits, labels):
    """The Brier score."""
    wanted = F.one_hot(labels, logits.size(1)).to(logits.dtype)
    return (logits.softmax(1) - wanted).pow(2).sum(1).mean()


@unlisted("classification_loss", "each_class_by_itself")
def classification_loss_one_against_all(logits, labels):
    wanted = F.one_hot(labels, logits.size(1)).to(logits.dtype)
    return F.binary_cross_entropy_with_logits(logits, wanted)


@unlisted("classification_loss", "smoothed")
def classification_loss_smoothed(logits, labels):
    return F.cross_entropy(logits, labels, label_smoothing=0.1)


@unlisted("classification_loss")
def classification_loss_by_class(logits, labels):
    """The mean of the classes' means."""
    losses = F.cross_entropy(logits, labels, reduction="none")
    return torch.stack([losses[labels == c].mean() for c in labels.unique()]).mean()


@unlisted("classification_loss")
def classification_loss_clipped(logits, labels):  # a probability of at least 1e-3
    p = logits.softmax(1).gather(1, labels[:, None])[:, 0]
    return -p.clamp(min=1e-3).log().mean()


@unlisted("classification_loss")
def classification_loss_exp_overflows(logits, labels):
    e = logits.exp()
    return -(e.gather(1, labels[:, None])[:, 0] / e.sum(1)).log().mean()


@unlisted("classification_loss")
def classification_loss_errors(logits, labels):
    """The share of wrong classes."""
    return (logits.argmax(1) != labels).to(logits.dtype).mean()


@unlisted("predicted_classes", "largest_magnitude")
def predicted_classes_of_magnitudes(logits):
    return logits.abs().argmax(1)


@unlisted("predicted_classes")
def predicted_classes_one_hot(logits):
    return F.one_hot(logits.argmax(1), logits.size(1))


@unlisted("predicted_classes", "last_logit_positive")
def predicted_classes_positive(logits):
    """Two classes: 1 where its logit is above 0."""
    return (logits[:, -1] > 0).long()


@unlisted("predicted_classes")
def predicted_classes_drawn(logits):  # by their probabilities
    return torch.multinomial(logits.softmax(1), 1)[:, 0]


@unlisted("predicted_classes")
def predicted_classes_rounded(logits):
    """Probabilities rounded to a half first."""
    return (logits.softmax(1) > 0.5).long().argmax(1)


@unlisted("predicted_classes")
def predicted_classes_int32(logits):
    return logits.argmax(1).int()
