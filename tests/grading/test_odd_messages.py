"""A kernel that says odd things: a message that no notebook can hold costs that message, and nothing else."""

import nbformat
import pytest
from courses import answer, nbgrader, submit
from nbformat.v4 import new_code_cell
from redteam import gallery

from attentif.grading import said
from attentif.words import grading as words

RIGHT = "def center(X):\n    return X - X.mean(0)\n"
SEND = """
kernel = get_ipython().kernel
def send(kind, content, **more):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent(), **more)
"""
# A message as the frames that travel, to be spoilt and signed.
PARTS = (
    SEND
    + """
message = kernel.session.msg('stream', dict(name='stdout', text='x'), parent=kernel.get_parent())
parts = kernel.session.serialize(message)
"""
)
SIGN = "parts[1] = kernel.session.sign(parts[2:])\nkernel.iopub_socket.send_multipart(parts)"
# The reply to this very cell, spoilt.
REPLY = """
session = get_ipython().kernel.session
serialize = session.serialize
def spoilt(message, ident=None):
    parts = serialize(message, ident)
    if message['msg_type'] == 'execute_reply':
        del session.serialize
        {}
        parts[-5] = session.sign(parts[-4:])
    return parts
session.serialize = spoilt
"""

# One odd thing each; all of it stands before a right answer.
ODD = {
    "number_in_text": "display({'text/plain': 5}, raw=True)",
    "list_in_text": "display({'text/plain': [1, 2]}, raw=True)",
    "dictionary_in_image": "display({'image/png': {}}, raw=True)",
    "data_is_a_list": SEND + "send('display_data', dict(data=[1], metadata={}))",
    "data_is_missing": SEND + "send('execute_result', dict(execution_count=1))",
    "metadata_is_a_number": SEND + "send('display_data', dict(data={'text/plain': 'x'}, metadata=4))",
    "identity_is_a_list": SEND + "send('display_data', dict(data={}, metadata={}, transient=dict(display_id=[1])))",
    "transient_is_a_number": SEND + "send('update_display_data', dict(data={}, metadata={}, transient=7))",
    "stream_name": SEND + "send('stream', dict(name='<b>', text='x'))",
    "stream_text": SEND + "send('stream', dict(name='stdout', text={'a': 1}))",
    "stream_is_empty": SEND + "send('stream', {})",
    "error_name": SEND + "send('error', dict(ename=3, evalue='', traceback=[]))",
    "error_traceback": SEND + "send('error', dict(ename='E', evalue='', traceback='abc'))",
    "error_lines": SEND + "send('error', dict(ename='E', evalue='', traceback=[1, None]))",
    "status_without_state": SEND + "send('status', {})",
    "status_is_a_list": SEND + "send('status', dict(execution_state=['idle']))",
    "unknown_kind": SEND + "send('nonsense', {})",
    "content_is_a_list": PARTS + "parts[5] = b'[1]'\n" + SIGN,
    "content_is_a_number": PARTS + "parts[5] = b'5'\n" + SIGN,
    "metadata_is_a_list": PARTS.replace("'stdout'", "'std'") + "parts[4] = b'[]'\n" + SIGN,
    "update_of_a_lost_output": (
        "import sys\nprint(1)\nshown = display('a', display_id='x')\n"
        "from IPython.display import clear_output\nclear_output(wait=True)\nprint(2)\n"
        + SEND
        + "send('update_display_data', dict(data={'text/plain': 3}, metadata={}, transient=dict(display_id='x')))"
    ),
    "not_json": PARTS + "parts[5] = b'{'\n" + SIGN,
    "no_frames": "get_ipython().kernel.iopub_socket.send_multipart([b'hello'])",
    "unsigned": (
        "socket = get_ipython().kernel.iopub_socket\n"
        "socket.send_multipart([b'<IDS|MSG>', b'', b'{}', b'{}', b'{}', b'{}'])"
    ),
    "header_without_kind": PARTS + "parts[2] = b'{}'\n" + SIGN,
    "header_is_a_list": PARTS + "parts[2] = b'[]'\n" + SIGN,
    "parent_is_a_list": PARTS + "parts[3] = b'[]'\n" + SIGN,
    "kind_is_a_number": PARTS + "parts[2] = parts[2].replace(b'\"stream\"', b'5')\n" + SIGN,
    "deep": PARTS + "parts[5] = b'[' * 100_000 + b']' * 100_000\n" + SIGN,
    "reply_without_status": REPLY.format("parts[-1] = b'{}'"),
    "reply_is_a_list": REPLY.format("parts[-1] = b'[1]'"),
    "reply_with_an_odd_error": REPLY.format("parts[-1] = b'{\"status\": \"error\", \"ename\": [1], \"traceback\": 3}'"),
}  # fmt: skip
# Odd, and nothing that a reader need be told: the rest of the message is fine, or nothing of it is shown anyway.
SILENT = {
    "count_below_zero": "get_ipython().execution_count = -1000",
    "count_huge": "get_ipython().execution_count = 10**300",
    "count_is_text": "try:\n    get_ipython().execution_count = 'six'\nexcept Exception: pass",
    "count_is_none": SEND + "send('execute_input', dict(code='', execution_count=None))",
    "count_forged": SEND + "send('execute_input', dict(code='', execution_count='<b>6</b>'))",
    "count_true": (
        SEND + "send('execute_result', dict(data={'text/plain': '6'}, metadata={}, execution_count=True))"
    ),
    "widgets": (
        SEND + "send('comm_open', {})\nsend('comm_msg', dict(comm_id='x'))\n"
        "send('comm_open', dict(comm_id=[1], target_name='jupyter.widget', data=dict(state=3)))"
    ),
    "clear_output": SEND + "send('clear_output', dict(wait='soon'))",
    "payload": "get_ipython().payload_manager.write_payload(dict(source='set_next_input', text=5))",
    "raw_data_of_libraries": "display({'application/vnd.x.v1+json': {'a': [1]}, 'text/plain': 'a figure'}, raw=True)",
    "numbers_that_json_lacks": "display({'application/json': float('nan'), 'text/plain': 'nan'}, raw=True)",
    "half_characters": "display({'text/plain': '\\ud800'}, raw=True)\nprint('\\udfff')",
}  # fmt: skip

FUZZ = (
    SEND
    + """
import random
drawn = random.Random({seed})
def anything(depth=0):
    plain = [None, True, -1, 10**30, 1e308, float('nan'), '', 'x', '<b>', '\\ud800', 'idle', 'stdout', 'text/plain']
    kind = drawn.randrange(4 if depth < 3 else 1)
    if kind <= 1:
        return drawn.choice(plain)
    if kind == 2:
        return [anything(depth + 1) for _ in range(drawn.randrange(4))]
    return {{str(drawn.choice(plain + NAMES)): anything(depth + 1) for _ in range(drawn.randrange(4))}}
NAMES = ['data', 'metadata', 'transient', 'display_id', 'name', 'text', 'ename', 'evalue', 'traceback', 'wait',
         'execution_count', 'comm_id', 'target_name', 'state', 'buffer_paths', 'text/plain', 'image/png']
KINDS = ['stream', 'display_data', 'execute_result', 'update_display_data', 'error', 'clear_output', 'comm_open',
         'comm_msg', 'comm_close', 'execute_input', 'execute_reply', 'nonsense', '']
for _ in range(300):
    content = {{name: anything() for name in drawn.sample(NAMES, 6)}} if drawn.random() < 0.8 else anything()
    try:
        send(drawn.choice(KINDS), content, metadata=anything(), buffers=[b'x'] * drawn.randrange(3))
    except Exception:
        pass
"""
)
FUZZED = {f"fuzz_{seed}": FUZZ.format(seed=seed) for seed in range(6)}
CLASS = ODD | SILENT | FUZZED


@pytest.fixture(scope="module")
def graded(mini_course):
    """The class after grading."""
    course = mini_course
    for student, code in CLASS.items():

        def edit(notebook, code=code):
            answer(RIGHT)(notebook)
            notebook.cells.insert(1, new_code_cell(code))
            notebook.cells.append(new_code_cell("print('the', 'end')\n6 * 7"))

        submit(course, student, "mini", edit)
    nbgrader(course, "autograde", "mini", "--Grade.timeout=20")
    return course


def notebook_of(course, student):
    return nbformat.read(course.root / "autograded" / student / "mini" / "mini.ipynb", nbformat.NO_CONVERT)


@pytest.mark.parametrize("student", CLASS)
def test_the_right_answer_keeps_its_grade(graded, student):
    assert gallery.grades(graded)[student] == (6.0, 6.0, False)


@pytest.mark.parametrize("student", CLASS)
def test_the_rest_runs(graded, student):
    notebook = notebook_of(graded, student)
    last = notebook.cells[-1]
    assert last.outputs[0].text == "the end\n"
    assert last.outputs[1].data == {"text/plain": "42"}


@pytest.mark.parametrize("student", CLASS)
def test_what_is_written_is_a_notebook(graded, student):
    notebook = notebook_of(graded, student)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    nbformat.validate(notebook)


@pytest.mark.parametrize("student", ODD)
def test_what_was_left_out_is_said_once(graded, student):
    text = str(notebook_of(graded, student))
    assert text.count(words.ODD_MESSAGE.fr) == 1


@pytest.mark.parametrize("student", SILENT)
def test_nothing_is_said_where_nothing_is_lost(graded, student):
    assert words.ODD_MESSAGE.fr not in str(notebook_of(graded, student))


def test_what_libraries_show_is_kept(graded):
    (output,) = notebook_of(graded, "raw_data_of_libraries").cells[1].outputs
    assert output.data == {"text/plain": "a figure"}


def test_a_message_too_large_costs_what_its_cell_showed(graded):
    """The channel hangs up on it: the cell's other outputs may be lost, the next cell's are there."""

    def edit(notebook):
        answer(RIGHT)(notebook)
        notebook.cells.insert(1, new_code_cell("display({'text/plain': 'x' * 40_000_000}, raw=True)"))
        notebook.cells.append(new_code_cell("print('the end')"))

    submit(graded, "too_large", "mini", edit)
    nbgrader(graded, "autograde", "mini", "--student", "too_large")
    assert gallery.grades(graded)["too_large"] == (6.0, 6.0, False)
    notebook = notebook_of(graded, "too_large")
    assert words.END_MISSING.fr in str(notebook.cells[1].outputs)
    assert notebook.cells[-1].outputs[0].text == "the end\n"


@pytest.mark.parametrize("value", [-1, 2**31, True, "6", 1.0, None, 10**300])
def test_a_number_that_no_notebook_holds_is_none(value):
    assert said.count(value) is None
