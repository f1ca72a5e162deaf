"""Real kernels for the tests: started, asked, ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

import pytest

from attentif.kernels.outside import templates
from attentif.kernels.outside.manager import ForkedKernelManager, kernel_manager_class
from attentif.kernels.shared.limits import Ended, Limits

MiB = 1 << 20


@dataclass
class Answer:
    """What a cell gave: text of its streams, the repr of its last expression, the error's name and text."""

    text: str = ""
    value: str = ""
    error: str = ""
    message: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)


class Kernel:
    """A kernel in the test's hands, without async."""

    def __init__(self, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        self.loop = loop
        self.manager: ForkedKernelManager = kernel_manager_class(**options)()
        loop.run_until_complete(self.manager.start_kernel())
        self.client = self.manager.client()
        self.client.start_channels()
        loop.run_until_complete(self.client.wait_for_ready(timeout=30))

    def send(self, code: str) -> str:
        """Sends a cell without waiting."""
        return self.client.execute(code)

    def collect(self, request: str, timeout: float = 60) -> Answer:
        """The answer to a cell; TimeoutError when the kernel is dead or silent."""
        return self.loop.run_until_complete(self._collect(request, timeout))

    def run(self, code: str, timeout: float = 60) -> Answer:
        """Runs a cell."""
        return self.collect(self.send(code), timeout)

    def value(self, code: str) -> str:
        """The repr of an expression; AssertionError when it raises."""
        answer = self.run(code)
        assert not answer.error, f"{answer.error}: {answer.message}"
        return answer.value

    async def _collect(self, request: str, timeout: float) -> Answer:
        answer = Answer()
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                message = await self.client.get_iopub_msg(timeout=0.1)
            except Empty:
                if not await self.manager.is_alive():
                    break
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            answer.outputs.append(content)
            match message["msg_type"]:
                case "stream":
                    answer.text += content["text"]
                case "execute_result":
                    answer.value = content["data"]["text/plain"]
                case "error":
                    answer.error, answer.message = content["ename"], content["evalue"]
                case "status" if content["execution_state"] == "idle":
                    return answer
        raise TimeoutError(f"no answer; ended: {self.manager.ended()}")

    def wait_end(self, timeout: float = 30) -> Ended:
        """How the kernel ended, once it has."""
        deadline = time.monotonic() + timeout
        while (ended := self.manager.ended()) is None:
            assert time.monotonic() < deadline, "the kernel is still alive"
            time.sleep(0.02)
        return ended

    def close(self) -> None:
        """Ends it."""
        self.client.stop_channels()
        self.loop.run_until_complete(self.manager.shutdown_kernel())


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop of the test's own."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture
def start(loop: asyncio.AbstractEventLoop) -> Iterator[Callable[..., Kernel]]:
    """start(**options of kernel_manager_class) -> Kernel; all are closed after the test."""
    kernels: list[Kernel] = []

    def start(**options: Any) -> Kernel:
        options.setdefault("preload", ["torch"])
        kernels.append(Kernel(loop, **options))
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.close()


@pytest.fixture(scope="session", autouse=True)
def end_templates() -> Iterator[None]:
    """No template outlives the tests."""
    yield
    templates.close_templates()


SMALL = Limits(memory=256 * MiB, processes=64, wall=120, cpu=60)
