"""4.10 fine_tune: a loop that adapts a classifier, judged by what it does to a little one.

The checks' classifier is described by data and made beside the student's code (``attentif.remote.inside.
little_classifier``): it is called as transformers' are, and draws noise from the global generator in training alone, so
that modes, order and seed show in values. Batches are ragged, padding has an embedding of its own, gradients are
sometimes above the bound, and the validation labels of one case are those of training turned round: whoever learns from
them, or stops by them, shows it.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def fine_tune(model, train_batches, valid_batches, epochs, lr, seed):
    """Adapts a classifier; measures it on the validation batches after each epoch.

    Batches: lists of {"input_ids" (B,T), "attention_mask" (B,T), "labels" (B,)} -> list of one
    {"epoch", "train_loss", "valid_loss", "valid_accuracy"} an epoch.
    """
    torch.manual_seed(seed)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=lr, weight_decay=0.01)
    total = epochs * len(train_batches)  # steps
    warmup = total // 10

    def factor(step):
        return step / warmup if step < warmup else (total - step) / (total - warmup)

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    history = []
    for epoch in range(1, epochs + 1):
        model.train()
        train_sum, seen = 0.0, 0
        for i in torch.randperm(len(train_batches)):
            batch = train_batches[i]
            loss = model(**batch).loss  # ()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            scheduler.step()
            train_sum += loss.item() * len(batch["labels"])
            seen += len(batch["labels"])
        model.eval()
        valid_sum, right, count = 0.0, 0, 0
        with torch.no_grad():
            for batch in valid_batches:
                output, size = model(**batch), len(batch["labels"])
                valid_sum += output.loss.item() * size
                right += (output.logits.argmax(dim=-1) == batch["labels"]).sum().item()
                count += size
        record = {"epoch": epoch, "train_loss": train_sum / seen}
        history.append({**record, "valid_loss": valid_sum / count, "valid_accuracy": right / count})
    return history


def independent_fine_tune(model, train_batches, valid_batches, epochs, lr, seed):
    """Gradients by autograd.grad, AdamW written out, the rate by interpolation, measures by NumPy."""
    torch.manual_seed(seed)
    parameters = [p for p in model.parameters() if p.requires_grad]
    first, second = ([np.zeros(p.shape) for p in parameters] for _ in range(2))
    total, step, history = epochs * len(train_batches), 0, []
    corners = ([0, total // 10, total], [0.0, 1.0, 0.0]) if total // 10 else ([0, total], [1.0, 0.0])
    for epoch in range(epochs):
        model.train()
        losses = []
        for i in torch.randperm(len(train_batches)).tolist():
            ids, mask, labels = (train_batches[i][name] for name in ("input_ids", "attention_mask", "labels"))
            each = -model(ids, mask).logits.log_softmax(-1)[torch.arange(len(labels)), labels]
            gradients = [g.numpy() for g in torch.autograd.grad(each.mean(), parameters)]
            norm = math.sqrt(sum(float(np.sum(g * g)) for g in gradients))
            rate = lr * np.interp(step, *corners)
            step += 1
            for parameter, g, m, v in zip(parameters, gradients, first, second, strict=True):
                g = g * min(1.0, 1.0 / norm)
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                moved = (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
                parameter.data = torch.from_numpy((1 - 0.01 * rate) * parameter.data.numpy() - rate * moved)
            losses += each.tolist()
        model.eval()
        scores = [model(b["input_ids"], b["attention_mask"]).logits.detach().numpy() for b in valid_batches]
        scores, labels = np.concatenate(scores), np.concatenate([b["labels"].numpy() for b in valid_batches])
        top = scores.max(axis=1)
        valid = top + np.log(np.exp(scores - top[:, None]).sum(axis=1)) - scores[np.arange(len(labels)), labels]
        history.append(
            {
                "epoch": epoch + 1,
                "train_loss": float(np.mean(losses)),
                "valid_loss": float(valid.mean()),
                "valid_accuracy": float((scores.argmax(axis=1) == labels).mean()),
            }
        )
    return history


def batches_of(rng, sizes, V, C):
    """Batches of these sizes: sentences of several lengths, filled with 0 on the right."""
    found = []
    for size in sizes:
        lengths = rng.integers(2, 7, size=size)
        T = int(lengths.max())
        mask = np.arange(T) < lengths[:, None]
        ids = np.where(mask, rng.integers(1, V, size=(size, T)), 0)
        labels = rng.integers(0, C, size=size)
        found.append(
            {
                "input_ids": torch.from_numpy(ids),
                "attention_mask": torch.from_numpy(mask.astype(np.int64)),
                "labels": torch.from_numpy(labels),
            }
        )
    return found


def side_of(batch, embedding):
    """The sign of the first feature of each sentence, as 0 or 1."""
    features = embedding[batch["input_ids"]] * batch["attention_mask"][..., None]  # (B, T, d)
    return (features.sum(dim=1)[:, 0] > 0).long()


def case(name, rng, sizes, valid_sizes, epochs, *, V=11, d=4, C=2, training=True, frozen=False, turned=False):
    train_batches = batches_of(rng, sizes, V, C)
    valid_batches = batches_of(rng, valid_sizes, V, C)
    embedding = torch.from_numpy(rng.normal(size=(V, d)))
    if turned:  # labels that are easily learned; and turned round: the better they are learned, the worse it looks
        train_batches = [{**batch, "labels": side_of(batch, embedding)} for batch in train_batches]
        valid_batches = [
            {**{name: value.clone() for name, value in batch.items()}, "labels": 1 - batch["labels"]}
            for batch in train_batches
        ]
    model = {
        "make": "classifier",
        "embedding": embedding,
        "weight": torch.from_numpy(rng.normal(scale=0.3 if turned else 3.0, size=(C, d))),
        "bias": torch.from_numpy(rng.normal(size=C)),
        "training": training,
        "frozen": frozen,
        "chance": int(rng.integers(1 << 30)),
        "read": ["parameters", "logits"],
    }
    inputs = {
        "model": model,
        "train_batches": train_batches,
        "valid_batches": valid_batches,
        "epochs": epochs,
        "lr": float(rng.uniform(0.1, 0.2)),
        "seed": int(rng.integers(1 << 20)),
    }
    return Case(name, Call("fine_tune", inputs, probe="call_made"), {"V": V, "d": d, "C": C})


def public():
    rng = np.random.default_rng(410)
    return [
        case("one_epoch", rng, (4, 4, 2), (4, 3), 1),
        case("three_classes", rng, (4, 4, 3), (5, 5, 2), 2, C=3),
        case("labels_turned", rng, (3, 3, 3, 3, 1), (), 4, frozen=True, training=False, turned=True),
    ]


def draw(rng):  # the cheapest first: it is what most pairs of mistakes are told by
    V, d = int(rng.choice([9, 10, 12])), int(rng.choice([3, 4, 5]))
    return [
        case("one_epoch", rng, (4, 4, 2), (4, 3), 1, V=V, d=d),
        case("three_classes", rng, (4, 4, 3), (5, 5, 2), 2, V=V, d=d, C=3),
        case("labels_turned", rng, (3, 3, 3, 3, 1), (), 4, V=V, d=d, frozen=True, training=False, turned=True),
    ]


EXERCISE = Exercise(
    name="fine_tune",
    atelier="atelier4",
    number="4.10",
    title=Text("Affiner l’encodeur", "Fine-tuning the encoder"),
    points=5,
    functions=(
        Function(
            "fine_tune",
            "(model, train_batches, valid_batches, epochs, lr, seed)",
            (
                Output("epoch", "records", compare="exact"),
                Output("train_loss", "records"),
                Output("valid_loss", "records"),
                Output("valid_accuracy", "records"),
                Output("train_batches.unchanged", compare="exact"),
                Output("valid_batches.unchanged", compare="exact"),
            ),
            rtol=2e-5,  # PyTorch adds 1e-6 to the norm that it divides by
            atol=2e-5,
        ),
    ),
    reference={"fine_tune": fine_tune},
    independent={"fine_tune": independent_fine_tune},
    public=public,
    draw=draw,
)
