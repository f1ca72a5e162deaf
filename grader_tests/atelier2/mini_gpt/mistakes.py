"""2.10 mini_gpt: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from ..provided_model import Block
from .oracle import MiniGPT


class SequentialGPT(nn.Module):
    def __init__(self, vocab_size, context, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.head = nn.Linear(d_model, vocab_size, bias=False)
        self.blocks = nn.Sequential(*(Block(d_model, n_heads, d_ff) for _ in range(n_layers)))
        self.norm = nn.LayerNorm(d_model)
        self.position_embedding = nn.Embedding(context, d_model)
        self.token_embedding = nn.Embedding(vocab_size, d_model)
        self.head.weight.data.normal_(0, 0.02)
        self.token_embedding.weight = self.head.weight

    def forward(self, ids):
        if ids.shape[-1] > self.position_embedding.num_embeddings:
            raise ValueError(f"{ids.shape[-1]} > {self.position_embedding.num_embeddings}")
        x = self.token_embedding(ids) + self.position_embedding.weight[: ids.shape[-1]]
        return self.head(self.norm(self.blocks(x)))


class InitialisedGPT(nn.Module):
    def __init__(self, vocab_size, context, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.token_embedding, self.position_embedding = (
            nn.Embedding(vocab_size, d_model),
            nn.Embedding(context, d_model),
        )
        self.blocks = nn.ModuleList(Block(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm, self.head = nn.LayerNorm(d_model), nn.Linear(d_model, vocab_size, bias=False)
        self.head.weight = self.token_embedding.weight
        self.apply(self.initialise)

    @staticmethod
    def initialise(module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, ids):
        B, T = ids.shape
        if not 0 < T <= len(self.position_embedding.weight):
            raise ValueError(T)
        positions = torch.arange(T).expand(B, T)
        x = torch.add(self.position_embedding(positions), self.token_embedding(ids))
        for i in range(len(self.blocks)):
            x = self.blocks[i](x)
        return F.linear(self.norm(x), self.token_embedding.weight)


class OwnAttention(nn.Module):
    def __init__(self, d_model, n_heads, context):
        super().__init__()
        self.n_heads = n_heads
        for name in ("W_q", "W_k", "W_v", "W_o"):
            setattr(self, name, nn.Linear(d_model, d_model))
        self.register_buffer("past", torch.ones(context, context, dtype=torch.bool).tril())

    def forward(self, x):
        B, T, d = x.shape
        q, k, v = (W(x).view(B, T, self.n_heads, -1).transpose(1, 2) for W in (self.W_q, self.W_k, self.W_v))
        mask = self.past[:T, :T]
        return self.W_o(F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(B, T, d))


class OwnBlock(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, context):
        super().__init__()
        self.attention = OwnAttention(d_model, n_heads, context)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        y = x + self.attention(self.norm1(x))
        return y + self.linear2(F.gelu(self.linear1(self.norm2(y))))


class GPTOfOwnBlocks(nn.Module):
    def __init__(self, vocab_size, context, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, d_model)
        self.token_embedding.weight = nn.Parameter(torch.randn(vocab_size, d_model) * 0.02)
        self.position_embedding = nn.Embedding(context, d_model)
        self.blocks = nn.ModuleList()
        for _ in range(n_layers):
            self.blocks.append(OwnBlock(d_model, n_heads, d_ff, context))
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, vocab_size, bias=False)
        self.head.weight = self.token_embedding.weight
        self.register_buffer("positions", torch.arange(context))

    def forward(self, ids):
        if ids.shape[1] > len(self.positions):
            raise ValueError("séquence trop longue")
        x = self.token_embedding(ids)
        x = x + self.position_embedding(self.positions[: ids.shape[1]]).unsqueeze(0)
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.head.weight.T


class GPTByPosition(nn.Module):
    def __init__(self, vocab_size, context, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, d_model)
        self.position_embedding = nn.Embedding(context, d_model)
        self.blocks = nn.ModuleList([Block(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, vocab_size, bias=False)
        with torch.no_grad():
            self.token_embedding.weight.mul_(0.02)
        self.head.weight = self.token_embedding.weight

    def forward(self, ids):
        sentences = []
        for sentence in ids:
            rows = self.token_embedding(sentence)
            if len(rows) > self.position_embedding.num_embeddings:
                raise ValueError(len(rows))
            rows = torch.stack([row + self.position_embedding.weight[t] for t, row in enumerate(rows)])
            for block in self.blocks:
                rows = block(rows.unsqueeze(0)).squeeze(0)
            sentences.append(self.head(self.norm(rows)))
        return torch.stack(sentences)


def count_by_making_it(vocab_size, context, d_model, n_layers, d_ff):
    return sum(math.prod(p.shape) for p in MiniGPT(vocab_size, context, d_model, 1, n_layers, d_ff).parameters())


def count_by_polynomial(vocab_size, context, d_model, n_layers, d_ff):
    block = 4 * d_model**2 + (9 + 2 * d_ff) * d_model + d_ff
    return (vocab_size + context + 2) * d_model + n_layers * block


def count_by_shapes(vocab_size, context, d_model, n_layers, d_ff):
    d = d_model
    block = 4 * [(d, d), (d,)] + 4 * [(d,)] + [(d, d_ff), (d_ff,), (d_ff, d), (d,)]
    shapes = [(vocab_size, d), (context, d), (d,), (d,)] + n_layers * block
    return int(sum(np_product(shape) for shape in shapes))


def np_product(shape):
    return shape[0] * (shape[1] if len(shape) > 1 else 1)


SUM = "self.token_embedding(ids) + self.position_embedding(positions)"
POSITIONS = "torch.arange(ids.size(1), device=ids.device)"
LOOP = "for block in self.blocks:\n            x = block(x)"
LOGITS = "self.head(self.norm(x))"

ALL_TO_ALL = """class AllToAll(CausalSelfAttention):
    def weights(self, x):
        q, k = self.heads(self.W_q(x)), self.heads(self.W_k(x))
        return torch.softmax(q @ k.transpose(-2, -1) / q.size(-1) ** 0.5, dim=-1)


class MiniGPT("""
ONE_TOO_FAR = """class OneTooFar(CausalSelfAttention):
    def weights(self, x):
        q, k = self.heads(self.W_q(x)), self.heads(self.W_k(x))
        hidden = torch.ones(x.size(1), x.size(1), dtype=torch.bool).triu(2)
        scores = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5
        return torch.softmax(scores.masked_fill(hidden, -math.inf), dim=-1)


class MiniGPT("""
WITH_ATTENTION = """for block in self.blocks:
            block.attention = {}(d_model, n_heads)
        self.norm = nn.LayerNorm(d_model)"""

MISTAKES = (
    mistake(
        "not_causal",
        edit("class MiniGPT(", ALL_TO_ALL),
        edit("self.norm = nn.LayerNorm(d_model)", WITH_ATTENTION.format("AllToAll")),
    ),
    mistake(
        "sees_next",
        edit("class MiniGPT(", ONE_TOO_FAR),
        edit("self.norm = nn.LayerNorm(d_model)", WITH_ATTENTION.format("OneTooFar")),
    ),
    mistake("positions_missing", edit(SUM, "self.token_embedding(ids)")),
    mistake(
        "positions_after_first_block",
        edit(SUM, "self.token_embedding(ids)"),
        edit(
            LOOP,
            "for i, block in enumerate(self.blocks):\n            x = block(x)\n            if i == 0:\n"
            "                x = x + self.position_embedding(positions)",
        ),
    ),
    mistake(
        "positions_at_every_block",
        edit(
            LOOP,
            "for i, block in enumerate(self.blocks):\n"
            "            x = block(x + self.position_embedding(positions) * (i > 0))",
        ),
    ),
    mistake("positions_by_batch", edit(POSITIONS, "torch.arange(ids.size(0)).unsqueeze(1)")),
    mistake("positions_from_one", edit(POSITIONS, "torch.arange(1, ids.size(1) + 1)")),
    mistake("positions_from_the_end", edit(POSITIONS, "torch.arange(ids.size(1) - 1, -1, -1)")),
    mistake("positions_aligned_right", edit(POSITIONS, "torch.arange(self.context - ids.size(1), self.context)")),
    mistake("positions_multiplied", edit("(ids) + self.position", "(ids) * self.position")),
    mistake(
        "jetons_scaled", edit("self.token_embedding(ids)", "self.token_embedding(ids) * self.norm.bias.numel() ** 0.5")
    ),
    mistake("embeddings_scaled", edit(SUM, f"({SUM}) * self.norm.bias.numel() ** 0.5")),
    mistake("last_norm_missing", edit(LOGITS, "self.head(x)")),
    mistake("norm_before_blocks", edit(SUM, f"self.norm({SUM})"), edit(LOGITS, "self.head(x)")),
    mistake("norm_after_each_block", edit("x = block(x)", "x = self.norm(block(x))"), edit(LOGITS, "self.head(x)")),
    mistake("first_block_repeated", edit("x = block(x)", "x = self.blocks[0](x)")),
    mistake("last_block_skipped", edit("in self.blocks:", "in self.blocks[:-1]:")),
    mistake("blocks_reversed", edit("in self.blocks:", "in reversed(self.blocks):")),
    mistake("residual_around_blocks", edit("x = block(x)", "x = x + block(x)")),
    mistake("softmax_inside", edit(LOGITS, f"torch.softmax({LOGITS}, dim=-1)")),
    mistake("log_softmax_inside", edit(LOGITS, f"torch.log_softmax({LOGITS}, dim=-1)")),
    mistake("vocabulary_before_time", edit(LOGITS, f"{LOGITS}.transpose(1, 2)")),
    mistake("last_position_only", edit(LOGITS, f"{LOGITS}[:, -1]")),
    mistake("head_counted_again", edit("embeddings = vocab_size * d_model", "embeddings = 2 * vocab_size * d_model")),
    mistake(
        "head_bias_counted", edit("embeddings = vocab_size * d_model", "embeddings = vocab_size + vocab_size * d_model")
    ),
    mistake("positions_not_counted", edit(" + context * d_model", "")),
    mistake("last_norm_not_counted", edit(" + last_norm", "")),
    mistake("one_block_counted", edit("n_layers * (attention + network + norms)", "(attention + network + norms)")),
    mistake("output_projection_not_counted", edit("4 * (d_model * d_model", "3 * (d_model * d_model")),
    mistake(
        "biases_not_counted",
        edit("4 * (d_model * d_model + d_model)", "4 * d_model * d_model"),
        edit("d_model * d_ff + d_ff + d_ff * d_model + d_model", "d_model * d_ff + d_ff * d_model"),
    ),
    mistake(
        "norms_counted_without_shift",
        edit("norms = 2 * (d_model + d_model)", "norms = 2 * d_model"),
        edit("last_norm = d_model + d_model", "last_norm = d_model"),
    ),
    mistake("block_norms_not_counted", edit("(attention + network + norms)", "(attention + network)")),
    mistake("second_matrix_not_counted", edit(" + d_ff * d_model + d_model", "")),
    mistake(
        "d_ff_taken_for_four_d", edit("network = d_model * d_ff", "d_ff = 4 * d_model\n    network = d_model * d_ff")
    ),
)

EQUIVALENTS = (
    equivalent("sequential", defines={"MiniGPT": SequentialGPT, "count_parameters": count_by_polynomial}),
    equivalent("initialised_like_gpt2", defines={"MiniGPT": InitialisedGPT}),
    equivalent("own_blocks", defines={"MiniGPT": GPTOfOwnBlocks}, uses=(OwnAttention, OwnBlock)),
    equivalent("by_position", defines={"MiniGPT": GPTByPosition}),
    equivalent("counted_by_making_it", defines={"count_parameters": count_by_making_it}),
    equivalent("counted_by_shapes", defines={"count_parameters": count_by_shapes}, uses=(np_product,)),
    equivalent("positions_as_a_row", edit(POSITIONS, "torch.arange(ids.size(1))[None, :]")),
)
