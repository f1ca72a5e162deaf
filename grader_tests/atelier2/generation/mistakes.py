"""2.17 apply_temperature, top_k_filter, top_p_filter, generate: wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import apply_temperature, continue_with, top_k_filter, top_p_filter


def writing(name, *edits):
    """A mistake in generate, which the notebook's helper asks about."""
    return mistake(name, *edits, shown_by=(continue_with,))


def top_k_keeping_ties(logits, k):
    if k < 1:
        raise ValueError("k")
    least = logits.topk(min(k, logits.size(-1)), dim=-1).values[..., -1:]
    return logits.masked_fill(logits < least, float("-inf"))


def top_k_strictly_above(logits, k):
    if k < 1:
        raise ValueError("k")
    least = logits.topk(min(k, logits.size(-1)), dim=-1).values[..., -1:]
    return logits.masked_fill(logits <= least, float("-inf"))


def top_p_above_threshold(probabilities, p):
    if not 0 <= p <= 1:
        raise ValueError("p")
    kept = probabilities.masked_fill(probabilities < p, 0.0)
    return kept / kept.sum(dim=-1, keepdim=True)


def top_p_relative_threshold(probabilities, p):
    if not 0 <= p <= 1:
        raise ValueError("p")
    least = p * probabilities.amax(dim=-1, keepdim=True)
    kept = probabilities.masked_fill(probabilities < least, 0.0)
    return kept / kept.sum(dim=-1, keepdim=True)


def temperature_stabilised(logits, T):
    if T < 0:
        raise ValueError("T")
    top = logits.amax(dim=-1, keepdim=True)
    if T == 0:
        first = (logits == top).long().cumsum(dim=-1) == 1
        return ((logits == top) & first).to(logits.dtype)
    e = torch.exp((logits - top) / T)
    return e / e.sum(dim=-1, keepdim=True)


def temperature_by_one_hot(logits, T):
    if T < 0:
        raise ValueError("T")
    if T == 0:
        return F.one_hot(torch.argmax(logits, dim=-1), logits.size(-1)).to(logits.dtype)
    return (logits / T - torch.logsumexp(logits / T, dim=-1, keepdim=True)).exp()


def top_k_row_by_row(logits, k):
    if k < 1:
        raise ValueError("k")
    result = torch.full(logits.shape, -torch.inf, dtype=logits.dtype)
    for source, target in zip(logits.reshape(-1, logits.size(-1)), result.view(-1, logits.size(-1)), strict=True):
        values = source.tolist()
        for j in sorted(range(len(values)), key=lambda j: (-values[j], j))[:k]:
            target[j] = source[j]
    return result


def top_k_by_rank(logits, k):
    if k < 1:
        raise ValueError("k")
    rank = logits.argsort(dim=-1, descending=True, stable=True).argsort(dim=-1)
    return torch.where(rank < k, logits, float("-inf"))


def top_p_by_rank(probabilities, p):
    if p < 0 or p > 1:
        raise ValueError("p")
    order = torch.argsort(probabilities, dim=-1, descending=True, stable=True)
    total = torch.gather(probabilities, -1, order).cumsum(dim=-1)
    needed = (total < p).sum(dim=-1, keepdim=True) + 1
    kept = order.argsort(dim=-1) < needed
    q = torch.where(kept, probabilities, 0.0)
    return q / q.sum(dim=-1, keepdim=True)


def top_p_row_by_row(probabilities, p):
    if not 0 <= p <= 1:
        raise ValueError("p")
    result = torch.zeros(probabilities.shape, dtype=probabilities.dtype)
    for source, target in zip(
        probabilities.reshape(-1, probabilities.size(-1)), result.view(-1, probabilities.size(-1)), strict=True
    ):
        total = 0.0
        for j in torch.sort(source, descending=True, stable=True).indices.tolist():
            target[j] = source[j]
            total += float(source[j])
            if total >= p:
                break
        target /= target.sum()
    return result


def generate_by_inverse(model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    if ids.ndim != 2 or len(ids) != 1 or ids.numel() == 0:
        raise ValueError("one sequence of one id or more")
    text = ids[0].tolist()
    with torch.inference_mode():
        while n_new > 0:
            n_new -= 1
            read = torch.tensor([text[max(0, len(text) - model.context) :]])
            scores = model(read)[0, -1]
            if temperature > 0 and top_k is not None:
                scores = top_k_filter(scores / temperature, top_k) * temperature
            q = apply_temperature(scores, temperature)
            q = q if top_p is None else top_p_filter(q, top_p)
            u = torch.rand((), generator=generator, dtype=torch.float64)
            text.append(int((q.cumsum(0) / q.sum() <= u).sum()))
            if text[-1] == eos:
                break
    return torch.tensor([text])


def generate_by_gumbel(model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    if ids.dim() != 2 or ids.shape[0] != 1 or ids.shape[1] < 1:
        raise ValueError("one sequence of one id or more")
    ended, room = False, ids.new_empty(1, ids.size(1) + n_new)
    room[:, : ids.size(1)] = ids
    T = ids.size(1)
    while not ended and room.size(1) > T:
        logits = model(room[:, max(0, T - model.context) : T])[:, -1, :].detach()
        q = apply_temperature(logits, temperature)
        if top_k is not None:
            q = torch.where(torch.isinf(top_k_filter(logits, top_k)), 0.0, q)
            q = q / q.sum(-1, keepdim=True)
        if top_p is not None:
            q = top_p_filter(q, top_p)
        noise = -torch.log(-torch.log(torch.rand(q.shape, generator=generator, dtype=torch.float64)))
        room[:, T] = torch.argmax(q.double().log() + noise, dim=-1)
        ended = eos is not None and int(room[0, T]) == eos
        T += 1
    return room[:, :T]


SCATTERED = "torch.zeros_like(probabilities).scatter(-1, order, weights)"

MISTAKES = (
    mistake("temperature_multiplies", edit("logits / T, dim", "logits * T, dim")),
    mistake("temperature_after_softmax", edit("F.softmax(logits / T, dim=-1)", "F.softmax(logits, dim=-1) / T")),
    mistake("temperature_ignored", edit("logits / T, dim", "logits, dim")),
    mistake("temperature_square_root", edit("logits / T, dim", "logits / T**0.5, dim")),
    mistake("temperature_as_power", edit("F.softmax(logits / T, dim=-1)", "F.softmax(logits, dim=-1) ** (1 / T)")),
    mistake("temperature_without_softmax", edit("F.softmax(logits / T, dim=-1)", "logits / T")),
    mistake("temperature_zero_divides", edit("if T == 0:", "if T is None:")),
    mistake(
        "zero_shares_ties",
        edit(
            "torch.zeros_like(logits).scatter(-1, best, 1.0)",
            "(logits == logits.gather(-1, best)) / (logits == logits.gather(-1, best)).sum(dim=-1, keepdim=True)",
        ),
    ),
    mistake(
        "zero_takes_the_last",
        edit(
            "logits.argmax(dim=-1, keepdim=True)", "logits.size(-1) - 1 - logits.flip(-1).argmax(dim=-1, keepdim=True)"
        ),
    ),
    mistake(
        "unstable_softmax",
        edit(
            "F.softmax(logits / T, dim=-1)", "torch.exp(logits / T) / torch.exp(logits / T).sum(dim=-1, keepdim=True)"
        ),
    ),
    mistake(
        "softmax_on_the_first_axis",
        edit("F.softmax(logits / T, dim=-1)", "F.softmax(logits / T, dim=0)"),
    ),
    mistake("one_more_than_k", edit("[..., :k]", "[..., : k + 1]")),
    mistake("one_less_than_k", edit("[..., :k]", "[..., : k - 1]")),
    mistake("k_smallest", edit("logits.argsort(dim=-1, descending=True", "logits.argsort(dim=-1, descending=False")),
    mistake("zeros_for_the_others", edit('torch.full_like(logits, float("-inf"))', "torch.zeros_like(logits)")),
    mistake("a_billion_below", edit('torch.full_like(logits, float("-inf"))', "torch.full_like(logits, -1e9)")),
    mistake("k_keeps_all_ties", defines={"top_k_filter": top_k_keeping_ties}),
    mistake("k_strictly_above", defines={"top_k_filter": top_k_strictly_above}),
    mistake(
        "k_ties_to_the_greater_id",
        edit(
            "logits.argsort(dim=-1, descending=True, stable=True)",
            "(logits.size(-1) - 1 - logits.flip(-1).argsort(dim=-1, descending=True, stable=True))",
        ),
    ),
    mistake(
        "k_returns_probabilities",
        edit(
            "return nothing.scatter(-1, kept, logits.gather(-1, kept))",
            "return F.softmax(nothing.scatter(-1, kept, logits.gather(-1, kept)), dim=-1)",
        ),
    ),
    mistake(
        "k_sorts",
        edit(
            "nothing.scatter(-1, kept, logits.gather(-1, kept))",
            "torch.cat([logits.gather(-1, kept), nothing[..., kept.size(-1) :]], dim=-1)",
        ),
    ),
    mistake("crossing_id_dropped", edit("dim=-1) - weights < p", "dim=-1) <= p")),
    mistake("one_id_too_many", edit("dim=-1) - weights < p", "dim=-1) - weights - weights.roll(1, -1) < p")),
    mistake("exactly_p_takes_one_more", edit("dim=-1) - weights < p", "dim=-1) - weights <= p")),
    mistake(
        "least_probable_kept",
        edit("probabilities.sort(dim=-1, descending=True", "probabilities.sort(dim=-1, descending=False"),
    ),
    mistake("left_in_sorted_order", edit(SCATTERED, "weights")),
    mistake(
        "mask_in_sorted_order",
        edit("    weights = weights.masked_fill(~kept, 0.0)\n", ""),
        edit(SCATTERED, "probabilities.masked_fill(~kept, 0.0)"),
    ),
    mistake("p_not_renormalised", edit("filtered / filtered.sum(dim=-1, keepdim=True)", "filtered")),
    mistake(
        "renormalised_by_softmax", edit("filtered / filtered.sum(dim=-1, keepdim=True)", "F.softmax(filtered, dim=-1)")
    ),
    mistake("p_as_threshold", defines={"top_p_filter": top_p_above_threshold}),
    mistake("p_as_relative_threshold", defines={"top_p_filter": top_p_relative_threshold}, convention=True),
    mistake("p_zero_keeps_nothing", edit("    kept[..., 0] = True\n", "")),
    mistake(
        "p_ties_to_the_greater_id",
        edit("= probabilities.sort(", "= probabilities.flip(-1).sort("),
        edit("scatter(-1, order, weights)", "scatter(-1, probabilities.size(-1) - 1 - order, weights)"),
    ),
    writing(
        "always_the_most_probable",
        edit("torch.multinomial(probabilities, 1, generator=generator)", "probabilities.argmax(dim=-1, keepdim=True)"),
    ),
    writing("reads_the_first_position", edit("[:, -1]  # (1, V)", "[:, 0]  # (1, V)")),
    writing("keeps_the_beginning", edit("ids[:, -model.context :]", "ids[:, : model.context]")),
    writing("context_not_cropped", edit("ids[:, -model.context :]", "ids")),
    writing("context_one_too_short", edit("ids[:, -model.context :]", "ids[:, -max(1, model.context - 1) :]")),
    writing("reads_the_last_id_only", edit("ids[:, -model.context :]", "ids[:, -1:]")),
    writing(
        "reads_the_prompt_only",
        edit("    for _ in range(n_new):", "    prompt = ids\n    for _ in range(n_new):"),
        edit("ids[:, -model.context :]", "prompt[:, -model.context :]"),
    ),
    writing(
        "returns_the_context_only",
        edit(
            "logits = model(ids[:, -model.context :])",
            "ids = ids[:, -model.context :]\n            logits = model(ids)",
        ),
    ),
    writing(
        "returns_what_is_new_only",
        edit("    for _ in range(n_new):", "    T = ids.size(1)\n    for _ in range(n_new):"),
        edit("    return ids", "    return ids[:, T:]", within="generate"),
    ),
    writing("one_id_more", edit("range(n_new)", "range(n_new + 1)")),
    writing("end_ignored", edit("drawn.item() == eos", "drawn.item() == -1 - eos")),
    writing(
        "end_left_out",
        edit("        ids = torch.cat([ids, drawn], dim=1)\n", ""),
        edit("            break\n", "            break\n        ids = torch.cat([ids, drawn], dim=1)\n"),
    ),
    writing("end_looked_for_in_the_prompt", edit("drawn.item() == eos", "(ids == eos).any()")),
    writing("temperature_not_applied", edit("apply_temperature(logits, temperature)", "F.softmax(logits, dim=-1)")),
    writing("top_k_not_applied", edit("top_k_filter(logits, top_k)", "logits")),
    writing("top_p_not_applied", edit("top_p_filter(probabilities, top_p)", "probabilities", within="generate")),
    writing(
        "top_p_before_temperature",
        edit(
            "        probabilities = apply_temperature(logits, temperature)\n",
            "        if top_p is not None:\n"
            "            logits = top_p_filter(F.softmax(logits, dim=-1), top_p).log()\n"
            "        probabilities = apply_temperature(logits, temperature)\n",
        ),
        edit("            probabilities = top_p_filter(probabilities, top_p)", "            pass"),
    ),
    writing(
        "top_p_before_top_k",
        edit(
            "        if top_k is not None:\n            logits = top_k_filter(logits, top_k)\n",
            "        if top_p is not None:\n"
            "            nucleus = top_p_filter(apply_temperature(logits, temperature), top_p)\n"
            '            logits = logits.masked_fill(nucleus == 0, float("-inf"))\n'
            "        if top_k is not None:\n"
            "            logits = top_k_filter(logits, top_k)\n",
        ),
        edit("            probabilities = top_p_filter(probabilities, top_p)", "            pass"),
    ),
)

EQUIVALENTS = (
    equivalent("stabilised_by_hand", defines={"apply_temperature": temperature_stabilised}),
    equivalent("one_hot_at_zero", defines={"apply_temperature": temperature_by_one_hot}),
    equivalent("top_k_row_by_row", defines={"top_k_filter": top_k_row_by_row}),
    equivalent("top_k_by_rank", defines={"top_k_filter": top_k_by_rank}),
    equivalent("top_p_by_rank", defines={"top_p_filter": top_p_by_rank}),
    equivalent("top_p_row_by_row", defines={"top_p_filter": top_p_row_by_row}),
    equivalent("by_inverse_of_the_sum", defines={"generate": generate_by_inverse}, shown_by=(continue_with,)),
    equivalent("by_gumbel_noise", defines={"generate": generate_by_gumbel}, shown_by=(continue_with,)),
    equivalent(
        "filters_after_temperature",
        edit(
            "        if top_k is not None:\n            logits = top_k_filter(logits, top_k)\n",
            "        if temperature:\n            logits = logits / temperature\n"
            "        if top_k is not None:\n            logits = top_k_filter(logits, top_k)\n",
        ),
        edit("apply_temperature(logits, temperature)", "apply_temperature(logits, 1.0 if temperature else 0)"),
        shown_by=(continue_with,),
    ),
)
