"""2.16 evaluate, train, checkpoints: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from ..sample_batch.oracle import sample_batch


def evaluate_with_care(model, ids, B, T):
    if len(ids) <= T:
        raise ValueError("the text is too short")
    starts = torch.arange(0, len(ids) - T, T)
    mode = model.training
    try:
        model.eval()
        with torch.inference_mode():
            losses = []
            for some in starts.split(B):
                places = some[:, None] + torch.arange(T)
                scores = model(ids[places]).log_softmax(dim=-1)
                losses.append(-scores.gather(-1, ids[places + 1][..., None]).squeeze(-1))
            return torch.cat(losses).mean().item()
    finally:
        model.train(mode)


def train_by_while(model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0):
    history, done = [], 0
    model.zero_grad(set_to_none=False)
    while done < steps:
        model.train()
        rate = schedule(done)
        for i in range(len(optimizer.param_groups)):
            optimizer.param_groups[i]["lr"] = rate
        x, y = sample_batch(train_ids, B, T, generator=generator)
        logits = model(x)
        loss = nn.CrossEntropyLoss()(logits.view(-1, logits.size(-1)), y.view(-1))
        if loss.isnan() or loss.isinf():
            raise FloatingPointError("the loss is no number")
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], max_norm)
        optimizer.step()
        for parameter in model.parameters():
            parameter.grad = None
        done += 1
        if done == steps or done % eval_every == 0:
            record = {}
            record["step"] = done
            record["train_loss"] = float(loss.detach())
            record["valid_loss"] = evaluate_with_care(model, valid_ids, B, T)
            history.append(record)
    return history


def evaluate_row_by_row(model, ids, B, T):
    windows = (len(ids) - 1) // T
    if windows < 1:
        raise ValueError("the text is too short")
    before = model.training
    model.train(False)
    with torch.no_grad():
        per_window = []
        for w in range(windows):
            x = ids[w * T : (w + 1) * T].unsqueeze(0)
            y = ids[w * T + 1 : (w + 1) * T + 1]
            per_window.append(float(F.cross_entropy(model(x)[0], y)))
    if before:
        model.train()
    return sum(per_window) / windows


def train_by_accumulation(
    model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0
):
    history = []
    for step in range(steps):
        model.train()
        optimizer.zero_grad(set_to_none=True)
        x, y = sample_batch(train_ids, B, T, generator)
        total = 0.0
        for row, target in zip(x, y, strict=True):
            part = F.cross_entropy(model(row.unsqueeze(0))[0], target) / B
            if not math.isfinite(part.item()):
                raise FloatingPointError(f"step {step}")
            part.backward()
            total += part.item()
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
        for g in gradients:
            g.mul_(torch.clamp(max_norm / (norm + 1e-6), max=1.0))
        for group in optimizer.param_groups:
            group.update(lr=schedule(step))
        optimizer.step()
        if (step + 1) % eval_every == 0 or step == steps - 1:
            history += [
                {
                    "valid_loss": evaluate_row_by_row(model, valid_ids, B, T),
                    "train_loss": total,
                    "step": step + 1,
                    "rate": schedule(step),
                }
            ]
    return history


def next_token_loss(model, x, y):
    return F.nll_loss(model(x).log_softmax(-1).transpose(1, 2), y)


def one_step(model, optimizer, rate, x, y, max_norm):
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = next_token_loss(model, x, y)
    if not loss.isfinite():
        raise FloatingPointError("the loss is no number")
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


def evaluate_by_helper(model, ids, B, T):
    windows = ids[: (len(ids) - 1) // T * T].view(-1, T)
    targets = ids[1 : windows.numel() + 1].view(-1, T)
    if not len(windows):
        raise ValueError("the text is too short")
    mode, total = model.training, 0.0
    model.eval()
    with torch.no_grad():
        for x, y in zip(windows.split(B), targets.split(B), strict=True):
            total += len(x) / len(windows) * float(next_token_loss(model, x, y))
    model.train(mode)
    return total


def train_by_helpers(
    model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0
):
    model.train()
    losses, measured = [], {}
    for step in range(1, steps + 1):
        losses.append(
            one_step(model, optimizer, schedule(step - 1), *sample_batch(train_ids, B, T, generator), max_norm)
        )
        if step in {*range(eval_every, steps + 1, eval_every), steps}:
            measured[step] = evaluate_by_helper(model, valid_ids, B, T)
    return [{"step": s, "train_loss": losses[s - 1], "valid_loss": v} for s, v in measured.items()]


def train_by_closure(
    model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0
):
    """The optimizer asks for the loss itself."""
    batches = [sample_batch(train_ids, B, T, generator) for _ in range(steps)]
    history = []
    model.train()
    for step, (x, y) in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = schedule(step)

        def closure(x=x, y=y):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x).movedim(-1, 1), y)
            if not torch.isfinite(loss):
                raise FloatingPointError("the loss is no number")
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            return loss

        loss = optimizer.step(closure)
        if (step + 1) % eval_every == 0 or step + 1 == steps:
            valid = evaluate_with_care(model, valid_ids, B, T)
            history.append({"step": step + 1, "train_loss": loss.item(), "valid_loss": valid})
    return history


def train_by_autograd(
    model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0
):
    model.train()
    parameters = list(model.parameters())
    history = []
    for step in range(steps):
        x, y = sample_batch(train_ids, B, T, generator)
        loss = F.cross_entropy(model(x).flatten(0, -2), y.flatten())
        if not math.isfinite(loss):
            raise FloatingPointError("the loss is no number")
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        nn.utils.clip_grad_norm_(parameters, max_norm)
        for group in optimizer.param_groups:
            group["lr"] = schedule(step)
        optimizer.step()
        if not (step + 1) % eval_every or step + 1 == steps:
            last = {"step": step + 1, "train_loss": loss.detach().item()}
            history.append({**last, "valid_loss": evaluate_row_by_row(model, valid_ids, 1, T)})
    return history


def save_as_list(path, model, optimizer, step, generator):
    torch.save([model.state_dict(), optimizer.state_dict(), step, generator.get_state()], str(path))


def load_from_list(path, model, optimizer, generator):
    weights, moments, step, drawn = torch.load(path)
    model.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    generator.set_state(drawn)
    return step


def save_flat(path, model, optimizer, step, generator):
    told = {f"model.{name}": value.detach().clone() for name, value in model.named_parameters()}
    told.update({f"buffer.{name}": value.clone() for name, value in model.named_buffers()})
    torch.save({**told, "opt": optimizer.state_dict(), "rng": generator.get_state().numpy().tolist(), "n": step}, path)


def load_flat(path, model, optimizer, generator):
    told = torch.load(path, map_location="cpu", weights_only=False)
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_(told[f"model.{name}"])
        for name, value in model.named_buffers():
            value.copy_(told[f"buffer.{name}"])
    optimizer.load_state_dict(told["opt"])
    generator.set_state(torch.tensor(told["rng"], dtype=torch.uint8))
    return int(told["n"])


def in_evaluate(name, *edits, **more):
    """A mistake of evaluate, which shows in what train measures with it: both are changed."""
    return mistake(name, *edits, edit("history = []", "history = list()"), **more)


WRITES_THE_RATE = """\
        for group in optimizer.param_groups:
            group["lr"] = schedule(step)
"""

MISTAKES = (
    in_evaluate("evaluated_in_training_mode", edit("    model.eval()\n", "")),
    in_evaluate("mode_not_restored", edit("    model.train(was_training)\n", "")),
    in_evaluate("always_back_to_training", edit("model.train(was_training)", "model.train()")),
    in_evaluate(
        "mean_of_batch_means",
        edit(', reduction="sum").item()', ").item()"),
        edit("return total / (n * T)", "return total / math.ceil(n / B)"),
    ),
    in_evaluate("last_batch_dropped", edit("if n < 1:", "n = max(n // B * B, min(n, B))\n    if n < 1:")),
    in_evaluate("first_batch_only", edit("if n < 1:", "n = min(n, B)\n    if n < 1:")),
    in_evaluate("sum_of_losses", edit("return total / (n * T)", "return total")),
    in_evaluate("mean_over_windows", edit("return total / (n * T)", "return total / n")),
    in_evaluate("evaluated_without_shift", edit("ids[1 : n * T + 1]", "ids[: n * T]")),
    in_evaluate("measured_in_bits", edit("return total / (n * T)", "return total / (n * T) / math.log(2)")),
    in_evaluate("perplexity_returned", edit("return total / (n * T)", "return math.exp(total / (n * T))")),
    in_evaluate(
        "overlapping_windows",
        edit(
            "x, y = ids[: n * T].reshape(n, T), ids[1 : n * T + 1].reshape(n, T)",
            "x, y = ids[:-1].unfold(0, T, 1), ids[1:].unfold(0, T, 1)\n    n = len(x)",
        ),
    ),
    mistake("gradients_pile_up", edit("        optimizer.zero_grad()\n", "")),
    mistake(
        "emptied_before_the_step",
        edit(
            "        optimizer.zero_grad()\n        loss.backward()\n",
            "        loss.backward()\n        optimizer.zero_grad()\n",
        ),
    ),
    mistake("not_clipped", edit("        nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n", "")),
    mistake("clipped_by_value", edit("clip_grad_norm_(", "clip_grad_value_(")),
    mistake(
        "clipped_one_by_one",
        edit(
            "nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
            "for parameter in model.parameters():\n            nn.utils.clip_grad_norm_([parameter], max_norm)",
        ),
    ),
    mistake(
        "always_rescaled",
        edit(
            "nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
            "norm = nn.utils.clip_grad_norm_(model.parameters(), math.inf)\n"
            "        for parameter in model.parameters():\n"
            "            parameter.grad *= max_norm / norm",
        ),
    ),
    mistake(
        "max_norm_ignored",
        edit("clip_grad_norm_(model.parameters(), max_norm)", "clip_grad_norm_(model.parameters(), 1.0)"),
    ),
    mistake(
        "rate_never_written",
        edit(WRITES_THE_RATE, ""),
    ),
    mistake("rate_of_first_group_only", edit("in optimizer.param_groups:", "in optimizer.param_groups[:1]:")),
    mistake(
        "rate_after_the_step",
        edit(
            f"{WRITES_THE_RATE}        optimizer.step()\n",
            f"        optimizer.step()\n{WRITES_THE_RATE}",
        ),
    ),
    mistake("rate_of_next_step", edit("schedule(step)", "schedule(step + 1)")),
    mistake("rate_multiplied", edit('group["lr"] = schedule(step)', 'group["lr"] *= schedule(step)')),
    mistake("never_in_training_mode", edit("    model.train()\n", "", within="train")),
    mistake("measured_on_training_text", edit("evaluate(model, valid_ids", "evaluate(model, train_ids")),
    mistake("trained_on_validation_text", edit("sample_batch(train_ids", "sample_batch(valid_ids")),
    mistake(
        "one_batch_for_all_steps",
        edit(
            "    for step in range(steps):\n        x, y = sample_batch(train_ids, B, T, generator)",
            "    x, y = sample_batch(train_ids, B, T, generator)\n    for step in range(steps):\n        pass",
        ),
    ),
    mistake("trained_without_shift", edit("y.flatten())  # (B·T, V)", "x.flatten())  # (B·T, V)")),
    mistake("summed_training_loss", edit("y.flatten())  # (B·T, V)", 'y.flatten(), reduction="sum")  # (B·T, V)')),
    mistake("steps_counted_from_zero", edit('"step": done', '"step": step')),
    mistake("last_measure_missing", edit(" or done == steps", "")),
    mistake("measured_one_step_late", edit("done % eval_every == 0", "step % eval_every == 0")),
    mistake(
        "measured_before_the_step",
        edit(
            "        optimizer.step()\n",
            "        valid_loss = evaluate(model, valid_ids, B, T)\n        optimizer.step()\n",
        ),
        edit("            valid_loss = evaluate(model, valid_ids, B, T)\n", ""),
    ),
    mistake(
        "training_loss_averaged",
        edit("    model.train()\n", "    model.train()\n    losses = []\n", within="train"),
        edit("        optimizer.step()\n", "        losses.append(loss.item())\n        optimizer.step()\n"),
        edit('"train_loss": loss.item()', '"train_loss": sum(losses) / len(losses)'),
        convention=True,
    ),
    mistake(
        "optimizer_forgotten",
        edit('        "optimizer": optimizer.state_dict(),\n', ""),
        edit('    optimizer.load_state_dict(state["optimizer"])\n', ""),
    ),
    mistake(
        "rates_without_moments",
        edit("optimizer.state_dict()", '[group["lr"] for group in optimizer.param_groups]'),
        edit(
            'optimizer.load_state_dict(state["optimizer"])',
            'for group, rate in zip(optimizer.param_groups, state["optimizer"], strict=True):\n'
            '        group["lr"] = rate',
        ),
    ),
    mistake(
        "generator_forgotten",
        edit('        "generator": generator.get_state(),\n', ""),
        edit('    generator.set_state(state["generator"])\n', ""),
    ),
    mistake(
        "seed_instead_of_state",
        edit("generator.get_state()", "generator.initial_seed()"),
        edit('generator.set_state(state["generator"])', 'generator.manual_seed(state["generator"])'),
    ),
    mistake(
        "model_forgotten",
        edit('        "model": model.state_dict(),\n', ""),
        edit('    model.load_state_dict(state["model"])\n', ""),
    ),
    mistake(
        "next_step_saved",
        edit('"step": step,', '"step": step + 1,'),
        edit('return state["step"]', 'return int(state["step"])'),
    ),
    mistake("begins_again_at_zero", edit('        "step": step,\n', ""), edit('return state["step"]', "return 0")),
    mistake(
        "saved_in_half_precision",
        edit(
            '"model": model.state_dict()', '"model": {name: value.half() for name, value in model.state_dict().items()}'
        ),
        edit('return state["step"]', 'return int(state["step"])'),
    ),
)

EQUIVALENTS = (
    equivalent(
        "by_while",
        defines={
            "evaluate": evaluate_with_care,
            "train": train_by_while,
            "save_checkpoint": save_as_list,
            "load_checkpoint": load_from_list,
        },
    ),
    equivalent(
        "by_accumulation",
        defines={
            "evaluate": evaluate_row_by_row,
            "train": train_by_accumulation,
            "save_checkpoint": save_flat,
            "load_checkpoint": load_flat,
        },
    ),
    equivalent(
        "by_helpers",
        defines={"evaluate": evaluate_by_helper, "train": train_by_helpers},
        uses=(next_token_loss, one_step),
    ),
    equivalent("by_closure", defines={"evaluate": evaluate_with_care, "train": train_by_closure}),
    equivalent("by_autograd", defines={"evaluate": evaluate_row_by_row, "train": train_by_autograd}),
    equivalent(
        "rate_first",
        edit(
            "        x, y = sample_batch(train",
            "        optimizer.zero_grad(set_to_none=False)\n        x, y = sample_batch(train",
        ),
        edit("        optimizer.zero_grad()\n", ""),
        edit(
            "clip_grad_norm_(model.parameters(), max_norm)",
            "clip_grad_norm_(model.parameters(), max_norm, foreach=False)",
        ),
    ),
)
