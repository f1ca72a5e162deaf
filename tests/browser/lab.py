"""A real JupyterLab, and a notebook in it as a person works with it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import nbformat
from courses import PATH

QUIET = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},  # all cells are there, on any screen
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

_KERNEL = "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"


@contextmanager
def jupyter_lab(root, scratch):
    """Runs in ``root``; gives its address. Nothing of the person's own settings is read or written."""
    for name, setting in QUIET.items():
        path = scratch / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(setting))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        f"{program}_{place}_DIR": str(scratch / place.lower())
        for program, place in (
            ("JUPYTER", "CONFIG"), ("JUPYTER", "DATA"), ("JUPYTER", "RUNTIME"), ("JUPYTERLAB", "SETTINGS"),
            ("JUPYTERLAB", "WORKSPACES"),
        )
    }  # fmt: skip
    log = (scratch / "log").open("w")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
            "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True",
        ],
        cwd=root, env={**os.environ, **own, "PATH": PATH}, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (scratch / "log").read_text()
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(30)
        log.close()


class OpenNotebook:
    """A notebook that is open in JupyterLab; cells are called by their ids."""

    def __init__(self, page, address, root, path):
        self.page = page
        self.file = root / path
        self._ids = [cell.id for cell in nbformat.read(self.file, 4).cells]
        page.goto(f"{address}/doc/tree/{path}")
        self._cells = page.locator(".jp-Notebook .jp-Notebook-cell")
        page.wait_for_function(f"document.querySelectorAll('.jp-Notebook-cell').length == {len(self._ids)}")
        page.wait_for_function(f"{_KERNEL}?.status === 'idle'")

    def id_of(self, grade_id):
        """The id of the cell that nbgrader knows under a name."""
        cells = nbformat.read(self.file, 4).cells
        return next(c.id for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)

    def cell(self, name):
        return self._cells.nth(self._ids.index(name))

    def output(self, name):
        return self.cell(name).locator(".jp-OutputArea-output")

    def report(self, name):
        """The report below a check cell."""
        return self.output(name).locator("[role=region]")

    def write(self, name, code):
        """Types ``code`` in the place of what the cell holds."""
        self._edit(name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)

    def run(self, name):
        """Runs the cell and waits for its end, which gives it another number."""
        before = self._number(name).inner_text()
        self._edit(name)
        self.page.keyboard.press("Control+Enter")
        place, chosen = self._ids.index(name), ".jp-Notebook-cell"
        prompt = f"document.querySelectorAll('{chosen}')[{place}].querySelector('.jp-InputPrompt').textContent"
        self.page.wait_for_function(f"![{before!r}, '[*]:'].includes({prompt})")

    def run_all_above(self, name):
        self._edit(name)
        self.command("notebook:run-all-above")

    def save(self):
        before = self.file.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        for _ in range(600):
            if self.file.stat().st_mtime_ns != before:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("the notebook was not saved")

    def command(self, name, **arguments):
        """Executes one of JupyterLab's commands and waits for its end."""
        run = "async ([n, a]) => { await window.jupyterapp.commands.execute(n, a); }"
        self.page.evaluate(run, [name, arguments])

    def _edit(self, name):
        self.cell(name).locator(".cm-content").click()

    def _number(self, name):
        return self.cell(name).locator(".jp-InputPrompt")
