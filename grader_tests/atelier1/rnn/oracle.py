"""1.14 rnn: a recurrent network and its backpropagation through time.

Row convention: h_t = tanh(x_t Wx + h_{t−1} Wh + b). Backward cases give the gradient dhs of the loss by every h_t
as the loss sees it directly; in ``last_step_only`` only the last one is not zero, so that all the rest must travel.
"""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def rnn_forward(X, h0, Wx, Wh, b):
    """All hidden states of h_t = tanh(x_t Wx + h_{t−1} Wh + b).

    X (T, B, n), h0 (B, d), Wx (n, d), Wh (d, d), b (d,) -> hs (T, B, d), hs[0] being the state after X[0].
    """
    hs, h = [], h0  # h (B, d)
    for x in X:  # x (B, n)
        h = np.tanh(x @ Wx + h @ Wh + b)  # (B, d)
        hs.append(h)
    return np.stack(hs)  # (T, B, d)


def rnn_backward(X, h0, Wx, Wh, b, hs, dhs):
    """Backpropagation through time: dhs (T, B, d) is the gradient of the loss by each h_t, taken alone.

    X, h0, Wx, Wh, b and hs (T, B, d) as in rnn_forward -> dX (T, B, n), dh0 (B, d), dWx (n, d), dWh (d, d), db (d,).
    """
    dX, dWx, dWh, db = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)  # (B, d), what comes back from the future
    for t in reversed(range(len(X))):
        h_prev = hs[t - 1] if t > 0 else h0  # (B, d)
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)  # (B, d), through tanh
        dX[t] = da @ Wx.T  # (B, n)
        dWx += X[t].T @ da  # (n, d)
        dWh += h_prev.T @ da  # (d, d)
        db += da.sum(axis=0)  # (d,)
        dh = da @ Wh.T  # (B, d)
    return dX, dh, dWx, dWh, db


def independent_rnn_forward(X, h0, Wx, Wh, b):
    """torch.nn.RNN with these weights (transposed, its second bias at zero)."""
    return _torch_rnn(*(torch.tensor(a) for a in (X, h0, Wx, Wh, b))).numpy()


def independent_rnn_backward(X, h0, Wx, Wh, b, hs, dhs):
    """Autograd through torch's recurrent cell."""
    inputs = [torch.tensor(a).requires_grad_() for a in (X, h0, Wx, Wh, b)]
    _torch_rnn(*inputs).backward(torch.tensor(dhs))
    return tuple(a.grad.numpy() for a in inputs)


def _torch_rnn(X, h0, Wx, Wh, b):
    return torch.rnn_tanh(X, h0[None], [Wx.T, Wh.T, b, torch.zeros_like(b)], True, 1, 0.0, False, False, False)[0]


def both(name, X, h0, Wx, Wh, b, dhs):
    """A forward and a backward case on the same numbers."""
    (T, B, n), d = X.shape, len(b)
    inputs, dims = {"X": X, "h0": h0, "Wx": Wx, "Wh": Wh, "b": b}, {"T": T, "B": B, "n": n, "d": d}
    hs = rnn_forward(X, h0, Wx, Wh, b)
    return [
        Case(name, Call("rnn_forward", inputs), dims=dims),
        Case(f"{name}_backward", Call("rnn_backward", {**inputs, "hs": hs, "dhs": dhs}), dims=dims),
    ]


def random_rnn(rng, T, B, n, d):
    return (
        rng.normal(size=(T, B, n)),
        rng.uniform(-0.9, 0.9, size=(B, d)),
        rng.normal(size=(n, d)) / np.sqrt(n),
        rng.normal(size=(d, d)) / np.sqrt(d),
        rng.normal(size=d) / 2,
        rng.normal(size=(T, B, d)),
    )


def public():
    X = np.array([[[1.0, 0.0, -1.0]], [[0.5, 2.0, 0.0]]])  # (2, 1, 3)
    h0 = np.array([[0.5, -0.5]])  # (1, 2)
    Wx = np.array([[0.2, -0.1], [0.0, 0.3], [0.4, 0.1]])  # (3, 2)
    Wh = np.array([[0.5, -1.0], [0.25, 0.5]])  # (2, 2)
    b = np.array([0.1, -0.2])
    dhs = np.array([[[0.0, 0.0]], [[1.0, -1.0]]])  # (2, 1, 2), a loss that reads the last state only
    return [
        *both("worked_example", X, h0, Wx, Wh, b, dhs),
        *both("random", *random_rnn(np.random.default_rng(114), 4, 2, 3, 5)),
    ]


def draw(rng):
    T, B, n, d = (int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:4])
    T = max(T, 3)
    B, n, d = (7 if size == T else size for size in (B, n, d))
    *inputs, dhs = random_rnn(rng, T, B, n, d)
    return [
        *both("general", *inputs, dhs),
        *both("last_step_only", *inputs, np.where(np.arange(T)[:, None, None] == T - 1, dhs, 0.0)),
        *both("one_step", *random_rnn(rng, 1, B, n, d)),
        *both("batch_of_one", *random_rnn(rng, T, 1, n, d)),
    ]


EXERCISE = Exercise(
    name="rnn",
    atelier="atelier1",
    number="1.14",
    title=Text("Réseau récurrent et rétropropagation dans le temps", "Recurrent network, backpropagation through time"),
    points=10,
    functions=(
        Function("rnn_forward", "(X, h0, Wx, Wh, b)", (Output("hs", "T B d"),)),
        Function(
            "rnn_backward",
            "(X, h0, Wx, Wh, b, hs, dhs)",
            (
                Output("dX", "T B n"),
                Output("dh0", "B d"),
                Output("dWx", "n d"),
                Output("dWh", "d d"),
                Output("db", "d"),
            ),
        ),
    ),
    reference={"rnn_forward": rnn_forward, "rnn_backward": rnn_backward},
    independent={"rnn_forward": independent_rnn_forward, "rnn_backward": independent_rnn_backward},
    public=public,
    draw=draw,
    core=True,
)
