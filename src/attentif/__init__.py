"""attentif: checks, diagnosis and trusted grading for a course on Transformers.

A notebook needs one line of it: ``from attentif import check``; where there are questions, ``question`` beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attentif.student.check import check
    from attentif.student.question import question

__version__ = "0.1.0"
__all__ = ["__version__", "check", "question"]


def __getattr__(name: str) -> Any:
    # Imported at the first use: the grader imports attentif.remote in kernels and must not pay for pytest there.
    if name == "check":
        from attentif.student.check import check

        return check
    if name == "question":
        from attentif.student.question import question

        return question
    raise AttributeError(f"module 'attentif' has no attribute {name!r}")
