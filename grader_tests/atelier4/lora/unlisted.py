"""4.17 LoRALinear: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
from torch import nn

from attentif.exercises.unlisted import unlisted

from .oracle import LoRALinear


@unlisted("LoRALinear")
class Activated(LoRALinear):  # a non-linearity between the two
    def forward(self, x):
        return self.linear(x) + self.scale * (torch.relu(x @ self.A.T) @ self.B.T)


@unlisted("LoRALinear")
class Blended(LoRALinear):  # alpha weighs the two, as a mean
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        self.share = alpha / (alpha + r)

    def forward(self, x):
        return (1 - self.share) * self.linear(x) + self.share * (x @ self.A.T @ self.B.T)


@unlisted("LoRALinear")
class DividedTwice(LoRALinear):  # by r at each of the two products
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        self.scale = alpha / r**2


@unlisted("LoRALinear")
class LearnedScale(LoRALinear):  # alpha learns too
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        self.scale = nn.Parameter(torch.tensor(alpha / r))


@unlisted("LoRALinear", "bias_not_frozen")
class BiasLearns(LoRALinear):
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        if linear.bias is not None:
            linear.bias.requires_grad_(True)


@unlisted("LoRALinear")
class Truncated(LoRALinear):  # only the first rank
    def forward(self, x):
        return self.linear(x) + self.scale * (x @ self.A[:1].T @ self.B[:, :1].T)


@unlisted("LoRALinear", "only_b_learns")
class Detached(LoRALinear):  # the correction of A is not learned
    def forward(self, x):
        return self.linear(x) + self.scale * ((x @ self.A.T).detach() @ self.B.T)


@unlisted("LoRALinear", "merge_without_bias")
class MergedOnlyAdaptation(LoRALinear):  # the correction without the bias
    def merge(self):
        made = super().merge()
        with torch.no_grad():
            if made.bias is not None:
                made.bias.zero_()
        return made


@unlisted("LoRALinear")
class MergedRounded(LoRALinear):  # in half precision, to save room
    def merge(self):
        made = super().merge()
        with torch.no_grad():
            made.weight.copy_(made.weight.half().float())
        return made


@unlisted("LoRALinear")
class OnNewWeights(LoRALinear):  # a new layer, with weights of its own
    def __init__(self, linear, r, alpha):
        new = nn.Linear(linear.in_features, linear.out_features, bias=linear.bias is not None)
        super().__init__(new, r, alpha)


@unlisted("LoRALinear", "everything_frozen")
class Remembered(LoRALinear):  # BA is computed once and kept
    def forward(self, x):
        self.__dict__.setdefault("kept", self.scale * (self.B @ self.A).detach())
        return self.linear(x) + x @ self.kept.T


@unlisted("LoRALinear")
class MergedTransposedShare(LoRALinear):  # the correction subtracted where it is merged
    def merge(self):
        made = super().merge()
        with torch.no_grad():
            made.weight.copy_(2 * self.linear.weight - made.weight)
        return made


@unlisted("LoRALinear")
class HalfCorrection(LoRALinear):  # the correction is weighed by alpha / (r + 1)
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        self.scale = alpha / (r + 1)


@unlisted("LoRALinear")
class DroppedOut(LoRALinear):  # a dropout before A that is never switched off
    def forward(self, x):
        return self.linear(x) + self.scale * (nn.functional.dropout(x, 0.3) @ self.A.T @ self.B.T)


@unlisted("LoRALinear", "correction_alone")
class CorrectionAlone(LoRALinear):  # the frozen layer's answer is left out
    def forward(self, x):
        return self.scale * (x @ self.A.T @ self.B.T)


@unlisted("LoRALinear")
class OnTheOutput(LoRALinear):  # B A of the layer's answer: only where it is square
    def forward(self, x):
        y = self.linear(x)
        if self.linear.in_features != self.linear.out_features:
            return y + self.scale * (x @ self.A.T @ self.B.T)
        return y + self.scale * (y @ self.A.T @ self.B.T)


@unlisted("LoRALinear")
class MergedInPlace(LoRALinear):  # the layer forgets its correction once it is merged
    def merge(self):
        made = super().merge()
        with torch.no_grad():
            self.B.zero_()
        return made


@unlisted("LoRALinear", "merge_without_correction")
class MergedIsTheLayer(LoRALinear):  # the correction is taken for done
    def merge(self):
        made = nn.Linear(self.linear.in_features, self.linear.out_features, bias=self.linear.bias is not None)
        made.load_state_dict(self.linear.state_dict())
        return made


@unlisted("LoRALinear", "both_random")
class BothDrawn(LoRALinear):  # a small correction at the start
    def __init__(self, linear, r, alpha):
        super().__init__(linear, r, alpha)
        nn.init.normal_(self.B, std=0.02)
