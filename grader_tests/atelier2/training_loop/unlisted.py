"""2.16 training_loop: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.unlisted import unlisted

from ..sample_batch.oracle import sample_batch
from .oracle import evaluate, load_checkpoint, save_checkpoint


@unlisted("evaluate", "first_batch_only")
def evaluate_first_batch(model, ids, B, T):
    return evaluate(model, ids[: min(len(ids), B * T + 1)], B, T)


@unlisted("evaluate")
def evaluate_last_batch(model, ids, B, T):
    n = (len(ids) - 1) // T
    first = (n - 1) // B * B
    return evaluate(model, ids[first * T :], B, T)


@unlisted("evaluate")
def evaluate_backward(model, ids, B, T):  # a gradient is left behind
    loss = evaluate(model, ids, B, T)
    mode = model.training
    model.eval()
    F.cross_entropy(model(ids[None, :T]).flatten(0, 1), ids[1 : T + 1]).backward()
    model.train(mode)
    return loss


@unlisted("evaluate", "overlapping_windows")
def evaluate_sliding(model, ids, B, T):  # every window, not only consecutive ones
    return sum(evaluate(model, ids[s : s + T + 1], B, T) for s in range(len(ids) - T)) / (len(ids) - T)


@unlisted("evaluate", "perplexity_returned")
def evaluate_exponential(model, ids, B, T):
    return math.exp(evaluate(model, ids, B, T))


@unlisted("evaluate")
def evaluate_last_positions(model, ids, B, T):  # only the last position of each window
    mode, n = model.training, (len(ids) - 1) // T
    model.eval()
    with torch.no_grad():
        loss = F.cross_entropy(model(ids[: n * T].view(n, T))[:, -1], ids[T : n * T + 1 : T])
    model.train(mode)
    return loss.item()


@unlisted("evaluate", "evaluated_without_shift")
def evaluate_own_tokens(model, ids, B, T):  # x for y
    mode, n = model.training, (len(ids) - 1) // T
    model.eval()
    with torch.no_grad():
        loss = F.cross_entropy(model(ids[: n * T].view(n, T)).flatten(0, 1), ids[: n * T])
    model.train(mode)
    return loss.item()


def loop(order="zlbcrs", recorded=None, at=None, norm=None, loss_of=None, rate=None):
    """A training loop whose steps come in an order: z zero_grad, l loss, b backward, c clip, r rate, s step."""

    def train(model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0):
        history = []
        model.train()
        for step in range(steps):
            x, y = sample_batch(train_ids, B, T, generator)
            loss = None
            for what in order:
                if what == "z":
                    optimizer.zero_grad()
                elif what == "l":
                    loss = (
                        F.cross_entropy(model(x).flatten(0, 1), y.flatten())
                        if loss_of is None
                        else loss_of(model, x, y)
                    )
                elif what == "b":
                    loss.backward()
                elif what == "c":
                    nn.utils.clip_grad_norm_(model.parameters(), max_norm if norm is None else norm(max_norm))
                elif what == "r":
                    for group in optimizer.param_groups:
                        group["lr"] = schedule(step) if rate is None else rate(schedule, step, steps)
                else:
                    optimizer.step()
            done = step + 1
            if (done % eval_every == 0 or done == steps) if at is None else at(done, steps, eval_every):
                valid = evaluate(model, valid_ids, B, T)
                record = {"step": done, "train_loss": loss.item(), "valid_loss": valid}
                history.append(record if recorded is None else recorded(record))
        return history

    return train


@unlisted("train")
def train_one_step_more(model, optimizer, schedule, train_ids, valid_ids, steps, *rest):
    return loop()(model, optimizer, schedule, train_ids, valid_ids, steps + 1, *rest)


@unlisted("train")
def train_half_norm(*given):
    return loop(norm=lambda m: m / 2)(*given)


@unlisted("train")
def train_schedule_backwards(*given):
    return loop(rate=lambda schedule, step, steps: schedule(steps - 1 - step))(*given)


@unlisted("train")
def train_rate_of_the_start(*given):  # schedule(0) at each step
    return loop(rate=lambda schedule, step, steps: schedule(0))(*given)


@unlisted("train")
def train_two_steps_in_one(*given):
    return loop("zlbcrss")(*given)


@unlisted("train")
def train_backward_twice(*given):  # gradients of two passes
    return loop("zlblbcrs")(*given)


@unlisted("train", "summed_training_loss")
def train_sum_of_losses(*given):
    return loop(loss_of=lambda model, x, y: F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum"))(
        *given
    )


@unlisted("train")
def train_last_position_loss(*given):
    return loop(loss_of=lambda model, x, y: F.cross_entropy(model(x)[:, -1], y[:, -1]))(*given)


@unlisted("train", "last_measure_missing")
def train_never_at_the_end(*given):  # only every eval_every steps
    return loop(at=lambda done, steps, every: done % every == 0)(*given)


@unlisted("train")
def train_records_each_step(*given):
    return loop(at=lambda done, steps, every: True)(*given)


@unlisted("train")
def train_losses_exchanged(*given):
    return loop(recorded=lambda r: {**r, "train_loss": r["valid_loss"], "valid_loss": r["train_loss"]})(*given)


@unlisted("train", "measured_before_the_step")
def train_measures_before_the_step(
    model, optimizer, schedule, train_ids, valid_ids, steps, B, T, every, generator, m=1.0
):
    """Validation comes before the parameters move."""
    history = []
    model.train()
    for step in range(steps):
        valid = evaluate(model, valid_ids, B, T)
        x, y = sample_batch(train_ids, B, T, generator)
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), m)
        for group in optimizer.param_groups:
            group["lr"] = schedule(step)
        optimizer.step()
        if (step + 1) % every == 0 or step + 1 == steps:
            history.append({"step": step + 1, "train_loss": loss.item(), "valid_loss": valid})
    return history


@unlisted("train")
def train_on_both_texts(model, optimizer, schedule, train_ids, valid_ids, *rest):
    return loop()(model, optimizer, schedule, torch.cat([train_ids, valid_ids]), valid_ids, *rest)


@unlisted("train", "rate_of_first_group_only")
def train_first_group_rate(model, optimizer, schedule, train_ids, valid_ids, steps, B, T, every, generator, m=1.0):
    """Only the first group follows the schedule."""
    history = []
    model.train()
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = schedule(step)
        x, y = sample_batch(train_ids, B, T, generator)
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), m)
        optimizer.step()
        if (step + 1) % every == 0 or step + 1 == steps:
            valid = evaluate(model, valid_ids, B, T)
            history.append({"step": step + 1, "train_loss": loss.item(), "valid_loss": valid})
    return history


@unlisted("save_checkpoint")
def save_checkpoint_rounded(path, model, optimizer, step, generator):  # bfloat16, to save space
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict({name: value.bfloat16().to(value.dtype) for name, value in kept.items()})
    save_checkpoint(path, model, optimizer, step, generator)
    model.load_state_dict(kept)


@unlisted("save_checkpoint", "next_step_saved")
def save_checkpoint_next_step(path, model, optimizer, step, generator):
    save_checkpoint(path, model, optimizer, step + 1, generator)


@unlisted("save_checkpoint")
def save_checkpoint_generator_drawn(path, model, optimizer, step, generator):  # one number is drawn before
    torch.rand(1, generator=generator)
    save_checkpoint(path, model, optimizer, step, generator)


@unlisted("load_checkpoint")
def load_checkpoint_rates_kept(path, model, optimizer, generator):  # the optimizer keeps its own rates
    rates = [group["lr"] for group in optimizer.param_groups]
    step = load_checkpoint(path, model, optimizer, generator)
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    return step


@unlisted("load_checkpoint")
def load_checkpoint_no_step(path, model, optimizer, generator):
    load_checkpoint(path, model, optimizer, generator)


@unlisted("load_checkpoint")
def load_checkpoint_half_way(path, model, optimizer, generator):  # an average with what the model was
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    step = load_checkpoint(path, model, optimizer, generator)
    model.load_state_dict({name: (value + kept[name]) / 2 for name, value in model.state_dict().items()})
    return step
