# tags: illustration
# Les textes livrés avec ce notebook (origine et licences : data/README.md).
import re
from pathlib import Path

LANGUAGES = {"fra": "français", "ewe": "éwé", "kbp": "kabiyè"}


def declaration(language):
    """The Declaration of Human Rights in "fra", "ewe" or "kbp": one string."""
    return Path(f"data/udhr/{language}.txt").read_text(encoding="utf-8")


def handbook():
    """(training, validation): the paragraphs of the handbook, one in ten kept apart."""
    paragraphs = Path("data/handbook/fra.txt").read_text(encoding="utf-8").splitlines()
    return [p for i, p in enumerate(paragraphs) if i % 10 != 9], paragraphs[9::10]


def words_of(text):
    """The text cut into pieces that no jeton spans: a word or a number or punctuation, with the space before it."""
    return re.findall(r" ?[^\W\d_]+| ?\d+| ?[^\w\s]+|\s+|_+", text)
