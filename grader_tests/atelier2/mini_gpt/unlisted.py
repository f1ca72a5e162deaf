"""2.10 mini_gpt: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
from torch import nn

from attentif.exercises.unlisted import unlisted

from .oracle import MiniGPT, count_parameters


class Stepwise(MiniGPT):
    """Right, in steps that can be made otherwise."""

    def embedded(self, ids):
        return self.token_embedding(ids) + self.position_embedding(torch.arange(ids.size(1)))

    def through(self, x):
        for block in self.blocks:
            x = block(x)
        return x

    def forward(self, ids):
        if ids.size(1) > self.context:
            raise ValueError("too long")
        return self.head(self.norm(self.through(self.embedded(ids))))


@unlisted("MiniGPT", "jetons_scaled")
class MiniGPTScaledEmbeddings(Stepwise):
    def embedded(self, ids):
        x = self.token_embedding(ids)
        return x * math.sqrt(x.size(-1)) + self.position_embedding(torch.arange(ids.size(1)))


@unlisted("MiniGPT", "blocks_reversed")
class MiniGPTBackwards(Stepwise):
    def through(self, x):
        for block in reversed(self.blocks):
            x = block(x)
        return x


@unlisted("MiniGPT", "log_softmax_inside")
class MiniGPTLogProbabilities(Stepwise):
    def forward(self, ids):
        return super().forward(ids).log_softmax(dim=-1)


@unlisted("MiniGPT", "module:blocks.0.norm1")
class MiniGPTNormedEmbeddings(Stepwise):  # as in BERT
    def embedded(self, ids):
        return self.norm(super().embedded(ids))


@unlisted("MiniGPT")
class MiniGPTNormAtEachLayer(Stepwise):
    def through(self, x):
        for block in self.blocks:
            x = self.norm(block(x))
        return x


@unlisted("MiniGPT", "residual_around_blocks")
class MiniGPTOutsideResidual(Stepwise):
    def through(self, x):
        for block in self.blocks:
            x = x + block(x)
        return x


@unlisted("MiniGPT")
class MiniGPTPositionsAtEachLayer(Stepwise):
    def through(self, x):
        p = self.position_embedding(torch.arange(x.size(1)))
        for i, block in enumerate(self.blocks):
            x = block(x if i == 0 else x + p)
        return x + p


@unlisted("MiniGPT", "module:after")
class MiniGPTLastPositionOnly(Stepwise):
    def forward(self, ids):
        return super().forward(ids)[:, -1:]


@unlisted("MiniGPT", "positions_from_the_end")
class MiniGPTPositionsFromTheEnd(Stepwise):
    def embedded(self, ids):
        T = ids.size(1)
        return self.token_embedding(ids) + self.position_embedding(torch.arange(T - 1, -1, -1))


@unlisted("MiniGPT", "module:position_embedding")
class MiniGPTPositionsFromOne(Stepwise):
    def embedded(self, ids):
        return self.token_embedding(ids) + self.position_embedding((torch.arange(ids.size(1)) + 1) % self.context)


@unlisted("MiniGPT", "generic:factor")
class MiniGPTProbabilitiesScaled(Stepwise):  # logits divided by √d
    def forward(self, ids):
        return super().forward(ids) / math.sqrt(self.token_embedding.embedding_dim)


@unlisted("MiniGPT", "module:blocks.1.norm1")
class MiniGPTFirstBlockOnly(Stepwise):  # the loop starts from the embeddings each time
    def through(self, x):
        for block in self.blocks:
            y = block(x)
        return y


@unlisted("MiniGPT", "module:norm")
class MiniGPTOwnFinalNorm(Stepwise):  # a norm made anew at each call: no gain, no bias
    def forward(self, ids):
        x = self.through(self.embedded(ids))
        return self.head(nn.LayerNorm(x.size(-1))(x))


@unlisted("count_parameters", "norms_counted_without_shift")
def count_parameters_separate_norm_gains(vocab_size, context, d_model, n_layers, d_ff):  # gains without biases
    return count_parameters(vocab_size, context, d_model, n_layers, d_ff) - (2 * n_layers + 1) * d_model


@unlisted("count_parameters", "output_projection_not_counted")
def count_parameters_three_attention_matrices(vocab_size, context, d_model, n_layers, d_ff):
    return count_parameters(vocab_size, context, d_model, n_layers, d_ff) - n_layers * (d_model**2 + d_model)


@unlisted("count_parameters")
def count_parameters_twelve_d_squared(vocab_size, context, d_model, n_layers, d_ff):  # the rule of thumb
    return 12 * n_layers * d_model**2


@unlisted("count_parameters")
def count_parameters_one_norm_in_each_block(vocab_size, context, d_model, n_layers, d_ff):
    return count_parameters(vocab_size, context, d_model, n_layers, d_ff) - 2 * n_layers * d_model


@unlisted("count_parameters")
def count_parameters_tables_for_each_layer(vocab_size, context, d_model, n_layers, d_ff):
    extra = (n_layers - 1) * (vocab_size + context) * d_model
    return count_parameters(vocab_size, context, d_model, n_layers, d_ff) + extra + d_model


@unlisted("count_parameters", "d_ff_taken_for_four_d")
def count_parameters_network_as_four_d(vocab_size, context, d_model, n_layers, d_ff):
    return count_parameters(vocab_size, context, d_model, n_layers, 4 * d_model)
