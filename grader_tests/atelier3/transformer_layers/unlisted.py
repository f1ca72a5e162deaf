"""3.11 transformer_layers: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.unlisted import unlisted


class Encoder(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)

    def attend(self, x, mask):
        return self.self_attn(x, x, x, key_padding_mask=None if mask is None else ~mask)[0]


@unlisted("EncoderLayer", "module:norm2")
class EncoderWithoutLastNorm(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return x + self.linear2(F.relu(self.linear1(x)))


@unlisted("EncoderLayer", "module:norm1")
class EncoderResidualDoubled(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(2 * x + self.attend(x, mask))
        return self.norm2(x + self.linear2(F.relu(self.linear1(x))))


@unlisted("EncoderLayer", "module:linear2")
class EncoderWithTanh(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.linear2(torch.tanh(self.linear1(x))))


@unlisted("EncoderLayer", "module:after")
class EncoderWithAThirdResidual(Encoder):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attend(x, mask))
        return x + self.norm2(x + self.linear2(F.relu(self.linear1(x))))


@unlisted("shift_right", "generic:shifted")
def shifted_by_two(y, bos):
    return torch.cat([torch.full_like(y[:, :2], bos), y[:, :-2]], dim=1)


class EncoderAgain(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)

    def attended(self, x, mask):
        return self.self_attn(x, x, x, key_padding_mask=None if mask is None else ~mask)[0]

    def ffn(self, x):
        return self.linear2(F.relu(self.linear1(x)))


@unlisted("EncoderLayer", "relu_missing")
class EncoderLayerWithoutRelu(EncoderAgain):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, mask))
        return self.norm2(x + self.linear2(self.linear1(x)))


@unlisted("EncoderLayer", "first_residual_missing")
class EncoderLayerFirstResidualMissing(EncoderAgain):
    def forward(self, x, mask=None):
        x = self.norm1(self.attended(x, mask))
        return self.norm2(x + self.ffn(x))


@unlisted("EncoderLayer", "encoder_norms_swapped")
class EncoderLayerNormsSwapped(EncoderAgain):
    def forward(self, x, mask=None):
        x = self.norm2(x + self.attended(x, mask))
        return self.norm1(x + self.ffn(x))


@unlisted("EncoderLayer", "module:norm1")
class EncoderLayerFirstNormMissing(EncoderAgain):
    def forward(self, x, mask=None):
        x = x + self.attended(x, mask)
        return self.norm2(x + self.ffn(x))


@unlisted("EncoderLayer", "module:norm2")
class EncoderLayerSecondNormMissing(EncoderAgain):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, mask))
        return x + self.ffn(x)


@unlisted("EncoderLayer", "module:norm1")
class EncoderLayerNormBeforeSum(EncoderAgain):  # x + norm(f(x))
    def forward(self, x, mask=None):
        x = x + self.norm1(self.attended(x, mask))
        return x + self.norm2(self.ffn(x))


@unlisted("EncoderLayer", "module:norm2")
class EncoderLayerReluAtTheEnd(EncoderAgain):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, mask))
        return self.norm2(x + F.relu(self.ffn(x)))


@unlisted("EncoderLayer", "module:self_attn")
class EncoderLayerFfnFirst(EncoderAgain):
    def forward(self, x, mask=None):
        x = self.norm2(x + self.ffn(x))
        return self.norm1(x + self.attended(x, mask))


@unlisted("EncoderLayer", "module:linear1")
class EncoderLayerParallel(EncoderAgain):  # both sub-layers read the input
    def forward(self, x, mask=None):
        return self.norm2(self.norm1(x + self.attended(x, mask)) + self.ffn(x))


@unlisted("EncoderLayer", "module:after")
class EncoderLayerPaddingZeroed(EncoderAgain):  # right attention, then zero rows at padding
    def forward(self, x, mask=None):
        x0 = self.norm1(x + self.attended(x, mask))
        x0 = self.norm2(x0 + self.ffn(x0))
        return x0 if mask is None else x0 * mask.unsqueeze(-1)


@unlisted("EncoderLayer")
class EncoderLayerSumsOverRootTwo(EncoderAgain):  # each sum, and the result, divided by √2
    def forward(self, x, mask=None):
        x = self.norm1((x + self.attended(x, mask)) / math.sqrt(2))
        return self.norm2((x + self.ffn(x)) / math.sqrt(2)) / math.sqrt(2)


class Decoder(EncoderAgain):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__(d_model, n_heads, d_ff)
        self.cross_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.norm3 = nn.LayerNorm(d_model)

    def past(self, x, diagonal=1):
        future = torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(diagonal)
        return self.self_attn(x, x, x, attn_mask=future)[0]

    def read(self, x, memory, mask):
        return self.cross_attn(x, memory, memory, key_padding_mask=None if mask is None else ~mask)[0]


@unlisted("DecoderLayer", "decoder_sees_next")
class DecoderLayerSeesNext(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x, 2))
        x = self.norm2(x + self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@unlisted("DecoderLayer")
class DecoderLayerSelfHidden(Decoder):  # the first row is empty: NaN
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x, 0))
        x = self.norm2(x + self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@unlisted("DecoderLayer", "cross_residual_missing")
class DecoderLayerCrossResidualMissing(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        x = self.norm2(self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@unlisted("DecoderLayer", "first_residual_missing")
class DecoderLayerFirstResidualMissing(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(self.past(x))
        x = self.norm2(x + self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))


@unlisted("DecoderLayer", "module:norm2")
class DecoderLayerLastNormsSwapped(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        x = self.norm3(x + self.read(x, memory, memory_mask))
        return self.norm2(x + self.ffn(x))


@unlisted("DecoderLayer", "module:cross_attn")
class DecoderLayerSameAttention(Decoder):  # self_attn reads the memory too
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        hidden = None if memory_mask is None else ~memory_mask
        x = self.norm2(x + self.self_attn(x, memory, memory, key_padding_mask=hidden)[0])
        return self.norm3(x + self.ffn(x))


@unlisted("DecoderLayer", "module:linear1")
class DecoderLayerWithoutFfn(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        return self.norm2(x + self.read(x, memory, memory_mask))


@unlisted("DecoderLayer", "module:norm2")
class DecoderLayerInputResidual(Decoder):  # the cross-attention's residual starts from the layer's input
    def forward(self, x, memory, memory_mask=None):
        y = self.norm1(x + self.past(x))
        y = self.norm2(x + self.read(y, memory, memory_mask))
        return self.norm3(y + self.ffn(y))


@unlisted("DecoderLayer", "decoder_not_causal+memory_mask_ignored", "module:self_attn")
class DecoderLayerNotCausalMaskIgnored(Decoder):  # two listed mistakes
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.self_attn(x, x, x)[0])
        x = self.norm2(x + self.read(x, memory, None))
        return self.norm3(x + self.ffn(x))


@unlisted("shift_right", "generic:shifted")
def shift_right_twice(y, bos):
    return torch.cat([torch.full_like(y[:, :2], bos), y[:, :-2]], dim=1)


@unlisted("shift_right", "shifted_left")
def shift_right_bos_at_the_end(y, bos):
    return torch.cat([y[:, 1:], torch.full_like(y[:, :1], bos)], dim=1)


@unlisted("shift_right", "shifted_across_sentences")
def shift_right_across_sentences(y, bos):  # one long text: only the first sentence begins with bos
    flat = y.flatten()
    return torch.cat([torch.full_like(flat[:1], bos), flat[:-1]]).view_as(y)


@unlisted("shift_right")
def shift_right_sentences(y, bos):  # shifts the batch axis
    return torch.cat([torch.full_like(y[:1], bos), y[:-1]], dim=0)


@unlisted("shift_right")
def shift_right_floats(y, bos):
    return torch.cat([torch.full((y.size(0), 1), float(bos)), y[:, :-1]], dim=1)


@unlisted("shift_right")
def shift_right_in_place(y, bos):  # the target is shifted as well
    y[:, 1:] = y[:, :-1].clone()
    y[:, 0] = bos
    return y


@unlisted("shift_right")
def shift_right_smeared(y, bos):  # a loop that reads what it has just written
    y = y.clone()
    for t in range(1, y.size(1)):
        y[:, t] = y[:, t - 1]
    y[:, 0] = bos
    return y


@unlisted("EncoderLayer", "module:self_attn")
class EncoderLayerFirstMask(EncoderAgain):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, None if mask is None else mask[:1].expand_as(mask)))
        return self.norm2(x + self.ffn(x))


@unlisted("DecoderLayer", "module:cross_attn")
class DecoderLayerFirstMask(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        mask = None if memory_mask is None else memory_mask[:1].expand_as(memory_mask)
        x = self.norm2(x + self.read(x, memory, mask))
        return self.norm3(x + self.ffn(x))


@unlisted("DecoderLayer", "module:norm2")
class DecoderLayerSecondNormMissing(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x))
        x = x + self.read(x, memory, memory_mask)
        return self.norm3(x + self.ffn(x))


@unlisted("shift_right")
def shift_right_by_bos(y, bos):  # bos is taken for the number of steps
    return torch.cat([torch.full_like(y[:, :bos], bos), y[:, : y.size(1) - bos]], dim=1)


@unlisted("shift_right", "generic:except_first")
def shift_right_bos_is_one(y, bos):
    return torch.cat([torch.ones_like(y[:, :1]), y[:, :-1]], dim=1)


@unlisted("EncoderLayer", "module:linear2")
class EncoderLayerLeaky(EncoderAgain):
    def forward(self, x, mask=None):
        x = self.norm1(x + self.attended(x, mask))
        return self.norm2(x + self.linear2(F.leaky_relu(self.linear1(x))))


@unlisted("DecoderLayer", "module:self_attn")
class DecoderLayerSeesTwoNext(Decoder):
    def forward(self, x, memory, memory_mask=None):
        x = self.norm1(x + self.past(x, 3))
        x = self.norm2(x + self.read(x, memory, memory_mask))
        return self.norm3(x + self.ffn(x))
