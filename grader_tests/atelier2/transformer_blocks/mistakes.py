"""2.9 transformer_blocks: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from ..provided_model import CausalSelfAttention


class Parts(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.attention = CausalSelfAttention(d_model, n_heads)

    def network(self, x):
        return self.linear2(F.gelu(self.linear1(x)))


class PreOfParts(Parts):
    def forward(self, x):
        for norm, sublayer in ((self.norm1, self.attention), (self.norm2, self.network)):
            x = sublayer(norm(x)) + x
        return x


class PostOfParts(Parts):
    def forward(self, x):
        for norm, sublayer in ((self.norm1, self.attention), (self.norm2, self.network)):
            x = norm(sublayer(x) + x)
        return x


class PreByFunctions(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = CausalSelfAttention(d_model, n_heads)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        d = x.shape[-1]
        a = F.layer_norm(x, (d,), self.norm1.weight, self.norm1.bias, self.norm1.eps)
        x = torch.add(x, self.attention(a))
        a = F.layer_norm(x, (d,), self.norm2.weight, self.norm2.bias, self.norm2.eps)
        a = a @ self.linear1.weight.T + self.linear1.bias
        return x + F.linear(a * torch.special.ndtr(a), self.linear2.weight, self.linear2.bias)


class PostWithModules(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.add_module("attention", CausalSelfAttention(d_model, n_heads))
        for name in ("norm1", "norm2"):
            setattr(self, name, nn.LayerNorm(d_model))
        self.linear1, self.activation, self.linear2 = nn.Linear(d_model, d_ff), nn.GELU(), nn.Linear(d_ff, d_model)

    def forward(self, x):
        y = self.attention(x)
        y += x
        y = self.norm1(y)
        z = self.linear2(self.activation(self.linear1(y)))
        z += y
        return self.norm2(z)


class PreByPosition(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = CausalSelfAttention(d_model, n_heads)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        sentences = [self.attention(self.norm1(sentence.unsqueeze(0))) for sentence in x]
        x = x + torch.cat(sentences)
        rows = [self.linear2(F.gelu(self.linear1(self.norm2(x[:, t])))) for t in range(x.size(1))]
        return x + torch.stack(rows, dim=1)


class PostWithDropout(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout=0.0):
        super().__init__()
        self.attention = CausalSelfAttention(d_model, n_heads)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        x = self.norm1(x + self.dropout(self.attention.forward(x)))
        feed_forward = nn.Sequential(self.linear1, nn.GELU(approximate="none"), self.linear2)
        return self.norm2(x + self.dropout(feed_forward(x)))


class PreInDouble(nn.Module):
    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.attention = CausalSelfAttention(d_model, n_heads)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        attended = x + self.attention(self.norm1(x))
        hidden = self.linear1(self.norm2(attended)).double()
        hidden = hidden * 0.5 * (1 + torch.erf(hidden / 2**0.5))
        return attended + self.linear2(hidden.to(x.dtype))


MISTAKES = (
    mistake(
        "post_for_pre",
        edit("x + self.attention(self.norm1(x))", "self.norm1(x + self.attention(x))"),
        edit("self.linear1(self.norm2(x))", "self.linear1(x)"),
        edit("return x + self.linear2(hidden)", "return self.norm2(x + self.linear2(hidden))", within="PreNormBlock"),
    ),
    mistake(
        "pre_for_post",
        edit("self.norm1(x + self.attention(x))", "x + self.attention(self.norm1(x))"),
        edit("self.linear1(x)", "self.linear1(self.norm2(x))"),
        edit("self.norm2(x + self.linear2(hidden))", "x + self.linear2(hidden)"),
    ),
    mistake(
        "norm_on_the_branch",
        edit("x + self.attention(self.norm1(x))", "x + self.norm1(self.attention(x))"),
        edit("self.linear1(self.norm2(x))", "self.linear1(x)"),
        edit("return x + self.linear2(hidden)", "return x + self.norm2(self.linear2(hidden))", within="PreNormBlock"),
        edit("self.norm1(x + self.attention(x))", "x + self.norm1(self.attention(x))"),
        edit("self.norm2(x + self.linear2(hidden))", "x + self.norm2(self.linear2(hidden))"),
    ),
    mistake(
        "residual_from_normalised",
        edit("x = x + self.attention(self.norm1(x))", "x = self.norm1(x)\n        x = x + self.attention(x)"),
        edit(
            "hidden = F.gelu(self.linear1(self.norm2(x)))",
            "x = self.norm2(x)\n        hidden = F.gelu(self.linear1(x))",
        ),
    ),
    mistake("pre_first_residual_missing", edit("x + self.attention(self.norm1(x))", "self.attention(self.norm1(x))")),
    mistake(
        "pre_second_residual_missing",
        edit("return x + self.linear2(hidden)", "return self.linear2(hidden)", within="PreNormBlock"),
    ),
    mistake("pre_shared_norm", edit("self.norm2(x)", "self.norm1(x)", within="PreNormBlock")),
    mistake(
        "pre_norms_swapped",
        edit("self.norm1(x)", "self.norm2(x)", within="PreNormBlock"),
        edit("self.linear1(self.norm2(x))", "self.linear1(self.norm1(x))"),
    ),
    mistake("pre_first_norm_missing", edit("self.attention(self.norm1(x))", "self.attention(x)")),
    mistake("pre_second_norm_missing", edit("self.linear1(self.norm2(x))", "self.linear1(x)")),
    mistake(
        "pre_second_residual_from_input",
        edit("x = x + self.attention(self.norm1(x))", "y = x + self.attention(self.norm1(x))"),
        edit("self.linear1(self.norm2(x))", "self.linear1(self.norm2(y))"),
    ),
    mistake(
        "pre_parallel",
        edit("x = x + self.attention(self.norm1(x))", "y = x + self.attention(self.norm1(x))"),
        edit("return x + self.linear2(hidden)", "return y + self.linear2(hidden)", within="PreNormBlock"),
    ),
    mistake(
        "pre_network_first",
        edit(
            "x = x + self.attention(self.norm1(x))",
            "x = x + self.linear2(F.gelu(self.linear1(self.norm2(x))))",
        ),
        edit("\n        hidden = F.gelu(self.linear1(self.norm2(x)))", "\n        hidden = self.norm1(x)"),
        edit("return x + self.linear2(hidden)", "return x + self.attention(hidden)", within="PreNormBlock"),
    ),
    mistake("post_first_residual_missing", edit("self.norm1(x + self.attention(x))", "self.norm1(self.attention(x))")),
    mistake("post_second_residual_missing", edit("self.norm2(x + self.linear2", "self.norm2(self.linear2")),
    mistake("post_shared_norm", edit("self.norm2(x + self.linear2", "self.norm1(x + self.linear2")),
    mistake(
        "post_norms_swapped",
        edit("self.norm1(x + self.attention(x))", "self.norm2(x + self.attention(x))"),
        edit("self.norm2(x + self.linear2", "self.norm1(x + self.linear2"),
    ),
    mistake("post_first_norm_missing", edit("self.norm1(x + self.attention(x))", "x + self.attention(x)")),
    mistake("post_second_norm_missing", edit("self.norm2(x + self.linear2(hidden))", "x + self.linear2(hidden)")),
    mistake(
        "post_second_residual_from_input",
        edit("x = self.norm1(x + self.attention(x))", "y = self.norm1(x + self.attention(x))"),
        edit("F.gelu(self.linear1(x))", "F.gelu(self.linear1(y))"),
    ),
    mistake(
        "post_parallel",
        edit("x = self.norm1(x + self.attention(x))", "y = self.norm1(x + self.attention(x))"),
        edit("self.norm2(x + self.linear2", "self.norm2(y + self.linear2"),
    ),
    mistake(
        "relu",
        edit("F.gelu(self.linear1(self.norm2(x)))", "F.relu(self.linear1(self.norm2(x)))"),
        edit("F.gelu(self.linear1(x))", "F.relu(self.linear1(x))"),
    ),
    mistake(
        "tanh_gelu",
        edit("self.linear1(self.norm2(x)))", 'self.linear1(self.norm2(x)), approximate="tanh")'),
        edit("self.linear1(x))", 'self.linear1(x), approximate="tanh")'),
    ),
    mistake(
        "activation_missing",
        edit("F.gelu(self.linear1(self.norm2(x)))", "self.linear1(self.norm2(x))"),
        edit("F.gelu(self.linear1(x))", "self.linear1(x)"),
    ),
    mistake(
        "activation_at_the_end",
        edit("F.gelu(self.linear1(self.norm2(x)))", "self.linear1(self.norm2(x))"),
        edit("self.linear2(hidden)", "F.gelu(self.linear2(hidden))", within="PreNormBlock"),
        edit("F.gelu(self.linear1(x))", "self.linear1(x)"),
        edit("self.linear2(hidden)", "F.gelu(self.linear2(hidden))", within="PostNormBlock"),
    ),
)

EQUIVALENTS = (
    equivalent("loops", defines={"PreNormBlock": PreOfParts, "PostNormBlock": PostOfParts}, uses=(Parts,)),
    equivalent("by_functions", defines={"PreNormBlock": PreByFunctions}),
    equivalent("in_place_sums", defines={"PostNormBlock": PostWithModules}),
    equivalent("by_position", defines={"PreNormBlock": PreByPosition}),
    equivalent("dropout_of_zero", defines={"PostNormBlock": PostWithDropout}),
    equivalent("activation_in_float64", defines={"PreNormBlock": PreInDouble}),
    equivalent(
        "attention_kept_apart",
        edit(
            "x = x + self.attention(self.norm1(x))",
            "attended = self.attention(self.norm1(x))\n        x = attended.add(x)",
        ),
        edit(
            "return self.norm2(x + self.linear2(hidden))",
            "return self.norm2(torch.stack([x, self.linear2(hidden)]).sum(0))",
        ),
    ),
)
