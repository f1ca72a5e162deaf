"""Cases whose scores are all far below zero, by about the same number.

The right weights do not change. A finite number in the place of −∞, a running maximum that starts at 0, exponentials
without a maximum: each shows here, whatever is drawn.
"""

from __future__ import annotations

import math
from dataclasses import replace

from attentif.exercises import Case


def lowered(case: Case, by: float = 1e5) -> Case:
    """The case, with inputs Q (…, T_q, d_k) and K (…, T_k, d_k), its scores lower by about ``by``: the last feature is
    one number for all queries, and the opposite for all keys."""
    size = math.sqrt(by * math.sqrt(case.dims["d_k"]))
    Q, K = case.call.inputs["Q"].clone(), case.call.inputs["K"].clone()
    Q[..., -1], K[..., -1] = size, -size
    return replace(case, call=case.call.with_inputs(Q=Q, K=K))
