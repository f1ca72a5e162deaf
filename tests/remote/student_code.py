import contextlib
import ctypes
import os
import random
import sys
import time

import numpy as np
import torch

SIZE = 7
EVERYTHING = torch.ones(3)
LEFT_OPEN = open(sys.executable, "rb")  # noqa: SIM115
TABLE = {("a", "b"): 2, None: [1, 2.5]}
_private = 1
(torch.ones(3, requires_grad=True) * 2).sum().backward()  # autograd was used before the fork
torch.randn(300, 300) @ torch.randn(300, 300)


def attend(Q, K):
    return (Q @ K.transpose(-1, -2)).softmax(-1), "weights"


def in_place(x, y):
    x += 1
    return x


def nested_in_place(xs):
    xs[0] *= 2
    return xs


def scaled(xs):
    return xs[0] * 2 + xs[1].detach()


def epsilon(x):
    x += 1e-3
    x -= 1e-3
    return x


def cut(x):
    return x.detach() * 2


def fails(x):
    y = 0
    return x / y


def fails_in_library(x):
    return torch.ones(2) @ torch.ones(3)


def prints(x):
    print("a secret input:", x)
    print("x" * 10_000_000, file=sys.stderr)
    return x


def remembers():
    global SIZE
    SIZE = 8
    return SIZE


def endless():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def sleeps():
    time.sleep(60)


def leaves():
    sys.exit("bye")


def interrupts():
    raise KeyboardInterrupt


def really_leaves():
    os._exit(3)


def crashes():
    ctypes.string_at(0)


def killed():
    os.kill(os.getpid(), 9)


def hungry():
    raise MemoryError


def very_hungry():
    return torch.empty(1 << 50), np.zeros(1)


def recursive(n=0):
    return recursive(n + 1)


def huge():
    return torch.zeros(80_000_000, dtype=torch.float64)


def deep():
    value = []
    for _ in range(1000):
        value = [value]
    return value


def objects():
    return np.array([object()])


def parent():
    return os.getppid()


def number():
    return os.getpid()


def seconds_of_torch():
    return torch.get_num_threads()


def backward(x):
    x = x.clone().requires_grad_()
    (x @ x.T).exp().sum().backward()
    return x.grad


def global_random():
    return torch.rand(1), np.random.rand(), random.random()


def own_random(seed):
    return torch.rand(2, generator=torch.Generator().manual_seed(seed))


def two_parts(x, how):
    if how == "one copy":
        x = x.clone()
    return (x[:-1].clone(), x[1:].clone()) if how == "two copies" else (x[:-1], x[1:])


def noisy_shape(*, sizes=(1, 2), flag=None):
    return sizes


def default_tensor(x, mask=EVERYTHING, eps=1e-5):
    return x


def batches(n):
    for i in range(n):
        yield torch.full((2,), float(i))


def apply(f, x):
    return f(x)


def open_files():
    found = []
    for n in range(3, 1024):
        with contextlib.suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{n}"))
    return found


class Weird(Exception):
    def __str__(self):
        raise RuntimeError


def weird():
    raise Weird


class Dataset:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return i * 2

    @property
    def broken(self):
        return self.nothing


class Model(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.inner = torch.nn.Linear(n, n)
        self.drop = torch.nn.Dropout(0.5)
        self.register_buffer("mask", torch.ones(n))

    def forward(self, x):
        return self.drop(self.inner(x)) + 1

    def attend(self, x, y):
        return x
