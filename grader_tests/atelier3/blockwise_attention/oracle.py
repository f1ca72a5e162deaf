"""3.16 blockwise_attention: exact attention that never holds a whole row of scores (online softmax, FlashAttention).

That no (T_q, T_k) tensor is made is measured by ``largest_tensor``, which the notebook gives, on the student's own
function; the observation only says whether the measure stays below half that size.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text

from ..low_scores import lowered


def blockwise_attention(Q, K, V, block, causal=False):
    """softmax(QKᵀ/√d_k)V, computed over blocks of keys with a running maximum and a running sum.

    Q (…, T_q, d_k), K (…, T_k, d_k), V (…, T_k, d_v), block keys at a time; causal needs T_q = T_k -> (…, T_q, d_v).
    """
    query = torch.arange(Q.size(-2)).unsqueeze(1)  # (T_q, 1)
    top = Q.new_full((*Q.shape[:-1], 1), float("-inf"))  # (…, T_q, 1) largest score so far
    total = Q.new_zeros((*Q.shape[:-1], 1))  # (…, T_q, 1) sum of exp(score − top)
    output = Q.new_zeros((*Q.shape[:-1], V.size(-1)))  # (…, T_q, d_v) sum of exp(score − top)·value
    for start in range(0, K.size(-2), block):
        k, v = K[..., start : start + block, :], V[..., start : start + block, :]  # (…, b, d_k), (…, b, d_v)
        scores = Q @ k.transpose(-2, -1) / math.sqrt(Q.size(-1))  # (…, T_q, b)
        if causal:
            scores = scores.masked_fill(start + torch.arange(k.size(-2)) > query, float("-inf"))
        new_top = torch.maximum(top, scores.amax(dim=-1, keepdim=True))  # finite: the first block holds key 0
        rescale = torch.exp(top - new_top)  # (…, T_q, 1) what was summed so far, in the new unit
        p = torch.exp(scores - new_top)  # (…, T_q, b)
        total = total * rescale + p.sum(dim=-1, keepdim=True)
        output = output * rescale + p @ v
        top = new_top
    return output / total


def independent_blockwise_attention(Q, K, V, block, causal=False):
    """PyTorch's fused attention, one query after the other."""
    rows = []
    for t in range(Q.size(-2)):
        seen = slice(t + 1 if causal else None)
        rows.append(F.scaled_dot_product_attention(Q[..., t : t + 1, :], K[..., seen, :], V[..., seen, :]))
    return torch.cat(rows, dim=-2)


def stays_small(inputs, size):
    """Whether the largest tensor made along the way has fewer than half as many elements as the score matrix."""
    Q, K = inputs["Q"], inputs["K"]
    return bool(0 < int(size) < Q.size(-2) * K.size(-2) * math.prod(Q.shape[:-2]) / 2)


def tensors(rng, lead, T_q, T_k, d_k, d_v, scale=1.0):
    shapes = {"Q": (*lead, T_q, d_k), "K": (*lead, T_k, d_k), "V": (*lead, T_k, d_v)}
    inputs = {key: torch.from_numpy(rng.normal(size=shape)) for key, shape in shapes.items()}
    inputs["Q"] = inputs["Q"] * scale
    return inputs


def case(name, inputs, block, causal=None):
    Q, V = inputs["Q"], inputs["V"]
    lead = dict(zip("Bh", Q.shape[:-2], strict=False))
    dims = {**lead, "T_q": Q.size(-2), "T_k": V.size(-2), "d_k": Q.size(-1), "d_v": V.size(-1)}
    options = {"block": block} if causal is None else {"block": block, "causal": causal}
    call = Call("blockwise_attention", {**inputs, **options})
    return Case(name, call, dims, differentiable=("Q", "K", "V"))


def memory_case(name, inputs, block):
    call = Call("largest_tensor", {"function": Ref("blockwise_attention"), **inputs, "block": block})
    dims = {"T_q": inputs["Q"].size(-2), "T_k": inputs["K"].size(-2)}
    return Case(name, call, dims, observe=stays_small)


def largest_tensor(function, *arguments):
    """Number of elements of the largest tensor that function(*arguments) makes along the way."""

    class Largest(torch.overrides.TorchFunctionMode):
        size = 0

        def __torch_function__(self, operation, types, args=(), kwargs=None):
            result = operation(*args, **(kwargs or {}))
            if operation is F.scaled_dot_product_attention:  # does not show its scores: count them
                keys = args[1] if len(args) > 1 else kwargs["key"]
                self.size = max(self.size, result[..., 0].numel() * keys.size(-2))
            for item in result if isinstance(result, (tuple, list)) else (result,):
                if isinstance(item, torch.Tensor):
                    self.size = max(self.size, item.numel())
            return result

    with Largest() as largest:
        function(*arguments)
    return largest.size


def public():
    rng = np.random.default_rng(316)
    worked = {
        "Q": torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 2.0]]),  # (2, 4)
        "K": torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]]),  # (3, 4)
        "V": torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),  # (3, 3): the output is the weights
    }
    return [
        case("worked_example", {key: value.double() for key, value in worked.items()}, 2),
        case("heads", tensors(rng, (2, 3), 4, 8, 6, 5), 3),
        case("causal", tensors(rng, (2,), 7, 7, 4, 5), 3, causal=True),
        case("large_scores", tensors(rng, (2,), 4, 8, 6, 5, scale=1e3), 3),
    ]


def draw(rng):
    T_q, T_k, d_k, d_v = (int(n) for n in rng.choice([[5, 11, 6, 4], [4, 13, 8, 5], [9, 14, 5, 3]]))
    block = int(rng.choice([3, 4]))
    block += T_k % block == 0
    rising = tensors(rng, (2, 3), T_q, T_k, d_k, d_v)
    rising["K"] = rising["K"] + torch.linspace(-2, 2, T_k, dtype=torch.float64)[:, None] * rising["Q"].mean(-2, True)
    return [
        case("random", tensors(rng, (2, 3), T_q, T_k, d_k, d_v), block),
        case("rising", rising, block),
        case("matrices", tensors(rng, (), T_q, T_k, d_k + 7, d_v), block),
        case("even", tensors(rng, (2,), T_q, 3 * block, d_k, d_v), block),
        case("one_block", tensors(rng, (2,), T_q, T_k, d_k, d_v), T_k + 3),
        case("block_of_one", tensors(rng, (2,), T_q, T_k, d_k, d_v), 1),
        case("large_scores", tensors(rng, (2, 3), T_q, T_k, d_k, d_v, scale=1e3), block),
        lowered(case("low_scores", tensors(rng, (2, 3), T_q, T_k, d_k, d_v), block)),
        lowered(case("low_scores_causal", tensors(rng, (2,), T_k, T_k, d_k, d_v), block, causal=True)),
        case("causal", tensors(rng, (2, 3), T_k, T_k, d_k, d_v), block, causal=True),
        case("causal_even", tensors(rng, (2,), 3 * block, 3 * block, d_k, d_v), block, causal=True),
        case("causal_one_block", tensors(rng, (1, 1), 5, 5, d_k, d_v), 8, causal=True),
        case("single", tensors(rng, (1, 1), 1, 1, d_k, d_v), block, causal=True),
        memory_case("memory", tensors(rng, (2,), 50, 60, 4, 3), 5),
    ]


EXERCISE = Exercise(
    name="blockwise_attention",
    atelier="atelier3",
    number="3.16",
    title=Text("L'attention par blocs", "Attention block by block"),
    points=5,
    functions=(
        Function(
            "blockwise_attention",
            "(Q, K, V, block, causal=False)",
            (Output("output", "… T_q d_v"),),
            rtol=1e-8,
            atol=1e-10,
        ),
        Function("largest_tensor", "(function, *arguments)", (Output("stays_small", compare="exact"),)),
    ),
    reference={"blockwise_attention": blockwise_attention},
    independent={"blockwise_attention": independent_blockwise_attention},
    public=public,
    draw=draw,
    provided=(largest_tensor,),
)
