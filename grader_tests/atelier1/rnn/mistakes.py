"""1.14 rnn: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def rnn_forward_by_torch(X, h0, Wx, Wh, b):
    X, h, Wx, Wh, b = (torch.tensor(a) for a in (X, h0, Wx, Wh, b))
    hs = []
    for x in X:
        h = torch.tanh(x @ Wx + h @ Wh + b)
        hs.append(h)
    return torch.stack(hs).numpy()


def rnn_forward_inputs_first(X, h0, Wx, Wh, b):
    A = X @ Wx + b  # (T, B, d), all inputs in one product
    hs = np.empty_like(A)
    hs[0] = np.tanh(A[0] + h0 @ Wh)
    for t in range(1, len(A)):
        hs[t] = np.tanh(A[t] + hs[t - 1] @ Wh)
    return hs


def rnn_backward_by_autograd(X, h0, Wx, Wh, b, hs, dhs):
    X, h0, Wx, Wh, b = inputs = [torch.tensor(a, requires_grad=True) for a in (X, h0, Wx, Wh, b)]
    loss, h = 0.0, h0
    for x, dh in zip(X, torch.tensor(dhs), strict=True):
        h = torch.tanh(x @ Wx + h @ Wh + b)
        loss = loss + (h * dh).sum()
    return [g.numpy() for g in torch.autograd.grad(loss, inputs)]


def rnn_backward_sums_last(X, h0, Wx, Wh, b, hs, dhs):
    before = np.concatenate([h0[None], hs[:-1]])  # (T, B, d), h_{t−1}
    dA, dh = np.zeros_like(hs), np.zeros_like(h0)
    for t in range(len(X) - 1, -1, -1):
        dA[t] = (1 - hs[t]) * (1 + hs[t]) * (dhs[t] + dh)
        dh = dA[t] @ Wh.T
    dWx = np.einsum("tbn,tbd->nd", X, dA)
    dWh = np.einsum("tbe,tbd->ed", before, dA)
    return dA @ Wx.T, dh, dWx, dWh, dA.sum(axis=(0, 1))


MISTAKES = (
    mistake("initial_state_ignored", edit("[], h0", "[], np.zeros_like(h0)")),
    mistake("time_reversed", edit("for x in X:", "for x in X[::-1]:"), edit("np.stack(hs)", "np.stack(hs[::-1])")),
    mistake("state_not_updated", edit("h @ Wh", "h0 @ Wh")),
    mistake("without_tanh", edit("np.tanh(x @ Wx + h @ Wh + b)", "x @ Wx + h @ Wh + b")),
    mistake("column_convention", edit("h @ Wh", "h @ Wh.T")),
    mistake("tanh_not_squared", edit("(1 - hs[t] ** 2)", "(1 - hs[t])")),
    mistake("current_state", edit("hs[t - 1] if t > 0 else h0", "hs[t]")),
    mistake("not_accumulated", edit("dWx +=", "dWx ="), edit("dWh +=", "dWh ="), edit("db +=", "db =")),
    mistake(
        "last_step_only",
        edit("dWx += X[t].T @ da", "dWx += X[t].T @ da * (t == len(X) - 1)"),
        edit("dWh += h_prev.T @ da", "dWh += h_prev.T @ da * (t == len(X) - 1)"),
        edit("db += da.sum(axis=0)", "db += da.sum(axis=0) * (t == len(X) - 1)"),
    ),
    mistake("wh_not_transposed", edit("dh = da @ Wh.T", "dh = da @ Wh")),
    mistake("initial_state_ignored_backward", edit("if t > 0 else h0", "if t > 0 else np.zeros_like(h0)")),
    mistake("forward_in_time", edit("reversed(range(len(X)))", "range(len(X))")),
    mistake("truncated", edit("(dhs[t] + dh)", "dhs[t]")),
    mistake("last_state_at_first_step", edit("hs[t - 1] if t > 0 else h0", "hs[t - 1]")),
)

EQUIVALENTS = (
    equivalent("torch", defines={"rnn_forward": rnn_forward_by_torch}),
    equivalent("inputs_first", defines={"rnn_forward": rnn_forward_inputs_first}),
    equivalent("autograd", defines={"rnn_backward": rnn_backward_by_autograd}),
    equivalent("sums_last", defines={"rnn_backward": rnn_backward_sums_last}),
)
