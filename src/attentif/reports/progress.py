"""A student's progress as a table: data, and its two forms."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

import jinja2
from markupsafe import Markup, escape

from attentif.exercises.handout import Handout
from attentif.reports.results import ExerciseReport, Verdict
from attentif.words import progress as words
from attentif.words.language import Language
from attentif.words.reports import number
from attentif.words.text import Text

_ADDRESS = re.compile(r"(https?://[^\s<>&\"']*[^\s<>&\"'.,;:!?)»])")


@dataclass(frozen=True)
class ProgressRow:
    """An exercise: its number and title, what it is worth, and its last local report (None: not checked here yet)."""

    number: str
    title: Text
    points: float
    report: ExerciseReport | None = None

    @property
    def checks(self) -> Text:
        """How many public checks pass."""
        if self.report is None:
            return words.NOT_CHECKED
        passed = sum(result.verdict is Verdict.PASSED for result in self.report.results)
        count = f"{passed}/{len(self.report.results)}"
        return Text(count, count)

    @property
    def todo(self) -> Text:
        """What to do about it."""
        if self.report is None:
            return words.CHECK
        if self.report.passed:
            return words.DONE
        return words.WRITE if any(result.unwritten for result in self.report.results) else words.MEND


@dataclass(frozen=True)
class Progress:
    """The exercises of an atelier; ``files`` to be handed in, ``obstacles`` to that. It shows itself."""

    rows: tuple[ProgressRow, ...]
    files: tuple[str, ...]
    obstacles: tuple[Text, ...]
    lang: Language
    handout: Handout = field(default_factory=Handout)

    @property
    def heading(self) -> Text:
        """The table's title, with the course's."""
        return words.titled(self.handout.title) if self.handout.title else words.TITLE

    @property
    def following(self) -> Text:
        """The first exercise that is not done."""
        row = self._next
        return words.ALL_DONE if row is None else words.next_exercise(row.number, row.title)

    @property
    def question(self) -> str:
        """The forum's link for that exercise; "" where there is none."""
        row = self._next
        return "" if row is None else self.handout.question(f"{row.number} {row.title.to(self.lang)}".strip())

    @property
    def arrangements(self) -> list[Text]:
        """Until when and where to hand in, whom to ask: what of it the course says."""
        said = self.handout
        found = [words.until(said.due)] if said.due else []
        found += [words.where(said.hand_in)] if said.hand_in else []
        return found + ([words.contact(said.contact)] if said.contact else [])

    @property
    def _next(self) -> ProgressRow | None:
        return next((row for row in self.rows if row.report is None or not row.report.passed), None)

    @property
    def total(self) -> Text:
        """The points of all exercises."""
        return words.total(sum(row.points for row in self.rows))

    def __repr__(self) -> str:
        def said(text: Text) -> str:
            return text.to(self.lang)

        lines = [said(self.heading)]
        for row in self.rows:
            points = said(words.points(row.points))
            lines.append(f"  {row.number} {said(row.title)} · {points} · {said(row.checks)} · {said(row.todo)}")
        lines += [said(self.total), said(words.HIDDEN_TOO), said(self.following)]
        lines += [said(words.ask(self.question))] if self.question else []
        lines += [said(words.hand_in(self.files))] if self.files else []
        lines += map(said, self.arrangements)
        lines.append(said(words.NOT_READY if self.obstacles else words.READY))
        lines += [f"  • {said(obstacle)}" for obstacle in self.obstacles]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return _template().render(
            progress=self,
            linked=linked,
            words=words,
            lang=self.lang,
            said=lambda text: text.to(self.lang),
            number=functools.partial(number, lang=self.lang),
        )


def linked(text: str) -> Markup:
    """A text of the course's own as a page shows it: escaped, its web addresses to be clicked."""
    return Markup(
        _ADDRESS.sub(r'<a href="\1" target="_blank" rel="noopener" style="color:inherit">\1</a>', escape(text))
    )


@functools.cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("attentif.reports", "templates")
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True).get_template("progress.html.j2")
