"""Words in Markdown, a file for each language: what is read, and that what is wrong is told with its place."""

import pytest

from attentif.exercises.words_files import WordsBroken, load_words
from attentif.words.text import Text

FRENCH = """# Les erreurs de l'exercice

## missing_scale

Le facteur manque.

Le softmax
sature.

- Comparez.
- Divisez
  par `√d`.
- `scores / √d`.

## one, two
Trouvé.

Suite.
1. un
2. deux
3. trois
"""
ENGLISH = (
    FRENCH.replace("Le facteur manque", "The factor is missing").replace("Trouvé", "Found").replace("Suite", "Then")
)


def folder_with(folder, french=FRENCH, english=ENGLISH):
    (folder / "mistakes.fr.md").write_text(french, encoding="utf-8")
    (folder / "mistakes.en.md").write_text(english, encoding="utf-8")
    return folder


def test_words_are_read_in_both_languages(tmp_path):
    words = load_words(folder_with(tmp_path))
    assert list(words) == ["missing_scale", "one", "two"]
    assert words["missing_scale"].finding == Text("Le facteur manque.", "The factor is missing.")
    assert words["missing_scale"].consequence.fr == "Le softmax sature."
    assert [hint.fr for hint in words["missing_scale"].hints] == ["Comparez.", "Divisez par `√d`.", "`scores / √d`."]


def test_a_heading_with_two_names_gives_both_the_same_words(tmp_path):
    words = load_words(folder_with(tmp_path))
    assert words["one"] == words["two"]
    assert words["one"].hints[2] == Text("trois", "trois")


WRONG = {
    "a hint missing": (FRENCH.replace("- Comparez.\n", ""), "fr.md, line 3: missing_scale needs"),
    "a paragraph missing": (FRENCH.replace("Trouvé.\n\n", ""), "fr.md, line 15: one, two needs"),
    "a paragraph too many": (FRENCH.replace("Trouvé.", "Trouvé.\n\nEncore."), "fr.md, line 15: one, two needs"),
    "words twice": (FRENCH.replace("one, two", "missing_scale"), "line 15: missing_scale has words already, line 3"),
    "no name": (FRENCH.replace("one, two", "Échelle oubliée"), "line 15: 'Échelle oubliée' is no name"),
    "text before any heading": (FRENCH.replace("# Les erreurs", "Les erreurs"), "line 1: a heading"),
    "a heading of another level": (FRENCH.replace("## one, two", "### one"), "line 15: a heading"),
    "text after the hints": (FRENCH.replace("- `scores / √d`.", "- `scores / √d`.\n\nEncore."), "line 15: nothing may"),
    "a name that only one language has": (FRENCH.replace("one, two", "one"), "fr.md: nothing about two"),
    "a name of its own": (FRENCH.replace("one, two", "one, two, three"), "en.md: nothing about three"),
}


@pytest.mark.parametrize(("french", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path, french, told):
    with pytest.raises(WordsBroken) as caught:
        load_words(folder_with(tmp_path, french))
    assert told in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    folder_with(tmp_path)
    (tmp_path / "mistakes.en.md").unlink()
    with pytest.raises(WordsBroken, match=r"mistakes.en.md: cannot be read"):
        load_words(tmp_path)
