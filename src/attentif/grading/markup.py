"""Markdown cells of submissions as HTML that a browser only displays.

nbconvert passes HTML in Markdown on as it stands. Feedback is opened by students and the formgrader by instructors,
in pages that may do more than read; so what is rendered is cleaned against a list of what is allowed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

MAX_SOURCE = 20_000  # characters; the renderer needs minutes for some longer texts
_TAG_NAMES = """
a abbr b blockquote br caption cite code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins
kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr tt u ul var
"""
_STYLE_NAMES = """
background-color border border-collapse border-left border-radius color display flex-wrap float font-family font-size
font-style font-weight gap height line-height margin margin-bottom margin-left margin-right margin-top max-width padding
text-align text-decoration vertical-align white-space width
"""
_ATTRIBUTES = {
    "*": frozenset({"align", "class", "colspan", "dir", "lang", "rowspan", "style", "title"}),
    "a": frozenset({"href", "id", "name"}),
    "details": frozenset({"open"}),
    "img": frozenset({"alt", "height", "src", "width"}),
    "ol": frozenset({"start"}),
} | {f"h{level}": frozenset({"id"}) for level in range(1, 7)}
_IMAGE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*\Z")


@pass_context
def clean_markdown(context: Context, source: str) -> str:
    """Takes the place of nbconvert's ``markdown2html``. What cannot be rendered is shown as it was written."""
    cell = context.get("cell") or {}
    return render(source, cell.get("attachments") or {})


def render(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Markdown with math, and the images attached to it, as clean HTML."""
    if len(source) > MAX_SOURCE:
        return _as_written(source)
    try:
        renderer = IPythonRenderer(escape=False, attachments=dict(attachments or {}))
        return clean_html(MarkdownWithMath(renderer=renderer).render(source))
    except Exception:  # a missing attachment, or one of a strange kind, would stop the whole page
        return _as_written(source)


def clean_html(text: str) -> str:
    """HTML without anything that a browser would run, load from a script, or lay over the page."""
    return bleach.clean(
        text,
        tags=set(_TAG_NAMES.split()),
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLE_NAMES.split()),
        strip=False,
    )


def _allowed(tag: str, name: str, value: str) -> bool:
    if name not in _ATTRIBUTES["*"] and name not in _ATTRIBUTES.get(tag, ()):
        return False
    compact = re.sub(r"[\s\x00-\x20]", "", html.unescape(value)).lower()
    if name in ("href", "src") and compact.startswith("data:"):
        return tag == "img" and _IMAGE.match(value) is not None
    return True


def _as_written(source: str) -> str:
    cut = source if len(source) <= MAX_SOURCE else source[:MAX_SOURCE] + "\n[…]"
    return f"<pre>{html.escape(cut)}</pre>"
