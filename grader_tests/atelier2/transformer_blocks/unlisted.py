"""2.9 transformer_blocks: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted

from .oracle import PostNormBlock, PreNormBlock


def fed(block, x):
    return block.linear2(F.gelu(block.linear1(x)))


@unlisted("PreNormBlock", "pre_parallel")
class PreNormBlockParallel(PreNormBlock):  # as in GPT-J: both sub-layers read the same x
    def forward(self, x):
        return x + self.attention(self.norm1(x)) + fed(self, self.norm2(x))


@unlisted("PreNormBlock", "norm_on_the_branch")
class PreNormBlockSandwich(PreNormBlock):  # normalised after the sub-layer, before the sum
    def forward(self, x):
        x = x + self.norm1(self.attention(x))
        return x + self.norm2(fed(self, x))


@unlisted("PreNormBlock", "pre_second_residual_from_input")
class PreNormBlockFirstInputTwice(PreNormBlock):  # the first x is added at the end
    def forward(self, x):
        y = x + self.attention(self.norm1(x))
        return x + fed(self, self.norm2(y))


@unlisted("PreNormBlock", "module:norm2")
class PreNormBlockNormAlsoLast(PreNormBlock):
    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return self.norm2(x + fed(self, self.norm2(x)))


@unlisted("PreNormBlock", "module:linear2")
class PreNormBlockSilu(PreNormBlock):
    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.linear2(F.silu(self.linear1(self.norm2(x))))


@unlisted("PreNormBlock", "pre_network_first")
class PreNormBlockNetworkFirst(PreNormBlock):
    def forward(self, x):
        x = x + fed(self, self.norm2(x))
        return x + self.attention(self.norm1(x))


@unlisted("PreNormBlock", "module:after")
class PreNormBlockActivationLast(PreNormBlock):
    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + F.gelu(self.linear2(F.gelu(self.linear1(self.norm2(x)))))


@unlisted("PreNormBlock")
class PreNormBlockHalfResidual(PreNormBlock):  # sums halved, to keep the scale
    def forward(self, x):
        x = (x + self.attention(self.norm1(x))) / 2
        return (x + fed(self, self.norm2(x))) / 2


@unlisted("PreNormBlock", "module:norm2")
class PreNormBlockAttentionTwice(PreNormBlock):
    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        x = x + self.attention(self.norm1(x))
        return x + fed(self, self.norm2(x))


@unlisted("PostNormBlock", "post_first_norm_missing")
class PostNormBlockOneNormAtTheEnd(PostNormBlock):
    def forward(self, x):
        x = x + self.attention(x)
        return self.norm2(x + fed(self, x))


@unlisted("PostNormBlock", "post_second_residual_from_input")
class PostNormBlockFirstInputAgain(PostNormBlock):
    def forward(self, x):
        y = self.norm1(x + self.attention(x))
        return self.norm2(x + fed(self, y))


@unlisted("PostNormBlock", "norm_on_the_branch")
class PostNormBlockSumOfNorms(PostNormBlock):  # x + norm(sub-layer)
    def forward(self, x):
        x = x + self.norm1(self.attention(x))
        return x + self.norm2(fed(self, x))


@unlisted("PostNormBlock", "module:linear2")
class PostNormBlockTanh(PostNormBlock):
    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.linear2(torch.tanh(self.linear1(x))))


@unlisted("PostNormBlock", "module:norm1")
class PostNormBlockNormOfXOnly(PostNormBlock):  # norm(x) + sub-layer(x)
    def forward(self, x):
        x = self.norm1(x) + self.attention(x)
        return self.norm2(x) + fed(self, x)


@unlisted("PostNormBlock", "module:linear2", "post_second_residual_missing+activation_missing")
class PostNormBlockNoActivationAndNoSum(PostNormBlock):
    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(self.linear2(self.linear1(x)))


@unlisted("PostNormBlock", "module:norm1")
class PostNormBlockNormsWithoutGains(PostNormBlock):
    def forward(self, x):
        d = x.shape[-1:]
        x = F.layer_norm(x + self.attention(x), d)
        return F.layer_norm(x + fed(self, x), d)
