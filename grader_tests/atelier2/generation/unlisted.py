"""2.17 generation: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from attentif.exercises.unlisted import unlisted

from .oracle import apply_temperature, generate, top_k_filter, top_p_filter

INF = float("inf")


@unlisted("apply_temperature", "zero_shares_ties")
def apply_temperature_uniform_at_zero(logits, T):  # at 0, all greatest logits share
    if T == 0:
        best = (logits == logits.amax(-1, keepdim=True)).to(logits.dtype)
        return best / best.sum(-1, keepdim=True)
    return F.softmax(logits / T, dim=-1)


@unlisted("apply_temperature")
def apply_temperature_squared(logits, T):
    return apply_temperature(logits, T * T)


@unlisted("apply_temperature")
def apply_temperature_log(logits, T):
    if T == 0:
        return apply_temperature(logits, T)
    return F.log_softmax(logits / T, dim=-1)


@unlisted("apply_temperature")
def apply_temperature_mixed(logits, T):  # interpolates with the uniform distribution
    if T == 0:
        return apply_temperature(logits, 0)
    weight = 1 / (1 + T)
    return weight * F.softmax(logits, dim=-1) + (1 - weight) / logits.size(-1)


@unlisted("apply_temperature")
def apply_temperature_of_all_rows(logits, T):  # one softmax for all rows
    if T == 0:
        return apply_temperature(logits, T)
    return F.softmax((logits / T).flatten(), dim=0).view_as(logits)


@unlisted("apply_temperature")
def apply_temperature_standardised(logits, T):
    if T == 0:
        return apply_temperature(logits, T)
    spread = logits.masked_fill(logits.isinf(), 0.0).std(-1, keepdim=True)
    return F.softmax(logits / (T * spread), dim=-1)


@unlisted("top_k_filter", "generic:nan", "one_less_than_k")
def top_k_filter_one_less(logits, k):
    return top_k_filter(logits, max(1, k - 1))


@unlisted("top_k_filter", "k_sorts")
def top_k_filter_sorted(logits, k):  # kept logits come first, in order
    kept = logits.sort(dim=-1, descending=True).values
    kept[..., k:] = -INF
    return kept


@unlisted("top_k_filter")
def top_k_filter_only_kept(logits, k):  # (…, k): the others are cut off
    return logits.topk(min(k, logits.size(-1)), dim=-1).values


@unlisted("top_k_filter")
def top_k_filter_by_size(logits, k):  # the largest in absolute value
    kept = logits.abs().argsort(dim=-1, descending=True, stable=True)[..., :k]
    return torch.full_like(logits, -INF).scatter(-1, kept, logits.gather(-1, kept))


@unlisted("top_k_filter", "a_billion_below")
def top_k_filter_minus_hundred(logits, k):  # a number that is not −∞
    return top_k_filter(logits, k).masked_fill(top_k_filter(logits, k).isinf(), -1e9)


@unlisted("top_k_filter")
def top_k_filter_normalised(logits, k):
    return F.log_softmax(top_k_filter(logits, k), dim=-1)


@unlisted("top_p_filter")
def top_p_filter_zero_kept_whole(probabilities, p):  # p = 0 taken for "no filter"
    return top_p_filter(probabilities, p or 1.0)


@unlisted("top_p_filter")
def top_p_filter_softmaxed(probabilities, p):  # renormalised by a softmax
    kept = top_p_filter(probabilities, p)
    return F.softmax(kept.masked_fill(kept == 0, -INF), dim=-1)


@unlisted("top_p_filter", "p_as_relative_threshold")
def top_p_filter_relative_to_largest(probabilities, p):  # min-p: those that weigh p times the largest
    kept = torch.where(probabilities >= p * probabilities.amax(-1, keepdim=True), probabilities, 0.0)
    return kept / kept.sum(-1, keepdim=True)


@unlisted("top_p_filter", "one_id_too_many")
def top_p_filter_one_more(probabilities, p):  # and one more to be sure
    weights, order = probabilities.sort(dim=-1, descending=True, stable=True)
    kept = weights.cumsum(-1) - weights < p
    kept = torch.cat([torch.ones_like(kept[..., :1]), kept[..., :-1]], dim=-1)
    kept[..., 0] = True
    weights = weights * kept
    filtered = torch.zeros_like(probabilities).scatter(-1, order, weights)
    return filtered / filtered.sum(-1, keepdim=True)


@unlisted("top_p_filter")
def top_p_filter_in_order_of_ids(probabilities, p):  # accumulated without sorting
    kept = probabilities.cumsum(-1) - probabilities < p
    kept[..., 0] = True
    filtered = probabilities * kept
    return filtered / filtered.sum(-1, keepdim=True)


@unlisted("top_p_filter")
def top_p_filter_rest_shared(probabilities, p):  # what is cut is shared equally by what is kept
    kept = top_p_filter(probabilities, p) > 0
    cut = (probabilities * ~kept).sum(-1, keepdim=True)
    return (probabilities + cut / kept.sum(-1, keepdim=True)) * kept


@unlisted("top_p_filter")
def top_p_filter_rest_to_largest(probabilities, p):
    kept = top_p_filter(probabilities, p) > 0
    filtered = probabilities * kept
    rest = 1 - filtered.sum(-1, keepdim=True)
    best = probabilities.argmax(-1, keepdim=True)
    return filtered.scatter_add(-1, best, rest)


@unlisted("generate", "returns_what_is_new_only")
def generate_without_prompt(model, ids, *given, **named):
    return generate(model, ids, *given, **named)[:, ids.size(1) :]


@unlisted("generate", "one_id_more")
def generate_one_too_many(model, ids, n_new, *given, **named):
    return generate(model, ids, n_new + 1, *given, **named)


@unlisted("generate", "reads_the_prompt_only")
def generate_from_the_first_logits(
    model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None
):
    """Logits of the prompt only, for all ids."""
    logits = model(ids[:, -model.context :])[:, -1]
    for _ in range(n_new):
        q = apply_temperature(logits if top_k is None else top_k_filter(logits, top_k), temperature)
        q = q if top_p is None else top_p_filter(q, top_p)
        ids = torch.cat([ids, torch.multinomial(q, 1, generator=generator)], dim=1)
        if eos is not None and ids[0, -1] == eos:
            break
    return ids


@unlisted("generate")
def generate_without_repeats(model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    """The last id never comes again at once."""
    for _ in range(n_new):
        logits = model(ids[:, -model.context :])[:, -1].clone()
        logits[0, ids[0, -1]] = -INF
        q = apply_temperature(logits if top_k is None else top_k_filter(logits, top_k), temperature)
        q = q if top_p is None else top_p_filter(q, top_p)
        ids = torch.cat([ids, torch.multinomial(q, 1, generator=generator)], dim=1)
        if eos is not None and ids[0, -1] == eos:
            break
    return ids


@unlisted("generate", "end_left_out")
def generate_end_left_out(model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    """It stops before eos is written."""
    text = generate(model, ids, n_new, temperature, top_k, top_p, eos, generator)
    return text[:, :-1] if eos is not None and text.size(1) > ids.size(1) and text[0, -1] == eos else text


@unlisted("generate", "reads_the_last_id_only")
def generate_context_of_one(model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    """Only the last id is read."""
    for _ in range(n_new):
        logits = model(ids[:, -1:])[:, -1]
        q = apply_temperature(logits if top_k is None else top_k_filter(logits, top_k), temperature)
        q = q if top_p is None else top_p_filter(q, top_p)
        ids = torch.cat([ids, torch.multinomial(q, 1, generator=generator)], dim=1)
        if eos is not None and ids[0, -1] == eos:
            break
    return ids


@unlisted("generate", "always_the_most_probable")
def generate_temperature_of_seven_tenths(model, ids, n_new, temperature=1.0, *given, **named):  # always greedy
    return generate(model, ids, n_new, 0.0, *given, **named)


@unlisted("generate")
def generate_stops_at_zero(model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    """No eos taken for id 0."""
    return generate(model, ids, n_new, temperature, top_k, top_p, eos or 0, generator)
