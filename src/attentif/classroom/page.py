"""The instructor's page of an atelier, and the same tables as CSV: self-contained, read offline."""

from __future__ import annotations

import csv
import functools
import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
import numpy as np

from attentif.classroom.charts import Chart, histogram, intervals
from attentif.classroom.gathering import ClassData
from attentif.classroom.similar import Pair, marked
from attentif.classroom.statistics import alpha, item_statistics
from attentif.words import classroom as words
from attentif.words import flags
from attentif.words.language import Language
from attentif.words.text import Text

_BINS = 10


@dataclass(frozen=True)
class Table:
    """A table that can be sorted: ``headings`` and rows of texts and numbers; ``name`` is its file's."""

    name: str
    title: Text
    headings: tuple[Text, ...]
    rows: list[tuple[Any, ...]]


class ClassReport:
    """What the page and the files show; ``names`` off puts numbers in the place of students."""

    def __init__(self, data: ClassData, lang: Language, *, names: bool = True) -> None:
        self.data, self.lang = data, lang
        self._shown = {s: s if names else f"{n:03}" for n, s in enumerate([*data.students, *data.silent], 1)}
        greatest = np.array([item.greatest for item in data.items])
        self.statistics = item_statistics(data.scores, greatest)
        self.alpha = alpha(data.scores)

    def tables(self) -> list[Table]:
        """Exercises, mistakes, who needs a look, students."""
        return [self._exercises(), self._mistakes(), self._looks(), self._students()]

    def _exercises(self) -> Table:
        rows = []
        for item, found, points in zip(self.data.items, self.statistics, self.data.scores.T, strict=True):
            worth = (item.greatest, round(float(points.mean()), 2), found.facility, found.full, found.none)
            apart = (found.discrimination, *(found.interval or (None, None)))
            rows.append((item.notebook, self._said(item.title), *worth, *apart))
        return Table("exercices", words.EXERCISES, words.EXERCISE_HEADINGS, rows)

    def _mistakes(self) -> Table:
        titles = {item.name: self._said(item.title) for item in self.data.items}
        count = len(self.data.students)
        rows = [
            (
                titles.get(mistake.item, mistake.item),
                self._said(mistake.finding),
                len(mistake.students),
                len(mistake.students) / count,
                self._people(mistake.students),
            )
            for mistake in self.data.mistakes
        ]
        return Table("erreurs", words.MISTAKES, words.MISTAKE_HEADINGS, rows)

    def _looks(self) -> Table:
        rows = [
            (self._shown[student], self._said(flags.kind(kind)), self._said(flags.detail(detail)))
            for student, kind, detail in self.data.flags
        ]
        rows += [(self._shown[student], self._said(words.UNFINISHED), "") for student in self.data.unfinished]
        rows += [(self._shown[student], self._said(words.NOTHING_GRADED), "") for student in self.data.silent]
        return Table("a-regarder", words.LOOKS, words.LOOK_HEADINGS, sorted(rows))

    def _students(self) -> Table:
        rows = [
            (self._shown[student], float(total), float(total) / self.data.greatest, self.data.seconds.get(student))
            for student, total in zip(self.data.students, self.data.totals, strict=True)
        ]
        return Table("etudiants", words.STUDENTS, words.STUDENT_HEADINGS, rows)

    def _people(self, students: Sequence[str]) -> str:
        return ", ".join(sorted(self._shown[student] for student in students))

    def _said(self, text: Text) -> str:
        return text.to(self.lang)

    def html(self) -> str:
        """The page."""
        return template("class.html.j2").render(
            atelier=self.data.atelier,
            lang=self.lang,
            said=self._said,
            words=words,
            tables=self.tables(),
            summary=self._summary(),
            charts=[self._distribution(), *self._discrimination()],
            unread=self.data.unread,
            shown=functools.partial(shown, lang=self.lang),
        )

    def _summary(self) -> list[tuple[str, str]]:
        totals, most = self.data.totals, self.data.greatest
        numbers: dict[Text, Any] = {
            words.COUNT: len(totals),
            words.MEAN: f"{shown(float(totals.mean()), self.lang)} / {shown(most, self.lang)}",
            words.MEDIAN: shown(float(np.median(totals)), self.lang),
            words.SPREAD: shown(float(totals.std(ddof=1)), self.lang) if len(totals) > 1 else "–",
            words.ALPHA: "–" if self.alpha is None else shown(self.alpha, self.lang),
            words.SILENT: len(self.data.silent),
        }
        return [(self._said(name), str(number)) for name, number in numbers.items()]

    def _distribution(self) -> Chart:
        most = self.data.greatest or 1.0
        shares = np.clip(self.data.totals / most, 0, 1)
        counts, edges = np.histogram(shares, bins=_BINS, range=(0, 1))
        labels = [f"{100 * low:.0f}–{100 * high:.0f} %" for low, high in itertools.pairwise(edges)]
        told = self._told((label, str(count)) for label, count in zip(labels, counts, strict=True) if count)
        title = self._said(words.DISTRIBUTION)
        return histogram([int(count) for count in counts], labels, title, told)

    def _discrimination(self) -> list[Chart]:
        found = zip(self.data.items, self.statistics, strict=True)
        rows = [
            (self._said(i.title)[:38], s.discrimination, s.interval) for i, s in found if s.discrimination is not None
        ]
        if not rows:
            return []
        told = self._told((label, shown(value, self.lang)) for label, value, _ in rows)
        return [intervals(rows, self._said(words.DISCRIMINATION), told)]

    def _told(self, pairs: Iterable[tuple[str, str]]) -> str:
        """What a chart shows, in one line for who does not see it."""
        return self._said(words.described([*pairs]))

    def files(self) -> Mapping[str, str]:
        """Name → text of the page and of each table's CSV file."""
        return {"index.html": self.html(), **{f"{table.name}.csv": self._csv(table) for table in self.tables()}}

    def _csv(self, table: Table) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([self._said(heading) for heading in table.headings])
        writer.writerows([["" if cell is None else cell_text(cell) for cell in row] for row in table.rows])
        return text.getvalue()


def cell_text(cell: Any) -> str:
    """A cell of a CSV file: what a spreadsheet would take for a formula is text."""
    text = f"{cell:.6g}" if isinstance(cell, float) else str(cell)
    return f"'{text}" if not isinstance(cell, (int, float)) and text[:1] in ("=", "+", "-", "@", "\t") else text


def shown(value: Any, lang: Language) -> str:
    """A number as a reader of the language writes it, at most two decimals; anything else as it is."""
    if value is None:
        return "–"
    if isinstance(value, float):
        text = f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−")
        return text.replace(".", ",") if lang == "fr" else text
    return str(value)


def similar_page(atelier: str, pairs: Sequence[Pair], lang: Language) -> str:
    """Pairs of answers side by side."""
    return template("similar.html.j2").render(
        atelier=atelier, pairs=pairs, lang=lang, said=lambda text: text.to(lang), words=words, marked=marked
    )


@functools.cache
def template(name: str) -> jinja2.Template:
    """A page of this room, compiled once."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("attentif.classroom"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
