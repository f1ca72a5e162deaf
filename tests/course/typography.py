"""French typography of prose: the apostrophe, and the narrow no-break spaces of ; : ! ? and « »."""

import re

SPACE = "\u202f"
# What is no French prose: code, formulas, addresses, HTML, titles in *italics* of English works.
_OTHER = re.compile(
    r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$|\]\([^)]*\)|<https?:[^>]*>|https?://\S+|</?\w+[^>]*>|&\w+;"
    r"|(?<!\*)\*[A-Z][^*\n\u202f«]*[?!:][^*\n\u202f]*\*(?!\*)",
    re.DOTALL,
)
_RULES = {
    "a straight apostrophe": re.compile(r"(?<=\w)'(?=\w)"),
    "no narrow space before": re.compile(
        r"(?<![\s\u202f|:(])[;!?»](?!\w)|(?<=[\w)»*])[ \u00a0]?:(?=\s)|[ \u00a0][;!?»]"
    ),
    "no narrow space after «": re.compile(r"«(?!\u202f)"),
}


def misprints(markdown):
    """(rule, the text around) for each place where prose breaks a rule."""
    prose = _OTHER.sub(lambda match: "x" * len(match[0]), markdown)
    for name, rule in _RULES.items():
        for match in rule.finditer(prose):
            yield name, markdown[max(0, match.start() - 25) : match.end() + 15]
