"""The kernel provisioner: how jupyter_client starts, signals and ends kernels forked from a template.

Registered as "attentif" in the entry point group `jupyter_client.kernel_provisioners`; a kernelspec names it in its
metadata: ``"kernel_provisioner": {"provisioner_name": "attentif", "config": {"preload": ["torch"]}}``.
"""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Bool, Dict, Float, List, Unicode

from attentif.kernels.outside import templates
from attentif.kernels.outside import waiting as kernels_ahead
from attentif.kernels.outside.forked import Sandbox
from attentif.kernels.outside.sandbox import Environment
from attentif.kernels.shared import layout
from attentif.kernels.shared.limits import Ended, Limits, Usage


class ForkedProvisioner(KernelProvisionerBase):
    """Kernels forked from a template that has imported `preload`, each in a sandbox of its own."""

    sandbox: Any = Unicode("bubblewrap", config=True, help='"bubblewrap", or "none" to run without any protection')
    preload: Any = List(Unicode(), config=True, help="modules that the template imports")
    readable: Any = List(Unicode(), config=True, help="files and folders that kernels may read, at their own path")
    variables: Any = Dict(config=True, help="environment variables beside the fixed ones")
    limits: Any = Dict(config=True, help="fields of attentif.kernels.shared.limits.Limits")
    workdir: Any = Unicode("", config=True, help="the folder to copy in; by default the one that the kernel starts in")
    template: Any = Unicode("", config=True, help="address of a template that another process started")
    cold: Any = Bool(False, config=True, help="start without a template")
    ahead: Any = Bool(False, config=True, help="with each kernel, have the next one made ready; only in a sandbox")
    poll_interval: Any = Float(0.02, help="seconds between two looks while waiting for the end")

    process: Sandbox | None = None
    _launched = False

    @property
    def environment(self) -> Environment:
        """What decides which template serves this kernel."""
        return Environment.of(self.preload, self.sandbox, self.readable, self.variables)

    @property
    def bounds(self) -> Limits:
        """The limits of this kernel."""
        return Limits.from_json(self.limits)

    # What graders ask beyond jupyter_client's interface.

    def ended(self) -> Ended | None:
        """How the kernel process ended; None while it runs. Stays valid after cleanup."""
        return self.process.ended() if self.process is not None else None

    def usage(self) -> Usage:
        """CPU seconds, peak memory and kills of the whole sandbox. Stays valid after cleanup."""
        return self.process.usage() if self.process is not None else Usage()

    def added_memory(self) -> int:
        """Bytes of memory that this kernel shares with nobody, the template included."""
        return self.process.added_memory() if self.process is not None else 0

    def end(self, kind: str) -> None:
        """Kills the sandbox at once; `ended()` then says `kind`, unless the kernel had ended before."""
        if self.process is not None:
            self.process.end(kind)

    @property
    def channel_dir(self) -> Path:
        """The directory that this kernel, and no other, shares with the grader. RuntimeError before the start."""
        if self.process is None:
            raise RuntimeError("the kernel has not been started")
        return self.process.run.channel_dir

    @property
    def channel_dir_inside(self) -> str:
        """The same directory's path in the kernel; there, also the environment variable ATTENTIF_CHANNEL_DIR."""
        if self.process is None:
            raise RuntimeError("the kernel has not been started")
        return self.process.run.channel_dir_inside

    def listen(self, name: str = "checks", backlog: int = 16) -> tuple[socket.socket, str]:
        """A Unix stream socket that listens in `channel_dir`, and the path to which code in the kernel connects."""
        path = self.channel_dir / name
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        assert self.process is not None
        if self.process.run.ids:
            os.chown(path, *self.process.run.ids)
        listener.listen(backlog)
        return listener, f"{self.channel_dir_inside}/{name}"

    # jupyter_client's interface.

    @property
    def has_process(self) -> bool:
        return self.process is not None and self._launched

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing of this process's environment reaches the kernel, so there is little to prepare.

        What nbclient always says about IPython's history is left out: there is none, and a parser costs time.
        """
        arguments = [a for a in kwargs.get("extra_arguments") or [] if not a.startswith("--HistoryManager.")]
        return {"cmd": [], "cwd": kwargs.get("cwd"), "arguments": arguments}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Forks the kernel; the template is started first, if this is the first kernel of its environment."""
        manager: Any = self.parent
        key: bytes = manager.session.key
        self.process = await asyncio.to_thread(
            self._start, self.workdir or kwargs.get("cwd") or None, key.decode(), kwargs.get("arguments")
        )
        self._launched = True
        self.connection_info = {
            "transport": "ipc",
            "ip": f"{self.process.run.path}/{layout.CHANNELS}",
            "key": self.process.key.encode(),
            "signature_scheme": manager.session.signature_scheme,
            **layout.PORTS,  # type: ignore[typeddict-item]
        }
        return self.connection_info

    def _start(self, workdir: str | None, key: str, arguments: list[str] | None) -> Sandbox:
        if self.cold:
            return templates.cold_start(self.environment, self.bounds, workdir, key=key, arguments=arguments)
        if self.template:
            templates.adopt_template(self.template)
        return templates.start_sandbox(
            self.environment, self.bounds, workdir, key=key, arguments=arguments, ahead=self.ahead
        )

    async def poll(self) -> int | None:
        """None while the kernel process runs, else its return code. Other processes of its sandbox may live on."""
        if not self.has_process:
            return 0
        ended = self.ended()
        return None if ended is None else ended.returncode

    async def wait(self) -> int | None:
        """Waits for the kernel process's end."""
        while (code := await self.poll()) is None:
            await asyncio.sleep(self.poll_interval)
        return code

    async def send_signal(self, signum: int) -> None:
        """SIGKILL ends the whole sandbox; other signals go to the kernel process."""
        if self.process is None:
            return
        if signum == 9:
            await self.kill()
        else:
            self.process.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """Kills the kernel and everything it started."""
        if self.process is not None:
            self.process.end("killed", wait=not self.ahead)

    async def terminate(self, restart: bool = False) -> None:
        """The same as `kill`: a kernel has nothing to save."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Ends what is left of the sandbox and removes its directory."""
        if self.process is not None:
            self.process.end("killed", wait=not self.ahead)
            if self.ahead:
                kernels_ahead.close_later(self.process)
            else:
                self.process.close()
            self._launched = False

    async def get_provisioner_info(self) -> dict[str, Any]:
        """Refuses: a kernel ends with the process that owns it."""
        raise NotImplementedError("kernels of this kind end with the process that started them")
