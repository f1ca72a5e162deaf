"""Exact edits of a source: they apply exactly once or say so, and those that do not overlap go together."""

import pytest

from attentif.exercises.edits import EditBroken, apply, changed_names, composed, definitions, edit, located

SOURCE = """def scale(x, d):
    return x / d**0.5


class Layer:
    def first(self, x):
        return scale(x, 4)

    def second(self, x):
        return scale(x, 4)
"""


def edited(*edits):
    return apply(SOURCE, located(SOURCE, edits))


def test_an_edit_replaces_what_stands_there():
    assert edited(edit(" / d**0.5", "")).startswith("def scale(x, d):\n    return x\n")


def test_several_edits_apply_whatever_their_order():
    one, other = edit("d**0.5", "d"), edit("class Layer", "class Other")
    assert edited(one, other) == edited(other, one) == SOURCE.replace("d**0.5", "d").replace("Layer", "Other")


@pytest.mark.parametrize("old", ["d**2", "scale(x, 4)", ""], ids=["absent", "twice", "empty"])
def test_an_edit_that_does_not_apply_exactly_once_is_refused(old):
    with pytest.raises(EditBroken, match="exactly once"):
        edited(edit(old, "x"))


def test_an_edit_within_a_method_leaves_the_others_alone():
    text = edited(edit("scale(x, 4)", "x", within="Layer.second"))
    assert text.count("scale(x, 4)") == 1
    assert text.endswith("def second(self, x):\n        return x\n")


def test_an_edit_within_what_does_not_exist_is_refused():
    with pytest.raises(EditBroken, match=r"defines no Layer.third"):
        edited(edit("scale(x, 4)", "x", within="Layer.third"))


def test_edits_that_overlap_are_refused_in_one_mistake_and_do_not_compose():
    with pytest.raises(EditBroken, match="overlaps"):
        edited(edit("x / d", "x"), edit("/ d**0.5", ""))
    assert composed(located(SOURCE, [edit("x / d", "x")]), located(SOURCE, [edit("/ d**0.5", "")])) is None


def test_edits_that_only_touch_compose():
    both = composed(located(SOURCE, [edit("/ d**0.5", "* d")]), located(SOURCE, [edit("return x ", "return -x ")]))
    assert "return -x * d" in apply(SOURCE, both)


def test_what_is_no_python_any_more_is_refused():
    with pytest.raises(EditBroken, match="no Python"):
        definitions(edited(edit("return x /", "return x")))


def test_a_changed_helper_changes_its_users_but_an_answer_only_itself():
    before, after = definitions(SOURCE), definitions(edited(edit("d**0.5", "d")))
    assert changed_names(before, after, {"Layer"}) == {"scale", "Layer"}
    assert changed_names(before, after, {"scale", "Layer"}) == {"scale"}
