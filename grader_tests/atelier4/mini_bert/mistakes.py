"""4.6 MiniBert: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import BertEmbeddings, BertLayer, Group


class SelfAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.query, self.key, self.value = (nn.Linear(d_model, d_model) for _ in range(3))

    def forward(self, x, hidden):
        B, T, d = x.shape
        q, k, v = (f(x).reshape(B, T, self.n_heads, -1).permute(0, 2, 1, 3) for f in (self.query, self.key, self.value))
        scores = torch.einsum("bhid,bhjd->bhij", q, k) / (d // self.n_heads) ** 0.5 + hidden
        return torch.einsum("bhij,bhjd->bihd", scores.softmax(-1), v).reshape(B, T, d)


class SelfOutput(nn.Module):
    def __init__(self, n_in, d_model):
        super().__init__()
        self.dense = nn.Linear(n_in, d_model)
        self.LayerNorm = nn.LayerNorm(d_model, eps=1e-12)
        self.dropout = nn.Dropout(0.0)

    def forward(self, y, x):
        return self.LayerNorm(self.dropout(self.dense(y)) + x)


class AttentionBlock(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.self = SelfAttention(d_model, n_heads)
        self.output = SelfOutput(d_model, d_model)

    def forward(self, x, hidden):
        return self.output(self.self(x, hidden), x)


class LayerOfClasses(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = AttentionBlock(d_model, n_heads)
        self.intermediate = nn.Sequential()
        self.intermediate.add_module("dense", nn.Linear(d_model, d_ff))
        self.intermediate.add_module("activation", nn.GELU())
        self.output = SelfOutput(d_ff, d_model)

    def forward(self, x, hidden):
        x = self.attention(x, hidden)
        return self.output(self.intermediate(x), x)


class BertOfClasses(nn.Module):
    def __init__(self, vocab_size, n_positions, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.embeddings = BertEmbeddings(vocab_size, n_positions, d_model)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(LayerOfClasses(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.pooler = nn.ModuleDict({"dense": nn.Linear(d_model, d_model)})

    def forward(self, ids, types, mask):
        hidden = (1.0 - mask[:, None, None].float()) * torch.finfo(torch.float32).min
        x = self.embeddings(ids, types)
        for layer in self.encoder.layer:
            x = layer(x, hidden)
        return x, self.pooler["dense"](x[:, 0]).tanh()


class BertOfDicts(nn.Module):
    def __init__(self, vocab_size, n_positions, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.n_heads = n_heads

        def linear(n, m):
            return nn.Linear(n, m)

        def norm():
            return nn.LayerNorm(d_model, 1e-12)

        tables = {"word": vocab_size, "position": n_positions, "token_type": 2}
        self.embeddings = nn.ModuleDict({f"{k}_embeddings": nn.Embedding(n, d_model) for k, n in tables.items()})
        self.embeddings["LayerNorm"] = norm()
        layers = nn.ModuleList()
        for _ in range(n_layers):
            of_attention = {name: linear(d_model, d_model) for name in ("query", "key", "value")}
            merge = {"dense": linear(d_model, d_model), "LayerNorm": norm()}
            attention = nn.ModuleDict({"self": nn.ModuleDict(of_attention), "output": nn.ModuleDict(merge)})
            last = nn.ModuleDict({"dense": linear(d_ff, d_model), "LayerNorm": norm()})
            first = nn.ModuleDict({"dense": linear(d_model, d_ff)})
            layers.append(nn.ModuleDict({"attention": attention, "intermediate": first, "output": last}))
        self.encoder = nn.ModuleDict({"layer": layers})
        self.pooler = nn.ModuleDict({"dense": linear(d_model, d_model)})

    def forward(self, ids, types, mask):
        e, (B, T) = self.embeddings, ids.shape
        x = e["token_type_embeddings"](types) + e["position_embeddings"].weight[:T] + e["word_embeddings"](ids)
        x = e["LayerNorm"](x)
        seen = mask.bool()[:, None, None, :].expand(B, 1, T, T)
        for layer in self.encoder["layer"]:
            parts = layer["attention"]["self"]
            q, k, v = (parts[n](x).unflatten(-1, (self.n_heads, -1)).transpose(1, 2) for n in ("query", "key", "value"))
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen).transpose(1, 2).reshape(B, T, -1)
            out = layer["attention"]["output"]
            x = out["LayerNorm"](out["dense"](y) + x)
            y = layer["output"]["dense"](F.gelu(layer["intermediate"]["dense"](x)))
            x = layer["output"]["LayerNorm"](y + x)
        return x, self.pooler["dense"](x[:, 0, :]).tanh()


class BertBySentence(nn.Module):
    def __init__(self, vocab_size, n_positions, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.embeddings = BertEmbeddings(vocab_size, n_positions, d_model)
        self.encoder = Group(layer=nn.ModuleList([BertLayer(d_model, n_heads, d_ff) for _ in range(n_layers)]))
        self.pooler = Group(dense=nn.Linear(d_model, d_model))

    def forward(self, ids, types, mask):
        rows = []
        for i in range(len(ids)):
            x = self.embeddings(ids[i : i + 1], types[i : i + 1])
            for layer in self.encoder.layer:
                x = layer(x, mask[i : i + 1])
            rows.append(x)
        hidden = torch.cat(rows)
        return hidden, torch.stack([torch.tanh(self.pooler.dense(row[0])) for row in hidden])


class LayerByHeads(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.d_h = d_model // n_heads
        linear, norm = nn.Linear, nn.LayerNorm
        self.attention = Group(
            self=Group(**{name: linear(d_model, d_model) for name in ("query", "key", "value")}),
            output=Group(dense=linear(d_model, d_model), LayerNorm=norm(d_model, eps=1e-12)),
        )
        self.intermediate = Group(dense=linear(d_model, d_ff))
        self.output = Group(dense=linear(d_ff, d_model), LayerNorm=norm(d_model, eps=1e-12))

    def forward(self, x, mask):
        projections = self.attention.self.query, self.attention.self.key, self.attention.self.value
        q, k, v = (f(x).split(self.d_h, dim=-1) for f in projections)
        contexts = []
        for q_h, k_h, v_h in zip(q, k, v, strict=True):
            weights = torch.exp(q_h @ k_h.mT / math.sqrt(self.d_h) - 40) * mask[:, None, :]
            contexts.append(weights @ v_h / weights.sum(-1, keepdim=True))
        x = self.attention.output.LayerNorm(x + self.attention.output.dense(torch.cat(contexts, dim=-1)))
        hidden = self.intermediate.dense(x)
        hidden = 0.5 * hidden * (1 + torch.erf(hidden / math.sqrt(2)))
        return self.output.LayerNorm(self.output.dense(hidden) + x)


class BertOfLayersByHeads(nn.Module):
    def __init__(self, vocab_size, n_positions, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.pooler = Group(dense=nn.Linear(d_model, d_model))
        layers = [LayerByHeads(d_model, n_heads, d_ff) for _ in range(n_layers)]
        self.encoder = Group(layer=nn.Sequential(*layers))
        self.embeddings = BertEmbeddings(vocab_size, n_positions, d_model)

    def forward(self, ids, types, mask):
        states = [self.embeddings(ids, types)]
        for i in range(len(self.encoder.layer)):
            states.append(self.encoder.layer[i](states[-1], mask))
        first = states[-1].select(1, 0)
        return states[-1], torch.tanh(F.linear(first, self.pooler.dense.weight, self.pooler.dense.bias))


SCORES = "q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))"
MASK = 'scores = scores.masked_fill(mask[:, None, None, :] == 0, float("-inf"))'
FIRST_NORM = "output=Group(dense=nn.Linear(d_model, d_model), LayerNorm=nn.LayerNorm(d_model, eps=1e-12))"
LAST_NORM = "self.output = Group(dense=nn.Linear(d_ff, d_model), LayerNorm=nn.LayerNorm(d_model, eps=1e-12))"
FIRST = "y = merge.LayerNorm(x + merge.dense(context))"
LAST = "self.output.LayerNorm(y + self.output.dense(hidden))"
GELU = "F.gelu(self.intermediate.dense(y))"
POOLED = "torch.tanh(self.pooler.dense(x[:, 0]))"
LOOP = "for layer in self.encoder.layer:"
STEP = "x = layer(x, mask)"
QUERY, KEY = "self.heads(attention.query(x))", "self.heads(attention.key(x))"
JOINED = "context.transpose(1, 2).flatten(2)"

MISTAKES = (
    mistake("mask_missing", edit(MASK, "scores = scores")),
    mistake("mask_inverted", edit("mask[:, None, None, :] == 0", "mask[:, None, None, :] == 1"),
            edit('float("-inf")', "-10000.0")),
    mistake("mask_on_queries", edit(MASK, "scores = scores.masked_fill(mask[:, None, :, None] == 0, -10000.0)")),
    mistake("mask_on_both", edit(MASK, MASK.replace('float("-inf")', "-10000.0").replace(
        "mask[:, None, None, :]", "(mask[:, None, None, :] * mask[:, None, :, None])"))),
    mistake("mask_after_softmax", edit(MASK, "scores = scores"),
            edit("scores.softmax(dim=-1)", "(scores.softmax(dim=-1) * mask[:, None, None, :])")),
    mistake("mask_fills_zero", edit('float("-inf")', "0.0")),
    mistake("mask_added_as_it_is", edit(MASK, "scores = scores + mask[:, None, None, :]")),
    mistake("mask_in_the_first_layer_only", edit(LOOP, "for i, layer in enumerate(self.encoder.layer):"),
            edit(STEP, "x = layer(x, mask if i == 0 else torch.ones_like(mask))")),
    mistake("scale_missing", edit(SCORES, "q @ k.transpose(-2, -1)")),
    mistake("scale_of_the_whole_dimension", edit("math.sqrt(q.size(-1))", "math.sqrt(x.size(-1))")),
    mistake("scale_without_root", edit("math.sqrt(q.size(-1))", "q.size(-1)")),
    mistake("softmax_over_queries", edit(MASK, MASK.replace('float("-inf")', "-10000.0")),
            edit("scores.softmax(dim=-1)", "scores.softmax(dim=-2)")),
    mistake("one_head", edit("y.view(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)", "y[:, None]")),
    mistake("heads_cut_without_transpose",
            edit("y.view(B, T, self.n_heads, d // self.n_heads).transpose(1, 2)",
                 "y.reshape(B, self.n_heads, T, d // self.n_heads)")),
    mistake("heads_joined_without_transpose", edit(JOINED, "context.reshape(x.shape)")),
    mistake("query_and_key_swapped", edit(QUERY, "self.heads(attention.key(x))"),
            edit(", " + KEY, ", self.heads(attention.query(x))")),
    mistake("keys_for_values", edit("self.heads(attention.value(x))", "k")),
    mistake("attention_dense_missing", edit(FIRST, "y = merge.LayerNorm(x + context)")),
    mistake("first_residual_missing", edit(FIRST, "y = merge.LayerNorm(merge.dense(context))")),
    mistake("second_residual_missing", edit(LAST, "self.output.LayerNorm(self.output.dense(hidden))")),
    mistake("second_residual_from_input", edit(LAST, "self.output.LayerNorm(x + self.output.dense(hidden))")),
    mistake("first_norm_missing", edit(FIRST, "y = x + merge.dense(context)")),
    mistake("second_norm_missing", edit(LAST, "y + self.output.dense(hidden)")),
    mistake("norms_swapped", edit(FIRST, FIRST.replace("merge.LayerNorm", "self.output.LayerNorm")),
            edit(LAST, LAST.replace("self.output.LayerNorm", "merge.LayerNorm"))),
    mistake("norm_shared", edit(LAST, LAST.replace("self.output.LayerNorm", "merge.LayerNorm"))),
    mistake("pre_norm", edit("attention, merge = self.attention.self, self.attention.output",
                             "attention, merge = self.attention.self, self.attention.output\n"
                             "        before, x = x, self.attention.output.LayerNorm(x)"),
            edit(FIRST, "y = before + merge.dense(context)"),
            edit(GELU, "F.gelu(self.intermediate.dense(self.output.LayerNorm(y)))"),
            edit(LAST, "y + self.output.dense(hidden)")),
    mistake("norm_on_the_branch", edit(FIRST, "y = x + merge.LayerNorm(merge.dense(context))"),
            edit(LAST, "y + self.output.LayerNorm(self.output.dense(hidden))")),
    mistake("epsilon_of_torch", edit(FIRST_NORM, FIRST_NORM.replace(", eps=1e-12", "")),
            edit(LAST_NORM, LAST_NORM.replace(", eps=1e-12", ""))),
    mistake("gelu_tanh", edit("self.intermediate.dense(y))", 'self.intermediate.dense(y), approximate="tanh")')),
    mistake("relu", edit(GELU, "F.relu(self.intermediate.dense(y))")),
    mistake("activation_missing", edit(GELU, "self.intermediate.dense(y)")),
    mistake("activation_at_the_end", edit(GELU, "self.intermediate.dense(y)"),
            edit(LAST, "self.output.LayerNorm(y + F.gelu(self.output.dense(hidden)))")),
    mistake("network_reads_the_input", edit(GELU, "F.gelu(self.intermediate.dense(x))")),
    mistake("segments_ignored", edit("self.embeddings(ids, types)", "self.embeddings(ids, torch.zeros_like(types))")),
    mistake("mask_for_segments", edit("self.embeddings(ids, types)", "self.embeddings(ids, mask)")),
    mistake("first_layer_repeated", edit(STEP, "x = self.encoder.layer[0](x, mask)")),
    mistake("last_layer_skipped", edit(LOOP, "for layer in self.encoder.layer[:-1]:")),
    mistake("layers_reversed", edit(LOOP, "for layer in reversed(self.encoder.layer):")),
    mistake("residual_around_layers", edit(STEP, "x = x + layer(x, mask)")),
    mistake("pooler_without_tanh", edit(POOLED, "self.pooler.dense(x[:, 0])")),
    mistake("pooler_gelu", edit(POOLED, "F.gelu(self.pooler.dense(x[:, 0]))")),
    mistake("pooler_without_dense", edit(POOLED, "torch.tanh(x[:, 0])")),
    mistake("pooler_of_the_last", edit("x[:, 0]", "x[:, -1]")),
    mistake("pooler_of_the_mean", edit("x[:, 0]", "x.mean(dim=1)")),
    mistake("pooler_of_the_masked_mean",
            edit("x[:, 0]", "((x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))")),
    mistake("pooler_of_the_embeddings", edit("x[:, 0]", "self.embeddings(ids, types)[:, 0]")),
    mistake("pooler_of_the_first_sequence", edit("x[:, 0]", "x[0]")),
    mistake("pooler_of_all", edit("self.pooler.dense(x[:, 0])", "self.pooler.dense(x)")),
    mistake("hidden_without_pooled", edit(f"return x, {POOLED}", "return x")),
)  # fmt: skip

EQUIVALENTS = (
    equivalent(
        "of_classes",
        defines={"MiniBert": BertOfClasses},
        uses=(SelfAttention, SelfOutput, AttentionBlock, LayerOfClasses),
    ),
    equivalent("of_dicts", defines={"MiniBert": BertOfDicts}),
    equivalent("by_sentence", defines={"MiniBert": BertBySentence}, uses=(BertLayer,)),
    equivalent("by_heads", defines={"MiniBert": BertOfLayersByHeads}, uses=(LayerByHeads,)),
    equivalent("large_negative", edit('float("-inf")', "-1e9")),
    equivalent("masked_by_hand", edit(MASK, "scores = scores + (1 - mask[:, None, None, :]) * -10000.0")),
    equivalent(
        "scaled_before",
        edit(SCORES, "(q / math.sqrt(q.size(-1))) @ k.transpose(-2, -1)"),
        edit(STEP, "x = layer.forward(x, mask.bool())"),
    ),
)
