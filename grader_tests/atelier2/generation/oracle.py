"""2.17 apply_temperature, top_k_filter, top_p_filter, generate: from logits to a text, one id at a time.

A model cannot travel as data, so cases of ``generate`` go through ``continue_with``, which the notebook gives: it makes
a toy model of a table. What is drawn by chance is judged by which ids come out, in a number of draws that leaves none
of them out but once in ten million; how often each does is judged in test_hidden.py.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from scipy import special
from torch import nn

from attentif.exercises import Call, Case, Exercise, Function, Given, Output, Ref, Text

from ..provided_model import Block, CausalSelfAttention, MiniGPT


def apply_temperature(logits, T):
    """Probabilities softmax(logits / T) along the last axis; T = 0: all on the greatest logit, the first one at a tie.

    logits (…, V), T ≥ 0 -> (…, V).
    """
    if T < 0:
        raise ValueError(f"a temperature is not negative: {T}")
    if T == 0:
        best = logits.argmax(dim=-1, keepdim=True)  # (…, 1)
        return torch.zeros_like(logits).scatter(-1, best, 1.0)  # (…, V)
    return F.softmax(logits / T, dim=-1)  # (…, V)


def top_k_filter(logits, k):
    """The k greatest logits of each row, −inf in the place of the others; at a tie the smaller id is kept.

    logits (…, V), k ≥ 1 (k ≥ V keeps all) -> (…, V).
    """
    if k < 1:
        raise ValueError(f"at least one id must be kept, not {k}")
    kept = logits.argsort(dim=-1, descending=True, stable=True)[..., :k]  # (…, min(k, V)) ids
    nothing = torch.full_like(logits, float("-inf"))  # (…, V)
    return nothing.scatter(-1, kept, logits.gather(-1, kept))  # (…, V)


def top_p_filter(probabilities, p):
    """The fewest most probable ids that weigh p or more, their probabilities divided by their sum; 0 for the others.

    probabilities (…, V), 0 ≤ p ≤ 1 -> (…, V).
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p lies between 0 and 1: {p}")
    weights, order = probabilities.sort(dim=-1, descending=True, stable=True)  # (…, V), (…, V)
    kept = weights.cumsum(dim=-1) - weights < p  # (…, V): those before do not yet weigh p
    kept[..., 0] = True
    weights = weights.masked_fill(~kept, 0.0)
    filtered = torch.zeros_like(probabilities).scatter(-1, order, weights)  # (…, V), as they were ordered
    return filtered / filtered.sum(dim=-1, keepdim=True)


def generate(model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    """The ids, then at most n_new others, each drawn from what the model says of the last model.context ones.

    ids (1, T), T ≥ 1 -> (1, T + n), n ≤ n_new: it ends with eos once that is drawn.
    """
    if ids.dim() != 2 or ids.size(0) != 1 or ids.size(1) == 0:
        raise ValueError(f"one sequence of one id or more, (1, T), and not {tuple(ids.shape)}")
    for _ in range(n_new):
        with torch.no_grad():
            logits = model(ids[:, -model.context :])[:, -1]  # (1, V)
        if top_k is not None:
            logits = top_k_filter(logits, top_k)
        probabilities = apply_temperature(logits, temperature)
        if top_p is not None:
            probabilities = top_p_filter(probabilities, top_p)
        drawn = torch.multinomial(probabilities, 1, generator=generator)  # (1, 1)
        ids = torch.cat([ids, drawn], dim=1)
        if eos is not None and drawn.item() == eos:
            break
    return ids


def seeded_generator(seed):
    """A random generator of its own: the same seed gives the same draws."""
    return torch.Generator().manual_seed(seed)


class TableModel(nn.Module):
    """A toy model: each id read adds its row of the table to the logits, those of long ago a little less. table (V, V).

    It reads at most ``context`` ids, and raises ValueError beyond.
    """

    def __init__(self, table, context):
        super().__init__()
        self.table = table
        self.context = context

    def forward(self, ids):
        """ids (B, T) -> logits (B, T, V)."""
        if ids.size(1) > self.context:
            raise ValueError(f"{ids.size(1)} ids, and the model reads {self.context} at most")
        rows = self.table[ids]  # (B, T, V)
        logits = [rows[:, 0]]
        for t in range(1, ids.size(1)):
            logits.append(rows[:, t] + 0.9 * logits[-1])
        return torch.stack(logits, dim=1)


def continue_with(generate, table, context, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, seed=0):
    """What ``generate`` gives with the toy model of that table. table (V, V), ids (1, T) -> (1, T + n), n ≤ n_new."""
    model = TableModel(table, context)
    return generate(model, ids, n_new, temperature, top_k, top_p, eos, seeded_generator(seed))


def independent_apply_temperature(logits, T):
    """SciPy's softmax; at T = 0 row by row, in Python."""
    z = logits.numpy()
    if T == 0:
        rows = z.reshape(-1, z.shape[-1]).tolist()
        z = np.array([[float(j == row.index(max(row))) for j in range(len(row))] for row in rows]).reshape(z.shape)
        return torch.from_numpy(z).to(logits.dtype)
    return torch.from_numpy(special.softmax(z / T, axis=-1))


def independent_top_k_filter(logits, k):
    """Python's sort, row by row, of (−logit, id)."""
    rows = logits.reshape(-1, logits.size(-1)).tolist()
    chosen = [{j for _, j in sorted((-z, j) for j, z in enumerate(row))[:k]} for row in rows]
    kept = [[z if j in ids else -math.inf for j, z in enumerate(row)] for row, ids in zip(rows, chosen, strict=True)]
    return torch.tensor(kept, dtype=logits.dtype).reshape(logits.shape)


def independent_top_p_filter(probabilities, p):
    """A basket for each row, filled until it weighs p."""
    filtered = []
    for row in probabilities.reshape(-1, probabilities.size(-1)).tolist():
        basket, left = [0.0] * len(row), sorted(range(len(row)), key=lambda j: (-row[j], j))
        while left and (sum(basket) < p or not any(basket)):
            basket[left[0]] = row[left[0]]
            left = left[1:]
        filtered.append([q / math.fsum(basket) for q in basket])
    return torch.tensor(filtered, dtype=probabilities.dtype).reshape(probabilities.shape)


def independent_continue_with(
    generate, table, context, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, seed=0
):
    """NumPy's generator, and the toy model as one sum."""
    rng, text = np.random.default_rng(seed), ids[0].tolist()
    for _ in range(n_new):
        read = text[max(0, len(text) - context) :]
        weights = 0.9 ** np.arange(len(read))[::-1]
        logits = torch.from_numpy(weights @ table.numpy()[read])[None]  # (1, V)
        if top_k is not None:
            logits = independent_top_k_filter(logits, top_k)
        q = independent_apply_temperature(logits, temperature)
        if top_p is not None:
            q = independent_top_p_filter(q, top_p)
        text.append(int(rng.choice(q.size(1), p=q[0].numpy() / q.numpy().sum())))
        if text[-1] == eos:
            break
    return torch.tensor([text])


def which_ids(inputs, value):
    """What every right answer has in common where ids are drawn: its shape, the ids given, which others come out."""
    ids, V = inputs["ids"], len(inputs["table"])
    if value.shape != (1, ids.size(1) + inputs["n_new"]) or not torch.equal(value[:, : ids.size(1)], ids):
        return value
    seen = torch.bincount(value[0, ids.size(1) :], minlength=V) > 0
    return seen.long() if len(seen) == V else value


def table_of(probabilities):
    """A table all of whose rows are the logarithms of these: what was read before does not count. (V, V)."""
    return torch.tensor(probabilities, dtype=torch.float64).log().expand(len(probabilities), -1).clone()


def greedy(table, context, ids, n_new, **options):
    inputs = {
        "generate": Ref("generate"),
        "table": table,
        "context": context,
        "ids": torch.tensor([ids]),
        "n_new": n_new,
    }
    defaults = {"temperature": 0.0, "top_k": None, "top_p": None, "eos": None, "seed": 3}
    return Call("continue_with", {**inputs, **{key: options.get(key, value) for key, value in defaults.items()}})


def text_case(name, call, observe=None):
    inputs = call.inputs
    return Case(f"text_{name}", call, {"V": len(inputs["table"]), "T": inputs["ids"].size(1)}, observe=observe)


def ids_written(table, context, ids, n_new):
    """The ids that the right answer adds at temperature 0."""
    inputs = dict(greedy(table, context, ids, n_new).inputs)
    return independent_continue_with(**inputs)[0, len(ids) :].tolist()


def temperature_case(name, logits, T):
    return Case(
        name, Call("apply_temperature", {"logits": logits, "T": T}), dims_of(logits), differentiable=("logits",)
    )


def top_k_case(name, logits, k):
    return Case(name, Call("top_k_filter", {"logits": logits, "k": k}), dims_of(logits))


def top_p_case(name, probabilities, p):
    return Case(name, Call("top_p_filter", {"probabilities": probabilities, "p": p}), dims_of(probabilities))


def dims_of(x):
    return {"B": x.size(0), "V": x.size(1)} if x.dim() == 2 else {"V": x.size(-1)}


def doubles(rows):
    return torch.tensor(rows, dtype=torch.float64)


TABLE = [[0.0, 2.0, 1.0, 0.5], [1.5, 0.0, 2.5, 0.0], [0.5, 0.0, 0.0, 3.0], [2.0, 0.5, 1.0, 0.0]]
LOGITS = [2.0, 1.0, 0.0, 1.0, -1.0]


def public():
    worked = doubles([math.log(p) for p in (0.5, 0.25, 0.125, 0.125)])
    shuffled = doubles([[0.125, 0.5, 0.125, 0.25], [0.0625, 0.1875, 0.25, 0.5]])
    table = doubles(TABLE)
    return [
        temperature_case("worked_example", worked, 0.5),
        temperature_case("hot", doubles([LOGITS, LOGITS[::-1]]), 2.0),
        temperature_case("one", doubles([LOGITS, [3.0, 0.0, 1.0, 0.0, 2.0]]), 1.0),
        temperature_case("zero", doubles([[1.0, 3.0, 0.0, 3.0], [2.0, 2.0, -1.0, 0.0]]), 0.0),
        temperature_case("large_logits", doubles([[1000.0, 999.0, -1000.0]]), 0.5),
        top_k_case("worked_example", doubles(LOGITS), 2),
        top_k_case("rows", doubles([[0.0, 3.0, 1.0, 2.0], [5.0, -1.0, 4.0, 4.5]]), 3),
        top_k_case("ties", doubles([[1.0, 2.0, 2.0, 2.0, 0.0]]), 2),
        top_k_case("more_than_there_are", doubles([[1.0, 0.0, 2.0]]), 7),
        top_p_case("worked_example", doubles([0.125, 0.5, 0.125, 0.25]), 0.7),
        top_p_case("rows", shuffled, 0.8),
        top_p_case("exactly_reached", shuffled, 0.75),
        top_p_case("ties", doubles([[0.125, 0.25, 0.25, 0.25, 0.125]]), 0.4),
        top_p_case("zero", shuffled, 0.0),
        top_p_case("one", shuffled, 1.0),
        text_case("worked_example", greedy(table, 2, [0], 3)),
        text_case("long_prompt", greedy(table, 2, [3, 3, 1, 0, 2, 1], 4)),
        text_case("top_1", greedy(table, 3, [2, 0], 5, temperature=1.5, top_k=1)),
        text_case("top_p_0", greedy(table, 3, [1, 1], 5, temperature=0.7, top_p=0.0)),
        text_case("heavy", greedy(table_of([0.75, 0.2, 0.04, 0.01]), 1, [2], 12, temperature=1.0, top_p=0.5)),
        text_case("ends", greedy(table, 4, [3], 6, eos=2)),
        text_case("ends_at_once", greedy(table, 4, [1, 0, 2], 6, eos=3)),
        text_case("nothing_to_write", greedy(table, 4, [1, 0], 0)),
    ]


def shared(rng, probabilities):
    """The probabilities in another order, moved by a hundredth."""
    p = rng.permutation(np.array(probabilities)) * (1 + 0.01 * rng.uniform(-1, 1, size=len(probabilities)))
    return (p / p.sum()).tolist()


def sampled(name, rng, probabilities, T, **options):
    ids = rng.integers(0, len(probabilities), size=3).tolist()
    call = greedy(
        table_of(shared(rng, probabilities)), 1, ids, 75, temperature=T, seed=int(rng.integers(1 << 30)), **options
    )
    return text_case(name, call, which_ids)


def endings(rng, V):
    """Texts whose end is the fourth id that is written, the first, and one that is read and not written."""
    while True:
        table, ids = normal(rng, V, V), rng.integers(0, V, size=2).tolist()
        told, end = ids_written(table, 6, ids, 8), int(rng.integers(V))
        new = told[3] not in told[:3] and not {end, told[3], told[0]} & set(ids)
        if new and end not in ids_written(table, 6, [end, *ids], 6):
            break
    return [
        text_case("ends", greedy(table, 6, ids, 8, eos=told[3])),
        text_case("ends_at_once", greedy(table, 6, ids, 8, eos=told[0])),
        text_case("end_in_the_prompt", greedy(table, 6, [end, *ids], 6, eos=end)),
    ]


def normal(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def draw(rng):
    V, B = (int(n) for n in rng.choice([[7, 4], [8, 3], [9, 5]]))
    T = float(rng.choice([0.4, 1.7, 2.5]))
    logits, ties = 2 * normal(rng, B, V), torch.from_numpy(rng.integers(0, 3, size=(B, V))).double()
    ties[:, 1:4] = 2.0
    p = torch.softmax(logits, dim=-1)
    eighths = doubles([rng.permutation([0.25, 0.25, 0.125, 0.125, 0.125, 0.0625, 0.0625]).tolist() for _ in range(B)])
    even, steep, flat = [0.3, 0.27, 0.23, 0.2], [0.55, 0.2, 0.15, 0.1], [0.4, 0.22, 0.2, 0.18]
    return [
        temperature_case("cold_or_hot", logits, T),
        temperature_case("three_axes", normal(rng, 2, 3, V), 1 / T),
        temperature_case("one", normal(rng, V), 1.0),
        temperature_case("zero", logits, 0.0),
        temperature_case("zero_ties", ties, 0.0),
        temperature_case("large_logits", 800 * normal(rng, B, V), T),
        temperature_case("filtered", logits.masked_fill(logits < 0, float("-inf")), T),
        top_k_case("some", logits, int(rng.integers(2, 5))),
        top_k_case("three_axes", normal(rng, 2, 3, V), 3),
        top_k_case("one", logits, 1),
        top_k_case("ties", ties, 2),
        top_k_case("row", normal(rng, V), 4),
        top_k_case("all", logits, V),
        top_k_case("more_than_there_are", logits, V + 3),
        top_p_case("some", p, float(rng.uniform(0.5, 0.9))),
        top_p_case("little", p, 0.05),
        top_p_case("three_axes", torch.softmax(2 * normal(rng, 2, 3, V), dim=-1), 0.8),
        top_p_case("exactly_reached", eighths, 0.5),
        top_p_case("ties", eighths, float(rng.choice([0.55, 0.7]))),
        top_p_case("zero", p, 0.0),
        top_p_case("one", p, 1.0),
        top_p_case("row", torch.softmax(normal(rng, V), dim=-1), 0.6),
        text_case("greedy", greedy(normal(rng, V, V), 5, rng.integers(0, V, size=3).tolist(), 9)),
        text_case("long_prompt", greedy(normal(rng, V, V), 4, rng.integers(0, V, size=11).tolist(), 7)),
        text_case("context_of_one", greedy(normal(rng, V, V), 1, rng.integers(0, V, size=2).tolist(), 6)),
        text_case(
            "top_1", greedy(normal(rng, V, V), 3, rng.integers(0, V, size=4).tolist(), 6, temperature=T, top_k=1)
        ),
        *endings(rng, V),
        text_case("nothing_to_write", greedy(normal(rng, V, V), 3, rng.integers(0, V, size=4).tolist(), 0)),
        sampled("any", rng, even, 1.0),
        sampled("top_k", rng, even, 1.0, top_k=3),
        sampled("top_p", rng, even, 1.0, top_p=0.7),
        sampled("hot_top_p", rng, steep, 2.0, top_p=0.7),
        sampled("freezing_top_p", rng, steep, 0.02, top_p=0.7),
        sampled("top_k_top_p", rng, flat, 1.0, top_k=3, top_p=0.7),
    ]


def written_with(temperature=apply_temperature, filter_k=top_k_filter, filter_p=top_p_filter):
    """generate, its steps left to other functions."""

    def generate(model, ids, n_new, temperature_=1.0, top_k=None, top_p=None, eos=None, generator=None):
        if ids.dim() != 2 or ids.size(0) != 1 or ids.size(1) == 0:
            raise ValueError("one sequence")
        for _ in range(n_new):
            logits = model(ids[:, -model.context :])[:, -1]
            logits = logits if top_k is None else filter_k(logits, top_k)
            probabilities = temperature(logits, temperature_)
            probabilities = probabilities if top_p is None else filter_p(probabilities, top_p)
            ids = torch.cat([ids, torch.multinomial(probabilities, 1, generator=generator)], dim=1)
            if ids[0, -1] == (-1 if eos is None else eos):
                break
        return ids

    return {"generate": generate}


EXERCISE = Exercise(
    name="generation",
    atelier="atelier2",
    number="2.17",
    title=Text("Écrire : température, top-k, top-p", "Writing: temperature, top-k, top-p"),
    points=6,
    functions=(
        Function(
            "apply_temperature",
            "(logits, T)",
            (Output("probabilities", "… V", properties=("nonnegative", "rows_sum_to_one")),),
        ),
        Function("top_k_filter", "(logits, k)", (Output("logits", "… V"),)),
        Function(
            "top_p_filter",
            "(probabilities, p)",
            (Output("probabilities", "… V", properties=("nonnegative", "rows_sum_to_one")),),
        ),
        Function(
            "generate",
            "(model, ids, n_new, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None)",
            (Output("ids", "1 T", compare="exact"),),
        ),
        Function(
            "continue_with",
            "(generate, table, context, ids, n_new, temperature, top_k, top_p, eos, seed)",
            (Output("ids", "1 T+n", compare="exact"),),
        ),
    ),
    reference={
        "apply_temperature": apply_temperature,
        "top_k_filter": top_k_filter,
        "top_p_filter": top_p_filter,
        "generate": generate,
    },
    independent={
        "apply_temperature": independent_apply_temperature,
        "top_k_filter": independent_top_k_filter,
        "top_p_filter": independent_top_p_filter,
        "continue_with": independent_continue_with,
    },
    public=public,
    draw=draw,
    provided=(seeded_generator, TableModel, continue_with, CausalSelfAttention, Block, MiniGPT),
    core=True,
    given=(
        Given(("apply_temperature",), lambda temperature: written_with(temperature=temperature)),
        Given(("top_k_filter",), lambda filter_k: written_with(filter_k=filter_k)),
        Given(("top_p_filter",), lambda filter_p: written_with(filter_p=filter_p)),
    ),
)
