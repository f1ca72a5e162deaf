"""4.10 fine_tune: the wrong loops worth a name, and other right ones."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def measured(model, batches):
    model.eval()
    with torch.inference_mode():
        logits = torch.cat(
            [model(input_ids=b["input_ids"], attention_mask=b["attention_mask"]).logits for b in batches]
        )
    labels = torch.cat([b["labels"] for b in batches])
    return F.cross_entropy(logits, labels).item(), (logits.argmax(-1) == labels).double().mean().item()


def by_helpers(model, train_batches, valid_batches, epochs, lr, seed):
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    total = epochs * len(train_batches)
    warmup, step, history = total // 10, 0, []
    for epoch in range(epochs):
        losses = []
        model.train()
        for i in torch.randperm(len(train_batches)).tolist():
            batch = {**train_batches[i]}
            labels = batch.pop("labels")
            for group in optimizer.param_groups:
                rise, fall = step / max(1, warmup), (total - step) / max(1, total - warmup)
                group["lr"] = lr * (rise if step < warmup else fall)
            each = F.cross_entropy(model(**batch).logits, labels, reduction="none")
            each.mean().backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0, foreach=False)
            optimizer.step()
            model.zero_grad()
            losses.extend(each.detach().tolist())
            step += 1
        loss, accuracy = measured(model, valid_batches)
        history.append(
            {
                "epoch": epoch + 1,
                "train_loss": sum(losses) / len(losses),
                "valid_loss": loss,
                "valid_accuracy": accuracy,
                "rate": optimizer.param_groups[0]["lr"],
            }
        )
    return history


def by_while(model, train_batches, valid_batches, epochs, lr, seed):
    """One loop over all steps; the epoch ends when its order is used up."""
    torch.manual_seed(seed)
    trained = list(filter(lambda p: p.requires_grad, model.parameters()))
    optimizer = torch.optim.AdamW(trained, lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, foreach=False)
    n = len(train_batches)
    total, warmup = n * epochs, n * epochs // 10
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(s / warmup if warmup else 1.0, (total - s) / (total - warmup))
    )
    history, order, sums, sizes, done = [], [], [], [], 0
    while done < total:
        if not order:
            order = list(torch.randperm(n))
        if not model.training:
            model.train()
        batch = train_batches[order.pop(0)]
        optimizer.zero_grad(set_to_none=False)
        loss, logits = model(**batch)[:2]
        loss.backward()
        norm = torch.stack([p.grad.norm() for p in trained]).norm()
        for p in trained:
            p.grad.div_(norm.clamp(min=1.0))
        optimizer.step()
        scheduler.step()
        done += 1
        sizes.append(logits.shape[0])
        sums.append(float(loss) * sizes[-1])
        if not order:
            model.eval()
            losses, hits = [], []
            for b in valid_batches:
                with torch.no_grad():
                    p = model(**b)["logits"].softmax(-1)
                losses += [-math.log(row[y]) for row, y in zip(p.tolist(), b["labels"].tolist(), strict=True)]
                hits += (p.max(-1).indices == b["labels"]).tolist()
            last = {"valid_accuracy": sum(hits) / len(hits), "valid_loss": sum(losses) / len(losses)}
            history += [{"epoch": done // n, "train_loss": sum(sums) / sum(sizes), **last}]
            sums, sizes = [], []
    return history


def by_closure(model, train_batches, valid_batches, epochs, lr, seed):
    """The optimizer asks for the loss itself; batch after batch of the validation in one tensor each."""
    torch.random.manual_seed(seed)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr)
    total = epochs * len(train_batches)
    warmup = total // 10
    history = []
    rates = [s / warmup if s < warmup else (total - s) / (total - warmup) for s in range(total)]
    for epoch in range(1, 1 + epochs):
        record = {"epoch": epoch, "train_loss": 0.0, "valid_loss": 0.0, "valid_accuracy": 0.0}
        examples = sum(len(b["labels"]) for b in train_batches)
        model.train(True)
        for k, i in enumerate(torch.randperm(len(train_batches))):
            batch = train_batches[int(i)]
            optimizer.param_groups[0]["lr"] = lr * rates[(epoch - 1) * len(train_batches) + k]

            def closure(batch=batch):
                optimizer.zero_grad()
                loss = nn.CrossEntropyLoss()(model(**batch).logits, batch["labels"])
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1)
                return loss

            record["train_loss"] += optimizer.step(closure).item() * len(batch["labels"]) / examples
        model.train(False)
        held = sum(len(b["labels"]) for b in valid_batches)
        with torch.no_grad():
            for b in valid_batches:
                output = model(**b)
                record["valid_loss"] += float(output.loss) * len(b["labels"]) / held
                record["valid_accuracy"] += int((output.logits.max(dim=1)[1] == b["labels"]).sum()) / held
        history.append(record)
    return history


def by_hand(model, train_batches, valid_batches, epochs, lr, seed):
    """AdamW written out (2.13), gradients by autograd.grad."""
    torch.manual_seed(seed)
    trained = [p for p in model.parameters() if p.requires_grad]
    moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in trained]
    total, t, history = epochs * len(train_batches), 0, []
    warmup = total // 10
    for epoch in range(epochs):
        model.train()
        loss_sum = 0.0
        for i in torch.randperm(len(train_batches)):
            batch = train_batches[i]
            loss = model(**batch).loss
            loss_sum += loss.item() * len(batch["labels"])
            gradients = torch.autograd.grad(loss, trained)
            norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
            rate = lr * (t / warmup if t < warmup else (total - t) / (total - warmup))
            t += 1
            with torch.no_grad():
                for p, g, (m, v) in zip(trained, gradients, moments, strict=True):
                    g = g * min(1.0, 1.0 / (norm + 1e-6))
                    m.lerp_(g, 0.1)
                    v.lerp_(g * g, 0.001)
                    p.mul_(1 - rate * 0.01)
                    p.sub_(rate * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8))
        loss, accuracy = measured(model, valid_batches)
        seen = sum(b["labels"].numel() for b in train_batches)
        history.append(
            {"epoch": epoch + 1, "train_loss": loss_sum / seen, "valid_loss": loss, "valid_accuracy": accuracy}
        )
    return history


STEPS = "            optimizer.step()\n            scheduler.step()\n"
RATE = "return step / warmup if step < warmup else (total - step) / (total - warmup)"
CLIP = "            torch.nn.utils.clip_grad_norm_(trained, 1.0)\n"
MEASURE = "        model.eval()\n        valid_sum"

MISTAKES = (
    mistake("seed_forgotten", edit("    torch.manual_seed(seed)\n", "")),
    mistake(
        "seed_at_each_epoch",
        edit("    torch.manual_seed(seed)\n", ""),
        edit("        model.train()\n", "        model.train()\n        torch.manual_seed(seed)\n"),
    ),
    mistake("order_not_drawn", edit("in torch.randperm(len(train_batches))", "in range(len(train_batches))")),
    mistake(
        "one_order_for_all_epochs",
        edit("    history = []\n", "    history, order = [], torch.randperm(len(train_batches))\n"),
        edit("in torch.randperm(len(train_batches)):", "in order:"),
    ),
    mistake("weight_decay_forgotten", edit("weight_decay=0.01", "weight_decay=0.0")),
    mistake("adam_with_l2", edit("optim.AdamW", "optim.Adam")),
    mistake(
        "frozen_layers_trained",
        edit("    trained = [", "    model.requires_grad_(True)\n    trained = ["),
    ),
    mistake("constant_rate", edit(RATE, "return 1.0")),
    mistake("no_warmup", edit("warmup = total // 10", "warmup = 0")),
    mistake("no_decay", edit(RATE, "return step / warmup if step < warmup else 1.0")),
    mistake("warmup_rounded_up", edit("warmup = total // 10", "warmup = math.ceil(total / 10)"), convention=True),
    mistake("schedule_before_step", edit(STEPS, "            scheduler.step()\n            optimizer.step()\n")),
    mistake(
        "schedule_once_an_epoch",
        edit("            scheduler.step()\n", ""),
        edit(MEASURE, f"        scheduler.step()\n{MEASURE}"),
    ),
    mistake("total_counts_epochs", edit("total = epochs * len(train_batches)", "total = epochs")),
    mistake(
        "total_counts_epochs_then_zero",
        edit("total = epochs * len(train_batches)", "total = epochs"),
        edit("else (total - step) / (total - warmup)", "else max(0.0, (total - step) / (total - warmup))"),
    ),
    mistake("gradients_pile_up", edit("            optimizer.zero_grad()\n", "")),
    mistake(
        "emptied_before_the_step",
        edit("            optimizer.zero_grad()\n", ""),
        edit(CLIP, f"            optimizer.zero_grad()\n{CLIP}"),
    ),
    mistake("not_clipped", edit(CLIP, "")),
    mistake("clipped_by_value", edit("clip_grad_norm_(trained, 1.0)", "clip_grad_value_(trained, 1.0)")),
    mistake(
        "clipped_one_by_one",
        edit(CLIP, "            for p in trained:\n                torch.nn.utils.clip_grad_norm_([p], 1.0)\n"),
    ),
    mistake(
        "attention_mask_forgotten",
        edit("loss = model(**batch).loss", 'loss = model(batch["input_ids"], labels=batch["labels"]).loss'),
        edit("output, size = model(**batch)", 'output, size = model(batch["input_ids"], labels=batch["labels"])'),
    ),
    mistake(
        "last_training_batch_dropped",
        edit(
            "            batch = train_batches[i]\n",
            "            batch = train_batches[i]\n"
            '            if len(batch["labels"]) < len(train_batches[0]["labels"]):\n'
            "                continue\n",
        ),
    ),
    mistake(
        "trained_on_validation",
        edit(
            "    torch.manual_seed(seed)\n",
            "    torch.manual_seed(seed)\n    train_batches = train_batches + valid_batches\n",
        ),
    ),
    mistake("evaluated_in_training_mode", edit("        model.eval()\n", "")),
    mistake("left_in_training_mode", edit("    return history", "    model.train()\n    return history")),
    mistake(
        "never_back_to_training",
        edit("        model.train()\n", ""),
        edit("    history = []\n", "    history = []\n    model.train()\n"),
    ),
    mistake(
        "mean_of_batch_means",
        edit("valid_sum += output.loss.item() * size", "valid_sum += output.loss.item() / len(valid_batches)"),
        edit("right += (", "right += 1 / (len(valid_batches) * size) * ("),
        edit(
            '"valid_loss": valid_sum / count, "valid_accuracy": right / count',
            '"valid_loss": valid_sum, "valid_accuracy": right',
        ),
    ),
    mistake("last_batch_dropped", edit("for batch in valid_batches:", "for batch in valid_batches[:-1]:")),
    mistake(
        "last_batch_counted_as_full",
        edit("                count += size\n", '                count += len(valid_batches[0]["labels"])\n'),
    ),
    mistake("measured_on_training_batches", edit("for batch in valid_batches:", "for batch in train_batches:")),
    mistake("accuracy_in_percent", edit('"valid_accuracy": right / count', '"valid_accuracy": 100 * right / count')),
    mistake(
        "mean_of_training_batch_means",
        edit('train_sum += loss.item() * len(batch["labels"])', "train_sum += loss.item()"),
        edit('seen += len(batch["labels"])', "seen += 1"),
    ),
    mistake(
        "loss_of_the_last_batch",
        edit('"train_loss": train_sum / seen', '"train_loss": loss.item()'),
        convention=True,
    ),
    mistake("epochs_counted_from_zero", edit('"epoch": epoch,', '"epoch": epoch - 1,')),
    mistake(
        "best_epoch_kept",
        edit("    history = []\n", "    history, best, kept = [], math.inf, None\n"),
        edit(
            "        record = {",
            "        if valid_sum < best:\n"
            "            best, kept = valid_sum, {k: v.clone() for k, v in model.state_dict().items()}\n"
            "        record = {",
        ),
        edit("    return history", "    model.load_state_dict(kept)\n    return history"),
        convention=True,
    ),
    mistake(
        "stopped_early",
        edit(
            "    return history",
            '        if len(history) > 1 and history[-1]["valid_loss"] > history[-2]["valid_loss"]:\n'
            "            break\n"
            "    return history",
        ),
        convention=True,
    ),
)

EQUIVALENTS = (
    equivalent("by_helpers", defines={"fine_tune": by_helpers}, uses=(measured,)),
    equivalent("by_while", defines={"fine_tune": by_while}),
    equivalent("by_closure", defines={"fine_tune": by_closure}),
    equivalent("by_hand", defines={"fine_tune": by_hand}, uses=(measured,)),
    equivalent(
        "emptied_first",
        edit(
            "            batch = train_batches[i]\n",
            "            batch = train_batches[i]\n            optimizer.zero_grad()\n",
        ),
        edit("            optimizer.zero_grad()\n            loss.backward", "            loss.backward"),
        edit("clip_grad_norm_(trained, 1.0)", "clip_grad_norm_(model.parameters(), 1.0)"),
    ),
)
