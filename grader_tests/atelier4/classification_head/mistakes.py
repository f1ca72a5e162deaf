"""4.8 A classification head: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


class HeadByFunctions(nn.Module):
    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__()
        self.linear = nn.Linear(d_model, n_classes)
        self.p = dropout

    def forward(self, pooled):
        x = F.dropout(pooled, self.p, self.training)
        return F.linear(x, self.linear.weight, self.linear.bias)


class HeadByHand(nn.Module):
    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__()
        self.rate = dropout
        self.linear = nn.Linear(in_features=d_model, out_features=n_classes, bias=True)

    def forward(self, pooled):
        if self.training and self.rate > 0:
            kept = torch.rand_like(pooled) >= self.rate
            pooled = torch.where(kept, pooled / (1 - self.rate), torch.zeros_like(pooled))
        return self.linear.forward(pooled)


class HeadAsSequence(nn.Module):
    def __init__(self, d_model, n_classes, dropout=0.1):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        self.linear = nn.Linear(d_model, n_classes)
        self.reads = [self.dropout, self.linear]

    def forward(self, pooled):
        for module in self.reads:
            pooled = module(pooled)
        return pooled


def loss_by_gather(logits, labels):
    logs = torch.log_softmax(logits, dim=-1)
    return -logs.gather(1, labels.unsqueeze(1)).mean()


def loss_by_logsumexp(logits, labels):
    return (logits.logsumexp(1) - logits.gather(1, labels[:, None])[:, 0]).sum() / len(labels)


def loss_by_one_hot(logits, labels):
    wanted = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return F.cross_entropy(logits, wanted)


def classes_by_max(logits):
    return logits.max(-1).indices


def classes_by_sorting(logits):
    return torch.argsort(torch.softmax(logits, dim=1), dim=1, descending=True)[:, 0]


FORWARD = "self.linear(self.dropout(pooled))"
MODULE = "nn.Dropout(dropout)"
LOSS = "F.cross_entropy(logits, labels)"
CLASSES = "logits.argmax(dim=1)"
HOT = "F.one_hot(labels, logits.size(1)).to(logits.dtype)"

MISTAKES = (
    mistake("dropout_after", edit(FORWARD, "self.dropout(self.linear(pooled))")),
    mistake("dropout_missing", edit(FORWARD, "self.linear(pooled)")),
    mistake("dropout_twice", edit(FORWARD, "self.dropout(self.linear(self.dropout(pooled)))")),
    mistake("keeps_what_it_should_drop", edit(MODULE, "nn.Dropout(1 - dropout if dropout > 0 else 0.0)")),
    mistake("drops_without_enlarging",
            edit(FORWARD, "self.linear(self.dropout(pooled) * (1 - self.dropout.p))")),
    mistake("drops_whole_sentences",
            edit(FORWARD, "self.linear(pooled * self.dropout(torch.ones_like(pooled[:, :1])))")),
    mistake("same_places_for_all", edit(FORWARD, "self.linear(pooled * self.dropout(torch.ones_like(pooled[:1])))")),
    mistake("softmax_in_the_head", edit(FORWARD, f"{FORWARD}.softmax(dim=-1)")),
    mistake("log_softmax_in_the_head", edit(FORWARD, f"{FORWARD}.log_softmax(dim=-1)")),
    mistake("sigmoid_in_the_head", edit(FORWARD, f"{FORWARD}.sigmoid()")),
    mistake("relu_in_the_head", edit(FORWARD, f"{FORWARD}.relu()")),
    mistake("tanh_in_the_head", edit(FORWARD, "self.linear(torch.tanh(self.dropout(pooled)))")),
    mistake("batch_axis_lost", edit(FORWARD, f"{FORWARD}.squeeze()")),
    mistake("softmax_before_the_loss", edit(LOSS, "F.cross_entropy(logits.softmax(dim=-1), labels)")),
    mistake("sum_over_the_batch", edit(LOSS, 'F.cross_entropy(logits, labels, reduction="sum")')),
    mistake("divided_by_classes", edit(LOSS, "F.cross_entropy(logits, labels) / logits.size(1)")),
    mistake("each_class_by_itself", edit(LOSS, f"F.binary_cross_entropy_with_logits(logits, {HOT})")),
    mistake("each_class_by_itself_summed",
            edit(LOSS, f"F.binary_cross_entropy_with_logits(logits, {HOT}) * logits.size(1)")),
    mistake("binary_on_the_last_logit",
            edit(LOSS, "F.binary_cross_entropy_with_logits(logits[:, 1], labels.to(logits.dtype))")),
    mistake("no_softmax", edit(LOSS, "F.nll_loss(logits, labels)")),
    mistake("no_logarithm", edit(LOSS, "F.nll_loss(logits.softmax(dim=-1), labels)")),
    mistake("sign_missing", edit(LOSS, "-F.cross_entropy(logits, labels)")),
    mistake("logarithm_of_softmax", edit(LOSS, "F.nll_loss(logits.softmax(dim=-1).log(), labels)")),
    mistake("softmax_over_the_batch", edit(LOSS, "F.nll_loss(logits.log_softmax(dim=0), labels)")),
    mistake("smoothed", edit(LOSS, "F.cross_entropy(logits, labels, label_smoothing=0.1)")),
    mistake("squared_error", edit(LOSS, f"F.mse_loss(logits.softmax(dim=-1), {HOT})")),
    mistake("bits", edit(LOSS, "F.cross_entropy(logits, labels) / math.log(2)")),
    mistake("loss_of_each_sentence", edit(LOSS, 'F.cross_entropy(logits, labels, reduction="none")')),
    mistake("over_the_batch", edit(CLASSES, "logits.argmax(dim=0)")),
    mistake("over_everything", edit(CLASSES, "logits.argmax()")),
    mistake("smallest_logit", edit(CLASSES, "logits.argmin(dim=1)")),
    mistake("largest_value", edit(CLASSES, "logits.amax(dim=1)")),
    mistake("axis_of_classes_kept", edit(CLASSES, "logits.argmax(dim=1, keepdim=True)")),
    mistake("last_logit_positive", edit(CLASSES, "(logits[:, -1] > 0).long()")),
    mistake("each_logit_positive", edit(CLASSES, "(torch.sigmoid(logits) > 0.5).long()")),
    mistake("half_probability", edit(CLASSES, "(logits.softmax(dim=1)[:, 1] > 0.5).long()")),
    mistake("largest_magnitude", edit(CLASSES, "logits.abs().argmax(dim=1)")),
    mistake("classes_from_one", edit(CLASSES, "logits.argmax(dim=1) + 1")),
)  # fmt: skip

EQUIVALENTS = (
    equivalent(
        "by_functions",
        defines={
            "ClassificationHead": HeadByFunctions,
            "classification_loss": loss_by_gather,
            "predicted_classes": classes_by_max,
        },
    ),
    equivalent(
        "by_hand",
        defines={
            "ClassificationHead": HeadByHand,
            "classification_loss": loss_by_logsumexp,
            "predicted_classes": classes_by_sorting,
        },
    ),
    equivalent("as_sequence", defines={"ClassificationHead": HeadAsSequence, "classification_loss": loss_by_one_hot}),
    equivalent("log_softmax_before", edit(LOSS, "F.cross_entropy(logits.log_softmax(dim=1), labels)")),
)
