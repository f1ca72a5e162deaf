"""4.3 A batch of sequences of several lengths: filled up to the longest of the batch, and no further."""

from __future__ import annotations

import torch
from torch.nn.utils.rnn import pad_sequence

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def collate(examples, pad_id):
    """The batch of a list of examples, as tensors of int64.

    examples: list of B dicts with input_ids (list), token_type_ids (list of the same length) and labels (an int, or a
    list of the same length) -> dict of input_ids (B,T) filled with pad_id, token_type_ids (B,T) filled with 0,
    attention_mask (B,T) that is 1 on what was given and 0 on what was filled, labels (B,) or (B,T) filled with -100.
    T is the length of the longest example.
    """
    longest = max(len(example["input_ids"]) for example in examples)
    filling = {"input_ids": pad_id, "token_type_ids": 0, "attention_mask": 0, "labels": -100}
    columns = {name: [] for name in filling}
    for example in examples:
        row = {**example, "attention_mask": [1] * len(example["input_ids"])}
        for name, fill in filling.items():
            values = row[name]
            if isinstance(values, list):
                values = values + [fill] * (longest - len(values))
            columns[name].append(values)
    return {name: torch.tensor(rows, dtype=torch.int64) for name, rows in columns.items()}


def independent_collate(examples, pad_id):
    """torch's own pad_sequence; the mask from lengths."""

    def filled(name, fill):
        return pad_sequence([torch.tensor(e[name]) for e in examples], batch_first=True, padding_value=fill)

    lengths = torch.tensor([len(e["input_ids"]) for e in examples])
    whole = isinstance(examples[0]["labels"], list)
    return {
        "input_ids": filled("input_ids", pad_id),
        "token_type_ids": filled("token_type_ids", 0),
        "attention_mask": (torch.arange(int(lengths.max())) < lengths[:, None]).long(),
        "labels": filled("labels", -100) if whole else torch.tensor([e["labels"] for e in examples]),
    }


def example(ids, first, labels):
    return {"input_ids": ids, "token_type_ids": [0] * first + [1] * (len(ids) - first), "labels": labels}


def case(name, examples, pad_id):
    size = {"B": len(examples), "T": max(len(e["input_ids"]) for e in examples)}
    return Case(name, Call("collate", {"examples": examples, "pad_id": pad_id}), size)


def public():
    return [
        case("worked_example", [example([5, 8, 6], 3, 1), example([5, 9, 9, 7, 6], 3, 0)], 0),
        case("labels_of_tokens", [example([5, 8, 9, 6], 4, [-100, 2, 1, -100]), example([5, 6], 1, [-100, -100])], 0),
        case(
            "pad_id_is_a_token_too", [example([4, 1, 1, 3], 2, 2), example([4, 1], 1, 0), example([4, 1, 3], 1, 1)], 1
        ),
        case("one_example", [example([5, 8, 6], 3, 1)], 0),
        case("equal_lengths", [example([5, 8, 6], 2, 1), example([5, 7, 6], 1, 0)], 3),
    ]


def examples_of(rng, lengths, pad_id, *, of_tokens=False, with_pad=False):
    found = []
    for length in map(int, lengths):
        ids = [int(i) for i in rng.integers(10, 900, size=length)]
        if with_pad and length > 2:
            ids[1] = pad_id
            ids[-1] = pad_id  # as where the end of a text fills, too
        labels = [int(i) for i in rng.integers(0, 5, size=length)] if of_tokens else int(rng.integers(0, 3))
        found.append(example(ids, int(rng.integers(1, length + 1)), labels))
    return found


def draw(rng):
    """Lengths in and out of order, labels of sentences and of tokens, a filling id that stands in a sentence, too."""
    lengths = rng.permutation([3, 5, 8, 4])
    fill = int(rng.integers(1, 9))
    return [
        case("general", examples_of(rng, lengths, fill), fill),
        case("longest_last", examples_of(rng, sorted(lengths), 0), 0),
        case("longest_first", examples_of(rng, sorted(lengths, reverse=True), 0), 0),
        case("labels_of_tokens", examples_of(rng, rng.permutation([6, 2, 9]), fill, of_tokens=True), fill),
        case("pad_id_is_a_token_too", examples_of(rng, rng.permutation([6, 3, 7, 4, 5]), fill, with_pad=True), fill),
        case("tokens_and_pad", examples_of(rng, rng.permutation([4, 7, 3]), 100, of_tokens=True, with_pad=True), 100),
        case("one_example", examples_of(rng, [int(rng.integers(3, 9))], fill), fill),
    ]


EXERCISE = Exercise(
    name="collate",
    atelier="atelier4",
    number="4.3",
    title=Text("Un lot de longueurs différentes", "A batch of several lengths"),
    points=4,
    functions=(
        Function(
            "collate",
            "(examples, pad_id)",
            (
                Output("input_ids", "B T", compare="exact"),
                Output("token_type_ids", "B T", compare="exact"),
                Output("attention_mask", "B T", compare="exact"),
                Output("labels", compare="exact"),
            ),
        ),
    ),
    reference={"collate": collate},
    independent={"collate": independent_collate},
    public=public,
    draw=draw,
)
