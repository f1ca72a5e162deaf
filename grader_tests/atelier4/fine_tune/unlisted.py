"""4.10 fine_tune: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted


def measured(model, batches):
    """The mean loss and the accuracy over sentences, in evaluation mode."""
    model.eval()
    with torch.no_grad():
        outputs = [(model(**batch), batch["labels"]) for batch in batches]
    count = sum(len(labels) for _, labels in outputs)
    loss = sum(output.loss.item() * len(labels) for output, labels in outputs) / count
    right = sum((output.logits.argmax(-1) == labels).sum().item() for output, labels in outputs)
    return loss, right / count


def rate_of(step, total):
    warmup = total // 10
    return step / warmup if step < warmup else (total - step) / (total - warmup)


def loop(
    order=lambda batches: torch.randperm(len(batches)).tolist(),
    loss_of=lambda model, batch: model(**batch).loss,
    clip=lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, 1.0),
    make=lambda parameters, lr: torch.optim.AdamW(parameters, lr=lr, weight_decay=0.01),
    rate=lambda step, total, per_epoch: rate_of(step, total),
    recorded=lambda record, losses, sizes: record,
    measure=measured,
    every=1,
    seeded=torch.manual_seed,
):
    """The loop that is asked for, but for what is given."""

    def fine_tune(model, train_batches, valid_batches, epochs, lr, seed):
        seeded(seed)
        parameters = [p for p in model.parameters() if p.requires_grad]
        optimizer = make(parameters, lr)
        step, total, history = 0, epochs * len(train_batches), []
        for epoch in range(epochs):
            model.train()
            losses, sizes = [], []
            optimizer.zero_grad()
            for i in order(train_batches):
                loss = loss_of(model, train_batches[i])
                loss.backward()
                losses.append(loss.item())
                sizes.append(len(train_batches[i]["labels"]))
                for group in optimizer.param_groups:
                    group["lr"] = lr * rate(step, total, len(train_batches))
                step += 1
                if len(losses) % every == 0 or len(losses) == len(train_batches):
                    clip(parameters)
                    optimizer.step()
                    optimizer.zero_grad()
            mean = sum(a * b for a, b in zip(losses, sizes, strict=True)) / sum(sizes)
            valid_loss, accuracy = measure(model, valid_batches)
            record = {"epoch": epoch + 1, "train_loss": mean, "valid_loss": valid_loss, "valid_accuracy": accuracy}
            history.append(recorded(record, losses, sizes))
        return history

    return fine_tune


@unlisted("fine_tune", "adam_with_l2")
def tune_l2_for_decay(*given):  # Adam, whose decay is a gradient
    return loop(make=lambda parameters, lr: torch.optim.Adam(parameters, lr=lr, weight_decay=0.01))(*given)


@unlisted("fine_tune")
def tune_plain_descent(*given):
    return loop(make=lambda parameters, lr: torch.optim.SGD(parameters, lr=lr, weight_decay=0.01))(*given)


@unlisted("fine_tune", "clipped_one_by_one")
def tune_each_norm_bounded(*given):  # each parameter's own norm is at most 1
    return loop(clip=lambda parameters: [torch.nn.utils.clip_grad_norm_([p], 1.0) for p in parameters])(*given)


@unlisted("fine_tune")
def tune_always_norm_one(*given):  # small gradients are made longer
    def scaled(parameters):
        norm = torch.sqrt(sum((p.grad**2).sum() for p in parameters))
        for p in parameters:
            p.grad /= norm

    return loop(clip=scaled)(*given)


@unlisted("fine_tune")
def tune_without_padding_mask(*given):  # the attention mask is not given
    def loss_of(model, batch):
        ones = torch.ones_like(batch["attention_mask"])
        return model(input_ids=batch["input_ids"], attention_mask=ones, labels=batch["labels"]).loss

    return loop(loss_of=loss_of)(*given)


@unlisted("fine_tune")
def tune_smoothed_labels(*given):
    def loss_of(model, batch):
        return F.cross_entropy(model(**batch).logits, batch["labels"], label_smoothing=0.1)

    return loop(loss_of=loss_of)(*given)


@unlisted("fine_tune")
def tune_schedule_of_each_epoch(*given):  # the rate starts anew at each epoch
    return loop(rate=lambda step, total, per_epoch: rate_of(step % per_epoch, per_epoch))(*given)


@unlisted("fine_tune")
def tune_rate_by_epoch(*given):  # one rate for a whole epoch
    return loop(rate=lambda step, total, per_epoch: 1 - (step // per_epoch) / (total // per_epoch))(*given)


@unlisted("fine_tune")
def tune_one_step_an_epoch(*given):  # gradients of all batches of an epoch, in one step
    return loop(every=1 << 20)(*given)


@unlisted("fine_tune")
def tune_longest_first(*given):  # in the order of sizes
    def order(batches):
        found = torch.randperm(len(batches)).tolist()
        return sorted(found, key=lambda i: -len(batches[i]["labels"]))

    return loop(order=order)(*given)


@unlisted("fine_tune")
def tune_with_replacement(*given):  # batches are drawn, some twice
    return loop(order=lambda batches: torch.randint(len(batches), (len(batches),)).tolist())(*given)


@unlisted("fine_tune")
def tune_seed_plus_one(*given):
    return loop(seeded=lambda seed: torch.manual_seed(seed + 1))(*given)


@unlisted("fine_tune")
def tune_first_loss_recorded(*given):
    return loop(recorded=lambda record, losses, sizes: {**record, "train_loss": losses[0]})(*given)


@unlisted("fine_tune")
def tune_largest_loss_recorded(*given):
    return loop(recorded=lambda record, losses, sizes: {**record, "train_loss": max(losses)})(*given)


@unlisted("fine_tune", "measured_on_training_batches")
def tune_measures_training(model, train_batches, valid_batches, *rest):  # the training batches for the validation's
    return loop(measure=lambda model, _: measured(model, train_batches))(model, train_batches, valid_batches, *rest)


@unlisted("fine_tune")
def tune_errors_counted(*given):  # the share of errors
    def measure(model, batches):
        loss, accuracy = measured(model, batches)
        return loss, 1 - accuracy

    return loop(measure=measure)(*given)


@unlisted("fine_tune")
def tune_keeps_dropout_for_the_loss(*given):  # the loss in training mode, the accuracy in evaluation mode
    def measure(model, batches):
        model.train()
        with torch.no_grad():
            sizes = [len(batch["labels"]) for batch in batches]
            loss = sum(model(**b).loss.item() * n for b, n in zip(batches, sizes, strict=True)) / sum(sizes)
        return loss, measured(model, batches)[1]

    return loop(measure=measure)(*given)


@unlisted("fine_tune", "trained_on_validation")
def tune_validation_learned_too(model, train_batches, valid_batches, *rest):
    return loop()(model, [*train_batches, *valid_batches], valid_batches, *rest)


@unlisted("fine_tune")
def tune_half_norm(*given):  # bounded by a half
    return loop(clip=lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, 0.5))(*given)


@unlisted("fine_tune")
def tune_mean_over_words(*given):  # losses weighted by the number of words
    def loss_of(model, batch):
        words = batch["attention_mask"].sum(1)
        each = F.cross_entropy(model(**batch).logits, batch["labels"], reduction="none")
        return (each * words).sum() / words.sum()

    return loop(loss_of=loss_of)(*given)


@unlisted("fine_tune", "last_training_batch_dropped")
def tune_all_but_the_last_batch(*given):  # an incomplete batch is left out of training
    def order(batches):
        return [i for i in torch.randperm(len(batches)).tolist() if i < len(batches) - 1]

    return loop(order=order)(*given)


@unlisted("fine_tune", "generic:shifted")
def tune_validation_first(model, train_batches, valid_batches, epochs, lr, seed):
    """The model is measured before each epoch, not after."""
    before = []

    def order(batches):
        before.append(measured(model, valid_batches))
        model.train()
        return torch.randperm(len(batches)).tolist()

    history = loop(order=order)(model, train_batches, valid_batches, epochs, lr, seed)
    return [
        {**record, "valid_loss": loss, "valid_accuracy": accuracy}
        for record, (loss, accuracy) in zip(history, before, strict=True)
    ]


@unlisted("fine_tune")
def tune_shorter_memory(*given):  # the moments forget sooner
    return loop(make=lambda parameters, lr: torch.optim.AdamW(parameters, lr, (0.9, 0.98), weight_decay=0.01))(*given)
