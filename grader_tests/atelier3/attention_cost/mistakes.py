"""3.15 attention_cost: the mistakes worth a name, and other ways of being right."""

from __future__ import annotations

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit


def cost_head_by_head(n, d, h, B=1, bytes_per_element=4):
    def product(rows, inner, columns):
        return 2 * rows * inner * columns

    size = d / h
    qk = sum(product(n, size, n) for _ in range(B * h))
    av = sum(product(n, n, size) for _ in range(B * h))
    projections = 3 * product(B * n, d, d) + product(B * n, d, d)
    return {
        "rnn_flops": float(n * (product(B, d, d) + product(B, d, d))),
        "kv_cache": bytes_per_element * (B * h * n * size + B * h * n * size),
        "memory_scores": bytes_per_element * B * h * n**2,
        "flops_total": qk + av + projections,
        "flops_proj": projections,
        "flops_av": av,
        "flops_qk": qk,
    }


def cost_with_extras(n, d, h, B=1, bytes_per_element=4):
    tokens = B * n
    pairs = tokens * n
    costs = {"flops_qk": 2 * pairs * d, "flops_av": 2 * pairs * d, "flops_proj": 8 * tokens * d**2}
    costs.update(flops_total=4 * pairs * d + 8 * tokens * d**2, rnn_flops=4 * tokens * d**2)
    costs.update(memory_scores=pairs * h * bytes_per_element, kv_cache=2 * tokens * d * bytes_per_element)
    costs["ratio"] = costs["flops_total"] / costs["rnn_flops"]
    return costs


MISTAKES = (
    mistake("memory_grows_with_d", edit("B * h * n * n", "B * d * n * n")),
    mistake("memory_without_heads", edit("B * h * n * n", "B * n * n")),
    mistake("heads_multiply_flops", edit("flops_qk = 2", "flops_qk = 2 * h"), edit("flops_av = 2", "flops_av = 2 * h")),
    mistake(
        "one_head_counted",
        edit("flops_qk = 2 * B * n * n * d", "flops_qk = 2 * B * n * n * (d // h)"),
        edit("flops_av = 2 * B * n * n * d", "flops_av = 2 * B * n * n * (d // h)"),
    ),
    mistake(
        "multiply_adds_counted_once",
        edit("flops_qk = 2 * B", "flops_qk = B"),
        edit("flops_av = 2 * B", "flops_av = B"),
        edit("4 * 2 * B", "4 * B"),
        edit("n * 4 * B", "n * 2 * B"),
    ),
    mistake("single_cache", edit('"kv_cache": 2 * B', '"kv_cache": B')),
    mistake("cache_multiplied_by_heads", edit('"kv_cache": 2 * B', '"kv_cache": 2 * h * B')),
    mistake(
        "elements_instead_of_bytes",
        edit("n * n * bytes_per_element", "n * n"),
        edit("n * d * bytes_per_element", "n * d"),
    ),
    mistake("output_projection_forgotten", edit("4 * 2 * B", "3 * 2 * B")),
    mistake("total_without_projections", edit(" + flops_proj", "")),
    mistake("batch_forgotten", edit("    flops_qk = 2", "    B = 1\n    flops_qk = 2")),
    mistake("one_rnn_step", edit("n * 4 * B", "4 * B")),
)

EQUIVALENTS = (
    equivalent("head_by_head", defines={"attention_cost": cost_head_by_head}),
    equivalent("with_extras", defines={"attention_cost": cost_with_extras}),
)
