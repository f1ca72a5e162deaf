"""What must fit beside the model: the installed transformers, and a tokenizer with the tokens that exercises use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from attentif.models import messages
from attentif.models.catalogue import OLDEST_TRANSFORMERS
from attentif.models.errors import ModelUnavailable


def check_transformers() -> None:
    """Raises ModelUnavailable if an older transformers is installed; where it is missing, its import says so."""
    try:
        installed = version("transformers")
    except PackageNotFoundError:
        return
    numbers = tuple(map(int, re.findall(r"\d+", installed)[:2]))
    if numbers < OLDEST_TRANSFORMERS:
        raise ModelUnavailable(messages.older_transformers(installed))


def check_tokenizer(name: str, folder: Path, tokens: Iterable[str]) -> None:
    """Raises ModelUnavailable if ``tokenizer.json`` is missing, or gives no id to one of the tokens."""
    try:
        ids = _ids(json.loads((folder / "tokenizer.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        ids = set()
    missing = [token for token in tokens if token not in ids]
    if missing:
        raise ModelUnavailable(messages.tokens_missing(name, folder, missing))


def _ids(tokenizer: dict[str, Any]) -> set[str]:
    """The tokens that have an id: WordPiece has a dict of them, Unigram a list of pairs."""
    vocabulary = tokenizer["model"]["vocab"]
    ordinary = vocabulary if isinstance(vocabulary, dict) else [piece for piece, _ in vocabulary]
    return {*ordinary, *(added["content"] for added in tokenizer.get("added_tokens", []))}
