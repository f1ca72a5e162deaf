"""One conversation, in this process and with a forked copy of a real process: the same answers."""

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch

from attentif.remote.inside.probes import PROBES
from attentif.remote.local import LocalConnection
from attentif.remote.outside.student import Handle, Student
from attentif.remote.wire.call import Call, Ref
from attentif.remote.wire.errors import MemoryLimit, NameMissing, NotCallable, ProtocolError, StudentError


def test_values_and_calls(student):
    assert student.SIZE == 7
    assert student.TABLE == {("a", "b"): 2, None: [1, 2.5]}
    Q, K = torch.randn(2, 3, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)
    weights, label = student.attend(Q, K)
    assert label == "weights"
    assert torch.equal(weights, (Q @ K.T).softmax(-1))
    assert torch.equal(student.attend(K=K, Q=Q)[0], weights)


def test_arguments_are_never_changed_here(student):
    x, nested = np.zeros(3), [torch.ones(2)]
    assert np.array_equal(student.in_place(x, 1), np.ones(3))
    assert torch.equal(student.nested_in_place(nested)[0], torch.full((2,), 2.0))
    assert np.array_equal(x, np.zeros(3))
    assert torch.equal(nested[0], torch.ones(2))


def test_objects_stay_there_and_can_be_used(student):
    model = student.Model(3)
    assert type(model) is Handle
    assert "Model" in repr(model)
    model.load_state_dict({"inner.weight": torch.eye(3), "inner.bias": torch.zeros(3), "mask": torch.ones(3)})
    assert type(model.eval()) is Handle
    assert torch.equal(model(torch.ones(1, 3)), torch.full((1, 3), 2.0))
    assert torch.equal(model.inner.weight, torch.eye(3))
    assert list(model.state_dict()) == ["mask", "inner.weight", "inner.bias"]
    assert torch.equal(student.apply(model, torch.ones(1, 3)), torch.full((1, 3), 2.0))  # a handle as argument
    assert torch.equal(student.apply(Ref("cut"), torch.ones(2)), torch.full((2,), 2.0))


def test_functions_are_asked_for_once_and_values_each_time():
    class Counting(LocalConnection):
        asked = 0

        def ask(self, request):
            self.asked += 1
            return super().ask(request)

    names = {"f": lambda x: x + names["n"], "n": 1}
    connection = Counting(names)
    student = Student(connection)
    assert [student.f(1), student.f(2), student.f is student.f] == [2, 3, True]
    assert connection.asked == 3  # what f is, and two calls
    assert student.n == 1
    names["n"] = 2
    assert (student.n, student.f(1)) == (2, 3)
    assert Student(connection).f is not student.f


def test_no_private_name_is_ever_asked_for(student):
    asked = []
    real, student._connection = student._connection, None

    class Spy:
        def ask(self, request):
            asked.append(request)
            return real.ask(request)

    student._connection = Spy()
    model = student.Model(3)
    asked.clear()
    for name in ("__globals__", "__wrapped__", "_parameters", "__array__", "__torch_function__", "_", "é", "__len__"):
        with pytest.raises(AttributeError):
            getattr(model, name)
        with pytest.raises(AttributeError):
            getattr(student, name)
    np.array(model, dtype=object)
    assert not isinstance(model, torch.Tensor)
    with pytest.raises((TypeError, RuntimeError, ValueError)):
        torch.as_tensor(model)
    with pytest.raises(TypeError):
        iter(model)
    with pytest.raises(TypeError):
        len(model)
    assert copy.deepcopy(model) is model
    with pytest.raises(TypeError):
        pickle.dumps(model)
    with pytest.raises(TypeError):
        copy.deepcopy(student)
    assert model != 3
    assert asked == []


@pytest.mark.parametrize("name", ["__builtins__", "_private", "", "a.b", "é", "SIZE ", None, 3])
def test_the_agent_refuses_private_names_too(student, name):
    model = student.Model(3)
    with pytest.raises(ProtocolError):
        student._request({"do": "get", "name": name})
    with pytest.raises(ProtocolError):
        student._request({"do": "attribute", "target": model, "name": name})


@pytest.mark.parametrize("asked", [{"do": "eval", "source": "1"}, {"do": "probe", "name": "exec", "call": {}}])
def test_the_agent_knows_no_other_operations(student, asked):
    with pytest.raises(ProtocolError):
        student._request(asked)


def test_missing_and_uncallable_names(student):
    with pytest.raises(NameMissing) as caught:
        student.absent(1)
    assert caught.value.name == "absent"
    assert not hasattr(student, "absent")
    assert hasattr(student, "attend")
    assert not hasattr(student.Dataset(1), "absent")
    with pytest.raises(NotCallable):
        student.probe("accepts", "SIZE", {"x": 1})
    with pytest.raises(NotCallable):
        student.Dataset(3)()


def test_an_attribute_that_fails_is_an_error_of_the_student(student):
    with pytest.raises(StudentError) as caught:
        _ = student.Dataset(3).broken
    assert caught.value.type == "AttributeError"


def test_an_exception_is_told_as_text_with_its_line(student):
    with pytest.raises(StudentError) as caught:
        student.fails(1)
    error = caught.value
    assert (error.type, error.message) == ("ZeroDivisionError", "division by zero")
    assert error.cell.splitlines()[-1].split(maxsplit=2) == ["→", str(error.line), "return x / y"]
    assert "ZeroDivisionError" in error.traceback
    with pytest.raises(StudentError) as caught:
        student.fails_in_library(1)
    assert "torch.ones(2) @ torch.ones(3)" in caught.value.cell.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "kind"), [("leaves", "SystemExit"), ("weird", "Weird"), ("recursive", "RecursionError")]
)
def test_unusual_exceptions(student, name, kind):
    with pytest.raises(StudentError) as caught:
        getattr(student, name)()
    assert caught.value.type == kind
    assert student.SIZE == 7  # and the conversation goes on


def test_interrupts(frozen, names):
    """An error like others in a grading; on the student's own machine, the wish to stop everything."""
    with frozen.open_session("exercise", time_limit=20) as student, pytest.raises(StudentError) as caught:
        student.interrupts()
    assert caught.value.type == "KeyboardInterrupt"
    with pytest.raises(KeyboardInterrupt):
        Student(LocalConnection(names)).interrupts()


@pytest.mark.parametrize("name", ["hungry", "very_hungry"])
def test_no_memory_left(student, name):
    with pytest.raises(MemoryLimit):
        getattr(student, name)()
    assert student.SIZE == 7


@pytest.mark.parametrize(("name", "word"), [("huge", "too large"), ("deep", "deep"), ("objects", "dtype object")])
def test_values_that_cannot_go_are_refused_with_a_reason(student, name, word):
    with pytest.raises(ProtocolError, match=word):
        getattr(student, name)()
    assert student.SIZE == 7


def test_an_argument_that_cannot_go_is_a_mistake_of_the_check(student, names):
    with pytest.raises(TypeError, match="object"):
        student.attend(object(), 1)
    other = Student(LocalConnection(names)).Model(3)
    with pytest.raises(TypeError):
        student.apply(other, 1)


def test_invented_handles_are_refused(student):
    with pytest.raises(ProtocolError):
        Handle(student, 99, True, "function")(1)


def test_what_is_printed_is_shown_only_on_the_students_own_machine(student, capfd):
    assert student.prints(5) == 5
    out, err = capfd.readouterr()
    assert ("a secret input: 5" in out) == isinstance(student._connection, LocalConnection)
    assert (len(err) > 1_000_000) == isinstance(student._connection, LocalConnection)


def test_autograd_works_after_the_fork(student):
    x = torch.randn(40, 40, dtype=torch.float64) / 10
    y = x.clone().requires_grad_()
    (y @ y.T).exp().sum().backward()
    assert torch.allclose(student.backward(x), y.grad)


# ---------------------------------------------------------------------------------------------------------------
# Probes


def test_every_probe_takes_a_namespace_and_a_call():
    assert PROBES
    for name, probe in PROBES.items():
        assert probe.__name__ == name
        assert list(inspect.signature(probe).parameters)[:2] == ["namespace", "call"]


def test_an_instance_comes_with_what_did_not_fit(student):
    state = {"inner.weight": torch.eye(2), "inner.bias": torch.zeros(2), "mask": torch.ones(2)}
    made = student.probe("make", Call("Model", init={"n": 2}, state=state))
    assert isinstance(made["made"], Handle)
    assert not any(made[kind] for kind in ("missing", "misshapen", "extra"))
    made = student.probe("make", Call("Model", init={"n": 2}, state={"outer.weight": torch.eye(2)}))
    assert (made["missing"], made["extra"]) == (["outer.weight"], ["inner.weight", "inner.bias"])


def test_signatures(student):
    assert student.probe("signature", "attend") == ["(Q, K)", ["Q", "K"]]
    assert student.probe("signature", "default_tensor") == ["(x, mask=…, eps=1e-05)", ["x", "mask", "eps"]]
    assert student.probe("signature", "Dataset") == ["(n)", ["n"]]
    with pytest.raises(NameMissing):
        student.probe("signature", "absent")


def outline(name, inputs, init=0, method=""):
    return Call(name, dict.fromkeys(range(inputs)), dict.fromkeys(range(init)) or None, method=method)


@pytest.mark.parametrize(("arguments", "answer"), [
    (outline("attend", 2), None),
    (outline("attend", 3), "(Q, K)"),
    (outline("default_tensor", 1), None),
    (outline("noisy_shape", 1), "(*, sizes=…, flag=None)"),
    (outline("Model", 1, 1), None),
    (outline("Model", 1, 2), "(n)"),
    (outline("Model", 2, 1), "(n).forward(x)"),
    (outline("Model", 2, 1, "attend"), None),
    (outline("Model", 1, 1, "attend"), "(n).attend(x, y)"),
    (outline("Dataset", 1), None),
])  # fmt: skip
def test_accepts(student, arguments, answer):
    assert student.probe("accepts", arguments) == answer


def test_accepts_a_missing_method(student):
    with pytest.raises(NameMissing, match=r"Model\.absent"):
        student.probe("accepts", outline("Model", 1, 1, "absent"))


def test_inputs_come_back_with_the_answer(student):
    x = torch.tensor([1.0, 2.0])
    for value in (x, x.numpy(), x.to(torch.bfloat16)):
        reply = student.probe("call_and_inputs", Call("in_place", {"x": value, "y": 1}))
        assert reply["inputs"]["x"].tolist() == reply["output"].tolist() == [2.0, 3.0]
        assert (type(reply["inputs"]["x"]), reply["inputs"]["y"]) == (type(value), 1)
        assert value.tolist() == [1.0, 2.0]  # in the student's own notebook, too, a copy is what is given
    reply = student.probe("call_and_inputs", Call("nested_in_place", {"xs": [x, x + 1]}))
    assert [item.tolist() for item in reply["inputs"]["xs"]] == [[2.0, 4.0], [2.0, 3.0]]


def test_inputs_of_a_call_that_raises_come_back_alone(student):
    assert student.probe("call_and_inputs", Call("fails", {"x": 1})) == {"inputs": {"x": 1}}


def test_gradients(student):
    x, K = torch.randn(1, 3, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)
    cotangent = torch.randn(1, 4, dtype=torch.float64)
    got = student.probe("gradients", Call("attend", {"Q": x, "K": K}), wrt=["Q", "K"], cotangent=cotangent)
    q, k = x.clone().requires_grad_(), K.clone().requires_grad_()
    ((q @ k.T).softmax(-1) * cotangent).sum().backward()
    assert torch.allclose(got[0], q.grad)
    assert torch.allclose(got[1], k.grad)


def test_gradients_of_a_cut_graph_are_zero(student):
    got = student.probe("gradients", Call("cut", {"x": torch.ones(3)}), wrt=["x"], cotangent=torch.ones(3))
    assert torch.equal(got[0], torch.zeros(3))


def test_gradients_by_parameters_and_lists(student):
    state = {"inner.weight": torch.zeros(2, 2), "inner.bias": torch.zeros(2), "mask": torch.ones(2)}
    x, cotangent = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 0.0]])
    call = Call("Model", {"x": x}, {"n": 2}, state)
    (weight,) = student.probe("gradients", call, wrt=["inner.weight"], cotangent=cotangent)
    assert torch.equal(weight[0], x[0] * 2) or torch.equal(weight[0], x[0] * 0)  # dropout keeps or drops
    got = student.probe("gradients", Call("scaled", {"xs": [x, x]}), wrt=["xs"], cotangent=cotangent)
    assert [g.tolist() for g in got[0]] == [[[2.0, 0.0]], [[0.0, 0.0]]]


def test_rng_used(student):
    assert student.probe("rng_used", "global_random") == ["random", "numpy", "torch"]
    assert student.probe("rng_used", Call("own_random", {"seed": 1})) == []


def test_overwriting_an_output_shows_who_shares_its_memory(student):
    def after(how):
        found = student.probe("call_and_overwrite", "two_parts", {"x": torch.arange(5), "how": how})
        return [part.tolist() for part in (*found["outputs"], found["inputs"]["x"])]

    assert after("two copies") == [[-1, -2, -3, -4], [1, 2, 3, 4], [0, 1, 2, 3, 4]]
    assert after("one copy") == [[-1, -2, -3, -4], [-2, -3, -4, 4], [0, 1, 2, 3, 4]]
    assert after("views") == [[-1, -2, -3, -4], [-2, -3, -4, 4], [-1, -2, -3, -4, 4]]


def test_seeded_calls(student):
    one = student.probe("call_seeded", "global_random", seed=3)
    other = student.probe("call_seeded", "global_random", seed=3)
    assert one == other
    assert one != student.probe("call_seeded", "global_random", seed=4)


def test_inside_a_module(student):
    tree = student.probe("module_tree", Call("Model", init={"n": 3}))
    assert tree["parameters"] == {"inner.weight": (3, 3), "inner.bias": (3,)}
    assert tree["buffers"] == {"mask": (3,)}
    assert tree["modules"] == {"inner": "Linear", "drop": "Dropout"}
    shown = student.probe("hook_outputs", Call("Model", {"x": torch.ones(1, 3)}, {"n": 3}))
    assert [name for name, _ in shown] == ["inner", "drop"]


def test_layout_changes_nothing_but_strides(student):
    x = torch.arange(6.0).reshape(2, 3)
    assert torch.equal(student.probe("call_laid_out", Call("cut", {"x": x})), x * 2)
    with pytest.raises(NameMissing):
        student.probe("call_laid_out", Call("absent", {"x": x}))


def test_items_and_lengths(student):
    assert student.probe("items", "batches", {"n": 5}, limit=2)[1].tolist() == [1.0, 1.0]
    assert student.probe("length", "Dataset", {"n": 4}) == 4
    assert student.probe("item", "Dataset", {"n": 4}, key=3) == 6
