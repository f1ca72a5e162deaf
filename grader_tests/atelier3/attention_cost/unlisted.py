"""3.15 attention_cost: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

from attentif.exercises.unlisted import unlisted


@unlisted("attention_cost", "generic:factor")
def cost_in_bits(n, d, h, B=1, bytes_per_element=4):
    costs = cost(n, d, h, B, bytes_per_element)
    return {**costs, "memory_scores": 8 * costs["memory_scores"], "kv_cache": 8 * costs["kv_cache"]}


def cost(n, d, h, B=1, bytes_per_element=4):
    scores, projections = 2 * B * n * n * d, 8 * B * n * d * d
    return {
        "flops_qk": scores,
        "flops_av": scores,
        "flops_proj": projections,
        "flops_total": 2 * scores + projections,
        "memory_scores": B * h * n * n * bytes_per_element,
        "kv_cache": 2 * B * n * d * bytes_per_element,
        "rnn_flops": n * 4 * B * d * d,
    }


@unlisted("attention_cost")
def cost_with_a_softmax(n, d, h, B=1, bytes_per_element=4):
    costs = cost(n, d, h, B, bytes_per_element)
    return {**costs, "flops_qk": costs["flops_qk"] + 5 * B * h * n * n}


def costs(n, d, h, B, size, **changes):
    qk, proj = 2 * B * n * n * d, 8 * B * n * d * d
    right = {
        "flops_qk": qk,
        "flops_av": qk,
        "flops_proj": proj,
        "flops_total": 2 * qk + proj,
        "memory_scores": B * h * n * n * size,
        "kv_cache": 2 * B * n * d * size,
        "rnn_flops": 4 * B * n * d * d,
    }
    return right | changes


@unlisted("attention_cost")
def attention_cost_four_bytes(n, d, h, B=1, bytes_per_element=4):  # the size of a number is fixed
    return costs(n, d, h, B, 4)


@unlisted("attention_cost", "generic:factor")
def attention_cost_bits(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, 8 * bytes_per_element)


@unlisted("attention_cost")
def attention_cost_linear_scores(n, d, h, B=1, bytes_per_element=4):  # n·d² for n²·d
    qk, proj = 2 * B * n * d * d, 8 * B * n * d * d
    return costs(n, d, h, B, bytes_per_element, flops_qk=qk, flops_av=qk, flops_total=2 * qk + proj)


@unlisted("attention_cost")
def attention_cost_causal_half(n, d, h, B=1, bytes_per_element=4):  # counts visible pairs only
    qk, proj = B * n * (n + 1) * d, 8 * B * n * d * d
    return costs(n, d, h, B, bytes_per_element, flops_qk=qk, flops_av=qk, flops_total=2 * qk + proj)


@unlisted("attention_cost", "generic:factor")
def attention_cost_single_recurrent_product(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, bytes_per_element, rnn_flops=2 * B * n * d * d)


@unlisted("attention_cost")
def attention_cost_heads_divide_memory(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, bytes_per_element, memory_scores=B * n * n * bytes_per_element // h)


@unlisted("attention_cost")
def attention_cost_total_with_rnn(n, d, h, B=1, bytes_per_element=4):
    cost = costs(n, d, h, B, bytes_per_element)
    return cost | {"flops_total": cost["flops_total"] + cost["rnn_flops"]}


@unlisted("attention_cost")
def attention_cost_total_without_av(n, d, h, B=1, bytes_per_element=4):
    cost = costs(n, d, h, B, bytes_per_element)
    return cost | {"flops_total": cost["flops_qk"] + cost["flops_proj"]}


@unlisted("attention_cost")
def attention_cost_batch_squared(n, d, h, B=1, bytes_per_element=4):  # B on both sides of the product
    cost = costs(n, d, h, B, bytes_per_element)
    return cost | {"memory_scores": cost["memory_scores"] * B}


@unlisted("attention_cost")
def attention_cost_batch_in_flops_only(n, d, h, B=1, bytes_per_element=4):
    cost = costs(n, d, h, B, bytes_per_element)
    return cost | {"memory_scores": cost["memory_scores"] // B, "kv_cache": cost["kv_cache"] // B}


@unlisted("attention_cost")
def attention_cost_key_missing(n, d, h, B=1, bytes_per_element=4):
    cost = costs(n, d, h, B, bytes_per_element)
    del cost["rnn_flops"]
    return cost


@unlisted("attention_cost", "generic:sum_for_mean")
def attention_cost_square_cache(n, d, h, B=1, bytes_per_element=4):  # n² for n
    return costs(n, d, h, B, bytes_per_element, kv_cache=2 * B * n * n * d * bytes_per_element)


@unlisted("attention_cost", "generic:factor", "multiply_adds_counted_once+single_cache")
def attention_cost_half_flops_single_cache(n, d, h, B=1, bytes_per_element=4):  # two listed mistakes
    cost = costs(n, d, h, B, bytes_per_element)
    halved = ("flops_qk", "flops_av", "flops_proj", "flops_total", "rnn_flops", "kv_cache")
    return cost | {key: cost[key] // 2 for key in halved}


@unlisted("attention_cost")
def attention_cost_two_bytes(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, 2)


@unlisted("attention_cost")
def attention_cost_twelve_heads(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, 12, B, bytes_per_element)


@unlisted("attention_cost")
def attention_cost_rnn_of_one_sequence(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, bytes_per_element, rnn_flops=4 * n * d * d)


@unlisted("attention_cost")
def attention_cost_projections_of_one_sequence(n, d, h, B=1, bytes_per_element=4):
    return costs(n, d, h, B, bytes_per_element, flops_proj=8 * n * d * d)
