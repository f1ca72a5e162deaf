"""A little classifier of sentences that is called as transformers' are, made from data beside the student's code.

Described by ``embedding`` (V, d), ``weight`` (C, d), ``bias`` (C,), whether its embedding is ``frozen``, whether it is
in ``training``, and ``chance``: what PyTorch's global generator is seeded with as it is made, so that code which seeds
nothing gives the same each time. Where it ``shows_graphs``, a measure that builds a graph comes out differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


class Classified:
    """What the classifier returns: ``loss`` (None without labels) and ``logits``, by attribute, key or place."""

    def __init__(self, loss: torch.Tensor | None, logits: torch.Tensor) -> None:
        self.loss, self.logits = loss, logits

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return {"loss": self.loss, "logits": self.logits}[key]
        return tuple(part for part in (self.loss, self.logits) if part is not None)[key]


class LittleClassifier(nn.Module):
    """Scores of the mean of a sentence's real tokens. In training, and only then, its features are multiplied by
    noise from the global generator: dropout, but drawn alike on every machine. ids (B, T) -> logits (B, C)."""

    def __init__(
        self, embedding: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, *, shows_graphs: bool
    ) -> None:
        super().__init__()
        self.shows_graphs = shows_graphs
        self.embedding, self.weight = nn.Parameter(embedding.clone()), nn.Parameter(weight.clone())
        self.bias = nn.Parameter(bias.clone())

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
        *,
        labels: torch.Tensor | None = None,
        **_: Any,
    ) -> Classified:
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        x = self.embedding[input_ids]  # (B, T, d)
        mask = mask.to(x.dtype).unsqueeze(-1)
        x = torch.tanh((x * mask).sum(dim=1) / mask.sum(dim=1))  # (B, d)
        if self.training:
            x = x * 2 * torch.rand(x.shape, dtype=torch.float32).to(x.dtype)
        elif self.shows_graphs and torch.is_grad_enabled():
            x = 3 * x
        logits = x @ self.weight.T + self.bias  # (B, C)
        return Classified(None if labels is None else F.cross_entropy(logits, labels), logits)


def classifier_made(said: Mapping[str, Any]) -> LittleClassifier:
    """The classifier that is described; the global generator is seeded."""
    torch.default_generator.manual_seed(said["chance"])  # torch.manual_seed takes milliseconds more, for other devices
    shows_graphs = bool(said.get("shows_graphs"))
    model = LittleClassifier(said["embedding"], said["weight"], said["bias"], shows_graphs=shows_graphs)
    model.embedding.requires_grad_(not said["frozen"])
    return model.train(said["training"])
