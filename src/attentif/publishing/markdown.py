"""Markdown of notebooks as HTML whose formulas MathJax finds."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin


def to_html(source: str) -> str:
    """Rendered; formulas stand in elements of class ``math``, as TeX between \\( and \\), or \\[ and \\]."""
    return str(_renderer().render(source))


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    dollarmath_plugin(renderer, renderer=_formula, allow_labels=False, double_inline=True)
    amsmath_plugin(renderer, renderer=lambda tex: _formula(tex, {"display_mode": True}))
    return renderer


def _formula(tex: str, options: dict[str, Any]) -> str:
    if options["display_mode"]:
        return f'<div class="math">\\[{html.escape(tex.strip())}\\]</div>'
    return f'<span class="math">\\({html.escape(tex)}\\)</span>'
