"""3.15 attention_cost: what one layer of self-attention costs, in operations and in memory, beside a recurrent layer.

The independent count runs the layer on PyTorch's ``meta`` device, without computing anything, under its FLOP counter.
"""

from __future__ import annotations

import torch
from torch.utils.flop_counter import FlopCounterMode

from attentif.exercises import Call, Case, Exercise, Function, Output, Text


def attention_cost(n, d, h, B=1, bytes_per_element=4):
    """Cost of self-attention over B sequences of n tokens of dimension d with h heads; a multiply-add is 2 FLOPs.

    -> dict of integers: flops_qk, flops_av, flops_proj, flops_total, memory_scores, kv_cache (bytes), rnn_flops.
    """
    flops_qk = 2 * B * n * n * d  # h heads of (n, d/h) @ (d/h, n): h · 2·n·n·(d/h)
    flops_av = 2 * B * n * n * d  # h heads of (n, n) @ (n, d/h)
    flops_proj = 4 * 2 * B * n * d * d  # W_q, W_k, W_v and W_o: (n, d) @ (d, d)
    return {
        "flops_qk": flops_qk,
        "flops_av": flops_av,
        "flops_proj": flops_proj,
        "flops_total": flops_qk + flops_av + flops_proj,
        "memory_scores": B * h * n * n * bytes_per_element,  # (B, h, n, n)
        "kv_cache": 2 * B * n * d * bytes_per_element,  # K and V, (B, n, d) each
        "rnn_flops": n * 4 * B * d * d,  # n steps, two products with a (d, d) matrix each
    }


def independent_attention_cost(n, d, h, B=1, bytes_per_element=4):
    """Each product really written, on tensors without data, and counted by torch.utils.flop_counter."""

    def count(product):
        with FlopCounterMode(display=False) as counter:
            product()
        return counter.get_total_flops()

    x, W = torch.empty(B, n, d, device="meta"), torch.empty(d, d, device="meta")
    q = k = v = (x @ W).view(B, n, h, d // h).transpose(1, 2)
    scores = torch.empty(B, h, n, n, device="meta")
    costs = {
        "flops_qk": count(lambda: q @ k.transpose(-2, -1)),
        "flops_av": count(lambda: scores @ v),
        "flops_proj": count(lambda: [x @ W for _ in "qkvo"]),
    }
    step = count(lambda: torch.empty(B, d, device="meta") @ W) + count(lambda: torch.empty(B, d, device="meta") @ W)
    return {
        **costs,
        "flops_total": sum(costs.values()),
        "memory_scores": scores.numel() * bytes_per_element,
        "kv_cache": (k.numel() + v.numel()) * bytes_per_element,
        "rnn_flops": sum(step for _ in range(n)),
    }


def case(name, **inputs):
    return Case(name, Call("attention_cost", inputs), {k: inputs[k] for k in ("n", "d", "h", "B") if k in inputs})


KEYS = ("flops_qk", "flops_av", "flops_proj", "flops_total", "memory_scores", "kv_cache", "rnn_flops")


def public():
    return [
        case("worked_example", n=10, d=8, h=2),
        case("bert_base", n=512, d=768, h=12, B=16, bytes_per_element=2),
    ]


def draw(rng):
    h, other_h = (int(size) for size in rng.permutation([3, 5, 6])[:2])
    d_h, other_d_h = (int(size) for size in rng.permutation([4, 7, 9])[:2])
    n, B = int(rng.choice([13, 29, 130])), int(rng.choice([7, 9, 11]))
    return [
        case("defaults", n=n, d=h * d_h, h=h),
        case("batch", n=n, d=h * d_h, h=h, B=B),
        case("half_precision", n=n + 2, d=other_h * other_d_h, h=other_h, B=B, bytes_per_element=2),
        case("one_token", n=1, d=h * d_h, h=h, B=B, bytes_per_element=8),
        case("one_head", n=n + 1, d=d_h, h=1, B=B, bytes_per_element=1),
    ]


EXERCISE = Exercise(
    name="attention_cost",
    atelier="atelier3",
    number="3.15",
    title=Text("Ce que coûte l'attention", "What attention costs"),
    points=5,
    functions=(
        Function(
            "attention_cost",
            "(n, d, h, B=1, bytes_per_element=4)",
            tuple(Output(key) for key in KEYS),
            rtol=1e-9,
        ),
    ),
    reference={"attention_cost": attention_cost},
    independent={"attention_cost": independent_attention_cost},
    public=public,
    draw=draw,
)
