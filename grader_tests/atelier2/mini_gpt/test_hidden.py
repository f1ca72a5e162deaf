"""Vérifications cachées : MiniGPT, count_parameters."""

from dataclasses import replace

import pytest
import torch

from attentif.checks import Text, check_refused, fail
from attentif.remote.wire.errors import StateMisfit

pytestmark = pytest.mark.exercise("mini_gpt")


@pytest.mark.weight(5)
def test_fresh_models(student, cases):
    """Avec des poids nouveaux, MiniGPT renvoie ce que renvoie GPT-2 ; T plus court que le contexte, T = 1, B = 1 aussi.

    With new weights, MiniGPT returns what GPT-2 returns; for T shorter than the context, T = 1, B = 1 too."""
    cases.only("MiniGPT").check_values(student)


@pytest.mark.weight(2)
def test_fresh_counts(student, cases):
    """count_parameters est juste pour d’autres tailles.

    count_parameters is right for other sizes."""
    cases.only("count_parameters").check_values(student)


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_models")
def test_no_future_reaches_the_past(student, cases):
    """Changer la fin d’une séquence, ou la couper, ne change pas les logits de son début.

    Changing the end of a sequence, or cutting it off, does not change the logits of its beginning."""
    for case in cases["model_batch"]:
        ids = case.call.inputs["ids"]
        t = ids.size(1) // 2
        changed = ids.clone()
        changed[:, t:] = (ids[:, t:] + 1) % (case.dims["V"] - 1)
        before = case.call.run(student)[:, :t]
        after = case.call.with_inputs(ids=changed).run(student)[:, :t]
        cut = case.call.with_inputs(ids=ids[:, :t].contiguous()).run(student)
        if not torch.allclose(before, after, rtol=0, atol=1e-5) or not torch.allclose(
            before, cut, rtol=1e-4, atol=1e-4
        ):
            fail(
                Text(
                    "Le futur fuit : ce qui suit une position change ses logits.",
                    "The future leaks: what follows a position changes its logits.",
                ),
                function="MiniGPT",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_models")
def test_sentences_of_a_batch_do_not_mix(student, cases):
    """Permuter les séquences d’un lot permute leurs logits.

    Permuting the sequences of a batch permutes their logits."""
    for case in cases["model_one_layer"]:
        ids = case.call.inputs["ids"]
        order = torch.tensor([2, 0, 3, 1])
        mixed, kept = case.call.with_inputs(ids=ids[order]).run(student), case.call.run(student)
        if not torch.allclose(mixed, kept[order], rtol=1e-4, atol=1e-4):
            fail(
                Text(
                    "Les logits d’une séquence dépendent des autres séquences du lot.",
                    "The logits of a sequence depend on the other sequences of the batch.",
                ),
                function="MiniGPT",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_models")
def test_one_matrix_serves_twice(student, cases):
    """La matrice de sortie est la table des jetons, la même en mémoire.

    The output matrix is the table of tokens, the same in memory."""
    for case in cases["model_batch"]:
        state = {name: value for name, value in case.call.state.items() if name != "head.weight"}
        table = state["token_embedding.weight"].clone()
        table[-1] *= -3  # the last jeton is nowhere in ids: only its logit may change
        try:
            before = replace(case.call, state=state).run(student)
            after = replace(case.call, state={**state, "token_embedding.weight": table}).run(student)
        except StateMisfit:
            before, after = torch.zeros(1), torch.ones(1)  # a second matrix, that the state does not give
        expected = before.clone()
        expected[..., -1] *= -3
        if not torch.allclose(after, expected, rtol=1e-3, atol=1e-3):
            fail(
                Text(
                    "`head` et `token_embedding` n’ont pas la même matrice.",
                    "`head` and `token_embedding` do not have the same matrix.",
                ),
                function="MiniGPT",
            )


@pytest.mark.weight(1)
@pytest.mark.requires("test_fresh_models")
def test_inputs_layout_and_length(student, cases):
    """Les identifiants restent intacts et peuvent être non contigus ; une séquence trop longue est refusée.

    Ids are left alone and may be non-contiguous; a sequence that is too long is refused."""
    models = cases.only("MiniGPT")
    models.check_inputs_unchanged(student)
    models.non_contiguous().check_values(student)
    for case in cases["model_batch"]:
        too_long = torch.zeros(2, case.dims["context"] + 3, dtype=torch.long)
        check_refused(
            "MiniGPT",
            lambda case=case, ids=too_long: case.call.with_inputs(ids=ids).run(student),
            ValueError,
            finding=Text(
                "Une séquence plus longue que le contexte est acceptée.",
                "A sequence longer than the context is accepted.",
            ),
        )
