"""4.6 mini_bert: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted

from .oracle import MiniBert


class Stepwise(MiniBert):
    """Right, in steps that can be made otherwise."""

    def scores(self, q, k, mask):
        """q, k (B, h, T, d_h), mask (B, T) -> weights (B, h, T, T)."""
        s = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        return s.masked_fill(mask[:, None, None, :] == 0, float("-inf")).softmax(-1)

    def attended(self, layer, x, mask):
        attention = layer.attention.self
        q, k = layer.heads(attention.query(x)), layer.heads(attention.key(x))
        c = self.scores(q, k, mask) @ layer.heads(attention.value(x))
        return layer.attention.output.dense(c.transpose(1, 2).flatten(2))

    def network(self, layer, y):
        return layer.output.dense(F.gelu(layer.intermediate.dense(y)))

    def layer(self, layer, x, mask):
        y = layer.attention.output.LayerNorm(x + self.attended(layer, x, mask))
        return layer.output.LayerNorm(y + self.network(layer, y))

    def through(self, x, mask):
        for layer in self.encoder.layer:
            x = self.layer(layer, x, mask)
        return x

    def pooled(self, x, mask):
        return torch.tanh(self.pooler.dense(x[:, 0]))

    def forward(self, ids, types, mask):
        x = self.through(self.embeddings(ids, types), mask)
        return x, self.pooled(x, mask)


@unlisted("MiniBert", "module:encoder.layer.0.attention.output.dense")
class MiniBertSigmoidWeights(Stepwise):
    def scores(self, q, k, mask):
        s = torch.sigmoid(q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)))
        return s * mask[:, None, None, :]


@unlisted("MiniBert", "mask_fills_zero")
class MiniBertZeroScores(Stepwise):
    """The scores of padding are set to 0, not to −∞."""

    def scores(self, q, k, mask):
        s = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        return (s * mask[:, None, None, :]).softmax(-1)


@unlisted("MiniBert", "mask_added_as_it_is")
class MiniBertMaskAdded(Stepwise):
    """The mask is added as it is: 1 on what may be looked at."""

    def scores(self, q, k, mask):
        s = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        return (s + mask[:, None, None, :]).softmax(-1)


@unlisted("MiniBert", "mask_after_softmax")
class MiniBertMaskAfterSoftmax(Stepwise):
    """Weights of padding are zeroed, the rest not made to sum to 1."""

    def scores(self, q, k, mask):
        s = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        return s.softmax(-1) * mask[:, None, None, :]


@unlisted("MiniBert", "mask_in_the_first_layer_only")
class MiniBertOnlyFirstLayerMasked(Stepwise):
    def through(self, x, mask):
        for i, layer in enumerate(self.encoder.layer):
            x = self.layer(layer, x, mask if i == 0 else torch.ones_like(mask))
        return x


@unlisted("MiniBert", "module:after")
class MiniBertPaddingErased(MiniBert):
    """The rows of padding are made zero at the end."""

    def forward(self, ids, types, mask):
        x, pooled = super().forward(ids, types, mask)
        return x * mask[..., None].to(x.dtype), pooled


@unlisted("MiniBert", "pooler_of_the_masked_mean")
class MiniBertPoolsTheMean(Stepwise):
    def pooled(self, x, mask):
        m = mask[..., None].to(x.dtype)
        return torch.tanh(self.pooler.dense((x * m).sum(1) / m.sum(1)))


@unlisted("MiniBert", "pooler_of_the_embeddings")
class MiniBertPoolsTheEmbedding(Stepwise):
    """The pooler reads what entered the layers."""

    def forward(self, ids, types, mask):
        x = self.embeddings(ids, types)
        return self.through(x, mask), self.pooled(x, mask)


@unlisted("MiniBert")
class MiniBertTanhBeforePooler(Stepwise):
    def pooled(self, x, mask):
        return self.pooler.dense(torch.tanh(x[:, 0]))


@unlisted("MiniBert", "first_layer_repeated")
class MiniBertFirstLayerThroughout(Stepwise):
    """self.encoder.layer[0] in the loop."""

    def through(self, x, mask):
        for _ in self.encoder.layer:
            x = self.layer(self.encoder.layer[0], x, mask)
        return x


@unlisted("MiniBert", "network_reads_the_input")
class MiniBertParallel(Stepwise):
    """Attention and network read the same x, as in GPT-J."""

    def layer(self, layer, x, mask):
        y = layer.attention.output.LayerNorm(x + self.attended(layer, x, mask))
        return layer.output.LayerNorm(y + self.network(layer, x))


@unlisted("MiniBert", "second_residual_from_input")
class MiniBertNetworkAroundX(Stepwise):
    """The second residual starts from the layer's input."""

    def layer(self, layer, x, mask):
        y = layer.attention.output.LayerNorm(x + self.attended(layer, x, mask))
        return layer.output.LayerNorm(x + self.network(layer, y))


@unlisted("MiniBert", "norm_on_the_branch")
class MiniBertNormInsideTheResidual(Stepwise):
    """x + LN(…), the norm before the sum."""

    def layer(self, layer, x, mask):
        y = x + layer.attention.output.LayerNorm(self.attended(layer, x, mask))
        return y + layer.output.LayerNorm(self.network(layer, y))


@unlisted("MiniBert", "module:encoder.layer.0.output.LayerNorm")
class MiniBertGeluTwice(Stepwise):
    def network(self, layer, y):
        return F.gelu(super().network(layer, y))


@unlisted("MiniBert", "module:encoder.layer.0.output.dense")
class MiniBertSilu(Stepwise):
    def network(self, layer, y):
        return layer.output.dense(F.silu(layer.intermediate.dense(y)))


@unlisted("MiniBert", "module:encoder.layer.0.attention.output.dense")
class MiniBertInterleavedHeads(Stepwise):
    """Head a has the components a, a + h, a + 2h …"""

    def attended(self, layer, x, mask):
        attention = layer.attention.self
        B, T, d = x.shape
        h = layer.n_heads

        def heads(y):
            return y.view(B, T, d // h, h).permute(0, 3, 1, 2)

        weights = self.scores(heads(attention.query(x)), heads(attention.key(x)), mask)
        c = (weights @ heads(attention.value(x))).permute(0, 2, 3, 1).reshape(B, T, d)
        return layer.attention.output.dense(c)


@unlisted("MiniBert", "module:encoder.layer.0.attention.output.dense")
class MiniBertSegmentsAsMask(Stepwise):
    """A token looks at its own sentence only."""

    def forward(self, ids, types, mask):
        self.types = types
        return super().forward(ids, types, mask)

    def scores(self, q, k, mask):
        s = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        seen = (self.types[:, None, :, None] == self.types[:, None, None, :]) & (mask[:, None, None, :] != 0)
        return s.masked_fill(~seen, -1e9).softmax(-1)


@unlisted("MiniBert")
class MiniBertMaskFromIds(Stepwise):
    """The mask is what is not 0 among the ids."""

    def forward(self, ids, types, mask):
        mask = (ids != 0).long()
        mask[:, 0] = 1
        return super().forward(ids, types, mask)
