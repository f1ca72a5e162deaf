"""The Hugging Face Hub, for who wants another encoder and has a network: same code, nothing of the course needs it."""

from __future__ import annotations

import os
from pathlib import Path

from attentif.models import messages
from attentif.models.catalogue import DEFAULT, HubModel
from attentif.models.errors import ModelUnavailable

FILES = ["config.json", "model.safetensors", "tokenizer*.json", "special_tokens_map.json", "vocab.txt", "*.bpe.model"]


def hub_folder(model: HubModel) -> Path:
    """The model's folder in the Hub's own cache, downloaded if need be (resumable, with a bar: the Hub's client does
    that). Raises ModelUnavailable."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError as error:
        raise ModelUnavailable(messages.hub_client_missing(model)) from error
    try:
        return Path(snapshot_download(model.repository, allow_patterns=FILES))
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")
        raise ModelUnavailable(messages.no_hub(model, offline, DEFAULT)) from error
