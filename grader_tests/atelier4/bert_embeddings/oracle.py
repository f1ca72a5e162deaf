"""4.5 What BERT adds up at its entrance: word, position, segment, then a normalization."""

from __future__ import annotations

import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def bert_embeddings(ids, types, params):
    """The vectors that enter BERT's first layer.

    ids (B,T), types (B,T): int64, params: dict of tensors, named as in BERT's state_dict:
    embeddings.word_embeddings.weight (V,d), embeddings.position_embeddings.weight (P,d) with P >= T,
    embeddings.token_type_embeddings.weight (2,d), embeddings.LayerNorm.weight (d,), embeddings.LayerNorm.bias (d,)
    -> (B,T,d). Layer normalization with epsilon 1e-12; no dropout.
    """
    words = params["embeddings.word_embeddings.weight"][ids]  # (B, T, d)
    positions = params["embeddings.position_embeddings.weight"][: ids.shape[1]]  # (T, d), the same for each sequence
    segments = params["embeddings.token_type_embeddings.weight"][types]  # (B, T, d)
    x = words + positions + segments
    mean = x.mean(dim=-1, keepdim=True)  # (B, T, 1)
    variance = x.var(dim=-1, unbiased=False, keepdim=True)  # (B, T, 1)
    x = (x - mean) / torch.sqrt(variance + 1e-12)
    return x * params["embeddings.LayerNorm.weight"] + params["embeddings.LayerNorm.bias"]


def independent_bert_embeddings(ids, types, params):
    """transformers' own module."""
    from transformers import BertConfig
    from transformers.models.bert.modeling_bert import BertEmbeddings

    vocabulary, d = params["embeddings.word_embeddings.weight"].shape
    positions = len(params["embeddings.position_embeddings.weight"])
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=d,
        num_attention_heads=1,
        max_position_embeddings=positions,
        pad_token_id=None,
    )
    module = BertEmbeddings(config).to(params["embeddings.LayerNorm.bias"].dtype).eval()
    module.load_state_dict({name.removeprefix("embeddings."): p for name, p in params.items()}, strict=False)
    return module(input_ids=ids, token_type_ids=types).detach()


def params_of(generator, vocabulary, positions, d, scale=1.0):
    def table(*shape, spread):
        return spread * torch.randn(*shape, generator=generator, dtype=torch.float64)

    return {
        "embeddings.word_embeddings.weight": table(vocabulary, d, spread=scale),
        "embeddings.position_embeddings.weight": table(positions, d, spread=0.7 * scale),
        "embeddings.token_type_embeddings.weight": table(2, d, spread=0.5 * scale),
        "embeddings.LayerNorm.weight": 1 + table(d, spread=0.4),
        "embeddings.LayerNorm.bias": table(d, spread=0.3),
    }


def case(name, seed, B, T, V, P, d, scale=1.0, types=None):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(1, V, (B, T), generator=generator)
    ids[0, T - 1] = 0  # a filled place
    if types is None:
        first = torch.randint(1, T, (B, 1), generator=generator)
        types = (torch.arange(T) >= first).long()
    inputs = {"ids": ids, "types": types, "params": params_of(generator, V, P, d, scale)}
    return Case(name, Call("bert_embeddings", inputs), {"B": B, "T": T, "d": d})


def worked_example():
    """Two tokens of dimension 2; every number of it can be followed on paper."""
    params = {
        "embeddings.word_embeddings.weight": torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 1.0]], dtype=torch.float64),
        "embeddings.position_embeddings.weight": torch.tensor(
            [[1.0, 0.0], [0.0, 2.0], [5.0, 5.0]], dtype=torch.float64
        ),
        "embeddings.token_type_embeddings.weight": torch.tensor([[0.0, 1.0], [0.0, 4.0]], dtype=torch.float64),
        "embeddings.LayerNorm.weight": torch.tensor([1.0, 3.0], dtype=torch.float64),
        "embeddings.LayerNorm.bias": torch.tensor([0.5, 0.0], dtype=torch.float64),
    }
    inputs = {"ids": torch.tensor([[1, 2]]), "types": torch.tensor([[0, 1]]), "params": params}
    return Case("worked_example", Call("bert_embeddings", inputs), {"B": 1, "T": 2, "d": 2})


def public():
    return [
        worked_example(),
        case("two_sequences", 1, B=2, T=5, V=17, P=9, d=6),
        case("one_segment", 2, B=3, T=4, V=11, P=8, d=7, types=torch.zeros(3, 4, dtype=torch.int64)),
        case("second_segment_only", 4, B=2, T=4, V=12, P=6, d=5, types=torch.ones(2, 4, dtype=torch.int64)),
        case("small_weights", 3, B=2, T=3, V=13, P=7, d=8, scale=1e-3),
    ]


def draw(rng):
    def seed():
        return int(rng.integers(2**31))

    T = int(rng.integers(4, 7))
    return [
        case("general", seed(), B=3, T=T, V=23, P=T + 4, d=8),
        case("as_many_positions_as_tokens_and_one", seed(), B=2, T=T, V=19, P=T + 1, d=5),
        case("small_weights", seed(), B=2, T=T, V=29, P=T + 3, d=9, scale=1e-3),
        case("one_sequence", seed(), B=1, T=T + 1, V=31, P=T + 5, d=10),
        case("second_segment_only", seed(), 2, T, 21, T + 2, 6, types=torch.ones(2, T, dtype=torch.int64)),
    ]


EXERCISE = Exercise(
    name="bert_embeddings",
    atelier="atelier4",
    number="4.5",
    title=Text(
        "L’entrée de BERT : trois tables et une normalisation", "BERT's entrance: three tables and a normalization"
    ),
    points=4,
    functions=(Function("bert_embeddings", "(ids, types, params)", (Output("embeddings", "B T d"),)),),
    reference={"bert_embeddings": bert_embeddings},
    independent={"bert_embeddings": independent_bert_embeddings},
    public=public,
    draw=draw,
    core=True,
)
