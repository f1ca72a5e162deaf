"""The parts of the model that notebooks provide: causal attention, the pre-norm block, the language model.

Right versions, written once. Parameters have the names of the answers to 2.9 and 2.10; the block has another name than
the answer to 2.9, which a notebook must not define twice.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn


class CausalSelfAttention(nn.Module):
    """Multi-head self-attention; each position sees itself and those before it."""

    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.W_q, self.W_k = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.W_v, self.W_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def heads(self, y):
        """(B, T, d) -> (B, h, T, d_h)."""
        B, T, d = y.shape
        return y.view(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)

    def weights(self, x):
        """x (B, T, d) -> the attention weights (B, h, T, T), zero above the diagonal."""
        q, k, T = self.heads(self.W_q(x)), self.heads(self.W_k(x)), x.size(1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))  # (B, h, T, T)
        future = torch.ones(T, T, dtype=torch.bool, device=x.device).triu(1)  # True = hidden
        return F.softmax(scores.masked_fill(future, float("-inf")), dim=-1)

    def forward(self, x):
        """x (B, T, d) -> (B, T, d)."""
        heads = self.weights(x) @ self.heads(self.W_v(x))  # (B, h, T, d_h)
        return self.W_o(heads.transpose(1, 2).flatten(2))


class Block(nn.Module):
    """A block of GPT-2: what each sub-layer finds in the normalised x is added to x."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = CausalSelfAttention(d_model, n_heads)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        """x (B, T, d) -> (B, T, d)."""
        x = x + self.attention(self.norm1(x))
        return x + self.linear2(F.gelu(self.linear1(self.norm2(x))))


class MiniGPT(nn.Module):
    """A decoder-only Transformer: logits of the next jeton at each position."""

    def __init__(self, vocab_size, context, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.context = context
        self.token_embedding = nn.Embedding(vocab_size, d_model)
        self.position_embedding = nn.Embedding(context, d_model)
        self.blocks = nn.ModuleList([Block(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, vocab_size, bias=False)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        nn.init.normal_(self.position_embedding.weight, std=0.02)
        self.head.weight = self.token_embedding.weight  # one tensor, two uses

    def forward(self, ids):
        """ids (B, T) -> logits (B, T, V). Raises ValueError if T > context."""
        if ids.size(1) > self.context:
            raise ValueError("the sequence is longer than the context")
        positions = torch.arange(ids.size(1), device=ids.device)
        x = self.token_embedding(ids) + self.position_embedding(positions)  # (B, T, d) + (T, d)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))  # (B, T, V)
