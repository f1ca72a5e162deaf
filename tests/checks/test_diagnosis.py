"""Naming mistakes: each rule on a function small enough to see, and that it is silent where it must be."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from attentif.authoring.verify import verify
from attentif.checks.cases import CaseSet
from attentif.diagnosis.answers import Asked
from attentif.diagnosis.student_errors import not_written
from attentif.diagnosis.submodules import student_trace
from attentif.exercises.alternatives import completed, mistake
from attentif.exercises.edits import edit
from attentif.exercises.exercise import Case, Exercise, Function, Given, Misconception, Output
from attentif.references import stored
from attentif.references.oracles import OracleReference
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Student
from attentif.remote.wire.call import Call, Ref
from attentif.reports.explanation import CheckFailure
from attentif.reports.pages import html_report, plain_report
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.words.text import Text, Words


def nothing(*_):
    return []


ONE_OUTPUT = (Output("y", "B T d"),)


def exercise(reference, cases, outputs=ONE_OUTPUT, **more):
    """An exercise of one function `f` whose draws are ``cases(rng)``."""
    return Exercise(
        name="sample",
        atelier="mini",
        number="0",
        title=Text("Essai", "Trial"),
        points=1,
        functions=(Function("f", "(x)", outputs, rtol=1e-9, atol=1e-11),),
        reference={"f": reference},
        independent={"f": reference},
        public=lambda: cases(np.random.default_rng(5)),
        draw=cases,
        **more,
    )


def case(name, shape, rng, dims=("B", "T", "d")):
    x = torch.from_numpy(rng.normal(size=shape))
    return Case(name, Call("f", {"x": x}), dict(zip(dims, shape, strict=False)))


def two_cases(rng):
    return [case("one", (2, 5, 3), rng), case("two", (4, 3, 6), rng), case("single", (1, 1, 1), rng)]


def failure(oracle, wrong, hidden=True, student=None, only=None):
    """The explanation that a wrong ``f`` gets."""
    reference = OracleReference.drawn(oracle, 7, 2) if hidden else OracleReference.public(oracle)
    names = {"f": wrong, **(student or {})}
    cases = tuple(reference.cases)
    chosen = CaseSet(reference, cases)
    with pytest.raises(CheckFailure) as caught:
        (chosen[only] if only else chosen).check_values(Student(LocalConnection(names)))
    return caught.value.explanations[0]


def named(wrong, reference=lambda x: x, cases=two_cases, hidden=True, **more):
    return failure(exercise(reference, cases, **more), wrong, hidden).diagnosis


def with_nan(x):
    y = x.clone()
    y[..., -1, 0] = float("nan")
    return y


def except_at(place):
    def wrong(x):
        y = x.clone()
        y[:, place] = torch.linspace(7, 9, y[:, 0].numel(), dtype=y.dtype).reshape(y[:, 0].shape)
        return y

    return wrong


DETECTED = {
    "last two axes": ("generic:transposed", lambda x: x.transpose(-1, -2)),
    "first two axes": ("generic:transposed", lambda x: x.transpose(0, 1)),
    "cycle of axes": ("generic:transposed", lambda x: x.permute(2, 0, 1)),
    "an axis too many": ("generic:shape", lambda x: x[:, None]),
    "sign": ("generic:sign", lambda x: -x),
    "times ln 2": ("generic:factor", lambda x: x * np.log(2)),
    "times √d": ("generic:factor", lambda x: x * x.shape[-1] ** 0.5),
    "over d": ("generic:factor", lambda x: x / x.shape[-1]),
    "plain number": ("generic:factor", lambda x: x * 1.2345),
    "plus one": ("generic:offset", lambda x: x + 1),
    "reversed": ("generic:reversed", lambda x: x.flip(1)),
    "late": ("generic:shifted", lambda x: torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1)),
    "early": ("generic:shifted", lambda x: torch.roll(x, -1, dims=1)),
    "nan": ("generic:nan", with_nan),
    "integers": ("generic:dtype", lambda x: x.long()),
    "half": ("generic:dtype", lambda x: x.half().double()),
    "bfloat16": ("generic:dtype", lambda x: x.bfloat16().double()),
    "sorted differently": ("generic:permuted", lambda x: x[:, (torch.arange(x.size(1)) * 2 + 1) % x.size(1)]),
    "all but first": ("generic:except_first", except_at(0)),
    "all but last": ("generic:except_last", except_at(-1)),
}


@pytest.mark.parametrize("hidden", [True, False], ids=["hidden", "public"])
@pytest.mark.parametrize(("name", "wrong"), DETECTED.values(), ids=DETECTED)
def test_a_relation_to_the_right_answer_is_named(name, wrong, hidden):
    # odd sizes, so that the permutation above is one; smallest size 3 where a border must be seen
    sizes = [(5, 3, 2), (3, 5, 7), (1, 1, 1)] if name != "generic:shape" else [(5, 3, 2), (3, 5, 7)]

    def cases(rng):
        return [case(str(i), size, rng) for i, size in enumerate(sizes)]

    if name in ("generic:factor", "generic:offset") or name.startswith("generic:dtype"):
        cases = two_cases
    if name.startswith("generic:except") or name == "generic:permuted":

        def cases(rng):
            return [case("one", (2, 5, 3), rng), case("two", (4, 7, 6), rng)]

    assert named(wrong, cases=cases, hidden=hidden) == name


def test_each_relation_fails_where_one_case_contradicts_it():
    def cases(rng):
        return [case("one", (2, 5, 3), rng), case("two", (4, 7, 6), rng), case("three", (3, 4, 5), rng)]

    for label, (name, wrong) in DETECTED.items():
        contradicted = lambda x, wrong=wrong: wrong(x) if x.size(0) != 3 else x * x + 1  # noqa: E731
        assert named(contradicted, cases=cases) == "", (label, name)


def test_one_case_is_enough_in_public_only_if_it_has_six_values():
    assert named(lambda x: -x, cases=lambda rng: [case("one", (2, 1, 3), rng)], hidden=False) == "generic:sign"
    assert named(lambda x: -x, cases=lambda rng: [case("one", (1, 1, 3), rng)], hidden=False) == ""


def test_cases_that_cannot_tell_do_not_count():
    symmetrical = torch.eye(3, dtype=torch.float64)[None] * 2
    plain = [Case("one", Call("f", {"x": symmetrical}), {"B": 1}), Case("two", Call("f", {"x": 3 * symmetrical}), {})]

    def cases(rng):
        return [*plain, case("three", (1, 3, 4), rng)]

    def one_draw(rng):
        return cases(np.random.default_rng(0))[:2]

    wrong = lambda x: x.transpose(-1, -2)  # noqa: E731
    assert named(wrong, cases=cases) == "generic:transposed"
    assert named(lambda x: x * 0 + x.mean(), cases=one_draw) == ""


def test_two_relations_that_both_hold_are_not_named():
    def cases(rng):  # a row of two: reversed, and rolled by one; and a square of constant sign
        return [Case(n, Call("f", {"x": torch.tensor([[[a, -a]]]).double()}), {}) for n, a in (("a", 1), ("b", 2))]

    assert named(lambda x: -x, cases=cases) == ""  # the sign, or the order


def test_a_factor_is_given_its_meaning():
    found = failure(exercise(lambda x: x, two_cases), lambda x: x / x.shape[-1] ** 0.5)
    assert "1/√d" in found.finding.fr
    assert found.evidence is None
    found = failure(exercise(lambda x: x, two_cases), lambda x: x / x.shape[-1] ** 0.5, hidden=False)
    assert "Rapport" in found.evidence.fr


def test_a_factor_with_two_meanings_says_both():
    def cases(rng):  # T = d everywhere: 1/√T and 1/√d cannot be told apart
        return [case("one", (2, 5, 5), rng), case("two", (4, 3, 3), rng)]

    found = failure(exercise(lambda x: x, cases), lambda x: x / x.shape[-1] ** 0.5)
    assert "1/√T = 1/√d" in found.finding.fr


def test_a_factor_that_means_nothing_and_changes_is_not_named():
    assert named(lambda x: x * float(x.abs().max())) == ""


def test_a_hidden_factor_is_not_quoted():
    found = failure(exercise(lambda x: x, two_cases), lambda x: x * 1.2345)
    assert "1.23" not in str(found)


def test_a_mean_for_a_sum():
    outputs = (Output("y", "B d"),)
    found = failure(exercise(lambda x: x.sum(1), two_cases, outputs), lambda x: x.mean(1))
    assert found.diagnosis == "generic:mean_for_sum"
    assert "moyenne sur T" in found.finding.fr
    found = failure(exercise(lambda x: x.mean(1), two_cases, outputs), lambda x: x.sum(1))
    assert found.diagnosis == "generic:sum_for_mean"


def test_a_size_too_many_is_not_said_to_be_a_sum_or_a_division():
    outputs = (Output("y", "B d"),)
    found = failure(exercise(lambda x: x[:, 0], two_cases, outputs), lambda x: x[:, 0] * x.shape[1])
    assert "multiplication de trop" in found.finding.fr
    found = failure(exercise(lambda x: x[:, 0] * x.shape[1], two_cases, outputs), lambda x: x[:, 0])
    assert "multiplication qui manque" in found.finding.fr


def test_a_constant_a_choice_or_a_sign_is_no_rounding():
    near_one = lambda x: 1 + x.tanh() / 4  # noqa: E731
    assert named(lambda x: near_one(x).round(), near_one) == ""  # also what "is it positive?" answers
    assert named(lambda x: x.sign(), lambda x: x.sign() * 1.2) == "generic:factor"
    assert named(lambda x: (9 * x).round(), lambda x: 9 * x) == "generic:dtype"


def test_two_swapped_axes_of_one_name():
    def cases(rng):
        return [case("one", (2, 5, 5), rng), case("two", (4, 3, 3), rng)]

    found = failure(exercise(lambda x: x, cases, (Output("y", "B T T"),)), lambda x: x.transpose(1, 2))
    assert "les deux axes T échangés" in found.finding.fr


def test_masks():
    def cases(rng):
        return [case("one", (2, 5, 3), rng), case("two", (4, 3, 6), rng)]

    assert named(lambda x: x <= 0, lambda x: x > 0, cases) == "generic:inverted"
    assert named(lambda x: (x > 0).double(), lambda x: x > 0, cases) == "generic:dtype"
    single = (Output("y", ""),)
    assert named(lambda x: bool(x.sum() <= 0), lambda x: bool(x.sum() > 0), cases, outputs=single) == ""


def test_where_nan_starts_is_told_in_public_only():
    def cases(rng):
        return [case("one", (2, 5, 3), rng), case("two", (4, 3, 6), rng)]

    oracle = exercise(lambda x: x, cases)
    assert "(B=0, T=4, d=0)" in failure(oracle, with_nan, hidden=False).evidence.fr
    assert failure(oracle, with_nan).evidence is None


def test_several_outputs():
    outputs = (Output("y", "B T d"), Output("z", "B T d"))
    right = lambda x: (x, x * x)  # noqa: E731
    assert named(lambda x: (x * x, x), right, outputs=outputs) == "generic:outputs_swapped"
    found = failure(exercise(right, two_cases, outputs), lambda x: (x, -x * x))
    assert found.diagnosis == "generic:sign"
    assert found.finding.fr.startswith("« z »")
    assert named(lambda x: (2 * x, -x * x), right, outputs=outputs) == ""


def test_a_relation_must_hold_on_the_cases_of_other_checks_too():
    def wrong(x):
        return -x if x.size(0) == 2 else x + x * x

    assert failure(exercise(lambda x: x, two_cases), wrong, only="one").diagnosis == ""
    assert failure(exercise(lambda x: x, two_cases), lambda x: -x, only="one").diagnosis == "generic:sign"


def test_an_observation_or_a_helper_is_not_an_answer_to_relate():
    def observed(rng):
        return [replace(c, observe=lambda inputs, value: -value) for c in two_cases(rng)]

    assert named(lambda x: -x, cases=observed) == ""


def words(what):
    hints = tuple(Text(f"{what} {i}", f"{what} {i}") for i in (1, 2, 3))
    return {"finding": Text(f"{what}.", f"{what}."), "consequence": Text("Faux.", "Wrong."), "hints": hints}


SQUARE = Misconception("squared", {"f": lambda x: x**2 + x.sum()}, **words("carré"))


def tripled_and_shifted(x):
    y = 3 * x
    return y + x.sum()


SQUARED = mistake("squared", edit("3 * x", "x**2"))
SHIFT = mistake("not_shifted", edit(" + x.sum()", ""))
ABSOLUTE = mistake("absolute", edit("return y", "return y.abs()"))
BOTH = mistake("everything", edit("y = 3 * x\n    return y + x.sum()", "return x**2 - 1"))


def edited_exercise(*written):
    said = {each.name: Words(**words(each.name)) for each in written}
    return completed(exercise(tripled_and_shifted, two_cases), written, (), said)


def test_listed_misconceptions_come_first():
    double = Misconception("doubled", {"f": lambda x: 2 * x}, **words("double"))
    assert named(lambda x: 2 * x, misconceptions=(double, SQUARE)) == "doubled"
    twin = replace(double, name="twice")
    assert named(lambda x: 2 * x, misconceptions=(double, twin)) == ""  # two explain it: none is named


def test_one_case_may_be_a_coincidence():
    """Half the answer and the answer over √d are the same where d = 4."""
    over_root = Misconception("over_root", {"f": lambda x: x.cumsum(1) / x.shape[-1] ** 0.5}, **words("racine"))

    def cases(rng):
        return [case("worked", (2, 3, 4), rng), case("other", (2, 3, 9), rng), case("third", (3, 2, 5), rng)]

    oracle = exercise(lambda x: x, cases, misconceptions=(over_root,))
    assert failure(oracle, over_root.defines["f"], hidden=False, only="worked").diagnosis == "over_root"
    assert failure(oracle, lambda x: x.cumsum(1) / 2, hidden=False, only="worked").diagnosis == ""


def test_two_that_explain_a_simple_case_are_told_apart_by_the_others():
    over_root = Misconception("over_root", {"f": lambda x: x.cumsum(1) / x.shape[-1] ** 0.5}, **words("racine"))
    halved = Misconception("halved", {"f": lambda x: x.cumsum(1) / 2}, **words("moitié"))

    def cases(rng):
        return [case("worked", (2, 3, 4), rng), case("other", (2, 3, 9), rng), case("third", (3, 2, 5), rng)]

    oracle = exercise(lambda x: x, cases, misconceptions=(over_root, halved))
    for listed in (over_root, halved):
        assert failure(oracle, listed.defines["f"], hidden=False, only="worked").diagnosis == listed.name
    by_two_in_the_example = lambda x: x.cumsum(1) / (2 if x.shape[-1] == 4 else 7)  # noqa: E731
    assert failure(oracle, by_two_in_the_example, hidden=False, only="worked").diagnosis == ""


def test_a_pair_is_named_by_hidden_checks():
    oracle = edited_exercise(SQUARED, SHIFT, ABSOLUTE)
    found = failure(oracle, lambda x: x**2)
    assert found.diagnosis == "squared+not_shifted"
    assert "squared" in found.finding.fr
    assert "not_shifted" in found.finding.fr
    assert len(found.hints) == 3
    assert failure(oracle, lambda x: x**2 + x.sum()).diagnosis == "squared"
    assert failure(edited_exercise(SQUARED, ABSOLUTE), lambda x: x**2).diagnosis == ""


def test_edits_that_overlap_are_no_pair():
    assert verify(edited_exercise(SQUARED, BOTH), seeds=(0,)).pairs == set()
    assert verify(edited_exercise(SQUARED, SHIFT), seeds=(0,)).pairs == {"squared+not_shifted"}


def test_verify_says_which_pairs_can_be_told():
    """The absolute value of a square is the square: that pair is the square alone."""
    found = verify(edited_exercise(SQUARED, SHIFT, ABSOLUTE), seeds=(0,))
    assert found.ok
    assert found.pairs == {"squared+not_shifted", "not_shifted+absolute"}
    assert found.untold == {"squared+absolute": "squared"}


def test_of_two_pairs_that_are_the_same_none_can_be_told():
    otherwise = mistake("otherwise", edit("3 * x", "x * x"))
    found = verify(edited_exercise(SQUARED, SHIFT, otherwise), seeds=(0,))
    assert found.pairs == set()
    assert found.untold == {
        "squared+not_shifted": "not_shifted+otherwise",
        "not_shifted+otherwise": "squared+not_shifted",
    }


def helper_user(helper):
    return {"f": lambda x: helper(x) + 1}


def test_an_inherited_error_is_said_to_be_one():
    given = (Given(("helper",), helper_user),)
    oracle = exercise(lambda x: x.exp() + 1, two_cases, given=given)
    wrong_helper = lambda x: x.exp() + x.abs()  # noqa: E731
    student = {"helper": wrong_helper}
    found = failure(oracle, lambda x: wrong_helper(x) + 1, student=student)
    assert found.diagnosis == "inherited:helper"
    assert "juste étant donné votre `helper`" in found.finding.fr
    assert failure(oracle, lambda x: wrong_helper(x) + 2 * x, student=student).diagnosis == ""
    assert failure(oracle, lambda x: wrong_helper(x) + 1).diagnosis == ""  # there is no helper
    assert failure(oracle, lambda x: wrong_helper(x) + 1, student={"helper": 3}).diagnosis == ""


def test_the_fewest_earlier_functions_are_blamed():
    def two(one, other):
        return {"f": lambda x: one(x) + other(x)}

    double, sine = (lambda x: 2 * x), torch.sin
    given = (
        Given(("one", "other"), two),
        Given(("one",), lambda one: two(one, sine)),
        Given(("other",), lambda other: two(double, other)),
    )
    oracle = exercise(lambda x: 2 * x + x.sin(), two_cases, given=given)
    cube, exp = (lambda x: x**3), torch.exp
    for one, other, blamed in ((cube, sine, "one"), (double, exp, "other"), (cube, exp, "one+other")):
        found = failure(oracle, two(one, other)["f"], student={"one": one, "other": other})
        assert found.diagnosis == f"inherited:{blamed}"


def test_a_listed_misconception_that_is_inherited_says_so():
    wrong = lambda x: x.exp() + x.abs() + 1  # noqa: E731
    listed = Misconception("absolute", {"f": wrong}, **words("valeur absolue"))
    given = (Given(("helper",), helper_user),)
    oracle = exercise(lambda x: x.exp() + 1, two_cases, given=given, misconceptions=(listed,))
    found = failure(oracle, wrong, student={"helper": lambda x: x.exp() + x.abs()})
    assert found.diagnosis == "absolute"
    assert "étant donné votre `helper`" in found.consequence.fr


def test_another_convention_is_said_to_be_one():
    bits = Misconception("bits", {"f": lambda x: x / np.log(2)}, convention=True, **words("en bits"))
    oracle = exercise(lambda x: x, two_cases, misconceptions=(bits,))
    found = failure(oracle, bits.defines["f"])
    assert found.convention
    report = ExerciseReport("sample", (CheckResult("t", Text("t", "t"), 1, True, Verdict.FAILED, (found,)),))
    assert "Autre convention : en bits." in plain_report(report)
    assert "Autre convention : en bits." in html_report(report)
    assert "Another convention: en bits." in html_report(report, lang="en")
    assert "Another convention" not in html_report(report)


def test_the_public_file_keeps_conventions(tmp_path):
    bits = Misconception("bits", {"f": lambda x: x / np.log(2)}, convention=True, **words("en bits"))
    oracle = exercise(lambda x: x, two_cases, misconceptions=(bits, SQUARE))
    loaded = written_and_loaded(oracle, tmp_path)
    assert [c.convention for c in loaded.candidates("f")] == [True, False]
    assert loaded.pairs("f") == []


def written_and_loaded(oracle, folder):
    for path, content in zip(stored.reference_paths(folder, oracle.name), stored.build(oracle), strict=True):
        path.write_bytes(content)
    return stored.load(folder, oracle.name)


class Net(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.first, self.second = nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, x):
        return x + self.second(self.first(x).relu())


class NoActivation(Net):
    def forward(self, x):
        return x + self.second(self.first(x))


class ResidualSquared(Net):
    def forward(self, x):
        return x**2 + self.second(self.first(x).relu())


class SecondUnused(Net):
    def forward(self, x):
        return x + nn.functional.linear(self.first(x), self.second.weight) ** 2


class Twice(Net):
    def forward(self, x):
        return x + self.second(self.second(self.first(x).relu()))


class Pair(Net):  # the comparison itself says that a single value is wanted
    def forward(self, x):
        return super().forward(x), x


class Disagreeing(Net):
    def forward(self, x):
        return x + self.second(self.first(x).relu() if x.size(1) == 3 else self.first(x)) + (x.size(1) == 3) * x**2


def net_exercise():
    def cases(rng):
        found = []
        for name, T in (("one", 3), ("two", 5)):
            torch.manual_seed(int(rng.integers(1000)))
            state = {k: v.clone() for k, v in Net(4).state_dict().items()}
            found.append(Case(name, Call("Net", {"x": torch.randn(2, T, 4)}, {"d": 4}, state), {"B": 2, "T": T}))
        return found

    functions = (Function("Net", "(d)", (Output("y", "B T d"),), "class", 1e-4, 1e-5),)
    oracle = exercise(Net, cases)
    return replace(oracle, functions=functions, reference={"Net": Net}, independent={"Net": Net})


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (NoActivation, "module:second"),
        (ResidualSquared, "module:after"),
        (SecondUnused, "module:second"),
        (Twice, "module:second"),
        (Disagreeing, ""),
        (Pair, ""),
    ],
)
@pytest.mark.parametrize("where", ["oracle", "file"])
def test_the_first_submodule_that_diverges(wrong, name, where, tmp_path):
    oracle = net_exercise()
    reference = OracleReference.drawn(oracle, 1, 2) if where == "oracle" else written_and_loaded(oracle, tmp_path)
    with pytest.raises(CheckFailure) as caught:
        CaseSet(reference, tuple(reference.cases)).check_values(Student(LocalConnection({"Net": wrong})))
    assert caught.value.explanations[0].diagnosis == name


class Deep(nn.Module):
    def __init__(self, d, depth):
        super().__init__()
        self.layers = nn.ModuleList([Net(d) for _ in range(depth)])
        self.head = nn.Linear(d, d)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


class HeadOfTheDouble(Deep):
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(2 * x)


def test_the_submodule_that_diverges_may_have_more_before_it_in_one_case_than_in_another():
    """What agrees is told as a whole, without its parts, and only if it is there in every case."""

    def cases(rng):
        found = []
        for depth in (1, 2):
            torch.manual_seed(int(rng.integers(1000)))
            state = {k: v.clone() for k, v in Deep(4, depth).state_dict().items()}
            call = Call("Deep", {"x": torch.randn(2, 3, 4)}, {"d": 4, "depth": depth}, state)
            found.append(Case(f"depth_{depth}", call, {"B": 2, "T": 3}))
        return found

    functions = (Function("Deep", "(d, depth)", (Output("y", "B T d"),), "class", 1e-4, 1e-5),)
    oracle = replace(exercise(Deep, cases), functions=functions, reference={"Deep": Deep}, independent={"Deep": Deep})
    reference = OracleReference.drawn(oracle, 1, 2)
    with pytest.raises(CheckFailure) as caught:
        CaseSet(reference, tuple(reference.cases)).check_values(Student(LocalConnection({"Deep": HeadOfTheDouble})))
    told = caught.value.explanations[0]
    assert told.diagnosis == "module:head"
    assert told.finding.fr.startswith("`layers.0` : sorties justes. ")


def test_submodules_that_lie_do_not_break_the_grader():
    class Liar:
        def probe(self, *_, **__):
            return [("first", "no tensor"), 3]

    (one, _) = net_exercise().public()
    assert student_trace(Liar(), one) is None


def test_right_values_with_wrong_gradients_may_be_a_misconception():
    """It must be wrong in one of its functions, not in each."""

    def gradient(f, x):
        x = x.clone().requires_grad_()
        f(x).sum().backward()
        return torch.zeros_like(x) if x.grad is None else x.grad

    cut = Misconception("cut", {"f": lambda x: 2 * x.detach() + 0 * x, "gradient": gradient}, **words("coupé"))
    base = exercise(lambda x: 2 * x, two_cases, misconceptions=(cut,))
    functions = (*base.functions, Function("gradient", "(f, x)", (Output("dx", "B T d"),)))

    def draw(rng):
        from attentif.remote.wire.call import Ref

        x = torch.from_numpy(rng.normal(size=(2, 3)))
        return [*two_cases(rng), Case("back", Call("gradient", {"f": Ref("f"), "x": x}))]

    oracle = replace(base, functions=functions, draw=draw, public=nothing, provided=(gradient,))
    assert verify(oracle, seeds=(0,)).ok
    harmless = replace(cut, name="harmless", defines={"f": lambda x: x + x, "gradient": gradient})
    found = verify(replace(oracle, misconceptions=(harmless,)), seeds=(0,))
    assert found.problems == ["misconception harmless cannot be told from the reference"]


def test_everything_raising_is_not_a_diagnosis():
    def wrong(x):
        raise ValueError("x")

    assert failure(exercise(lambda x: x, two_cases), wrong).diagnosis == ""


def check_gradients(wrong, reference=lambda x: x.exp()):
    def cases(rng):
        return [replace(case("one", (2, 5, 3), rng), differentiable=("x",))]

    drawn = OracleReference.drawn(exercise(reference, cases), 7, 2)
    CaseSet(drawn, tuple(drawn.cases)).check_gradients(Student(LocalConnection({"f": wrong})))


def test_gradients_through_a_float32_answer_are_held_to_float32():
    check_gradients(lambda x: x.float().exp())
    check_gradients(lambda x: x.float().exp().double().float())
    check_gradients(lambda x: x.float().exp().double())
    for wrong in (lambda x: x.float().exp().detach(), lambda x: 1.001 * x.float().exp()):
        with pytest.raises(CheckFailure):
            check_gradients(wrong)


def test_a_finding_about_some_outputs_goes_on_after_the_colon():
    outputs = (Output("one", "B T d"), Output("two", "B T d"))
    oracle = exercise(lambda x: (x, x + 1), two_cases, outputs)
    assert failure(oracle, lambda x: (x, -x - 1)).finding.fr.startswith("« two » : votre sortie est")
    nan = failure(oracle, lambda x: (x, with_nan(x + 1))).finding
    assert nan.fr == "Des NaN apparaissent dans « two » ; tout le reste est juste."
    assert nan.en.startswith("NaN appear in `two`")


def test_a_name_that_a_public_case_contradicts_is_not_given_by_a_hidden_check():
    """Where all sums are positive, the absolute value of the sum is the sum; one public case tells them apart."""
    without = Misconception("without", {"f": lambda x: x.sum(-1)}, **words("sans valeur absolue"))

    def positive(rng):
        return [replace(c, call=c.call.with_inputs(x=c.call.inputs["x"].abs())) for c in two_cases(rng)]

    base = exercise(lambda x: x.abs().sum(-1) + 1, positive, (Output("y", "B T"),), misconceptions=(without,))
    told = replace(base, public=lambda: two_cases(np.random.default_rng(5)))
    assert failure(base, lambda x: x.sum(-1).abs()).diagnosis == "without"
    assert failure(told, lambda x: x.sum(-1).abs()).diagnosis == ""


def test_a_factor_means_a_number_only_where_sizes_vary():
    """8 over ⌊√8⌋ squared is 2, and is no 2 elsewhere."""

    def of_one_size(rng):
        return [case("one", (2, 5, 8), rng), case("two", (4, 3, 8), rng)]

    def of_two_sizes(rng):
        return [case("one", (2, 5, 8), rng), case("two", (4, 3, 6), rng)]

    assert "facteur, 2" not in failure(exercise(lambda x: x, of_one_size), lambda x: 2 * x).finding.fr
    assert "facteur, 2" in failure(exercise(lambda x: x, of_two_sizes), lambda x: 2 * x).finding.fr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda x: x.exp().detach(), "le graphe est coupé"),
        (lambda x: x.exp().detach() + 1e-4 * (x.exp() - x.exp().detach()) + 0.9999 * (x.exp() - x.exp().detach()), ""),
        (lambda x: x.exp().detach() + 1.0001 * (x.exp() - x.exp().detach()), "l'écart est petit"),
        (lambda x: x.exp().detach() + 2 * (x.exp() - x.exp().detach()), "n'est pas le bon"),
        (lambda x: x.exp() + (x - x.detach()).abs().sqrt().sum() * 0, "des NaN"),
    ],
)
def test_a_graph_is_said_to_be_cut_only_where_the_gradient_is_zero(wrong, said):
    if not said:
        check_gradients(wrong)
        return
    with pytest.raises(CheckFailure) as caught:
        check_gradients(wrong)
    (explanation,) = caught.value.explanations
    assert said in explanation.finding.fr
    everything = [explanation.finding.fr, explanation.consequence.fr, *(hint.fr for hint in explanation.hints)]
    assert ("coupe" in " ".join(everything).replace("n'est pas coupé", "")) == (said == "le graphe est coupé")


class Elsewhere(Net):
    """Uses a sub-module's weights without calling it, and is wrong otherwise."""

    def forward(self, x):
        return 2 * x + self.second(nn.functional.linear(x, self.first.weight, self.first.bias).relu())


class Directly(Net):
    def forward(self, x):
        return 2 * x + self.second.forward(self.first.forward(x).relu())


@pytest.mark.parametrize(("wrong", "name"), [(Elsewhere, ""), (Directly, "module:after")])
def test_a_submodule_is_said_never_to_be_called_only_if_it_is_not_used(wrong, name):
    oracle = net_exercise()
    reference = OracleReference.drawn(oracle, 1, 2)
    with pytest.raises(CheckFailure) as caught:
        CaseSet(reference, tuple(reference.cases)).check_values(Student(LocalConnection({"Net": wrong})))
    (explanation,) = caught.value.explanations
    assert explanation.diagnosis == name
    assert "jamais appelé" not in explanation.finding.fr


def test_a_low_precision_is_not_told_as_a_mask_of_numbers():
    half = failure(exercise(lambda x: x, two_cases), lambda x: x.half().double())
    assert "masque" not in half.consequence.fr
    mask = failure(exercise(lambda x: x > 0, two_cases), lambda x: (x > 0).double())
    assert "masque" in mask.consequence.fr


def test_the_first_nan_has_a_place_in_public_and_general_words_in_hidden():
    wrong = lambda x: x * torch.where(x.sum(-1, keepdim=True) > 0, float("nan"), 2.0)  # noqa: E731
    public, hidden = (failure(exercise(lambda x: x, two_cases), wrong, hidden=hidden) for hidden in (False, True))
    assert "par lignes entières" in public.finding.fr
    assert "tout le reste est juste" not in public.finding.fr
    assert "B=" in public.evidence.fr
    assert hidden.evidence is None


def test_what_is_wrong_by_little_is_told_as_a_small_gap():
    explanation = failure(exercise(lambda x: 1 / (1 + x**2), two_cases), lambda x: 1 / (1 + x**2 + 1e-5))
    assert "L'écart est petit" in explanation.finding.fr
    assert not explanation.diagnosis


def test_answers_to_cases_of_other_checks_are_asked_for_once():
    calls = []

    def wrong(x):
        calls.append(1)
        return x**3 + x.abs()

    reference = OracleReference.drawn(exercise(lambda x: x, two_cases), 7, 2)
    asked = Asked()
    for name in ("one", "two"):
        with pytest.raises(CheckFailure):
            CaseSet(reference, tuple(reference.cases), asked=asked)[name].check_values(
                Student(LocalConnection({"f": wrong}))
            )
    assert len(asked.outcomes) == len(reference.cases) + len(reference.witnesses)
    assert len(calls) <= len(asked.outcomes) + 4  # two cases at hand in the second check, and one more call in each


def test_a_name_is_found_anew_where_an_answer_is_no_longer_what_it_was():
    reference = OracleReference.drawn(exercise(lambda x: x, two_cases), 7, 2)
    cases, asked = CaseSet(reference, tuple(reference.cases)), Asked()

    def named(function):
        with pytest.raises(CheckFailure) as caught:
            replace(cases, asked=asked).check_values(Student(LocalConnection({"f": function})))
        return caught.value.explanations[0].diagnosis

    assert named(lambda x: -x) == "generic:sign" == named(lambda x: -x)
    assert named(lambda x: 2 * x) != "generic:sign"


def test_right_answers_to_a_check_s_own_cases_are_computed_once():
    computed = []

    def right(x):
        computed.append(1)
        return x

    reference = OracleReference.drawn(exercise(right, two_cases), 7, 2)
    drawn = CaseSet(reference, tuple(reference.cases))
    for number in (1.0, 1.0, 2.0):
        own = Case("own", Call("f", {"x": torch.full((2, 3, 4), number)}), {"B": 2, "T": 3, "d": 4})
        drawn.others(own).check_values(Student(LocalConnection({"f": lambda x: x})))
    assert len(computed) == 2  # of 1.0 once, and of 2.0: the name of a case does not tell it


def test_of_a_helper_that_is_handed_a_stub_it_is_the_stub_that_is_not_written():
    handed = Call("largest_tensor", {"function": Ref("blockwise_attention"), "x": 1})
    assert not_written("largest_tensor", handed).finding.en == "`blockwise_attention` is not written yet."
    assert not_written("softmax", Call("softmax", {"x": 1})).finding.en == "`softmax` is not written yet."
