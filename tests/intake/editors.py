"""Notebooks as other programs save them, built by hand from a released one."""

import json
import uuid

TIME = "2026-01-02T03:04:05.678901Z"


def colab(notebook):
    """Google Colab: minor version 0, no ids but its own in the metadata, sources as lists."""
    plain = _plain(notebook, 0)
    plain["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True, "name": "mini.ipynb"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
    }
    for cell in plain["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"]["id"] = uuid.uuid4().hex[:12]
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/", "height": 35}, "outputId": "7a-0"}
            cell["outputs"] = [
                {
                    "output_type": "display_data",
                    "data": {"application/vnd.google.colaboratory.intrinsic+json": {"type": "string"}},
                    "metadata": {},
                }
            ]
    return plain


def kaggle(notebook):
    """Kaggle: minor version 4, a cell of its own first, times in the metadata."""
    plain = _plain(notebook, 4)
    plain["metadata"] |= {
        "kaggle": {"accelerator": "none", "dataSources": [], "dockerImageVersionId": 30822, "isGpuEnabled": False},
        "papermill": {"default_parameters": {}, "duration": 3.1, "exception": None, "parameters": {}},
    }
    for cell in plain["cells"]:
        times = dict.fromkeys(("iopub.execute_input", "iopub.status.busy", "shell.execute_reply"), TIME)
        cell["metadata"] |= {"trusted": True, "_uuid": uuid.uuid4().hex, "_cell_guid": str(uuid.uuid4())}
        if cell["cell_type"] == "code":
            cell["metadata"]["execution"] = times
            cell["metadata"]["papermill"] = {"duration": None, "status": "pending", "tags": []}
    first = {"cell_type": "code", "metadata": {"trusted": True}, "source": "# This environment\nimport numpy as np"}
    plain["cells"].insert(0, {**first, "outputs": [], "execution_count": None})
    return plain


def vs_code(notebook):
    """Visual Studio Code: minor version 2, no ids, a kernel called by its folder."""
    plain = _plain(notebook, 2)
    plain["metadata"] = {
        "kernelspec": {"display_name": ".venv (3.11.4)", "language": "python", "name": "python3"},
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py",
            "mimetype": "text/x-python",
            "name": "python",
            "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3",
            "version": "3.11.4",
        },
        "orig_nbformat": 4,
        "vscode": {"interpreter": {"hash": "b0fa6594d8f4cbf19f97940f81e996739fb7646882a419484c72d19e05852a7e"}},
    }
    for cell in plain["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
        cell["source"] = cell["source"].splitlines(keepends=True)
    return plain


def deepnote(notebook):
    """Deepnote: keys of its own in cells, no kernel, an advertisement at the end."""
    plain = _plain(notebook, 0)
    plain["metadata"] = {
        "orig_nbformat": 2,
        "deepnote": {},
        "deepnote_notebook_id": uuid.uuid4().hex,
        "deepnote_execution_queue": [],
    }
    for cell in plain["cells"]:
        cell["block_group"] = uuid.uuid4().hex
        cell["metadata"] |= {"cell_id": uuid.uuid4().hex, "deepnote_cell_type": cell["cell_type"], "source_hash": "a1"}
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"execution_start": 1700000000000, "execution_millis": 12}
    plain["cells"].append(
        {
            "cell_type": "markdown",
            "source": "<a style='text-decoration:none' href='https://deepnote.com'>Created in deepnote.com</a>",
            "metadata": {"created_in_deepnote_cell": True, "deepnote_cell_type": "markdown"},
        }
    )
    return plain


def _plain(notebook, minor):
    """The notebook as JSON of an older minor version, without ids."""
    plain = json.loads(json.dumps(notebook))
    plain["nbformat_minor"] = minor
    for cell in plain["cells"]:
        cell.pop("id", None)
    return plain


def _each_cell(change, kind=None):
    def deviate(notebook):
        plain = json.loads(json.dumps(notebook))
        for cell in plain["cells"]:
            if kind in (None, cell["cell_type"]):
                change(cell)
        return plain

    return deviate


def _notebook(change):
    def deviate(notebook):
        plain = json.loads(json.dumps(notebook))
        change(plain)
        return plain

    return deviate


def _old_with_ids(plain):
    plain["nbformat_minor"] = 4


def _check_deleted(plain):
    plain["nbformat_minor"] = 0
    plain["cells"] = [c for c in plain["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "center"]
    for cell in plain["cells"]:
        del cell["id"]


def _strange_metadata(cell):
    cell["metadata"] |= {"tags": ["a", "a", 3, "b,c"], "name": "", "collapsed": "no", "scrolled": "maybe", "jupyter": 1}


def _bad_outputs(cell):
    cell["outputs"] = [
        {"output_type": "stream"},
        {"output_type": "pyout"},
        "text",
        {"output_type": "error", "ename": 1},
    ]


EDITORS = {"colab": colab, "kaggle": kaggle, "vs_code": vs_code, "deepnote": deepnote}

# Small departures from the format that harm nobody.
DEVIATIONS = {
    "ids_in_an_old_notebook": _notebook(_old_with_ids),
    "old_and_its_check_deleted": _notebook(_check_deleted),
    "outputs_on_markdown": _each_cell(lambda cell: cell.update(outputs=[], execution_count=None), "markdown"),
    "code_without_outputs": _each_cell(lambda cell: cell.pop("outputs"), "code"),
    "code_without_count": _each_cell(lambda cell: cell.pop("execution_count"), "code"),
    "count_is_text": _each_cell(lambda cell: cell.update(execution_count="3"), "code"),
    "unknown_keys": _each_cell(lambda cell: cell.update(collapsed=True, prompt_number=3)),
    "unknown_key_of_the_notebook": _notebook(lambda plain: plain.update(worksheet_count=1)),
    "kernel_without_display_name": _notebook(lambda plain: plain["metadata"].update(kernelspec={"name": "python3"})),
    "kernel_is_text": _notebook(lambda plain: plain["metadata"].update(kernelspec="python3")),
    "language_without_name": _notebook(lambda plain: plain["metadata"].update(language_info={"version": "3"})),
    "sources_are_lists": _each_cell(lambda cell: cell.update(source=cell["source"].splitlines(keepends=True))),
    "no_metadata": _notebook(lambda plain: plain.pop("metadata")),
    "metadata_is_null": _notebook(lambda plain: plain.update(metadata=None)),
    "strange_cell_metadata": _each_cell(_strange_metadata),
    "bad_outputs": _each_cell(_bad_outputs, "code"),
    "ids_twice": _each_cell(lambda cell: cell.update(id="same")),
    "ids_that_are_none": _each_cell(lambda cell: cell.update(id="à b")),
    "no_minor_version": _notebook(lambda plain: plain.pop("nbformat_minor")),
    "no_version": _notebook(lambda plain: [plain.pop("nbformat"), plain.pop("nbformat_minor")]),
    "versions_are_text": _notebook(lambda plain: plain.update(nbformat="4", nbformat_minor="5")),
    "a_future_minor_version": _notebook(lambda plain: plain.update(nbformat_minor=99)),
    "attachments_of_the_wrong_kind": _each_cell(lambda cell: cell.update(attachments={"a": 1}), "markdown"),
    "unknown_cell_type": _notebook(lambda plain: plain["cells"].append({"cell_type": "sql", "source": "select 1"})),
}
