"""4.6 MiniBert: the whole encoder, its weights named as transformers names BERT's, so that a real one's load.

The right answers agree with transformers' own BertModel on the same weights, places of padding included. Cases without
a layer show the pooler alone; small weights show the epsilon of the normalizations.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


class Group(nn.Module):
    """Modules under one name: `Group(dense=a, LayerNorm=b)` has `.dense` and `.LayerNorm`."""

    def __init__(self, /, **modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)


class BertEmbeddings(nn.Module):
    """BERT's entrance: the vectors of word, position and segment, added and normalized."""

    def __init__(self, vocab_size, n_positions, d_model):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab_size, d_model)
        self.position_embeddings = nn.Embedding(n_positions, d_model)
        self.token_type_embeddings = nn.Embedding(2, d_model)
        self.LayerNorm = nn.LayerNorm(d_model, eps=1e-12)

    def forward(self, ids, types):
        """ids (B, T), types (B, T) -> (B, T, d)."""
        positions = torch.arange(ids.size(1), device=ids.device)  # (T,)
        x = self.word_embeddings(ids) + self.position_embeddings(positions) + self.token_type_embeddings(types)
        return self.LayerNorm(x)


class BertLayer(nn.Module):
    """Attention, then a network; the output of each is added to what it read, and the sum normalized."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.n_heads = n_heads
        self.attention = Group(
            self=Group(
                query=nn.Linear(d_model, d_model), key=nn.Linear(d_model, d_model), value=nn.Linear(d_model, d_model)
            ),
            output=Group(dense=nn.Linear(d_model, d_model), LayerNorm=nn.LayerNorm(d_model, eps=1e-12)),
        )
        self.intermediate = Group(dense=nn.Linear(d_model, d_ff))
        self.output = Group(dense=nn.Linear(d_ff, d_model), LayerNorm=nn.LayerNorm(d_model, eps=1e-12))

    def heads(self, y):
        """y (B, T, d) -> (B, h, T, d_h)."""
        B, T, d = y.shape
        return y.view(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)

    def forward(self, x, mask):
        """x (B, T, d), mask (B, T): 1 on what may be looked at -> (B, T, d)."""
        attention, merge = self.attention.self, self.attention.output
        q, k = self.heads(attention.query(x)), self.heads(attention.key(x))  # (B, h, T, d_h)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))  # (B, h, T, T)
        scores = scores.masked_fill(mask[:, None, None, :] == 0, float("-inf"))
        context = scores.softmax(dim=-1) @ self.heads(attention.value(x))  # (B, h, T, d_h)
        context = context.transpose(1, 2).flatten(2)  # (B, T, d)
        y = merge.LayerNorm(x + merge.dense(context))
        hidden = F.gelu(self.intermediate.dense(y))  # (B, T, d_ff)
        return self.output.LayerNorm(y + self.output.dense(hidden))


class MiniBert(nn.Module):
    """BERT's encoder: embeddings, layers, pooler; weights are named as in transformers' BertModel."""

    def __init__(self, vocab_size, n_positions, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.embeddings = BertEmbeddings(vocab_size, n_positions, d_model)
        self.encoder = Group(layer=nn.ModuleList([BertLayer(d_model, n_heads, d_ff) for _ in range(n_layers)]))
        self.pooler = Group(dense=nn.Linear(d_model, d_model))

    def forward(self, ids, types, mask):
        """ids, types, mask (B, T) -> hidden (B, T, d), pooled (B, d)."""
        x = self.embeddings(ids, types)  # (B, T, d)
        for layer in self.encoder.layer:
            x = layer(x, mask)  # (B, T, d)
        return x, torch.tanh(self.pooler.dense(x[:, 0]))


class IndependentMiniBert(nn.Module):
    """transformers' own BertModel, which loads the state as it is, strictly."""

    def __init__(self, vocab_size, n_positions, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        from transformers import BertConfig, BertModel

        config = BertConfig(
            vocab_size=vocab_size,
            hidden_size=d_model,
            num_hidden_layers=n_layers,
            num_attention_heads=n_heads,
            intermediate_size=d_ff,
            max_position_embeddings=n_positions,
            pad_token_id=None,
        )
        config._attn_implementation = "eager"
        self.inner = BertModel(config).eval()

    def load_state_dict(self, state_dict, strict=True, assign=False):
        return self.inner.load_state_dict(state_dict, strict=True)

    def forward(self, ids, types, mask):
        out = self.inner(input_ids=ids, token_type_ids=types, attention_mask=mask)
        return out.last_hidden_state, out.pooler_output


def normal(rng, *shape, scale=1.0, mean=0.0):
    return torch.from_numpy(rng.normal(mean, scale, size=shape)).float()


def norm_state(rng, d, name, scale=1.0):
    return {
        f"{name}.weight": scale * normal(rng, d, mean=1.0, scale=0.4),
        f"{name}.bias": scale * normal(rng, d, scale=0.5),
    }


def linear_state(rng, n_in, n_out, name, scale=1.0, gain=1.0):
    return {
        f"{name}.weight": normal(rng, n_out, n_in, scale=gain * n_in**-0.5),
        f"{name}.bias": scale * normal(rng, n_out, scale=0.5),
    }


def bert_state(rng, V, P, d, n_layers, d_ff, scale=1.0):
    """Random weights, all visibly different from their initial values. A small ``scale`` makes everything that enters a
    normalization small."""
    tables = {"word_embeddings": V, "position_embeddings": P, "token_type_embeddings": 2}
    state = {f"embeddings.{name}.weight": scale * normal(rng, rows, d) for name, rows in tables.items()}
    state |= norm_state(rng, d, "embeddings.LayerNorm", scale)
    for i in range(n_layers):
        layer = f"encoder.layer.{i}."
        for name in ("query", "key"):  # contrasted scores: what is looked at matters
            state |= linear_state(rng, d, d, f"{layer}attention.self.{name}", gain=1.5)
        state |= linear_state(rng, d, d, f"{layer}attention.self.value", scale)
        state |= linear_state(rng, d, d, f"{layer}attention.output.dense", scale)
        state |= norm_state(rng, d, f"{layer}attention.output.LayerNorm", scale)
        state |= linear_state(rng, d, d_ff, f"{layer}intermediate.dense", scale, gain=1.5)
        state |= linear_state(rng, d_ff, d, f"{layer}output.dense", scale)
        state |= norm_state(rng, d, f"{layer}output.LayerNorm", scale)
    return state | linear_state(rng, d, d, "pooler.dense")


def case(name, rng, B, T, V, P, d, h, n_layers, d_ff, lengths=None, scale=1.0):
    """``lengths`` of the sequences; what follows is padding: id 0, segment 0, mask 0."""
    ids = torch.from_numpy(rng.integers(1, V, size=(B, T)))
    mask = (torch.arange(T) < torch.tensor(lengths or [T] * B)[:, None]).long()
    types = (torch.arange(T) >= torch.from_numpy(rng.integers(1, T, size=(B, 1)) if T > 1 else np.ones((B, 1)))).long()
    init = {"vocab_size": V, "n_positions": P, "d_model": d, "n_heads": h, "n_layers": n_layers, "d_ff": d_ff}
    inputs = {"ids": ids * mask, "types": types * mask, "mask": mask}
    call = Call("MiniBert", inputs, init, bert_state(rng, V, P, d, n_layers, d_ff, scale))
    return Case(name, call, {"B": B, "T": T, "d": d, "h": h, "L": n_layers})


def public():
    rng = np.random.default_rng(406)
    return [
        case("no_layer", rng, 2, 3, 9, 5, 4, 2, 0, 7),
        case("one_layer", rng, 2, 5, 11, 8, 6, 3, 1, 10),
        case("padded", rng, 3, 5, 11, 7, 8, 2, 2, 10, lengths=[3, 5, 4]),
        case("small_weights", rng, 2, 4, 9, 6, 6, 2, 1, 9, lengths=[4, 2], scale=3e-3),
    ]


def draw(rng):
    B, T, h, d, d_ff = (int(n) for n in rng.choice([[3, 6, 2, 8, 14], [2, 7, 3, 12, 17], [4, 5, 2, 10, 13]]))
    lengths = [T - 2, T, T - 1, T - 3][:B]
    return [  # what tells most mistakes apart comes first: pairs of them are compared until they differ
        case("padded", rng, B, T, 19, T + 2, d, h, 2, d_ff, lengths=lengths),
        case("no_layer", rng, B, T, 13, T + 3, d, h, 0, d_ff),
        case("one_layer", rng, B, T, 17, T + 2, d, h, 1, d_ff),
        case("usual_size", rng, 2, 9, 40, 16, 32, 4, 3, 64, lengths=[9, 6]),
        case("small_weights", rng, B, T, 15, T + 1, d, h, 1, d_ff, lengths=lengths, scale=3e-3),
        case("one_sequence", rng, 1, T + 1, 23, T + 4, d, h, 2, d_ff, lengths=[T - 1]),
        case("one_token", rng, B, 1, 13, 4, d, h, 1, d_ff),
    ]


EXERCISE = Exercise(
    name="mini_bert",
    atelier="atelier4",
    number="4.6",
    title=Text("MiniBert : l’encodeur entier", "MiniBert: the whole encoder"),
    points=8,
    functions=(
        Function(
            "MiniBert",
            "(vocab_size, n_positions, d_model, n_heads, n_layers, d_ff)",
            (Output("hidden", "B T d"), Output("pooled", "B d")),
            "class",
            1e-4,
            1e-5,
        ),
    ),
    reference={"MiniBert": MiniBert},
    independent={"MiniBert": IndependentMiniBert},
    public=public,
    draw=draw,
    uses=(BertLayer,),
    provided=(Group, BertEmbeddings),
    core=True,
)
