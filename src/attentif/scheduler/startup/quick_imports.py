"""A quick start for a process that only grades: import this before anything else, call `settle()` after the rest.

Hundreds of modules are imported at the start of a run, by processes that wait for each other.
"""

from __future__ import annotations

import gc
import os
import sys

for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # submissions are graded side by side, each by one thread

# A parser of IRIs, which jsonschema takes along where it finds it: it compiles its grammar at import, for a whole
# second, and the schema of notebooks has no such thing.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
gc.disable()  # nothing that an import makes is garbage; looking for it costs a tenth of the time


def settle() -> None:
    """Ends the quick start: the collector works again, and leaves alone what the imports have made."""
    gc.freeze()
    gc.enable()
