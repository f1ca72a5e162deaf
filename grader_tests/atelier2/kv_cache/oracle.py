"""2.18 KVCache, decode_step: what was read is not computed again.

Neither a model nor a cache travels as data, so cases go through helpers that the notebook gives: ``fill_cache`` appends
pieces to a cache, ``decode`` reads a text in pieces, ``count_multiplications`` counts what each piece costs. In some
cases of ``decode`` the past is given as keys and values of no text: whoever computes it again from ids cannot know it.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from scipy import special
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text

from ..rope.oracle import apply_rope


class KVCache:
    """The keys and values that each layer has computed so far."""

    def __init__(self, n_layers):
        self.keys = [None] * n_layers
        self.values = [None] * n_layers

    @property
    def length(self):
        """How many positions the first layer holds: 0 at first."""
        return 0 if self.keys[0] is None else self.keys[0].size(2)

    def append(self, layer, K, V):
        """Adds K, V (B, h, t, d_h) after what the layer holds; returns all it holds, both (B, h, length, d_h)."""
        if not 0 <= layer < len(self.keys):
            raise IndexError(f"no layer {layer}: there are {len(self.keys)}")
        if self.keys[layer] is not None:
            K = torch.cat([self.keys[layer], K], dim=2)  # (B, h, n, d_h), (B, h, t, d_h) -> (B, h, n + t, d_h)
            V = torch.cat([self.values[layer], V], dim=2)
        self.keys[layer] = K
        self.values[layer] = V
        return K, V


def decode_step(model, ids, cache):
    """Logits at t new positions, which follow those of the cache; their keys and values join it.

    ids (B, t) -> logits (B, t, V).
    """
    B, t = ids.shape
    past = cache.length
    positions = past + torch.arange(t)  # (t,)
    mask = torch.arange(past + t) <= past + torch.arange(t)[:, None]  # (t, past + t), True = may be seen
    x = model.token_embedding(ids)  # (B, t, d)
    for layer, block in enumerate(model.blocks):
        q, k, v = block.project(block.norm1(x))  # (B, h, t, d_h) each
        q = apply_rope(q, positions.expand(B, t))
        k = apply_rope(k, positions.expand(B, t))
        K, V = cache.append(layer, k, v)  # (B, h, past + t, d_h) each
        x = x + block.attend(q, K, V, mask)  # (B, t, d)
        x = x + block.feed_forward(block.norm2(x))  # (B, t, d)
    return model.logits(x)  # (B, t, V)


class RotaryBlock(nn.Module):
    """A pre-norm block in pieces. What turns queries and keys by their positions is left to whoever calls them."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.n_heads = n_heads
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.W_q, self.W_k = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.W_v, self.W_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def project(self, y):
        """y (B, t, d) -> q, k, v, each (B, h, t, d_h): projected, split into heads, not turned."""
        B, t, d = y.shape
        parts = self.W_q(y), self.W_k(y), self.W_v(y)
        return [part.view(B, t, self.n_heads, d // self.n_heads).transpose(1, 2) for part in parts]

    def attend(self, q, K, V, mask):
        """q (B, h, t, d_h), K and V (B, h, n, d_h), mask (t, n) with True = may be seen -> (B, t, d)."""
        scores = q @ K.transpose(-2, -1) / math.sqrt(q.size(-1))  # (B, h, t, n)
        weights = F.softmax(scores.masked_fill(~mask, float("-inf")), dim=-1)
        return self.W_o((weights @ V).transpose(1, 2).flatten(2))

    def feed_forward(self, y):
        """y (B, t, d) -> (B, t, d)."""
        return self.linear2(F.gelu(self.linear1(y)))


class RotaryGPT(nn.Module):
    """A language model with rotary positions, whose pieces can be called one by one."""

    def __init__(self, vocab_size, d_model, n_heads, n_layers, d_ff):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, d_model)
        self.blocks = nn.ModuleList([RotaryBlock(d_model, n_heads, d_ff) for _ in range(n_layers)])
        self.norm = nn.LayerNorm(d_model)

    def logits(self, x):
        """x (B, t, d) -> (B, t, V): the last normalisation, then the embeddings' table."""
        return F.linear(self.norm(x), self.token_embedding.weight)

    def forward(self, ids):
        """The whole text at once, no cache. ids (B, T) -> logits (B, T, V)."""
        B, T = ids.shape
        positions, mask = torch.arange(T).expand(B, T), torch.ones(T, T, dtype=torch.bool).tril()
        x = self.token_embedding(ids)
        for block in self.blocks:
            q, k, v = block.project(block.norm1(x))
            x = x + block.attend(apply_rope(q, positions), apply_rope(k, positions), v, mask)
            x = x + block.feed_forward(block.norm2(x))
        return self.logits(x)


def rotary_model(sizes, weights):
    """A RotaryGPT of these sizes (V, d, h, n_layers, d_ff) with these weights, in double precision."""
    model = RotaryGPT(*sizes).double()
    model.load_state_dict(weights)
    return model.eval()


def fill_cache(cache_class, K, V, pieces):
    """What a cache gives back once K, V (n_layers, B, h, T, d_h) are appended, so many positions at a time.

    -> the keys of all layers, one layer after the other along the positions (B, h, n_layers·T, d_h), the values
    likewise, and the cache's length before, between and after the pieces.
    """
    other = cache_class(len(K))
    other.append(0, V[0], K[0])  # another text: it must not be found in the cache that follows
    cache, start = cache_class(len(K)), 0
    lengths = [cache.length]
    for t in pieces:
        held = [
            cache.append(layer, K[layer, :, :, start : start + t], V[layer, :, :, start : start + t])
            for layer in range(len(K))
        ]
        lengths.append(cache.length)
        start += t
    keys, values = (torch.cat([kept[i] for kept in held], dim=2) for i in (0, 1))
    return keys, values, torch.tensor(lengths)


def decode(decode_step, cache_class, sizes, weights, ids, pieces, past_K=None, past_V=None):
    """The logits (B, T, V) that decode_step gives when ids (B, T) are read so many at a time.

    past_K, past_V (n_layers, B, h, n, d_h): what the cache holds at first, if it is not empty.
    """
    model, cache, start, logits = rotary_model(sizes, weights), cache_class(sizes[3]), 0, []
    if past_K is not None:
        for layer in range(sizes[3]):
            cache.append(layer, past_K[layer], past_V[layer])
    with torch.no_grad():
        for t in pieces:
            logits.append(decode_step(model, ids[:, start : start + t], cache))
            start += t
    return torch.cat(logits, dim=1)


def count_multiplications(decode_step, cache_class, sizes, weights, ids, pieces):
    """How many multiplications the matrix products of each call of decode_step take: (number of pieces,)."""
    from torch.utils.flop_counter import FlopCounterMode

    model, cache, start, counts = rotary_model(sizes, weights), cache_class(sizes[3]), 0, []
    with torch.no_grad():
        for t in pieces:
            with FlopCounterMode(display=False) as counter:
                decode_step(model, ids[:, start : start + t], cache)
            counts.append(counter.get_total_flops() // 2)  # it counts a product and a sum as two
            start += t
    return torch.tensor(counts)


def independent_fill_cache(cache_class, K, V, pieces):
    """Nothing is cut."""
    keys, values = (np.concatenate(list(x.numpy()[:, :, :, : sum(pieces)]), axis=2) for x in (K, V))
    return torch.from_numpy(keys), torch.from_numpy(values), torch.from_numpy(np.cumsum([0, *pieces]))


def turned(x, positions):
    """Rotary positions as products of complex numbers. x (B, h, T, d_h)."""
    z = np.ascontiguousarray(x).view(np.complex128)  # (B, h, T, d_h/2)
    angles = np.outer(positions, 10000.0 ** (-np.arange(z.shape[-1]) / z.shape[-1]))
    return (z * np.exp(1j * angles)).view(np.float64)


def independent_decode(decode_step, cache_class, sizes, weights, ids, pieces, past_K=None, past_V=None):
    """The whole text at once, in NumPy, query by query."""
    _, d, h, n_layers, _ = sizes
    w = {name: value.numpy() for name, value in weights.items()}
    (B, T), d_h = ids.shape, d // h

    def normed(x, name):
        centred = x - x.mean(axis=-1, keepdims=True)
        return centred / np.sqrt(centred.var(axis=-1, keepdims=True) + 1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x, name):
        return np.einsum("bti,oi->bto", x, w[f"{name}.weight"]) + w[f"{name}.bias"]

    x = w["token_embedding.weight"][ids.numpy()]
    for layer in range(n_layers):
        at, y = f"blocks.{layer}", normed(x, f"blocks.{layer}.norm1")
        q, k, v = (np.moveaxis(linear(y, f"{at}.W_{s}").reshape(B, T, h, d_h), 2, 1) for s in "qkv")
        before = 0 if past_K is None else past_K.size(3)
        q, k = turned(q, before + np.arange(T)), turned(k, before + np.arange(T))
        if past_K is not None:
            k = np.concatenate([past_K[layer].numpy(), k], axis=2)
            v = np.concatenate([past_V[layer].numpy(), v], axis=2)
        heads = np.empty((B, T, h, d_h))
        for b, i, j in np.ndindex(B, T, h):
            scores = k[b, j, : before + i + 1] @ q[b, j, i] / np.sqrt(d_h)
            heads[b, i, j] = special.softmax(scores) @ v[b, j, : before + i + 1]
        x = x + linear(heads.reshape(B, T, d), f"{at}.W_o")
        y = linear(normed(x, f"{at}.norm2"), f"{at}.linear1")
        x = x + linear(y * special.ndtr(y), f"{at}.linear2")
    return torch.from_numpy(normed(x, "norm") @ w["token_embedding.weight"].T)


def multiplications(sizes, B, t, n):
    """Of one call that reads t positions and sees n in all."""
    V, d, _, n_layers, d_ff = sizes
    return B * t * (n_layers * (4 * d * d + 2 * d * d_ff + 2 * n * d) + d * V)


def independent_count(decode_step, cache_class, sizes, weights, ids, pieces):
    """In closed form."""
    seen = np.cumsum(pieces).tolist()
    return torch.tensor([multiplications(sizes, len(ids), t, n) for t, n in zip(pieces, seen, strict=True)])


def cheap(inputs, counts):
    """For each piece, whether it costs half as much again as it must, or less."""
    must = independent_count(**inputs)
    return (counts > 0) & (2 * counts <= 3 * must) if counts.shape == must.shape else counts


def normal(rng, *shape, scale=1.0, mean=0.0):
    return torch.from_numpy(rng.normal(mean, scale, size=shape))


def weights_of(rng, V, d, h, n_layers, d_ff):
    """Random weights by name, all visibly different from their initial values."""
    weights = {"token_embedding.weight": normal(rng, V, d)}
    for layer in range(n_layers):
        at = f"blocks.{layer}"
        for norm in ("norm1", "norm2"):
            weights[f"{at}.{norm}.weight"] = normal(rng, d, scale=0.3, mean=1.0)
            weights[f"{at}.{norm}.bias"] = normal(rng, d, scale=0.3)
        for name, out, into in (*((f"W_{s}", d, d) for s in "qkvo"), ("linear1", d_ff, d), ("linear2", d, d_ff)):
            weights[f"{at}.{name}.weight"] = normal(rng, out, into, scale=1.5 * into**-0.5)
            weights[f"{at}.{name}.bias"] = normal(rng, out, scale=0.3)
    weights["norm.weight"], weights["norm.bias"] = normal(rng, d, scale=0.3, mean=1.0), normal(rng, d, scale=0.3)
    return weights


def fill_case(name, rng, n_layers, B, h, d_h, pieces):
    K, V = (normal(rng, n_layers, B, h, sum(pieces), d_h) for _ in range(2))
    call = Call("fill_cache", {"cache_class": Ref("KVCache"), "K": K, "V": V, "pieces": pieces})
    return Case(name, call, {"B": B, "h": h, "L·T": n_layers * sum(pieces), "d_h": d_h})


def inputs_of(sizes, weights, ids, pieces):
    asked = {"decode_step": Ref("decode_step"), "cache_class": Ref("KVCache")}
    return {**asked, "sizes": list(sizes), "weights": weights, "ids": ids, "pieces": pieces}


def decode_case(name, rng, sizes, weights, B, pieces, past=0):
    V, d, h, n_layers, _ = sizes
    inputs = inputs_of(sizes, weights, torch.from_numpy(rng.integers(0, V, size=(B, sum(pieces)))), pieces)
    if past:
        inputs["past_K"], inputs["past_V"] = (normal(rng, n_layers, B, h, past, d // h) for _ in range(2))
    return Case(name, Call("decode", inputs), {"B": B, "T": sum(pieces), "V": V})


def count_case(name, rng, sizes, weights, B, pieces):
    ids = torch.from_numpy(rng.integers(0, sizes[0], size=(B, sum(pieces))))
    call = Call("count_multiplications", inputs_of(sizes, weights, ids, pieces))
    return Case(name, call, {"pieces": len(pieces)}, observe=cheap)


def public():
    rng = np.random.default_rng(218)
    sizes = (11, 12, 3, 2, 10)
    weights = weights_of(rng, *sizes)
    return [
        fill_case("three_pieces", rng, 2, 1, 3, 4, [3, 1, 2]),
        fill_case("equal_pieces", rng, 3, 2, 5, 4, [2, 2]),
        fill_case("one_piece", rng, 2, 2, 3, 5, [4]),
        decode_case("one_by_one", rng, sizes, weights, 1, [1] * 5),
        decode_case("all_at_once", rng, sizes, weights, 2, [5]),
        decode_case("prompt_then_one_by_one", rng, sizes, weights, 2, [3, 1, 1]),
        decode_case("in_pieces", rng, sizes, weights, 2, [2, 3, 2]),
        decode_case("given_past", rng, sizes, weights, 2, [2, 1], past=3),
    ]


def draw(rng):
    h, d_h, n_layers, B = (int(n) for n in rng.choice([[3, 4, 2, 5], [2, 6, 3, 4], [4, 6, 3, 2]]))
    sizes = (13, h * d_h, h, n_layers, 17)
    weights = weights_of(rng, *sizes)
    n = int(rng.integers(3, 6))
    small = (7, 8, 2, 2, 9)
    return [
        fill_case("pieces", rng, n_layers, B, h, d_h, [n, 1, 2, 1]),
        fill_case("equal_pieces", rng, n_layers, B, h, d_h + 3, [3, 3, 3]),
        fill_case("one_by_one", rng, n_layers, 1, h, d_h, [1] * 6),
        fill_case("one_layer", rng, 1, B, h, d_h, [2, n]),
        decode_case("prompt_then_one_by_one", rng, sizes, weights, B, [n] + [1] * n),
        decode_case("one_by_one", rng, sizes, weights, B, [1] * 7),
        decode_case("all_at_once", rng, sizes, weights, B, [n + 3]),
        decode_case("in_pieces", rng, sizes, weights, B, [2, 4, 3]),
        decode_case("one_sentence", rng, sizes, weights, 1, [3, 2, 1]),
        decode_case("given_past", rng, sizes, weights, B, [1, 3, 1], past=n + 1),
        decode_case("given_past_one_by_one", rng, sizes, weights, 1, [1, 1], past=6),
        count_case("cost", rng, small, weights_of(rng, *small), 2, [12] + [1] * 8),
        count_case("cost_of_pieces", rng, small, weights_of(rng, *small), 1, [4, 4, 4, 4]),
    ]


EXERCISE = Exercise(
    name="kv_cache",
    atelier="atelier2",
    number="2.18",
    title=Text("Le cache des clés et des valeurs", "The cache of keys and values"),
    points=6,
    functions=(
        Function("KVCache", "(n_layers)", (Output("K", "B h n d_h"), Output("V", "B h n d_h")), "class"),
        Function("decode_step", "(model, ids, cache)", (Output("logits", "B t V"),), rtol=1e-9, atol=1e-10),
        Function(
            "fill_cache",
            "(cache_class, K, V, pieces)",
            (
                Output("K", "B h L·T d_h", compare="exact"),
                Output("V", "B h L·T d_h", compare="exact"),
                Output("lengths", "pieces+1", compare="exact"),
            ),
        ),
        Function(
            "decode",
            "(decode_step, cache_class, sizes, weights, ids, pieces, past_K, past_V)",
            (Output("logits", "B T V"),),
            rtol=1e-9,
            atol=1e-10,
        ),
        Function(
            "count_multiplications",
            "(decode_step, cache_class, sizes, weights, ids, pieces)",
            (Output("cheap", "pieces", compare="exact"),),
        ),
    ),
    reference={"KVCache": KVCache, "decode_step": decode_step},
    independent={
        "fill_cache": independent_fill_cache,
        "decode": independent_decode,
        "count_multiplications": independent_count,
    },
    public=public,
    draw=draw,
    provided=(apply_rope, RotaryBlock, RotaryGPT, rotary_model, fill_cache, decode, count_multiplications),
    core=True,
)
