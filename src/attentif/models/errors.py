"""What goes wrong between a name and a folder."""

from __future__ import annotations

from attentif.words.language import language
from attentif.words.text import Text


class ModelUnavailable(Exception):
    """There is no folder for the model; the text says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.to(language()))
        self.text = text
