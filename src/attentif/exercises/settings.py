"""``course.toml``: what an institution changes — title, language, address, where to hand in, whom to ask, dates."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

NAME = "course.toml"
_TEXTS = ("title", "language", "address", "hand_in", "forum", "contact")
_LINKS = {"address": ("https://", "http://"), "forum": ("https://", "http://", "mailto:")}


class BadSettings(Exception):
    """``course.toml`` cannot be used; the text says where and what is wrong."""


@dataclass(frozen=True)
class Settings:
    """What the file says; every value has one that serves where it is left out. ``address``: where what
    `attentif publish` writes is served. ``hand_in``: where students hand in, in words or as a link; ``places`` the same
    for one atelier. ``forum`` may hold ``{exercise}``, which stands for an exercise's number and title."""

    title: str = ""
    language: str = "fr"
    address: str = ""
    hand_in: str = ""
    forum: str = ""
    contact: str = ""
    zone: tzinfo = timezone.utc
    places: Mapping[str, str] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[tuple[str, str], datetime] = field(default_factory=dict)

    def due_for(self, atelier: str, student: str) -> datetime | None:
        """When the student's hand-in is due at the latest, with its time zone; None where no date is set."""
        return self.extensions.get((atelier, student), self.due.get(atelier))

    def extension(self, atelier: str, student: str) -> timedelta | None:
        """How much longer than the others the student has; None where the file says nothing of that."""
        due, own = self.due.get(atelier), self.extensions.get((atelier, student))
        return None if due is None or own is None else max(timedelta(0), own - due)

    def aware(self, time: datetime) -> datetime:
        """A time in the course's zone, where it says none of its own."""
        return time if time.tzinfo else time.replace(tzinfo=self.zone)


def read_settings(root: Path) -> Settings:
    """The settings of the course in ``root``; the usual ones where there is no file. Raises BadSettings."""
    path = root / NAME
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{NAME} cannot be read: {error}") from error
    return _settings(content)


def _settings(content: Mapping[str, Any]) -> Settings:
    _only_known(content, {*_TEXTS, "timezone", "ateliers"}, "")
    texts = _texts(content)
    zone = _zone(content.get("timezone", "UTC"))
    tables = content.get("ateliers", {})
    if not isinstance(tables, Mapping):
        raise BadSettings(f"{NAME}: ateliers must be tables, one for each: [ateliers.atelier1]")
    due, extensions, places = {}, {}, {}
    for atelier, table in tables.items():
        if not isinstance(table, Mapping):
            raise BadSettings(f"{NAME}: [ateliers.{atelier}] must be a table")
        _only_known(table, {"due", "hand_in", "extensions"}, f"[ateliers.{atelier}] ")
        if "due" in table:
            due[atelier] = _date(table["due"], f"[ateliers.{atelier}] due", zone)
        if "hand_in" in table:
            places[atelier] = str(table["hand_in"])
        for student, date in _extensions(table, atelier).items():
            extensions[atelier, student] = _date(date, f"[ateliers.{atelier}.extensions] {student}", zone)
    return Settings(**texts, zone=zone, places=places, due=due, extensions=extensions)


def _only_known(table: Mapping[str, Any], known: set[str], place: str) -> None:
    """A setting that nobody reads is a misspelt one."""
    unknown = sorted(table.keys() - known)
    if unknown:
        raise BadSettings(
            f"{NAME}: {place}{', '.join(unknown)}: no such setting; there are: {', '.join(sorted(known))}"
        )


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: content.get(name, "") for name in _TEXTS}
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    if wrong:
        raise BadSettings(f"{NAME}: {', '.join(wrong)} must be a text between quotes")
    texts["language"] = texts["language"] or "fr"
    if texts["language"] not in ("fr", "en"):
        raise BadSettings(f'{NAME}: language must be "fr" or "en", not "{texts["language"]}"')
    for name, schemes in _LINKS.items():
        if texts[name] and not texts[name].startswith(schemes):
            raise BadSettings(f'{NAME}: {name} must begin with {" or ".join(schemes)}, unlike "{texts[name]}"')
    texts["address"] = texts["address"].rstrip("/")
    return texts


def _extensions(table: Mapping[str, Any], atelier: str) -> Mapping[str, Any]:
    found = table.get("extensions", {})
    if not isinstance(found, Mapping):
        raise BadSettings(f"{NAME}: [ateliers.{atelier}.extensions] must be a table: a student, then a date")
    return found


def _zone(name: object) -> tzinfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSettings(f'{NAME}: no time zone is called "{name}" (Africa/Lome, Europe/Paris, UTC, …)') from error


def _date(value: object, place: str, zone: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        raise BadSettings(f"{NAME}: {place} must be a date and a time without quotes: 2026-12-01T23:59:00")
    return value if value.tzinfo else value.replace(tzinfo=zone)
