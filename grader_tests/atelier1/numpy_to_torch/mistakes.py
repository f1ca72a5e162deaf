"""1.16 numpy_to_torch: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

import torch
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def mlp_torch_by_autograd_grad(X, y, W1, b1, W2, b2):
    parameters = [p.detach().requires_grad_() for p in (W1, b1, W2, b2)]
    z = torch.tanh(torch.addmm(parameters[1], X, parameters[0])) @ parameters[2] + parameters[3]  # (B, C)
    loss = -torch.log_softmax(z, dim=1).gather(1, y[:, None]).mean()
    return loss, torch.autograd.grad(loss, parameters)


def mlp_torch_by_modules(X, y, W1, b1, W2, b2):
    model = nn.Sequential(nn.Linear(*W1.shape), nn.Tanh(), nn.Linear(*W2.shape)).to(W1.dtype)
    with torch.no_grad():
        for p, value in zip(model.parameters(), (W1.T, b1, W2.T, b2), strict=True):
            p.copy_(value)
    loss = nn.CrossEntropyLoss()(model(X), y)
    loss.backward()
    dW1, db1, dW2, db2 = (p.grad for p in model.parameters())
    return [loss.item(), [dW1.T, db1, dW2.T, db2]]


def contract_pairs_by_matmul(A, B):
    return A @ B.transpose(1, 2)


def contract_pairs_by_broadcast(A, B):
    return (A[:, :, None, :] * B[:, None, :, :]).sum(dim=-1)


def contract_rows_by_matmul(A, B):
    return (B.unsqueeze(1) @ A).squeeze(1)


def contract_rows_by_broadcast(A, B):
    return (A * B[..., None]).sum(dim=1)


def contract_all_by_sum(A, B):
    return (A * B).sum(dim=(1, 2))


def contract_all_by_flattening(A, B):
    return torch.linalg.vecdot(A.flatten(1), B.flatten(1))


MISTAKES = (
    mistake("graph_cut", edit("torch.tanh(X @ W1 + b1)", "torch.tanh(X @ W1 + b1).data")),
    mistake(
        "accumulated",
        edit(
            "    loss.backward()",
            "    loss.backward(retain_graph=True)  # once to try, once to answer: gradients are never set to "
            "zero in between\n"
            "    loss.backward()",
        ),
    ),
    mistake("summed_loss", edit("+ b2, y)", '+ b2, y, reduction="sum")')),
    mistake("double_softmax", edit("hidden @ W2 + b2", "torch.softmax(hidden @ W2 + b2, dim=-1)")),
    mistake("inner_axes", edit('"bij,bkj->bik"', '"bij,bjk->bik"')),
    mistake(
        "reshaped_instead_of_transposed",
        edit('torch.einsum("bij,bkj->bik", A, B)', "A @ B.reshape(B.shape[0], B.shape[2], B.shape[1])"),
    ),
    mistake("dot_t_on_three_axes", edit('torch.einsum("bij,bkj->bik", A, B)', "A @ B.permute(2, 1, 0)")),
    mistake(
        "rows_reshaped_instead_of_transposed",
        edit(
            'torch.einsum("bij,bi->bj", A, B)',
            "(A.reshape(A.shape[0], A.shape[2], A.shape[1]) @ B.unsqueeze(-1)).squeeze(-1)",
        ),
    ),
    mistake("rows_inner_axis", edit('"bij,bi->bj"', '"bij,bj->bi"')),
    mistake("rows_letter_not_shared", edit('"bij,bi->bj"', '"bij,bk->bj"')),
    mistake("whole_batch", edit('torch.einsum("bij,bij->b", A, B)', "(A * B).sum()")),
    mistake("all_letters_not_shared", edit('"bij,bij->b"', '"bij,bkl->b"')),
)

EQUIVALENTS = (
    equivalent("autograd_grad", defines={"mlp_torch": mlp_torch_by_autograd_grad}),
    equivalent("modules", defines={"mlp_torch": mlp_torch_by_modules}),
    equivalent(
        "matmul",
        defines={
            "contract_pairs": contract_pairs_by_matmul,
            "contract_rows": contract_rows_by_matmul,
            "contract_all": contract_all_by_sum,
        },
    ),
    equivalent(
        "broadcast",
        defines={
            "contract_pairs": contract_pairs_by_broadcast,
            "contract_rows": contract_rows_by_broadcast,
            "contract_all": contract_all_by_flattening,
        },
    ),
)
