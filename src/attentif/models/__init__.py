"""The models that notebooks fine-tune, each a folder on this machine.

A notebook needs one line: ``folder = local_model("all-MiniLM-L6-v2")``; transformers' ``from_pretrained(folder)`` does
the rest. In a terminal: ``python -m attentif.models download`` and ``python -m attentif.models unpack FILE``.
"""

from attentif.models.errors import ModelUnavailable
from attentif.models.local import local_model

__all__ = ["ModelUnavailable", "local_model"]
