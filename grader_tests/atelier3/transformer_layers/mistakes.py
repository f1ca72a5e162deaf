"""3.11 EncoderLayer, DecoderLayer, shift_right: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


class LoopedEncoder(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True, dropout=0.0)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        allowed = torch.ones(x.shape[:2], dtype=torch.bool) if mask is None else mask
        bias = torch.zeros(allowed.shape, dtype=x.dtype).masked_fill(allowed.logical_not(), float("-inf"))
        for norm, part in ((self.norm1, self.attend), (self.norm2, self.feed_forward)):
            x = norm(part(x, bias) + x)
        return x

    def attend(self, x, bias):
        return self.self_attn(query=x, key=x, value=x, key_padding_mask=bias, need_weights=False)[0]

    def feed_forward(self, x, bias):
        return self.linear2(self.linear1(x).clamp(min=0))


class BiasedDecoder(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.cross_attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(d_model) for _ in range(3))

    def forward(self, x, memory, memory_mask=None):
        T = x.shape[1]
        causal = torch.full((T, T), float("-inf"), dtype=x.dtype).triu(diagonal=1)
        x = self.norm1(x + self.self_attn(x, x, x, attn_mask=causal, need_weights=False)[0])
        hidden = torch.zeros(memory.shape[:2], dtype=torch.bool) if memory_mask is None else ~memory_mask
        x = self.norm2(x + self.cross_attn(x, memory, memory, key_padding_mask=hidden, need_weights=False)[0])
        return self.norm3(x + self.linear2(torch.relu(self.linear1(x))))


def shift_by_assignment(y, bos):
    shifted = torch.empty_like(y)
    shifted[:, 0] = bos
    shifted[:, 1:] = y[:, :-1]
    return shifted


def shift_by_padding(y, bos):
    return F.pad(y, (1, -1), value=bos)


MISTAKES = (
    mistake(
        "pre_norm",
        edit(
            "self.self_attn(x, x, x, key_padding_mask=hidden)",
            "self.self_attn(*[self.norm1(x)] * 3, key_padding_mask=hidden)",
        ),
        edit("self.norm1(x + attended)", "x + attended", within="EncoderLayer"),
        edit(
            "self.norm2(x + self.linear2(F.relu(self.linear1(x))))",
            "x + self.linear2(F.relu(self.linear1(self.norm2(x))))",
        ),
        edit("self.self_attn(x, x, x, attn_mask=future)", "self.self_attn(*[self.norm1(x)] * 3, attn_mask=future)"),
        edit("self.norm1(x + attended)", "x + attended", within="DecoderLayer"),
        edit("self.cross_attn(x, memory", "self.cross_attn(self.norm2(x), memory"),
        edit("self.norm2(x + attended)", "x + attended"),
        edit(
            "self.norm3(x + self.linear2(F.relu(self.linear1(x))))",
            "x + self.linear2(F.relu(self.linear1(self.norm3(x))))",
        ),
    ),
    mistake(
        "encoder_causal",
        edit(
            "key_padding_mask=hidden",
            "key_padding_mask=hidden, attn_mask=torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(1)",
            within="EncoderLayer",
        ),
    ),
    mistake("encoder_mask_inverted", edit("else ~mask", "else mask")),
    mistake("encoder_mask_ignored", edit("x, x, x, key_padding_mask=hidden", "x, x, x")),
    mistake("encoder_second_residual_missing", edit("self.norm2(x + self.linear2", "self.norm2(self.linear2")),
    mistake(
        "encoder_residual_from_input",
        edit("x = self.norm1(x + attended)", "y = self.norm1(x + attended)", within="EncoderLayer"),
        edit(
            "self.norm2(x + self.linear2(F.relu(self.linear1(x))))",
            "self.norm2(x + self.linear2(F.relu(self.linear1(y))))",
        ),
    ),
    mistake("encoder_shared_norm", edit("self.norm2(x + self.linear2", "self.norm1(x + self.linear2")),
    mistake("encoder_gelu", edit("F.relu", "F.gelu", within="EncoderLayer")),
    mistake(
        "cross_attention_first",
        edit(
            "self.self_attn(x, x, x, attn_mask=future)",
            "self.cross_attn(x, memory, memory, key_padding_mask=None if memory_mask is None else ~memory_mask)",
        ),
        edit(
            "self.cross_attn(x, memory, memory, key_padding_mask=hidden)", "self.self_attn(x, x, x, attn_mask=future)"
        ),
    ),
    mistake("third_residual_missing", edit("self.norm3(x + self.linear2", "self.norm3(self.linear2")),
    mistake(
        "third_norm_missing",
        edit("self.norm3(x + self.linear2(F.relu(self.linear1(x))))", "x + self.linear2(F.relu(self.linear1(x)))"),
    ),
    mistake(
        "memory_recomputed",
        edit(
            "attended, _ = self.cross_attn(x, memory, memory, key_padding_mask=hidden)",
            "attended, _ = self.self_attn(memory, memory, memory, key_padding_mask=hidden)\n"
            "        memory = self.norm1(memory + attended)\n"
            "        attended, _ = self.cross_attn(x, memory, memory, key_padding_mask=hidden)",
        ),
    ),
    mistake("decoder_not_causal", edit(", attn_mask=future", "")),
    mistake("decoder_causal_inverted", edit(".triu(1)", ".tril()")),
    mistake("memory_mask_ignored", edit("memory, memory, key_padding_mask=hidden", "memory, memory")),
    mistake("memory_mask_inverted", edit("else ~memory_mask", "else memory_mask")),
    mistake(
        "memory_unused", edit("self.cross_attn(x, memory, memory, key_padding_mask=hidden)", "self.cross_attn(x, x, x)")
    ),
    mistake("not_shifted", edit("torch.cat([torch.full_like(y[:, :1], bos), y[:, :-1]], dim=1)", "y")),
    mistake(
        "shifted_left",
        edit(
            "torch.cat([torch.full_like(y[:, :1], bos), y[:, :-1]], dim=1)",
            "torch.cat([y[:, 1:], torch.full_like(y[:, :1], bos)], dim=1)",
        ),
    ),
    mistake("last_token_kept", edit("y[:, :-1]", "y")),
    mistake("bos_not_prepended", edit("torch.cat([torch.full_like(y[:, :1], bos), y[:, :-1]], dim=1)", "y[:, :-1]")),
    mistake(
        "rolled", edit("torch.cat([torch.full_like(y[:, :1], bos), y[:, :-1]], dim=1)", "torch.roll(y, 1, dims=1)")
    ),
    mistake(
        "bos_overwrites_first",
        edit(
            "torch.cat([torch.full_like(y[:, :1], bos), y[:, :-1]], dim=1)",
            "torch.cat([torch.full_like(y[:, :1], bos), y[:, 1:]], dim=1)",
        ),
    ),
    mistake("zero_instead_of_bos", edit("torch.full_like(y[:, :1], bos)", "torch.zeros_like(y[:, :1])")),
    mistake(
        "relu_missing",
        edit("F.relu(self.linear1(x))", "self.linear1(x)", within="EncoderLayer"),
        edit("F.relu(self.linear1(x))", "self.linear1(x)", within="DecoderLayer"),
    ),
    mistake(
        "first_residual_missing",
        edit("self.norm1(x + attended)", "self.norm1(attended)", within="EncoderLayer"),
        edit("self.norm1(x + attended)", "self.norm1(attended)", within="DecoderLayer"),
    ),
    mistake("cross_residual_missing", edit("self.norm2(x + attended)", "self.norm2(attended)")),
    mistake(
        "encoder_norms_swapped",
        edit("self.norm1(x + attended)", "self.norm2(x + attended)", within="EncoderLayer"),
        edit("self.norm2(x + self.linear2", "self.norm1(x + self.linear2"),
    ),
    mistake("decoder_sees_next", edit(".triu(1)", ".triu(2)")),
    mistake(
        "shifted_across_sentences",
        edit(
            "torch.cat([torch.full_like(y[:, :1], bos), y[:, :-1]], dim=1)",
            "torch.cat([torch.full_like(y[0, :1], bos), y.flatten()[:-1]]).view_as(y)",
        ),
    ),
)

EQUIVALENTS = (
    equivalent(
        "other_writing",
        defines={"EncoderLayer": LoopedEncoder, "DecoderLayer": BiasedDecoder, "shift_right": shift_by_assignment},
    ),
    equivalent("padding", defines={"shift_right": shift_by_padding}),
)
