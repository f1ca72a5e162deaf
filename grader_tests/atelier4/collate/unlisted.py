"""4.3 collate: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted

from .oracle import collate


@unlisted("collate")
def collate_last_example_decides(examples, pad_id):
    """T is the length of the last example; what is longer is cut."""
    T = len(examples[-1]["input_ids"])
    cut = [{k: v[:T] if isinstance(v, list) else v for k, v in e.items()} for e in examples]
    return collate(cut, pad_id)


@unlisted("collate", "cut_to_the_shortest")
def collate_shortest(examples, pad_id):  # all are cut to the shortest
    T = min(len(e["input_ids"]) for e in examples)
    return collate([{k: v[:T] if isinstance(v, list) else v for k, v in e.items()} for e in examples], pad_id)


@unlisted("collate")
def collate_multiple_of_eight(examples, pad_id):
    """As for GPUs: T is a multiple of eight."""
    batch = collate(examples, pad_id)
    fill = {"input_ids": pad_id, "token_type_ids": 0, "attention_mask": 0, "labels": -100}
    missing = -batch["input_ids"].size(1) % 8
    return {k: torch.nn.functional.pad(v, (0, missing), value=fill[k]) if v.dim() == 2 else v for k, v in batch.items()}


@unlisted("collate")
def collate_last_id_repeated(examples, pad_id):
    batch = collate(examples, pad_id)
    for row, e in zip(batch["input_ids"], examples, strict=True):
        row[len(e["input_ids"]) :] = e["input_ids"][-1]
    return batch


@unlisted("collate")
def collate_last_segment_repeated(examples, pad_id):  # padding belongs to the last sentence
    batch = collate(examples, pad_id)
    for row, e in zip(batch["token_type_ids"], examples, strict=True):
        row[len(e["token_type_ids"]) :] = e["token_type_ids"][-1]
    return batch


@unlisted("collate", "generic:shape")
def collate_labels_are_rows(examples, pad_id):
    """One whole number per example, yet a column (B, 1)."""
    batch = collate(examples, pad_id)
    if batch["labels"].dim() == 1:
        batch["labels"] = batch["labels"].unsqueeze(1)
    return batch


@unlisted("collate")
def collate_whole_numbers_spread(examples, pad_id):  # an example's label, on each of its tokens
    spread = [
        {**e, "labels": e["labels"] if isinstance(e["labels"], list) else [e["labels"]] * len(e["input_ids"])}
        for e in examples
    ]
    return collate(spread, pad_id)


@unlisted("collate")
def collate_ids_as_labels(examples, pad_id):
    """What a model that predicts words would learn."""
    return collate([{**e, "labels": e["input_ids"]} for e in examples], pad_id)


@unlisted("collate", "generic:shifted")
def collate_first_padding_seen(examples, pad_id):  # the mask goes one place too far
    batch = collate(examples, pad_id)
    for row, e in zip(batch["attention_mask"], examples, strict=True):
        row[: len(e["input_ids"]) + 1] = 1
    return batch


@unlisted("collate", "sorted_by_length")
def collate_longest_first(examples, pad_id):
    """Sorted, as recurrent networks want it."""
    return collate(sorted(examples, key=lambda e: -len(e["input_ids"])), pad_id)


@unlisted("collate")
def collate_labels_ignored_by_mask_of_types(examples, pad_id):  # the mask is what is not of segment 0 or has an id
    batch = collate(examples, pad_id)
    batch["attention_mask"] = ((batch["input_ids"] != pad_id) | (batch["token_type_ids"] == 1)).long()
    return batch


@unlisted("collate")
def collate_trailing_padding_hidden(examples, pad_id):
    """From the last id that is not pad_id: a sentence that ends with it is cut."""
    batch = collate(examples, pad_id)
    later = (batch["input_ids"] != pad_id).long().flip(1).cumsum(1).flip(1)
    batch["attention_mask"] = (later > 0).long()
    return batch


@unlisted("collate")
def collate_labels_of_padding_are_pad(examples, pad_id):  # -100 also where the sentence has pad_id
    batch = collate(examples, pad_id)
    if batch["labels"].dim() == 2:
        batch["labels"][batch["input_ids"] == pad_id] = -100
    return batch


@unlisted("collate")
def collate_without_labels_dtype(examples, pad_id):
    """Labels of examples in single precision, as for a regression."""
    batch = collate(examples, pad_id)
    if batch["labels"].dim() == 1:
        batch["labels"] = batch["labels"].float()
    return batch
