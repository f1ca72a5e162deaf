"""What goes wrong between a name and a folder."""

from __future__ import annotations

from attentif.words.text import Text


class ModelUnavailable(Exception):
    """There is no folder for the model; the text says why and what to do, in French, then in English."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.fr}\n({text.en})")
        self.text = text
