"""Kernel managers for direct use: no kernelspec on disk, no waiting where nothing is to be waited for."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
import uuid
from collections.abc import Sequence
from queue import Empty
from typing import Any, ClassVar

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

from attentif.kernels.outside.provisioner import ForkedProvisioner
from attentif.kernels.shared.limits import Ended, Limits, Usage

_RECEIVE_QUEUE = 64  # messages that may wait in this process, each below Limits.message


class _Unreadable(Exception):
    """What arrived is no message."""


class BoundedChannel(AsyncZMQSocketChannel):
    """A channel that counts the bytes it receives, tells `spend(bytes)`, and passes over what is no message; it
    counts that too, in `refused`."""

    spend: Any = None
    refused = 0

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]
        """The next message, within `timeout` seconds, else Empty."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                return await super().get_msg(timeout=left)
            except _Unreadable:
                self.refused += 1

    def reconnect(self) -> None:
        """Connects anew: zmq hangs up for good on whoever sends a message above its bound."""
        assert self.socket is not None
        endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        with contextlib.suppress(zmq.ZMQError):
            self.socket.disconnect(endpoint)
        self.socket.connect(endpoint)

    async def _recv(self, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]
        assert self.socket is not None
        frames = await self.socket.recv_multipart(**kwargs)
        if self.spend is not None:
            self.spend(sum(len(frame) for frame in frames))
        try:
            _, parts = self.session.feed_identities(frames)
            return _envelope(self.session.deserialize(parts))
        except Exception as error:  # as many kinds as there are ways to write nonsense
            raise _Unreadable(str(error)) from None


def _envelope(message: dict[str, Any]) -> dict[str, Any]:
    """A message that says what it is and what it answers; contents that are no dictionary become an empty one."""
    header, parent = message["header"], message["parent_header"]
    if not isinstance(header, dict) or not isinstance(parent, dict):
        raise _Unreadable("headers that are no dictionaries")
    if not all(isinstance(word, str) for word in (message["msg_type"], message["msg_id"], header["msg_type"])):
        raise _Unreadable("a message without a name")
    for part in ("content", "metadata"):
        if not isinstance(message[part], dict):
            message[part] = {}
    return message


class ForkedKernelClient(AsyncKernelClient):
    """A client that is ready as soon as the kernel is, bounds what it receives, and needs no heartbeat."""

    shell_channel_class = Type(BoundedChannel)
    iopub_channel_class = Type(BoundedChannel)
    control_channel_class = Type(BoundedChannel)

    def start_channels(
        self, shell: bool = True, iopub: bool = True, stdin: bool = True, hb: bool = False, control: bool = True
    ) -> None:
        """Connects; the manager knows whether the kernel lives, so the heartbeat is off by default."""
        manager: Any = self.parent
        self.context.setsockopt(zmq.MAXMSGSIZE, manager.limits.message or -1)
        self.context.setsockopt(zmq.RCVHWM, _RECEIVE_QUEUE)
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)
        for channel in (self.shell_channel, self.iopub_channel, self.control_channel):
            channel.spend = manager.spend_output

    async def listen_again(self, timeout: float = 5.0) -> None:
        """After outputs were lost: connects to them anew; RuntimeError when they do not come in `timeout` seconds."""
        self.iopub_channel.reconnect()
        await self._async_wait_for_ready(timeout)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Waits for a kernel_info reply and its "idle"; RuntimeError when the kernel dies or `timeout` passes."""
        deadline = time.monotonic() + (timeout or 3600.0)
        while True:
            request = self.kernel_info()
            if await self._answered(request):
                return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answered(self, request: str) -> bool:
        try:
            reply = await self.shell_channel.get_msg(timeout=1)
            if reply["msg_type"] != "kernel_info_reply":
                return False
            self._handle_kernel_info_reply(reply)
            while True:  # the subscription may be late, then this "idle" never comes: ask again
                status = await self.iopub_channel.get_msg(timeout=0.05)
                if (
                    status["msg_type"] == "status"
                    and status["content"]["execution_state"] == "idle"
                    and status["parent_header"].get("msg_id") == request
                ):
                    return True
        except Empty:
            return False

    wait_for_ready = _async_wait_for_ready


class ForkedKernelManager(AsyncKernelManager):
    """Starts kernels with ForkedProvisioner and ends them by killing their sandbox.

    `options` are the provisioner's: preload, sandbox, readable, variables, limits, workdir, template, cold, ahead.
    """

    options: ClassVar[dict[str, Any]] = {}
    client_class = "attentif.kernels.outside.manager.ForkedKernelClient"
    client_factory: Any = Type(ForkedKernelClient)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.output_bytes = 0

    @property
    def kernel_spec(self) -> KernelSpec:
        """A specification made on the spot."""
        return KernelSpec(
            argv=[],
            display_name=f"Python 3 (attentif, sandbox: {self.options.get('sandbox', 'bubblewrap')})",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": "attentif", "config": self.options}},
        )

    @property
    def ipykernel(self) -> bool:
        """Whatever its name, it is one."""
        return True

    @property
    def limits(self) -> Limits:
        """The bounds of the kernels that this manager starts."""
        return Limits.from_json(self.options.get("limits", {}))

    @property
    def forked(self) -> ForkedProvisioner:
        """The provisioner: channel_dir, listen(), added_memory()… RuntimeError before the start."""
        if not isinstance(self.provisioner, ForkedProvisioner):
            raise RuntimeError("the kernel has not been started")
        return self.provisioner

    def ended(self) -> Ended | None:
        """How the kernel process ended; None while it runs or before it starts. Valid after shutdown too."""
        return self.provisioner.ended() if isinstance(self.provisioner, ForkedProvisioner) else None

    def usage(self) -> Usage:
        """What the sandbox has used: CPU seconds, bytes, kills. Valid after shutdown too."""
        return self.provisioner.usage() if isinstance(self.provisioner, ForkedProvisioner) else Usage()

    def spend_output(self, size: int) -> None:
        """Counts what clients receive from the kernel, and ends it when that is too much."""
        before, self.output_bytes = self.output_bytes, self.output_bytes + size
        # The kernel stops printing at Limits.output; what passes twice that comes by another way.
        bound = 2 * self.limits.output + self.limits.message
        if self.limits.output and before <= bound < self.output_bytes:
            self.forked.end("output limit")

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        self.shutting_down = False
        self.kernel_id = self.kernel_id or kw.pop("kernel_id", str(uuid.uuid4()))
        self._launch_args = kw.copy()
        self.output_bytes = 0
        if self.provisioner is None:
            self.provisioner = ForkedProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self, **self.options
            )
        kw = await self.provisioner.pre_launch(**kw)
        return kw.pop("cmd"), kw

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        assert self.provisioner is not None
        info = await self.provisioner.launch_kernel(kernel_cmd, **kw)
        for name in ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port"):
            setattr(self, name, 0)
        self.load_connection_info(info)

    async def _async_start_kernel(self, **kw: Any) -> None:
        """Starts a kernel. `cwd` is the folder to copy in when `workdir` is not among the options."""
        self._attempted_start = True
        future = asyncio.get_running_loop().create_future()
        self._ready = future
        try:
            command, kw = await self._async_pre_start_kernel(**kw)
            await self._async_launch_kernel(command, **kw)
        except BaseException as error:
            if not future.done():
                future.set_exception(error if isinstance(error, Exception) else RuntimeError(str(error)))
                future.exception()  # seen: the caller gets it too
            raise
        future.set_result(None)

    async def _async_shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """Kills the sandbox: there is nothing in it to be saved, so `now` makes no difference."""
        self.shutting_down = True
        self.stop_restarter()
        if self.provisioner is not None:
            await self.provisioner.kill(restart=restart)
        await self._async_cleanup_resources(restart=restart)

    _launch_kernel = _async_launch_kernel
    pre_start_kernel = _async_pre_start_kernel
    start_kernel = _async_start_kernel
    shutdown_kernel = _async_shutdown_kernel


def kernel_manager_class(
    *,
    preload: Sequence[str] = (),
    sandbox: str = "bubblewrap",
    limits: Limits | None = None,
    workdir: str | os.PathLike[str] | None = None,
    readable: Sequence[str | os.PathLike[str]] = (),
    variables: dict[str, str] | None = None,
    template: str = "",
    cold: bool = False,
    ahead: bool = False,
) -> type[ForkedKernelManager]:
    """A class for nbclient's `kernel_manager_class`, with everything decided.

    preload: modules that the template imports, as `discover_imports` finds them.
    sandbox: "bubblewrap", or "none": no protection at all.
    workdir: the folder whose private copy is the kernel's working directory; None: the one nbclient starts it in.
    readable: files and folders that the kernel may read besides, at their own absolute path.
    variables: environment variables beside the fixed ones.
    template: `Template.address` of one that another process started; without it, each process has its own.
    cold: no template; slower, otherwise the same.
    ahead: while a kernel runs, the next one of the same options is made ready; it waits until it is started.
    """
    options: dict[str, Any] = {
        "preload": list(preload),
        "sandbox": sandbox,
        "limits": (limits or Limits()).to_json(),
        "readable": [os.path.abspath(path) for path in readable],
        "variables": dict(variables or {}),
        "workdir": os.path.abspath(workdir) if workdir is not None else "",
        "template": template,
        "cold": cold,
        "ahead": ahead,
    }
    return type("ForkedKernelManager", (ForkedKernelManager,), {"options": options, "__module__": __name__})


def kernel_manager(**options: Any) -> ForkedKernelManager:
    """A manager for one kernel; the options are those of `kernel_manager_class`."""
    return kernel_manager_class(**options)()


def kernelspec(display_name: str, *, language: str = "python", **options: Any) -> dict[str, Any]:
    """The content of a kernel.json for JupyterLab or `nbgrader autograde`; options as for `kernel_manager_class`."""
    return {
        "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": display_name,
        "language": language,
        "metadata": {
            "kernel_provisioner": {
                "provisioner_name": "attentif",
                "config": kernel_manager_class(**options).options,
            }
        },
    }
