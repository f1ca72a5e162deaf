"""What a student reads when a value is not the right one: the first difference, with its axes named."""

import numpy as np
import pytest
import torch

from attentif.exercises.exercise import Function, Output
from attentif.references.compare import compare, compare_weights, named_shape, paired_outputs, same_answer

ATTENTION = Function(
    "attend", "(Q, K, V)", (Output("output", "B h T d_h"), Output("weights", "B h T T")), rtol=1e-6, atol=1e-8
)
SCALAR = Function("norm", "(u)", (Output("norm"),))
MASK = Function("causal_mask", "(T)", (Output("mask", "T_q T_k", compare="exact"),))
COMPONENTS = Function("pca", "(X, k)", (Output("components", "k d", compare="up_to_sign"),))


def answer():
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.normal(size=(2, 2, 5, 4))), torch.from_numpy(rng.normal(size=(2, 2, 5, 5)))


def test_the_right_answer_passes():
    assert compare(answer(), answer(), ATTENTION) is None


def test_a_list_serves_as_a_tuple():
    assert compare(list(answer()), answer(), ATTENTION) is None


def test_shape_message_names_every_axis():
    output, weights = answer()
    mismatch = compare((output.transpose(1, 2), weights), (output, weights), ATTENTION)
    assert mismatch.kind == "shape"
    assert "attendu (B=2, h=2, T=5, d_h=4), obtenu (2, 5, 2, 4)" in mismatch.detail.fr
    assert "(B, h, T, d_h)" in mismatch.general.fr


def test_general_message_of_a_hidden_check_has_no_size():
    output, weights = answer()
    mismatch = compare((output[:, :1], weights), (output, weights), ATTENTION)
    assert not any(character.isdigit() for character in mismatch.general.fr)


def test_missing_return_is_suggested():
    mismatch = compare(None, answer(), ATTENTION)
    assert mismatch.kind == "type"
    assert "return" in mismatch.general.fr


def test_one_value_instead_of_two():
    mismatch = compare(answer()[0], answer(), ATTENTION)
    assert "(output, weights)" in mismatch.general.fr


def test_numpy_where_a_tensor_is_expected():
    output, weights = answer()
    mismatch = compare((output.numpy(), weights), (output, weights), ATTENTION)
    assert "torch.Tensor" in mismatch.general.fr
    assert "numpy" in mismatch.general.fr


def test_tensor_where_an_array_is_expected_is_accepted():
    expected = np.array([[1.0, 2.0]])
    assert compare(torch.tensor([[1.0, 2.0]], dtype=torch.float64), expected, COMPONENTS) is None


def test_values_message_gives_the_worst_place():
    output, weights = answer()
    wrong = output.clone()
    wrong[1, 0, 3, 2] += 5
    mismatch = compare((wrong, weights), (output, weights), ATTENTION)
    assert mismatch.kind == "values"
    assert "(B=1, h=0, T=3, d_h=2)" in mismatch.detail.fr


@pytest.mark.parametrize(("gap", "right"), [(1e-9, True), (1e-5, False)])
def test_float64_is_held_to_float64(gap, right):
    expected = torch.ones(3, dtype=torch.float64)
    function = Function("f", "(x)", (Output("y", "n"),))
    assert (compare(expected + gap, expected, function) is None) is right


@pytest.mark.parametrize(("gap", "right"), [(5e-5, True), (1e-3, False)])
def test_float32_is_held_to_float32(gap, right):
    expected = torch.ones(3, dtype=torch.float64)
    function = Function("f", "(x)", (Output("y", "n"),))
    assert (compare((expected + gap).float(), expected, function) is None) is right


def test_nan_is_right_only_where_nan_is_expected():
    function = Function("f", "(x)", (Output("y", "n"),))
    nan = float("nan")
    assert compare(np.array([1.0, nan]), np.array([1.0, nan]), function) is None
    assert compare(np.array([nan, 1.0]), np.array([1.0, nan]), function) is not None
    assert compare(np.array([1.0, 1.0]), np.array([1.0, nan]), function) is not None


def test_a_mask_of_floats_is_not_a_mask():
    expected = torch.ones(3, 3, dtype=torch.bool).tril()
    mismatch = compare(expected.double(), expected, MASK)
    assert mismatch.kind == "dtype"
    assert "bool" in mismatch.general.fr


def test_components_are_free_of_sign_row_by_row():
    expected = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert compare(expected * [[-1], [1]], expected, COMPONENTS) is None
    assert compare(expected * [-1, 1], expected, COMPONENTS) is not None


def test_scalars_may_be_numbers_or_zero_dimensional():
    for value in (2.0, np.float64(2), np.array(2.0), torch.tensor(2.0, dtype=torch.float64)):
        assert compare(value, 2.0, SCALAR) is None
    assert compare(2.5, 2.0, SCALAR).detail.fr == "« norm » : attendu 2, obtenu 2.5."
    assert compare(2.5, 3e-16, SCALAR).detail.fr == "« norm » : attendu 0, obtenu 2.5."  # rounding is not shown
    assert compare(np.array([2.0]), 2.0, SCALAR).kind == "shape"
    assert "doit être un nombre ; vous renvoyez None" in compare(None, 2.0, SCALAR).general.fr


def test_dict_answers_are_compared_key_by_key():
    function = Function("cost", "(n)", (Output("flops"), Output("memory")))
    assert compare({"flops": 6, "memory": 2}, {"flops": 6, "memory": 2}, function) is None
    assert "flops" in compare({"memory": 2}, {"flops": 6, "memory": 2}, function).general.fr
    assert "« memory »" in compare({"flops": 6, "memory": 3}, {"flops": 6, "memory": 2}, function).detail.fr


def test_objects_that_are_no_arrays_are_refused():
    assert compare(object(), np.zeros(2), COMPONENTS).kind == "type"
    assert compare("0.5", 0.5, SCALAR).kind == "type"
    assert compare([[1], [2, 3]], np.zeros((2, 2)), COMPONENTS).kind == "type"


def test_nested_tuples_are_named_in_order_and_nested_alike():
    function = Function("step", "(X)", (Output("loss"), Output("dW", "n m"), Output("db", "m")))
    loss, dW, db = torch.tensor(2.0), torch.ones(2, 3), torch.zeros(3)
    expected = (loss, (dW, db))
    assert compare((loss, [dW, db]), expected, function) is None
    assert same_answer((2.0, (dW, db)), expected, function)
    assert [output.name for output, _, _ in paired_outputs(expected, expected, function)] == ["loss", "dW", "db"]
    assert "« db »" in compare((loss, (dW, db + 1)), expected, function).detail.fr
    assert "« dW »" in compare((loss, ((dW, dW), db)), expected, function).detail.fr  # too deep: that part is wrong
    for wrong, shown in [
        ((loss, dW, db), "vous renvoyez `(…, …, …)`"),
        ((loss, (dW,)), "vous renvoyez `(…, (…))`"),
        ((loss, dW), "vous renvoyez `(…, …)`"),
        (loss, "vous renvoyez un tenseur torch"),
        (None, "return"),
    ]:
        mismatch = compare(wrong, expected, function)
        assert mismatch.kind == "type"
        assert "`(loss, (dW, db))`" in mismatch.general.fr
        assert shown in mismatch.detail.fr


def test_nested_lists_that_outputs_do_not_name_stay_arrays():
    function = Function("rows", "(n)", (Output("row", "n"),))
    assert compare(np.array([[1, 2], [3, 4]]).tolist(), [[1, 2], [3, 4]], function) is None
    assert compare([np.array([1, 2]), [3, 5]], [[1, 2], [3, 4]], function).kind == "values"


def test_same_answer_is_symmetric_about_shapes():
    output, weights = answer()
    assert same_answer((output, weights), (output + 1e-12, weights), ATTENTION)
    assert not same_answer((output, weights[0]), (output, weights), ATTENTION)


@pytest.mark.parametrize(
    ("axes", "shape", "shown"),
    [
        ("B h T", (2, 3, 4), "(B=2, h=3, T=4)"),
        ("B h T", (3, 4), "(h=3, T=4)"),
        ("… T d", (7, 2, 3, 4), "(7, 2, T=3, d=4)"),
        ("… T d", (3, 4), "(T=3, d=4)"),
        ("T d", (2, 3, 4), "(2, 3, 4)"),
        ("", (2,), "(2)"),
        ("n", (), "()"),
    ],
)
def test_axes_are_named_as_far_as_names_go(axes, shape, shown):
    assert named_shape(Output("x", axes), shape) == shown


MERGES = Function("train_bpe", "(words, n_merges)", (Output("merges", compare="data"),))


def test_data_are_compared_as_a_whole_and_a_list_serves_as_a_tuple():
    assert compare([[b"a", b"b"], (b"ab", b"c")], [(b"a", b"b"), (b"ab", b"c")], MERGES) is None
    assert same_answer((), [], MERGES)
    assert not same_answer([(b"a", b"b")], [], MERGES)


@pytest.mark.parametrize(
    ("value", "expected", "kind", "words"),
    [
        ([(b"a", b"c")], [(b"a", b"b")], "values", "« merges[0][1] » : attendu b'b', obtenu b'c'"),
        ([(b"a", b"b")], [(b"a", b"b"), (b"c", b"d")], "values", "2 éléments attendus, 1 obtenus"),
        ([("a", "b")], [(b"a", b"b")], "type", "une chaîne de caractères là où l'énoncé demande des octets (`bytes`)"),
        (None, [], "type", "None (il manque peut-être `return`)"),
        ([True], [1], "type", "un booléen"),
        ({b"a": 1}, [b"a"], "type", "un dictionnaire"),
        ("text", b"text", "type", "une chaîne"),
    ],
)
def test_data_that_differ_are_told_at_their_first_difference(value, expected, kind, words):
    mismatch = compare(value, expected, MERGES)
    assert mismatch.kind == kind
    assert words in mismatch.detail.fr


def test_general_words_about_data_quote_nothing():
    mismatch = compare([(b"secret", b"b")], [(b"hidden", b"b")], MERGES)
    assert "secret" not in mismatch.general.fr + mismatch.general.en
    assert "hidden" not in mismatch.general.fr + mismatch.general.en
    counted = compare([b"a"] * 3, [b"a"] * 5, MERGES)
    assert not set("35") & set(counted.general.fr + counted.general.en)


def test_wrong_weights_are_told_apart_from_the_output_that_they_give():
    function = Function("attend", "(x)", (Output("output", "T d"), Output("weights", "T_q T_k")))
    right, wrong = np.eye(2), np.array([[0.5, 0.5], [0.0, 1.0]])
    both = compare_weights((wrong @ wrong, wrong), (right, right), function)
    assert (both.name, both.axes, both.wrong.tolist()) == ("weights", ("T_q", "T_k"), [[True, True], [False, False]])
    assert compare((wrong @ wrong, wrong), (right, right), function).name == "output"
    assert compare_weights((wrong, right), (right, right), function) is None
    assert compare_weights((wrong, right[:1]), (right, right), function) is None
