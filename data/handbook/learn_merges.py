"""Writes merges.txt: the byte-pair merges learned on the handbook's training paragraphs, by the course's own reference.

    python data/handbook/learn_merges.py [FOLDER]

One merge a line, the first learned first: two tokens, their bytes in hexadecimal. FOLDER is where the file goes (by
default, beside this script). A word goes with the space before it; one paragraph in ten is kept for validation.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from attentif.exercises.course import find_course
from attentif.references.oracles import load_exercise

N_MERGES = 768  # with the 256 bytes, a vocabulary of 1024
HERE = Path(__file__).parent


def words_of(text: str) -> list[str]:
    """The text cut into pieces that no token spans: words, numbers, punctuation, each with the space before it."""
    return re.findall(r" ?[^\W\d_]+| ?\d+| ?[^\w\s]+|\s+|_+", text)


def text_of_merges(count: int = N_MERGES) -> str:
    """The content of merges.txt, or its first lines."""
    course = find_course(HERE)
    assert course is not None
    train_bpe = load_exercise(course.oracle("atelier2", "bpe")).reference["train_bpe"]
    paragraphs = (HERE / "fra.txt").read_text(encoding="utf-8").splitlines()
    training = [p for i, p in enumerate(paragraphs) if i % 10 != 9]
    words = Counter(word for paragraph in training for word in words_of(paragraph))
    return "".join(f"{one.hex()} {other.hex()}\n" for one, other in train_bpe(dict(words), count))


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    (folder / "merges.txt").write_text(text_of_merges(), encoding="ascii")
