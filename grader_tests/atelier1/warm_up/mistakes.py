"""Warm-up: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import numpy as np
import torch

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def sigmoid_by_tanh(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def derivative_by_tanh(x):
    return 0.25 * (1 - np.tanh(0.5 * x) ** 2)


def flatten_by_ravel(image):
    return np.ravel(image)[:, None]


def l1_by_norm(y_hat, y):
    return np.linalg.norm(np.ravel(y_hat) - np.ravel(y), 1)


def l2_by_dot(y_hat, y):
    d = np.ravel(y_hat) - np.ravel(y)
    return d @ d


def sigmoid_textbook(x):
    return 1 / (1 + np.exp(-x))


def derivative_by_product(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)


def flatten_by_sizes(image):
    return image.reshape(image.shape[0] * image.shape[1] * image.shape[2], 1)


def l1_by_loop(y_hat, y):
    return sum(abs(float(a) - float(b)) for a, b in zip(y_hat.flatten(), y.flatten(), strict=True))


def l2_by_reshape(y_hat, y):
    return np.sum((y_hat.reshape(-1, 1) - y.reshape(-1, 1)) ** 2)


def sigmoid_by_torch(x):
    return torch.sigmoid(torch.from_numpy(np.asarray(x, dtype=float))).numpy()


MISTAKES = (
    mistake("sigmoid_wrong_sign", edit("np.where(x >= 0, 1 / (1 + e), e / (1 + e))", "1 / (1 + np.exp(x))")),
    mistake("sigmoid_exp_ratio", edit("np.where(x >= 0, 1 / (1 + e), e / (1 + e))", "np.exp(x) / (1 + np.exp(x))")),
    mistake("sigmoid_tanh", edit("np.where(x >= 0, 1 / (1 + e), e / (1 + e))", "np.tanh(x)")),
    mistake("derivative_output_as_input", edit("e / (1 + e) ** 2", "x * (1 - x)")),
    mistake("derivative_tanh_formula", edit("e / (1 + e) ** 2", "1 - (1 / (1 + np.exp(-x))) ** 2")),
    mistake("derivative_exp_ratio", edit("e / (1 + e) ** 2", "np.exp(-x) / (1 + np.exp(-x)) ** 2")),
    mistake("derivative_not_taken", edit("e / (1 + e) ** 2", "1 / (1 + np.exp(-x))")),
    mistake("flatten_one_dimensional", edit("reshape(-1, 1)", "reshape(-1)")),
    mistake("flatten_column_major", edit("reshape(-1, 1)", 'reshape(-1, 1, order="F")')),
    mistake("flatten_channels_first", edit("image.reshape(", "image.transpose(2, 0, 1).reshape(")),
    mistake("flatten_row_vector", edit("reshape(-1, 1)", "reshape(1, -1)")),
    mistake("l1_mean", edit("np.sum(np.abs(", "np.mean(np.abs(")),
    mistake("l1_broadcast", edit("np.abs(np.ravel(y_hat) - np.ravel(y))", "np.abs(y_hat - y)")),
    mistake("l1_signed", edit("np.abs(np.ravel(y_hat) - np.ravel(y))", "np.ravel(y_hat) - np.ravel(y)")),
    mistake(
        "l1_absolute_outside",
        edit("np.sum(np.abs(np.ravel(y_hat) - np.ravel(y)))", "np.abs(np.sum(np.ravel(y_hat) - np.ravel(y)))"),
    ),
    mistake(
        "l1_squared",
        edit("np.abs(np.ravel(y_hat) - np.ravel(y))", "(np.ravel(y_hat) - np.ravel(y)) ** 2", within="l1_loss"),
    ),
    mistake("l2_mean", edit("np.sum((np.ravel", "np.mean((np.ravel")),
    mistake("l2_broadcast", edit("(np.ravel(y_hat) - np.ravel(y)) ** 2", "(y_hat - y) ** 2")),
    mistake(
        "l2_root", edit("np.sum((np.ravel(y_hat) - np.ravel(y)) ** 2)", "np.linalg.norm(np.ravel(y_hat) - np.ravel(y))")
    ),
    mistake(
        "l2_absolute",
        edit("(np.ravel(y_hat) - np.ravel(y)) ** 2", "np.abs(np.ravel(y_hat) - np.ravel(y))", within="l2_loss"),
    ),
)

EQUIVALENTS = (
    equivalent(
        "by_tanh_and_norms",
        defines={
            "sigmoid": sigmoid_by_tanh,
            "sigmoid_derivative": derivative_by_tanh,
            "flatten_image": flatten_by_ravel,
            "l1_loss": l1_by_norm,
            "l2_loss": l2_by_dot,
        },
    ),
    equivalent(
        "textbook",
        defines={
            "sigmoid": sigmoid_textbook,
            "sigmoid_derivative": derivative_by_product,
            "flatten_image": flatten_by_sizes,
            "l1_loss": l1_by_loop,
            "l2_loss": l2_by_reshape,
        },
    ),
    equivalent("by_torch", defines={"sigmoid": sigmoid_by_torch}),
)
