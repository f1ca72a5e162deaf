"""Vérifications publiques : apply_temperature, top_k_filter, top_p_filter, generate."""

import pytest
import torch

from attentif.checks import Text, check_refused, fail

pytestmark = pytest.mark.exercise("generation")


@pytest.mark.weight(2)
def test_temperature(student, cases):
    """apply_temperature : l’exemple de l’énoncé, T haute, T = 1, T = 0 et ses égalités, de grands logits.

    apply_temperature: the example of the statement, T high, T = 1, T = 0 and its ties, large logits."""
    cases.only("apply_temperature").check_values(student)


@pytest.mark.weight(2)
def test_top_k(student, cases):
    """top_k_filter : l’exemple de l’énoncé, plusieurs lignes, une égalité, k plus grand que le vocabulaire.

    top_k_filter: the example of the statement, several rows, a tie, k greater than the vocabulary."""
    cases.only("top_k_filter").check_values(student)


@pytest.mark.weight(3)
def test_top_p(student, cases):
    """top_p_filter : l’exemple de l’énoncé, plusieurs lignes, une somme exactement atteinte, p = 0 et p = 1.

    top_p_filter: the example of the statement, several rows, a sum exactly reached, p = 0 and p = 1."""
    cases.only("top_p_filter").check_values(student)


@pytest.mark.weight(3)
def test_text_without_chance(student, cases):
    """generate, là où rien n’est laissé au hasard : T = 0, k = 1 ou p = 0 ; longue amorce, jeton de fin.

    generate, where nothing is left to chance: T = 0, k = 1 or p = 0; a long prompt, an end token."""
    cases.only("continue_with").check_values(student)


@pytest.mark.requires("test_text_without_chance")
def test_text_with_chance(student):
    """À T = 1, tous les jetons possibles sortent ; avec top_k = 2, deux seulement.

    At T = 1 all possible tokens come out; with top_k = 2, two only."""
    table = torch.tensor([0.3, 0.2, 0.25, 0.25], dtype=torch.float64).log().expand(4, -1).clone()
    start = torch.zeros(1, 1, dtype=torch.long)
    for top_k, wanted in ((None, {0, 1, 2, 3}), (2, {0, 2})):
        text = student.continue_with(student.generate, table, 1, start, 120, 1.0, top_k, None, None, 7)
        found = set(text[0, 1:].tolist())
        if found != wanted:  # of 120 draws, one of four is missing once in 10¹¹
            fail(
                Text(
                    f"Les probabilités sont 0,3, 0,2, 0,25 et 0,25, et top_k vaut {top_k} : les jetons "
                    f"{sorted(wanted)} devraient sortir ; en 120 tirages, vous obtenez {sorted(found)}.",
                    f"The probabilities are 0.3, 0.2, 0.25 and 0.25, and top_k is {top_k}: tokens "
                    f"{sorted(wanted)} should come out; in 120 draws you get {sorted(found)}.",
                ),
                hints=(
                    Text("Le jeton suivant est-il tiré au hasard ?", "Is the next token drawn by chance?"),
                    Text(
                        "`torch.multinomial` tire selon des probabilités.",
                        "`torch.multinomial` draws by probabilities.",
                    ),
                    Text(
                        "`torch.multinomial(probabilities, 1, generator=generator)`.",
                        "`torch.multinomial(probabilities, 1, generator=generator)`.",
                    ),
                ),
                function="generate",
            )


@pytest.mark.requires("test_temperature", "test_top_k", "test_top_p", "test_text_without_chance")
def test_bad_input_is_refused(student):
    """T < 0, k < 1, p hors de [0, 1], une amorce vide ou de deux phrases sont refusés par `ValueError`.

    T < 0, k < 1, p out of [0, 1], a prompt that is empty or of two sentences are refused with `ValueError`."""
    row = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64)
    check_refused(
        "apply_temperature",
        lambda: student.apply_temperature(row, -1.0),
        ValueError,
        finding=Text("Une température de −1 est acceptée.", "A temperature of −1 is accepted."),
    )
    check_refused(
        "top_k_filter",
        lambda: student.top_k_filter(row, 0),
        ValueError,
        finding=Text("k = 0 est accepté : il ne resterait rien à tirer.", "k = 0 is accepted: nothing would be left."),
    )
    for p in (-0.5, 1.5):
        check_refused(
            "top_p_filter",
            lambda p=p: student.top_p_filter(row, p),
            ValueError,
            finding=Text(
                f"p = {p} est accepté : ce n’est pas une probabilité.", f"p = {p} is accepted: it is no probability."
            ),
        )
    for shape in ((1, 0), (2, 3)):
        ids = torch.zeros(shape, dtype=torch.long)
        check_refused(
            "generate",
            lambda ids=ids: student.continue_with(
                student.generate, torch.zeros(4, 4), 8, ids, 2, 1.0, None, None, None, 0
            ),
            ValueError,
            finding=Text(
                f"Une amorce de forme {shape} est acceptée ; il faut (1, T), avec T ≥ 1.",
                f"A prompt of shape {shape} is accepted; it takes (1, T), with T ≥ 1.",
            ),
        )


@pytest.mark.requires("test_temperature", "test_top_k", "test_top_p", "test_text_without_chance")
def test_inputs_are_left_alone(student, cases):
    """Rien de ce que vos fonctions reçoivent n’est modifié.

    Nothing that your functions receive is changed."""
    cases.check_inputs_unchanged(student)
