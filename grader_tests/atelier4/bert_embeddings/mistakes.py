"""4.5 BERT's entrance: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

WORDS = 'words = params["embeddings.word_embeddings.weight"][ids]'
POSITIONS = 'params["embeddings.position_embeddings.weight"][: ids.shape[1]]'
SEGMENTS = 'params["embeddings.token_type_embeddings.weight"][types]'
SUM = "x = words + positions + segments"
MEAN = "mean = x.mean(dim=-1, keepdim=True)"
VARIANCE = "x.var(dim=-1, unbiased=False, keepdim=True)"
NORMALIZED = "x = (x - mean) / torch.sqrt(variance + 1e-12)"
GAMMA, BETA = 'params["embeddings.LayerNorm.weight"]', 'params["embeddings.LayerNorm.bias"]'
RETURN = 'return x * params["embeddings.LayerNorm.weight"] + params["embeddings.LayerNorm.bias"]'


def by_modules(ids, types, params):
    def table(name):
        return nn.Embedding.from_pretrained(params[f"embeddings.{name}.weight"])

    x = table("word_embeddings")(ids) + table("token_type_embeddings")(types)
    x = x + table("position_embeddings")(torch.arange(ids.size(1)).expand_as(ids))
    weight, bias = params["embeddings.LayerNorm.weight"], params["embeddings.LayerNorm.bias"]
    return F.layer_norm(x, (x.size(-1),), weight, bias, 1e-12)


def by_one_hot(ids, types, params):
    def rows(name, index):
        table = params[f"embeddings.{name}.weight"]
        return F.one_hot(index, table.shape[0]).to(table.dtype) @ table

    x = rows("word_embeddings", ids) + rows("token_type_embeddings", types)
    x = x + rows("position_embeddings", torch.arange(ids.shape[1]))
    x = x - x.mean(-1, keepdim=True)
    x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-12)
    return x * params["embeddings.LayerNorm.weight"] + params["embeddings.LayerNorm.bias"]


MISTAKES = (
    mistake("no_segments", edit(SUM, "x = words + positions")),
    mistake("no_positions", edit(SUM, "x = words + segments")),
    mistake("segment_always_zero", edit(SEGMENTS, SEGMENTS.replace("[types]", "[torch.zeros_like(types)]"))),
    mistake("segments_swapped", edit(SEGMENTS, SEGMENTS.replace("[types]", "[1 - types]"))),
    mistake("positions_from_one", edit(POSITIONS, POSITIONS.replace("[: ids.shape[1]]", "[1 : ids.shape[1] + 1]"))),
    mistake("positions_backwards", edit(POSITIONS, POSITIONS + ".flip(0)")),
    mistake("positions_skip_filling", edit(POSITIONS, POSITIONS.replace(
        "[: ids.shape[1]]", "[((ids != 0).cumsum(1) * (ids != 0) - 1).clamp(min=0)]"))),
    mistake(
        "positions_begin_anew",
        edit(POSITIONS, POSITIONS.replace(
            "[: ids.shape[1]]",
            "[torch.arange(ids.shape[1]) - types * (1 - types).sum(1, keepdim=True)]")),
    ),
    mistake("scaled_words", edit(WORDS, "words = math.sqrt(params[\"embeddings.LayerNorm.bias\"].shape[0]) * "
                                        "params[\"embeddings.word_embeddings.weight\"][ids]")),
    mistake("no_normalization", edit(NORMALIZED, "x = x")),
    mistake("no_scale_and_shift", edit(RETURN, "return x")),
    mistake("no_shift", edit(RETURN, 'return x * params["embeddings.LayerNorm.weight"]')),
    mistake("no_scale", edit(RETURN, 'return x + params["embeddings.LayerNorm.bias"]')),
    mistake("shift_before_scale", edit(RETURN, f"return (x + {BETA}) * {GAMMA}")),
    mistake("words_normalized_alone", edit(SUM, "x = words"), edit(RETURN, RETURN + " + positions + segments")),
    mistake("variance_of_a_sample", edit(VARIANCE, VARIANCE.replace("False", "True"))),
    mistake("mean_over_tokens", edit(MEAN, MEAN.replace("dim=-1", "dim=1")),
            edit(VARIANCE, VARIANCE.replace("dim=-1", "dim=1"))),
    mistake("mean_over_everything", edit(MEAN, MEAN.replace("dim=-1", "dim=(1, 2)")),
            edit(VARIANCE, VARIANCE.replace("dim=-1", "dim=(1, 2)"))),
    mistake("mean_kept", edit(NORMALIZED, "x = x / torch.sqrt(variance + 1e-12)")),
    mistake("root_mean_square", edit(VARIANCE, "x.pow(2).mean(dim=-1, keepdim=True)"), edit("(x - mean)", "x")),
    mistake("no_root", edit(NORMALIZED, "x = (x - mean) / (variance + 1e-12)")),
    mistake("epsilon_of_torch", edit("1e-12)", "1e-5)")),
)  # fmt: skip

EQUIVALENTS = (
    equivalent("by_modules", defines={"bert_embeddings": by_modules}),
    equivalent("by_one_hot", defines={"bert_embeddings": by_one_hot}),
    equivalent(
        "positions_by_index", edit(POSITIONS, POSITIONS.replace("[: ids.shape[1]]", "[torch.arange(ids.shape[1])]"))
    ),
    equivalent("power", edit(NORMALIZED, "x = (x - mean) * (variance + 1e-12) ** -0.5")),
)
