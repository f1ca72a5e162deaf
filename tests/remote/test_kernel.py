"""The agent in a real ipykernel."""

import os
import sys

import pytest
import torch
from jupyter_client.manager import start_new_kernel

from attentif.remote.outside.listener import SnapshotListener
from attentif.remote.wire import lines
from attentif.remote.wire.errors import SnapshotMissing, StudentError


@pytest.fixture
def kernel(tmp_path):
    """run(code) executes a cell and returns (status, messages with outputs)."""
    (tmp_path / "numpy.py").write_text("raise SystemExit('shadowed')")
    (tmp_path / "helper.py").write_text("VALUE = 3")
    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(tmp_path), env={**os.environ, "OMP_NUM_THREADS": "1"}
    )

    def run(code, **options):
        shown = []
        reply = client.execute_interactive(code, timeout=60, output_hook=shown.append, **options)
        kinds = ("stream", "display_data", "execute_result", "error")
        return reply["content"]["status"], [m["content"] for m in shown if m["msg_type"] in kinds]

    assert run(lines.bootstrap_code(), silent=True) == ("ok", [])
    try:
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def listener(tmp_path):
    with SnapshotListener.at(tmp_path / "c" / "s") as listening:
        yield listening


def freeze(run, listener, exercise):
    code = lines.snapshot_code(str(listener.address), exercise, f"token-{exercise}")
    assert "\n" not in code
    assert run(code, silent=True, store_history=False) == ("ok", [])
    listener.wait_snapshot(exercise, f"token-{exercise}", 10)


def test_frozen_copies_answer_while_the_notebook_goes_on(kernel, listener):
    kernel("import numpy, helper, torch; from IPython.display import display; n = 1")
    kernel("def f(x):\n    print('in', x)\n    display(x)\n    return x * n\n\ndef bad():\n    a = 1\n    return a / 0")
    freeze(kernel, listener, "first")
    kernel("n = 2")
    freeze(kernel, listener, "second")
    assert kernel("del f, n; print('on')") == ("ok", [{"name": "stdout", "text": "on\n"}])
    for exercise, factor in (("second", 2), ("first", 1), ("first", 1)):
        with listener.open_session(exercise, time_limit=20) as student:
            assert torch.equal(student.f(torch.ones(2)), torch.full((2,), float(factor)))
            assert student.helper.VALUE == 3
            with pytest.raises(StudentError) as caught:
                student.bad()
            assert caught.value.line == 8
            assert caught.value.cell.splitlines()[-1].endswith("return a / 0")
    assert kernel("1 + 1")[1][0]["data"]["text/plain"] == "2"  # and nothing of what checks printed


def test_the_working_folder_shadows_nothing(kernel):
    status, shown = kernel("import numpy, helper; print(numpy.__file__)")
    assert status == "ok"
    assert "site-packages" in shown[0]["text"]


CELLS = {
    "value": ("x = 3\nx / 2", "1.5", 1.5),
    "no value": ("x = 3", None, None),
    "silenced": ("3;", None, None),
    "numpy": ("import numpy as np\nnp.float32(2.5)", "np.float32(2.5)", 2.5),
    "bool": ("True", "True", True),
    "long": ("'x' * 10_000", "'" + "x" * 3999, "x" * 4000),
    "magic": ("%pwd\n1", "1", 1),
    "object": ("object", "<class 'object'>", None),
}


def test_cells_are_run_and_reported(kernel, listener):
    for number, (source, shown, value) in enumerate(CELLS.values()):
        code = lines.run_cell_code(str(listener.address), f"nonce{number}", source)
        assert "\n" not in code
        kernel(code, store_history=False)
        result = listener.wait_cell(f"nonce{number}", 5)
        assert (result.error, result.shown, result.value) == (None, shown, value)
    assert kernel("x")[1][0]["data"]["text/plain"] == "3"  # it ran in the notebook's own namespace


def test_a_cell_that_fails_is_reported(kernel, listener):
    kernel("def f(): return 1")
    kernel(lines.run_cell_code(str(listener.address), "n", "print('seen')\n\nassert f() == 2, 'wrong « value »'"))
    error = listener.wait_cell("n", 5).error
    assert (error.type, error.message, error.line) == ("AssertionError", "wrong « value »", 3)
    kernel(lines.run_cell_code(str(listener.address), "n2", "def broken(:"))
    assert listener.wait_cell("n2", 5).error.type == "SyntaxError"
    kernel(lines.run_cell_code(str(listener.address), "n3", "raise SystemExit"))
    assert listener.wait_cell("n3", 5).error.type == "SystemExit"


def test_a_cell_that_a_transformer_swallows_is_never_reported(kernel, listener):
    kernel("get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])")
    kernel(lines.run_cell_code(str(listener.address), "n", "assert False"))
    with pytest.raises(SnapshotMissing):
        listener.wait_cell("n", 0.5)


def test_the_agent_imports_neither_torch_nor_pytest():
    """A notebook about numpy must not pay two seconds for torch."""
    import subprocess

    heavy = "('torch', 'pytest', 'IPython')"
    code = f"import attentif.remote.inside.agent, sys; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
