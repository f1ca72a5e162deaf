"""Showing a report: HTML for notebooks and feedback, plain text for terminals. Students' text is data: escaped."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import jinja2

from attentif.reports.explanation import Explanation
from attentif.reports.help import Help
from attentif.reports.judged import Judged
from attentif.reports.pictures import draw
from attentif.reports.results import CheckResult, ExerciseReport, Verdict
from attentif.words import ideas
from attentif.words import reports as words
from attentif.words.language import language
from attentif.words.text import Text

_SYMBOLS = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✗",
    Verdict.ERROR: "✗",
    Verdict.TIME_LIMIT: "⏱",
    Verdict.MEMORY_LIMIT: "✗",
    Verdict.NOT_RUN: "–",
}
_UNWRITTEN = "○"
_PRINTED_LINES = 20


def plain_report(
    report: ExerciseReport,
    *,
    points: float | None = None,
    lang: str | None = None,
    judged: Judged | None = None,
    help: Help | None = None,
) -> str:
    """The report as lines of text, in one language: ``lang``, or what `attentif.words.language` says. On a student's
    own machine, ``judged``: what is known of the source, and ``help``: what helps further."""
    said = _speaker(lang)
    lines = [said(_headline(report, points))]
    lines += [f"  ! {said(doubt)}" for doubt in (judged.doubts if judged else ())]
    for result in without_repetition(report).results:
        hidden = f" ({said(words.HIDDEN)})" if result.hidden else ""
        lines.append(f"  {_symbol(result)} {said(result.title)}{hidden}")
        if result.unwritten:
            lines += [f"      {said(e.finding)}" for e in result.explanations]
        elif result.verdict not in (Verdict.PASSED, Verdict.NOT_RUN):
            lines += ["      " + line for line in _explained(result, said).splitlines()]
        if result.printed:
            lines += [f"      {said(words.PRINTED)}"] + [f"      │ {line}" for line in _printed_lines(result)]
    lines += [f"  ! {said(notice)}" for notice in report.notices]
    if report.seed is not None:
        lines.append(f"  ({said(words.seed(report.seed))})")
    if judged and judged.source:
        lines.append(f"  ({said(judged.source)})")
    if help and help.idea:
        lines.append(f"  {said(ideas.HEADING)} : {said(help.idea)}")
    if help and help.question:
        lines.append(f"  {said(words.ASK)} → {help.question}")
    return "\n".join(lines)


def plain_result(result: CheckResult, *, lang: str | None = None) -> str:
    """One check that did not pass, for pytest's own output."""
    said = _speaker(lang)
    return f"{said(result.title)}\n{_explained(result, said)}\n"


def html_report(
    report: ExerciseReport,
    *,
    points: float | None = None,
    lang: str | None = None,
    judged: Judged | None = None,
    help: Help | None = None,
) -> str:
    """The report as a self-contained piece of HTML: inline styles, no script, hints unfolded one by one."""
    return report_template().render(
        report=without_repetition(report),
        headline=_headline(report, points),
        Verdict=Verdict,
        symbol=_symbol,
        printed=_printed_lines,
        panels=draw,
        lang=language(lang),
        said=_speaker(lang),
        words=words,
        judged=judged or Judged(),
        help=help or Help(),
        ideas=ideas,
    )


def _symbol(result: CheckResult) -> str:
    return _UNWRITTEN if result.unwritten else _SYMBOLS[result.verdict]


def _printed_lines(result: CheckResult) -> list[str]:
    """What the code printed: its first lines."""
    lines = clean(result.printed).splitlines()
    return lines if len(lines) <= _PRINTED_LINES else [*lines[:_PRINTED_LINES], "[…]"]


def _speaker(lang: str | None) -> Callable[[Text], str]:
    """What makes a sentence printable: its one language, cleaned."""
    chosen = language(lang)
    return lambda text: clean(text.to(chosen))


def without_repetition(report: ExerciseReport) -> ExerciseReport:
    """The report with each mistake explained once, with the checks that it explains; these refer to it, with what is
    new in their consequence (a hidden check may know that a mistake is inherited, where a public one does not); and
    what the code printed shown once."""
    told: dict[tuple[str, str], tuple[Text, set[Text | None]]] = {}
    titles: dict[tuple[str, str], list[Text]] = {}
    for result in report.results:
        for key in dict.fromkeys(_cause(e) for e in result.explanations if e.hints):
            titles.setdefault(key, []).append(result.title)
    results, printed = [], set[str]()
    for result in report.results:
        explanations = []
        for e in result.explanations:
            key = _cause(e)
            if not e.hints or e.unwritten:
                explanations.append(e)
            elif key not in told:
                told[key] = (result.title, {e.consequence})
                explanations.append(_told_for_others(e, titles[key][1:]))
            else:
                first, consequences = told[key]
                new = None if e.consequence in consequences else e.consequence
                consequences.add(e.consequence)
                explanations.append(replace(_same_as(first, e), consequence=new))
        results.append(
            replace(
                result,
                explanations=tuple(explanations),
                printed="" if result.printed in printed else result.printed,
            )
        )
        printed.add(result.printed)
    return replace(report, results=tuple(results))


def _cause(explanation: Explanation) -> tuple[str, str]:
    """What makes two explanations one: the function, and the name of its mistake or else what is said of it."""
    return explanation.function, explanation.diagnosis or explanation.finding.fr


def _told_for_others(explanation: Explanation, others: list[Text]) -> Explanation:
    """The explanation, with the other checks that it is about."""
    if not others:
        return explanation
    note = words.also_below(others, named=bool(explanation.diagnosis))
    before = explanation.consequence
    return replace(explanation, consequence=note if before is None else before.followed_by(note))


def _same_as(first: Text, explanation: Explanation) -> Explanation:
    finding = words.same_as_above(first, named=bool(explanation.diagnosis))
    return replace(explanation, finding=finding, hints=(), picture=None, convention=False)


def clean(text: str, limit: int = 2000) -> str:
    """Text that may come from a student, made safe for a terminal: no control characters but newlines, bounded."""
    kept = "".join(c for c in text[:limit] if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return kept if len(text) <= limit else kept + " […]"


def _headline(report: ExerciseReport, points: float | None) -> Text:
    title = report.title or Text(report.exercise, report.exercise)
    passed, checks = sum(r.verdict is Verdict.PASSED for r in report.results), len(report.results)
    if points is None:
        return words.headline(title, passed, checks)
    return words.headline_with_points(title, report.score(points), points, passed, checks)


def _explained(result: CheckResult, said: Callable[[Text], str]) -> str:
    return "\n".join(_explanation_lines(e, said) for e in result.explanations) or said(result.verdict.label)


def _explanation_lines(explanation: Explanation, said: Callable[[Text], str]) -> str:
    parts = [f"→ {said(explanation.head)}"]
    parts += [said(text) for text in (explanation.evidence, explanation.consequence) if text is not None and said(text)]
    count = len(explanation.hints)
    parts += [said(words.hint_line(place, count, hint)) for place, hint in enumerate(explanation.hints, start=1)]
    return "\n".join(parts)


@functools.cache
def report_template() -> jinja2.Template:
    """The page of a report, compiled once."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("attentif.reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")
