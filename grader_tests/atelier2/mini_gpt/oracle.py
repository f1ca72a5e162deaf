"""2.10 MiniGPT, count_parameters: the whole model, and how many numbers it learns.

The right answers agree with transformers' GPT-2 on the same weights. Its output matrix is its table of jetons: states
give both names the same values, so that a model which does not tie them is told so and not more.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text

from ..provided_model import Block, CausalSelfAttention
from ..transformer_blocks.oracle import block_state, normal


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
        positions = torch.arange(ids.size(1), device=ids.device)  # (T,)
        x = self.token_embedding(ids) + self.position_embedding(positions)  # (B, T, d) + (T, d)
        for block in self.blocks:
            x = block(x)  # (B, T, d)
        return self.head(self.norm(x))  # (B, T, V)


def count_parameters(vocab_size, context, d_model, n_layers, d_ff):
    """Number of parameters of MiniGPT, the matrix that is used twice counted once."""
    embeddings = vocab_size * d_model + context * d_model
    attention = 4 * (d_model * d_model + d_model)
    network = d_model * d_ff + d_ff + d_ff * d_model + d_model
    norms = 2 * (d_model + d_model)
    last_norm = d_model + d_model
    return embeddings + n_layers * (attention + network + norms) + last_norm


def gpt2(vocab_size, context, d_model, n_heads, n_layers, d_ff):
    """transformers' GPT-2 of that size, without dropout, with the exact GELU."""
    from transformers import GPT2Config, GPT2LMHeadModel

    sizes = {"n_positions": context, "n_embd": d_model, "n_head": n_heads, "n_layer": n_layers, "n_inner": d_ff}
    off = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0, "bos_token_id": 0, "eos_token_id": 0}
    return GPT2LMHeadModel(GPT2Config(vocab_size=vocab_size, activation_function="gelu", **sizes, **off))


class IndependentMiniGPT(nn.Module):
    """transformers' GPT-2, its weights packed and transposed from ours."""

    def __init__(self, vocab_size, context, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.inner = gpt2(vocab_size, context, d_model, n_heads, n_layers, d_ff)

    def load_state_dict(self, state_dict, strict=True, assign=False):
        embeddings = {"wte": "token_embedding", "wpe": "position_embedding"}
        packed = {f"{theirs}.weight": state_dict[f"{ours}.weight"] for theirs, ours in embeddings.items()}
        for kind in ("weight", "bias"):
            packed[f"ln_f.{kind}"] = state_dict[f"norm.{kind}"]
            for i in range(self.inner.config.n_layer):
                block = {name: state_dict[f"blocks.{i}.{name}.{kind}"].T for name in BLOCK}  # Conv1D: (in, out)
                packed[f"h.{i}.attn.c_attn.{kind}"] = torch.cat([block[name] for name in BLOCK[:3]], dim=-1)
                for theirs, ours in zip(
                    ("attn.c_proj", "mlp.c_fc", "mlp.c_proj", "ln_1", "ln_2"), BLOCK[3:], strict=True
                ):
                    packed[f"h.{i}.{theirs}.{kind}"] = block[ours]
        return self.inner.transformer.load_state_dict(packed, strict=True)

    def forward(self, ids):
        return self.inner(ids).logits


BLOCK = [*(f"attention.{name}" for name in ("W_q", "W_k", "W_v", "W_o")), "linear1", "linear2", "norm1", "norm2"]


def independent_count(vocab_size, context, d_model, n_layers, d_ff):
    """The numbers of transformers' GPT-2, counted one tensor after the other."""
    with torch.device("meta"):  # shapes without numbers
        return sum(p.numel() for p in gpt2(vocab_size, context, d_model, 1, n_layers, d_ff).parameters())


def model_state(rng, V, context, d, n_layers, d_ff):
    """Random weights, all visibly different from their initial values; the table of jetons under both its names."""
    table = normal(rng, V, d, scale=0.8)
    state = {"token_embedding.weight": table, "position_embedding.weight": normal(rng, context, d)}
    for i in range(n_layers):
        state |= block_state(rng, d, d_ff, f"blocks.{i}.")
    state |= {"norm.weight": normal(rng, d, mean=1.0, scale=0.4), "norm.bias": normal(rng, d)}
    return {**state, "head.weight": table.clone()}


def model_case(name, rng, B, T, V, context, h, d, n_layers, d_ff):
    init = {"vocab_size": V, "context": context, "d_model": d, "n_heads": h, "n_layers": n_layers, "d_ff": d_ff}
    ids = torch.from_numpy(rng.integers(0, V - 1, size=(B, T)))  # the last jeton never comes
    call = Call("MiniGPT", {"ids": ids}, init, model_state(rng, V, context, d, n_layers, d_ff))
    return Case(f"model_{name}", call, {"B": B, "T": T, "V": V, "context": context, "d": d, "L": n_layers})


def count_case(name, V, context, d, n_layers, d_ff):
    inputs = {"vocab_size": V, "context": context, "d_model": d, "n_layers": n_layers, "d_ff": d_ff}
    return Case(f"count_{name}", Call("count_parameters", {k: int(n) for k, n in inputs.items()}))


def public():
    rng = np.random.default_rng(210)
    return [
        model_case("batch", rng, 2, 5, 11, 7, 2, 6, 2, 10),
        model_case("full_context", rng, 3, 4, 9, 4, 3, 6, 1, 8),
        model_case("one_token", rng, 1, 1, 7, 5, 1, 4, 2, 6),
        count_case("worked_example", 5, 3, 2, 1, 4),
        count_case("of_this_course", 1024, 64, 128, 2, 512),
        count_case("three_layers", 50, 12, 7, 3, 20),
    ]


def draw(rng):
    B, T, V, context, h, d, L, d_ff = (
        int(n)
        for n in rng.choice([[2, 5, 13, 9, 3, 6, 2, 10], [3, 6, 11, 8, 2, 8, 3, 14], [2, 4, 12, 10, 5, 10, 2, 7]])
    )
    return [
        model_case("batch", rng, B, T, V, context, h, d, L, d_ff),
        model_case("full_context", rng, B, T, V + 2, T, h, d, L, d_ff),
        model_case("one_layer", rng, 4, T + 1, V, context, 1, 5, 1, 9),
        model_case("one_sentence", rng, 1, T, V, context, h, d, L, d_ff),
        model_case("one_token", rng, B, 1, V, context, h, d, L, d_ff),
        count_case("small", V, context, d, L, d_ff),
        count_case("large", *rng.integers([2000, 100, 60, 4, 200], [9000, 600, 99, 12, 500])),
        count_case("one_layer", *rng.integers([200, 20, 10, 1, 50], [300, 40, 19, 2, 80])),
    ]


EXERCISE = Exercise(
    name="mini_gpt",
    atelier="atelier2",
    number="2.10",
    title=Text("MiniGPT, le modèle entier", "MiniGPT, the whole model"),
    points=8,
    functions=(
        Function(
            "MiniGPT",
            "(vocab_size, context, d_model, n_heads, n_layers, d_ff)",
            (Output("logits", "B T V"),),
            "class",
            1e-4,
            1e-4,
        ),
        Function(
            "count_parameters", "(vocab_size, context, d_model, n_layers, d_ff)", (Output("count", compare="exact"),)
        ),
    ),
    reference={"MiniGPT": MiniGPT, "count_parameters": count_parameters},
    independent={"MiniGPT": IndependentMiniGPT, "count_parameters": independent_count},
    public=public,
    draw=draw,
    provided=(CausalSelfAttention, Block),
    core=True,
)
