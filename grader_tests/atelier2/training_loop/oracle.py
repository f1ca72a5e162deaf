"""2.16 evaluate, train, save_checkpoint, load_checkpoint: a training loop, judged by what it does.

The checks' model is a little one, described by data and made beside the student's code (``attentif.remote.inside.
little_training``): its gate closes features in training mode alone, so that modes show in values; gradients are large,
so that clipping shows; the optimizer has a momentum, the schedule is steep, each parameter has a group of its own, and
the validation text is not the training text.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Output, Text

from ..provided_model import Block, CausalSelfAttention, MiniGPT
from ..sample_batch.oracle import sample_batch, seeded_generator


def evaluate(model, ids, B, T):
    """Mean loss, in nats, over the consecutive windows of a text, B of them at a time. Leaves the mode as it was.

    ids (N,), with N > T -> float.
    """
    n = (len(ids) - 1) // T  # whole windows that still have their last target
    if n < 1:
        raise ValueError(f"{len(ids)} ids hold no window of {T} followed by one more")
    x, y = ids[: n * T].reshape(n, T), ids[1 : n * T + 1].reshape(n, T)  # (n, T), (n, T)
    was_training = model.training
    model.eval()
    total = 0.0
    with torch.no_grad():
        for i in range(0, n, B):
            logits = model(x[i : i + B])  # (≤ B, T, V)
            total += F.cross_entropy(logits.flatten(0, 1), y[i : i + B].flatten(), reduction="sum").item()
    model.train(was_training)
    return total / (n * T)


def train(model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0):
    """Trains the model for some steps, and measures it every eval_every steps and after the last.

    train_ids (N,), valid_ids (M,) -> list of {"step", "train_loss", "valid_loss"}.
    """
    history = []
    model.train()
    for step in range(steps):
        x, y = sample_batch(train_ids, B, T, generator)  # (B, T), (B, T)
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())  # (B·T, V), (B·T,) -> ()
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss of step {step} is {loss.item()}")
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        for group in optimizer.param_groups:
            group["lr"] = schedule(step)
        optimizer.step()
        done = step + 1
        if done % eval_every == 0 or done == steps:
            valid_loss = evaluate(model, valid_ids, B, T)
            history.append({"step": done, "train_loss": loss.item(), "valid_loss": valid_loss})
    return history


def save_checkpoint(path, model, optimizer, step, generator):
    """Writes to a file what it takes to go on as if training had not stopped."""
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "generator": generator.get_state(),
        "step": step,
    }
    with open(path, "wb") as file:
        torch.save(state, file)


def load_checkpoint(path, model, optimizer, generator):
    """Puts what a file holds into the model, the optimizer and the generator -> step (int)."""
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    generator.set_state(state["generator"])
    return state["step"]


@torch.no_grad()
def independent_evaluate(model, ids, B, T):
    """One window at a time, from log-probabilities in NumPy."""
    mode, losses = model.training, []
    model.eval()
    for s in range(0, len(ids) - T, T):
        scores = model(ids[None, s : s + T])[0].numpy()  # (T, V)
        scores = scores - scores.max(axis=1, keepdims=True)
        log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        losses.append(-log_probabilities[np.arange(T), ids[s + 1 : s + T + 1].numpy()])
    model.train(mode)
    return float(np.concatenate(losses).mean())


def independent_train(
    model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0
):
    """Gradients by autograd.grad, their global norm by NumPy, the rate by LambdaLR."""
    for group in optimizer.param_groups:
        group["initial_lr"] = group["lr"] = 1.0
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    parameters, history = list(model.parameters()), []
    for step in range(1, steps + 1):
        model.train()
        x, y = sample_batch(train_ids, B, T, generator)
        loss = -model(x).log_softmax(-1).gather(-1, y.unsqueeze(-1)).mean()
        gradients = torch.autograd.grad(loss, parameters)
        norm = math.sqrt(sum(float(np.square(g.numpy()).sum()) for g in gradients))
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient * min(1.0, max_norm / norm)
        optimizer.step()
        scheduler.step()
        if step == steps or step % eval_every == 0:
            valid = independent_evaluate(model, valid_ids, B, T)
            history += [{"step": step, "train_loss": float(loss), "valid_loss": valid}]
    return history


def independent_save(path, model, optimizer, step, generator):
    """Each state as a pair of a list."""
    torch.save([step, generator.get_state(), *(part.state_dict() for part in (model, optimizer))], path)


def independent_load(path, model, optimizer, generator):
    step, drawn, *states = torch.load(path)
    for part, state in zip((model, optimizer), states, strict=True):
        part.load_state_dict(state)
    generator.set_state(drawn)
    return step


def little_model(rng, V, d, *, training, read, scale=2.0, depth=1):
    """Large scores, for large gradients; a gate that changes every feature."""
    return {
        "make": "model",
        "embedding": torch.from_numpy(rng.normal(size=(V, d))),
        "head": torch.from_numpy(rng.normal(scale=scale, size=(V, d))),
        "gate": torch.from_numpy(rng.choice([0.25, 0.5, 2.0, 3.0], size=d)),
        "depth": depth,
        "training": training,
        "read": read,
    }


def text_of(rng, N, low, high):
    return torch.from_numpy(rng.integers(low, high, size=N))


def evaluate_case(name, rng, N, B, T, V, d, *, training):
    model = little_model(rng, V, d, training=training, read=["parameters", "gradients", "logits"])
    inputs = {"model": model, "ids": text_of(rng, N, 0, V), "B": B, "T": T}
    return Case(
        f"evaluate_{name}", Call("evaluate", inputs, probe="call_made"), {"N": N, "B": B, "T": T, "V": V, "d": d}
    )


def train_case(name, rng, steps, eval_every, max_norm, *, V=7, d=4, B=3, T=5, N=40, M=33, training=True):
    rates = [float(r) for r in rng.permutation([0.03, 0.5, 0.11, 0.8, 0.05, 0.3, 0.2, 0.65])]
    inputs = {
        "model": little_model(rng, V, d, training=training, read=["parameters"]),
        "optimizer": {"make": "optimizer", "class": "SGD", "options": {"momentum": 0.9}, "rates": [0.013, 0.4]},
        "schedule": {"make": "schedule", "rates": rates},
        "train_ids": text_of(rng, N, 0, V - 2),
        "valid_ids": text_of(rng, M, 1, V),
        "steps": steps,
        "B": B,
        "T": T,
        "eval_every": eval_every,
        "generator": {"make": "generator", "seed": int(rng.integers(1 << 30))},
        "max_norm": max_norm,
    }
    return Case(f"train_{name}", Call("train", inputs, probe="call_made"), {"B": B, "T": T, "V": V, "d": d})


OPTIONS = {"SGD": {"momentum": 0.8}, "AdamW": {"eps": 1e-2, "weight_decay": 0.3}}


def checkpoint_case(target, rng, kind, V=6, d=3):
    def objects(read):
        return {
            "model": little_model(rng, V, d, training=True, read=read),
            "optimizer": {
                "make": "optimizer",
                "class": kind,
                "options": OPTIONS[kind],
                "rates": [float(r) for r in rng.uniform(0.02, 0.2, size=2)],
            },
            "generator": {"make": "generator", "seed": int(rng.integers(1 << 30))},
        }

    step = int(rng.integers(20, 90))
    file = {"ids": text_of(rng, 50, 0, V), "before": 4, "after": 3, "step": step, "other": objects(["parameters"])}
    saved = objects(["parameters"])
    inputs = {"file": file, "model": saved["model"], "optimizer": saved["optimizer"]}
    inputs |= {"step": step} if target == "save_checkpoint" else {}
    inputs |= {"generator": saved["generator"]}
    return Case(f"{target}_{kind}", Call(target, inputs, probe="resumed"), {"V": V, "d": d})


def worked_example():
    """The statement's: the model gives zeros everywhere in training, and its own logits in evaluation."""
    model = {
        "make": "model",
        "embedding": torch.tensor([[1.0], [0.0], [-1.0]], dtype=torch.float64)
        .atanh()
        .nan_to_num(posinf=20, neginf=-20),
        "head": torch.tensor([[math.log(2)], [0.0], [0.0]], dtype=torch.float64),
        "gate": torch.zeros(1, dtype=torch.float64),
        "training": True,
        "read": ["parameters", "gradients", "logits"],
    }
    inputs = {"model": model, "ids": torch.tensor([0, 0, 1, 2, 0, 1, 2, 0]), "B": 2, "T": 2}
    return Case("evaluate_worked_example", Call("evaluate", inputs, probe="call_made"), {"N": 8, "B": 2, "T": 2})


def public():
    rng = np.random.default_rng(216)
    return [
        worked_example(),
        evaluate_case("training", rng, 33, 4, 3, 6, 4, training=True),
        evaluate_case("evaluation", rng, 21, 2, 4, 5, 3, training=False),
        train_case("clipped", rng, 5, 2, 0.3),
        train_case("not_clipped", rng, 4, 3, 1e3),
        train_case("given_in_evaluation", rng, 3, 1, 0.7, training=False),
        checkpoint_case("save_checkpoint", rng, "SGD"),
        checkpoint_case("load_checkpoint", rng, "AdamW"),
    ]


def draw(rng):  # the cheapest first: it is what most pairs of mistakes are told by
    V, d, T = int(rng.choice([8, 9])), int(rng.choice([3, 4])), int(rng.choice([5, 6]))
    return [
        evaluate_case("one_window", rng, T + 1, 2, T, V, d, training=True),
        evaluate_case("training", rng, 7 * T + 3, 2, T, V, d, training=True),
        evaluate_case("evaluation", rng, 5 * T + 1, 3, T, V, d, training=False),
        evaluate_case("one_too_few", rng, 4 * T, 2, T, V, d, training=True),
        train_case("one_step", rng, 1, 5, 0.5, V=V, d=d, B=1, T=T),
        train_case("clipped", rng, 5, 2, float(rng.uniform(0.2, 0.5)), V=V, d=d, T=T),
        train_case("not_clipped", rng, 6, 4, 1e3, V=V, d=d, T=T),
        train_case("sometimes_clipped", rng, 4, 9, 1.0, V=V, d=d, B=2, T=T),
        train_case("given_in_evaluation", rng, 3, 1, 0.7, V=V, d=d, B=4, T=T, training=False),
        checkpoint_case("save_checkpoint", rng, "SGD", V, d),
        checkpoint_case("load_checkpoint", rng, "AdamW", V, d),
    ]


CHECKPOINT = (Output("step", compare="exact"), Output("generator", "draws", compare="exact"))
EXERCISE = Exercise(
    name="training_loop",
    atelier="atelier2",
    number="2.16",
    title=Text("La boucle d’entraînement", "The training loop"),
    points=6,
    functions=(
        Function("evaluate", "(model, ids, B, T)", (Output("output"),)),
        Function(
            "train",
            "(model, optimizer, schedule, train_ids, valid_ids, steps, B, T, eval_every, generator, max_norm=1.0)",
            (
                Output("step", "records", compare="exact"),
                Output("train_loss", "records"),
                Output("valid_loss", "records"),
                Output("generator", "draws", compare="exact"),
            ),
            rtol=2e-5,  # PyTorch adds 1e-6 to the norm that it divides by
            atol=2e-5,
        ),
        Function("save_checkpoint", "(path, model, optimizer, step, generator)", CHECKPOINT, rtol=1e-12, atol=1e-14),
        Function("load_checkpoint", "(path, model, optimizer, generator)", CHECKPOINT, rtol=1e-12, atol=1e-14),
    ),
    reference={
        "evaluate": evaluate,
        "train": train,
        "save_checkpoint": save_checkpoint,
        "load_checkpoint": load_checkpoint,
    },
    independent={
        "evaluate": independent_evaluate,
        "train": independent_train,
        "save_checkpoint": independent_save,
        "load_checkpoint": independent_load,
    },
    public=public,
    draw=draw,
    provided=(sample_batch, seeded_generator, CausalSelfAttention, Block, MiniGPT),
)
