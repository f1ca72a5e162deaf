"""2.18 KVCache, decode_step: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import apply_rope, count_multiplications, decode, fill_cache

KEYS, VALUES = "torch.cat([self.keys[layer], K], dim=2)", "torch.cat([self.values[layer], V], dim=2)"
SEEN = "mask = torch.arange(past + t) <= past + torch.arange(t)[:, None]"
APPENDED = "        K, V = cache.append(layer, k, v)  # (B, h, past + t, d_h) each\n"
ALIGNED = "        mask = torch.arange(K.size(2)) <= K.size(2) - t + torch.arange(t)[:, None]\n"


def keeping(name, *edits):
    """A mistake in the cache."""
    return mistake(name, *edits, shown_by=(fill_cache,))


def stepping(name, *edits, **more):
    """A mistake in decode_step."""
    return mistake(name, *edits, shown_by=(decode,), **more)


def joined_along(axis):
    return edit(KEYS, KEYS.replace("dim=2", f"dim={axis}")), edit(VALUES, VALUES.replace("dim=2", f"dim={axis}"))


def decode_by_reading_all_again(model, ids, cache):
    cache.read = torch.cat([getattr(cache, "read", ids[:, :0]), ids], dim=1)
    return model(cache.read)[:, -ids.size(1) :]


class CacheOfOneEntry:
    def __init__(self, n_layers):
        self.n_layers = n_layers
        self.keys = self.values = None

    @property
    def length(self):
        return 0 if self.keys is None else self.keys.size(2)

    def append(self, layer, K, V):
        if not 0 <= layer < self.n_layers:
            raise IndexError(layer)
        if self.keys is not None:
            K = torch.cat([self.keys, K], dim=2)
            V = torch.cat([self.values, V], dim=2)
        self.keys, self.values = K, V
        return K, V


class CacheCountingLayers:
    def __init__(self, n_layers):
        self.keys, self.values, self.length = [None] * n_layers, [None] * n_layers, 0

    def append(self, layer, K, V):
        if not 0 <= layer < len(self.keys):
            raise IndexError(layer)
        self.length += K.size(2)
        if self.keys[layer] is not None:
            K = torch.cat([self.keys[layer], K], dim=2)
            V = torch.cat([self.values[layer], V], dim=2)
        self.keys[layer], self.values[layer] = K, V
        return K, V


class CacheCountingCalls:
    def __init__(self, n_layers):
        self.keys, self.values, self.length = [None] * n_layers, [None] * n_layers, 0

    def append(self, layer, K, V):
        if not 0 <= layer < len(self.keys):
            raise IndexError(layer)
        self.length += layer == 0
        if self.keys[layer] is not None:
            K = torch.cat([self.keys[layer], K], dim=2)
            V = torch.cat([self.values[layer], V], dim=2)
        self.keys[layer], self.values[layer] = K, V
        return K, V


class CacheOfPieces:
    def __init__(self, n_layers):
        self.pieces = {layer: ([], []) for layer in range(n_layers)}

    @property
    def length(self):
        return sum(piece.shape[-2] for piece in self.pieces[0][0])

    def append(self, layer, K, V):
        if layer not in self.pieces:
            raise IndexError(layer)
        keys, values = self.pieces[layer]
        keys.append(K)
        values.append(V)
        return torch.cat(keys, dim=-2), torch.cat(values, dim=-2)


class CacheWithRoom:
    def __init__(self, n_layers):
        self.room, self.filled, self.length = [None] * n_layers, [0] * n_layers, 0

    def append(self, layer, K, V):
        if layer < 0 or layer >= len(self.room):
            raise IndexError("layer")
        start, end = self.filled[layer], self.filled[layer] + K.size(2)
        if self.room[layer] is None or self.room[layer].size(3) < end:
            grown = K.new_zeros(2, *K.shape[:2], 2 * end, K.size(3))
            if start:
                grown[:, :, :, :start] = self.room[layer][:, :, :, :start]
            self.room[layer] = grown
        self.room[layer][0, :, :, start:end] = K
        self.room[layer][1, :, :, start:end] = V
        self.filled[layer] = end
        self.length = min(self.filled)
        return self.room[layer][0, :, :, :end], self.room[layer][1, :, :, :end]


class CacheOfPairs:
    def __init__(self, n_layers):
        self.pairs = [() for _ in range(n_layers)]

    @property
    def length(self):
        return self.pairs[0][0].shape[2] if self.pairs[0] else 0

    def append(self, layer, K, V):
        if layer not in range(len(self.pairs)):
            raise IndexError("layer")
        new = (K, V)
        self.pairs[layer] = tuple(torch.cat(two, 2) for two in zip(self.pairs[layer], new)) or new  # noqa: B905
        return self.pairs[layer]


class CacheAsModule(nn.Module):
    def __init__(self, n_layers):
        super().__init__()
        self.n_layers, self.length = n_layers, 0

    def append(self, layer, K, V):
        if not 0 <= layer < self.n_layers:
            raise IndexError("layer")
        for name, new in (("keys", K), ("values", V)):
            at = f"{name}_{layer}"
            setattr(self, at, torch.cat((getattr(self, at), new), dim=2) if hasattr(self, at) else new)
        if layer == self.n_layers - 1:
            self.length = getattr(self, f"keys_{layer}").size(2)
        return getattr(self, f"keys_{layer}"), getattr(self, f"values_{layer}")


def step_with_torch_attention(model, ids, cache):
    B, t = ids.shape
    n = cache.length + t
    positions = torch.arange(n - t, n).repeat(B, 1)
    seen = torch.ones(t, n, dtype=torch.bool).tril(diagonal=n - t)
    x = model.token_embedding(ids)
    for layer in range(len(model.blocks)):
        block = model.blocks[layer]
        q, k, v = block.project(block.norm1(x))
        keys, values = cache.append(layer, apply_rope(k, positions), v)
        heads = F.scaled_dot_product_attention(apply_rope(q, positions), keys, values, attn_mask=seen)
        x = x + block.W_o(heads.transpose(1, 2).reshape(B, t, -1))
        x = x + block.feed_forward(block.norm2(x))
    return model.logits(x)


def step_one_by_one(model, ids, cache):
    rows = []
    for i in range(ids.size(1)):
        position = torch.full((ids.size(0), 1), cache.length)
        x = model.token_embedding(ids[:, i : i + 1])
        for layer, block in enumerate(model.blocks):
            q, k, v = block.project(block.norm1(x))
            K, V = cache.append(layer, apply_rope(k, position), v)
            x = x + block.attend(apply_rope(q, position), K, V, torch.ones(1, K.size(2), dtype=torch.bool))
            x = x + block.feed_forward(block.norm2(x))
        rows.append(model.logits(x))
    return torch.cat(rows, dim=1)


def step_with_mask_from_the_keys(model, ids, cache):
    start = cache.length
    positions = torch.arange(start, start + ids.size(1)).unsqueeze(0).expand(ids.size(0), -1)
    hidden_state = model.token_embedding(ids)
    for i, block in enumerate(model.blocks):
        normed = block.norm1(hidden_state)
        q, k, v = (part.clone() for part in block.project(normed))
        K, V = cache.append(i, apply_rope(k, positions), v)
        n, t = K.size(2), q.size(2)
        future = torch.triu(torch.ones(t, n), diagonal=n - t + 1).bool()
        hidden_state = hidden_state + block.attend(apply_rope(q, positions), K, V, ~future)
        normed = block.norm2(hidden_state)
        hidden_state = hidden_state + block.feed_forward(normed)
    return model.logits(hidden_state)


MISTAKES = (
    keeping("joined_along_the_heads", *joined_along(1)),
    keeping("joined_along_the_batch", *joined_along(0)),
    keeping("joined_along_the_dimension", *joined_along(-1)),
    keeping(
        "newest_first",
        edit(KEYS, "torch.cat([K, self.keys[layer]], dim=2)"),
        edit(VALUES, "torch.cat([V, self.values[layer]], dim=2)"),
    ),
    keeping("past_overwritten", edit(KEYS, "K"), edit(VALUES, "V")),
    keeping(
        "returns_the_piece_only",
        edit(
            "        if self.keys[layer] is not None:", "        piece = K, V\n        if self.keys[layer] is not None:"
        ),
        edit("        return K, V", "        return piece"),
    ),
    keeping(
        "first_piece_for_ever",
        edit(
            "        self.keys[layer] = K\n        self.values[layer] = V\n",
            "        if self.keys[layer] is None:\n            self.keys[layer], self.values[layer] = K, V\n",
        ),
    ),
    keeping("values_hold_keys", edit("self.values[layer] = V", "self.values[layer] = K")),
    keeping("length_counts_heads", edit("self.keys[0].size(2)", "self.keys[0].size(1)")),
    mistake("one_entry_for_all_layers", defines={"KVCache": CacheOfOneEntry}, shown_by=(fill_cache,)),
    mistake("length_adds_the_layers", defines={"KVCache": CacheCountingLayers}, shown_by=(fill_cache,)),
    mistake("length_counts_calls", defines={"KVCache": CacheCountingCalls}, shown_by=(fill_cache,)),
    stepping("positions_from_zero", edit("positions = past + torch.arange(t)", "positions = torch.arange(t)")),
    stepping(
        "positions_one_too_far",
        edit("positions = past + torch.arange(t)", "positions = past + (past > 0) + torch.arange(t)"),
    ),
    stepping(
        "positions_read_in_the_loop",
        edit(
            "        q, k, v = block.project(block.norm1(x))",
            "        positions = cache.length + torch.arange(t)\n        q, k, v = block.project(block.norm1(x))",
        ),
    ),
    stepping("past_hidden", edit("block.attend(q, K, V, mask)", "block.attend(q, k, v, mask[:, past:])")),
    stepping("mask_from_the_top_left", edit(SEEN, "mask = torch.ones(t, past + t, dtype=torch.bool).tril()")),
    stepping("future_seen_within_the_piece", edit(SEEN, "mask = torch.ones(t, past + t, dtype=torch.bool)")),
    stepping("itself_hidden", edit(SEEN, SEEN.replace("<=", "<"))),
    stepping("keys_not_turned", edit("        k = apply_rope(k, positions.expand(B, t))\n", "")),
    stepping("queries_not_turned", edit("        q = apply_rope(q, positions.expand(B, t))\n", "")),
    stepping(
        "values_turned",
        edit("cache.append(layer, k, v)", "cache.append(layer, k, apply_rope(v, positions.expand(B, t)))"),
    ),
    stepping(
        "keys_kept_before_they_are_turned",
        edit("        k = apply_rope(k, positions.expand(B, t))\n", ""),
        edit(APPENDED, APPENDED + "        K = apply_rope(K, torch.arange(past + t).expand(B, past + t))\n"),
        convention=True,
    ),
    stepping(
        "keys_turned_again",
        edit(APPENDED, APPENDED + "        K = apply_rope(K, torch.arange(past + t).expand(B, past + t))\n"),
    ),
    stepping("appended_twice", edit(APPENDED, "        cache.append(layer, k, v)\n" + APPENDED + ALIGNED)),
    stepping("all_layers_in_the_first", edit(APPENDED, APPENDED.replace("append(layer", "append(0") + ALIGNED)),
    stepping("last_logits_only", edit("model.logits(x)", "model.logits(x[:, -1:])")),
    stepping("attention_without_residual", edit("x + block.attend", "block.attend")),
    stepping("attention_without_norm", edit("block.project(block.norm1(x))", "block.project(x)")),
    mistake(
        "all_read_again",
        defines={"decode_step": decode_by_reading_all_again},
        shown_by=(decode, count_multiplications),
    ),
)

EQUIVALENTS = (
    equivalent(
        "list_of_pieces", defines={"KVCache": CacheOfPieces}, shown_by=(fill_cache, decode, count_multiplications)
    ),
    equivalent("room_ahead", defines={"KVCache": CacheWithRoom}, shown_by=(fill_cache, decode, count_multiplications)),
    equivalent("pairs", defines={"KVCache": CacheOfPairs}, shown_by=(fill_cache, decode, count_multiplications)),
    equivalent("module", defines={"KVCache": CacheAsModule}, shown_by=(fill_cache, decode, count_multiplications)),
    equivalent(
        "torch_attention", defines={"decode_step": step_with_torch_attention}, shown_by=(decode, count_multiplications)
    ),
    equivalent("one_by_one", defines={"decode_step": step_one_by_one}, shown_by=(decode, count_multiplications)),
    equivalent(
        "mask_from_the_keys",
        defines={"decode_step": step_with_mask_from_the_keys},
        shown_by=(decode, count_multiplications),
    ),
)
