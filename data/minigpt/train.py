"""Trains the course's little language model on the handbook and writes weights.safetensors.

    python data/minigpt/train.py [FOLDER]

FOLDER is where the file goes (by default, beside this script). The model, the corpus and the configuration are those
of exercise 2.16; the weights are kept in half precision. The same seed gives the same file on one machine with one
version of torch and one number of threads; elsewhere rounding differs, and so do weights, not what they are worth.
"""

from __future__ import annotations

import math
import re
import sys
import time
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from attentif.exercises.course import find_course
from attentif.references.oracles import load_exercise

HERE = Path(__file__).parent
HANDBOOK = HERE.parent / "handbook"
MODEL = {"vocab_size": 1024, "context": 64, "d_model": 128, "n_heads": 4, "n_layers": 2, "d_ff": 512}
SEED, STEPS, WARM_UP, BATCH, TOP_LR, LAST_LR = 0, 800, 80, 32, 3e-3, 3e-4


def corpus() -> tuple[torch.Tensor, torch.Tensor]:
    """(training ids, validation ids): the handbook's paragraphs, each followed by a line feed, one in ten apart."""
    lines = (HANDBOOK / "merges.txt").read_text(encoding="ascii").splitlines()
    merges = [tuple(bytes.fromhex(part) for part in line.split()) for line in lines]
    tokens = [bytes([b]) for b in range(256)] + [one + other for one, other in merges]
    ids, ranks = {token: i for i, token in reversed(list(enumerate(tokens)))}, {m: r for r, m in enumerate(merges)}

    @cache
    def encoded(word: str) -> list[int]:
        parts = [bytes([b]) for b in word.encode()]
        while len(parts) > 1:
            rank, i = min((ranks.get((parts[i], parts[i + 1]), len(merges)), i) for i in range(len(parts) - 1))
            if rank == len(merges):
                break
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        return [ids[part] for part in parts]

    paragraphs = (HANDBOOK / "fra.txt").read_text(encoding="utf-8").splitlines()
    parts = [p for i, p in enumerate(paragraphs) if i % 10 != 9], paragraphs[9::10]
    cut = re.compile(r" ?[^\W\d_]+| ?\d+| ?[^\w\s]+|\s+|_+")
    texts = ["".join(f"{paragraph}\n" for paragraph in part) for part in parts]
    training, validation = (torch.tensor([i for word in cut.findall(text) for i in encoded(word)]) for text in texts)
    return training, validation


def learning_rate(step: int) -> float:
    """A warm-up, then half a cosine."""
    if step < WARM_UP:
        return TOP_LR * step / WARM_UP
    return LAST_LR + (TOP_LR - LAST_LR) * (1 + math.cos(math.pi * (step - WARM_UP) / (STEPS - WARM_UP))) / 2


def loss_on(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean surprise, in nats, of the ids y (B, T) that follow the ids x (B, T)."""
    return F.cross_entropy(model(x).flatten(0, 1), y.flatten())


def perplexity(model: torch.nn.Module, ids: torch.Tensor) -> float:
    """Over consecutive windows as long as the context."""
    T = MODEL["context"]
    n = (len(ids) - 1) // T
    with torch.no_grad():
        return math.exp(loss_on(model, ids[: n * T].view(n, T), ids[1 : n * T + 1].view(n, T)))


def trained(training: torch.Tensor) -> torch.nn.Module:
    """The model after STEPS steps."""
    course = find_course(HERE)
    assert course is not None
    provided = {item.__name__: item for item in load_exercise(course.oracle("atelier2", "generation")).provided}
    torch.manual_seed(SEED)
    model, chance, T = provided["MiniGPT"](**MODEL), torch.Generator().manual_seed(SEED), MODEL["context"]
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.0, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)
    for step in range(STEPS):
        places = torch.randint(len(training) - T, (BATCH, 1), generator=chance) + torch.arange(T)  # (B, T)
        loss = loss_on(model, training[places], training[places + 1])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.param_groups[0]["lr"] = learning_rate(step)
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
    return model


def main(folder: Path) -> None:
    """Writes weights.safetensors and says what they are worth."""
    training, validation = corpus()
    start = time.process_time(), time.monotonic()
    model = trained(training)
    cpu, wall = time.process_time() - start[0], time.monotonic() - start[1]
    weights = {name: w.half() for name, w in model.state_dict().items() if name != "head.weight"}  # tied: kept once
    model.load_state_dict({name: w.float() for name, w in weights.items()}, strict=False)
    save_file(weights, folder / "weights.safetensors")
    n = sum(parameter.numel() for parameter in model.parameters())
    print(
        f"{n} parameters, {cpu:.0f} s of CPU, {wall:.0f} s, torch {torch.__version__}, "
        f"{torch.get_num_threads()} threads"
    )
    print(f"perplexity: training {perplexity(model, training):.2f}, validation {perplexity(model, validation):.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
