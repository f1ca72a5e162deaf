"""Trains the small model of module 4 on the Declaration in three languages and writes weights.safetensors.

    python data/maps/train.py [FOLDER]

FOLDER is where the file goes (by default, beside this script). A causal model of letters: two layers of four heads,
float32, about a minute of one processor. The same seed gives the same file on one machine with one version
of torch; elsewhere rounding differs, and so do weights, not what they are worth.
"""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

HERE = Path(__file__).parent
LANGUAGES = ["fra", "ewe", "kbp"]
CONTEXT, D, HEADS, LAYERS, D_FF = 64, 64, 4, 2, 256
SEED, STEPS, WARM_UP, BATCH, TOP_LR, LAST_LR, DROPOUT = 0, 1500, 100, 32, 6e-3, 2e-4, 0.1


def paragraphs(language: str) -> list[str]:
    """The paragraphs of the Declaration, in small letters."""
    text = (HERE.parent / "udhr" / f"{language}.txt").read_text(encoding="utf-8").lower()
    return [line for line in text.splitlines() if line]


def alphabet() -> str:
    """Every character of the three texts, in the order of Unicode, and the line feed first."""
    return "\n" + "".join(sorted({c for language in LANGUAGES for p in paragraphs(language) for c in p}))


def corpus() -> tuple[Tensor, dict[str, Tensor]]:
    """(training ids, validation ids of each language): a line feed after each paragraph, one in ten apart."""
    number = {c: i for i, c in enumerate(alphabet())}
    training, validation = "", {}
    for language in LANGUAGES:
        every = paragraphs(language)
        training += "".join(p + "\n" for i, p in enumerate(every) if i % 10 != 9)
        validation[language] = torch.tensor([number[c] for c in "".join(p + "\n" for p in every[9::10])])
    return torch.tensor([number[c] for c in training]), validation


class Layer(nn.Module):
    """Attention with a causal mask, then two linear maps, each behind a normalisation and a residual path."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv, self.out = nn.Linear(D, 3 * D, bias=False), nn.Linear(D, D, bias=False)
        self.up, self.down = nn.Linear(D, D_FF), nn.Linear(D_FF, D)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, T, D)."""
        B, T, _ = x.shape
        q, k, v = (part.view(B, T, HEADS, D // HEADS).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(D, -1))
        read = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, D)
        x = x + F.dropout(self.out(read), DROPOUT, self.training)
        return x + F.dropout(self.down(F.relu(self.up(self.norm2(x)))), DROPOUT, self.training)


def waves() -> Tensor:
    """(CONTEXT, D): the sines and cosines of each place, of root mean square a half."""
    angles = torch.arange(CONTEXT)[:, None] * 200.0 ** (-torch.arange(0, D, 2) / D)
    return 0.5 * math.sqrt(2) * torch.stack([torch.sin(angles), torch.cos(angles)], -1).reshape(CONTEXT, D)


class Letters(nn.Module):
    """Logits of the next letter, (B, T) ids to (B, T, V); the table of letters serves at both ends."""

    def __init__(self, V: int) -> None:
        super().__init__()
        self.letters, self.places = nn.Embedding(V, D), nn.Embedding(CONTEXT, D)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(D)
        nn.init.normal_(self.letters.weight, std=0.2)
        self.places.weight.data = waves()
        self.places.weight.requires_grad_(False)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.letters(ids) + self.places.weight[: ids.shape[1]]
        x = F.dropout(x, DROPOUT, self.training)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x) @ self.letters.weight.T


def learning_rate(step: int) -> float:
    """A warm-up, then half a cosine."""
    if step < WARM_UP:
        return TOP_LR * (step + 1) / WARM_UP
    return LAST_LR + (TOP_LR - LAST_LR) * (1 + math.cos(math.pi * (step - WARM_UP) / (STEPS - WARM_UP))) / 2


def trained(ids: Tensor, V: int) -> Letters:
    """The model after STEPS steps on windows drawn at random."""
    torch.manual_seed(SEED)
    model, chance = Letters(V), torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), weight_decay=0.1)
    for step in range(STEPS):
        places = torch.randint(len(ids) - CONTEXT, (BATCH, 1), generator=chance) + torch.arange(CONTEXT)  # (B, T)
        loss = F.cross_entropy(model(ids[places]).flatten(0, 1), ids[places + 1].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.param_groups[0]["lr"] = learning_rate(step)
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
    return model.eval()


def mean_loss(model: nn.Module, ids: Tensor) -> float:
    """Mean surprise in nats over consecutive windows as long as the context."""
    n = (len(ids) - 1) // CONTEXT
    x, y = ids[: n * CONTEXT].view(n, CONTEXT), ids[1 : n * CONTEXT + 1].view(n, CONTEXT)
    with torch.no_grad():
        return F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item()


def main(folder: Path) -> None:
    """Writes weights.safetensors and says what they are worth."""
    torch.set_num_threads(1)
    training, validation = corpus()
    start = time.process_time()
    model = trained(training, len(alphabet()))
    cpu = time.process_time() - start
    save_file(model.state_dict(), folder / "weights.safetensors", metadata={"alphabet": alphabet()})
    n = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    print(f"{len(alphabet())} letters, {n} learned numbers, {cpu:.0f} s of CPU, torch {torch.__version__}")
    losses = {language: mean_loss(model, ids) for language, ids in validation.items()}
    print("nats a letter: training", round(mean_loss(model, training), 3), "validation", losses)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
