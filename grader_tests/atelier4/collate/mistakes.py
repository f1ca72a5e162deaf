"""4.3 A batch of sequences of several lengths: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

FILLED = "values = values + [fill] * (longest - len(values))"
LONGEST = 'longest = max(len(example["input_ids"]) for example in examples)'
MADE = '"attention_mask": [1] * len(example["input_ids"])}'
RETURN = "    return {name: torch.tensor(rows, dtype=torch.int64) for name, rows in columns.items()}\n"


def in_full_tensors(examples, pad_id):
    lengths = [len(e["input_ids"]) for e in examples]
    shape = len(examples), max(lengths)
    batch = {
        "input_ids": torch.full(shape, pad_id),
        "token_type_ids": torch.zeros(shape, dtype=torch.int64),
        "attention_mask": torch.zeros(shape, dtype=torch.int64),
    }
    if isinstance(examples[0]["labels"], list):
        batch["labels"] = torch.full(shape, -100)
    else:
        batch["labels"] = torch.tensor([e["labels"] for e in examples])
    for i, (e, n) in enumerate(zip(examples, lengths, strict=True)):
        for name in ("input_ids", "token_type_ids", "labels"):
            if isinstance(e[name], list):
                batch[name][i, :n] = torch.tensor(e[name])
        batch["attention_mask"][i, :n] = 1
    return batch


def by_pad(examples, pad_id):
    longest = max(len(e["input_ids"]) for e in examples)

    def row(values, fill):
        values = torch.tensor(values)
        return values if values.dim() == 0 else F.pad(values, (0, longest - len(values)), value=fill)

    return {
        "labels": torch.stack([row(e["labels"], -100) for e in examples]),
        "attention_mask": torch.stack([row([1] * len(e["input_ids"]), 0) for e in examples]),
        "token_type_ids": torch.stack([row(e["token_type_ids"], 0) for e in examples]),
        "input_ids": torch.stack([row(e["input_ids"], pad_id) for e in examples]),
    }


MISTAKES = (
    mistake("fixed_length", edit(LONGEST, "longest = 512")),
    mistake("cut_to_the_shortest", edit(LONGEST, LONGEST.replace("max(", "min(")),
            edit(FILLED, "values = values[:longest]")),
    mistake("one_place_more", edit(LONGEST, LONGEST.replace("= max", "= 1 + max"))),
    mistake("filled_on_the_left", edit(FILLED, "values = [fill] * (longest - len(values)) + values")),
    mistake("labels_filled_with_pad", edit('"labels": -100', '"labels": pad_id')),
    mistake("labels_filled_with_zero", edit('"labels": -100', '"labels": 0')),
    mistake("segments_filled_with_pad", edit('"token_type_ids": 0', '"token_type_ids": pad_id')),
    mistake("segments_filled_with_one", edit('"token_type_ids": 0', '"token_type_ids": 1')),
    mistake("ids_filled_with_zero", edit('{"input_ids": pad_id', '{"input_ids": 0')),
    mistake("mask_of_other_ids", edit(MADE, '"attention_mask": [int(i != pad_id) for i in example["input_ids"]]}')),
    mistake("mask_of_ones", edit('"attention_mask": 0', '"attention_mask": 1')),
    mistake("mask_inverted", edit(MADE, MADE.replace("[1]", "[0]")),
            edit('"attention_mask": 0', '"attention_mask": 1')),
    mistake("mask_of_segments", edit(MADE, '"attention_mask": example["token_type_ids"]}')),
    mistake("mask_is_boolean", edit(RETURN, RETURN.replace("    return ", "    batch = ") +
            '    batch["attention_mask"] = batch["attention_mask"].bool()\n    return batch\n')),
    mistake("sorted_by_length", edit("    for example in examples:\n        row",
            '    for example in sorted(examples, key=lambda example: -len(example["input_ids"])):\n        row')),
)  # fmt: skip

EQUIVALENTS = (
    equivalent("in_full_tensors", defines={"collate": in_full_tensors}),
    equivalent("by_pad", defines={"collate": by_pad}),
    equivalent("long", edit("torch.tensor(rows, dtype=torch.int64)", "torch.tensor(rows).long()")),
)
