"""A real kernel, driven as JupyterLab does: each cell's id goes with what is executed."""

import os
import sys
import time

from jupyter_client.manager import KernelManager


class NotebookKernel:
    """A kernel in a released folder, whose notebook's file it is told of; of ``python``, by default of this one."""

    def __init__(self, folder, notebook, python=sys.executable, **environment):
        env = {**os.environ, "OMP_NUM_THREADS": "1", "JPY_SESSION_NAME": str(notebook)}
        env.pop("NBGRADER_EXECUTION", None)
        env.update(environment)
        self.manager = KernelManager()
        self.manager.kernel_spec.argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.manager.start_kernel(cwd=str(folder), env=env)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def run(self, code, cell=None, interrupt_when=None):
        """Executes a cell; returns (the reply's status, what is shown as text). ``interrupt_when``: a file; the kernel
        is interrupted, as Jupyter's button does, when it is there."""
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
            "stop_on_error": True,
        }  # fmt: skip
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell} if cell else {})
        self.client.shell_channel.send(message)
        asked, shown = message["header"]["msg_id"], []
        while interrupt_when is not None:
            time.sleep(0.05)
            if interrupt_when.exists():
                self.manager.interrupt_kernel()
                break
        while True:
            got = self.client.get_iopub_msg(timeout=120)
            if got["parent_header"].get("msg_id") != asked:
                continue
            kind, content = got["msg_type"], got["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind == "stream":
                shown.append(content["text"])
            elif kind in ("display_data", "execute_result"):
                shown.append(content["data"].get("text/plain", "") + "\n")
            elif kind == "error":
                shown.append("\n".join(content["traceback"]))
        while True:
            reply = self.client.get_shell_msg(timeout=120)
            if reply["parent_header"].get("msg_id") == asked:
                return reply["content"]["status"], "".join(shown)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
