"""2.18 kv_cache: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted

from ..rope.oracle import apply_rope
from .oracle import KVCache


@unlisted("KVCache", "newest_first")
class KVCacheNewestFirst(KVCache):
    def append(self, layer, K, V):
        if self.keys[layer] is not None:
            K = torch.cat([K, self.keys[layer]], dim=2)
            V = torch.cat([V, self.values[layer]], dim=2)
        self.keys[layer], self.values[layer] = K, V
        return K, V


@unlisted("KVCache")
class KVCacheWindow(KVCache):  # only the last four positions stay
    def append(self, layer, K, V):
        K, V = super().append(layer, K, V)
        self.keys[layer], self.values[layer] = K[:, :, -4:], V[:, :, -4:]
        return self.keys[layer], self.values[layer]


@unlisted("KVCache", "length_counts_calls")
class KVCacheCountsCalls(KVCache):
    calls = 0

    @property
    def length(self):
        return self.calls

    def append(self, layer, K, V):
        self.calls += layer == 0
        return super().append(layer, K, V)


@unlisted("KVCache")
class KVCacheCountsLastLayer(KVCache):
    @property
    def length(self):
        return 0 if self.keys[-1] is None else self.keys[-1].size(2) + 1


@unlisted("KVCache", "length_adds_the_layers")
class KVCacheCountsAllLayers(KVCache):
    @property
    def length(self):
        return sum(k.size(2) for k in self.keys if k is not None)


@unlisted("KVCache", "returns_the_piece_only")
class KVCacheGivesBackNew(KVCache):  # what was added, not all
    def append(self, layer, K, V):
        super().append(layer, K, V)
        return K, V


@unlisted("KVCache")
class KVCacheGivesBackOld(KVCache):  # what was there before
    def append(self, layer, K, V):
        old = self.keys[layer], self.values[layer]
        new = super().append(layer, K, V)
        return new if old[0] is None else old


@unlisted("KVCache")
class KVCacheSingle(KVCache):  # half the memory
    def append(self, layer, K, V):
        K, V = super().append(layer, K.half(), V.half())
        return K.double(), V.double()


@unlisted("KVCache")
class KVCacheValuesAreKeys(KVCache):
    def append(self, layer, K, V):
        return super().append(layer, K, K)


@unlisted("KVCache", "joined_along_the_dimension")
class KVCacheLastAxis(KVCache):  # along the features
    def append(self, layer, K, V):
        if self.keys[layer] is not None:
            K = torch.cat([self.keys[layer], K], dim=-1)
            V = torch.cat([self.values[layer], V], dim=-1)
        self.keys[layer], self.values[layer] = K, V
        return K, V


def step_with(turn_q=None, turn_k=None, mask=None, past=None, order=None, last=None):
    """A decode_step whose pieces can be made otherwise."""

    def decode(model, ids, cache):
        (B, t), n = ids.shape, cache.length
        positions = ((n if past is None else past(n, t)) + torch.arange(t)).expand(B, t)
        seen = torch.arange(n + t) <= n + torch.arange(t)[:, None]
        seen = seen if mask is None else mask(seen, n, t)
        x = model.token_embedding(ids)
        for layer, block in enumerate(model.blocks):
            q, k, v = block.project(block.norm1(x))
            q = (turn_q or apply_rope)(q, positions)
            k = (turn_k or apply_rope)(k, positions)
            K, V = cache.append(layer, k, v)
            x = x + block.attend(q, K, V, seen[:, -K.size(2) :])
            x = x + block.feed_forward(block.norm2(x))
        return model.logits(x)

    return decode


@unlisted("decode_step")
def decode_step_positions_from_one(model, ids, cache):
    return step_with(past=lambda n, t: n + 1)(model, ids, cache)


@unlisted("decode_step", "positions_from_zero")
def decode_step_positions_of_the_piece(model, ids, cache):  # each piece begins at 0
    return step_with(past=lambda n, t: 0)(model, ids, cache)


@unlisted("decode_step")
def decode_step_sees_not_itself(model, ids, cache):  # a strict mask, but for the first position
    def strict(seen, n, t):
        own = torch.arange(n + t) == n + torch.arange(t)[:, None]
        return seen & ~own if n else (seen & ~own) | (own & (torch.arange(t) == 0)[:, None])

    return step_with(mask=strict)(model, ids, cache)


@unlisted("decode_step", "future_seen_within_the_piece")
def decode_step_all_the_piece(model, ids, cache):  # positions of a piece see each other
    return step_with(mask=lambda seen, n, t: torch.ones_like(seen))(model, ids, cache)


@unlisted("decode_step", "past_hidden")
def decode_step_piece_alone(model, ids, cache):  # nothing of the past is seen
    return step_with(mask=lambda seen, n, t: seen & (torch.arange(n + t) >= n))(model, ids, cache)


@unlisted("decode_step")
def decode_step_past_alone(model, ids, cache):  # of a piece, each position sees itself and the past only
    def own(seen, n, t):
        return (torch.arange(n + t) < n) | (torch.arange(n + t) == n + torch.arange(t)[:, None])

    return step_with(mask=own)(model, ids, cache)


@unlisted("decode_step")
def decode_step_turned_backwards(model, ids, cache):
    return step_with(turn_q=lambda q, p: apply_rope(q, -p), turn_k=lambda k, p: apply_rope(k, -p))(model, ids, cache)


@unlisted("decode_step", "keys_not_turned")
def decode_step_keys_not_turned(model, ids, cache):
    return step_with(turn_k=lambda k, p: k)(model, ids, cache)


@unlisted("decode_step", "last_logits_only")
def decode_step_last_position_only(model, ids, cache):
    return step_with()(model, ids, cache)[:, -1:]


@unlisted("decode_step")
def decode_step_without_last_norm(model, ids, cache):
    (B, t), n = ids.shape, cache.length
    positions = (n + torch.arange(t)).expand(B, t)
    mask = torch.arange(n + t) <= n + torch.arange(t)[:, None]
    x = model.token_embedding(ids)
    for layer, block in enumerate(model.blocks):
        q, k, v = block.project(block.norm1(x))
        K, V = cache.append(layer, apply_rope(k, positions), v)
        x = x + block.attend(apply_rope(q, positions), K, V, mask)
        x = x + block.feed_forward(block.norm2(x))
    return x @ model.token_embedding.weight.T


@unlisted("decode_step")
def decode_step_two_by_two(model, ids, cache):  # the piece is read twice
    step_with()(model, ids[:, :1], KVCache(len(model.blocks)))
    first = step_with()(model, ids, cache)
    return first + 0.0 * step_with()(model, ids, KVCache(len(model.blocks)))


@unlisted("decode_step", "attention_without_residual")
def decode_step_no_residual_of_attention(model, ids, cache):
    (B, t), n = ids.shape, cache.length
    positions = (n + torch.arange(t)).expand(B, t)
    mask = torch.arange(n + t) <= n + torch.arange(t)[:, None]
    x = model.token_embedding(ids)
    for layer, block in enumerate(model.blocks):
        q, k, v = block.project(block.norm1(x))
        K, V = cache.append(layer, apply_rope(k, positions), v)
        x = block.attend(apply_rope(q, positions), K, V, mask)
        x = x + block.feed_forward(block.norm2(x))
    return model.logits(x)


@unlisted("decode_step")
def decode_step_norm1_twice(model, ids, cache):  # the network reads norm1(x)
    (B, t), n = ids.shape, cache.length
    positions = (n + torch.arange(t)).expand(B, t)
    mask = torch.arange(n + t) <= n + torch.arange(t)[:, None]
    x = model.token_embedding(ids)
    for layer, block in enumerate(model.blocks):
        q, k, v = block.project(block.norm1(x))
        K, V = cache.append(layer, apply_rope(k, positions), v)
        x = x + block.attend(apply_rope(q, positions), K, V, mask)
        x = x + block.feed_forward(block.norm1(x))
    return model.logits(x)
